import * as z from "zod";
import { LocalizedText } from "../operation.ts";

/** One thing wrong in a spec, with the place to look at. */
export const SpecProblem = z.object({
  line: z.number().describe("From 1"),
  column: z.number().describe("From 1"),
  path: z.string().describe("Where in the document, such as machines[2].address; empty for the whole"),
  found: z.string().describe("What stands there"),
  allowed: LocalizedText.describe("What may stand there"),
  message: LocalizedText,
});
export type SpecProblem = Readonly<z.output<typeof SpecProblem>>;
