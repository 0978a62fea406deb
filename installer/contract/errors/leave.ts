import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of machines that leave a cluster, and of the end of a cluster. Exit codes 150-159. */
export const leaveErrors = {
  MACHINES_UNKNOWN: {
    retry: "never",
    exit: 150,
    title: text("{cluster} has no machine {machines}", "集群 {cluster} 中没有机器 {machines}"),
    hint: text(
      "`slipway cluster spec {cluster}` prints its machines. Nothing was changed.",
      "`slipway cluster spec {cluster}` 会列出其机器。没有任何改动。",
    ),
  },
  MACHINES_KNOWN: {
    retry: "never",
    exit: 150,
    title: text("{cluster} has a machine {machines} already", "集群 {cluster} 中已有机器 {machines}"),
    hint: text(
      "Choose another name, or `slipway cluster replace` when the old machine is lost. Nothing was changed.",
      "请换一个名称；若旧机器已损坏，请使用 `slipway cluster replace`。没有任何改动。",
    ),
  },
  LAST_CONTROL_PLANE: {
    retry: "never",
    exit: 151,
    title: text(
      "no control plane of {cluster} would be left to go on with",
      "{cluster} 将没有任何可继续工作的控制平面",
    ),
    hint: text(
      "Add a control plane and apply first. To end the cluster: `slipway cluster reset {cluster}`. Nothing was changed.",
      "请先添加控制平面并执行 apply。若要结束该集群，请使用 `slipway cluster reset {cluster}`。没有任何改动。",
    ),
  },
  ENDPOINT_LEAVES: {
    retry: "never",
    exit: 151,
    title: text(
      "the API of {cluster} has the address of a machine that leaves; it would become {address}",
      "{cluster} 的 API 地址属于即将离开的机器；该地址将变为 {address}",
    ),
    hint: text(
      "Every machine and client knows the API by that address. Give the cluster a virtual address or a load balancer before that machine leaves.",
      "所有机器和客户端都通过该地址访问 API。请先为集群配置虚拟地址或负载均衡，再移除这台机器。",
    ),
  },
  ETCD_QUORUM_GONE: {
    retry: "never",
    exit: 152,
    title: text(
      "{alive} of {members} control planes of {cluster} are left alive: etcd has no majority and takes no change",
      "{cluster} 的 {members} 个控制平面中只剩 {alive} 个存活：etcd 已失去多数派，无法接受任何更改",
    ),
    hint: text(
      "Bring one of the lost machines back, or restore the cluster from an etcd snapshot. Nothing was changed.",
      "请恢复其中一台丢失的机器，或用 etcd 快照恢复集群。没有任何改动。",
    ),
  },
  ETCD_REMOVAL_REFUSED: {
    retry: "ask",
    exit: 152,
    title: text(
      "without {machine} only {healthy} of the {left} members of etcd would be well, and {needed} are needed",
      "移除 {machine} 后，etcd 的 {left} 个成员中只有 {healthy} 个正常，而至少需要 {needed} 个",
    ),
    hint: text(
      "Repair the other control planes first, then retry. The member was not removed.",
      "请先修复其他控制平面，然后重试。该成员尚未移除。",
    ),
  },
  LEAVE_DRAIN_BLOCKED: {
    retry: "ask",
    exit: 153,
    title: text(
      "the pods of {machine} could not be moved away: {problem}",
      "无法迁走 {machine} 上的 Pod：{problem}",
    ),
    hint: text(
      "The detail names each pod and the PodDisruptionBudget that holds it. Make room for it or relax the budget, then retry; new pods do not come to this machine meanwhile.",
      "详情列出了每个 Pod 以及阻止其迁移的 PodDisruptionBudget。请为其腾出资源或放宽限制后重试；在此期间不会有新的 Pod 调度到这台机器。",
    ),
  },
  LEAVE_INCOMPLETE: {
    retry: "ask",
    exit: 154,
    title: text("{machine} is not as it was found: {what}", "{machine} 未能恢复原状：{what}"),
    hint: text(
      "The detail lists everything that could not be removed. Retry; a reboot of the machine frees what is held by a program.",
      "详情列出了所有未能删除的内容。请重试；重启机器可释放被程序占用的资源。",
    ),
  },
} as const satisfies ErrorArea;
