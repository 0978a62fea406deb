import { text } from "../../contract/text.ts";
import type { ArgumentSpec, CommandSpec } from "../command.ts";
import { example, workflowOptions } from "./common.ts";

const blank: ArgumentSpec = {
  name: "<machine>",
  text: text("hardware address, or name in a spec", "MAC 地址，或规格中的名称"),
  completes: "machine",
};
const serial: ArgumentSpec = {
  name: "<serial>",
  text: text("serial number of the disk, typed out", "磁盘序列号（完整输入）"),
};

/** Commands about machines without an operating system. */
export const machineMetal: readonly CommandSpec[] = [
  {
    name: "discovered",
    summary: text("list machines that booted the installer", "列出已引导安装程序的机器"),
    examples: [
      example(
        "slipway machine discovered",
        "with disks, cards and what they share",
        "含磁盘、网卡及重复信息",
      ),
      example("slipway machine discovered --output yaml", "with all their facts", "附带全部信息"),
    ],
    load: async () => (await import("../actions/machine-metal.ts")).discovered,
  },
  {
    name: "accept",
    summary: text("take a discovered machine into a cluster, and install it", "将已发现的机器纳入集群并安装"),
    arguments: [
      { name: "<mac>", text: text("its hardware address", "其 MAC 地址") },
      { name: "<cluster>", text: text("name of the cluster", "集群名称"), completes: "cluster" },
    ],
    options: [
      { flags: "--name <name>", text: text("its name (node- and its address)", "名称（默认 node- 加地址）") },
      {
        flags: "--address <address>",
        text: text("its address (the one it was given)", "地址（默认沿用已分配的地址）"),
      },
      {
        flags: "--roles <roles>",
        text: text("its roles, by comma (worker)", "角色，逗号分隔（默认 worker）"),
      },
      {
        flags: "--disk <serial>",
        text: text("serial number of the disk to install on", "安装目标磁盘的序列号"),
      },
      ...workflowOptions.filter(({ flags }) => !flags.includes("--file")),
    ],
    examples: [
      example(
        "slipway machine accept 52:54:00:12:34:56 site-a --roles worker --plan",
        "what would be done, and what to type",
        "显示将执行的步骤和需要输入的确认内容",
      ),
    ],
    load: async () => (await import("../actions/machine-metal.ts")).accept,
  },
  {
    name: "overwrite",
    summary: text(
      "agree to lose what a disk holds, by typing its serial number",
      "输入序列号，同意丢弃磁盘上的数据",
    ),
    arguments: [blank, serial],
    examples: [
      example(
        "slipway machine overwrite w1 S4EWNX0M123456",
        "then retry the operation: the beginning and end of the disk are saved first",
        "然后重试操作：会先保存磁盘首尾内容",
      ),
    ],
    load: async () => (await import("../actions/machine-metal.ts")).overwrite,
  },
  {
    name: "disk-restore",
    summary: text(
      "put back the saved beginning and end of an overwritten disk",
      "恢复已覆盖磁盘保存的首尾内容",
    ),
    arguments: [blank, serial],
    examples: [
      example(
        "slipway machine disk-restore w1 S4EWNX0M123456",
        "done when the installer runs on the machine next",
        "在机器下次运行安装程序时执行",
      ),
    ],
    load: async () => (await import("../actions/machine-metal.ts")).restoreDisk,
  },
  {
    name: "rules",
    summary: text("list the rules that take machines into clusters", "列出自动纳入集群的规则"),
    examples: [example("slipway machine rules", "all of them", "全部规则")],
    load: async () => (await import("../actions/machine-metal.ts")).rules,
  },
  {
    name: "rule-add",
    summary: text("choose a cluster and roles for machines by what they are", "按机器特征指定集群和角色"),
    arguments: [{ name: "<cluster>", text: text("name of the cluster", "集群名称"), completes: "cluster" }],
    options: [
      { flags: "--serial <serial>", text: text("serial number of the machine", "机器序列号") },
      { flags: "--mac <mac>", text: text("hardware address, or its beginning", "MAC 地址或其前缀") },
      { flags: "--vendor <vendor>", text: text("vendor, as its firmware says it", "厂商（与固件显示一致）") },
      { flags: "--roles <roles>", text: text("roles, by comma (worker)", "角色，逗号分隔（默认 worker）") },
    ],
    examples: [
      example(
        'slipway machine rule-add site-a --vendor "Dell Inc."',
        "every Dell as a worker",
        "所有 Dell 机器作为工作节点",
      ),
    ],
    load: async () => (await import("../actions/machine-metal.ts")).addRule,
  },
  {
    name: "rule-remove",
    summary: text("forget a rule", "删除规则"),
    arguments: [
      { name: "<rule>", text: text("its id, as `machine rules` lists it", "规则编号，见 `machine rules`") },
    ],
    examples: [example("slipway machine rule-remove rule-1a2b3c4d", "one rule", "删除一条规则")],
    load: async () => (await import("../actions/machine-metal.ts")).removeRule,
  },
];
