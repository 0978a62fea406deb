import type { Source } from "./sources.ts";

const DECLARATION =
  /^(export )?(?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) (\w+)/;

/** Text of a declaration: from its first line to the first line that begins a new statement at the margin. */
const statement = (lines: readonly string[], start: number): string => {
  const end = lines.findIndex(
    (line, index) => index > start && /^(export|const|function|class|\/\*\*|\/\/)/.test(line),
  );
  return lines.slice(start, end === -1 ? undefined : end).join("\n");
};

const isDocumented = (lines: readonly string[], index: number): boolean => {
  let above = index - 1;
  while (lines[above]?.startsWith("//") === true) above -= 1;
  return lines[above]?.trimEnd().endsWith("*/") === true || statement(lines, index).includes(".describe(");
};

/** One sentence for every exported name without a docstring. A schema's type of the same name shares the schema's. */
export const undocumented = ({ path, text }: Source): readonly string[] => {
  const lines = text.split("\n");
  const documented = new Set<string>();
  const missing = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    const [, exported, name] = DECLARATION.exec(line) ?? [];
    if (name === undefined) continue;
    if (isDocumented(lines, index)) documented.add(name);
    else if (exported !== undefined) missing.set(name, index + 1);
  }
  return [...missing]
    .filter(([name]) => !documented.has(name))
    .map(([name, line]) => `${path}:${line} ${name} has no docstring`);
};

/** The first sentence of every docstring at the margin of a file, on one line. */
export const docSentences = (text: string): readonly string[] =>
  [...text.matchAll(/^\/\*\*([\s\S]*?)\*\//gm)].map(([, body = ""]) => {
    const flat = body
      .replaceAll(/^\s*\*/gm, "")
      .replaceAll(/\s+/g, " ")
      .trim();
    return /^.*?\.(?= |$)/.exec(flat)?.[0] ?? flat;
  });
