import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { controlPlanesOf } from "../../core/cluster/endpoint.ts";
import { etcdPaths } from "../../core/cluster/etcd-paths.ts";
import {
  parseSnapshots,
  readAuthorities,
  Snapshot,
  snapshotFiles,
} from "../../core/cluster/etcd-snapshot.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { writeFiles } from "../files.ts";
import { fetchSnapshot } from "./transfer.ts";

type Step = StepContext<Record<string, never>>;

/** Name of the secret that holds a cluster's authorities, as a compressed tar in base64. */
const authoritiesSecret = (cluster: string): string => `cluster.${cluster}.authorities`;

const takeOn = async (context: Step, machine: MachineSpec): Promise<Snapshot> => {
  const { cluster, ports, signal } = context;
  await writeFiles({ ...context, machine, target: machine.name }, snapshotFiles(machine.name, cluster.etcd));
  const { stdout, stderr } = await ports.remote.run(machine, [etcdPaths.program, "manual"], {
    signal,
    expect: Array.from({ length: 128 }, (_, code) => code),
  });
  const [snapshot] = parseSnapshots(stdout);
  if (snapshot !== undefined) return snapshot;
  throw SlipwayError.of(
    "SNAPSHOT_FAILED",
    { machine: machine.name, problem: stderr.trim().split("\n").at(-1) ?? "" },
    { machine: machine.name, detail: stderr },
  );
};

/** The first control plane that can. What the others said is in the log; if none can, the last one's reason is told. */
const takeSomewhere = async (
  context: Step,
): Promise<{ readonly machine: MachineSpec; readonly snapshot: Snapshot }> => {
  let problem: unknown;
  for (const machine of controlPlanesOf(context.cluster)) {
    try {
      return { machine, snapshot: await takeOn(context, machine) };
    } catch (error) {
      context.signal.throwIfAborted();
      problem = error;
      context.say(
        text(`not on ${machine.name}: ${String(error)}`, `${machine.name} 上未成功：${String(error)}`),
      );
    }
  }
  throw problem;
};

/**
 * Takes a snapshot of etcd now and brings it to the appliance. What it needs to be worth something again comes along into
 * the secrets store: the cluster's authorities, beside the key of encryption at rest that is there since the cluster was made.
 */
export const takeSnapshot = definePhase({
  id: "etcd.snapshot",
  title: text("Take a snapshot of etcd", "创建 etcd 快照"),
  needs: {},
  output: z.object({ snapshot: Snapshot }),
  effect: "changes",
  timeoutMs: 30 * 60_000,
  on: () => [APPLIANCE],
  probe: () => Promise.resolve({ state: "needed", why: text("a snapshot was asked for", "已请求创建快照") }),
  async apply(context) {
    const { cluster, ports, signal, waiting } = context;
    waiting(text("a control plane to take the snapshot", "控制平面创建快照"));
    const { machine, snapshot } = await takeSomewhere(context);
    await fetchSnapshot(context, machine, snapshot);
    const { stdout } = await ports.remote.script(machine, readAuthorities, { signal });
    await ports.secrets.set(authoritiesSecret(cluster.name), stdout);
    return { snapshot };
  },
});
