import * as z from "zod";
import { text } from "../../contract/text.ts";
import { survivorsOf } from "../../core/cluster/etcd-restore.ts";
import { SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { theMachine } from "../targets.ts";
import { fetch } from "./fetch.ts";
import { snapshotPath } from "./transfer.ts";
import type { Snapshot } from "../../core/cluster/etcd-snapshot.ts";

/** \`$1\` is the file. Prints its digest, if it is there. Reads only. */
const digest = `sha256sum "$1" 2>/dev/null | cut -d ' ' -f 1`;

const prepare = `umask 077; mkdir -p "\${1%/*}"`;

type Step = StepContext<{ fetched: ReturnType<typeof everyMachine<typeof fetch>> }>;

const wanted = ({ from }: Pick<Step, "from">): Snapshot => {
  const [found] = from.fetched.values();
  if (found === undefined) throw new Error("etcd.fetch gave no output");
  return found.snapshot;
};

/** Brings the snapshot to every control plane that goes on, before anything is stopped. */
export const bring = definePhase({
  id: "etcd.bring",
  title: text("Bring the snapshot to the control plane", "将快照传送到控制平面"),
  needs: { fetched: everyMachine(fetch) },
  output: z.object({ name: z.string(), kind: z.string() }),
  effect: "changes",
  timeoutMs: 30 * 60_000,
  on: (cluster, { dead }) => survivorsOf(cluster, dead).map(({ name }) => name),
  async probe(context) {
    const { name, kind, sha256 } = wanted(context);
    const { stdout } = await context.ports.remote.script(theMachine(context), digest, {
      args: [snapshotPath(name)],
      signal: context.signal,
    });
    return stdout.trim() === sha256
      ? { state: "satisfied", output: { name, kind } }
      : { state: "needed", why: text("it does not have the snapshot", "该机器上没有此快照") };
  },
  async apply(context) {
    const { cluster, ports, progress, signal } = context;
    const { name, kind, sha256 } = wanted(context);
    const local = await ports.snapshots.file(cluster.name, name);
    if (local === undefined) {
      throw SlipwayError.of("SNAPSHOT_UNKNOWN", { cluster: cluster.name, snapshot: name });
    }
    const machine = theMachine(context);
    const remote = snapshotPath(name);
    await ports.remote.script(machine, prepare, { args: [remote], signal });
    await ports.remote.upload(
      machine,
      { local, remote },
      { signal, mode: 0o600, sha256, onProgress: (done, total) => progress(done, total, "bytes") },
    );
    return { name, kind };
  },
});
