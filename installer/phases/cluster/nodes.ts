import * as z from "zod";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { text } from "../../contract/text.ts";
import {
  nodePatch,
  parseSettingLines,
  settingLines,
  wantedSettings,
  type NodePatch,
} from "../../core/cluster/node-settings.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { initControlPlane } from "../control-plane/init.ts";
import { kubectl } from "./api.ts";
import { askedMachine } from "./founder.ts";
import { ready } from "./ready.ts";

type Step = Pick<StepContext<Record<string, never>>, "cluster" | "ports" | "signal">;

/** A node's controllers write to it too: a patch that came too late is made again from what stands there now. */
const TRIES = 5;

const patchesOf = async (
  step: Step,
  on: MachineSpec,
): Promise<readonly { readonly name: string; readonly patch: NodePatch }[]> => {
  const { stdout } = await kubectl(step, on, { args: ["get", "nodes", "--output", settingLines] });
  const nodes = new Map(parseSettingLines(stdout).map((node) => [node.name, node]));
  return step.cluster.machines.flatMap((machine) => {
    const node = nodes.get(machine.name);
    const patch = node === undefined ? undefined : nodePatch(node, wantedSettings(step.cluster, machine));
    return patch === undefined ? [] : [{ name: machine.name, patch }];
  });
};

/** Gives nodes the labels and taints of the spec, and takes away those that it no longer names. Others' are left alone. */
export const nodes = definePhase({
  id: "cluster.nodes",
  title: text("Label and taint the nodes", "设置节点的标签与污点"),
  needs: { api: everyMachine(initControlPlane), ready },
  output: z.object({ machines: z.array(z.string()) }),
  effect: "changes",
  timeoutMs: 5 * 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const wrong = await patchesOf(context, askedMachine(context.cluster, context.from.api));
    if (wrong.length === 0) {
      return { state: "satisfied", output: { machines: context.cluster.machines.map(({ name }) => name) } };
    }
    const names = wrong.map(({ name }) => name).join(", ");
    return { state: "needed", why: text(`not as the spec says: ${names}`, `与规格不符：${names}`) };
  },
  async apply(context) {
    const on = askedMachine(context.cluster, context.from.api);
    let problem = "";
    for (let tries = 0; tries < TRIES; tries++) {
      const wrong = await patchesOf(context, on);
      if (wrong.length === 0) return { machines: context.cluster.machines.map(({ name }) => name) };
      for (const { name, patch } of wrong) {
        const { code, stderr } = await kubectl(context, on, {
          args: ["patch", "node", name, "--type", "merge", "--patch", JSON.stringify(patch)],
          expect: [0, 1],
        });
        if (code !== 0) problem = stderr.trim();
      }
    }
    throw SlipwayError.of("MANIFEST_REFUSED", { what: "node labels", problem }, { machine: on.name });
  },
});
