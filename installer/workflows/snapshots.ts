import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { listKept } from "../phases/etcd/kept.ts";
import { listMachine } from "../phases/etcd/list.ts";

/** Lists the snapshots of a cluster, wherever they are kept. */
export const snapshots: Workflow = {
  id: "snapshots",
  title: text("List snapshots of etcd", "列出 etcd 快照"),
  phases: [listKept, listMachine],
};
