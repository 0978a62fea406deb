import { text } from "../../contract/text.ts";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "../command.ts";
import { example, workflowOptions } from "./common.ts";

const clusterArgument: ArgumentSpec = {
  name: "<cluster>",
  text: text("name of the cluster", "集群名称"),
  completes: "cluster",
};

const machineArgument = (name: string): ArgumentSpec => ({
  name,
  text: text("name of the machine", "机器名称"),
  completes: "machine",
});

const runOptions = workflowOptions.filter(({ flags }) => !flags.includes("--file"));

const fileOption: readonly OptionSpec[] = workflowOptions
  .filter(({ flags }) => flags.includes("--file"))
  .map((option) => ({ ...option, required: false }));

/** Verbs of `slipway cluster` about who belongs to a cluster, and about its end. */
export const clusterMembership: readonly CommandSpec[] = [
  {
    name: "spec",
    summary: text("print the spec that was applied last, as YAML", "以 YAML 打印最近一次应用的规格"),
    arguments: [clusterArgument],
    examples: [
      example("slipway cluster spec site-a > site-a.yaml", "keep the spec in a file", "将规格保存为文件"),
    ],
    load: async () => (await import("../actions/cluster-membership.ts")).spec,
  },
  {
    name: "add",
    summary: text("add a machine to a cluster", "向集群添加一台机器"),
    arguments: [clusterArgument],
    options: [
      {
        flags: "--machine <fields>",
        text: text(
          "the machine: name=NAME,address=ADDRESS,roles=ROLE (worker or control-plane, joined by +)",
          "机器：name=名称,address=地址,roles=角色（worker 或 control-plane，多个用 + 连接）",
        ),
        required: true,
      },
      ...runOptions,
    ],
    examples: [
      example(
        "slipway cluster add site-a --machine name=n5,address=10.0.0.15,roles=worker",
        "add a worker",
        "添加一个工作节点",
      ),
    ],
    load: async () => (await import("../actions/cluster-membership.ts")).add,
  },
  {
    name: "remove",
    summary: text(
      "take machines out of a cluster and put them back as they were found",
      "将机器移出集群并恢复原状",
    ),
    arguments: [clusterArgument, machineArgument("<machine...>")],
    options: [
      {
        flags: "--dead",
        text: text(
          "the machines are lost for good: only strike them off, do nothing on them",
          "机器已彻底损坏：只从集群中注销，不在其上执行任何操作",
        ),
      },
      ...runOptions,
    ],
    examples: [
      example(
        "slipway cluster remove site-a n4",
        "show the plan and what to type",
        "显示计划及需要输入的确认内容",
      ),
      example(
        'slipway cluster remove site-a n4 --confirm "remove-machine site-a"',
        "remove a machine",
        "移除一台机器",
      ),
      example(
        'slipway cluster remove site-a n2 --dead --confirm "remove-machine site-a"',
        "strike a machine off that is lost",
        "注销一台已损坏的机器",
      ),
    ],
    load: async () => (await import("../actions/cluster-membership.ts")).remove,
  },
  {
    name: "replace",
    summary: text(
      "strike a lost machine off and let a fresh one of that name and address join",
      "注销已损坏的机器，并让同名同地址的新机器加入",
    ),
    arguments: [clusterArgument, machineArgument("<machine>")],
    options: runOptions,
    examples: [
      example(
        'slipway cluster replace site-a n2 --confirm "remove-machine site-a"',
        "replace a control plane whose hardware died",
        "替换硬件损坏的控制平面",
      ),
    ],
    load: async () => (await import("../actions/cluster-membership.ts")).replace,
  },
  {
    name: "reset",
    summary: text(
      "end a cluster: all its machines become what they were before",
      "结束集群：所有机器恢复到安装前的状态",
    ),
    arguments: [{ ...clusterArgument, name: "[cluster]" }],
    options: [
      ...fileOption,
      {
        flags: "--dead <machines>",
        text: text(
          "machines that are lost for good, separated by commas: nothing is done on them",
          "已彻底损坏的机器，用逗号分隔：不在其上执行任何操作",
        ),
      },
      ...runOptions,
    ],
    examples: [
      example('slipway cluster reset site-a --confirm "reset site-a"', "end the cluster", "结束集群"),
      example("slipway cluster reset -f site-a.yaml --plan", "show what would be lost", "显示将会丢失的内容"),
    ],
    load: async () => (await import("../actions/cluster-membership.ts")).reset,
  },
];
