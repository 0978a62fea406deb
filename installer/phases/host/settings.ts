import * as z from "zod";
import { text } from "../../contract/text.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { jsonOf } from "../../core/inventory/numbers.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import {
  HostRecord,
  kernelModules,
  kernelSettings,
  mergeRecords,
  settingHolds,
  sysctlFile,
  type KernelSetting,
} from "../../core/runtime/host-settings.ts";
import { machinePaths } from "../../core/runtime/paths.ts";
import { differingFiles, writeFiles } from "../files.ts";
import { inventory } from "../machine/inventory.ts";
import { machineNames, theMachine } from "../targets.ts";
import { hostRecord } from "./record.ts";

/** Prints `KEY VALUE` for each of the settings in `$@` that this kernel has, and `fixed KEY` for one that cannot be written. */
const look = `
for key; do
  path=/proc/sys/$(printf %s "$key" | tr . /)
  # Not by read: dash asks for one byte at a time, and the kernel answers numbers only from their start.
  value=$(cat "$path" 2>/dev/null) || continue
  printf '%s %s\\n' "$key" "$value"
  # access(2) says no on a read-only file system, also to root.
  if [ ! -w "$path" ]; then echo "fixed $key"; fi
done
exit 0
`;

/** Sets `KEY VALUE` pairs of `$@`. Prints `refused KEY` where the kernel does not let it. */
const set = `
while [ $# -gt 1 ]; do
  path=/proc/sys/$(printf %s "$1" | tr . /)
  printf '%s\\n' "$2" > "$path" 2>/dev/null || echo "refused $1"
  shift 2
done
exit 0
`;

/** Loads the modules in `$@`; what is built in or already loaded is left alone. Prints those it loaded. */
const load = `
for name; do
  [ -d "/sys/module/$name" ] && continue
  if modprobe "$name" 2>/dev/null && [ -d "/sys/module/$name" ]; then echo "$name"; fi
done
exit 0
`;

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "ports" | "signal" | "say">;

interface Found {
  /** Settings this kernel has, with their values. */
  readonly values: ReadonlyMap<string, string>;
  readonly fixed: ReadonlySet<string>;
}

const findSettings = async (context: Step): Promise<Found> => {
  const { stdout } = await context.ports.remote.script(theMachine(context), look, {
    args: kernelSettings.map(({ key }) => key),
    signal: context.signal,
  });
  const rows = stdout.split("\n").map((line) => line.split(" "));
  return {
    values: new Map(
      rows.flatMap(([key = "", value]) => (value === undefined || key === "fixed" ? [] : [[key, value]])),
    ),
    fixed: new Set(rows.flatMap(([mark, key]) => (mark === "fixed" && key !== undefined ? [key] : []))),
  };
};

/** Settings to keep: those the kernel has, without optional ones that nobody may change here. */
const applicable = ({ values, fixed }: Found): readonly KernelSetting[] =>
  kernelSettings.filter(
    (setting) => values.has(setting.key) && (setting.required || !fixed.has(setting.key)),
  );

/** Settings with another value than wanted, but for those that the kernel refused before. */
const unmet = (found: Found, record: HostRecord | undefined): readonly KernelSetting[] =>
  applicable(found).filter(
    (setting) =>
      !settingHolds(setting, found.values.get(setting.key) ?? "") &&
      (setting.required || record?.refused.includes(setting.key) !== true),
  );

const files = (found: Found): { path: string; content: string }[] => [
  { path: machinePaths.sysctl, content: sysctlFile(applicable(found)) },
  { path: machinePaths.modules, content: kernelModules.map((name) => `${name}\n`).join("") },
];

const readRecord = async (context: Step): Promise<HostRecord | undefined> => {
  const { remote } = context.ports;
  const content = await remote.readFile(theMachine(context), machinePaths.hostRecord, context.signal);
  return content === undefined ? undefined : HostRecord.safeParse(jsonOf(content)).data;
};

const keepRecord = async (context: Step, record: HostRecord): Promise<void> => {
  await context.ports.remote.writeFile(
    theMachine(context),
    { path: machinePaths.hostRecord, content: `${JSON.stringify(record, undefined, 2)}\n` },
    { signal: context.signal, mode: 0o600 },
  );
};

const Output = z.object({
  changed: z.record(z.string(), z.string()).describe("Kernel settings as they were before Slipway, by key"),
  swap: z.boolean().describe("True when swap is in use; kubelet is told, nothing is switched off"),
});

/** Sets what Kubernetes needs of the kernel, and writes down what was there before. */
export const hostSettings = definePhase({
  id: "host.settings",
  title: text("Set kernel parameters", "设置内核参数"),
  needs: { facts: inventory, recorded: hostRecord },
  output: Output,
  effect: "changes",
  timeoutMs: 60_000,
  on: machineNames,
  async probe(context) {
    const found = await findSettings(context);
    const record = await readRecord(context);
    const wrong = unmet(found, record).map(({ key, value }) => `${key} = ${value}`);
    const differing = await differingFiles(context, files(found));
    if (wrong.length === 0 && differing.length === 0 && record !== undefined) {
      const swap = context.from.facts.swap.length > 0;
      return { state: "satisfied", output: { changed: record.sysctls, swap } };
    }
    const what = [...wrong, ...differing].join(", ") || machinePaths.hostRecord;
    return { state: "needed", why: text(`to be set: ${what}`, `需要设置：${what}`) };
  },
  async apply(context) {
    const machine = theMachine(context);
    const { remote } = context.ports;
    const { signal } = context;
    const { stdout: loaded } = await remote.script(machine, load, { args: kernelModules, signal });
    const modules = loaded.split("\n").filter((line) => line !== "");
    const found = await findSettings(context);
    const earlier = await readRecord(context);
    const wrong = unmet(found, earlier);
    const sysctls = Object.fromEntries(wrong.map(({ key }) => [key, found.values.get(key) ?? ""]));
    // Before the change: a crash in between must not lose what the machine was like.
    const record = mergeRecords(earlier, { sysctls, modules, refused: [] });
    await keepRecord(context, record);
    await writeFiles(context, files(found));
    const { stdout } = await remote.script(machine, set, {
      args: wrong.flatMap(({ key, value }) => [key, value]),
      signal,
    });
    const refused = stdout
      .split("\n")
      .flatMap((line) => (line.startsWith("refused ") ? [line.slice(8)] : []));
    const fatal = wrong.find(({ key, required }) => required && refused.includes(key));
    if (fatal !== undefined) {
      const { key, value } = fatal;
      throw SlipwayError.of(
        "HOST_SETTING_REFUSED",
        { machine: machine.name, key, value },
        { machine: machine.name },
      );
    }
    if (refused.length > 0) {
      await keepRecord(context, mergeRecords(record, { sysctls: {}, modules: [], refused }));
      const keys = refused.join(", ");
      context.say(text(`the system does not let these be set: ${keys}`, `系统不允许设置：${keys}`));
    }
    const swap = context.from.facts.swap.length > 0;
    if (swap) {
      context.say(text("swap is in use; pods will not use it", "已启用交换分区；Pod 不会使用它"));
    }
    return { changed: record.sysctls, swap };
  },
});
