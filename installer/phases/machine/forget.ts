import * as z from "zod";
import { text } from "../../contract/text.ts";
import { SlipwayError } from "../../core/contract.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { machineNames, theMachine } from "../targets.ts";
import { connect } from "./connect.ts";
import { assertOurs, readMark, stateFolder } from "./mark.ts";

const folders = ["/etc/slipway", stateFolder] as const;

/** Signs that the machine still serves in a cluster, then which of our folders (`$1`, `$2`) are there. Reads only. */
const look = `
for path in /etc/kubernetes/kubelet.conf /etc/kubernetes/admin.conf /etc/kubernetes/manifests/*.yaml /var/lib/kubelet/config.yaml /var/lib/etcd/member; do
  if [ -e "$path" ]; then echo "state $path"; fi
done
for comm in /proc/[0-9]*/comm; do
  if IFS= read -r name <"$comm" && [ "$name" = kubelet ]; then echo "state kubelet"; fi
done 2>/dev/null
for folder in "$1" "$2"; do
  if [ -L "$folder" ] || [ -n "$(ls -A "$folder" 2>/dev/null)" ]; then echo "folder $folder"; fi
done
exit 0
`;

/** A folder that is a mount point stays, empty; nothing on another file system below it is touched. */
const removeFolders = `
set -e
for folder; do
  if [ -L "$folder" ]; then
    rm -f -- "$folder"
  elif [ -d "$folder" ]; then
    find "$folder" -xdev -mindepth 1 -delete
    rmdir "$folder" 2>/dev/null || [ -z "$(ls -A "$folder")" ]
  fi
done
`;

/** @throws MACHINE_IN_USE, MACHINE_BELONGS_TO_ANOTHER. */
const present = async (
  context: Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">,
): Promise<string[]> => {
  const machine = theMachine(context);
  assertOurs(await readMark(context), { machine, cluster: context.cluster });
  const { stdout } = await context.ports.remote.script(machine, look, {
    args: folders,
    signal: context.signal,
  });
  const rows = stdout.split("\n");
  const named = (kind: string): string[] =>
    rows.filter((row) => row.startsWith(`${kind} `)).map((row) => row.slice(kind.length + 1));
  const state = named("state");
  if (state.length > 0) {
    throw SlipwayError.of(
      "MACHINE_IN_USE",
      { machine: machine.name, what: [...new Set(state)].join(", ") },
      { machine: machine.name },
    );
  }
  return named("folder");
};

/** Removes everything that Slipway keeps on a machine that no longer serves in a cluster. */
export const forget = definePhase({
  id: "machine.forget",
  title: text("Remove Slipway's folders and the mark", "删除 Slipway 目录和标记"),
  needs: { connect },
  output: z.object({ removed: z.array(z.string()) }),
  effect: "destroys",
  timeoutMs: 60_000,
  on: machineNames,
  async probe(context) {
    const found = await present(context);
    if (found.length === 0) return { state: "satisfied", output: { removed: [] } };
    return {
      state: "needed",
      why: text("Slipway has been on this machine", "Slipway 曾在该机器上工作"),
      loss: text(
        `the mark and the measurements in ${found.join(" and ")}`,
        `${found.join(" 和 ")} 中的标记与测量结果`,
      ),
    };
  },
  async apply(context) {
    const removed = await present(context);
    await context.ports.remote.script(theMachine(context), removeFolders, {
      args: folders,
      signal: context.signal,
    });
    return { removed };
  },
});
