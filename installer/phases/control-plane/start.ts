import * as z from "zod";
import { text } from "../../contract/text.ts";
import { founderOf } from "../../core/cluster/endpoint.ts";
import { startScript } from "../../core/cluster/kubeadm-scripts.ts";
import { isMember } from "../../core/cluster/member-state.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import { SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { kubelet } from "../cluster/kubelet.ts";
import { knownControlPlane, membership, readMemberState } from "../cluster/membership.ts";
import { deliver } from "../content/deliver.ts";
import { inventory } from "../machine/inventory.ts";
import { firstImages } from "../runtime/first-images.ts";
import { theMachine } from "../targets.ts";
import { runKubeadm, writeMemberFiles } from "./kubeadm.ts";
import { clusterSecrets } from "./secrets.ts";

/** How long an API server may take on a slow disk. */
const API_SECONDS = 300;

const Output = z.object({
  machine: z.string().describe("Control plane whose API can be asked"),
  ca: z.string().describe("The cluster's CA certificate as PEM"),
  fresh: z
    .boolean()
    .describe("Nothing can be in the cluster yet: its API has just been started for the first time"),
});

/**
 * Starts the first control plane until its API answers: from there on, what goes into the cluster need not wait for the
 * rest of kubeadm, and this does not wait for the virtual address. Where another machine is a member already, there is a cluster, and nothing is started.
 */
export const startControlPlane = definePhase({
  id: "control-plane.start",
  title: text("Start the first control plane", "启动首个控制平面"),
  needs: {
    facts: inventory,
    members: everyMachine(membership),
    secrets: everyMachine(clusterSecrets),
    programs: deliver,
    kubelet,
    images: firstImages,
  },
  output: Output,
  effect: "changes",
  timeoutMs: 15 * 60_000,
  on: (cluster) => [founderOf(cluster).name],
  async probe(context) {
    const { cluster, from, ports, signal } = context;
    const own = await readMemberState(context);
    const known = knownControlPlane(cluster, from.members);
    const machine = own.live && (isMember(own) || own.stage === "founding") ? theMachine(context) : known;
    if (machine === undefined || (machine.name === context.target && !own.live)) {
      return { state: "needed", why: text("its API does not answer", "其 API 没有响应") };
    }
    const ca = await ports.remote.readFile(machine, kubernetesPaths.ca, signal);
    return ca === undefined
      ? { state: "needed", why: text("there is no cluster yet", "集群尚不存在") }
      : { state: "satisfied", output: { machine: machine.name, ca, fresh: false } };
  },
  async apply(context) {
    const { from, ports, signal } = context;
    const machine = theMachine(context);
    const own = await readMemberState(context);
    const secrets = from.secrets.values().next().value;
    if (secrets === undefined) throw new Error("control-plane.secrets gave no output");
    if (!isMember(own)) await writeMemberFiles(context, { facts: from.facts, secrets, verb: "init" });
    await runKubeadm(context, machine, { what: "init", script: startScript, args: [String(API_SECONDS)] });
    const ca = await ports.remote.readFile(machine, kubernetesPaths.ca, signal);
    if (ca === undefined) {
      throw SlipwayError.of(
        "KUBEADM_FAILED",
        { what: "init", machine: machine.name, problem: `${kubernetesPaths.ca} is missing` },
        { machine: machine.name },
      );
    }
    return { machine: machine.name, ca, fresh: own.stage === null };
  },
});
