import { text } from "../../contract/text.ts";
import type { ArgumentSpec, CommandSpec, NounSpec, OptionSpec } from "../command.ts";
import { example } from "./common.ts";

const clusterOption: OptionSpec = {
  flags: "--cluster <name>",
  text: text("in this cluster (the only one there is)", "所在集群（默认为唯一的集群）"),
  completes: "cluster",
};
const whyOption: OptionSpec = {
  flags: "--why <text>",
  text: text("why it is opened; in the audit log and the recording", "打开的理由，记入审计日志与录像"),
};
const terminalArgument: ArgumentSpec = { name: "<terminal>", text: text("its id", "终端编号") };
const recordingArgument: ArgumentSpec = { name: "<recording>", text: text("its id", "录像编号") };

/** `slipway machine shell`. */
export const machineShell: CommandSpec = {
  name: "shell",
  summary: text("open a shell on a machine; it is recorded", "在机器上打开 shell，全程录像"),
  arguments: [{ name: "<machine>", text: text("its name", "机器名称"), completes: "machine" }],
  options: [clusterOption, whyOption],
  examples: [
    example("slipway machine shell n1", "root's shell, over SSH", "通过 SSH 打开 root 的 shell"),
    example(
      'slipway machine shell n1 --why "disk is full"',
      "with a reason, for the audit log",
      "附上理由，记入审计日志",
    ),
  ],
  load: async () => (await import("../actions/terminal.ts")).machineShell,
};

/** `slipway cluster shell`. */
export const clusterShell: CommandSpec = {
  name: "shell",
  summary: text(
    "open a shell with kubectl for one cluster; it is recorded",
    "打开带 kubectl 的 shell，全程录像",
  ),
  arguments: [
    {
      name: "[cluster]",
      text: text("its name (the only one there is)", "集群名称（默认为唯一的集群）"),
      completes: "cluster",
    },
  ],
  options: [whyOption],
  examples: [
    example(
      "slipway cluster shell site-a",
      "kubectl of the cluster's own bundle, as its administrator",
      "使用该集群交付包中的 kubectl，身份为管理员",
    ),
  ],
  load: async () => (await import("../actions/terminal.ts")).clusterShell,
};

/** `slipway pod`: containers from the inside. */
export const pod: NounSpec = {
  name: "pod",
  summary: text("pods: list them, open a shell in one", "Pod：列表与进入容器"),
  verbs: [
    {
      name: "list",
      summary: text("list the pods of a cluster", "列出集群中的 Pod"),
      options: [
        clusterOption,
        { flags: "--namespace <name>", text: text("only of this one", "只限该命名空间") },
      ],
      examples: [example("slipway pod list --namespace kube-system", "with their containers", "包括其容器")],
      load: async () => (await import("../actions/terminal.ts")).podList,
    },
    {
      name: "shell",
      summary: text("open a shell in a container; it is recorded", "在容器中打开 shell，全程录像"),
      arguments: [{ name: "<pod>", text: text("its name", "Pod 名称") }],
      options: [
        clusterOption,
        { flags: "--namespace <name>", text: text("its namespace (default)", "命名空间（默认为 default）") },
        { flags: "--container <name>", text: text("its container (the first)", "容器（默认为第一个）") },
        {
          flags: "--debug",
          text: text(
            "add a container with tools, for images without a shell",
            "添加带工具的容器，用于没有 shell 的镜像",
          ),
        },
        whyOption,
      ],
      examples: [
        example(
          "slipway pod shell web-0 --namespace shop",
          "a shell in its first container",
          "进入其第一个容器",
        ),
        example(
          "slipway pod shell coredns-7d4 --namespace kube-system --debug",
          "with tools of its own beside it",
          "在旁边添加自带工具的容器",
        ),
      ],
      load: async () => (await import("../actions/terminal.ts")).podShell,
    },
  ],
};

/** `slipway terminal`: shells that live in the engine, and their recordings. */
export const terminal: NounSpec = {
  name: "terminal",
  summary: text("shells that live in the engine, and recordings of them", "引擎中的终端及其录像"),
  verbs: [
    {
      name: "list",
      summary: text("list terminals", "列出终端"),
      examples: [
        example("slipway terminal list", "who has which shell open where", "查看何人打开了哪些 shell"),
      ],
      load: async () => (await import("../actions/terminal.ts")).list,
    },
    {
      name: "attach",
      summary: text("go back to a terminal that was left", "回到先前离开的终端"),
      arguments: [terminalArgument],
      examples: [
        example("slipway terminal attach t-0123456789ab", "Ctrl-] leaves it again", "按 Ctrl-] 可再次离开"),
      ],
      load: async () => (await import("../actions/terminal.ts")).attach,
    },
    {
      name: "close",
      summary: text("end a terminal and what runs in it", "结束终端及其中的程序"),
      arguments: [terminalArgument],
      examples: [example("slipway terminal close t-0123456789ab", "its recording stays", "录像会保留")],
      load: async () => (await import("../actions/terminal.ts")).close,
    },
    {
      name: "recordings",
      summary: text("list recordings of terminals", "列出终端录像"),
      examples: [example("slipway terminal recordings", "newest first", "最新的在前")],
      load: async () => (await import("../actions/terminal.ts")).recordings,
    },
    {
      name: "replay",
      summary: text("play a recording", "播放录像"),
      arguments: [recordingArgument],
      options: [
        { flags: "--speed <factor>", text: text("faster or slower (1)", "播放速度（1）") },
        { flags: "--raw", text: text("print the file, as asciicast v2", "输出原文件（asciicast v2）") },
      ],
      examples: [
        example("slipway terminal replay t-0123456789ab --speed 4", "four times as fast", "四倍速播放"),
        example(
          "slipway terminal replay t-0123456789ab --raw >shell.cast",
          "for any player of asciicast",
          "供任何 asciicast 播放器使用",
        ),
      ],
      load: async () => (await import("../actions/terminal.ts")).replay,
    },
    {
      name: "remove",
      summary: text("remove a recording for good", "永久删除录像"),
      arguments: [recordingArgument],
      examples: [
        example(
          "slipway terminal remove t-0123456789ab",
          "the audit log keeps that it was",
          "审计日志仍会保留记录",
        ),
      ],
      load: async () => (await import("../actions/terminal.ts")).remove,
    },
  ],
};
