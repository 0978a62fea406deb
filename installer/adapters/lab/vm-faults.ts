import { SlipwayError } from "../../contract/errors/index.ts";
import type { LabFault } from "../../contract/lab.ts";
import { forgetFault, recordFault } from "./fault-records.ts";
import { bootIdOf, stateOf, waitForBoot } from "./power.ts";
import { onMachine, type SshPlace } from "./ssh-client.ts";

/** Faults that happen inside a machine. An emulated one is only reached by logging in. */
export type InnerFault = Extract<
  LabFault,
  { type: "reboot" | "fill-disk" | "free-disk" | "kill-process" | "clock" }
>;

/** Takes all free blocks, in smaller and smaller pieces because the file's own map needs some of them too. */
const FILL = `
n=0
while [ $n -lt 50 ]; do
  free=$(stat --file-system --format=%a /var/lib/slipway)
  block=$(stat --file-system --format=%S /var/lib/slipway)
  [ "$free" -gt 0 ] || exit 0
  size=$((free - n * 64))
  [ "$size" -gt 0 ] || size=1
  file=/var/lib/slipway/.filled-by-the-lab.$n
  fallocate --length $((size * block)) $file 2> /dev/null || rm -f $file
  n=$((n + 1))
done`;
const FREE = "rm -f /var/lib/slipway/.filled-by-the-lab.*";
const KILL = 'read -r name; pkill -KILL -x -- "$name"';
const CLOCK = 'read -r seconds; date --set="$seconds seconds" > /dev/null';

const signed = (seconds: number): string => (seconds < 0 ? String(seconds) : `+${seconds}`);

/** pkill takes a regular expression: the name itself, nothing else. */
const literal = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Makes one such fault on an emulated machine, or undoes it. */
export const applyInnerFault = async (place: SshPlace, fault: InnerFault): Promise<void> => {
  const { folders, record, machine } = place;
  const names = { folders, lab: record.name, machine: machine.name };
  if (stateOf(record.name, machine.name) !== "running") {
    throw SlipwayError.of("LAB_MACHINE_OFF", { lab: record.name, machine: machine.name, fault: fault.type });
  }
  switch (fault.type) {
    case "reboot": {
      const before = await bootIdOf(place);
      // The answer may get lost in the reboot: whether it happened is seen by the boot that follows.
      await onMachine(place, "systemctl reboot", { expect: [0, 255] });
      return waitForBoot(place, { otherThan: before });
    }
    case "fill-disk":
      recordFault(names, "fill-disk");
      await onMachine(place, FILL);
      return;
    case "free-disk":
      await onMachine(place, FREE);
      forgetFault(names, "fill-disk");
      return;
    case "kill-process": {
      const result = await onMachine(place, KILL, { stdin: `${literal(fault.process)}\n`, expect: [0, 1] });
      if (result.code === 0) return;
      throw SlipwayError.of("LAB_PROCESS_UNKNOWN", { process: fault.process, machine: machine.name });
    }
    case "clock":
      await onMachine(place, CLOCK, { stdin: `${signed(fault.seconds)}\n` });
      return;
  }
};
