import type { DiskSignature, MetalDisk } from "../../contract/metal/facts.ts";
import { sizeText } from "./size-text.ts";

/** Tables that hold nothing by themselves: what they hold are the partitions. */
const TABLES = new Set(["gpt", "PMBR", "dos"]);

/** Whether a partition is one of those that the installer makes. */
const ours = ({ label }: DiskSignature): boolean => label.startsWith("slipway-");

/**
 * What would be lost if the disk were written: everything on it but an empty partition table. A disk that the running
 * job has claimed may hold Slipway's own partitions in any half-made state; another job's disk is somebody's node.
 */
export const foreignHoldings = (disk: MetalDisk, job?: string): readonly DiskSignature[] => {
  const claimed = job !== undefined && disk.claim === job;
  if (!claimed) {
    const node: readonly DiskSignature[] = disk.claim === "" ? [] : [nodeSignature(disk)];
    return [...node, ...disk.signatures.filter(({ type }) => !TABLES.has(type))];
  }
  const made = new Set(
    disk.signatures.filter((one) => one.usage === "partition" && ours(one)).map(({ device }) => device),
  );
  return disk.signatures.filter(
    ({ device, type }) => !made.has(device) && !TABLES.has(type) && type !== "unknown-data",
  );
};

const nodeSignature = (disk: MetalDisk): DiskSignature => ({
  device: disk.name,
  offset: 0,
  type: "slipway-node",
  usage: "other",
  label: disk.claim,
  uuid: disk.tableId,
  sizeBytes: disk.sizeBytes,
  lastMount: "",
});

/** One holding in words that an operator can recognise: `ext4 "home" on sda2 (120 GiB, last mounted on /home)`. */
export const describeHolding = ({ device, type, label, sizeBytes, lastMount }: DiskSignature): string => {
  const name = label === "" ? "" : ` "${label}"`;
  const mount = lastMount === "" ? "" : `, last mounted on ${lastMount}`;
  return `${type}${name} on ${device} (${sizeText(sizeBytes)}${mount})`;
};

/** All of it in one line; a partition that holds something named is not named twice. */
export const describeHoldings = (holdings: readonly DiskSignature[]): string => {
  const filled = new Set(holdings.filter(({ usage }) => usage !== "partition").map(({ device }) => device));
  return holdings
    .filter(({ usage, device }) => usage !== "partition" || !filled.has(device))
    .map(describeHolding)
    .join("; ");
};
