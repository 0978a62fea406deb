import * as z from "zod";
import { LocalizedText } from "../operation.ts";
import { NetbootSettings } from "../spec/metal.ts";
import { Done, NoInput, operate, view } from "./base.ts";

const At = z.number().describe("Milliseconds since the epoch");

/** The boot services of the appliance. */
export const NetbootStatus = z.object({
  running: z.boolean(),
  interface: z.string().optional(),
  address: z.string().optional(),
  mode: z.enum(["full", "proxy"]).optional(),
  since: At.optional(),
  discovery: z.boolean(),
  wanted: z
    .boolean()
    .describe("An operator switched them on; else they run while an operation waits for a machine"),
  waiting: z
    .array(z.object({ cluster: z.string(), machine: z.string(), mac: z.string().optional() }))
    .describe("Machines that operations wait for"),
  otherServers: z
    .array(z.object({ address: z.string(), mac: z.string(), givesAddresses: z.boolean() }))
    .describe("DHCP servers that appeared since the start"),
  leases: z.array(z.object({ address: z.string(), mac: z.string(), state: z.string(), until: At })),
});
export type NetbootStatus = Readonly<z.output<typeof NetbootStatus>>;

/** Where a machine's boot has stopped, and what to do about it. */
export const BootFinding = z.object({
  fault: z.string(),
  hop: z.string(),
  title: LocalizedText,
  advice: LocalizedText,
});

/** The boot of one machine, hop by hop. */
export const MachineBoot = z.object({
  mac: z.string(),
  boots: z.number().describe("Network boots since the engine started"),
  hops: z.array(
    z.object({
      hop: z.string(),
      at: At,
      client: z.string().describe("Program at work: pxe, http, ipxe or system"),
      about: z.string().describe("Address, file or step"),
      bytes: z.number(),
      ms: z.number(),
      outcome: z.enum(["running", "done", "failed"]),
    }),
  ),
  finding: BootFinding.optional(),
});
export type MachineBoot = Readonly<z.output<typeof MachineBoot>>;

/** Calls about the services that blank machines boot from. */
export const netboot = {
  start: operate
    .route({ method: "POST", path: "/netboot/start", summary: "Serve machines that boot from the network" })
    .meta({ deadlineMs: 60_000 })
    .input(z.strictObject({ settings: NetbootSettings.prefault({}), discovery: z.boolean().default(false) }))
    .output(NetbootStatus),
  stop: operate
    .route({
      method: "POST",
      path: "/netboot/stop",
      summary: "Stop, unless an operation waits for a machine",
    })
    .input(NoInput)
    .output(Done),
  status: view
    .route({ method: "GET", path: "/netboot", summary: "The boot services as they run" })
    .input(NoInput)
    .output(NetbootStatus),
  timeline: view
    .route({ method: "GET", path: "/netboot/timeline", summary: "How machines booted, hop by hop" })
    .input(z.strictObject({ mac: z.string().max(17).optional() }).optional())
    .output(z.array(MachineBoot)),
};
