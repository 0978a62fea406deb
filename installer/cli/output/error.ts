import { renderError, type WireError } from "../../contract/errors/index.ts";
import type { Language } from "../../contract/text.ts";
import { messages } from "../messages/index.ts";
import type { Paint } from "./paint.ts";

/** Lines of detail shown without being asked for; the rest is in the journal. */
const DETAIL_LINES = 40;

/** An error for people: what, where, what to do, and what lies behind it. */
export const errorLines = (
  error: WireError,
  { language, paint }: { readonly language: Language; readonly paint: Paint },
): string[] => {
  const { title, hint } = renderError(error, language);
  const site = [error.machine, error.phase].filter((part) => part !== undefined).join(" ");
  const head = `${paint.bad(messages.error[language])} ${paint.strong(error.code)}: ${site === "" ? "" : `${site}: `}${title}`;
  const detail = error.detail?.trimEnd().split("\n") ?? [];
  const shown = detail.slice(0, DETAIL_LINES).map((line) => `  ${line}`);
  if (detail.length > DETAIL_LINES) shown.push(`  … +${detail.length - DETAIL_LINES}`);
  return [
    head,
    ...(shown.length === 0 ? [] : [`${paint.dim(messages.detail[language])}:`, ...shown]),
    `${paint.good(messages.hint[language])}: ${hint}`,
  ];
};
