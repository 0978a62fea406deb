import type { Operation } from "../../contract/api/operations.ts";
import type { Paint } from "../output/paint.ts";
import { bytesText, durationText } from "../output/time.ts";
import { clipped, displayWidth, padded } from "../output/width.ts";
import { doneCount, type ProgressState, type RunningStep } from "./state.ts";
import { errorText, say, stateText, titleOf, type Words } from "./words.ts";

/** What a frame is drawn for. */
export interface FrameContext {
  readonly operation: Operation;
  readonly words: Words;
  readonly paint: Paint;
  /** The engine's clock, as far as it is known here. */
  readonly now: number;
  readonly width: number;
  readonly height: number;
}

interface Row {
  readonly machine: string;
  readonly kind: "failed" | "running";
  readonly text: string;
  readonly elapsed: string;
}

/**
 * The live display as lines that fit the window: totals first, then a line per machine that is doing something or has
 * failed, then how many machines are not shown. Pure.
 */
export const frameLines = (state: ProgressState, context: FrameContext): string[] => {
  const { words, paint, width } = context;
  const rows = rowsOf(state, context);
  const room = Math.max(1, context.height - 3);
  const shown = rows.length > room ? rows.slice(0, room - 1) : rows;
  const nameWidth = Math.max(0, ...shown.map(({ machine }) => displayWidth(machine)));
  const timeWidth = Math.max(0, ...shown.map(({ elapsed }) => elapsed.length));
  const lines = shown.map(({ machine, kind, text, elapsed }) => {
    const head = `${padded(machine, nameWidth)}  ${elapsed.padStart(timeWidth)}  `;
    const body = clipped(text, Math.max(0, width - 1 - displayWidth(head)));
    return head + (kind === "failed" ? paint.bad(body) : body);
  });
  const hidden = context.operation.machines.length - new Set(shown.map(({ machine }) => machine)).size;
  const idle = context.operation.machines.length - new Set(rows.map(({ machine }) => machine)).size;
  const tail =
    hidden > 0 ? [paint.dim(clipped(say(words, "moreMachines", { count: hidden, idle }), width - 1))] : [];
  const held =
    state.held === undefined
      ? []
      : [paint.warn(clipped(say(words, "held", { why: errorText(words, state.held) }), width - 1))];
  return [headLine(state, context), ...held, ...lines, ...tail];
};

const headLine = (state: ProgressState, { operation, words, paint, now, width }: FrameContext): string => {
  const { id, workflow, cluster } = operation;
  const parts = [
    say(words, "watchHeader", { operation: id, workflow, cluster }),
    say(words, "stepsDone", { done: doneCount(state), total: state.total }),
    ...(state.failures.size > 0 ? [say(words, "failedSteps", { count: state.failures.size })] : []),
    durationText(state.durationMs ?? Math.max(0, now - state.startedAt)),
    ...(state.status === "running" ? [] : [stateText(words, state.status)]),
  ];
  return paint.strong(clipped(parts.join("  "), width - 1));
};

/** Failed machines first: they are what the operator looks for. The others keep the order of the spec, so that lines stay put. */
const rowsOf = (state: ProgressState, context: FrameContext): Row[] => {
  const { words, now } = context;
  const failed = [...state.failures.values()].map(({ step, error }): Row => ({
    machine: step.machine,
    kind: "failed",
    elapsed: "",
    text: `${titleOf(words, step.phase)}: ${errorText(words, error)}`,
  }));
  const place = (step: RunningStep): number => context.operation.machines.indexOf(step.step.machine);
  const inOrder = [...state.running.values()].toSorted(
    (one, other) => place(one) - place(other) || one.since - other.since,
  );
  const running = inOrder.map((step): Row => ({
    machine: step.step.machine,
    kind: "running",
    elapsed: durationText(Math.max(0, now - step.since)),
    text: [titleOf(words, step.step.phase), ...particulars(step, words)].join("  "),
  }));
  return [...failed, ...running];
};

const particulars = ({ progress, retry, waiting, line }: RunningStep, words: Words): string[] => {
  const parts: string[] = [];
  if (progress !== undefined) {
    const text = progress.unit === "bytes" ? bytesText : String;
    const percent =
      progress.total === undefined || progress.total === 0
        ? ""
        : ` ${Math.floor((100 * progress.done) / progress.total)}%`;
    parts.push(
      progress.total === undefined
        ? text(progress.done)
        : `${text(progress.done)}/${text(progress.total)}${percent}`,
    );
  }
  if (retry !== undefined) {
    parts.push(
      say(words, "retryIn", { delay: durationText(retry.delayMs), error: errorText(words, retry.error) }),
    );
  } else if (waiting !== undefined) parts.push(say(words, "waitsFor", { what: waiting[words.language] }));
  else if (line !== undefined) parts.push(line[words.language]);
  return parts;
};
