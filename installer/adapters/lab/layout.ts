import { join } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";

/** Folders the lab works with. */
export interface LabFolders {
  /** Holds one folder per lab; on a file system that can carry overlays (ext4, xfs), not itself an overlay. */
  readonly home: string;
  /** Holds the base systems; safe to delete while no lab is up. */
  readonly cache: string;
}

/** Bridge of every lab; names are per network namespace, so all labs use the same. */
export const BRIDGE = "br-lab";

/** Every name a lab uses on the host is made from the lab's own, so that `down` needs no record to find them. */
export const groupName = (lab: string): string => `slipway-lab-${lab}`;

/** Name for `ip netns`. */
export const namespaceName = (lab: string): string => `slipway-${lab}`;

/** What `nsenter --net=` and setns(2) take. */
export const labNamespacePath = (lab: string): string => `/run/netns/${namespaceName(lab)}`;

/** Port of a machine on the bridge: the name systemd-nspawn gives it, used for taps too. */
export const portName = (machine: string): string => `vb-${machine}`;

/** Folder of one lab: its record, keys, cluster spec and machines. */
export const labDirectory = (folders: LabFolders, lab: string): string => join(folders.home, lab);
/** Folder of one machine, with its overlay and disk. */
export const machineDirectory = (folders: LabFolders, lab: string, machine: string): string =>
  join(folders.home, lab, "machines", machine);

/** argv that runs inside the lab's network and in the caller's mount namespace (`ip netns exec` would replace /sys). */
export const inNamespace = (lab: string, argv: readonly string[]): readonly string[] => [
  "nsenter",
  `--net=${labNamespacePath(lab)}`,
  "--",
  ...argv,
];

/** Addresses of a lab inside its /24. */
export interface LabAddresses {
  readonly gateway: string;
  /** Left free for a virtual address of the cluster. */
  readonly virtual: string;
  machine(name: string): string;
}

/** Last number before the first machine of a kind, by the letter of its name. */
const FIRST: Readonly<Record<string, number>> = { n: 10, v: 200, m: 220 };

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;

/** Splits a subnet up. Rejects with LAB_SUBNET_INVALID anything but a private /24. */
export const addressesOf = (subnet: string): LabAddresses => {
  const match = /^(\d+\.\d+\.\d+)\.0\/24$/.exec(subnet);
  if (match === null || !PRIVATE.test(subnet)) throw SlipwayError.of("LAB_SUBNET_INVALID", { subnet });
  const prefix = match[1];
  return {
    gateway: `${prefix}.1`,
    virtual: `${prefix}.10`,
    machine: (name) => `${prefix}.${(FIRST[name.charAt(0)] ?? 10) + Number(name.slice(1))}`,
  };
};
