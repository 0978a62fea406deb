import { text, type Localized } from "../../contract/text.ts";
import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { HopRecord } from "../../core/netboot/timeline/timeline.ts";
import type { Needs, StepContext } from "../../core/phase.ts";
import type { MetalTarget, MetalView } from "../../core/ports/metal.ts";
import { theMachine } from "../targets.ts";

/** Machines of the spec that have no operating system yet. */
export const metalNames = (cluster: ClusterSpec): string[] =>
  cluster.machines.filter(({ metal }) => metal !== undefined).map(({ name }) => name);

/** The machine of a step as the metal port knows it. */
export const targetOf = <N extends Needs>(context: StepContext<N>): MetalTarget => ({
  cluster: context.cluster,
  machine: theMachine(context),
});

/** How the spec names a machine. */
export const markOf = ({ machine: { metal } }: MetalTarget): string =>
  [
    metal?.mac === undefined ? "" : `MAC ${metal.mac}`,
    metal?.serial === undefined ? "" : `serial ${metal.serial}`,
    metal?.uuid === undefined ? "" : `UUID ${metal.uuid}`,
  ]
    .filter((part) => part !== "")
    .join(", ");

/**
 * Whether the machine is a system already: its first boot was reported, or it answers over SSH with a key that this site
 * pinned or is told to trust. Looked at, not remembered: an engine that lost its records must not install it again.
 */
export const isInstalled = async <N extends Needs>(context: StepContext<N>): Promise<boolean> => {
  const { job } = await context.ports.metal.view(targetOf(context));
  if (job?.state === "installed") return true;
  // While an installer is at work the address answers for nothing.
  if (job !== undefined && job.state !== "cancelled" && job.state !== "restored") return false;
  try {
    await context.ports.remote.login(theMachine(context), context.signal);
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof SlipwayError && answered.has(error.code)) throw error;
    return false;
  }
};

/** Something with an SSH server sits at the machine's address: it is not ours to overwrite. */
const answered: ReadonlySet<string> = new Set([
  "HOST_AUTH_FAILED",
  "HOST_KEY_CHANGED",
  "SUDO_REFUSED",
  "NOT_ROOT",
]);

/**
 * Waits until `done` finds what it looks for, and tells each stop of the machine as it comes, and each hop: all of the
 * current boot, or those to come, or none.
 */
export const follow = async <N extends Needs, T>(
  context: StepContext<N>,
  hops: "all" | "new" | "none",
  done: (view: MetalView) => T | undefined,
): Promise<T> => {
  const { ports, signal } = context;
  const target = targetOf(context);
  const told = new Set<string>();
  let stopped = "";
  if (hops === "new") {
    for (const hop of (await ports.metal.view(target)).hops) told.add(hopKey(hop));
  }
  for (;;) {
    signal.throwIfAborted();
    const view = await ports.metal.view(target);
    for (const hop of hops === "none" ? [] : view.hops) {
      const key = hopKey(hop);
      if (told.has(key)) continue;
      told.add(key);
      context.say(hopText(hop));
    }
    const found = done(view);
    if (found !== undefined) return found;
    const finding = view.finding;
    const stop = finding === undefined ? "" : `${finding.fault} ${finding.title.en}`;
    if (finding !== undefined && stop !== stopped) {
      const { title, advice } = finding;
      context.waiting({
        en: `${title.en}. ${advice.en}`,
        "zh-CN": `${title["zh-CN"]}。${advice["zh-CN"]}`,
      });
    }
    stopped = stop;
    await ports.metal.changed(view.version, signal);
  }
};

const hopKey = ({ hop, at, about, outcome }: HopRecord): string => `${hop} ${at} ${about} ${outcome}`;

const hopText = ({ hop, client, about, bytes, ms, outcome }: HopRecord): Localized => {
  const who = client === "" ? "" : ` ${client}`;
  const what = about === "" ? "" : ` ${withoutToken(about)}`;
  const how = bytes === 0 ? "" : ` ${bytes} bytes, ${ms} ms`;
  const end = outcome === "done" ? "" : ` (${outcome})`;
  const line = `${hop}${who}${what}${how}${end}`;
  return text(`boot: ${line}`, `引导：${line}`);
};

/** The token in the URL of a machine's file is nobody's business. */
const withoutToken = (about: string): string => about.replaceAll(/\/m\/[A-Za-z0-9_-]{22}\//g, "/m/.../");
