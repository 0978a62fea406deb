import * as z from "zod";
import { text } from "../../contract/text.ts";
import { flannelManifests } from "../../core/cluster/manifests/flannel.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { imageOf } from "../../core/runtime/images.ts";
import { startControlPlane } from "../control-plane/start.ts";
import { applyManifests, manifestsDiffer, type Bundle } from "./api.ts";
import { askedMachine } from "./founder.ts";
import { anyRelease } from "./release.ts";

const bundleOf = async (
  context: Pick<StepContext<Record<string, never>>, "cluster" | "ports">,
): Promise<Bundle> => ({
  name: "flannel",
  manifests: flannelManifests(context.cluster, imageOf(await anyRelease(context), "flannel").name),
});

/** Gives pods a network. It goes in as soon as the API answers: every machine waits for it before it is ready. */
export const network = definePhase({
  id: "cluster.network",
  title: text("Install the pod network", "安装 Pod 网络"),
  needs: { api: everyMachine(startControlPlane) },
  output: z.object({ image: z.string() }),
  effect: "changes",
  timeoutMs: 5 * 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const [api] = context.from.api.values();
    const on = askedMachine(context.cluster, context.from.api);
    if (api?.fresh === true || (await manifestsDiffer(context, on, await bundleOf(context)))) {
      return { state: "needed", why: text("flannel is not as it should be", "flannel 尚未就绪或与预期不符") };
    }
    return { state: "satisfied", output: { image: imageOf(await anyRelease(context), "flannel").name } };
  },
  async apply(context) {
    const on = askedMachine(context.cluster, context.from.api);
    await applyManifests(context, on, await bundleOf(context));
    return { image: imageOf(await anyRelease(context), "flannel").name };
  },
});
