import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { kubelet } from "../cluster/kubelet.ts";
import { deliver } from "../content/deliver.ts";
import { keepalived } from "../endpoint/keepalived.ts";
import { inventory } from "../machine/inventory.ts";
import { images } from "../runtime/images.ts";
import { controlPlaneNames } from "../targets.ts";
import { initControlPlane } from "./init.ts";
import { invitation } from "./invitation.ts";
import { joinMember, probeMember } from "./joining.ts";
import { clusterSecrets } from "./secrets.ts";

/**
 * etcd takes one learner at a time, and kubeadm asks again until it is its turn. Two at once use the time in between;
 * more would only wait.
 */
const AT_ONCE = 2;

/** Makes a machine a control plane of the cluster, with a member of etcd. */
export const joinControlPlane = definePhase({
  id: "control-plane.join",
  title: text("Join as a control plane", "加入为控制平面"),
  needs: {
    facts: inventory,
    programs: deliver,
    kubelet,
    images,
    endpoint: keepalived,
    cluster: everyMachine(initControlPlane),
    invited: everyMachine(invitation),
    secrets: everyMachine(clusterSecrets),
  },
  output: z.object({ member: z.literal(true) }),
  effect: "changes",
  timeoutMs: 15 * 60_000,
  limit: { key: "control-plane.join", max: AT_ONCE },
  on: controlPlaneNames,
  probe: (context) => probeMember(context),
  async apply(context) {
    const { facts, cluster, secrets: all } = context.from;
    const [founder] = cluster.values();
    const [secrets] = all.values();
    if (founder === undefined || secrets === undefined) throw new Error("there is nothing to join");
    return joinMember(context, { facts, secrets, ca: founder.ca });
  },
});
