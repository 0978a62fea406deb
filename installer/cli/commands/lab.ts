import { text } from "../../contract/text.ts";
import type { ArgumentSpec, NounSpec } from "../command.ts";
import { example, labNameOption } from "./common.ts";

const machineArgument: ArgumentSpec = {
  name: "<machine>",
  text: text("machine of the lab, such as n1", "实验环境中的机器，例如 n1"),
};

/** `slipway lab`: machines to rehearse with. */
export const lab: NounSpec = {
  name: "lab",
  summary: text("machines made on the spot, to rehearse with", "即时创建的演练用机器"),
  verbs: [
    {
      name: "up",
      summary: text("make a lab, or complete it", "创建或补全实验环境"),
      options: [
        labNameOption,
        { flags: "--machines <count>", text: text("system containers (4)", "系统容器数量（默认 4）") },
        {
          flags: "--vm <count>",
          text: text(
            "emulated machines with a kernel of their own (0)",
            "模拟整机数量，各有自己的内核（默认 0）",
          ),
        },
        {
          flags: "--metal <count>",
          text: text("blank machines, switched off (0)", "裸机数量，创建后未开机（默认 0）"),
        },
        {
          flags: "--firmware <kind>",
          text: text("what the blank machines start with (uefi)", "裸机固件（默认 uefi）"),
          choices: ["bios", "uefi", "secure-boot"],
        },
        {
          flags: "--disks <count>",
          text: text("disks of each blank machine (1)", "每台裸机的磁盘数量（默认 1）"),
        },
        {
          flags: "--subnet <cidr>",
          text: text("a private /24 (10.99.0.0/24)", "私有 /24 网段（默认 10.99.0.0/24）"),
        },
      ],
      examples: [
        example(
          "slipway lab up --machines 4",
          "four machines on a network without a way out",
          "四台机器，网络无出口",
        ),
        example(
          "slipway lab up --name two --machines 2 --vm 1",
          "a second lab, one machine emulated",
          "第二个实验环境，其中一台为模拟整机",
        ),
        example(
          "slipway lab up --machines 3 --metal 1 --firmware secure-boot",
          "a blank machine beside three others",
          "三台机器之外再加一台裸机",
        ),
      ],
      load: async () => (await import("../actions/lab.ts")).up,
    },
    {
      name: "status",
      summary: text("show the machines of a lab", "显示实验环境中的机器"),
      options: [labNameOption],
      examples: [
        example(
          "slipway lab status",
          "state, memory, faults, packets dropped",
          "状态、内存、故障、被丢弃的数据包",
        ),
      ],
      load: async () => (await import("../actions/lab.ts")).status,
    },
    {
      name: "ssh",
      summary: text("log in to a machine of a lab", "登录实验环境中的机器"),
      arguments: [
        machineArgument,
        { name: "[command...]", text: text("run this instead of a shell", "运行该命令而不是进入 shell") },
      ],
      options: [labNameOption],
      examples: [
        example("slipway lab ssh n1", "a shell on n1", "进入 n1 的 shell"),
        example("slipway lab ssh n1 -- systemctl --failed", "one command", "运行一条命令"),
      ],
      load: async () => (await import("../actions/lab.ts")).ssh,
    },
    {
      name: "fault",
      summary: text("break a machine on purpose, or mend it", "有意制造或恢复故障"),
      arguments: [
        machineArgument,
        {
          name: "<fault>",
          text: text("what to do to it", "故障类型"),
          choices: [
            "kill",
            "start",
            "reboot",
            "freeze",
            "thaw",
            "cut",
            "heal",
            "slow",
            "loss",
            "fill-disk",
            "free-disk",
            "kill-process",
            "clock",
          ],
        },
        {
          name: "[value]",
          text: text("kbit/s, percent, process name or seconds", "kbit/s、百分比、进程名或秒数"),
        },
      ],
      options: [labNameOption],
      examples: [
        example("slipway lab fault n2 cut", "pull the network cable", "拔掉网线"),
        example("slipway lab fault n2 loss 20", "lose a fifth of the packets", "丢弃五分之一的数据包"),
        example("slipway lab fault n2 heal", "mend the network", "恢复网络"),
      ],
      load: async () => (await import("../actions/lab.ts")).fault,
    },
    {
      name: "power",
      summary: text("switch a machine on or off, or cut its power", "开机、关机或断电"),
      arguments: [
        machineArgument,
        {
          name: "<button>",
          text: text("on; off: shut down; cut: pull the plug", "on 开机；off 正常关机；cut 直接断电"),
          choices: ["on", "off", "cut"],
        },
      ],
      options: [labNameOption],
      examples: [
        example("slipway lab power m1 on", "start a blank machine", "启动一台裸机"),
        example("slipway lab power m1 cut", "pull its plug", "直接断电"),
      ],
      load: async () => (await import("../actions/lab.ts")).power,
    },
    {
      name: "down",
      summary: text("remove a lab without a trace", "彻底移除实验环境"),
      options: [labNameOption],
      examples: [example("slipway lab down", "machines, network, disks", "机器、网络和磁盘")],
      load: async () => (await import("../actions/lab.ts")).down,
    },
  ],
};
