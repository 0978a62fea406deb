import * as z from "zod";

/** A kernel setting that a machine of a cluster should have. */
export interface KernelSetting {
  readonly key: string;
  readonly value: string;
  /** Without a required one pods cannot work; the others are left as they are where the system does not allow them. */
  readonly required: boolean;
  /** A larger value that is there already is kept. */
  readonly atLeast?: boolean;
}

/** Kernel settings, each because something fails without it: routing of pods, limits of kubelet and its watches. */
export const kernelSettings: readonly KernelSetting[] = [
  { key: "net.ipv4.ip_forward", value: "1", required: true },
  { key: "net.bridge.bridge-nf-call-iptables", value: "1", required: false },
  { key: "net.bridge.bridge-nf-call-ip6tables", value: "1", required: false },
  { key: "vm.overcommit_memory", value: "1", required: false },
  { key: "kernel.panic", value: "10", required: false },
  { key: "kernel.panic_on_oops", value: "1", required: false },
  { key: "fs.inotify.max_user_instances", value: "8192", required: false, atLeast: true },
  { key: "fs.inotify.max_user_watches", value: "524288", required: false, atLeast: true },
];

/** Kernel modules, loaded where they exist as modules and are not built in. */
export const kernelModules: readonly string[] = ["overlay", "br_netfilter"];

/** What a machine was like before Slipway changed it, so that reset can put it back. */
export const HostRecord = z.object({
  sysctls: z.record(z.string(), z.string()).describe("Values before the change, by key"),
  modules: z.array(z.string()).describe("Modules that were loaded by Slipway"),
  refused: z.array(z.string()).describe("Settings that the kernel did not let be changed"),
});
export type HostRecord = Readonly<z.output<typeof HostRecord>>;

/** True when the kernel's value will do. */
export const settingHolds = ({ value, atLeast }: KernelSetting, found: string): boolean =>
  found === value || (atLeast === true && Number(found) >= Number(value));

/** The file that brings the settings back after a boot; only those that this system has. */
export const sysctlFile = (present: readonly KernelSetting[]): string =>
  present.map(({ key, value }) => `${key} = ${value}\n`).join("");

/** What is kept of the first change and what a later one adds: values seen first are the machine's own. */
export const mergeRecords = (earlier: HostRecord | undefined, now: HostRecord): HostRecord => ({
  sysctls: { ...now.sysctls, ...earlier?.sysctls },
  modules: [...new Set([...(earlier?.modules ?? []), ...now.modules])],
  refused: [...new Set([...(earlier?.refused ?? []), ...now.refused])],
});
