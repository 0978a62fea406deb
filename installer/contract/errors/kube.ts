import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of asking a cluster's own API. Exit codes 180-182. */
export const kubeErrors = {
  KUBE_API_SILENT: {
    retry: "backoff",
    exit: 180,
    title: text(
      "the API of {cluster} does not answer: {problem}",
      "集群 {cluster} 的 API 没有应答：{problem}",
    ),
    hint: text(
      "Look at the state of the cluster: `slipway cluster status {cluster}` asks its machines themselves.",
      "请查看集群状态：`slipway cluster status {cluster}` 会直接询问各台机器。",
    ),
  },
  KUBE_API_REFUSED: {
    retry: "never",
    exit: 181,
    title: text("{cluster} refused: {problem}", "集群 {cluster} 拒绝了请求：{problem}"),
    hint: text("What it says names the reason; nothing was changed.", "拒绝信息中说明了原因，未做任何更改。"),
  },
  KUBE_OBJECT_GONE: {
    retry: "never",
    exit: 182,
    title: text("{cluster} has no {object} (any more)", "集群 {cluster} 中没有（或不再有）{object}"),
    hint: text(
      "Look at the list again: it may have been replaced under another name.",
      "请重新查看列表：它可能已被替换为其他名称。",
    ),
  },
} as const satisfies ErrorArea;
