import { text } from "../../contract/text.ts";
import type { ArgumentSpec, CommandSpec } from "../command.ts";
import { example } from "./common.ts";
import { clusterShell } from "./terminal.ts";

const clusterArgument: ArgumentSpec = {
  name: "[cluster]",
  text: text("its name (the only one there is)", "集群名称（默认为唯一的集群）"),
  completes: "cluster",
};

/** Looking at clusters that were made from here, and getting into them. */
export const clusterAccess: readonly CommandSpec[] = [
  {
    name: "list",
    summary: text("list the clusters made from here", "列出由本设备搭建的集群"),
    examples: [example("slipway cluster list", "with their API addresses", "包括各自的 API 地址")],
    load: async () => (await import("../actions/cluster-access.ts")).list,
  },
  {
    name: "status",
    summary: text("tell how a cluster is, what is wrong first", "显示集群状态，异常优先"),
    arguments: [clusterArgument],
    examples: [
      example("slipway cluster status site-a", "exits with 1 unless it is healthy", "非健康时退出码为 1"),
      example("slipway cluster status site-a --output json", "for a program", "供程序使用"),
    ],
    load: async () => (await import("../actions/cluster-status.ts")).status,
  },
  {
    name: "kubeconfig",
    summary: text("print the administrator's kubeconfig", "输出管理员 kubeconfig"),
    arguments: [clusterArgument],
    options: [
      {
        flags: "--file <path>",
        text: text("write it there, readable by its owner only", "写入该文件，仅所有者可读"),
        completes: "file",
      },
      {
        flags: "--context <name>",
        text: text("name of the context (the cluster's)", "上下文名称（默认为集群名称）"),
      },
    ],
    examples: [
      example(
        "slipway cluster kubeconfig site-a --file ~/.kube/site-a",
        "then: kubectl --kubeconfig ~/.kube/site-a get nodes",
        "之后：kubectl --kubeconfig ~/.kube/site-a get nodes",
      ),
    ],
    load: async () => (await import("../actions/cluster-access.ts")).kubeconfig,
  },
  clusterShell,
];
