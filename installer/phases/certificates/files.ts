import * as z from "zod";
import { text } from "../../contract/text.ts";
import { renewalConfig, renewFiles } from "../../core/cluster/renewal.ts";
import { definePhase } from "../../core/phase.ts";
import { theMachine } from "../targets.ts";
import { dueOn, listed, meantControlPlanes, runRenewal } from "./reading.ts";

const uses = ["api-server", "etcd", "front-proxy", "kubeconfig"] as const;

/** Renews what kubeadm has made, on disk only. Nothing is restarted yet: the old ones serve on as long as they are good. */
export const renewOnDisk = definePhase({
  id: "certificates.files",
  title: text("Renew the control plane's certificates", "续期控制平面证书"),
  needs: {},
  output: z.object({ renewed: z.boolean() }),
  effect: "changes",
  timeoutMs: 3 * 60_000,
  on: meantControlPlanes,
  async probe(context) {
    const due = await dueOn(context, uses);
    return due.length === 0
      ? { state: "satisfied", output: { renewed: false } }
      : { state: "needed", why: text(`due: ${listed(due)}`, `需要续期：${listed(due)}`) };
  },
  async apply(context) {
    const machine = theMachine(context);
    await runRenewal(context, machine, {
      script: renewFiles,
      args: [],
      stdin: renewalConfig(context.cluster, machine),
    });
    return { renewed: true };
  },
});
