import * as z from "zod";
import { text } from "../../contract/text.ts";
import { founderOf } from "../../core/cluster/endpoint.ts";
import { finishScript } from "../../core/cluster/kubeadm-scripts.ts";
import { isMember } from "../../core/cluster/member-state.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { readMemberState } from "../cluster/membership.ts";
import { keepalived } from "../endpoint/keepalived.ts";
import { inventory } from "../machine/inventory.ts";
import { theMachine } from "../targets.ts";
import { runKubeadm, writeMemberFiles } from "./kubeadm.ts";
import { clusterSecrets } from "./secrets.ts";
import { startControlPlane } from "./start.ts";

/** A token that kubeadm has just made is good for two hours; invitations count on the first of them. */
const INVITED_MS = 60 * 60_000;

const Output = z.object({
  machine: z.string().describe("Control plane whose API can be asked"),
  ca: z.string().describe("The cluster's CA certificate as PEM"),
  invitedUntil: z
    .number()
    .describe("Machines can join with the cluster's token until then; 0 when that is not known"),
});

/** Completes the first control plane: settings and keys for those who join, the node's role, kube-proxy. */
export const initControlPlane = definePhase({
  id: "control-plane.init",
  title: text("Complete the first control plane", "完成首个控制平面"),
  needs: {
    facts: inventory,
    started: startControlPlane,
    endpoint: keepalived,
    secrets: everyMachine(clusterSecrets),
  },
  output: Output,
  effect: "changes",
  timeoutMs: 10 * 60_000,
  on: (cluster) => [founderOf(cluster).name],
  async probe(context) {
    const { machine, ca } = context.from.started;
    if (machine !== context.target || isMember(await readMemberState(context))) {
      return { state: "satisfied", output: { machine, ca, invitedUntil: 0 } };
    }
    return { state: "needed", why: text("kubeadm has not come to its end", "kubeadm 尚未全部完成") };
  },
  async apply(context) {
    const { from, ports } = context;
    const secrets = from.secrets.values().next().value;
    if (secrets === undefined) throw new Error("control-plane.secrets gave no output");
    const begun = ports.clock.now();
    await writeMemberFiles(context, { facts: from.facts, secrets, verb: "init" });
    await runKubeadm(context, theMachine(context), { what: "init", script: finishScript, args: [] });
    return { machine: from.started.machine, ca: from.started.ca, invitedUntil: begun + INVITED_MS };
  },
});
