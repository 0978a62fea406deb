import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of inventory and preflight. Exit codes 50-59. */
export const preflightErrors = {
  PREFLIGHT_FAILED: {
    retry: "ask",
    exit: 50,
    title: text(
      "{count} blocking preflight check(s) failed: {checks}",
      "{count} 项必须通过的预检未通过：{checks}",
    ),
    hint: text(
      "Each one is listed with what was found and what to do. Fix them and retry, or waive a check by name with a reason under preflight.waive in the spec.",
      "下面逐项列出了发现的问题和处理办法。请修复后重试；确需放行的，请在规格文件的 preflight.waive 中写明检查名称和理由。",
    ),
  },
  MACHINE_BELONGS_TO_ANOTHER: {
    retry: "never",
    exit: 51,
    title: text(
      "{machine} says that it is {otherMachine} of cluster {otherCluster}",
      "{machine} 的标记显示它是集群 {otherCluster} 的机器 {otherMachine}",
    ),
    hint: text(
      "Check the address. If the machine really is free, run `slipway forget` with the spec of {otherCluster}, or remove /etc/slipway/machine.json on it. Nothing was changed.",
      "请核对地址。如果该机器确实已不再使用，请用 {otherCluster} 的规格文件执行 `slipway forget`，或删除该机器上的 /etc/slipway/machine.json。目前没有任何改动。",
    ),
  },
  FACTS_UNREADABLE: {
    retry: "backoff",
    exit: 52,
    title: text(
      "the inventory of {machine} came back unreadable: {problem}",
      "{machine} 返回的资产信息无法解析：{problem}",
    ),
    hint: text(
      "Look for shell start-up files or a full disk that disturb commands over SSH, then retry the machine.",
      "请检查是否有 shell 启动脚本或磁盘写满影响了 SSH 命令的执行，然后对该机器重试。",
    ),
  },
  DISK_LATENCY_UNMEASURED: {
    retry: "ask",
    exit: 53,
    title: text(
      "disk latency of {machine} could not be measured in {path}: {problem}",
      "无法在 {machine} 的 {path} 测量磁盘时延：{problem}",
    ),
    hint: text(
      "Check that the file system is writable and has 64 MB free, then retry the machine.",
      "请确认该文件系统可写且有 64 MB 可用空间，然后对该机器重试。",
    ),
  },
  MACHINE_IN_USE: {
    retry: "never",
    exit: 54,
    title: text("{machine} still holds Kubernetes state: {what}", "{machine} 上仍有 Kubernetes 数据：{what}"),
    hint: text(
      "Take it out of its cluster first. Forgetting it now would leave a cluster member that nobody knows of.",
      "请先将其移出集群。现在清除标记会留下一个无人管理的集群成员。",
    ),
  },
  APPLIANCE_CLOCK_PAST: {
    retry: "ask",
    exit: 54,
    title: text(
      "this appliance's clock says {now}, earlier than {what} was made ({made})",
      "本设备的时钟显示 {now}，早于 {what} 的生成时间（{made}）",
    ),
    hint: text(
      "Set the appliance's clock: the machines take the time from it, and certificates made now would not be valid. Then retry; nothing was changed.",
      "请校准本设备的时钟：各机器的时间以它为准，现在签发的证书将无效。然后重试；没有任何改动。",
    ),
  },
  CLUSTER_DOWNGRADE: {
    retry: "never",
    exit: 55,
    title: text(
      "kubernetes.version {wanted} is older than {cluster} runs: {running} on {machine}",
      "kubernetes.version {wanted} 低于 {cluster} 正在运行的版本：{machine} 上为 {running}",
    ),
    hint: text(
      "Kubernetes has no way back to an older version. Set kubernetes.version to {running}, or restore a backup made with {wanted}. Nothing was changed.",
      "Kubernetes 不支持降级。请将 kubernetes.version 设为 {running}，或恢复用 {wanted} 制作的备份。没有任何改动。",
    ),
  },
  CLUSTER_MINOR_SKIPPED: {
    retry: "never",
    exit: 55,
    title: text(
      "kubernetes.version {wanted} skips a minor version: {machine} of {cluster} runs {running}",
      "kubernetes.version {wanted} 跳过了次版本：{cluster} 的 {machine} 正在运行 {running}",
    ),
    hint: text(
      "Go up one minor version at a time, each with a bundle of its own. Nothing was changed.",
      "请逐个次版本升级，每一步使用相应的软件包。没有任何改动。",
    ),
  },
  CLUSTER_VERSION_DIFFERS: {
    retry: "never",
    exit: 55,
    title: text(
      "kubernetes.version {wanted} is not what {cluster} runs: {running} on {machine}",
      "kubernetes.version {wanted} 与 {cluster} 正在运行的版本不同：{machine} 上为 {running}",
    ),
    hint: text(
      "Apply does not change the version of a running cluster, for machines must be emptied one after the other. Set kubernetes.version to {running} here. Nothing was changed.",
      "apply 不会更改运行中集群的版本，因为升级必须逐台腾空机器。请在此将 kubernetes.version 设为 {running}。没有任何改动。",
    ),
  },
  CLUSTER_CHANGE_REFUSED: {
    retry: "never",
    exit: 55,
    title: text(
      "{field} cannot be changed while {cluster} lives: it is {running}, the spec says {wanted}",
      "{cluster} 已在运行，{field} 不能更改：当前为 {running}，规格中为 {wanted}",
    ),
    hint: text(
      "Set {field} back. Another value needs a cluster of its own: `slipway cluster reset`, then apply. Nothing was changed.",
      "请将 {field} 改回原值。如需其他值，只能重建集群：先执行 `slipway cluster reset`，再 apply。没有任何改动。",
    ),
  },
} as const satisfies ErrorArea;
