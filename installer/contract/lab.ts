import * as z from "zod";
import { LocalizedText } from "./operation.ts";

/** Name of a lab on this computer; short, because names of interfaces and namespaces are made from it. */
export const LabName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$/)
  .describe("Name of the lab: up to 24 small letters, digits and dashes");

/** What a blank machine starts with. `secure-boot`: UEFI that only starts what is signed. */
export const LabFirmware = z.enum(["bios", "uefi", "secure-boot"]);
export type LabFirmware = z.output<typeof LabFirmware>;

/** Blank machines to install from nothing. They are made switched off; firmware and disks are those of the ones added. */
const LabMetalRequest = z.strictObject({
  count: z.int().min(1).max(3),
  firmware: LabFirmware.default("uefi"),
  disks: z.int().min(1).max(4).default(1).describe("Empty disks of each"),
});

/** What an operator asks for. Asking again for the same or for more machines is harmless. */
export const LabUpRequest = z.strictObject({
  name: LabName.default("lab"),
  machines: z
    .int()
    .min(0)
    .max(64)
    .optional()
    .describe(
      "System containers, named n1, n2, ...; by default 4 in a new lab, and no more in one that is there",
    ),
  vms: z
    .int()
    .min(0)
    .max(8)
    .default(0)
    .describe("Emulated machines with a kernel of their own, named v1, v2, ..."),
  metal: LabMetalRequest.optional().describe("Blank machines, named m1, m2, ..."),
  subnet: z
    .cidrv4()
    .optional()
    .describe(
      "A private /24, by default 10.99.0.0/24; labs may share one, each has a network namespace of its own",
    ),
});
export type LabUpRequest = Readonly<z.output<typeof LabUpRequest>>;

/**
 * `container`: systemd-nspawn, shares the host's kernel. `vm`: emulated, has its own kernel, clock and modules. `metal`:
 * emulated and blank: firmware, empty disks and a network cable.
 */
export const LabMachineKind = z.enum(["container", "vm", "metal"]);
export type LabMachineKind = z.output<typeof LabMachineKind>;

/** `frozen`: every process is stopped in place; `stopped`: no power. */
export const LabMachineState = z.enum(["running", "frozen", "stopped"]);
export type LabMachineState = z.output<typeof LabMachineState>;

/** What can go wrong with a machine on purpose, and what undoes it. */
export const LabFault = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("kill") }).describe("Power cut: everything stops at once and stays off"),
  z.strictObject({ type: z.literal("start") }).describe("Power on; nothing happens to a running machine"),
  z.strictObject({ type: z.literal("reboot") }).describe("Power cut, then power on"),
  z.strictObject({ type: z.literal("freeze") }).describe("Every process stops where it is; nothing answers"),
  z.strictObject({ type: z.literal("thaw") }).describe("Undoes freeze"),
  z.strictObject({ type: z.literal("cut") }).describe("Pulls the network cable"),
  z.strictObject({ type: z.literal("heal") }).describe("Undoes cut, slow and loss"),
  z
    .strictObject({ type: z.literal("slow"), kbitPerSecond: z.int().min(8).max(10_000_000) })
    .describe("Limits the rate of the link, each way"),
  z
    .strictObject({ type: z.literal("loss"), percent: z.int().min(1).max(100) })
    .describe("Loses that share of packets, each way"),
  z.strictObject({ type: z.literal("fill-disk") }).describe("Leaves no byte free on the machine's data disk"),
  z.strictObject({ type: z.literal("free-disk") }).describe("Undoes fill-disk"),
  z
    .strictObject({ type: z.literal("kill-process"), process: z.string().min(1).max(15) })
    .describe("SIGKILL to every process of that name (the kernel's 15 characters of it)"),
  z
    .strictObject({ type: z.literal("clock"), seconds: z.int() })
    .describe("Moves the clock of an emulated machine; containers share the host's"),
]);
export type LabFault = Readonly<z.output<typeof LabFault>>;
/** Names of the faults, as the command line takes them. */

/** Power buttons: `off` asks the system to shut down, `cut` pulls the plug. */
export const LabPower = z.enum(["on", "off", "cut"]);
export type LabPower = z.output<typeof LabPower>;

/** Packets that tried to leave the lab. All of them were dropped; the figures only prove who tried. */
export const LabEgress = z.object({
  packets: z.number().describe("Packets to addresses beyond the lab"),
  bytes: z.number(),
  dnsQueries: z.number().describe("Packets to port 53 of the gateway or of anything beyond the lab"),
});
export type LabEgress = Readonly<z.output<typeof LabEgress>>;

export const LabMachineStatus = z.object({
  name: z.string(),
  kind: LabMachineKind,
  state: LabMachineState,
  address: z.string(),
  mac: z.string().optional().describe("Hardware address of a blank machine"),
  firmware: LabFirmware.optional(),
  cpuSeconds: z.number().describe("CPU time used since the machine was powered on"),
  memoryBytes: z.number(),
  uptimeSeconds: z.number(),
  faults: z.array(z.string()).describe("Faults in force now, such as cut or slow 1000 kbit/s"),
});
export type LabMachineStatus = Readonly<z.output<typeof LabMachineStatus>>;

export const LabStatus = z.object({
  name: z.string(),
  subnet: z.string(),
  gateway: z.string().describe("The appliance's own address inside the lab"),
  directory: z.string().describe("Folder with cluster.yaml, the ssh key and the machines' disks"),
  namespace: z.string().describe("Path of the network namespace"),
  machines: z.array(LabMachineStatus),
  egress: LabEgress,
});
export type LabStatus = Readonly<z.output<typeof LabStatus>>;

/** What the lab is doing, for a progress display. `total` is there whenever it is known. */
export const LabProgress = z.object({
  step: z.enum(["base", "network", "machine", "boot", "down"]),
  machine: z.string().optional(),
  text: LocalizedText,
  done: z.number().optional(),
  total: z.number().optional(),
});
export type LabProgress = Readonly<z.output<typeof LabProgress>>;
