import { LineCounter, parseDocument } from "yaml";
import type * as z from "zod";
import { SlipwayError } from "../../../contract/errors/index.ts";

/** A YAML text as the schema says. Rejects with BUILD_RECIPE_INVALID that names line and field of the first problem. */
export const parseYamlFile = <T extends z.ZodType>(schema: T, text: string, file: string): z.output<T> => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined) throw invalid(file, document.errors.length, syntax.message.split("\n")[0] ?? "");
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const path = first?.path ?? [];
  const node = document.getIn(path, true) ?? document.getIn(path.slice(0, -1), true);
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
  const offset = Array.isArray(range) && typeof range[0] === "number" ? range[0] : undefined;
  const line = offset === undefined ? "" : `line ${lines.linePos(offset).line}, `;
  throw invalid(file, parsed.error.issues.length, `${line}${path.join(".")}: ${first?.message ?? ""}`);
};

const invalid = (file: string, count: number, problem: string): SlipwayError =>
  SlipwayError.of("BUILD_RECIPE_INVALID", { file, count, problem });
