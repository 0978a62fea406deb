import { createInterface } from "node:readline/promises";
import type { Operation, Step } from "../../contract/api/operations.ts";
import { isCode } from "../../contract/errors/index.ts";
import type { EngineClient } from "../link/client.ts";
import { checkLines, checkResults } from "../progress/checks.ts";
import { frameLines } from "../progress/frame.ts";
import { plainLine } from "../progress/plain.ts";
import { LiveBlock } from "../progress/screen.ts";
import { initialState, isOver, reduceProgress, type ProgressState } from "../progress/state.ts";
import { exitCodeOf, summaryLines } from "../progress/summary.ts";
import { wordsWith, type Words } from "../progress/words.ts";
import type { Session } from "../session.ts";

/** A second Ctrl-C within this time asks whether to cancel. */
const SECOND_INTERRUPT_MS = 2_000;
/** Redrawing more often than the eye follows only costs. */
const FRAME_MS = 125;
/** Exit code of a watch that was left by Ctrl-C; the operation goes on. */
const INTERRUPTED = 130;

/** What a watch is about. */
export interface Watched {
  readonly client: EngineClient;
  readonly operation: Operation;
  /** Only events after this number are printed when the output is no terminal. */
  readonly after?: number;
  /** Fetched ahead by whoever starts an operation, so that Ctrl-C detaches from its first moment on. */
  readonly words?: Words;
}

/** Follows an operation to its end and prints how it came out. Resolves with the exit code. */
export const watchOperation = async (session: Session, watched: Watched): Promise<number> => {
  const { client, operation } = watched;
  const words = watched.words ?? (await wordsFor(session, client));
  const end = await follow(session, watched, words);
  if (end === "detached") return INTERRUPTED;
  if (!isOver(end)) {
    session.note(
      session.say("engineGone", {
        operation: operation.id,
        command: session.command(`operation watch ${operation.id}`),
      }),
    );
    return 46;
  }
  await showEnd(session, { ...watched, words, state: end });
  return exitCodeOf(end);
};

/** Titles of all phases, for wording. */
export const wordsFor = async (session: Session, client: EngineClient): Promise<Words> => {
  const workflows = await client.workflows.list();
  const phases = workflows.flatMap((workflow) => workflow.phases);
  return wordsWith(session, new Map(phases.map(({ id, title }) => [id, title])));
};

/** The state at the end of the feed, or that the operator has left. */
const follow = async (
  session: Session,
  { client, operation, after = 0 }: Watched,
  words: Words,
): Promise<ProgressState | "detached"> => {
  const leaving = new AbortController();
  const display = displayFor(session, { operation, words });
  const interrupts = onInterrupt(session, {
    operation,
    client,
    display,
    leave: () => leaving.abort(),
  });
  let state = initialState(operation.steps, operation.createdAt);
  try {
    // The state is made from the whole history, whatever part of it is printed.
    for await (const item of await client.operations.events(
      { id: operation.id },
      { signal: leaving.signal },
    )) {
      state = reduceProgress(state, item);
      if (item.kind === "live" || item.event.seq > after) {
        const line = plainLine(item, words);
        if (line !== undefined) display.line(line);
      }
      display.update(state);
    }
  } catch (error) {
    if (leaving.signal.aborted) return "detached";
    if (!isCode(error, "ENGINE_LOST")) throw error;
  } finally {
    interrupts.stop();
    display.end();
  }
  return state;
};

interface Display {
  line(text: string): void;
  update(state: ProgressState): void;
  /** Stops drawing for a while, so that something else can be printed. */
  pause(): void;
  resume(): void;
  end(): void;
}

const silent: Display = { line() {}, update() {}, pause() {}, resume() {}, end() {} };

const displayFor = (
  { format, paint, environment: { stdout } }: Session,
  { operation, words }: { readonly operation: Operation; readonly words: Words },
): Display => {
  if (format !== "table") return silent;
  if (stdout.isTTY !== true) return { ...silent, line: (text) => void stdout.write(`${text}\n`) };
  const block = new LiveBlock(stdout);
  let latest: ProgressState | undefined;
  let drawing = true;
  const draw = (): void => {
    if (latest === undefined || !drawing) return;
    const [width, height] = [stdout.columns ?? 80, stdout.rows ?? 24];
    block.draw(frameLines(latest, { operation, words, paint, now: Date.now(), width, height }));
  };
  const timer = setInterval(draw, FRAME_MS);
  return {
    ...silent,
    update: (state) => (latest = state),
    pause: () => {
      drawing = false;
      block.clear();
    },
    resume: () => (drawing = true),
    end: () => {
      clearInterval(timer);
      if (drawing) block.clear();
      drawing = false;
    },
  };
};

interface InterruptParts {
  readonly operation: Operation;
  readonly client: EngineClient;
  readonly display: Display;
  readonly leave: () => void;
}

/** First Ctrl-C: says how to come back and leaves shortly after. Second one in that time: asks whether to cancel. */
const onInterrupt = (
  session: Session,
  { operation, client, display, leave }: InterruptParts,
): { stop(): void } => {
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  const interrupted = (): void => {
    if (asking) return;
    if (timer === undefined) {
      display.pause();
      const command = session.command(`operation watch ${operation.id}`);
      session.note(session.say("detached", { operation: operation.id, command }));
      session.note(session.say("againToCancel"));
      timer = setTimeout(leave, SECOND_INTERRUPT_MS);
      return;
    }
    clearTimeout(timer);
    asking = true;
    void askToCancel(session, operation)
      .then(async (cancel) => {
        if (!cancel) return leave();
        await client.operations.cancel({ id: operation.id, why: "Ctrl-C" });
        asking = false;
        timer = undefined;
        return display.resume();
      })
      .catch(leave);
  };
  process.on("SIGINT", interrupted);
  return {
    stop: () => {
      clearTimeout(timer);
      process.removeListener("SIGINT", interrupted);
    },
  };
};

const askToCancel = async (session: Session, { id }: Operation): Promise<boolean> => {
  const { stdin } = session.environment;
  if (stdin.isTTY !== true) return false;
  const prompt = createInterface({ input: stdin, output: process.stderr });
  prompt.once("SIGINT", () => prompt.close());
  try {
    const closed = new Promise<string>((resolve) => prompt.once("close", () => resolve("")));
    const answer = await Promise.race([
      prompt.question(session.say("confirmCancel", { operation: id })),
      closed,
    ]);
    return /^y(es)?$|^是$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
};

/** Prints the end of an operation: results of checks, failures and what to do next. */
export const showEnd = async (
  session: Session,
  { client, operation, words, state }: Watched & { readonly words: Words; readonly state: ProgressState },
): Promise<void> => {
  const steps: readonly Step[] = await client.operations.steps({ id: operation.id });
  const results = checkResults(steps);
  const ended = await client.operations.get({ id: operation.id });
  await session.show({ operation: ended, failures: [...state.failures.values()], checks: results }, () => [
    ...(results.length === 0 ? [] : checkLines(results, { words, paint: session.paint, all: false })),
    ...summaryLines(state, { operation, words, paint: session.paint }),
    ...(results.length === 0
      ? []
      : [
          session.say("summaryReport", {
            command: session.command(`operation report ${operation.id} --all`),
          }),
        ]),
  ]);
};
