/** The words of the contract that core code uses most, in one import. */
export * from "../contract/operation.ts";
export type { Localized } from "../contract/text.ts";
export { text } from "../contract/text.ts";
export * from "../contract/errors/index.ts";
