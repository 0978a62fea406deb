import type { Step } from "../../contract/api/operations.ts";
import { CheckReport, type CheckResult } from "../../contract/preflight.ts";
import type { Paint } from "../output/paint.ts";
import { tableLines } from "../output/table.ts";
import { say, stateText, type Words } from "./words.ts";

/** All results of checks among the outputs of an operation's steps, the worst first. */
export const checkResults = (steps: readonly Step[]): CheckResult[] => {
  const seen = new Map<string, CheckResult>();
  for (const { output } of steps) {
    const report = CheckReport.safeParse(output);
    if (!report.success) continue;
    // A gate repeats what it judged by.
    for (const result of report.data.results) seen.set(`${result.check}@${result.machine}`, result);
  }
  return [...seen.values()].toSorted(
    (one, other) =>
      order.indexOf(one.state) - order.indexOf(other.state) ||
      one.check.localeCompare(other.check) ||
      one.machine.localeCompare(other.machine),
  );
};

const order: readonly CheckResult["state"][] = ["failed", "warning", "waived", "noted", "ok"];

/** The results as a table; what passed is only counted, unless `all`. Equal findings share a row. */
export const checkLines = (
  results: readonly CheckResult[],
  { words, paint, all }: { readonly words: Words; readonly paint: Paint; readonly all: boolean },
): string[] => {
  const { language } = words;
  const shown = results.filter(({ state }) => all || (state !== "ok" && state !== "noted"));
  const groups = Map.groupBy(shown, ({ check, state, found }) => JSON.stringify([check, state, found]));
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const remedy = first.state === "ok" ? undefined : (first.reason ?? first.remedy?.[language]);
    return [
      [
        stateText(words, first.state),
        first.check,
        group.map(({ machine }) => machine).join(","),
        first.found[language] + (remedy === undefined ? "" : ` — ${remedy}`),
      ],
    ];
  });
  const head = [
    say(words, "colState"),
    say(words, "colCheck"),
    say(words, "colMachine"),
    say(words, "colFound"),
  ];
  const count = (state: CheckResult["state"]): number => results.filter((one) => one.state === state).length;
  const [failed, warnings, waived] = [count("failed"), count("warning"), count("waived")];
  const bad = say(words, "checksBad", { failed, warnings, waived });
  const good = say(words, "checksOk", { count: count("ok") + count("noted") });
  return [
    ...(rows.length === 0 ? [] : tableLines(head, rows)),
    `${failed > 0 ? paint.bad(bad) : warnings > 0 ? paint.warn(bad) : bad}; ${paint.good(good)}`,
  ];
};
