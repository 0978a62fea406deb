import * as z from "zod";
import type { Maintenance } from "../../contract/cluster-status.ts";
import { text } from "../../contract/text.ts";
import { marks, marksOf } from "../../core/cluster/marks.ts";
import { SlipwayError } from "../../core/contract.ts";
import { definePhase } from "../../core/phase.ts";
import { theMachine } from "../targets.ts";
import { answering, changeNode, chosenMachines, nodeOf, type NodeStep } from "./ask.ts";
import { LONGEST_DRAIN_MS } from "./drain.ts";
import { askHealth } from "./health.ts";
import { beginOutage, ownOutage, sendDown } from "./outage.ts";

/** Services may take a minute and a half each to end (systemd's DefaultTimeoutStopSec). */
const OFF_MS = 5 * 60_000;
const PAUSE_MS = 1_500;

/** The machine's present boot, or undefined when it does not answer. */
const bootOf = async (step: NodeStep): Promise<string | undefined> => {
  try {
    return (await askHealth(step, theMachine(step))).bootId;
  } catch {
    step.signal.throwIfAborted();
    return undefined;
  }
};

/**
 * Drains a machine and switches it off. It stays marked as in maintenance, so that its absence is known for intended, until
 * `node.return`.
 */
export const shutdown = definePhase({
  id: "node.shutdown",
  title: text("Switch the machine off", "关闭机器"),
  needs: {},
  output: z.object({ off: z.literal(true) }),
  effect: "changes",
  timeoutMs: LONGEST_DRAIN_MS,
  limit: { key: "node.outage", max: 1 },
  on: chosenMachines,
  async probe(context) {
    const outage = ownOutage(context, await nodeOf(context, await answering(context, context.target)));
    if (outage === undefined) return { state: "needed", why: text("it is in service", "机器正在服务中") };
    return (await bootOf(context)) === outage.bootId
      ? { state: "needed", why: text("it still runs", "机器仍在运行") }
      : { state: "satisfied", output: { off: true } };
  },
  async apply(context) {
    const on = await answering(context, context.target);
    const outage = await beginOutage(context, on, "shutdown");
    const known = marksOf(await nodeOf(context, on)).maintenance;
    const maintenance: Maintenance = {
      by: context.operation?.by ?? "",
      why: context.parameters.why ?? known?.why ?? "shutdown",
      since: known?.since ?? outage.since,
    };
    await changeNode(context, on, { annotations: { [marks.maintenance]: JSON.stringify(maintenance) } });
    await sendDown(context, outage);
    const { clock } = context.ports;
    const deadline = clock.monotonic() + OFF_MS;
    context.waiting(text("the machine to switch off", "机器关机"));
    while ((await bootOf(context)) === outage.bootId) {
      if (clock.monotonic() >= deadline) {
        throw SlipwayError.of(
          "MACHINE_STILL_UP",
          { machine: context.target, seconds: OFF_MS / 1000 },
          { machine: context.target },
        );
      }
      await clock.sleep(PAUSE_MS, context.signal);
    }
    return { off: true };
  },
});
