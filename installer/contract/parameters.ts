import * as z from "zod";
import { MachineSpec } from "./spec/cluster.ts";

/** How a machine is emptied of pods before it is taken out of service. */
export const DrainSettings = z.strictObject({
  timeoutSeconds: z.int().min(1).max(86_400).default(600).describe("How long evictions may be refused"),
  loseLocalData: z
    .boolean()
    .default(false)
    .describe("Also evict pods whose emptyDir volumes are lost with them"),
  loseBarePods: z.boolean().default(false).describe("Also remove pods that nothing will create again"),
});
export type DrainSettings = Readonly<z.output<typeof DrainSettings>>;

/** What an operation is about besides its spec. Kept in the journal with it, so it must never hold a secret. */
export const OperationParameters = z.strictObject({
  machines: z
    .array(z.string())
    .optional()
    .describe("Machines of the spec it is about; without it all of them"),
  departing: z
    .array(MachineSpec)
    .optional()
    .describe("Machines that leave the cluster: members of it that its spec does not name any more"),
  dead: z
    .array(z.string())
    .optional()
    .describe("Machines that are lost for good: nothing is done on them, they are only struck off"),
  snapshot: z.string().optional().describe("Name of the etcd snapshot to restore"),
  force: z.boolean().optional().describe("Also do what does not seem to be due yet"),
  drain: DrainSettings.optional(),
  why: z.string().max(1000).optional().describe("Why machines are taken out of service; shown with them"),
});
export type OperationParameters = Readonly<z.output<typeof OperationParameters>>;
