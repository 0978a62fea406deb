import { text } from "../../contract/text.ts";
import type { NounSpec } from "../command.ts";
import { clusterAccess } from "./cluster-access.ts";
import { clusterInit } from "./cluster-init.ts";
import { clusterMembership } from "./cluster-membership.ts";
import { clusterBackup } from "./cluster-backup.ts";
import { example, workflowOptions } from "./common.ts";

const fileOption = workflowOptions.filter(({ flags }) => flags.includes("--file"));

/** `slipway cluster`: what is done to a whole cluster. */
export const cluster: NounSpec = {
  name: "cluster",
  summary: text("work on a cluster and its machines", "对集群及其机器进行操作"),
  verbs: [
    clusterInit,
    {
      name: "apply",
      summary: text(
        "make the cluster of a spec, or go on with it where it stopped",
        "按规格搭建集群，或从上次中断处继续",
      ),
      options: workflowOptions,
      examples: [
        example("slipway cluster apply -f site-a.yaml", "set the cluster up", "搭建集群"),
        example("slipway cluster apply -f site-a.yaml --detach", "start it and return", "启动后立即返回"),
      ],
      load: async () => (await import("../actions/cluster.ts")).apply,
    },
    {
      name: "plan",
      summary: text("tell what apply would do, and change nothing", "显示 apply 将执行的内容，不做任何改动"),
      options: fileOption,
      examples: [
        example(
          "slipway cluster plan -f site-a.yaml",
          "what is done and what is left",
          "查看已完成和待执行的内容",
        ),
      ],
      load: async () => (await import("../actions/cluster.ts")).plan,
    },
    {
      name: "check",
      summary: text(
        "inventory the machines and check that they can serve",
        "采集机器信息并检查其是否满足要求",
      ),
      options: workflowOptions,
      examples: [
        example(
          "slipway cluster check -f site-a.yaml",
          "check every machine of the spec",
          "检查规格中的所有机器",
        ),
        example("slipway cluster check -f site-a.yaml --plan", "show what it would do", "显示将要执行的内容"),
        example(
          "slipway cluster check -f site-a.yaml --output json > report.json",
          "results for a program",
          "输出供程序使用的结果",
        ),
      ],
      load: async () => (await import("../actions/cluster.ts")).check,
    },
    ...clusterAccess,
    ...clusterBackup,
    ...clusterMembership,
  ],
};
