import * as z from "zod";
import { text } from "../../contract/text.ts";
import { etcdPaths } from "../../core/cluster/etcd-paths.ts";
import { snapshotFiles } from "../../core/cluster/etcd-snapshot.ts";
import { definePhase } from "../../core/phase.ts";
import { enableUnitFunction } from "../../core/runtime/units.ts";
import { joinControlPlane } from "../control-plane/join.ts";
import { differingFiles, writeFiles } from "../files.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";

/** \`$1\` is the timer. Prints \`enabled\` when it runs and will run after a boot. Reads only. */
const look = `systemctl is-enabled --quiet "$1" && systemctl is-active --quiet "$1" && echo enabled
exit 0
`;

const enable = `${enableUnitFunction}
set -e
enable_unit "$1" "$2"
systemctl restart "$1"
`;

/** Lets a control plane take snapshots of etcd by itself: backups must not depend on an appliance being there. */
export const snapshotSchedule = definePhase({
  id: "etcd.schedule",
  title: text("Schedule snapshots of etcd", "配置 etcd 定期快照"),
  needs: { joined: joinControlPlane },
  output: z.object({ everyHours: z.number(), keep: z.number() }),
  effect: "changes",
  timeoutMs: 60_000,
  on: controlPlaneNames,
  async probe(context) {
    const { cluster, ports, signal, target } = context;
    const differing = await differingFiles(context, snapshotFiles(target, cluster.etcd));
    if (differing.length > 0) {
      const paths = differing.join(", ");
      return { state: "needed", why: text(`to be written: ${paths}`, `需要写入：${paths}`) };
    }
    const { stdout } = await ports.remote.script(theMachine(context), look, {
      args: [etcdPaths.timerName],
      signal,
    });
    return stdout.trim() === "enabled"
      ? { state: "satisfied", output: cluster.etcd.snapshots }
      : { state: "needed", why: text("the timer does not run", "定时器未运行") };
  },
  async apply(context) {
    const { cluster, ports, signal, target } = context;
    await writeFiles(context, snapshotFiles(target, cluster.etcd));
    await ports.remote.script(theMachine(context), enable, {
      args: [etcdPaths.timerName, etcdPaths.serviceName],
      signal,
    });
    return cluster.etcd.snapshots;
  },
});
