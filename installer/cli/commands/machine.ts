import { text } from "../../contract/text.ts";
import type { ArgumentSpec, NounSpec, OptionSpec } from "../command.ts";
import { example, workflowOptions } from "./common.ts";
import { machineMetal } from "./machine-metal.ts";
import { machineLifecycle } from "./machine-lifecycle.ts";
import { machineShell } from "./terminal.ts";

const clusterOption: OptionSpec = {
  flags: "--cluster <name>",
  text: text("only of this cluster", "只限该集群"),
  completes: "cluster",
};
const endpointArgument: ArgumentSpec = {
  name: "<endpoint>",
  text: text("address or address:port", "地址，或 地址:端口"),
  completes: "endpoint",
};

/** `slipway machine`: what is known about machines, and taking them out of service. */
export const machine: NounSpec = {
  name: "machine",
  summary: text("machines: facts, keys, drain, restart", "机器：信息、主机密钥、排空与重启"),
  verbs: [
    {
      name: "list",
      summary: text("list the machines that operations have named", "列出操作涉及过的机器"),
      options: [clusterOption],
      examples: [
        example("slipway machine list", "all of them", "全部机器"),
        example(
          "slipway machine list --cluster site-a --output yaml",
          "with all their facts",
          "附带全部采集信息",
        ),
      ],
      load: async () => (await import("../actions/machine.ts")).list,
    },
    {
      name: "show",
      summary: text("show what is known about a machine", "显示某台机器的信息"),
      arguments: [{ name: "<machine>", text: text("its name", "机器名称"), completes: "machine" }],
      options: [clusterOption],
      examples: [example("slipway machine show n1", "its latest facts", "最近一次采集的信息")],
      load: async () => (await import("../actions/machine.ts")).show,
    },
    {
      name: "keys",
      summary: text("list the pinned host keys", "列出已固定的主机密钥"),
      examples: [example("slipway machine keys", "which key is trusted where", "查看各端点信任的密钥")],
      load: async () => (await import("../actions/machine.ts")).keys,
    },
    {
      name: "trust",
      summary: text(
        "trust another host key: the one given, or the next one shown",
        "改为信任另一主机密钥：给定的密钥，或下次出示的密钥",
      ),
      arguments: [
        endpointArgument,
        {
          name: "[fingerprint]",
          text: text("SHA256:... as `ssh-keygen -lf` prints it", "`ssh-keygen -lf` 输出的 SHA256:…"),
        },
      ],
      examples: [
        example(
          "slipway machine trust 10.0.0.11 SHA256:n3Xk0Vb2q6Lw1pT9sYc8eR4uJ7hG5fD2aZmQoPiBxNE",
          "a key that was compared on the machine's own console",
          "已在机器控制台上核对的密钥",
        ),
        example("slipway machine trust 10.0.0.11", "record whatever it shows next", "记录下次出示的密钥"),
      ],
      load: async () => (await import("../actions/machine.ts")).trust,
    },
    {
      name: "forget",
      summary: text("remove every trace of Slipway from machines", "清除机器上的 Slipway 痕迹"),
      options: workflowOptions,
      examples: [
        example(
          "slipway machine forget -f site-a.yaml --plan",
          "show what would be lost",
          "显示将会丢失的内容",
        ),
        example(
          "slipway machine forget -f site-a.yaml --confirm TEXT",
          "with what the plan asks for",
          "按计划的要求输入确认内容",
        ),
      ],
      load: async () => (await import("../actions/cluster.ts")).forget,
    },
    machineShell,
    ...machineMetal,
    ...machineLifecycle,
  ],
};
