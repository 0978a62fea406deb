import * as z from "zod";
import { LocalizedText } from "../operation.ts";
import { administer, Done, NoInput, signedIn } from "./base.ts";

/** Who answers, since when, with what. */
export const EngineInfo = z.object({
  version: z.string().describe("Version of the product"),
  contract: z.number(),
  pid: z.number(),
  startedAt: z.number().describe("Milliseconds since the epoch"),
  uptimeMs: z.number(),
  readyAfterMs: z.number().describe("From the start of the process to the first call it could answer"),
  data: z.string().describe("Data folder"),
  socket: z.string(),
  node: z.string(),
  residentBytes: z.number(),
  busy: z.boolean().describe("True while an operation is under way"),
  private: z.boolean().describe("True when it leaves by itself once it is idle"),
  notices: z
    .array(z.object({ at: z.number(), text: LocalizedText }))
    .describe("Things the operator should know about, such as a journal restored from a copy"),
});
export type EngineInfo = Readonly<z.output<typeof EngineInfo>>;

/** Calls about the engine process itself. */
export const engine = {
  info: signedIn
    .route({ method: "GET", path: "/engine", summary: "Who answers" })
    .input(NoInput)
    .output(EngineInfo),
  shutdown: administer
    .route({
      method: "POST",
      path: "/engine/shutdown",
      summary: "Stop the engine; operations stay resumable",
    })
    .input(NoInput)
    .output(Done),
};
