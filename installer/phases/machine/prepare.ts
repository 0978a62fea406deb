import { MachineMark } from "../../contract/facts.ts";
import { text } from "../../contract/text.ts";
import { anyMachine, definePhase, whereListed } from "../../core/phase.ts";
import { preflightAdmission } from "../preflight/admission.ts";
import { machineNames, theMachine } from "../targets.ts";
import { connect } from "./connect.ts";
import { assertOurs, markPath, readMark, stateFolder } from "./mark.ts";

/** `$1` is the state folder. Prints `ready` when it is a real folder of root's that nobody else may enter. */
const folderState = `
if [ -d "$1" ] && [ ! -L "$1" ] && [ "$(stat -c '%a %u' "$1")" = '700 0' ]; then echo ready; else echo absent; fi
`;

/** `$1` is the state folder, `$2` the folder of the mark. A link in the place of either is refused by mkdir and test. */
const makeFolders = `
set -e
umask 077
mkdir -p "$1"
test ! -L "$1"
chown 0:0 "$1"
chmod 700 "$1"
mkdir -p -m 755 "$2"
`;

/** Makes Slipway's own folder and marks the machine as part of this cluster, unless it is part of another. */
export const prepare = definePhase({
  id: "machine.prepare",
  title: text("Prepare Slipway's folder and mark the machine", "准备 Slipway 目录并标记机器"),
  needs: { connect, admitted: whereListed(anyMachine(preflightAdmission)) },
  output: MachineMark,
  effect: "changes",
  timeoutMs: 60_000,
  on: machineNames,
  async probe(context) {
    const machine = theMachine(context);
    const mark = await readMark(context);
    assertOurs(mark, { machine, cluster: context.cluster });
    if (mark === undefined) {
      return { state: "needed", why: text("the machine is not marked yet", "该机器尚未标记") };
    }
    const folder = await context.ports.remote.script(machine, folderState, {
      args: [stateFolder],
      signal: context.signal,
    });
    return folder.stdout.trim() === "ready"
      ? { state: "satisfied", output: mark }
      : {
          state: "needed",
          why: text(`${stateFolder} is not there or open to others`, `${stateFolder} 不存在或权限过宽`),
        };
  },
  async apply(context) {
    const machine = theMachine(context);
    const found = await readMark(context);
    assertOurs(found, { machine, cluster: context.cluster });
    const { remote } = context.ports;
    await remote.script(machine, makeFolders, {
      args: [stateFolder, markPath.replace(/\/[^/]+$/, "")],
      signal: context.signal,
    });
    const mark: MachineMark = found ?? {
      cluster: context.cluster.name,
      machine: machine.name,
      member: false,
    };
    await remote.writeFile(
      machine,
      { path: markPath, content: `${JSON.stringify(mark, undefined, 2)}\n` },
      { signal: context.signal, mode: 0o644 },
    );
    return mark;
  },
});
