import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of the engine as a process: its socket, its folder, the calls made to it. Exit codes 2, 16 and 45-49. */
export const processErrors = {
  ENGINE_UNREACHABLE: {
    retry: "ask",
    exit: 45,
    title: text("no engine answers on {socket}: {problem}", "{socket} 上没有引擎应答：{problem}"),
    hint: text(
      "Start one with `slipway engine`, or leave --socket out and a private one is started.",
      "请用 `slipway engine` 启动引擎；不加 --socket 时会自动启动一个私有引擎。",
    ),
  },
  ENGINE_START_FAILED: {
    retry: "ask",
    exit: 45,
    title: text("the engine did not start: {problem}", "引擎未能启动：{problem}"),
    hint: text(
      "Its log is {log}. `slipway engine` in the foreground shows the same.",
      "日志在 {log}。在前台运行 `slipway engine` 可直接看到原因。",
    ),
  },
  ENGINE_LOST: {
    retry: "ask",
    exit: 46,
    title: text("the connection to the engine broke: {problem}", "与引擎的连接中断：{problem}"),
    hint: text(
      "Running operations are safe in the journal: run `slipway operation list`.",
      "正在进行的操作已安全记录在日志库中：运行 `slipway operation list` 查看。",
    ),
  },
  CALL_TIMEOUT: {
    retry: "ask",
    exit: 46,
    title: text("{call} got no answer within {seconds} s", "{call} 在 {seconds} 秒内没有应答"),
    hint: text(
      "The engine may be busy or stuck: see `slipway engine info` and its log.",
      "引擎可能繁忙或卡住：请查看 `slipway engine info` 和引擎日志。",
    ),
  },
  SOCKET_FOREIGN: {
    retry: "never",
    exit: 47,
    title: text("{socket} is not ours to use: {problem}", "{socket} 不属于本程序：{problem}"),
    hint: text(
      "Nothing was touched. Find out who made it, remove it, or choose another with --socket.",
      "没有做任何改动。请确认是谁创建的并删除它，或用 --socket 指定其他路径。",
    ),
  },
  SOCKET_UNUSABLE: {
    retry: "never",
    exit: 47,
    title: text("the engine cannot listen on {socket}: {problem}", "引擎无法在 {socket} 上监听：{problem}"),
    hint: text(
      "Choose another path with --socket (at most 107 bytes, in a folder you may write to).",
      "请用 --socket 指定其他路径（不超过 107 字节，且所在目录可写）。",
    ),
  },
  GROUP_UNKNOWN: {
    retry: "never",
    exit: 48,
    title: text("this system has no group {group}", "本系统没有用户组 {group}"),
    hint: text("`getent group` lists those there are.", "用 `getent group` 查看现有的用户组。"),
  },
  REQUEST_INVALID: {
    retry: "never",
    exit: 2,
    title: text("{call} was called with bad input: {problem}", "调用 {call} 的输入有误：{problem}"),
    hint: text("docs/openapi.json says what each call takes.", "docs/openapi.json 说明了每个调用的参数。"),
  },
  REQUEST_TOO_LARGE: {
    retry: "never",
    exit: 2,
    title: text("the request is larger than {limit} bytes", "请求超过 {limit} 字节"),
    hint: text("Send less in one call.", "请减少单次发送的内容。"),
  },
  CALL_UNKNOWN: {
    retry: "never",
    exit: 16,
    title: text("the engine knows no call {call}", "引擎没有名为 {call} 的调用"),
    hint: text(
      "Use the client that came with the engine, or restart the engine.",
      "请使用与引擎同一版本的客户端，或重启引擎。",
    ),
  },
  MACHINE_UNKNOWN: {
    retry: "never",
    exit: 2,
    title: text("no operation has ever named a machine {machine}", "没有任何操作涉及过机器 {machine}"),
    hint: text("`slipway machine list` shows the known ones.", "用 `slipway machine list` 查看已知机器。"),
  },
  HOST_KEY_NOT_PINNED: {
    retry: "never",
    exit: 2,
    title: text("no host key is pinned for {endpoint}", "{endpoint} 没有已固定的主机密钥"),
    hint: text(
      "`slipway machine keys` lists the pinned ones.",
      "用 `slipway machine keys` 查看已固定的密钥。",
    ),
  },
  FEATURE_ABSENT: {
    retry: "never",
    exit: 49,
    title: text("this engine cannot do {feature}: {problem}", "本引擎不支持 {feature}：{problem}"),
    hint: text("Run it on a system that can.", "请在满足条件的系统上运行。"),
  },
} as const satisfies ErrorArea;
