import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { takeSnapshot } from "../phases/etcd/snapshot.ts";

/** Takes a snapshot of etcd now and brings it to the appliance. */
export const snapshot: Workflow = {
  id: "snapshot",
  title: text("Take a snapshot of etcd", "创建 etcd 快照"),
  phases: [takeSnapshot],
};
