import { inNamespace, type LabFolders } from "./layout.ts";
import { keyFile } from "./machine-files.ts";
import { run, type RunResult, type RunSettings } from "./run.ts";
import type { LabRecord, MachineRecord } from "./state.ts";

/** The command that logs in to a machine of the lab as root. */
export const sshArgv = (folders: LabFolders, record: LabRecord, machine: MachineRecord): readonly string[] =>
  inNamespace(record.name, [
    ...["ssh", "-i", keyFile(folders, record.name), "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"],
    // The machine was made here a moment ago under a key made with it; there is nobody in between.
    ...["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
    ...["-o", "ConnectTimeout=5", `root@${machine.address}`],
  ]);

/** Where {@link onMachine} runs. */
export interface SshPlace {
  readonly folders: LabFolders;
  readonly record: LabRecord;
  readonly machine: MachineRecord;
}

/** Runs a constant script on a machine; data goes in through `settings.stdin`, never into the text. */
export const onMachine = (place: SshPlace, script: string, settings: RunSettings = {}): Promise<RunResult> =>
  run([...sshArgv(place.folders, place.record, place.machine), "--", script], { stdin: "", ...settings });
