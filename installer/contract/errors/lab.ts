import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of the lab. Exit codes 30-39. */
export const labErrors = {
  LAB_NOT_ROOT: {
    retry: "never",
    exit: 30,
    title: text(
      "the lab needs root: it makes namespaces and mounts",
      "实验环境需要 root 权限，用于创建命名空间和挂载",
    ),
    hint: text("Run the same command with sudo.", "请用 sudo 重新运行同一条命令。"),
  },
  LAB_TOOL_MISSING: {
    retry: "never",
    exit: 31,
    title: text("missing on this computer: {tools}", "本机缺少：{tools}"),
    hint: text(
      "Install the Debian packages {packages} (`scripts/setup` does it), then run the command again.",
      "请安装 Debian 软件包 {packages}（`scripts/setup` 会自动安装），然后重新运行。",
    ),
  },
  LAB_HOST_UNSUPPORTED: {
    retry: "never",
    exit: 32,
    title: text("this computer cannot run a lab: {problem}", "本机无法运行实验环境：{problem}"),
    hint: text(
      "docs/lab.md lists what the kernel must offer. Use another computer or a virtual machine.",
      "docs/lab.md 列出了对内核的要求。请换一台计算机或使用虚拟机。",
    ),
  },
  LAB_DISK_SPACE: {
    retry: "ask",
    exit: 33,
    title: text(
      "{path} has {free} MB free, the lab needs {needed} MB",
      "{path} 剩余空间 {free} MB，实验环境需要 {needed} MB",
    ),
    hint: text("Make space there, then run the command again.", "请在该处腾出空间后重新运行。"),
  },
  LAB_BASE_FAILED: {
    retry: "ask",
    exit: 34,
    title: text(
      "the machines' base system could not be built: {problem}",
      "无法构建机器的基础系统：{problem}",
    ),
    hint: text(
      "Read the end of the log below. Mostly the package mirror in this computer's apt configuration could not be reached; nothing half-built is kept.",
      "请查看下面日志的末尾。常见原因是本机 apt 配置的软件源无法访问；未完成的内容不会保留。",
    ),
  },
  LAB_BASE_GONE: {
    retry: "never",
    exit: 34,
    title: text(
      "the system that lab {lab} was made over is no longer in the cache: {path}",
      "实验环境 {lab} 所用的基础系统已不在缓存中：{path}",
    ),
    hint: text(
      "Its machines cannot start without it: `slipway lab down --name {lab}`, then `up` again.",
      "没有它机器无法启动：请先执行 `slipway lab down --name {lab}`，再重新 `up`。",
    ),
  },
  LAB_MACHINE_NOT_BOOTED: {
    retry: "ask",
    exit: 35,
    title: text(
      "{machine} of lab {lab} did not answer on SSH within {seconds} s",
      "实验环境 {lab} 的机器 {machine} 在 {seconds} 秒内没有响应 SSH",
    ),
    hint: text(
      "The end of its console is below. `slipway lab down --name {lab}` removes what is there.",
      "其控制台末尾内容见下。可用 `slipway lab down --name {lab}` 清除。",
    ),
  },
  LAB_UNKNOWN: {
    retry: "never",
    exit: 36,
    title: text("there is no lab {lab} on this computer", "本机没有名为 {lab} 的实验环境"),
    hint: text("`slipway lab up --name {lab}` makes it.", "用 `slipway lab up --name {lab}` 创建。"),
  },
  LAB_MACHINE_UNKNOWN: {
    retry: "never",
    exit: 36,
    title: text(
      "lab {lab} has no machine {machine}; it has {known}",
      "实验环境 {lab} 中没有机器 {machine}；现有：{known}",
    ),
    hint: text("Use one of the names listed.", "请使用列出的名称之一。"),
  },
  LAB_MACHINE_OFF: {
    retry: "ask",
    exit: 37,
    title: text(
      "{machine} of lab {lab} is off: {fault} needs it running",
      "实验环境 {lab} 的机器 {machine} 已关机：{fault} 需要机器处于运行状态",
    ),
    hint: text(
      "`slipway lab fault {machine} start --name {lab}` powers it on.",
      "用 `slipway lab fault {machine} start --name {lab}` 开机。",
    ),
  },
  LAB_MACHINE_STILL_ON: {
    retry: "ask",
    exit: 37,
    title: text(
      "{machine} of lab {lab} was asked to shut down and is still on after {seconds} s",
      "实验环境 {lab} 的机器 {machine} 收到关机请求，{seconds} 秒后仍未关机",
    ),
    hint: text(
      "Firmware and installers do not listen to the power button: `slipway lab power {machine} cut --name {lab}` pulls the plug.",
      "固件和安装程序不响应电源按钮：用 `slipway lab power {machine} cut --name {lab}` 直接断电。",
    ),
  },
  LAB_FAULT_UNSUPPORTED: {
    retry: "never",
    exit: 37,
    title: text(
      "{fault} is not possible on {machine}: it is a {kind}",
      "无法在 {machine} 上执行 {fault}：它的类型是 {kind}",
    ),
    hint: text(
      "A machine with a clock of its own is an emulated one: `slipway lab up --vm 1` adds v1.",
      "只有模拟机器才有独立的时钟：用 `slipway lab up --vm 1` 添加 v1。",
    ),
  },
  LAB_PROCESS_UNKNOWN: {
    retry: "never",
    exit: 37,
    title: text("no process named {process} runs on {machine}", "{machine} 上没有名为 {process} 的进程"),
    hint: text(
      "`slipway lab ssh {machine} -- ps -e` lists the names.",
      "用 `slipway lab ssh {machine} -- ps -e` 查看进程名。",
    ),
  },
  LAB_BUSY: {
    retry: "backoff",
    exit: 38,
    title: text("another command is working on lab {lab}", "另一条命令正在操作实验环境 {lab}"),
    hint: text("Wait for it to end, then run this one again.", "请等待其结束后重新运行。"),
  },
  LAB_SUBNET_FIXED: {
    retry: "never",
    exit: 38,
    title: text(
      "lab {lab} uses {subnet}; it cannot change to {wanted} while it is up",
      "实验环境 {lab} 使用 {subnet}，运行期间不能改为 {wanted}",
    ),
    hint: text(
      "Take it down first (`slipway lab down --name {lab}`), or give the new lab another name.",
      "请先执行 `slipway lab down --name {lab}`，或为新的实验环境换一个名称。",
    ),
  },
  LAB_SUBNET_INVALID: {
    retry: "never",
    exit: 38,
    title: text("{subnet} is not a /24 of private addresses", "{subnet} 不是私有地址的 /24 网段"),
    hint: text("Use for example 10.99.0.0/24.", "例如使用 10.99.0.0/24。"),
  },
  LAB_DOWN_INCOMPLETE: {
    retry: "ask",
    exit: 39,
    title: text("lab {lab} could not be removed completely: {what}", "实验环境 {lab} 未能完全清除：{what}"),
    hint: text(
      "Close what still uses it (a shell inside its folder, a process in its namespace) and run the command again.",
      "请关闭仍在使用它的程序（位于其目录中的 shell、其命名空间中的进程），然后重新运行。",
    ),
  },
  LAB_COMMAND_FAILED: {
    retry: "ask",
    exit: 39,
    title: text("`{command}` failed with code {code}", "`{command}` 执行失败，退出码 {code}"),
    hint: text(
      "Its output is below. `slipway lab down` and a new `up` start from nothing.",
      "其输出见下。可先执行 `slipway lab down`，再重新 `up`。",
    ),
  },
} as const satisfies ErrorArea;
