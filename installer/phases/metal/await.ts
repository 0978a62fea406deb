import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { lossOf } from "./disk.ts";
import { follow, isInstalled, markOf, metalNames, targetOf } from "./targets.ts";

/**
 * Starts the boot services for a blank machine and waits until it asks for something. Power is the operator's: the step
 * says which machine to switch on.
 */
export const awaitMachine = definePhase({
  id: "metal.await",
  title: text("Wait for the machine to be switched on", "等待机器开机"),
  needs: {},
  output: z.object({ installed: z.boolean() }),
  effect: "changes",
  // A machine may have to be carried in first.
  timeoutMs: 7 * 86_400_000,
  on: metalNames,
  async probe(context) {
    if (await isInstalled(context)) return { state: "satisfied", output: { installed: true } };
    const mark = markOf(targetOf(context));
    const loss = lossOf(context, await context.ports.metal.view(targetOf(context)));
    return {
      state: "needed",
      why: text(
        `switch ${context.target} on and let it boot from the network (${mark}); ${loss.en}`,
        `请给 ${context.target} 开机并从网络引导（${mark}）；${loss["zh-CN"]}`,
      ),
    };
  },
  async apply(context) {
    const target = targetOf(context);
    const { ports, operation } = context;
    if (operation === undefined) throw new Error("never: applied without an operation");
    const begun = ports.clock.now();
    await ports.metal.expect(target, operation.id);
    const mark = markOf(target);
    context.waiting(
      text(
        `switch ${context.target} on and let it boot from the network (${mark})`,
        `请给 ${context.target} 开机并从网络引导（${mark}）`,
      ),
    );
    await follow(context, "none", (view) =>
      view.hops.some(({ at }) => at >= begun) || (view.helloAt ?? 0) >= begun ? true : undefined,
    );
    return { installed: false };
  },
});
