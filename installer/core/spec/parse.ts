import { ClusterSpec } from "../../contract/spec/cluster.ts";
import type { SpecProblem } from "../../contract/spec/problem.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { withMachineNames } from "./default-names.ts";
import { draftOf } from "./draft.ts";
import { findingProblem, problemsOf } from "./issues.ts";
import type { Known } from "./rule.ts";
import { rules } from "./rules.ts";
import { readSource } from "./source.ts";

/** A spec with every default filled in and what is unwise in it, or all that is wrong with its text, in the order of the text. */
export type SpecResult =
  | { readonly valid: true; readonly cluster: ClusterSpec; readonly warnings: readonly SpecProblem[] }
  | { readonly valid: false; readonly problems: readonly SpecProblem[] };

/** Parses a cluster spec. Never throws on bad text: all problems at once are the result. Pure. */
export const parseClusterSpec = (text: string, known: Known = {}): SpecResult => {
  const { source, problems } = readSource(text);
  if (source === undefined) return { valid: false, problems };
  const data = withMachineNames(source.data);
  const parsed = ClusterSpec.safeParse(data, { reportInput: true });
  const found = parsed.success ? [] : problemsOf(parsed.error.issues, source, ClusterSpec);
  const warnings: SpecProblem[] = [];
  const draft = draftOf(data);
  for (const rule of rules) {
    for (const finding of rule(draft, known)) {
      (finding.level === "warning" ? warnings : found).push(findingProblem(finding, source));
    }
  }
  if (parsed.success && found.length === 0) {
    return { valid: true, cluster: parsed.data, warnings: inOrder(warnings) };
  }
  return { valid: false, problems: inOrder(found) };
};

const inOrder = (problems: readonly SpecProblem[]): readonly SpecProblem[] =>
  problems.toSorted((a, b) => a.line - b.line || a.column - b.column);

/** The same for callers that want the spec or an error: rejects with SPEC_INVALID, every problem in `detail`. */
export const requireClusterSpec = (
  source: { readonly file: string; readonly text: string },
  known: Known = {},
): ClusterSpec => {
  const result = parseClusterSpec(source.text, known);
  if (result.valid) return result.cluster;
  throw SlipwayError.of(
    "SPEC_INVALID",
    { file: source.file, count: result.problems.length },
    { detail: result.problems.map((problem) => problemLine(source.file, problem)).join("\n") },
  );
};

const problemLine = (file: string, { line, column, path, message, found, allowed }: SpecProblem): string =>
  `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message.en} (found: ${found}; allowed: ${allowed.en})`;
