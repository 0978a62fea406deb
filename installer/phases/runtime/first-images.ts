import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import type { ReleaseImage } from "../../core/ports/release.ts";
import { firstImagesFor } from "../../core/runtime/images.ts";
import { inventory } from "../machine/inventory.ts";
import { releaseFor } from "../release.ts";
import { machineNames, theMachine } from "../targets.ts";
import { containerd } from "./containerd.ts";
import { missingImages, pullImages } from "./pull.ts";

const imagesOf = async (
  context: Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports">,
  facts: MachineFacts,
): Promise<readonly ReleaseImage[]> =>
  firstImagesFor(await releaseFor(context, facts), theMachine(context).roles);

const Output = z.object({
  images: z.array(z.string()).describe("What kubeadm starts a control plane with; nothing on a worker"),
});

/** Pulls what a control plane starts with before anything else, so that the first one can begin while the rest arrives. */
export const firstImages = definePhase({
  id: "runtime.first-images",
  title: text("Pull the control plane's images", "拉取控制平面镜像"),
  needs: { facts: inventory, runtime: containerd },
  output: Output,
  effect: "changes",
  timeoutMs: 30 * 60_000,
  on: machineNames,
  async probe(context) {
    const wanted = await imagesOf(context, context.from.facts);
    const missing = wanted.length === 0 ? [] : await missingImages(context, wanted);
    if (missing.length === 0)
      return { state: "satisfied", output: { images: wanted.map(({ name }) => name) } };
    const names = missing.join(", ");
    return { state: "needed", why: text(`still to be pulled: ${names}`, `有待拉取：${names}`) };
  },
  async apply(context) {
    const wanted = await imagesOf(context, context.from.facts);
    await pullImages(context, wanted);
    return { images: wanted.map(({ name }) => name) };
  },
});
