import * as z from "zod";
import { text } from "../../contract/text.ts";
import { kubeadmPatches, kubeletDropIn, kubeletUnit } from "../../core/cluster/kubelet.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { enableUnitFunction } from "../../core/runtime/units.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { innerRoutes } from "../host/routes.ts";
import { hostSettings } from "../host/settings.ts";
import { timeSync } from "../time/sync.ts";
import { differingFiles, writeFiles, type SmallFile } from "../files.ts";
import { inventory } from "../machine/inventory.ts";
import { machineNames, theMachine } from "../targets.ts";

/** A machine whose control groups are version 1, also in part: for kubelet that is version 1. */
export const hasOnlyCgroupV1 = ({ cgroup }: Pick<MachineFacts, "cgroup">): boolean =>
  cgroup.version === "v1" || cgroup.version === "hybrid";

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

const patchesOf = (context: Step, facts: MachineFacts): readonly SmallFile[] =>
  kubeadmPatches({
    cluster: context.cluster,
    machine: theMachine(context),
    cgroupV1: hasOnlyCgroupV1(facts),
  });

const filesOf = (context: Step, facts: MachineFacts): readonly SmallFile[] => [
  { path: kubernetesPaths.kubeletUnit, content: kubeletUnit, mode: 0o600 },
  { path: kubernetesPaths.kubeletDropIn, content: kubeletDropIn, mode: 0o600 },
  ...patchesOf(context, facts),
];

/** Folder of patches, then the paths of those that belong there. Prints `stale PATH` for any other, and `enabled`. */
const look = `
folder=$1
shift
for file in "$folder"/*; do
  [ -e "$file" ] || continue
  known=
  for path; do [ "$path" != "$file" ] || known=yes; done
  [ -n "$known" ] || echo "stale $file"
done
systemctl is-enabled --quiet kubelet.service && echo enabled
exit 0
`;

/**
 * Takes the same words. kubeadm reads the folder of patches even when it is empty; a patch that the spec no longer has
 * must not come back at the next upgrade. kubelet itself is started by kubeadm.
 */
const enable = `${enableUnitFunction}
set -e
folder=$1
shift
mkdir -p "$folder"
for file in "$folder"/*; do
  [ -e "$file" ] || continue
  known=
  for path; do [ "$path" != "$file" ] || known=yes; done
  [ -n "$known" ] || rm -f -- "$file"
done
enable_unit kubelet.service
`;

/** Makes kubelet a service of the machine, which kubeadm will start. Its program may still be on its way. */
export const kubelet = definePhase({
  id: "cluster.kubelet",
  title: text("Set up kubelet's service", "配置 kubelet 服务"),
  needs: { facts: inventory, host: hostSettings, routes: innerRoutes, time: timeSync },
  output: z.object({ cgroupV1: z.boolean() }),
  effect: "changes",
  timeoutMs: 60_000,
  on: machineNames,
  async probe(context) {
    const { facts } = context.from;
    const differing = await differingFiles(context, filesOf(context, facts));
    if (differing.length > 0) {
      const paths = differing.join(", ");
      return { state: "needed", why: text(`to be written: ${paths}`, `需要写入：${paths}`) };
    }
    const { stdout } = await context.ports.remote.script(theMachine(context), look, {
      args: [kubernetesPaths.patches, ...patchesOf(context, facts).map(({ path }) => path)],
      signal: context.signal,
    });
    const stale = stdout.split("\n").filter((line) => line.startsWith("stale "));
    if (stale.length > 0) {
      const paths = stale.map((line) => line.slice("stale ".length)).join(", ");
      return { state: "needed", why: text(`to be removed: ${paths}`, `需要删除：${paths}`) };
    }
    return stdout.trim() === "enabled"
      ? { state: "satisfied", output: { cgroupV1: hasOnlyCgroupV1(facts) } }
      : { state: "needed", why: text("kubelet is not enabled", "kubelet 未设为开机启动") };
  },
  async apply(context) {
    const { facts } = context.from;
    await writeFiles(context, filesOf(context, facts));
    await context.ports.remote.script(theMachine(context), enable, {
      args: [kubernetesPaths.patches, ...patchesOf(context, facts).map(({ path }) => path)],
      signal: context.signal,
    });
    return { cgroupV1: hasOnlyCgroupV1(facts) };
  },
});
