import { text } from "../../contract/text.ts";
import { languages } from "../language.ts";
import type { ArgumentSpec, ExampleSpec, OptionSpec } from "../command.ts";

/** An example with its explanation. */
export const example = (line: string, en: string, zh: string): ExampleSpec => ({ line, text: text(en, zh) });

/** The operation a command is about. */
export const operationArgument: ArgumentSpec = {
  name: "<operation>",
  text: text("identifier of the operation", "操作编号"),
  completes: "operation",
};

/** Why the operator decides something. */
export const whyOption: OptionSpec = {
  flags: "--why <reason>",
  text: text("why; recorded in the journal", "原因；记入日志库"),
};

/** Name of a lab. */
export const labNameOption: OptionSpec = {
  flags: "--name <lab>",
  text: text("name of the lab (lab)", "实验环境名称（默认 lab）"),
};

/** Options that every command takes. */
export const globalOptions: readonly OptionSpec[] = [
  {
    flags: "--output <format>",
    text: text("how to print results", "结果的输出格式"),
    choices: ["table", "json", "yaml"],
  },
  {
    flags: "--lang <language>",
    text: text("language (by the locale)", "语言（默认取自区域设置）"),
    choices: languages,
  },
  {
    flags: "--data <folder>",
    text: text("data folder of the engine", "引擎的数据目录"),
    completes: "folder",
  },
  {
    flags: "--socket <path>",
    text: text("socket of a running engine; none is started", "正在运行的引擎的套接字；不会自动启动引擎"),
    completes: "file",
  },
  {
    flags: "--lab <name>",
    text: text("work inside the network of a lab", "在某个实验环境的网络内工作"),
  },
];

/** Options of every command that runs a workflow over a spec. */
export const workflowOptions: readonly OptionSpec[] = [
  {
    flags: "-f, --file <path>",
    text: text(
      "cluster spec (YAML or JSON; - for standard input)",
      "集群规格文件（YAML 或 JSON；- 表示标准输入）",
    ),
    completes: "file",
    required: true,
  },
  { flags: "--plan", text: text("tell what would be done, and stop", "只显示计划，不执行") },
  {
    flags: "--confirm <text>",
    text: text("what the plan asks to be typed before it destroys", "计划中要求输入的确认内容"),
  },
  { flags: "--detach", text: text("start, print the identifier, and return", "启动后打印编号并返回") },
];
