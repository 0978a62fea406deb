/** What an editor shows about a field of the spec: its meaning in both languages, and values worth copying. */
export interface FieldWords {
  readonly description: string;
  /** The Chinese half alone, for tools that show one language. */
  readonly "x-description-zh": string;
  readonly examples?: readonly unknown[];
  readonly [key: string]: unknown;
}

/**
 * Metadata of a field for `schema.meta()`. Editors know one description, so it holds both languages; the first example is
 * the one an operator would most likely write.
 */
export const words = (en: string, zh: string, examples: readonly unknown[] = []): FieldWords => ({
  description: `${en} / ${zh}`,
  "x-description-zh": zh,
  ...(examples.length === 0 ? {} : { examples: [...examples] }),
});
