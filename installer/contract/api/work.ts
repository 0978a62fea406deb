import * as z from "zod";

/** How far a long piece of work has come; totals are known from the start. */
export const WorkProgress = z.object({
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.enum(["bytes", "items"]),
  item: z.string().optional().describe("What is being worked on"),
});
export type WorkProgress = Readonly<z.output<typeof WorkProgress>>;

/** An item of a feed of work: progress, then the result. */
export const workItem = <R extends z.ZodType>(result: R) =>
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("progress"), progress: WorkProgress }),
    z.object({ kind: z.literal("done"), result }),
  ]);
