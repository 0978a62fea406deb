import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of the operation engine itself. Exit codes 2, 10-19, 70 and 130. */
export const engineErrors = {
  USAGE: {
    retry: "never",
    exit: 2,
    title: text("{problem}", "{problem}"),
    hint: text("Run the command with --help to see what it takes.", "加 --help 运行该命令，查看可用的参数。"),
  },
  OPERATION_NOT_FOUND: {
    retry: "never",
    exit: 10,
    title: text("there is no operation {operation}", "没有编号为 {operation} 的操作"),
    hint: text("`slipway operation list` shows all of them.", "用 `slipway operation list` 查看全部操作。"),
  },
  OPERATION_CONFLICT: {
    retry: "never",
    exit: 11,
    title: text(
      "operation {running} ({workflow}) is already working on {what}",
      "操作 {running}（{workflow}）正在处理 {what}",
    ),
    hint: text(
      "It keeps the spec it was started with. Wait for it (`slipway operation watch {running}`) or cancel it (`slipway operation cancel {running}`), then start again with the changed one.",
      "它会一直使用启动时的规格。请等待它结束（`slipway operation watch {running}`）或先取消它（`slipway operation cancel {running}`），再用修改后的规格重新开始。",
    ),
  },
  OPERATION_UNDER_WAY: {
    retry: "never",
    exit: 11,
    title: text(
      "operation {running} ({workflow}) is doing exactly this already",
      "操作 {running}（{workflow}）正在执行完全相同的任务",
    ),
    hint: text(
      "Nothing was started. Follow it with `slipway operation watch {running}`.",
      "没有启动新的操作。用 `slipway operation watch {running}` 查看进度。",
    ),
  },
  OPERATION_STATE: {
    retry: "never",
    exit: 12,
    title: text(
      "operation {operation} is {status}: it cannot {action}",
      "操作 {operation} 当前为 {status}，不能执行 {action}",
    ),
    hint: text(
      "`slipway operation show {operation}` tells what it can do now.",
      "用 `slipway operation show {operation}` 查看当前可做的事。",
    ),
  },
  DESTRUCTION_NOT_CONFIRMED: {
    retry: "ask",
    exit: 13,
    title: text("{step} destroys {loss} and was not confirmed", "{step} 会销毁 {loss}，但未得到确认"),
    hint: text(
      "Read the plan, then type the confirmation it asks for. Nothing was changed.",
      "请先阅读计划，再输入其中要求的确认内容。目前没有任何改动。",
    ),
  },
  STEP_TIMEOUT: {
    retry: "ask",
    exit: 14,
    title: text("{step} did not finish within {seconds} s", "{step} 未能在 {seconds} 秒内完成"),
    hint: text(
      "Look at the step's log for where it stands, then retry the machine.",
      "请查看该步骤的日志，确认停在何处，然后对该机器重试。",
    ),
  },
  OUTPUT_INVALID: {
    retry: "never",
    exit: 15,
    title: text(
      "{step} produced an output that does not fit its schema: {problem}",
      "{step} 的输出不符合其模式：{problem}",
    ),
    hint: text("This is a bug: make a support bundle and report it.", "这是程序缺陷：请生成支持包并反馈。"),
  },
  CONTRACT_MISMATCH: {
    retry: "never",
    exit: 16,
    title: text(
      "this client speaks contract {client}, the engine speaks {engine}",
      "本客户端的接口版本为 {client}，引擎为 {engine}",
    ),
    hint: text(
      "Use the client that came with the engine, or restart the engine.",
      "请使用与引擎同一版本的客户端，或重启引擎。",
    ),
  },
  WORKFLOW_UNKNOWN: {
    retry: "never",
    exit: 17,
    title: text("there is no workflow {workflow}", "没有名为 {workflow} 的流程"),
    hint: text("`slipway --help` lists what can be done.", "用 `slipway --help` 查看可以执行的操作。"),
  },
  CANCELLED: {
    retry: "ask",
    exit: 130,
    title: text("cancelled", "已取消"),
    hint: text(
      "Nothing was undone. `slipway operation retry` goes on from where it stands.",
      "已完成的部分没有撤销。用 `slipway operation retry` 可从当前位置继续。",
    ),
  },
  INTERNAL: {
    retry: "never",
    exit: 70,
    title: text("unexpected fault: {problem}", "意外故障：{problem}"),
    hint: text("This is a bug: make a support bundle and report it.", "这是程序缺陷：请生成支持包并反馈。"),
  },
} as const satisfies ErrorArea;
