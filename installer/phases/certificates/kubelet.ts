import * as z from "zod";
import { text } from "../../contract/text.ts";
import { controlPlanesOf } from "../../core/cluster/endpoint.ts";
import { installKubelet, renewalConfig, signKubelet } from "../../core/cluster/renewal.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { machineNames, theMachine } from "../targets.ts";
import { renewOnDisk } from "./files.ts";
import { dueOn, isMeant, listed, runRenewal } from "./reading.ts";

/** Signed by the machine itself where it holds the authority, else by the first control plane that can. */
const signed = async (
  context: StepContext<{ files: ReturnType<typeof everyMachine<typeof renewOnDisk>> }>,
): Promise<string> => {
  const { cluster, signal, target } = context;
  const all = controlPlanesOf(cluster);
  const own = all.find(({ name }) => name === target);
  let problem: unknown = new Error(`${cluster.name} has no control plane`);
  for (const machine of own === undefined ? all : [own]) {
    try {
      return await runRenewal(context, machine, {
        script: signKubelet,
        args: [target, cluster.certificates.validity],
        stdin: renewalConfig(cluster, machine),
      });
    } catch (error) {
      signal.throwIfAborted();
      problem = error;
    }
  }
  throw problem;
};

/**
 * Gives a kubelet new credentials. While they are good kubelet renews them by itself; once they are over it does not even
 * start, and no API could help it. So the authority signs them directly, with nothing but files and SSH.
 */
export const renewKubelet = definePhase({
  id: "certificates.kubelet",
  title: text("Renew kubelet's credentials", "续期 kubelet 凭据"),
  needs: { files: everyMachine(renewOnDisk) },
  output: z.object({ renewed: z.boolean() }),
  effect: "changes",
  timeoutMs: 3 * 60_000,
  on: (cluster, parameters) => machineNames(cluster).filter((name) => isMeant(parameters, name)),
  async probe(context) {
    const due = await dueOn(context, ["kubelet-client"]);
    return due.length === 0
      ? { state: "satisfied", output: { renewed: false } }
      : { state: "needed", why: text(`due: ${listed(due)}`, `需要续期：${listed(due)}`) };
  },
  async apply(context) {
    const pem = await signed(context);
    await runRenewal(context, theMachine(context), { script: installKubelet, args: [], stdin: pem });
    return { renewed: true };
  },
});
