import * as z from "zod";
import { text } from "../../contract/text.ts";
import { programItem, transferBytes, type ContentItem } from "../../core/content/items.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { programsFor } from "../../core/runtime/programs.ts";
import { inventory } from "../machine/inventory.ts";
import { releaseFor } from "../release.ts";
import { controlPlaneNames, machineNames, theMachine } from "../targets.ts";
import { deliverRuntime } from "./runtime.ts";
import { firstRank, missingItems, sendItems } from "./transfer.ts";

const itemsOf = async (
  context: Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports">,
  facts: MachineFacts,
): Promise<readonly ContentItem[]> =>
  programsFor(await releaseFor(context, facts), theMachine(context).roles).map(programItem);

const Output = z.object({ files: z.number().describe("Programs that are in place"), bundle: z.string() });

/** Puts the programs of the release for the machine's roles in place, whole and verified. */
export const deliver = definePhase({
  id: "content.deliver",
  title: text("Deliver programs", "分发程序文件"),
  needs: { facts: inventory, runtime: deliverRuntime },
  output: Output,
  effect: "changes",
  timeoutMs: 30 * 60_000,
  on: machineNames,
  async probe(context) {
    const items = await itemsOf(context, context.from.facts);
    const missing = await missingItems(context, items);
    const { bundle } = await releaseFor(context, context.from.facts);
    if (missing.length === 0) return { state: "satisfied", output: { files: items.length, bundle } };
    const megabytes = Math.ceil(transferBytes(missing) / 1e6);
    return {
      state: "needed",
      why: text(
        `${missing.length} of ${items.length} files are missing or different (${megabytes} MB)`,
        `${items.length} 个文件中有 ${missing.length} 个缺失或不一致（${megabytes} MB）`,
      ),
    };
  },
  async apply(context) {
    const items = await itemsOf(context, context.from.facts);
    const rank = firstRank(theMachine(context), controlPlaneNames(context.cluster));
    await sendItems(context, await missingItems(context, items), { rank });
    const { bundle } = await releaseFor(context, context.from.facts);
    return { files: items.length, bundle };
  },
});
