import { CheckReport } from "../../contract/preflight.ts";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { judgeEtcd } from "../../core/preflight/judge.ts";
import { diskLatency } from "../machine/disk-latency.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";

/** Judges the disks that etcd will write to. Apart from the machine's other checks, which need not wait for it. */
export const preflightDisk = definePhase({
  id: "preflight.disk",
  title: text("Check the disk for etcd", "检查 etcd 磁盘"),
  needs: { latency: diskLatency },
  output: CheckReport,
  effect: "reads",
  timeoutMs: 10_000,
  on: controlPlaneNames,
  async probe(context) {
    const { from, cluster } = context;
    return {
      state: "satisfied",
      output: { results: judgeEtcd(cluster, theMachine(context), from.latency) },
    };
  },
});
