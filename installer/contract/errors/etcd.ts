import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of snapshots of etcd, of restoring one, and of certificates. Exit codes 131-139. */
export const etcdErrors = {
  SNAPSHOT_UNKNOWN: {
    retry: "never",
    exit: 131,
    title: text(
      "{cluster} has no snapshot {snapshot}, neither here nor on a control plane that answers",
      "集群 {cluster} 没有快照 {snapshot}：本设备和可访问的控制平面上均未找到",
    ),
    hint: text(
      "`slipway cluster snapshots {cluster}` lists all of them. Nothing was changed.",
      "`slipway cluster snapshots {cluster}` 会列出全部快照。没有任何改动。",
    ),
  },
  SNAPSHOT_FAILED: {
    retry: "ask",
    exit: 132,
    title: text(
      "no snapshot of etcd could be taken on {machine}: {problem}",
      "无法在 {machine} 上创建 etcd 快照：{problem}",
    ),
    hint: text(
      "A snapshot needs a member of etcd that answers and free space in /var/lib/slipway. Earlier snapshots were kept.",
      "创建快照需要一个有响应的 etcd 成员，以及 /var/lib/slipway 的可用空间。已有快照均已保留。",
    ),
  },
  SNAPSHOT_DAMAGED: {
    retry: "ask",
    exit: 133,
    title: text(
      "snapshot {snapshot} is damaged: its sha256 is not the one that was recorded",
      "快照 {snapshot} 已损坏：sha256 与记录不符",
    ),
    hint: text(
      "Use another one: `slipway cluster snapshots` lists them. Nothing was changed.",
      "请使用其他快照：`slipway cluster snapshots` 会列出全部快照。没有任何改动。",
    ),
  },
  SNAPSHOT_NO_SPACE: {
    retry: "ask",
    exit: 134,
    title: text(
      "{folder} has {free} MiB free, {needed} MiB are needed for a snapshot",
      "{folder} 剩余 {free} MiB，保存快照需要 {needed} MiB",
    ),
    hint: text(
      "Make space on the appliance and retry. The snapshot itself is kept on its control plane.",
      "请在本设备上腾出空间后重试。快照本身仍保留在其控制平面上。",
    ),
  },
  RESTORE_FAILED: {
    retry: "ask",
    exit: 135,
    title: text(
      "etcd could not be {what} on {machine}: {problem}",
      "在 {machine} 上 etcd {what} 失败：{problem}",
    ),
    hint: text(
      "Nothing was deleted: what etcd held is in /var/lib/etcd/before-restore-*. Retry continues where it stopped.",
      "没有删除任何数据：etcd 原有数据位于 /var/lib/etcd/before-restore-*。重试会从中断处继续。",
    ),
  },
  RENEWAL_FAILED: {
    retry: "ask",
    exit: 136,
    title: text(
      "certificates of {machine} could not be renewed: {problem}",
      "{machine} 的证书续期失败：{problem}",
    ),
    hint: text(
      "The detail holds what the machine printed. Retry continues where it stopped; other control planes were not touched meanwhile.",
      "详情中有该机器的输出。重试会从中断处继续；其间没有改动其他控制平面。",
    ),
  },
  CA_EXPIRED: {
    retry: "never",
    exit: 137,
    title: text(
      "{authority} on {machine} has expired: nothing that it would sign could be trusted",
      "{machine} 上的 {authority} 已过期：由它签发的证书不会被信任",
    ),
    hint: text(
      "A new authority means new certificates for every machine and client: restore the data into a new cluster. Nothing was changed.",
      "更换 CA 意味着所有机器和客户端都需要新证书：请将数据恢复到新集群。没有任何改动。",
    ),
  },
} as const satisfies ErrorArea;
