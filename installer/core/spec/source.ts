import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
} from "yaml";
import type { SpecProblem } from "../../contract/spec/problem.ts";
import { syntaxProblem } from "./syntax.ts";

/** Where in a document something is: keys and indexes from the root. */
export type Path = readonly (string | number)[];

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A document as plain data, with a way back from a path to the place in the text. */
export interface Source {
  readonly data: unknown;
  /** Of the value at `path`, or of the closest thing around it that exists. */
  valueAt(path: Path): Position;
  /** Of the key itself, for complaints about keys. */
  keyAt(path: Path): Position;
}

/** A spec needs no aliases at all; this many are let through, so that hand-made anchors work and a bomb does not. */
const MAX_ALIASES = 100;

/** Brackets open at once beyond which the text is not looked at further: the parser recurses, and time grows with depth. */
const MAX_DEPTH = 200;

/** Reads YAML 1.2 (and so JSON). Every syntax error is reported, not only the first. */
export const readSource = (text: string): { source?: Source; problems: SpecProblem[] } => {
  if (bracketDepth(text) > MAX_DEPTH) {
    return { problems: [syntaxProblem("RESOURCE_EXHAUSTION", { line: 1, column: 1 }, "nesting")] };
  }
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  } catch (error) {
    return { problems: [syntaxProblem("RESOURCE_EXHAUSTION", { line: 1, column: 1 }, messageOf(error))] };
  }
  const problems = document.errors.map((error) =>
    syntaxProblem(error.code, positionOf(lines, error.pos[0]), error.message),
  );
  if (problems.length > 0) return { problems };
  try {
    const data: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { source: new ParsedSource(data, document, lines), problems: [] };
  } catch (error) {
    return { problems: [syntaxProblem("RESOURCE_EXHAUSTION", { line: 1, column: 1 }, messageOf(error))] };
  }
};

class ParsedSource implements Source {
  readonly data: unknown;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  constructor(data: unknown, document: Document.Parsed, lines: LineCounter) {
    this.data = data;
    this.#document = document;
    this.#lines = lines;
  }

  valueAt(path: Path): Position {
    return this.#walk(path).value;
  }

  keyAt(path: Path): Position {
    return this.#walk(path).key;
  }

  #walk(path: Path): { key: Position; value: Position } {
    let node: unknown = this.#document.contents;
    let value = this.#at(node) ?? { line: 1, column: 1 };
    let key = value;
    for (const part of path) {
      if (isAlias(node)) node = node.resolve(this.#document);
      const pair = isMap(node) ? node.items.find((item) => keyText(item.key) === String(part)) : undefined;
      const child: unknown = pair?.value ?? (isSeq(node) ? node.items[Number(part)] : undefined);
      key = this.#at(pair?.key) ?? this.#at(child) ?? key;
      value = this.#at(child) ?? key;
      if (child === undefined) break;
      node = isPair(child) ? child.value : child;
    }
    return { key, value };
  }

  #at(node: unknown): Position | undefined {
    return isNode(node) && node.range ? positionOf(this.#lines, node.range[0]) : undefined;
  }
}

/** Deepest nesting of brackets; those inside quotes are counted too, which only makes the guard stricter. */
const bracketDepth = (text: string): number => {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
};

const keyText = (key: unknown): string => (isScalar(key) ? String(key.value) : String(key));

const positionOf = (lines: LineCounter, offset: number): Position => {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
