import * as z from "zod";
import { text } from "../../contract/text.ts";
import { programItem, transferBytes, type ContentItem } from "../../core/content/items.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { runtimeProgramsFor } from "../../core/runtime/programs.ts";
import { inventory } from "../machine/inventory.ts";
import { releaseFor } from "../release.ts";
import { trust } from "../site/trust.ts";
import { controlPlaneNames, machineNames, theMachine } from "../targets.ts";
import { firstRank, missingItems, sendItems } from "./transfer.ts";

const itemsOf = async (
  context: Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports">,
  facts: MachineFacts,
): Promise<readonly ContentItem[]> => runtimeProgramsFor(await releaseFor(context, facts)).map(programItem);

/** Puts the container runtime in place before the other programs: images are pulled while those arrive. */
export const deliverRuntime = definePhase({
  id: "content.runtime",
  title: text("Deliver the container runtime", "分发容器运行时"),
  needs: { facts: inventory, trusted: trust },
  output: z.object({ files: z.number().describe("Programs of the container runtime that are in place") }),
  effect: "changes",
  timeoutMs: 30 * 60_000,
  on: machineNames,
  async probe(context) {
    const items = await itemsOf(context, context.from.facts);
    const missing = await missingItems(context, items);
    if (missing.length === 0) return { state: "satisfied", output: { files: items.length } };
    const names = missing.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).join(", ");
    const megabytes = Math.ceil(transferBytes(missing) / 1e6);
    return {
      state: "needed",
      why: text(
        `missing or different: ${names} (${megabytes} MB)`,
        `缺失或不一致：${names}（${megabytes} MB）`,
      ),
    };
  },
  async apply(context) {
    const items = await itemsOf(context, context.from.facts);
    const rank = firstRank(theMachine(context), controlPlaneNames(context.cluster));
    await sendItems(context, await missingItems(context, items), { rank });
    return { files: items.length };
  },
});
