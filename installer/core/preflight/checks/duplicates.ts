import type { MachineFacts } from "../../../contract/facts.ts";
import type { Localized } from "../../contract.ts";
import { text } from "../../contract.ts";
import { problem, type Finding, type SiteCheck } from "../check.ts";

/** One finding for every machine that shares a value with another. */
const shared = (
  facts: ReadonlyMap<string, MachineFacts>,
  values: (facts: MachineFacts) => readonly (string | null)[],
): Finding[] => {
  const holders = new Map<string, Set<string>>();
  for (const [machine, known] of facts) {
    for (const value of values(known)) {
      if (value === null || value === "") continue;
      holders.set(value, (holders.get(value) ?? new Set()).add(machine));
    }
  }
  return [...holders]
    .filter(([, machines]) => machines.size > 1)
    .flatMap(([value, machines]) =>
      [...machines].map((machine) => {
        const others = [...machines].filter((other) => other !== machine);
        return problem(
          text(`${value}, as on ${others.join(", ")}`, `${value}，与 ${others.join("、")} 相同`),
          machine,
        );
      }),
    );
};

interface Duplicate {
  readonly id: string;
  readonly of: Localized;
  readonly needs: SiteCheck["needs"];
  readonly why: Localized;
  readonly remedy: Localized;
  readonly values: (facts: MachineFacts) => readonly (string | null)[];
}

const noDuplicates = ({ id, of, needs, why, remedy, values }: Duplicate): SiteCheck => ({
  id,
  scope: "site",
  title: text(`No two machines with the same ${of.en}`, `各机器的${of["zh-CN"]}互不相同`),
  severity: "blocks",
  needs,
  why,
  remedy,
  passed: text("all different", "各不相同"),
  run: ({ facts }) => shared(facts, values),
});

/** Interfaces whose address is copied or invented by the machine itself; equal ones there mean nothing. */
const ownMacs = (facts: MachineFacts): (string | null)[] =>
  facts.interfaces
    .filter(({ kind, master }) => (kind === "physical" || kind === "veth") && master === null)
    .map(({ permanentMac, mac }) => permanentMac ?? mac)
    .filter((mac) => mac !== null && mac !== "00:00:00:00:00:00");

/** Addresses by which others reach the machine; link-local ones and bridges for containers repeat everywhere. */
const ownAddresses = (facts: MachineFacts): string[] =>
  facts.interfaces
    .filter(
      ({ name }) => !/^(docker|virbr|cni|br-|podman|lxc|cali|flannel|nodelocaldns|kube|slipway0)/.test(name),
    )
    .flatMap(({ addresses }) => addresses)
    .filter(({ scope, family }) => scope === "global" && family === "inet")
    .map(({ address }) => address);

/** What must differ from machine to machine. */
export const duplicateChecks: readonly SiteCheck[] = [
  noDuplicates({
    id: "unique-hostname",
    of: text("hostname", "主机名"),
    needs: ["identity"],
    why: text("Logs, alarms and people tell machines apart by it.", "日志、告警和人都靠主机名区分机器。"),
    remedy: text(
      "Set different ones with `hostnamectl hostname`.",
      "请用 `hostnamectl hostname` 设置不同的主机名。",
    ),
    values: ({ identity }) => [identity.hostname.toLowerCase()],
  }),
  noDuplicates({
    id: "unique-machine-id",
    of: text("machine-id", "machine-id"),
    needs: ["identity"],
    why: text(
      "A cloned disk carries its machine-id along: DHCP gives both the same address and Kubernetes mixes the nodes up.",
      "克隆的磁盘会带上同一个 machine-id：DHCP 会给出相同的地址，Kubernetes 也会混淆节点。",
    ),
    remedy: text(
      "On the copy: `rm /etc/machine-id && systemd-machine-id-setup`, then restart it.",
      "请在克隆出的机器上执行 `rm /etc/machine-id && systemd-machine-id-setup`，然后重启。",
    ),
    values: ({ identity }) => [identity.machineId],
  }),
  noDuplicates({
    id: "unique-product-uuid",
    of: text("product uuid", "产品 UUID"),
    needs: ["dmi"],
    why: text(
      "Kubernetes and storage drivers tell nodes apart by it.",
      "Kubernetes 和存储驱动靠它区分节点。",
    ),
    remedy: text(
      "Virtual machines: give the copy a new uuid in the hypervisor. Servers: have the vendor write the right one.",
      "虚拟机：请在虚拟化平台上为克隆出的机器生成新的 UUID。物理服务器：请联系厂商写入正确的 UUID。",
    ),
    values: ({ dmi }) => [dmi.own ? dmi.uuid : null],
  }),
  noDuplicates({
    id: "unique-mac",
    of: text("MAC address", "MAC 地址"),
    needs: ["interfaces"],
    why: text(
      "Two machines with one MAC on a network steal each other's frames.",
      "同一网络中 MAC 相同的两台机器会互相抢占数据帧。",
    ),
    remedy: text(
      "Give one of them another MAC (virtual machines: in the hypervisor).",
      "请为其中一台更换 MAC（虚拟机请在虚拟化平台上修改）。",
    ),
    values: ownMacs,
  }),
  noDuplicates({
    id: "unique-address",
    of: text("IP address", "IP 地址"),
    needs: ["interfaces"],
    why: text("Two machines with one address are reachable by turns.", "地址相同的两台机器会时通时断。"),
    remedy: text("Correct the address on one of them.", "请更正其中一台的地址。"),
    values: ownAddresses,
  }),
];
