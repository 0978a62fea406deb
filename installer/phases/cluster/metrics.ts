import * as z from "zod";
import { text } from "../../contract/text.ts";
import { metricsServerManifests } from "../../core/cluster/manifests/metrics-server.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { imageOf } from "../../core/runtime/images.ts";
import { initControlPlane } from "../control-plane/init.ts";
import { registryServe } from "../registry/serve.ts";
import { applyManifests, manifestsDiffer, type Bundle } from "./api.ts";
import { askedMachine } from "./founder.ts";
import { ready } from "./ready.ts";
import { anyRelease } from "./release.ts";

const bundleOf = async (
  context: Pick<StepContext<Record<string, never>>, "cluster" | "ports">,
): Promise<Bundle> => ({
  name: "metrics-server",
  manifests: metricsServerManifests(imageOf(await anyRelease(context), "metrics-server").name),
});

/** Lets operators and autoscalers see processor and memory use. */
export const metrics = definePhase({
  id: "cluster.metrics",
  title: text("Install metrics-server", "安装 metrics-server"),
  needs: { api: everyMachine(initControlPlane), ready, registries: everyMachine(registryServe) },
  output: z.object({ image: z.string() }),
  effect: "changes",
  timeoutMs: 5 * 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const on = askedMachine(context.cluster, context.from.api);
    if (await manifestsDiffer(context, on, await bundleOf(context))) {
      return {
        state: "needed",
        why: text("metrics-server is not as it should be", "metrics-server 尚未就绪或与预期不符"),
      };
    }
    return {
      state: "satisfied",
      output: { image: imageOf(await anyRelease(context), "metrics-server").name },
    };
  },
  async apply(context) {
    const on = askedMachine(context.cluster, context.from.api);
    await applyManifests(context, on, await bundleOf(context));
    return { image: imageOf(await anyRelease(context), "metrics-server").name };
  },
});
