import { Reachability } from "../../contract/preflight.ts";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { mtuSteps } from "../../core/preflight/limits.ts";
import { parseReach, peersOf, reachArguments } from "../../core/preflight/reach.ts";
import { reachScript } from "../../core/preflight/reach-script.ts";
import { inventory } from "../machine/inventory.ts";
import { machineNames, theMachine } from "../targets.ts";

/** Measures the way from each machine to the others: a TCP connection, an echo, and the largest packet that passes. */
export const reachability = definePhase({
  id: "preflight.reachability",
  title: text("Measure the ways to the other machines", "测量到其他机器的网络路径"),
  needs: { facts: inventory },
  output: Reachability,
  effect: "reads",
  timeoutMs: 120_000,
  on: machineNames,
  async probe(context) {
    const { from, cluster, ports, signal } = context;
    const machine = theMachine(context);
    const peers = peersOf(cluster, machine.name);
    const args = [mtuSteps.join(","), ...reachArguments(peers, { facts: from.facts, cluster })];
    const { stdout } = await ports.remote.script(machine, reachScript, { args, signal });
    return { state: "satisfied", output: parseReach(stdout, { peers, facts: from.facts }) };
  },
});
