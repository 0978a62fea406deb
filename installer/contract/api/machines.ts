import * as z from "zod";
import { MachineFacts } from "../facts.ts";
import { OperationId } from "../operation.ts";
import { Role } from "../spec/cluster.ts";
import { viewEach } from "./base.ts";

/** A machine that some operation has named, with what was last learnt about it. */
export const Machine = z.object({
  cluster: z.string(),
  name: z.string(),
  address: z.string(),
  roles: z.array(Role),
  operation: OperationId.describe("The latest one that named it"),
  factsAt: z.number().optional().describe("When its facts were gathered"),
  facts: MachineFacts.optional(),
});
export type Machine = Readonly<z.output<typeof Machine>>;

/** Calls about what is known of machines; nothing is asked over the network. */
export const machines = {
  list: viewEach
    .route({ method: "GET", path: "/machines", summary: "Known machines, with their latest facts" })
    .input(z.strictObject({ cluster: z.string().optional() }).optional())
    .output(z.array(Machine)),
  show: viewEach
    .route({ method: "GET", path: "/machines/{name}", summary: "One machine" })
    .input(z.strictObject({ name: z.string(), cluster: z.string().optional() }))
    .output(Machine),
};
