import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { beforePaths, recordHost } from "../../core/runtime/host-record.ts";
import { enlist } from "../machine/enlist.ts";
import { machineNames, theMachine } from "../targets.ts";

const Output = z.object({ path: z.string().describe("Where the machine keeps the record") });

/** Writes down on the machine what it is like before its first change, so that it can leave as it was found. */
export const hostRecord = definePhase({
  id: "host.record",
  title: text("Write down what the machine is like", "记录机器的原有状态"),
  needs: { enlisted: enlist },
  output: Output,
  effect: "changes",
  timeoutMs: 60_000,
  on: machineNames,
  async probe(context) {
    const { stdout } = await context.ports.remote.script(theMachine(context), look, {
      signal: context.signal,
    });
    return stdout.trim() === "recorded"
      ? { state: "satisfied", output: { path: beforePaths.host } }
      : { state: "needed", why: text("its state is not recorded yet", "尚未记录其原有状态") };
  },
  async apply(context) {
    await context.ports.remote.script(theMachine(context), recordHost, { signal: context.signal });
    return { path: beforePaths.host };
  },
});

const look = `[ -s ${beforePaths.host} ] && echo recorded
exit 0
`;
