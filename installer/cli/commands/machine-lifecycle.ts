import { text } from "../../contract/text.ts";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "../command.ts";
import { example, whyOption, workflowOptions } from "./common.ts";

const machinesArgument: ArgumentSpec = {
  name: "<machines...>",
  text: text("CLUSTER/MACHINE, or names with --cluster", "集群/机器，或配合 --cluster 给出机器名称"),
  completes: "machine",
};

const clusterOption: OptionSpec = {
  flags: "--cluster <name>",
  text: text("cluster of the machines (the only one there is)", "机器所属集群（默认为唯一的集群）"),
  completes: "cluster",
};

const drainOptions: readonly OptionSpec[] = [
  {
    flags: "--timeout <seconds>",
    text: text("how long evictions may be refused (600)", "驱逐被拒绝时最多等待的秒数（默认 600）"),
  },
  {
    flags: "--lose-local-data",
    text: text(
      "also evict pods whose emptyDir data is lost with them",
      "同时驱逐带有 emptyDir 数据的 Pod，数据随之丢失",
    ),
  },
  {
    flags: "--lose-bare-pods",
    text: text("also remove pods that nothing creates again", "同时移除没有控制器、不会重建的 Pod"),
  },
];

const runOptions = workflowOptions.filter(({ flags }) => flags === "--plan" || flags === "--detach");

const confirmOptions = workflowOptions.filter(({ flags }) => flags.startsWith("--confirm"));

/** Taking machines out of service and back. */
export const machineLifecycle: readonly CommandSpec[] = [
  {
    name: "drain",
    summary: text("let the pods of machines move elsewhere", "排空机器上的 Pod"),
    arguments: [machinesArgument],
    options: [clusterOption, ...drainOptions, ...runOptions],
    examples: [
      example(
        "slipway machine drain site-a/n4",
        "within 10 minutes, or say what blocks",
        "10 分钟内完成，否则说明受阻原因",
      ),
      example(
        "slipway machine drain n4 n5 --timeout 60 --lose-local-data",
        "two machines; emptyDir volumes may go",
        "排空两台机器；允许丢失 emptyDir 数据",
      ),
    ],
    load: async () => (await import("../actions/machine-lifecycle.ts")).drain,
  },
  {
    name: "maintain",
    summary: text("drain machines and mark them as in maintenance", "排空机器并标记为维护中"),
    arguments: [machinesArgument],
    options: [clusterOption, whyOption, ...drainOptions, ...runOptions],
    examples: [
      example(
        'slipway machine maintain site-a/n4 --why "new memory"',
        "shown by cluster status",
        "原因会显示在集群状态中",
      ),
    ],
    load: async () => (await import("../actions/machine-lifecycle.ts")).maintain,
  },
  {
    name: "return",
    summary: text("put machines back into service once they are well", "待机器正常后恢复服务"),
    arguments: [machinesArgument],
    options: [clusterOption, ...runOptions],
    examples: [example("slipway machine return site-a/n4", "waits until it is Ready", "等待节点就绪")],
    load: async () => (await import("../actions/machine-lifecycle.ts")).giveBack,
  },
  {
    name: "reboot",
    summary: text("restart machines, one after another", "逐台重启机器"),
    arguments: [machinesArgument],
    options: [clusterOption, ...drainOptions, ...runOptions],
    examples: [
      example(
        "slipway machine reboot n1 n2 n3 --cluster site-a",
        "each when the one before serves again",
        "前一台恢复服务后再重启下一台",
      ),
    ],
    load: async () => (await import("../actions/machine-lifecycle.ts")).reboot,
  },
  {
    name: "fence",
    summary: text(
      "vouch that machines are off, so that their pods start elsewhere",
      "确认机器已断电，使其 Pod 在别处启动",
    ),
    arguments: [machinesArgument],
    options: [clusterOption, whyOption, ...confirmOptions, ...runOptions],
    examples: [
      example(
        "slipway machine fence site-a/n4",
        "what would be given up, and what to type",
        "显示将放弃的内容及需要输入的确认内容",
      ),
      example(
        'slipway machine fence site-a/n4 --confirm "fence site-a"',
        "the plug has been pulled; `machine return` ends it",
        "电源已拔掉；之后用 `machine return` 解除",
      ),
    ],
    load: async () => (await import("../actions/machine-lifecycle.ts")).fence,
  },
  {
    name: "shutdown",
    summary: text("drain machines and switch them off", "排空并关闭机器"),
    arguments: [machinesArgument],
    options: [clusterOption, whyOption, ...drainOptions, ...runOptions],
    examples: [
      example(
        "slipway machine shutdown site-a/n4",
        "start it by hand, then `machine return`",
        "之后手动开机并执行 `machine return`",
      ),
    ],
    load: async () => (await import("../actions/machine-lifecycle.ts")).shutdown,
  },
];
