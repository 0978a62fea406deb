import type { Disk, Partition, Signature } from "../../contract/facts.ts";
import { booleanOf, jsonOf, listOf, numberOf, recordOf, textOf } from "./numbers.ts";
import { lines, table, valueMap } from "./sections.ts";

/** What the collector knows about block devices. */
export interface DiskSources {
  readonly lsblk: string | undefined;
  /** Devices that can be opened here, one name a line. */
  readonly nodes: string | undefined;
  /** Attributes of /sys/class/block, for systems whose lsblk has no udev to ask. */
  readonly devices: string | undefined;
  /** Links below /dev/disk, `link TAB target`. */
  readonly ids: string | undefined;
  /** `device TAB status TAB wipefs JSON`. */
  readonly signatures: string | undefined;
  /** True in a container, where /sys shows the host's disks. */
  readonly container: boolean;
}

interface BlockDevice {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly type: string;
  readonly children: readonly BlockDevice[];
}

const blockDevice = (value: unknown): BlockDevice => {
  const fields = recordOf(value);
  return {
    fields,
    name: textOf(fields["kname"]) ?? textOf(fields["name"]) ?? "",
    type: textOf(fields["type"]) ?? "",
    children: listOf(fields["children"]).map(blockDevice),
  };
};

/** The device and all that is stacked on it; what hangs below two parents (a mirror) comes once. */
const withDescendants = (device: BlockDevice): BlockDevice[] => {
  const all = [device, ...device.children.flatMap(withDescendants)];
  return [...new Map(all.map((entry) => [entry.name, entry])).values()];
};

/** Types by lsblk that are whole disks. */
const diskTypes = new Set(["disk", "mpath"]);

/** Devices that are memory or drives without a fixed medium. */
const notDisks = /^(zram|ram|fd|sr|nbd)\d+/;

/** All whole disks, in the kernel's order, each with everything found on it. */
export const disksOf = (sources: DiskSources): Disk[] => {
  const found = listOf(recordOf(jsonOf(sources.lsblk))["blockdevices"]).map(blockDevice);
  const nodes = new Set(lines(sources.nodes));
  const attributes = valueMap(sources.devices);
  const ids = idsByDevice(sources.ids);
  // A loop device is a mounted file, not a disk, unless it was put into a container for its disk.
  const handedIn = ({ type, name }: BlockDevice): boolean =>
    type === "loop" && sources.container && nodes.has(name);
  const signatures = signaturesByDevice(sources.signatures);
  return found
    .filter(
      (device) =>
        (diskTypes.has(device.type) || handedIn(device)) &&
        !notDisks.test(device.name) &&
        (numberOf(device.fields["size"]) ?? 0) > 0,
    )
    .map((device) => {
      const members = withDescendants(device);
      const attribute = (name: string): string | null =>
        textOf(attributes.get(`/sys/class/block/${device.name}/${name}`));
      return {
        name: device.name,
        path: `/dev/${device.name}`,
        own: !sources.container || nodes.has(device.name),
        ids: ids.get(device.name) ?? [],
        wwn: textOf(device.fields["wwn"]) ?? attribute("wwid") ?? attribute("device/wwid"),
        serial: textOf(device.fields["serial"]) ?? attribute("device/serial") ?? attribute("serial"),
        vendor: textOf(device.fields["vendor"]) ?? attribute("device/vendor"),
        model: textOf(device.fields["model"]) ?? attribute("device/model"),
        sizeBytes: numberOf(device.fields["size"]) ?? 0,
        logicalSectorBytes: numberOf(device.fields["log-sec"]) ?? null,
        rotational: booleanOf(device.fields["rota"]) ?? null,
        removable: booleanOf(device.fields["rm"]) ?? false,
        readOnly: booleanOf(device.fields["ro"]) ?? false,
        transport: textOf(device.fields["tran"]),
        partitions: members.filter((member) => member.type === "part").map(partition),
        volumes: members
          .filter((member) => member !== device && member.type !== "part")
          .map((member) => ({ name: textOf(member.fields["name"]) ?? member.name, kind: member.type })),
        signatures: members.flatMap((member) => signaturesOn(member, signatures)),
        mounts: members.flatMap((member) => mountPoints(member.fields)),
      };
    });
};

const partition = ({ name, fields }: BlockDevice): Partition => ({
  name,
  sizeBytes: numberOf(fields["size"]) ?? 0,
  type: textOf(fields["parttype"]),
  label: textOf(fields["partlabel"]),
  uuid: textOf(fields["partuuid"]),
});

/** util-linux before 2.37 has one `mountpoint`, later ones a list that may hold nulls. */
const mountPoints = (fields: Readonly<Record<string, unknown>>): string[] => {
  const many = listOf(fields["mountpoints"]);
  return (many.length > 0 ? many : [fields["mountpoint"]])
    .map(textOf)
    .filter((mount): mount is string => mount !== null);
};

/** wipefs finds all signatures; lsblk only the one that libblkid prefers, which still counts where wipefs saw nothing. */
const signaturesOn = (
  { name, fields }: BlockDevice,
  byDevice: ReadonlyMap<string, readonly Signature[]>,
): Signature[] => {
  const seen = byDevice.get(name) ?? [];
  const preferred = [textOf(fields["fstype"]), textOf(fields["pttype"])].filter(
    (type): type is string => type !== null && !seen.some((signature) => signature.type === type),
  );
  // lsblk repeats the disk's partition table type on each partition.
  const relevant = textOf(fields["type"]) === "part" ? [textOf(fields["fstype"])] : preferred;
  return [
    ...seen,
    ...preferred
      .filter((type) => relevant.includes(type))
      .map((type) => ({
        device: `/dev/${name}`,
        type,
        offset: null,
        uuid: textOf(fields["uuid"]),
        label: textOf(fields["label"]),
      })),
  ];
};

const signaturesByDevice = (section: string | undefined): ReadonlyMap<string, readonly Signature[]> =>
  new Map(
    table(section).map(([device = "", , json]) => [
      device,
      listOf(recordOf(jsonOf(json))["signatures"])
        .map(recordOf)
        .map((fields) => ({
          device: `/dev/${device}`,
          type: textOf(fields["type"]) ?? "unknown",
          offset: offsetOf(fields["offset"]),
          uuid: textOf(fields["uuid"]),
          label: textOf(fields["label"]),
        })),
    ]),
  );

/** wipefs prints offsets in hexadecimal, as text. */
const offsetOf = (value: unknown): number | null => {
  const parsed = typeof value === "string" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : null;
};

const idsByDevice = (section: string | undefined): ReadonlyMap<string, string[]> => {
  const ids = new Map<string, string[]>();
  for (const [link = "", target = ""] of table(section)) {
    const device = target.split("/").at(-1) ?? "";
    ids.set(device, [...(ids.get(device) ?? []), link].toSorted());
  }
  return ids;
};
