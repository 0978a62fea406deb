import * as z from "zod";
import { text } from "../../contract/text.ts";
import { localPathManifests } from "../../core/cluster/manifests/local-path.ts";
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
): Promise<Bundle> => {
  const release = await anyRelease(context);
  return {
    name: "local-path-provisioner",
    manifests: localPathManifests({
      provisioner: imageOf(release, "local-path-provisioner").name,
      helper: imageOf(release, "debug").name,
    }),
  };
};

/** Gives the cluster a default StorageClass: folders of the machines. */
export const storage = definePhase({
  id: "cluster.storage",
  title: text("Install the default StorageClass", "安装默认 StorageClass"),
  needs: { api: everyMachine(initControlPlane), ready, registries: everyMachine(registryServe) },
  output: z.object({ storageClass: z.literal("local-path") }),
  effect: "changes",
  timeoutMs: 5 * 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const on = askedMachine(context.cluster, context.from.api);
    if (await manifestsDiffer(context, on, await bundleOf(context))) {
      return {
        state: "needed",
        why: text("the StorageClass is not as it should be", "StorageClass 尚未就绪或与预期不符"),
      };
    }
    return { state: "satisfied", output: { storageClass: "local-path" } };
  },
  async apply(context) {
    const on = askedMachine(context.cluster, context.from.api);
    await applyManifests(context, on, await bundleOf(context));
    return { storageClass: "local-path" };
  },
});
