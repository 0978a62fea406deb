import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { install } from "./install.ts";
import { follow, metalNames, targetOf } from "./targets.ts";

/** Waits for the installed system's own report: its host keys are pinned by it, so that SSH needs no first trust. */
export const firstBoot = definePhase({
  id: "metal.first-boot",
  title: text("Start the installed system", "启动已安装的系统"),
  needs: { written: install },
  output: z.object({ slot: z.string().optional(), hostKeys: z.array(z.string()) }),
  effect: "changes",
  timeoutMs: 3 * 3_600_000,
  on: metalNames,
  async probe(context) {
    const { job } = await context.ports.metal.view(targetOf(context));
    if (!context.from.written.installed && job?.state !== "installed") {
      return { state: "needed", why: text("its system has not reported yet", "系统尚未上报") };
    }
    return {
      state: "satisfied",
      output: { slot: job?.firstBoot?.slot, hostKeys: job?.firstBoot?.hostKeys ?? [] },
    };
  },
  async apply(context) {
    const { ports, operation } = context;
    const target = targetOf(context);
    if (operation === undefined) throw new Error("never: applied without an operation");
    await ports.metal.expect(target, operation.id);
    const said = await follow(context, "new", ({ job }) =>
      job?.state === "installed" ? job.firstBoot : undefined,
    );
    await ports.metal.release(target);
    return { slot: said.slot, hostKeys: said.hostKeys };
  },
});
