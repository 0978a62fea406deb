import { text } from "../../contract/text.ts";
import type { NounSpec } from "../command.ts";
import { example, workflowOptions } from "./common.ts";

/** `slipway cluster`: what is done to a whole cluster. */
export const cluster: NounSpec = {
  name: "cluster",
  summary: text("work on a cluster and its machines", "对集群及其机器进行操作"),
  verbs: [
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
  ],
};
