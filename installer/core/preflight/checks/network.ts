import type { MachineFacts } from "../../../contract/facts.ts";
import { text } from "../../contract.ts";
import { formatBlock, overlaps, parseBlock, type Block } from "../../net/ipv4.ts";
import { fine, problem, type MachineCheck } from "../check.ts";

/** Interfaces a running cluster makes for itself; their networks are its own. */
const madeByCluster = /^(cni0|flannel\.|cali|vxlan\.calico|tunl0|kube-ipvs0|nodelocaldns|slipway0$|lo$)/;

interface Used {
  readonly block: Block;
  readonly by: string;
}

const usedNetworks = (facts: MachineFacts): Used[] => {
  const block = (cidr: string, by: string): Used[] => {
    const parsed = parseBlock(cidr);
    // The default route covers everything and takes nothing.
    return parsed === undefined || parsed.prefix === 0 ? [] : [{ block: parsed, by }];
  };
  return [
    ...facts.interfaces
      .filter(({ name }) => !madeByCluster.test(name))
      .flatMap(({ name, addresses }) =>
        addresses
          .filter(({ family }) => family === "inet")
          .flatMap(({ address, prefix }) => block(`${address}/${prefix}`, `${name} ${address}/${prefix}`)),
      ),
    ...facts.routes
      .filter(({ device }) => device === null || !madeByCluster.test(device))
      .flatMap(({ destination, device }) =>
        block(destination, `route ${destination} ${device ?? ""}`.trim()),
      ),
    ...facts.resolution.nameservers.flatMap((server) => block(`${server}/32`, `nameserver ${server}`)),
  ];
};

const cidrOverlap: MachineCheck = {
  id: "cidr-overlap",
  scope: "machine",
  title: text("Pod and service networks do not overlap the site", "Pod 与 Service 网段不与现场网络重叠"),
  severity: "blocks",
  needs: ["interfaces", "routes", "resolution"],
  why: text(
    "What the machine reaches at those addresses today becomes unreachable, or pods become so.",
    "这些地址上现有的服务将无法访问，或者 Pod 无法访问。",
  ),
  remedy: text(
    "Choose other ranges under network.pods and network.services in the spec.",
    "请在规格文件的 network.pods 和 network.services 中改用其他网段。",
  ),
  run({ facts, cluster }) {
    const ranges = [
      { name: "pods", block: parseBlock(cluster.network.pods) },
      { name: "services", block: parseBlock(cluster.network.services) },
    ];
    const clashes = ranges.flatMap(({ name, block }) =>
      block === undefined
        ? []
        : usedNetworks(facts)
            .filter((used) => overlaps(used.block, block))
            .map((used) => `${name} ${formatBlock(block)} / ${used.by}`),
    );
    if (clashes.length === 0) return fine(text("no overlap", "没有重叠"));
    const told = [...new Set(clashes)];
    return problem(text(told.join("; "), told.join("；")));
  },
};

const addressOnMachine: MachineCheck = {
  id: "address-present",
  scope: "machine",
  title: text("Address of the spec is on the machine", "规格中的地址配置在本机"),
  severity: "blocks",
  needs: ["interfaces"],
  why: text(
    "kubelet and etcd listen on this address. Behind address translation the others could not reach them by it.",
    "kubelet 和 etcd 要监听该地址；若经过地址转换，其他机器就无法用它访问。",
  ),
  remedy: text(
    "Put an address into the spec that one of the machine's interfaces carries.",
    "请在规格文件中填写该机器网卡上实际配置的地址。",
  ),
  run({ facts, machine }) {
    const holderOf = (wanted: string): string | undefined =>
      facts.interfaces.find(({ addresses }) => addresses.some(({ address }) => address === wanted))?.name;
    const wanted = [machine.address, ...(machine.nodeIp === undefined ? [] : [machine.nodeIp])];
    const absent = wanted.find((address) => holderOf(address) === undefined);
    if (absent === undefined) {
      const en = wanted.map((address) => `${address} on ${holderOf(address)}`).join(", ");
      return fine(text(en, wanted.map((address) => `${address}，位于 ${holderOf(address)}`).join("；")));
    }
    const others = facts.interfaces
      .flatMap(({ addresses }) => addresses)
      .filter(({ family, scope }) => family === "inet" && scope === "global")
      .map(({ address }) => address)
      .join(", ");
    return problem(text(`${absent} is not among ${others}`, `${absent} 不在 ${others} 之中`));
  },
};

const addressLeased: MachineCheck = {
  id: "address-static",
  scope: "machine",
  title: text("Address does not come from a lease", "地址不是租约分配的"),
  severity: "warns",
  needs: ["interfaces"],
  why: text(
    "Certificates and etcd members name the address. When a lease gives another one, the machine is lost to the cluster.",
    "证书和 etcd 成员都写入了该地址；一旦租约换了地址，该机器就会脱离集群。",
  ),
  remedy: text(
    "Configure it statically, or reserve it for the machine's MAC on the DHCP server.",
    "请配置静态地址，或在 DHCP 服务器上为该机器的 MAC 保留地址。",
  ),
  run({ facts, machine }) {
    const address = facts.interfaces
      .flatMap(({ addresses }) => addresses)
      .find((entry) => entry.address === machine.address);
    return address?.dynamic === true
      ? problem(text(`${machine.address} is leased`, `${machine.address} 为租约地址`))
      : fine(text("static", "静态"));
  },
};

/** Checks of one machine's network configuration. */
export const networkChecks: readonly MachineCheck[] = [addressOnMachine, addressLeased, cidrOverlap];
