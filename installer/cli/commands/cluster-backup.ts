import { text } from "../../contract/text.ts";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "../command.ts";
import { example, workflowOptions } from "./common.ts";

const clusterArgument: ArgumentSpec = {
  name: "[cluster]",
  text: text("its name (the only one there is)", "集群名称（默认为唯一的集群）"),
  completes: "cluster",
};

const of = (flag: string): OptionSpec[] => workflowOptions.filter(({ flags }) => flags.includes(flag));

/** Certificates and snapshots of a cluster. */
export const clusterBackup: readonly CommandSpec[] = [
  {
    name: "renew-certificates",
    summary: text(
      "renew certificates that are nearly over, also after they have ended",
      "续期即将到期的证书，已过期的也可恢复",
    ),
    arguments: [clusterArgument],
    options: [
      {
        flags: "--machines <names>",
        text: text("only these machines, with commas", "只处理这些机器，以逗号分隔"),
      },
      {
        flags: "--force",
        text: text("also those with most of their life left", "剩余有效期充足的证书也一并续期"),
      },
      ...of("--plan"),
      ...of("--detach"),
    ],
    examples: [
      example("slipway cluster renew-certificates site-a --plan", "what is due", "查看需要续期的证书"),
      example(
        "slipway cluster renew-certificates site-a",
        "one control plane after another",
        "逐个控制平面执行",
      ),
    ],
    load: async () => (await import("../actions/certificates.ts")).renew,
  },
  {
    name: "snapshot",
    summary: text("take a snapshot of etcd and keep it here", "创建 etcd 快照并保存到本设备"),
    arguments: [clusterArgument],
    examples: [example("slipway cluster snapshot site-a", "before a risky change", "在高风险变更之前执行")],
    load: async () => (await import("../actions/etcd.ts")).snapshot,
  },
  {
    name: "snapshots",
    summary: text("list snapshots, here and on the control planes", "列出本设备和控制平面上的快照"),
    arguments: [clusterArgument],
    examples: [example("slipway cluster snapshots site-a", "newest first", "最新的在前")],
    load: async () => (await import("../actions/etcd.ts")).snapshots,
  },
  {
    name: "restore",
    summary: text("bring a cluster back from a snapshot of etcd", "从 etcd 快照恢复集群"),
    arguments: [clusterArgument],
    options: [
      {
        flags: "--snapshot <name>",
        text: text("as `cluster snapshots` lists it", "名称见 `cluster snapshots`"),
      },
      {
        flags: "--from-member <machine>",
        text: text("instead: what the etcd of this machine holds", "改为使用该机器上 etcd 成员的现有数据"),
        completes: "machine",
      },
      {
        flags: "--lost <names>",
        text: text("machines that are lost for good, with commas", "已永久丢失的机器，以逗号分隔"),
      },
      ...of("--plan"),
      ...of("--confirm"),
      ...of("--detach"),
    ],
    examples: [
      example(
        "slipway cluster restore site-a --snapshot 20261121T060000Z-n1 --plan",
        "what would be lost, and what to type",
        "查看将丢失的内容以及需要输入的确认文本",
      ),
      example(
        "slipway cluster restore site-a --from-member n1 --lost n2,n3 --confirm '...'",
        "two of three control planes are gone",
        "三个控制平面中已丢失两个",
      ),
    ],
    load: async () => (await import("../actions/etcd.ts")).restore,
  },
];
