import type { Language, Localized } from "../../installer/contract/text.ts";

/** Languages of the console, as they call themselves. */
export const languages: Readonly<Record<Language, string>> = { "zh-CN": "简体中文", en: "English" };

/** The language to begin with: the one chosen before, else the first of the browser's that there is, else English. */
export const chooseLanguage = (kept: string | null, preferred: readonly string[]): Language => {
  if (kept === "en" || kept === "zh-CN") return kept;
  const first = preferred.find((one) => /^(zh|en)\b/i.test(one));
  return first !== undefined && /^zh/i.test(first) ? "zh-CN" : "en";
};

/** A sentence of the engine in the language of the page. */
export const inLanguage = (sentence: Localized, language: string): string =>
  language === "zh-CN" ? sentence["zh-CN"] : sentence.en;
