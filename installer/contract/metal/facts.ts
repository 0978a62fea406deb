import * as z from "zod";

const Bytes = z.number().int().nonnegative();

/** Something that a disk holds, by libblkid's names. Whatever is not Slipway's own counts as somebody's data. */
export const DiskSignature = z.object({
  device: z.string().describe("Partition or disk it lies on, such as sda1 or sda"),
  offset: Bytes.describe("Bytes from the start of the disk to the start of `device`'s content"),
  type: z
    .string()
    .describe("Such as ext4, LVM2_member, crypto_LUKS, gpt; `unknown-data` for bytes nobody can name"),
  usage: z.string().describe("filesystem, raid, crypto, other, partition-table, partition, data"),
  label: z
    .string()
    .describe("Label of the file system, name of the array or of the partition; empty when none"),
  uuid: z.string(),
  sizeBytes: Bytes.describe("Size of the partition or the disk it was found on"),
  lastMount: z
    .string()
    .describe("Folder it was last mounted on, where the file system says (ext2-4); else empty"),
});
export type DiskSignature = Readonly<z.output<typeof DiskSignature>>;

/** A disk of a machine that runs the installer. A value that the disk does not give is an empty text. */
export const MetalDisk = z.object({
  name: z
    .string()
    .min(1)
    .describe("The kernel's name in this boot, such as sda; the next boot may give another"),
  serial: z.string(),
  wwn: z.string(),
  model: z.string(),
  byPath: z.string().describe("Name below /dev/disk/by-path: the slot it is plugged into"),
  sizeBytes: Bytes,
  rotational: z.boolean(),
  removable: z.boolean(),
  readOnly: z.boolean(),
  tableType: z.string().describe("gpt, dos or empty"),
  tableId: z.string().describe("Identifier of the partition table"),
  claim: z.string().describe("Id of the install job that this disk was given to; empty for all other disks"),
  signatures: z.array(DiskSignature),
});
export type MetalDisk = Readonly<z.output<typeof MetalDisk>>;

/** A network card as the installer sees it. */
export const MetalNic = z.object({
  name: z.string().describe("The name that the installed system will use too"),
  mac: z.string(),
  driver: z.string(),
  link: z.boolean().describe("A cable is plugged in and the other end is on"),
  speedMbit: z.number().int().describe("0 when unknown"),
});
export type MetalNic = Readonly<z.output<typeof MetalNic>>;

/** What a machine says about itself before anything is decided (POST hello). */
export const MetalFacts = z.object({
  serial: z.string(),
  uuid: z.string(),
  vendor: z.string(),
  product: z.string(),
  firmware: z.enum(["bios", "uefi"]),
  secureBoot: z.boolean(),
  architecture: z.string().describe("As uname -m prints it"),
  cpus: z.number().int(),
  memoryBytes: Bytes,
  nics: z.array(MetalNic),
  disks: z.array(MetalDisk),
});
export type MetalFacts = Readonly<z.output<typeof MetalFacts>>;
