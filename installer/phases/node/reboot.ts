import * as z from "zod";
import { text } from "../../contract/text.ts";
import { controlPlanesOf } from "../../core/cluster/endpoint.ts";
import { marks, marksOf } from "../../core/cluster/marks.ts";
import { definePhase } from "../../core/phase.ts";
import { answering, changeNode, chosenMachines, nodeOf, type NodeStep } from "./ask.ts";
import { untilBack } from "./back.ts";
import { LONGEST_DRAIN_MS } from "./drain.ts";
import { askHealth } from "./health.ts";
import { beginOutage, ownOutage, sendDown } from "./outage.ts";

/** How far etcd's log had come before: the member that was away must have applied at least this much. */
const raftIndexOf = async (step: NodeStep): Promise<number> => {
  if (step.machine?.roles.includes("control-plane") !== true) return 0;
  const others = controlPlanesOf(step.cluster).filter(({ name }) => name !== step.target);
  const healths = await Promise.all(others.map((machine) => askHealth(step, machine).catch(() => undefined)));
  step.signal.throwIfAborted();
  return Math.max(0, ...healths.map((health) => health?.controlPlane?.etcd?.raftIndex ?? 0));
};

const Output = z.object({
  before: z.string().describe("Boot that was ended"),
  after: z.string().describe("Boot that serves now"),
});

/**
 * Restarts a machine, one at a time: drained first, given back to the scheduler when all of it serves again. Which boot is
 * to end is written on the node before the machine goes down, so that a run that was cut short knows whether it did.
 */
export const reboot = definePhase({
  id: "node.reboot",
  title: text("Restart the machine", "重启机器"),
  needs: {},
  output: Output,
  effect: "changes",
  timeoutMs: LONGEST_DRAIN_MS,
  limit: { key: "node.outage", max: 1 },
  on: chosenMachines,
  async probe(context) {
    const node = await nodeOf(context, await answering(context));
    const { restarted } = marksOf(node);
    const bootId = node.status?.nodeInfo?.bootID ?? "";
    if (restarted !== undefined && restarted.operation === context.operation?.id) {
      return { state: "satisfied", output: { before: "", after: bootId } };
    }
    return ownOutage(context, node) === undefined
      ? { state: "needed", why: text("it runs since its last start", "自上次启动后尚未重启") }
      : { state: "needed", why: text("its restart was not seen to its end", "重启过程尚未完成") };
  },
  async apply(context) {
    const outage = await beginOutage(context, await answering(context, context.target), "reboot");
    await sendDown(context, outage);
    const after = await untilBack(context, {
      notBoot: outage.bootId,
      raftIndex: await raftIndexOf(context),
    });
    const restarted = { operation: outage.operation, at: context.ports.clock.now() };
    await changeNode(context, await answering(context), {
      annotations: { [marks.outage]: null, [marks.restarted]: JSON.stringify(restarted) },
      ...(outage.cordoned ? {} : { unschedulable: false }),
    });
    return { before: outage.bootId, after };
  },
});
