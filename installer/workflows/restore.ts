import { text } from "../contract/text.ts";
import { restoreParameters } from "../core/cluster/etcd-choice.ts";
import type { Workflow } from "../core/phase.ts";
import { bring } from "../phases/etcd/bring.ts";
import { fetch } from "../phases/etcd/fetch.ts";
import { recovered } from "../phases/etcd/recovered.ts";
import { restore as restoreEtcd } from "../phases/etcd/restore.ts";
import { salvage } from "../phases/etcd/salvage.ts";
import { start } from "../phases/etcd/start.ts";
import { stop } from "../phases/etcd/stop.ts";

/** Brings a cluster back from a snapshot of etcd, or from what a surviving member holds. */
export const restore: Workflow = {
  id: "restore",
  title: text("Restore the cluster from a snapshot", "从快照恢复集群"),
  parameters: restoreParameters,
  phases: [salvage, fetch, bring, stop, restoreEtcd, start, recovered],
};
