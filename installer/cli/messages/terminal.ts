import { message } from "./message.ts";

/** What commands about terminals say. */
export const terminalMessages = {
  terminalOpened: message(
    "terminal {id}, recorded; Ctrl-] leaves it open and goes back",
    "终端 {id}，正在录制；按 Ctrl-] 可离开并保持其运行",
  ),
  terminalLeft: message("the terminal stays open: {command}", "终端仍在运行：{command}"),
  colTarget: message("WHERE", "目标"),
  colNamespace: message("NAMESPACE", "命名空间"),
  colPod: message("POD", "Pod"),
  colContainers: message("CONTAINERS", "容器"),
} as const;
