/**
 * Text for people, in every language the product speaks. The engine never picks a language: it sends both, and each
 * client shows the one its operator reads.
 */
export type Language = "en" | "zh-CN";

/** The same sentence in each language. */
export type Localized = Readonly<Record<Language, string>>;

/** Pairs the English and the Chinese wording of one sentence, so that neither can be forgotten. Keeps literal types. */
export const text = <const En extends string, const Zh extends string>(
  en: En,
  zh: Zh,
): { readonly en: En; readonly "zh-CN": Zh } => ({ en, "zh-CN": zh });
