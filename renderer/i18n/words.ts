import type { en } from "./en/index.ts";

/** The same keys with other sentences. */
export type SameKeys<T> = { readonly [K in keyof T]: T[K] extends string ? string : SameKeys<T[K]> };

/** Every sentence of the console, by key. */
export type Words = SameKeys<typeof en>;

declare module "i18next" {
  /** Makes a key that does not exist a compile error. */
  interface CustomTypeOptions {
    readonly resources: { readonly translation: typeof en };
  }
}
