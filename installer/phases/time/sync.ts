import * as z from "zod";
import { text } from "../../contract/text.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { betterOffset, clockOffset, type ClockOffset } from "../../core/inventory/clock.ts";
import { clockScript } from "../../core/inventory/collector/index.ts";
import { parseSections } from "../../core/inventory/sections.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { packages } from "../content/packages.ts";
import { differingFiles, writeFiles, type SmallFile } from "../files.ts";
import { machineNames, theMachine } from "../targets.ts";

/** Certificates are made on machines whose clock is nearer to the appliance's than this. */
const LIMIT_MS = 100;

/** Polls from 16 seconds to about a minute: machines of one site, one hop away. */
const SOURCE_OPTIONS = "iburst minpoll 4 maxpoll 6";

/** How often the clock is looked at while chrony puts it right. */
const LOOK_MS = 1000;
const LOOKS = 60;

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

/** Where chrony keeps its files on Debian, else where others do. Prints the folder for sources, or nothing. */
const findSources = `
for folder in /etc/chrony/sources.d /etc/chrony.d; do
  if [ -d "$folder" ]; then echo "$folder"; exit 0; fi
done
`;

/** Prints `running` when chronyd runs and will run again after a boot. Reads only. */
const look = `
for unit in chrony.service chronyd.service; do
  if systemctl is-enabled --quiet "$unit" 2>/dev/null && systemctl is-active --quiet "$unit"; then echo running; exit 0; fi
done
exit 0
`;

/** `$1` is `changed` when the sources have changed. A clock that is far off is stepped at once; that is what makestep is for. */
const start = `
set -e
unit=chrony.service
systemctl cat "$unit" >/dev/null 2>&1 || unit=chronyd.service
systemctl is-enabled --quiet "$unit" 2>/dev/null || systemctl enable --quiet "$unit" 2>/dev/null || systemctl enable --quiet chronyd.service
systemctl start "$unit"
if [ "$1" = changed ]; then chronyc reload sources >/dev/null || systemctl restart "$unit"; fi
`;

const step = `chronyc burst 4/4 >/dev/null 2>&1; chronyc makestep >/dev/null 2>&1; exit 0`;

const sourcesFolder = async (context: Step): Promise<string> => {
  const { stdout } = await context.ports.remote.script(theMachine(context), findSources, {
    signal: context.signal,
  });
  return stdout.trim() || "/etc/chrony/sources.d";
};

const fileOf = async (context: Step): Promise<SmallFile> => {
  const { servers } = context.cluster.time;
  const { address } = await context.ports.content.addressFor(theMachine(context));
  const names = servers.length > 0 ? servers : [address];
  return {
    path: `${await sourcesFolder(context)}/slipway.sources`,
    content: names.map((name) => `server ${name} ${SOURCE_OPTIONS}\n`).join(""),
  };
};

/** The best of up to three measurements. */
const measure = async (context: Step): Promise<ClockOffset> => {
  const machine = theMachine(context);
  const { remote, clock } = context.ports;
  let best: ClockOffset | undefined;
  for (let attempt = 0; attempt < 3 && (best?.uncertaintyMs ?? Infinity) > LIMIT_MS / 2; attempt++) {
    const sentAt = clock.now();
    const { stdout } = await remote.script(machine, clockScript, { signal: context.signal });
    const trip = { sentAt, receivedAt: clock.now() };
    best = betterOffset(best, clockOffset(parseSections(stdout, machine.name), trip));
  }
  return best ?? { offsetMs: Infinity, uncertaintyMs: Infinity };
};

const within = ({ offsetMs }: ClockOffset): boolean => Math.abs(offsetMs) < LIMIT_MS;

const Output = z.object({
  offsetMs: z.number().describe("Machine minus appliance"),
  uncertaintyMs: z.number(),
});

/**
 * Keeps the machine's time by the site's servers or the appliance, and is the gate before every certificate: it ends well
 * only when the machine's clock was seen within 100 ms of the appliance's.
 */
export const timeSync = definePhase({
  id: "time.sync",
  title: text("Synchronise the clock", "同步时钟"),
  needs: { packages },
  output: Output,
  effect: "changes",
  timeoutMs: 180_000,
  on: machineNames,
  async probe(context) {
    const differing = await differingFiles(context, [await fileOf(context)]);
    const { stdout } = await context.ports.remote.script(theMachine(context), look, {
      signal: context.signal,
    });
    if (differing.length > 0 || stdout.trim() !== "running") {
      return { state: "needed", why: text("chrony is not set up", "chrony 尚未配置") };
    }
    const offset = await measure(context);
    return within(offset)
      ? { state: "satisfied", output: offset }
      : {
          state: "needed",
          why: text(`the clock is ${offset.offsetMs} ms off`, `时钟相差 ${offset.offsetMs} 毫秒`),
        };
  },
  async apply(context) {
    const machine = theMachine(context);
    const { remote, content, timeServer, clock } = context.ports;
    const { signal } = context;
    if (context.cluster.time.servers.length === 0) {
      await timeServer.serve((await content.addressFor(machine)).address);
    }
    const changed = await writeFiles(context, [await fileOf(context)]);
    await remote.script(machine, start, { args: [changed.length > 0 ? "changed" : "same"], signal });
    let offset = await measure(context);
    for (let looks = 0; !within(offset) && looks < LOOKS; looks++) {
      const off = offset.offsetMs;
      if (looks === 0) {
        context.waiting(text(`for chrony to put ${off} ms right`, `等待 chrony 校正 ${off} 毫秒的偏差`));
      }
      if (looks % 5 === 3) await remote.script(machine, step, { signal });
      await clock.sleep(LOOK_MS, signal);
      offset = await measure(context);
    }
    if (within(offset)) return offset;
    const params = { machine: machine.name, offsetMs: Math.round(offset.offsetMs), limitMs: LIMIT_MS };
    throw SlipwayError.of("CLOCK_NOT_SYNCHRONISED", params, { machine: machine.name });
  },
});
