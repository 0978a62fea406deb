import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { connect } from "../phases/machine/connect.ts";
import { diskLatency } from "../phases/machine/disk-latency.ts";
import { inventory } from "../phases/machine/inventory.ts";
import { prepare } from "../phases/machine/prepare.ts";
import { preflightDisk } from "../phases/preflight/disk.ts";
import { preflightGate } from "../phases/preflight/gate.ts";
import { preflightMachine } from "../phases/preflight/machine.ts";
import { reachability } from "../phases/preflight/reachability.ts";
import { preflightSite } from "../phases/preflight/site.ts";

/** Takes inventory of all machines and says whether a cluster can be made of them. */
export const check: Workflow = {
  id: "check",
  title: text("Inventory and preflight", "资产采集与预检"),
  phases: [
    connect,
    inventory,
    preflightMachine,
    reachability,
    preflightSite,
    prepare,
    diskLatency,
    preflightDisk,
    preflightGate,
  ],
};
