import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { kubelet } from "../cluster/kubelet.ts";
import { deliver } from "../content/deliver.ts";
import { initControlPlane } from "../control-plane/init.ts";
import { invitation } from "../control-plane/invitation.ts";
import { joinMember, probeMember } from "../control-plane/joining.ts";
import { clusterSecrets } from "../control-plane/secrets.ts";
import { inventory } from "../machine/inventory.ts";
import { images } from "../runtime/images.ts";

const workerNames = (cluster: ClusterSpec): string[] =>
  cluster.machines.filter(({ roles }) => !roles.includes("control-plane")).map(({ name }) => name);

/** Makes a machine a worker of the cluster. */
export const joinWorker = definePhase({
  id: "worker.join",
  title: text("Join as a worker", "加入为工作节点"),
  needs: {
    facts: inventory,
    programs: deliver,
    kubelet,
    images,
    cluster: everyMachine(initControlPlane),
    invited: everyMachine(invitation),
    secrets: everyMachine(clusterSecrets),
  },
  output: z.object({ member: z.literal(true) }),
  effect: "changes",
  timeoutMs: 15 * 60_000,
  on: workerNames,
  probe: (context) => probeMember(context),
  async apply(context) {
    const { facts, cluster, secrets: all } = context.from;
    const [founder] = cluster.values();
    const [secrets] = all.values();
    if (founder === undefined || secrets === undefined) throw new Error("there is nothing to join");
    return joinMember(context, { facts, secrets, ca: founder.ca });
  },
});
