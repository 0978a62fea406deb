import { nearest } from "../../contract/nearest.ts";
import { text, type Localized } from "../../contract/text.ts";
import type { Draft } from "./draft.ts";
import type { Path } from "./source.ts";

/** What a rule complains about, before its place in the text is looked up. */
export interface Finding {
  readonly path: Path;
  readonly found: string;
  readonly allowed: Localized;
  readonly message: Localized;
  /** A warning is told and stops nothing. Default: a problem. */
  readonly level?: "warning";
}

/** Names from outside the spec that it may refer to. What is not given is not checked. */
export interface Known {
  /** Ids of the preflight checks. */
  readonly checks?: readonly string[];
}

/** A condition over several fields. Pure; sees only what could be read. */
export type Rule = (draft: Draft, known: Known) => Iterable<Finding>;

/** A complaint about a name, with the nearest right one when there is one. */
export const unknownName = (complaint: Localized, typed: string, known: Iterable<string>): Localized => {
  const near = nearest(typed, known);
  if (near === undefined) return complaint;
  return text(`${complaint.en}; did you mean "${near}"?`, `${complaint["zh-CN"]}；是否想写 "${near}"？`);
};
