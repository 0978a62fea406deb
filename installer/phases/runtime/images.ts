import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import type { ReleaseImage } from "../../core/ports/release.ts";
import { imagesFor } from "../../core/runtime/images.ts";
import { inventory } from "../machine/inventory.ts";
import { releaseFor } from "../release.ts";
import { machineNames, theMachine } from "../targets.ts";
import { firstImages } from "./first-images.ts";
import { missingImages, pullImages } from "./pull.ts";

const imagesOf = async (
  context: Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports">,
  facts: MachineFacts,
): Promise<readonly ReleaseImage[]> => imagesFor(await releaseFor(context, facts), theMachine(context).roles);

/** Pulls the images that the machine's roles need ahead of time, and keeps containerd's garbage collection off them. */
export const images = definePhase({
  id: "runtime.images",
  title: text("Pull and pin images", "预拉取并固定镜像"),
  needs: { facts: inventory, first: firstImages },
  output: z.object({ images: z.array(z.string()) }),
  effect: "changes",
  timeoutMs: 30 * 60_000,
  on: machineNames,
  async probe(context) {
    const wanted = await imagesOf(context, context.from.facts);
    const missing = await missingImages(context, wanted);
    if (missing.length === 0)
      return { state: "satisfied", output: { images: wanted.map(({ name }) => name) } };
    const names = missing.join(", ");
    return { state: "needed", why: text(`not there yet: ${names}`, `尚未就绪：${names}`) };
  },
  async apply(context) {
    const wanted = await imagesOf(context, context.from.facts);
    await pullImages(context, wanted);
    return { images: wanted.map(({ name }) => name) };
  },
});
