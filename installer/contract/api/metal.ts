import * as z from "zod";
import { MetalFacts } from "../metal/facts.ts";
import { Role } from "../spec/cluster.ts";
import { Done, NoInput, operate, view } from "./base.ts";

const At = z.number().describe("Milliseconds since the epoch");

/** A machine that booted the installer. */
export const DiscoveredMachine = z.object({
  mac: z.string(),
  firstAt: At,
  seenAt: At,
  facts: MetalFacts.optional(),
  address: z.string().optional().describe("Address it was given, while the boot services run"),
  state: z
    .enum(["found", "waited", "installing", "installed", "failed"])
    .describe("found: no operation has named it; waited: one waits for it"),
  cluster: z.string().optional(),
  machine: z.string().optional().describe("Its name in that cluster"),
  duplicates: z.array(
    z.object({ what: z.enum(["serial", "uuid"]), value: z.string(), others: z.array(z.string()) }),
  ),
  rule: z
    .object({ id: z.string(), cluster: z.string(), roles: z.array(Role) })
    .optional()
    .describe("The rule that takes it into a cluster"),
  saved: z.array(z.string()).describe("Serial numbers of disks whose beginning and end were saved"),
});
export type DiscoveredMachine = Readonly<z.output<typeof DiscoveredMachine>>;

const RuleId = z.string().max(40);

/** Machines are taken into a cluster by what they are. */
export const AcceptanceRule = z.object({
  id: RuleId,
  match: z
    .strictObject({
      serial: z.string().max(200).optional(),
      mac: z.string().max(17).optional().describe("A whole hardware address, or its beginning"),
      vendor: z.string().max(200).optional(),
    })
    .refine((match) => Object.keys(match).length > 0, "a rule needs serial, mac or vendor"),
  cluster: z.string().max(63),
  roles: z.array(Role).min(1),
});

/** Calls about machines without an operating system. */
export const metal = {
  discovered: view
    .route({ method: "GET", path: "/metal/machines", summary: "Machines that booted the installer" })
    .input(NoInput)
    .output(z.array(DiscoveredMachine)),
  overwrite: operate
    .route({
      method: "POST",
      path: "/metal/machines/{machine}/overwrite",
      summary: "Agree to lose what a disk of the machine holds, by typing its serial number",
    })
    .input(
      z.strictObject({
        machine: z.string().max(63).describe("Hardware address, or name in a spec"),
        serial: z.string().min(1).max(200),
      }),
    )
    .output(Done),
  restore: operate
    .route({
      method: "POST",
      path: "/metal/machines/{machine}/restore",
      summary: "Put the saved beginning and end of a disk back when the installer runs on the machine",
    })
    .input(
      z.strictObject({
        machine: z.string().max(63),
        serial: z.string().min(1).max(200).describe("Serial number of the disk"),
      }),
    )
    .output(z.object({ job: z.string() })),
  rules: view
    .route({ method: "GET", path: "/metal/rules", summary: "Rules that take machines into clusters" })
    .input(NoInput)
    .output(z.array(AcceptanceRule)),
  addRule: operate
    .route({ method: "POST", path: "/metal/rules", summary: "Take machines into a cluster by what they are" })
    .input(AcceptanceRule.omit({ id: true }))
    .output(AcceptanceRule),
  removeRule: operate
    .route({ method: "DELETE", path: "/metal/rules/{id}", summary: "Forget a rule" })
    .input(z.strictObject({ id: RuleId }))
    .output(Done),
};
