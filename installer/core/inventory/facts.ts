import type { FactName, MachineFacts } from "../../contract/facts.ts";
import { clockOffset, timeOf, type ClockOffset, type RoundTrip } from "./clock.ts";
import { disksOf } from "./disks.ts";
import { cpuOf, dmiOf, firmwareOf, gpusOf, memoryOf, numaOf, swapOf, tpmOf } from "./hardware.ts";
import { kernelFeatures, sysctls } from "./kernel.ts";
import { leftoversOf } from "./leftovers.ts";
import { interfacesOf, listenersOf, proxiesOf, resolutionOf, routesOf } from "./network.ts";
import { jsonOf } from "./numbers.ts";
import { parseSections, valueMap, type Sections } from "./sections.ts";
import {
  cgroupOf,
  identityOf,
  markOf,
  mountsOf,
  osOf,
  privilegesOf,
  securityOf,
  spaceOf,
  virtualisationOf,
} from "./system.ts";

/** A collector's answer with what is needed to judge it. */
export interface Collected {
  readonly machine: string;
  readonly output: string;
  readonly trip: RoundTrip;
  /** A measurement of the clock that is more precise than the collector's own. */
  readonly clock?: ClockOffset;
}

/** Which facts have nothing to stand on when a section did not answer. */
const evidence: readonly { section: string; fact: FactName; json?: boolean }[] = [
  { section: "lsblk", fact: "disks", json: true },
  { section: "addresses", fact: "interfaces", json: true },
  { section: "routes", fact: "routes", json: true },
  { section: "meminfo", fact: "memory" },
  { section: "swaps", fact: "swap" },
  { section: "mounts", fact: "mounts" },
  { section: "space", fact: "space" },
  { section: "os", fact: "os" },
  { section: "localhost", fact: "resolution" },
  { section: "sockets", fact: "listeners" },
  { section: "nproc", fact: "cpu" },
];

/**
 * The facts behind a collector's output. Pure: the same bytes give the same facts.
 * @throws FACTS_UNREADABLE when the stream is damaged.
 */
export const factsFrom = ({ machine, output, trip, clock }: Collected): MachineFacts => {
  const sections = parseSections(output, machine);
  const body = (name: string): string | undefined => {
    const section = sections.get(name);
    return section === undefined || section.status === "missing" ? undefined : section.body;
  };
  const offset = clock ?? clockOffset(sections, trip);
  const virtualisation = virtualisationOf(body("virtualisation"));
  const container = virtualisation.kind === "container";
  const mounts = mountsOf(body("mounts"));
  return {
    factsVersion: 1,
    collectedAt: trip.receivedAt,
    tookMs: took(sections),
    identity: identityOf(body("identity")),
    virtualisation,
    dmi: dmiOf(body("dmi"), virtualisation),
    firmware: firmwareOf(body("firmware")),
    tpm: tpmOf(body("tpm")),
    cpu: cpuOf({
      cpuinfo: body("cpuinfo"),
      topology: body("topology"),
      machine: body("machine"),
      nproc: body("nproc"),
    }),
    numa: numaOf(body("numa")),
    memory: memoryOf(body("meminfo")),
    swap: swapOf(body("swaps")),
    disks: disksOf({
      lsblk: body("lsblk"),
      nodes: body("nodes"),
      devices: body("devices"),
      ids: body("ids"),
      signatures: body("signatures"),
      container,
    }),
    interfaces: interfacesOf({
      addresses: body("addresses"),
      net: body("net"),
      netlinks: body("netlinks"),
      lldp: body("lldp"),
    }),
    routes: routesOf(body("routes")),
    gpus: gpusOf(body("gpus"), virtualisation),
    os: osOf(body("os")),
    kernel: {
      release: valueMap(body("identity")).get("/proc/sys/kernel/osrelease") ?? "",
      features: kernelFeatures({
        config: answered(sections, "config"),
        available: answered(sections, "available"),
        modules: body("modules"),
        filesystems: body("filesystems"),
        sysctls: body("sysctls"),
      }),
      sysctls: sysctls(body("sysctls")),
    },
    cgroup: cgroupOf({
      mounts: body("mounts"),
      cgroups: body("cgroups"),
      controllers: body("controllers"),
    }),
    time: timeOf(sections, offset),
    listeners: listenersOf(body("sockets"), body("owners")),
    mounts,
    space: spaceOf(body("space"), mounts),
    resolution: resolutionOf({
      localhost: body("localhost"),
      ownName: body("ownname"),
      resolv: body("resolv"),
    }),
    proxies: proxiesOf(body("proxies")),
    security: securityOf(body("security")),
    leftovers: leftoversOf(body("leftovers")),
    privileges: privilegesOf(body("privileges")),
    slipway: markOf(body("mark")),
    unknown: unknowns(sections),
  };
};

const answered = (sections: Sections, name: string): string | undefined => {
  const section = sections.get(name);
  return section?.status === "0" ? section.body : undefined;
};

const took = (sections: Sections): number => {
  const at = (name: string): number => Number(sections.get(name)?.body.replace(/\D+$/, "") ?? 0) / 1e6;
  return Math.max(0, Math.round(at("clock.end") - at("clock.start")));
};

const unknowns = (sections: Sections): { fact: string; why: string }[] => {
  const missing = evidence.flatMap(({ section: name, fact, json }) => {
    const section = sections.get(name);
    const why = (reason: string): { fact: string; why: string }[] => [{ fact, why: `${name}: ${reason}` }];
    if (section === undefined || section.status === "missing") return why("not available on the machine");
    if (section.status === "124") return why("no answer within its time limit");
    if (section.status !== "0" && section.body === "") return why(`ended with ${section.status}`);
    if (json === true && jsonOf(section.body) === undefined) return why("no valid JSON");
    return [];
  });
  const signatures = (sections.get("signatures")?.body ?? "")
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([device, status]) => device !== "" && status !== "0")
    .map(([device = "", status = ""]) => ({
      fact: "signatures",
      why: `wipefs on ${device} ended with ${status}`,
    }));
  const noTool =
    sections.get("signatures")?.status === "127"
      ? [{ fact: "signatures", why: "wipefs: not available on the machine" }]
      : [];
  return [...missing, ...signatures, ...noTool];
};
