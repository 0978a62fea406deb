import * as z from "zod";
import type { MachineFacts } from "../../contract/facts.ts";
import { text } from "../../contract/text.ts";
import { corednsManifests } from "../../core/cluster/manifests/coredns.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { imageOf } from "../../core/runtime/images.ts";
import { startControlPlane } from "../control-plane/start.ts";
import { inventory } from "../machine/inventory.ts";
import { applyManifests, manifestsDiffer, type Bundle } from "./api.ts";
import { askedMachine } from "./founder.ts";
import { anyRelease } from "./release.ts";

/**
 * Name servers that every machine knows. One that only some can reach would make names depend on where a pod runs; a
 * resolver on a machine itself (127.x) cannot be asked from a pod.
 */
export const commonNameservers = (facts: ReadonlyMap<string, Pick<MachineFacts, "resolution">>): string[] => {
  const [first, ...others] = [...facts.values()].map(({ resolution }) => resolution.nameservers);
  return (first ?? [])
    .filter((server) => !server.startsWith("127.") && server !== "::1")
    .filter((server) => others.every((servers) => servers.includes(server)))
    .slice(0, 3);
};

type Step = Pick<StepContext<Record<string, never>>, "cluster" | "ports">;

const bundleOf = async (
  context: Step,
  facts: ReadonlyMap<string, Pick<MachineFacts, "resolution">>,
): Promise<Bundle> => ({
  name: "CoreDNS",
  manifests: corednsManifests({
    cluster: context.cluster,
    image: imageOf(await anyRelease(context), "coredns").name,
    nameservers: commonNameservers(facts),
  }),
});

/** Gives pods names: two CoreDNS, never on one machine while there are two. */
export const dns = definePhase({
  id: "cluster.dns",
  title: text("Install cluster DNS", "安装集群 DNS"),
  needs: { api: everyMachine(startControlPlane), facts: everyMachine(inventory) },
  output: z.object({ nameservers: z.array(z.string()).describe("Asked for names outside the cluster") }),
  effect: "changes",
  timeoutMs: 5 * 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const { api, facts } = context.from;
    const [first] = api.values();
    const bundle = await bundleOf(context, facts);
    if (
      first?.fresh === true ||
      (await manifestsDiffer(context, askedMachine(context.cluster, api), bundle))
    ) {
      return { state: "needed", why: text("CoreDNS is not as it should be", "CoreDNS 尚未就绪或与预期不符") };
    }
    return { state: "satisfied", output: { nameservers: commonNameservers(facts) } };
  },
  async apply(context) {
    const { api, facts } = context.from;
    await applyManifests(context, askedMachine(context.cluster, api), await bundleOf(context, facts));
    return { nameservers: commonNameservers(facts) };
  },
});
