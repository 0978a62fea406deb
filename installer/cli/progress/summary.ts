import type { Operation } from "../../contract/api/operations.ts";
import { errorEntry, renderError } from "../../contract/errors/index.ts";
import type { Paint } from "../output/paint.ts";
import { durationText } from "../output/time.ts";
import type { ProgressState } from "./state.ts";
import { say, stateText, titleOf, type Words } from "./words.ts";

/** How an operation ended: outcome, every failed step with code, title and hint, and the commands that lead on. */
export const summaryLines = (
  state: ProgressState,
  {
    operation,
    words,
    paint,
  }: { readonly operation: Operation; readonly words: Words; readonly paint: Paint },
): string[] => {
  const colour = state.status === "succeeded" ? paint.good : paint.bad;
  const failures = [...state.failures.values()];
  const machines = new Set(failures.map(({ step }) => step.machine));
  const one = machines.size === 1 ? ` --machine ${[...machines].join("")}` : "";
  const retry = words.command(`operation retry ${operation.id}${one}`);
  return [
    ...failures.flatMap(({ step, error }) => {
      const { title, hint } = renderError(error, words.language);
      return [
        paint.bad(
          say(words, "summaryFailedStep", {
            machine: step.machine,
            title: titleOf(words, step.phase),
            code: error.code,
          }),
        ),
        `  ${title}`,
        `  ${say(words, "hint")}: ${hint}`,
      ];
    }),
    ...(state.blocked > 0 ? [say(words, "summaryBlocked", { count: state.blocked })] : []),
    colour(
      say(words, "summary", {
        operation: operation.id,
        outcome: stateText(words, state.status),
        took: durationText(state.durationMs ?? 0),
      }),
    ),
    ...(state.status === "succeeded" ? [] : [say(words, "summaryRetry", { command: retry })]),
  ];
};

/** Exit code of an operation that has come to rest: that of its first error. */
export const exitCodeOf = (state: ProgressState): number => {
  if (state.status === "succeeded") return 0;
  if (state.status === "cancelled") return errorEntry("CANCELLED").exit;
  const [first] = state.failures.values();
  return errorEntry(first?.error.code ?? "INTERNAL").exit;
};
