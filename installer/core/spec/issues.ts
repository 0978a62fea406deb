import type * as z from "zod";
import type { SpecProblem } from "../../contract/spec/problem.ts";
import { text, type Localized } from "../../contract/text.ts";
import { allowedByField, fieldOf, holdsSecret, keysAt, pathText } from "./allowed.ts";
import { unknownName, type Finding } from "./rule.ts";
import type { Path, Source } from "./source.ts";

type Issue = z.core.$ZodIssue;

/** The schema's complaints as problems with a place, one per key for unknown keys. */
export const problemsOf = (issues: readonly Issue[], source: Source, schema: z.ZodType): SpecProblem[] =>
  issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey([...pathOf(issue), key], source, keysAt(schema, pathOf(issue))))
      : [fieldProblem(issue, source)],
  );

/** A rule's finding with its place in the text. */
export const findingProblem = (finding: Finding, source: Source): SpecProblem => ({
  ...source.valueAt(finding.path),
  path: pathText(finding.path),
  found: quoted(finding.found),
  allowed: finding.allowed,
  message: finding.message,
});

const unknownKey = (path: Path, source: Source, known: readonly string[]): SpecProblem => {
  const key = String(path.at(-1));
  return {
    ...source.keyAt(path),
    path: pathText(path),
    found: quoted(key),
    allowed: text(`one of ${known.join(", ")}`, `以下之一：${known.join("、")}`),
    message: unknownName(text("unknown key", "未知的键"), key, known),
  };
};

const fieldProblem = (issue: Issue, source: Source): SpecProblem => {
  const path = pathOf(issue);
  const missing = issue.code === "invalid_type" && issue.input === undefined;
  const allowed = allowedOf(issue, path);
  return {
    ...source.valueAt(path),
    path: pathText(path),
    found: missing ? "-" : foundText(issue.input, path),
    allowed,
    message: missing ? text("is required", "必须填写") : messageOf(issue, allowed),
  };
};

const pathOf = (issue: Issue): Path =>
  issue.path.map((part) => (typeof part === "number" ? part : String(part)));

const allowedOf = (issue: Issue, path: Path): Localized => {
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String).join(", ");
    return issue.values.length === 1 ? text(values, values) : text(`one of ${values}`, `以下之一：${values}`);
  }
  const named = allowedByField.get(fieldOf(path));
  if (named !== undefined) return named;
  if (issue.code === "invalid_type")
    return typeName.get(issue.expected) ?? text(issue.expected, issue.expected);
  return text(issue.message, issue.message);
};

const messageOf = (issue: Issue, allowed: Localized): Localized => {
  switch (issue.code) {
    case "invalid_value":
      return unknownName(
        text("this value is not known here", "此处没有这个值"),
        typeof issue.input === "string" ? issue.input : "",
        issue.values.map(String),
      );
    case "invalid_type": {
      const expected = typeName.get(issue.expected) ?? allowed;
      return text(`must be ${expected.en}`, `应为${expected["zh-CN"]}`);
    }
    case "too_small":
      return text("is too small or too short", "过小或过短");
    case "too_big":
      return text("is too large or too long", "过大或过长");
    case "custom":
    case "invalid_element":
    case "invalid_format":
    case "invalid_key":
    case "invalid_union":
    case "not_multiple_of":
    case "unrecognized_keys":
      return text("does not have the right form", "格式不正确");
  }
};

const typeName = new Map<string, Localized>([
  ["string", text("text", "文本")],
  ["number", text("a number", "数字")],
  ["int", text("a whole number", "整数")],
  ["boolean", text("true or false", "true 或 false")],
  ["array", text("a list", "列表")],
  ["object", text("a mapping", "映射")],
]);

const foundText = (value: unknown, path: Path): string => {
  if (holdsSecret(path)) return "(hidden)";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a mapping";
  return typeof value === "string" ? quoted(value) : String(value);
};

const quoted = (value: string): string =>
  JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
