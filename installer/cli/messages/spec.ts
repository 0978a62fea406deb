import { message } from "./message.ts";

/** What the CLI says about specs and their writing. */
export const specMessages = {
  specWarning: message("warning", "警告"),
  followsRunning: message(
    "{operation} is doing exactly this already; following it",
    "{operation} 正在执行完全相同的任务；转为跟随其进度",
  ),
  specWritten: message(
    "{file} is written: {machines} machines, {controlPlanes} of them control planes. Look through it, then: {command}",
    "已写入 {file}：{machines} 台机器，其中 {controlPlanes} 台为控制平面。请检查内容，然后执行：{command}",
  ),
} as const;
