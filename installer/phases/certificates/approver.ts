import * as z from "zod";
import { text } from "../../contract/text.ts";
import { approverFiles, approverPaths } from "../../core/cluster/approver.ts";
import { apiEndpoint } from "../../core/cluster/endpoint.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { enableUnitFunction } from "../../core/runtime/units.ts";
import { joinControlPlane } from "../control-plane/join.ts";
import { differingFiles, writeFiles, type SmallFile } from "../files.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";

/** \`$1\` is the timer. Prints \`enabled\` when it runs and will run after a boot. Reads only. */
const look = `systemctl is-enabled --quiet "$1" && systemctl is-active --quiet "$1" && echo enabled
exit 0
`;

const enable = `${enableUnitFunction}
set -e
command -v openssl >/dev/null || { echo "openssl is missing" >&2; exit 1; }
enable_unit "$1" "$2"
systemctl restart "$1"
`;

const filesOf = (
  context: Pick<StepContext<Record<string, never>>, "cluster" | "machine" | "target">,
): readonly SmallFile[] =>
  approverFiles(
    context.cluster,
    `https://${theMachine(context).address}:${apiEndpoint(context.cluster).bindPort}`,
  );

/** Lets the control planes approve kubelets' serving certificates by themselves, so that they are renewed for ever. */
export const approver = definePhase({
  id: "certificates.approver",
  title: text("Keep kubelets' certificates approved", "持续批准 kubelet 证书"),
  needs: { joined: joinControlPlane },
  output: z.object({ nodes: z.number() }),
  effect: "changes",
  timeoutMs: 60_000,
  on: controlPlaneNames,
  async probe(context) {
    const differing = await differingFiles(context, filesOf(context));
    if (differing.length > 0) {
      const paths = differing.join(", ");
      return { state: "needed", why: text(`to be written: ${paths}`, `需要写入：${paths}`) };
    }
    const { stdout } = await context.ports.remote.script(theMachine(context), look, {
      args: [approverPaths.timerName],
      signal: context.signal,
    });
    return stdout.trim() === "enabled"
      ? { state: "satisfied", output: { nodes: context.cluster.machines.length } }
      : { state: "needed", why: text("the timer does not run", "定时器未运行") };
  },
  async apply(context) {
    await writeFiles(context, filesOf(context));
    await context.ports.remote.script(theMachine(context), enable, {
      args: [approverPaths.timerName, approverPaths.serviceName],
      signal: context.signal,
    });
    return { nodes: context.cluster.machines.length };
  },
});
