import type { WorkProgress } from "../../contract/api/work.ts";
import { PlainPace, type WorkState } from "../progress/plain-work.ts";
import { LiveBlock } from "../progress/screen.ts";
import {
  rateOf,
  transferLine,
  transferText,
  withSighting,
  type Sighting,
  type TransferView,
} from "../progress/transfer.ts";
import type { MessageKey } from "../messages/index.ts";
import { clipped } from "../output/width.ts";
import type { Session } from "../session.ts";

const FRAME_MS = 125;
/** How often a log is asked whether it is time for a line. */
const PLAIN_MS = 1_000;
/** Columns that what goes on below the total may take in a log. */
const DETAIL_COLUMNS = 100;
/** Exit code of work that was stopped by Ctrl-C. */
export const INTERRUPTED = 130;

/** Where progress is shown: on standard error, so that standard output holds the result and nothing else. */
export interface WorkDisplay {
  /** How far the work is, and what goes on below it. */
  update(progress: WorkProgress, details?: readonly string[]): void;
  /** A line that stays. */
  line(text: string): void;
}

/** What an item of a feed means: the result, or undefined while there is none yet. */
type OnItem<I, R> = (item: I, display: WorkDisplay) => { readonly result: R } | undefined;

/**
 * Follows work in the engine to its result. Ctrl-C stops the work, says that it can go on later and gives undefined; the
 * caller then ends with INTERRUPTED.
 */
export const followWork = async <I, R>(
  session: Session,
  start: (signal: AbortSignal) => Promise<AsyncIterable<I>>,
  onItem: OnItem<I, R>,
): Promise<R | undefined> => {
  const stop = new AbortController();
  const interrupted = (): void => stop.abort();
  process.on("SIGINT", interrupted);
  const display = displayFor(session);
  try {
    let end: { readonly result: R } | undefined;
    for await (const item of await start(stop.signal)) end = onItem(item, display) ?? end;
    return end?.result;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    display.end();
    session.note(session.say("workStopped"));
    return undefined;
  } finally {
    process.removeListener("SIGINT", interrupted);
    display.end();
  }
};

/** The common kind of feed: progress, then the result. */
export const followProgress = async <R>(
  session: Session,
  start: (
    signal: AbortSignal,
  ) => Promise<AsyncIterable<{ kind: "progress"; progress: WorkProgress } | { kind: "done"; result: R }>>,
): Promise<R | undefined> =>
  followWork(session, start, (item, display) => {
    if (item.kind === "done") return { result: item.result };
    display.update(item.progress);
    return undefined;
  });

const displayFor = (session: Session): WorkDisplay & { end(): void } => {
  const { stderr } = session.environment;
  if (stderr.isTTY === true) return liveDisplay(session);
  if (session.format !== "table") return { update() {}, line() {}, end() {} };
  return plainDisplay(session);
};

/** Rates by stage: each counts for itself. */
const meter = (): ((progress: WorkProgress) => number | undefined) => {
  const seen = new Map<string, readonly Sighting[]>();
  return ({ stage, done }) => {
    const sightings = withSighting(seen.get(stage) ?? [], { at: performance.now(), done });
    seen.set(stage, sightings);
    return rateOf(sightings);
  };
};

const viewOf = (session: Session, progress: WorkProgress, rate: number | undefined): TransferView => ({
  title: stageText(session, progress.stage),
  done: progress.done,
  total: progress.total,
  unit: progress.unit,
  rate,
  item: progress.item ?? "",
  left: (time) => session.say("timeLeft", { time }),
});

const stages: Readonly<Record<string, MessageKey>> = {
  build: "stage.build",
  difference: "stage.difference",
  export: "stage.export",
  fsck: "stage.fsck",
  import: "stage.import",
  push: "stage.push",
  rebuild: "stage.rebuild",
  verify: "stage.verify",
};

const stageText = (session: Session, stage: string): string => {
  const key = stages[stage];
  return key === undefined ? stage : (session.say as (found: MessageKey) => string)(key);
};

const liveDisplay = (session: Session): WorkDisplay & { end(): void } => {
  const { stderr } = session.environment;
  const block = new LiveBlock(stderr);
  const rate = meter();
  let lines: readonly string[] = [];
  const draw = (): void => block.draw(lines.slice(0, (stderr.rows ?? 24) - 1));
  const timer = setInterval(draw, FRAME_MS);
  let over = false;
  return {
    update(progress, details = []) {
      const width = stderr.columns ?? 80;
      lines = [
        transferLine(viewOf(session, progress, rate(progress)), width),
        ...details.map((detail) => clipped(`  ${detail}`, width)),
      ];
    },
    line(text) {
      block.clear();
      stderr.write(`${text}\n`);
      draw();
    },
    end() {
      if (over) return;
      over = true;
      clearInterval(timer);
      block.clear();
    },
  };
};

const plainDisplay = (session: Session): WorkDisplay & { end(): void } => {
  const rate = meter();
  const pace = new PlainPace();
  let speed: number | undefined;
  const tell = (state: WorkState | undefined): void => {
    if (state === undefined) return;
    session.note(transferText(viewOf(session, state.progress, speed)));
    for (const detail of state.details) session.note(clipped(`  ${detail}`, DETAIL_COLUMNS));
  };
  const timer = setInterval(() => tell(pace.tick(performance.now())), PLAIN_MS);
  return {
    update(progress, details = []) {
      speed = rate(progress);
      tell(pace.update({ progress, details }, performance.now()));
    },
    line: (text) => session.note(text),
    end: () => clearInterval(timer),
  };
};
