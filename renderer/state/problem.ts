import { renderError, type WireError } from "../../installer/contract/errors/index.ts";
import type { Language } from "../../installer/contract/text.ts";

/** An error of the catalogue in one language, with the place where it happened. */
export const problemText = (
  error: WireError,
  language: string,
): { code: string; title: string; hint: string; place?: string; detail?: string } => {
  const known: Language = language === "zh-CN" ? "zh-CN" : "en";
  const place = [error.machine, error.phase].filter((part) => part !== undefined).join(" · ");
  return {
    code: error.code,
    ...renderError(error, known),
    ...(place === "" ? {} : { place }),
    ...(error.detail === undefined ? {} : { detail: error.detail }),
  };
};
