import * as z from "zod";
import { MetalFacts } from "../../contract/metal/facts.ts";
import { text } from "../../contract/text.ts";
import { SlipwayError } from "../../core/contract.ts";
import { definePhase } from "../../core/phase.ts";
import { awaitMachine } from "./await.ts";
import { follow, metalNames, targetOf } from "./targets.ts";

/** Follows the machine hop by hop until the installer on it reports, and learns what it is made of. */
export const boot = definePhase({
  id: "metal.boot",
  title: text("Boot the installer over the network", "从网络引导安装程序"),
  needs: { awaited: awaitMachine },
  output: z.object({ installed: z.boolean(), facts: MetalFacts.optional() }),
  effect: "changes",
  timeoutMs: 24 * 3_600_000,
  on: metalNames,
  async probe(context) {
    // Whether it answers over SSH was looked at by the step before: an attempt costs seconds while nobody is there.
    const { job } = await context.ports.metal.view(targetOf(context));
    if (context.from.awaited.installed || job?.state === "installed") {
      return { state: "satisfied", output: { installed: true } };
    }
    return {
      state: "needed",
      why: text("the installer has not reported yet", "安装程序尚未上报"),
    };
  },
  async apply(context) {
    const { ports, operation } = context;
    const target = targetOf(context);
    if (operation === undefined) throw new Error("never: applied without an operation");
    // After a restart of the engine this is what brings the services back.
    await ports.metal.expect(target, operation.id);
    const begun = ports.clock.now();
    const view = await follow(context, "all", (seen) =>
      // A job that is under way or over has its facts already.
      (seen.helloAt ?? 0) >= begun || (seen.job !== undefined && seen.facts !== undefined) ? seen : undefined,
    );
    const duplicate = target.machine.metal?.mac === undefined ? view.duplicates[0] : undefined;
    if (duplicate !== undefined) {
      const { what, value, others } = duplicate;
      throw SlipwayError.of("METAL_DUPLICATE", {
        machine: target.machine.name,
        what,
        value,
        others: others.join(", "),
      });
    }
    for (const { what, value, others } of view.duplicates) {
      context.say(
        text(
          `its ${what} ${value} is also that of ${others.join(", ")}`,
          `其 ${what} ${value} 与 ${others.join(", ")} 相同`,
        ),
      );
    }
    return view.facts === undefined ? { installed: false } : { installed: false, facts: view.facts };
  },
});
