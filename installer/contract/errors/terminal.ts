import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of terminals and their recordings. Exit codes 166-169. */
export const terminalErrors = {
  TERMINAL_UNKNOWN: {
    retry: "never",
    exit: 166,
    title: text("there is no terminal {terminal}", "没有终端 {terminal}"),
    hint: text(
      "It ended, or the engine was started anew, which ends all terminals. What it printed is in its recording: `slipway terminal replay {terminal}`. Open a new one.",
      "它已结束，或引擎曾重新启动（会结束所有终端）。其输出保存在录像中：`slipway terminal replay {terminal}`。请新开一个终端。",
    ),
  },
  TERMINAL_LIMIT: {
    retry: "never",
    exit: 166,
    title: text(
      "{count} terminals are open already, the most there may be",
      "已打开 {count} 个终端，达到上限",
    ),
    hint: text(
      "Close some that nobody needs: `slipway terminal list`, `slipway terminal close ID`.",
      "请关闭不再需要的终端：`slipway terminal list`、`slipway terminal close ID`。",
    ),
  },
  TERMINAL_CUT: {
    retry: "never",
    exit: 166,
    title: text("the connection to {target} broke: {problem}", "到 {target} 的连接中断：{problem}"),
    hint: text(
      "Look whether the pod or the machine still runs, then open a new terminal. What was printed so far is in the recording.",
      "请确认 Pod 或机器仍在运行，然后新开终端。此前的输出已在录像中。",
    ),
  },
  POD_UNKNOWN: {
    retry: "never",
    exit: 167,
    title: text(
      "the cluster {cluster} has no pod {pod} in {namespace}",
      "集群 {cluster} 的 {namespace} 中没有 Pod {pod}",
    ),
    hint: text(
      "It was deleted or replaced by another one; choose a pod that runs.",
      "该 Pod 可能已被删除或替换，请选择正在运行的 Pod。",
    ),
  },
  CONTAINER_UNKNOWN: {
    retry: "never",
    exit: 167,
    title: text("the pod {pod} has no container {container}", "Pod {pod} 中没有容器 {container}"),
    hint: text("It has: {known}.", "现有容器：{known}。"),
  },
  CONTAINER_NOT_RUNNING: {
    retry: "never",
    exit: 167,
    title: text(
      "the container {container} of {pod} does not run: {state}",
      "{pod} 的容器 {container} 未运行：{state}",
    ),
    hint: text(
      "Look at the pod's events and logs. A debug shell (--debug) works as soon as the pod itself runs.",
      "请查看该 Pod 的事件与日志。只要 Pod 本身在运行，就可以使用调试 shell（--debug）。",
    ),
  },
  CONTAINER_NO_SHELL: {
    retry: "never",
    exit: 167,
    title: text("the container {container} of {pod} has no shell", "{pod} 的容器 {container} 中没有 shell"),
    hint: text(
      "Open a debug shell: it adds a container with tools beside it (--debug).",
      "请打开调试 shell：它会在旁边添加一个带工具的容器（--debug）。",
    ),
  },
  DEBUG_REFUSED: {
    retry: "never",
    exit: 167,
    title: text(
      "no debug container could be added to {pod}: {problem}",
      "无法在 {pod} 中添加调试容器：{problem}",
    ),
    hint: text(
      "The pod must run, the namespace's rules of pod security must allow it, and the cluster's bundle must hold the debug image.",
      "Pod 必须正在运行，命名空间的 Pod 安全策略必须允许，且集群的交付包中必须包含调试镜像。",
    ),
  },
  KUBE_CALL_REFUSED: {
    retry: "never",
    exit: 167,
    title: text(
      "the API of cluster {cluster} refused: {problem}",
      "集群 {cluster} 的 API 拒绝了请求：{problem}",
    ),
    hint: text(
      "Read what it says. `slipway cluster status {cluster}` shows how the cluster is.",
      "请阅读其说明。`slipway cluster status {cluster}` 可查看集群状态。",
    ),
  },
  KUBE_UNREACHABLE: {
    retry: "backoff",
    exit: 167,
    title: text(
      "the API of cluster {cluster} does not answer: {problem}",
      "集群 {cluster} 的 API 没有响应：{problem}",
    ),
    hint: text(
      "`slipway cluster status {cluster}` asks the machines themselves; a shell on a machine may still work.",
      "`slipway cluster status {cluster}` 会直接询问各机器；机器上的 shell 可能仍可使用。",
    ),
  },
  KUBECTL_UNCONFINED: {
    retry: "never",
    exit: 168,
    title: text(
      "this appliance cannot confine a kubectl shell: {problem}",
      "本管理机无法隔离 kubectl shell：{problem}",
    ),
    hint: text(
      "It needs Linux and an engine that may make namespaces. The owner of the appliance can run kubectl itself: `slipway cluster kubeconfig`.",
      "这需要 Linux，且引擎有权创建命名空间。管理机的所有者可直接运行 kubectl：`slipway cluster kubeconfig`。",
    ),
  },
  RECORDING_UNKNOWN: {
    retry: "never",
    exit: 169,
    title: text("there is no recording {recording}", "没有录像 {recording}"),
    hint: text(
      "`slipway terminal recordings` shows them; old ones are removed after {days} days.",
      "用 `slipway terminal recordings` 查看；超过 {days} 天的录像会被删除。",
    ),
  },
  RECORDING_FULL: {
    retry: "never",
    exit: 169,
    title: text("the recording is {megabytes} MB long, the most one may be", "录像已达 {megabytes} MB 上限"),
    hint: text(
      "Nothing is shown that is not recorded, so the terminal was ended. Open a new one, and write long output to a file.",
      "未录制的内容不会显示，因此终端已结束。请新开终端，并将大量输出写入文件。",
    ),
  },
  RECORDING_UNWRITABLE: {
    retry: "never",
    exit: 169,
    title: text("the recording {file} cannot be written: {problem}", "无法写入录像 {file}：{problem}"),
    hint: text(
      "No terminal runs without a recording. Free space on that disk, then open a new one.",
      "没有录像就不会运行终端。请释放该磁盘的空间，然后新开终端。",
    ),
  },
} as const satisfies ErrorArea;
