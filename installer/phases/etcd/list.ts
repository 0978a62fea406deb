import * as z from "zod";
import { text } from "../../contract/text.ts";
import { Snapshot } from "../../core/cluster/etcd-snapshot.ts";
import { definePhase } from "../../core/phase.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";
import { snapshotsOn } from "./transfer.ts";

/** Lists the snapshots that a control plane keeps. */
export const listMachine = definePhase({
  id: "etcd.list",
  title: text("List a control plane's snapshots", "列出控制平面上的快照"),
  needs: {},
  output: z.object({ snapshots: z.array(Snapshot) }),
  effect: "reads",
  timeoutMs: 60_000,
  on: controlPlaneNames,
  async probe(context) {
    return {
      state: "satisfied",
      output: { snapshots: [...(await snapshotsOn(context, theMachine(context)))] },
    };
  },
});
