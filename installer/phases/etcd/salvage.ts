import * as z from "zod";
import { text } from "../../contract/text.ts";
import { parseSnapshots, Snapshot } from "../../core/cluster/etcd-snapshot.ts";
import { salvageMember } from "../../core/cluster/etcd-restore.ts";
import { SlipwayError } from "../../core/contract.ts";
import { memberIn } from "../../core/cluster/etcd-choice.ts";
import { definePhase } from "../../core/phase.ts";
import { operationOf, runRestore } from "./restoring.ts";

/** Makes a snapshot out of a surviving member's own data, when the operator has no other or wants nothing to be lost. */
export const salvage = definePhase({
  id: "etcd.salvage",
  title: text("Save a surviving member's data", "保存幸存成员的数据"),
  needs: {},
  output: z.object({ snapshot: Snapshot }),
  effect: "changes",
  timeoutMs: 10 * 60_000,
  on: (_, { snapshot }) => {
    const machine = memberIn(snapshot);
    return machine === undefined ? [] : [machine];
  },
  probe: () =>
    Promise.resolve({
      state: "needed",
      why: text("its member holds what is to be restored", "要恢复的数据在其成员中"),
    }),
  async apply(context) {
    const output = await runRestore(context, {
      what: "saved",
      script: salvageMember,
      args: [operationOf(context), context.target],
    });
    const [snapshot] = parseSnapshots(output);
    if (snapshot !== undefined) return { snapshot };
    throw SlipwayError.of("SNAPSHOT_FAILED", { machine: context.target, problem: output.trim() });
  },
});
