import * as z from "zod";
import { Effect, LocalizedText } from "../operation.ts";
import { NoInput, signedIn } from "./base.ts";

/** What an operation can be a run of, with the names people see. */
export const WorkflowInfo = z.object({
  id: z.string(),
  title: LocalizedText,
  phases: z.array(z.object({ id: z.string(), title: LocalizedText, effect: Effect })),
});
export type WorkflowInfo = Readonly<z.output<typeof WorkflowInfo>>;

/** Calls about what can be started. */
export const workflows = {
  list: signedIn
    .route({ method: "GET", path: "/workflows", summary: "Workflows and their phases, in order" })
    .input(NoInput)
    .output(z.array(WorkflowInfo)),
};
