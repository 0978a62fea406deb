import * as z from "zod";

/** What SMBIOS says. Placeholders that vendors leave in ("To be filled by O.E.M.") are null, not values. */
export const DmiFacts = z.object({
  own: z.boolean().describe("False in a container, where these are the host's and identify nothing"),
  vendor: z.string().nullable(),
  product: z.string().nullable(),
  version: z.string().nullable(),
  serial: z.string().nullable(),
  uuid: z.string().nullable().describe("Product uuid, lower case"),
  boardVendor: z.string().nullable(),
  boardName: z.string().nullable(),
  biosVendor: z.string().nullable(),
  biosVersion: z.string().nullable(),
  biosDate: z.string().nullable(),
});
export type DmiFacts = Readonly<z.output<typeof DmiFacts>>;

/** How the machine started. `secureBoot` is null where the firmware does not say. */
export const FirmwareFacts = z.object({
  kind: z.enum(["uefi", "bios", "unknown"]),
  secureBoot: z.boolean().nullable(),
});
export type FirmwareFacts = Readonly<z.output<typeof FirmwareFacts>>;

/** Processors. `usable` is what the scheduler gives this system, which a container or a cpuset may narrow. */
export const CpuFacts = z.object({
  architecture: z.string().describe("As uname -m prints it"),
  vendor: z.string().nullable(),
  model: z.string().nullable(),
  sockets: z.number(),
  cores: z.number(),
  threads: z.number(),
  usable: z.number(),
  flags: z.array(z.string()),
});
export type CpuFacts = Readonly<z.output<typeof CpuFacts>>;

/** One NUMA node. */
export const NumaNode = z.object({ node: z.number(), cpus: z.string(), memoryBytes: z.number().nullable() });
export type NumaNode = Readonly<z.output<typeof NumaNode>>;

/** Memory as /proc/meminfo counts it: total is what the kernel can use, somewhat less than what is installed. */
export const MemoryFacts = z.object({ totalBytes: z.number(), availableBytes: z.number() });
export type MemoryFacts = Readonly<z.output<typeof MemoryFacts>>;

/** A swap area in use. */
export const SwapArea = z.object({ device: z.string(), kind: z.string(), sizeBytes: z.number() });
export type SwapArea = Readonly<z.output<typeof SwapArea>>;

/** A magic number found on a device: file system, RAID, LVM, LUKS, partition table. Each means: somebody's data. */
export const Signature = z.object({
  device: z.string().describe("Device it was found on, such as /dev/sda1"),
  type: z.string().describe("Name by libblkid, such as LVM2_member or gpt"),
  offset: z.number().nullable().describe("Byte offset on the device; null when only lsblk reported it"),
  uuid: z.string().nullable(),
  label: z.string().nullable(),
});
export type Signature = Readonly<z.output<typeof Signature>>;

/** A partition of a disk. */
export const Partition = z.object({
  name: z.string(),
  sizeBytes: z.number(),
  type: z.string().nullable().describe("GPT type uuid or MBR type byte"),
  label: z.string().nullable(),
  uuid: z.string().nullable(),
});
export type Partition = Readonly<z.output<typeof Partition>>;

/** A whole disk. `ids` are the names that stay the same across boots; `/dev/sda` is not one of them. */
export const Disk = z.object({
  name: z.string(),
  path: z.string(),
  own: z.boolean().describe("False for a disk of the host that a container sees but cannot open"),
  ids: z.array(z.string()).describe("Links below /dev/disk/by-id and by-path, sorted"),
  wwn: z.string().nullable(),
  serial: z.string().nullable(),
  vendor: z.string().nullable(),
  model: z.string().nullable(),
  sizeBytes: z.number(),
  logicalSectorBytes: z.number().nullable(),
  rotational: z.boolean().nullable(),
  removable: z.boolean(),
  readOnly: z.boolean(),
  transport: z.string().nullable().describe("sata, sas, nvme, usb, virtio, ..."),
  partitions: z.array(Partition),
  volumes: z
    .array(z.object({ name: z.string(), kind: z.string() }))
    .describe("What is stacked on it: lvm, crypt, raid, mpath"),
  signatures: z.array(Signature),
  mounts: z.array(z.string()).describe("Mount points anywhere on it; [SWAP] for swap"),
});
export type Disk = Readonly<z.output<typeof Disk>>;

/** A graphics card or accelerator, by PCI. */
export const Gpu = z.object({
  pci: z.string(),
  own: z.boolean(),
  vendorId: z.string(),
  deviceId: z.string(),
  vendor: z.string().nullable().describe("Name where the vendor is a well-known one"),
  driver: z.string().nullable(),
  numaNode: z.number().nullable(),
});
export type Gpu = Readonly<z.output<typeof Gpu>>;
