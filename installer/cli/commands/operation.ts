import { text } from "../../contract/text.ts";
import type { NounSpec } from "../command.ts";
import { example, operationArgument, whyOption } from "./common.ts";

const operationId = "op-3k9x0c7m2q";

/** `slipway operation`: to follow operations and to decide about them. */
export const operation: NounSpec = {
  name: "operation",
  summary: text("runs of a workflow, past and present", "工作流的各次执行"),
  verbs: [
    {
      name: "list",
      summary: text("list operations, newest first", "列出操作，最新的在前"),
      options: [
        {
          flags: "--status <status>",
          text: text("only these", "只列出该状态"),
          choices: ["running", "paused", "cancelling", "succeeded", "failed", "cancelled"],
        },
        { flags: "--cluster <name>", text: text("only of this cluster", "只限该集群"), completes: "cluster" },
        { flags: "--limit <count>", text: text("at most so many (20)", "最多列出多少个（默认 20）") },
      ],
      examples: [
        example("slipway operation list", "the latest", "最近的操作"),
        example(
          "slipway operation list --status failed --output json",
          "failed ones, for a program",
          "失败的操作，供程序使用",
        ),
      ],
      load: async () => (await import("../actions/operation.ts")).list,
    },
    {
      name: "show",
      summary: text("show an operation and its steps", "显示操作及其步骤"),
      arguments: [operationArgument],
      examples: [
        example(`slipway operation show ${operationId}`, "steps, errors and hints", "步骤、错误和建议"),
      ],
      load: async () => (await import("../actions/operation.ts")).show,
    },
    {
      name: "watch",
      summary: text("follow an operation; Ctrl-C detaches", "跟踪操作；按 Ctrl-C 脱离"),
      arguments: [operationArgument],
      options: [
        { flags: "--after <seq>", text: text("only events after this number", "只显示该序号之后的事件") },
      ],
      examples: [
        example(`slipway operation watch ${operationId}`, "come back to it", "返回该操作"),
        example(`slipway operation watch ${operationId} | tee log.txt`, "one line per event", "每个事件一行"),
      ],
      load: async () => (await import("../actions/operation.ts")).watch,
    },
    {
      name: "pause",
      summary: text("start no further step", "不再开始新的步骤"),
      arguments: [operationArgument],
      options: [whyOption],
      examples: [
        example(
          `slipway operation pause ${operationId} --why "lunch"`,
          "those inside finish",
          "进行中的步骤会完成",
        ),
      ],
      load: async () => (await import("../actions/operation.ts")).pause,
    },
    {
      name: "resume",
      summary: text("go on after a pause, a failure or a cancel", "在暂停、失败或取消之后继续"),
      arguments: [operationArgument],
      options: [whyOption],
      examples: [
        example(
          `slipway operation resume ${operationId}`,
          "by probing, never by remembering",
          "重新探测后继续",
        ),
      ],
      load: async () => (await import("../actions/operation.ts")).resume,
    },
    {
      name: "retry",
      summary: text("try failed steps again and follow", "重试失败的步骤并跟踪"),
      arguments: [operationArgument],
      options: [
        {
          flags: "--machine <name>",
          text: text("only those of this machine", "只重试该机器"),
          completes: "machine",
        },
        whyOption,
      ],
      examples: [
        example(`slipway operation retry ${operationId}`, "everything that failed", "重试所有失败的步骤"),
        example(`slipway operation retry ${operationId} --machine n3`, "one machine", "只重试一台机器"),
      ],
      load: async () => (await import("../actions/operation.ts")).retry,
    },
    {
      name: "skip",
      summary: text("leave a machine or one step of it out", "跳过一台机器或其中一个步骤"),
      arguments: [
        operationArgument,
        { name: "<machine>", text: text("its name", "机器名称"), completes: "machine" },
      ],
      options: [
        { flags: "--phase <id>", text: text("only this step of it", "只跳过该步骤") },
        { ...whyOption, required: true },
      ],
      examples: [
        example(
          `slipway operation skip ${operationId} n3 --why "disk on order"`,
          "go on without n3",
          "不等 n3，继续执行",
        ),
      ],
      load: async () => (await import("../actions/operation.ts")).skip,
    },
    {
      name: "cancel",
      summary: text("stop an operation; nothing is undone", "停止操作；已完成的部分不会撤销"),
      arguments: [operationArgument],
      options: [whyOption],
      examples: [
        example(`slipway operation cancel ${operationId}`, "remote commands are killed", "终止远端命令"),
      ],
      load: async () => (await import("../actions/operation.ts")).cancel,
    },
    {
      name: "report",
      summary: text("show everything the checks found", "显示全部检查结果"),
      arguments: [operationArgument],
      options: [{ flags: "--all", text: text("also what passed", "也显示已通过的项目") }],
      examples: [
        example(
          `slipway operation report ${operationId} --all`,
          "every check on every machine",
          "每台机器的每项检查",
        ),
      ],
      load: async () => (await import("../actions/operation.ts")).report,
    },
  ],
};
