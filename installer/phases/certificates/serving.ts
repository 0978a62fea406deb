import * as z from "zod";
import { text } from "../../contract/text.ts";
import { approverFiles, approverPaths } from "../../core/cluster/approver.ts";
import { apiEndpoint, controlPlanesOf, nodeAddress } from "../../core/cluster/endpoint.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { writeFiles } from "../files.ts";
import { machineNames, theMachine } from "../targets.ts";
import { isMeant } from "./reading.ts";
import { restart } from "./restart.ts";

/** \`$1\` is the machine's address. Prints \`trusted\` when its kubelet shows a certificate of the cluster's CA that is good now. */
const look = `
curl --silent --max-time 3 --output /dev/null --cacert ${kubernetesPaths.ca} "https://$1:10250/healthz" && echo trusted
exit 0
`;

const approve = `systemctl daemon-reload; systemctl start "$1" 2>/dev/null; journalctl --no-pager --lines 5 --output cat --unit "$1" 2>/dev/null; exit 0`;

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

const isServed = async (step: Step): Promise<boolean> => {
  const machine = theMachine(step);
  const { stdout } = await step.ports.remote.script(machine, look, {
    args: [nodeAddress(machine)],
    signal: step.signal,
  });
  return stdout.trim() === "trusted";
};

/** Lets the control planes' approver decide at once instead of within half a minute; what it does not like it leaves open. */
const approveNow = async (step: Step): Promise<string> => {
  const [machine] = controlPlanesOf(step.cluster);
  if (machine === undefined) return "";
  const api = `https://${machine.address}:${apiEndpoint(step.cluster).bindPort}`;
  await writeFiles({ ...step, machine, target: machine.name }, approverFiles(step.cluster, api));
  const { stdout } = await step.ports.remote.script(machine, approve, {
    args: [approverPaths.serviceName],
    signal: step.signal,
  });
  return stdout;
};

/** Waits until a kubelet shows a good certificate: without one there are no logs, no exec and no metrics. */
export const serving = definePhase({
  id: "certificates.serving",
  title: text("Renew kubelet's serving certificate", "续期 kubelet 服务证书"),
  needs: { restarted: everyMachine(restart) },
  output: z.object({ trusted: z.literal(true) }),
  effect: "changes",
  timeoutMs: 5 * 60_000,
  limit: { key: "certificates.serving", max: 4 },
  on: (cluster, parameters) => machineNames(cluster).filter((name) => isMeant(parameters, name)),
  async probe(context) {
    return (await isServed(context))
      ? { state: "satisfied", output: { trusted: true } }
      : {
          state: "needed",
          why: text("its kubelet shows no good certificate", "其 kubelet 未出示有效证书"),
        };
  },
  async apply(context) {
    for (;;) {
      const told = await approveNow(context);
      if (await isServed(context)) return { trusted: true };
      const refusal = told.split("\n").findLast((line) => line.includes("is left open")) ?? "";
      context.waiting(text(`its new certificate ${refusal}`, `新证书 ${refusal}`));
      await context.ports.clock.sleep(1_000, context.signal);
    }
  },
});
