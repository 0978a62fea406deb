import * as z from "zod";
import {
  CpuFacts,
  Disk,
  DmiFacts,
  FirmwareFacts,
  Gpu,
  MemoryFacts,
  NumaNode,
  SwapArea,
} from "./facts/hardware.ts";
import { Listener, NetworkInterface, ProxySetting, ResolutionFacts, Route } from "./facts/network.ts";
import {
  CgroupFacts,
  IdentityFacts,
  KernelFacts,
  Leftover,
  MachineMark,
  Mount,
  OsFacts,
  PrivilegeFacts,
  SecurityFacts,
  Space,
  TimeFacts,
  VirtualisationFacts,
} from "./facts/system.ts";

/**
 * Everything known about one machine, read from JSON, /sys and /proc, never from prose. A part that could not be read
 * has an empty value and a line in `unknown` that says why: absence of evidence is never reported as evidence.
 */
export const MachineFacts = z.object({
  factsVersion: z.literal(1),
  collectedAt: z.number().describe("Milliseconds since the epoch, by the appliance's clock"),
  tookMs: z.number().describe("Time the collector ran on the machine"),
  identity: IdentityFacts,
  virtualisation: VirtualisationFacts,
  dmi: DmiFacts,
  firmware: FirmwareFacts,
  tpm: z.object({ version: z.string().nullable() }).nullable(),
  cpu: CpuFacts,
  numa: z.array(NumaNode),
  memory: MemoryFacts,
  swap: z.array(SwapArea),
  disks: z.array(Disk),
  interfaces: z.array(NetworkInterface),
  routes: z.array(Route),
  gpus: z.array(Gpu),
  os: OsFacts,
  kernel: KernelFacts,
  cgroup: CgroupFacts,
  time: TimeFacts,
  listeners: z.array(Listener),
  mounts: z.array(Mount),
  space: z.array(Space),
  resolution: ResolutionFacts,
  proxies: z.array(ProxySetting),
  security: SecurityFacts,
  leftovers: z.array(Leftover),
  privileges: PrivilegeFacts,
  slipway: MachineMark.nullable(),
  unknown: z
    .array(z.object({ fact: z.string(), why: z.string() }))
    .describe("Parts of this record that could not be read"),
});
export type MachineFacts = Readonly<z.output<typeof MachineFacts>>;

/** Name of a part of the facts, for checks to say what they need and for `unknown` to say what is missing. */
export type FactName = Exclude<keyof MachineFacts, "factsVersion" | "collectedAt" | "tookMs" | "unknown">;

export * from "./facts/hardware.ts";
export * from "./facts/network.ts";
export * from "./facts/system.ts";
