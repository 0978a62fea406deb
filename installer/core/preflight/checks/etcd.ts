import { text } from "../../contract.ts";
import { fine, problem, warning, type EtcdCheck } from "../check.ts";
import { diskLatencyLimitMs, diskLatencyWarnMs } from "../limits.ts";

const diskLatency: EtcdCheck = {
  id: "etcd-disk-latency",
  scope: "etcd",
  title: text("Disk latency for etcd", "etcd 磁盘时延"),
  severity: "blocks",
  needs: ["diskLatency"],
  why: text(
    `etcd makes every change durable before it answers. With a P99 above ${diskLatencyLimitMs} ms leaders change under load.`,
    `etcd 在应答之前必须把每次变更落盘。P99 超过 ${diskLatencyLimitMs} ms 时，负载下会反复选主。`,
  ),
  remedy: text(
    "Put /var/lib/etcd on an SSD of its own, not on a shared or network volume.",
    "请将 /var/lib/etcd 放在独立的 SSD 上，不要放在共享卷或网络卷上。",
  ),
  run({ latency }) {
    const figures = `P99 ${latency.p99Ms} ms, P50 ${latency.p50Ms} ms, max ${latency.maxMs} ms`;
    const found = text(
      `${figures} (${latency.samples} writes on ${latency.mount} by ${latency.method}; limit ${diskLatencyLimitMs} ms)`,
      `${figures}（在 ${latency.mount} 上用 ${latency.method} 写入 ${latency.samples} 次；上限 ${diskLatencyLimitMs} ms）`,
    );
    // A process a write is timed along with dd: its tail is an upper bound, good enough to warn but not to refuse.
    if (latency.p99Ms > diskLatencyLimitMs && latency.method !== "dd") return problem(found);
    return latency.p99Ms > diskLatencyWarnMs ? warning(found) : fine(found);
  },
};

/** Checks of machines that will hold a member of etcd. */
export const etcdChecks: readonly EtcdCheck[] = [diskLatency];
