import type { PeerReach } from "../../../contract/preflight.ts";
import { text } from "../../contract.ts";
import { problem, warning, type Finding, type SiteCheck } from "../check.ts";

/** More lines than this are counted, not listed. */
const listed = 8;

const perMachine = (
  findings: readonly { machine: string; peers: readonly string[] }[],
  make: (machine: string, list: string) => Finding,
): Finding[] =>
  findings
    .filter(({ peers }) => peers.length > 0)
    .map(({ machine, peers }) => {
      const more = peers.length > listed ? ` (+${peers.length - listed})` : "";
      return make(machine, `${peers.slice(0, listed).join(", ")}${more}`);
    });

const reachability: SiteCheck = {
  id: "reachability",
  scope: "site",
  title: text("Every machine reaches every other", "各机器之间互相可达"),
  severity: "blocks",
  needs: ["reachability"],
  why: text(
    "etcd members, kubelets and the pod network talk from machine to machine, in both directions.",
    "etcd 成员、kubelet 和 Pod 网络都在机器之间双向通信。",
  ),
  remedy: text(
    "Look at VLANs, switch ports and firewalls between the machines named.",
    "请检查所列机器之间的 VLAN、交换机端口和防火墙。",
  ),
  passed: text("all do", "均可达"),
  run({ reach }) {
    const unreached = (peer: PeerReach): boolean => peer.tcpMs === null && peer.pingMs === null;
    const rows = [...reach];
    return perMachine(
      rows.map(([machine, { peers }]) => ({
        machine,
        peers: peers.filter(unreached).map((peer) => peer.machine),
      })),
      (machine, list) => problem(text(`cannot reach ${list}`, `无法到达 ${list}`), machine),
    );
  },
};

const sshBetween: SiteCheck = {
  id: "firewall-between",
  scope: "site",
  title: text("TCP between the machines is not filtered", "机器之间的 TCP 未被过滤"),
  severity: "warns",
  needs: ["reachability"],
  why: text(
    "Where an echo comes back but a connection does not, a firewall stands between, and it may stop Kubernetes too.",
    "能 ping 通却连不上，说明中间有防火墙，它也可能拦住 Kubernetes。",
  ),
  remedy: text(
    "Open TCP 2379-2380, 6443 and 10250 and UDP 8472 between the machines.",
    "请在机器之间开放 TCP 2379-2380、6443、10250 和 UDP 8472。",
  ),
  passed: text("connections are accepted", "连接正常"),
  run({ reach }) {
    const filtered = (peer: PeerReach): boolean => peer.tcpMs === null && peer.pingMs !== null;
    return perMachine(
      [...reach].map(([machine, { peers }]) => ({
        machine,
        peers: peers.filter(filtered).map((peer) => peer.machine),
      })),
      (machine, list) =>
        problem(text(`SSH port not reached on ${list}`, `连不上 ${list} 的 SSH 端口`), machine),
    );
  },
};

const pathMtu: SiteCheck = {
  id: "path-mtu",
  scope: "site",
  title: text("Full-sized packets arrive", "全尺寸数据包可以到达"),
  severity: "blocks",
  needs: ["reachability"],
  why: text(
    "When the network carries less than the interfaces promise, small packets pass and large ones vanish: connections open and then hang.",
    "当网络实际能承载的小于网卡所配置的 MTU 时，小包能过而大包丢失：连接能建立，随后卡死。",
  ),
  remedy: text(
    "Set the same MTU on all interfaces and switch ports on the way, no larger than the smallest of them.",
    "请将沿途所有网卡和交换机端口设为相同的 MTU，且不大于其中最小者。",
  ),
  passed: text("the path carries what the interfaces promise", "路径可承载网卡所配置的 MTU"),
  run({ reach }) {
    const rows = [...reach];
    const short = perMachine(
      rows.map(([machine, { peers }]) => ({
        machine,
        peers: peers
          .filter((peer) => peer.pathMtu !== null && peer.egressMtu !== null && peer.pathMtu < peer.egressMtu)
          .map((peer) => `${peer.machine} (${peer.pathMtu} < ${peer.egressMtu})`),
      })),
      (machine, list) => problem(text(`to ${list}`, `到 ${list}`), machine),
    );
    const unmeasured = perMachine(
      rows.map(([machine, { peers }]) => ({
        machine,
        peers: peers
          .filter((peer) => peer.tcpMs !== null && peer.pathMtu === null)
          .map((peer) => peer.machine),
      })),
      (machine, list) =>
        warning(text(`could not be measured to ${list}`, `未能测得到 ${list} 的路径`), machine),
    );
    return [...short, ...unmeasured, ...differing(rows.flatMap(([, { peers }]) => peers))];
  },
};

/** Interfaces of the cluster's network with different MTUs work by fragmenting or by luck. */
const differing = (peers: readonly PeerReach[]): Finding[] => {
  const sizes = [...new Set(peers.map(({ egressMtu }) => egressMtu).filter((mtu) => mtu !== null))];
  if (sizes.length < 2) return [];
  const list = sizes.toSorted((a, b) => a - b).join(", ");
  return [warning(text(`the machines use different MTUs: ${list}`, `各机器的 MTU 不一致：${list}`))];
};

/** Checks of the ways between machines. */
export const pathChecks: readonly SiteCheck[] = [reachability, sshBetween, pathMtu];
