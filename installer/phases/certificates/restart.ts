import * as z from "zod";
import { text } from "../../contract/text.ts";
import { apiEndpoint, controlPlanesOf, hostPort } from "../../core/cluster/endpoint.ts";
import { restartComponents, staleComponents } from "../../core/cluster/renewal.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { theMachine } from "../targets.ts";
import { renewKubelet } from "./kubelet.ts";
import { meantControlPlanes, runRenewal } from "./reading.ts";

/** Lets etcd, API server, controller manager and scheduler run with the certificates that are on disk. */
export const restart = definePhase({
  id: "certificates.restart",
  title: text("Take the new certificates into use", "启用新证书"),
  needs: { kubelets: everyMachine(renewKubelet) },
  output: z.object({ restarted: z.array(z.string()) }),
  effect: "changes",
  timeoutMs: 15 * 60_000,
  // One control plane at a time: etcd keeps its majority and the API an address to answer at.
  limit: { key: "certificates.restart", max: 1 },
  on: meantControlPlanes,
  async probe(context) {
    const output = await runRenewal(context, theMachine(context), { script: staleComponents, args: [] });
    const stale = output.split("\n").filter((line) => line !== "");
    if (stale.length === 0) return { state: "satisfied", output: { restarted: [] } };
    const names = stale.join(", ");
    return {
      state: "needed",
      why: text(`running with older certificates: ${names}`, `仍在使用旧证书：${names}`),
    };
  },
  async apply(context) {
    const { cluster } = context;
    context.waiting(text("each component to be healthy again", "各组件恢复健康"));
    const output = await runRenewal(context, theMachine(context), {
      script: restartComponents,
      args: [
        String(apiEndpoint(cluster).bindPort),
        controlPlanesOf(cluster).length > 1 ? hostPort(apiEndpoint(cluster)) : "",
      ],
    });
    return {
      restarted: output
        .split("\n")
        .flatMap((line) => (line.startsWith("restarted ") ? [line.slice("restarted ".length)] : [])),
    };
  },
});
