import { text } from "../contract/text.ts";
import { departures } from "../core/cluster/leave-rules.ts";
import type { Workflow } from "../core/phase.ts";
import { bootstrap } from "./bootstrap.ts";

/**
 * Takes machines out of a cluster and lets the others follow: who the registries' mirrors, the virtual address and the
 * API's certificates name depends on who is there. The steps are those of setting a cluster up, because an edited spec
 * is all it is; it goes by a name of its own so that its confirmation and its place in the history say what it does.
 */
export const removeMachine: Workflow = {
  id: "remove-machine",
  title: text("Remove machines", "移除机器"),
  parameters: departures,
  phases: bootstrap.phases,
};
