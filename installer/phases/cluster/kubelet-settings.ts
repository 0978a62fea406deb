import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { kubeletSettings, type SettingsFile } from "../../core/cluster/member-settings.ts";
import { renewKubeletConfiguration } from "../../core/cluster/settings-scripts.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { runKubeadm } from "../control-plane/kubeadm.ts";
import { differingFiles, writeFiles } from "../files.ts";
import { inventory } from "../machine/inventory.ts";
import { machineNames, theMachine } from "../targets.ts";
import { configuration } from "./configuration.ts";
import { hasOnlyCgroupV1, kubelet } from "./kubelet.ts";
import { ready } from "./ready.ts";

/** Kubelets that are restarted at once: none loses its pods by it, but a mistake shall not reach all machines together. */
const AT_ONCE = 8;

const settingsOf = (
  context: Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster">,
  facts: MachineFacts,
): SettingsFile =>
  kubeletSettings({
    cluster: context.cluster,
    machine: theMachine(context),
    cgroupV1: hasOnlyCgroupV1(facts),
  });

/** Lets a change of kubelet's settings reach machines that have joined before. Pods run on meanwhile. */
export const kubeletFollows = definePhase({
  id: "cluster.kubelet-settings",
  title: text("Bring kubelet's settings up to the spec", "使 kubelet 设置与规格一致"),
  needs: {
    facts: inventory,
    patches: kubelet,
    configuration: everyMachine(configuration),
    ready: everyMachine(ready),
  },
  output: z.object({ restarted: z.boolean() }),
  effect: "changes",
  timeoutMs: 5 * 60_000,
  limit: { key: "cluster.kubelet-settings", max: AT_ONCE },
  on: machineNames,
  async probe(context) {
    const differing = await differingFiles(context, [settingsOf(context, context.from.facts)]);
    return differing.length === 0
      ? { state: "satisfied", output: { restarted: false } }
      : { state: "needed", why: text("kubelet runs with other settings", "kubelet 正在使用其他设置") };
  },
  async apply(context) {
    const machine = theMachine(context);
    await runKubeadm(context, machine, {
      what: "upgrade node phase kubelet-config",
      script: renewKubeletConfiguration,
      args: [],
    });
    await writeFiles(context, [settingsOf(context, context.from.facts)]);
    return { restarted: true };
  },
});
