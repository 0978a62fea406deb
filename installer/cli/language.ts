import type { Language } from "../contract/text.ts";

/** The languages by the names they are asked for. */
export const languages: readonly Language[] = ["en", "zh-CN"];

/** The operator's language by the locale variables, in the order in which POSIX ranks them. English unless Chinese is asked for. */
export const languageOf = (env: Readonly<Record<string, string | undefined>>): Language => {
  const locale = env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"] || "";
  return /^zh([_.-]|$)/i.test(locale) ? "zh-CN" : "en";
};
