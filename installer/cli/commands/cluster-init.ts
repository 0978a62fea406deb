import { text } from "../../contract/text.ts";
import type { CommandSpec } from "../command.ts";
import { example } from "./common.ts";

/** `slipway cluster init`. */
export const clusterInit: CommandSpec = {
  name: "init",
  summary: text(
    "write a commented spec from what the site knows; no file is overwritten",
    "按现场已知信息写出带注释的规格；不会覆盖已有文件",
  ),
  options: [
    {
      flags: "--machine <addresses>",
      text: text(
        "addresses, separated by commas; control planes first (default: machines of earlier checks)",
        "机器地址，逗号分隔，控制平面在前（默认：此前检查过的机器）",
      ),
    },
    { flags: "--name <cluster>", text: text("name of the cluster (cluster)", "集群名称（默认 cluster）") },
    {
      flags: "-f, --file <path>",
      text: text(
        "where to write; - for standard output (<name>.yaml)",
        "写入的位置；- 表示标准输出（默认 <名称>.yaml）",
      ),
      completes: "file",
    },
    {
      flags: "--control-planes <count>",
      text: text(
        "how many of the machines, from the first on (3 with an endpoint, else 1)",
        "控制平面数量，从第一台算起（有入口地址时为 3，否则为 1）",
      ),
    },
    {
      flags: "--virtual-ip <address>",
      text: text(
        "free address of the control planes' subnet for the API",
        "控制平面子网中供 API 使用的空闲地址",
      ),
    },
    {
      flags: "--load-balancer <host>",
      text: text("existing load balancer in front of the API", "API 前已有的负载均衡"),
    },
    { flags: "--user <name>", text: text("user to log in as (root)", "登录用户（默认 root）") },
    {
      flags: "--key <reference>",
      text: text("private key: secret:<name> or file:/path", "私钥：secret:<名称> 或 file:/路径"),
    },
  ],
  examples: [
    example(
      "slipway cluster init --name site-a --machine 10.0.0.11,10.0.0.12,10.0.0.13,10.0.0.14 --virtual-ip 10.0.0.10",
      "three control planes and a worker, into site-a.yaml",
      "三台控制平面和一台工作节点，写入 site-a.yaml",
    ),
    example("slipway cluster init --machine 10.0.0.11 -f -", "print the smallest one", "打印最小的规格"),
  ],
  load: async () => (await import("../actions/cluster-init.ts")).init,
};
