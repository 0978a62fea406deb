import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of taking machines out of service and bringing them back. Exit codes 110-115. */
export const lifecycleErrors = {
  MACHINE_NOT_A_MEMBER: {
    retry: "never",
    exit: 2,
    title: text("{cluster} has no machine {machine}", "集群 {cluster} 中没有机器 {machine}"),
    hint: text(
      "`slipway cluster status {cluster}` names its machines.",
      "`slipway cluster status {cluster}` 会列出其机器。",
    ),
  },
  NODE_MISSING: {
    retry: "ask",
    exit: 110,
    title: text("the API of {cluster} knows no node {machine}", "{cluster} 的 API 中没有节点 {machine}"),
    hint: text(
      "`slipway cluster apply` joins the machine again, or takes it out of the spec first.",
      "请用 `slipway cluster apply` 让该机器重新加入，或先把它从规格中移除。",
    ),
  },
  DRAIN_REFUSED: {
    retry: "ask",
    exit: 111,
    title: text(
      "{machine} holds pods that would be lost: {pods}",
      "{machine} 上有驱逐后会丢失的 Pod 或数据：{pods}",
    ),
    hint: text(
      "Nothing was changed on the machine. Allow it with --lose-local-data (emptyDir volumes, marked `data`) or --lose-bare-pods (pods without a controller, marked `bare`), or remove those pods yourself.",
      "没有改动该机器。可用 --lose-local-data（标记为 data：emptyDir 卷中的数据）或 --lose-bare-pods（标记为 bare：没有控制器的 Pod）允许丢失，或自行移走这些 Pod。",
    ),
  },
  DRAIN_BLOCKED: {
    retry: "ask",
    exit: 111,
    title: text(
      "{count} pod(s) did not leave {machine} within {seconds} s: {pods}",
      "{seconds} 秒内仍有 {count} 个 Pod 未离开 {machine}：{pods}",
    ),
    hint: text(
      "The machine takes no new pods; the others have left. Give the workload more replicas elsewhere or change its PodDisruptionBudget, then retry; `slipway machine return` puts the machine back into service instead.",
      "该机器已停止接收新 Pod，其余 Pod 已离开。请在其他机器上增加副本或调整 PodDisruptionBudget 后重试；也可用 `slipway machine return` 让该机器恢复服务。",
    ),
  },
  QUORUM_OTHER_UNREACHABLE: {
    retry: "ask",
    exit: 112,
    title: text(
      "{machine} must not go down: the control plane {other} cannot be reached",
      "{machine} 现在不能停机：无法连接控制平面 {other}",
    ),
    hint: text(
      "Bring {other} back first, or replace it. With both down etcd could lose its quorum.",
      "请先恢复或替换 {other}。两台同时停机可能使 etcd 失去多数派。",
    ),
  },
  QUORUM_OTHER_ETCD: {
    retry: "ask",
    exit: 112,
    title: text(
      "{machine} must not go down: etcd on the control plane {other} is not healthy ({reason})",
      "{machine} 现在不能停机：控制平面 {other} 上的 etcd 不健康（{reason}）",
    ),
    hint: text(
      "Look at etcd's container on {other} (`crictl ps -a --name etcd`) and bring it back first.",
      "请在 {other} 上查看 etcd 容器（`crictl ps -a --name etcd`），先使其恢复。",
    ),
  },
  QUORUM_OTHER_API: {
    retry: "ask",
    exit: 112,
    title: text(
      "{machine} must not go down: the API server of the control plane {other} is not ready",
      "{machine} 现在不能停机：控制平面 {other} 的 API 服务未就绪",
    ),
    hint: text(
      "Look at the API server's container on {other} (`crictl ps -a --name kube-apiserver`) and bring it back first.",
      "请在 {other} 上查看 API 服务的容器（`crictl ps -a --name kube-apiserver`），先使其恢复。",
    ),
  },
  QUORUM_OTHER_IN_MAINTENANCE: {
    retry: "ask",
    exit: 112,
    title: text(
      "{machine} must not go down: the control plane {other} is in maintenance ({by}: {why})",
      "{machine} 现在不能停机：控制平面 {other} 正在维护（{by}：{why}）",
    ),
    hint: text(
      "Return {other} to service first (`slipway machine return`): only one control plane may be down at a time.",
      "请先用 `slipway machine return` 让 {other} 恢复服务：同一时间只能有一台控制平面停机。",
    ),
  },
  QUORUM_OTHER_DOWN: {
    retry: "ask",
    exit: 112,
    title: text(
      "{machine} must not go down: {other} is being taken down by operation {operation} and is not back yet",
      "{machine} 现在不能停机：操作 {operation} 正在让 {other} 停机，尚未恢复",
    ),
    hint: text(
      "Let that operation finish or retry it; if {other} is well again, `slipway machine return` clears the mark.",
      "请等待或重试该操作；如 {other} 已恢复正常，可用 `slipway machine return` 清除标记。",
    ),
  },
  QUORUM_TOO_SMALL: {
    retry: "never",
    exit: 112,
    title: text(
      "{machine} must not go down: of {members} members of etcd {left} would be left, and {needed} are needed",
      "{machine} 现在不能停机：etcd 共 {members} 个成员，停机后只剩 {left} 个，至少需要 {needed} 个",
    ),
    hint: text(
      "Add control planes first; with three or more, one may be switched off.",
      "请先增加控制平面；有三台或更多时，可以关闭其中一台。",
    ),
  },
  FENCE_ALIVE: {
    retry: "never",
    exit: 115,
    title: text("{machine} is not off: it answers ({how})", "{machine} 并未断电：它仍有响应（{how}）"),
    hint: text(
      "Switch it off first, by its BMC or its plug, so that nothing writes to its data any more. A machine that can be reached is drained with `slipway machine shutdown` instead.",
      "请先通过 BMC 或拔掉电源将其断电，确保不再有进程写入其数据。仍可访问的机器请改用 `slipway machine shutdown`。",
    ),
  },
  MACHINE_NOT_BACK: {
    retry: "ask",
    exit: 113,
    title: text(
      "{machine} was not back in service after {seconds} s: {problem}",
      "{machine} 在 {seconds} 秒内未恢复服务：{problem}",
    ),
    hint: text(
      "Look at the machine's console. Retry goes on waiting and restarts nothing a second time.",
      "请查看该机器的控制台。重试会继续等待，不会再次重启。",
    ),
  },
  MACHINE_STILL_UP: {
    retry: "ask",
    exit: 113,
    title: text(
      "{machine} was told to switch off and still answers after {seconds} s",
      "已通知 {machine} 关机，但 {seconds} 秒后仍有响应",
    ),
    hint: text(
      "Look at the machine's console for a service that does not end. Retry goes on waiting.",
      "请在该机器的控制台上查看未能结束的服务。重试会继续等待。",
    ),
  },
  KUBECONFIG_MISSING: {
    retry: "never",
    exit: 114,
    title: text("no kubeconfig of {cluster} is kept here", "本设备没有保存 {cluster} 的 kubeconfig"),
    hint: text(
      "`slipway cluster apply` keeps it once the cluster is ready.",
      "集群就绪后，`slipway cluster apply` 会保存它。",
    ),
  },
} as const satisfies ErrorArea;
