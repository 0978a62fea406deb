import { text } from "../contract/text.ts";
import { resetParameters } from "../core/cluster/leave-rules.ts";
import type { Workflow } from "../core/phase.ts";
import { leaveReset } from "../phases/leave/reset.ts";
import { leaveSecrets } from "../phases/leave/secrets.ts";
import { connect } from "../phases/machine/connect.ts";

/** Ends a cluster: all of its machines at once become what they were before. */
export const reset: Workflow = {
  id: "reset",
  title: text("End the cluster", "结束集群"),
  parameters: resetParameters,
  phases: [connect, leaveReset, leaveSecrets],
};
