import { randomBytes } from "node:crypto";
import type { DiscoveredMachine } from "../../contract/api/metal.ts";
import type { MachineBoot, NetbootStatus } from "../../contract/api/netboot.ts";
import { SlipwayError } from "../../core/contract.ts";
import { agreementWord } from "../../core/metal/choose-disk.ts";
import { parseMac } from "../../core/netboot/mac.ts";
import { formatAddress } from "../../core/net/ipv4.ts";
import type { AcceptRule, BootWish, FoundMachine, InstallJob } from "../../core/provision/records.ts";
import type { MetalService } from "./metal.ts";

/** What the contract's calls about boot services and blank machines are answered from. */
export interface MetalApi {
  start(wish: BootWish): Promise<NetbootStatus>;
  stop(): Promise<void>;
  status(): Promise<NetbootStatus>;
  timeline(mac: string | undefined): Promise<readonly MachineBoot[]>;
  discovered(): Promise<readonly DiscoveredMachine[]>;
  /** Rejects with METAL_NOT_SEEN or METAL_WRONG_SERIAL. */
  overwrite(machine: string, agreed: { readonly serial: string; readonly by: string }): Promise<void>;
  /** Rejects with METAL_NOT_SEEN or METAL_NOTHING_SAVED. */
  restore(machine: string, serial: string): Promise<string>;
  rules(): Promise<readonly AcceptRule[]>;
  addRule(rule: Omit<AcceptRule, "id" | "at">): Promise<AcceptRule>;
  removeRule(id: string): Promise<void>;
}

/** Answers the calls of the contract about metal. */
export const createMetalApi = ({ boots, book, timelines }: MetalService, now: () => number): MetalApi => {
  const status = async (): Promise<NetbootStatus> => {
    const { running } = boots;
    return {
      running: running !== undefined,
      ...(running === undefined
        ? {}
        : {
            interface: running.device.name,
            address: running.device.address,
            mode: running.settings.mode,
            since: running.since,
          }),
      discovery: running !== undefined && book.boot?.discovery === true,
      wanted: book.boot !== undefined,
      waiting: boots.waited.map(({ cluster, machine, metal }) => ({
        cluster: cluster.name,
        machine: machine.name,
        ...(metal.mac === undefined ? {} : { mac: metal.mac }),
      })),
      otherServers: [...(running?.others.values() ?? [])],
      leases: (running?.services.leases() ?? []).map(({ address, ...lease }) => ({
        ...lease,
        address: formatAddress(address),
      })),
    };
  };

  const found = (name: string): FoundMachine => {
    const job = [...book.jobs.values()].findLast(({ machine }) => machine === name);
    const waited = boots.waited.find(({ machine }) => machine.name === name);
    const mac = parseMac(name) ?? waited?.metal.mac ?? job?.mac;
    const machine =
      mac === undefined && waited !== undefined
        ? book.meantBy(waited.metal)[0]
        : book.machines.get(mac ?? "");
    if (machine?.facts === undefined) throw SlipwayError.of("METAL_NOT_SEEN", { machine: name });
    return machine;
  };

  const stateOf = (mac: string, job: InstallJob | undefined): DiscoveredMachine["state"] => {
    switch (job?.state) {
      case "planned":
      case "running":
      case "written":
        return "installing";
      case "installed":
        return "installed";
      case "failed":
        return "failed";
      case "restored":
      case "cancelled":
      case undefined:
        return boots.waited.some(({ metal }) => book.meantBy(metal).some((one) => one.mac === mac))
          ? "waited"
          : "found";
    }
  };

  const discoveredOne = (machine: FoundMachine): DiscoveredMachine => {
    const { mac, firstAt, seenAt, facts } = machine;
    const job = book.jobAt(mac);
    const waited = boots.waited.find(({ metal }) => book.meantBy(metal).some((one) => one.mac === mac));
    const lease = boots.running?.services.leases().find((one) => one.mac === mac && one.state === "bound");
    const rule = [...book.rules.values()].find((one) => fits(one, machine));
    const cluster = job?.cluster ?? waited?.cluster.name;
    const name = job?.machine ?? waited?.machine.name;
    return {
      mac,
      firstAt,
      seenAt,
      ...(facts === undefined ? {} : { facts }),
      ...(lease === undefined ? {} : { address: formatAddress(lease.address) }),
      state: stateOf(mac, job),
      ...(cluster === undefined || name === undefined ? {} : { cluster, machine: name }),
      duplicates: book.duplicates(mac).map(({ others, ...one }) => ({ ...one, others: [...others] })),
      ...(rule === undefined ? {} : { rule: { id: rule.id, cluster: rule.cluster, roles: rule.roles } }),
      saved: [...book.jobs.values()]
        .filter((one) => one.mac === mac && one.saved.first !== undefined)
        .map(({ disk }) => disk.serial),
    };
  };

  return {
    async start(wish) {
      await boots.switchOn(wish);
      return status();
    },
    stop: () => boots.switchOff(),
    status,
    async timeline(mac) {
      const wanted = mac === undefined ? undefined : (parseMac(mac) ?? mac);
      return timelines
        .all()
        .filter((one) => wanted === undefined || one.mac === wanted)
        .map(({ mac: own, boots: count, records }) => {
          const finding = timelines.finding(own, now());
          return {
            mac: own,
            boots: count,
            hops: records.map((record) => ({ ...record, about: withoutToken(record.about) })),
            ...(finding === undefined ? {} : { finding }),
          };
        });
    },
    discovered: async () => [...book.machines.values()].map(discoveredOne),
    async overwrite(name, { serial, by }) {
      const machine = found(name);
      const disk = machine.facts?.disks.find((one) => agreementWord(one) === serial);
      if (disk === undefined) throw SlipwayError.of("METAL_WRONG_SERIAL", { machine: name, serial });
      await book.keepAgreement({ mac: machine.mac, serial, by, at: now() });
    },
    async restore(name, serial) {
      const machine = found(name);
      const before = [...book.jobs.values()].findLast(
        (job) => job.mac === machine.mac && job.disk.serial === serial && job.saved.first !== undefined,
      );
      if (before === undefined) throw SlipwayError.of("METAL_NOTHING_SAVED", { machine: name });
      // The disk carries the claim of this job: only it may put back what was there.
      const { failure: _failure, firstBoot: _firstBoot, ...kept } = before;
      await book.keepJob({ ...kept, kind: "restore", state: "planned", changedAt: now() });
      return before.id;
    },
    rules: async () => [...book.rules.values()],
    async addRule(rule) {
      const made = { ...rule, id: `rule-${randomBytes(4).toString("hex")}`, at: now() };
      await book.keepRule(made);
      return made;
    },
    removeRule: (id) => book.dropRule(id),
  };
};

/** Whether a rule means the machine: each thing that it names must fit. */
const fits = ({ match }: AcceptRule, { mac, facts }: FoundMachine): boolean => {
  if (facts === undefined) return false;
  const same = (wanted: string | undefined, has: string): boolean =>
    wanted === undefined || wanted.toLowerCase() === has.toLowerCase();
  const prefix = (match.mac ?? "").toLowerCase().replaceAll("-", ":");
  return (
    same(match.serial, facts.serial) &&
    same(match.vendor, facts.vendor) &&
    [mac, ...facts.nics.map((nic) => nic.mac.toLowerCase())].some((one) => one.startsWith(prefix))
  );
};

const withoutToken = (about: string): string => about.replaceAll(/\/m\/[A-Za-z0-9_-]{22}\//g, "/m/.../");
