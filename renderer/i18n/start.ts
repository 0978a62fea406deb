import type { Locale } from "antd/es/locale/index.js";
import { createInstance } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "../../installer/contract/text.ts";
import { chooseLanguage } from "../state/language.ts";
import type { Words } from "./words.ts";

const KEY = "slipway.language";

const load: Readonly<Record<Language, () => Promise<{ words: Words; antd: Locale }>>> = {
  en: async () => {
    const [{ en }, { default: antd }] = await Promise.all([
      import("./en/index.ts"),
      import("antd/es/locale/en_US.js"),
    ]);
    return { words: en, antd };
  },
  "zh-CN": async () => {
    const [{ zhCN }, { default: antd }] = await Promise.all([
      import("./zh-CN/index.ts"),
      import("antd/es/locale/zh_CN.js"),
    ]);
    return { words: zhCN, antd };
  },
};

const i18next = createInstance();
const locales = new Map<string, Locale>();

const fetchLanguage = async (language: Language): Promise<void> => {
  if (locales.has(language)) return;
  const { words, antd } = await load[language]();
  locales.set(language, antd);
  i18next.addResourceBundle(language, "translation", words);
};

/** What antd says by itself, in the language of the page. */
export const antdLocale = (language: string): Locale => {
  const locale = locales.get(language);
  if (locale === undefined) throw new Error(`${language} is not loaded`);
  return locale;
};

/** Shows the page in another language from now on, and in this browser later. */
export const setLanguage = async (language: Language): Promise<void> => {
  await fetchLanguage(language);
  localStorage.setItem(KEY, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
};

/** Loads the words of the language to begin with; the other one is loaded when it is chosen. */
export const startWords = async (): Promise<void> => {
  const language = chooseLanguage(localStorage.getItem(KEY), navigator.languages);
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await fetchLanguage(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
};
