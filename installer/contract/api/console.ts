import * as z from "zod";
import { NoInput, signedIn } from "./base.ts";

/** Where the console is, and what a browser must be told to trust. */
export const ConsoleStatus = z.object({
  listening: z.boolean(),
  listen: z.string().optional().describe("Address and port that was asked for"),
  addresses: z.array(z.string()).readonly().describe("https://..., as browsers open it"),
  ui: z.enum(["served", "absent"]),
  setup: z.enum(["needed", "done"]),
  certificate: z.object({ fingerprint: z.string(), notAfter: z.number() }).optional(),
  authority: z
    .object({
      certificate: z.string().describe("PEM"),
      fingerprint: z.string().describe("SHA-256, as browsers show it"),
    })
    .optional(),
});
export type ConsoleStatus = Readonly<z.output<typeof ConsoleStatus>>;

/** Calls about the web console itself. */
export const webConsole = {
  status: signedIn
    .route({
      method: "GET",
      path: "/console",
      summary: "Where the console is, and how its certificate stands",
    })
    .input(NoInput)
    .output(ConsoleStatus),
};
