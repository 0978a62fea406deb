import type {
  CpuFacts,
  DmiFacts,
  FirmwareFacts,
  Gpu,
  MemoryFacts,
  NumaNode,
  SwapArea,
  VirtualisationFacts,
} from "../../contract/facts.ts";
import { numberOf, textOf } from "./numbers.ts";
import { lines, table, valueMap } from "./sections.ts";

/** What makers leave in SMBIOS instead of a value. Two machines with the same placeholder are not duplicates. */
const placeholder =
  /^(to be filled by o\.?e\.?m\.?|default string|not specified|not applicable|system (serial number|product name|manufacturer|version)|none|n\/a|unknown|0+|x+|0123456789|1234567890|[0f]{8}-([0f]{4}-){3}[0f]{12}|03000200-0400-0500-0006-000700080009)$/i;

const dmiValue = (value: string | undefined): string | null => {
  const trimmed = textOf(value);
  return trimmed === null || placeholder.test(trimmed) ? null : trimmed;
};

/** SMBIOS strings by the kernel's /sys/class/dmi/id. */
export const dmiOf = (section: string | undefined, { kind }: Pick<VirtualisationFacts, "kind">): DmiFacts => {
  const values = valueMap(section);
  const at = (name: string): string | null => dmiValue(values.get(`/sys/class/dmi/id/${name}`));
  return {
    own: kind !== "container",
    vendor: at("sys_vendor"),
    product: at("product_name"),
    version: at("product_version"),
    serial: at("product_serial"),
    uuid: at("product_uuid")?.toLowerCase() ?? null,
    boardVendor: at("board_vendor"),
    boardName: at("board_name"),
    biosVendor: at("bios_vendor"),
    biosVersion: at("bios_version"),
    biosDate: at("bios_date"),
  };
};

/** Firmware kind, and the SecureBoot variable: four bytes of attributes, then one that is 1 when it is enforced (UEFI 3.3). */
export const firmwareOf = (section: string | undefined): FirmwareFacts => {
  const [kind, ...rest] = lines(section);
  const bytes = rest.join(" ").trim().split(/\s+/).filter(Boolean).map(Number);
  return {
    kind: kind === "uefi" || kind === "bios" ? kind : "unknown",
    secureBoot: kind === "bios" ? false : bytes.length === 5 ? bytes[4] === 1 : null,
  };
};

/** A TPM, when the kernel has one. */
export const tpmOf = (section: string | undefined): { version: string | null } | null => {
  const values = valueMap(section);
  if (values.size === 0) return null;
  const major = values.get("/sys/class/tpm/tpm0/tpm_version_major");
  return { version: major === "2" ? "2.0" : major === "1" ? "1.2" : null };
};

/** What the collector knows about processors. */
export interface CpuSources {
  readonly cpuinfo: string | undefined;
  readonly topology: string | undefined;
  readonly machine: string | undefined;
  readonly nproc: string | undefined;
}

/** Processors, counted by the kernel's topology rather than by the many dialects of /proc/cpuinfo. */
export const cpuOf = (sources: CpuSources): CpuFacts => {
  const info = new Map(
    lines(sources.cpuinfo).map((line) => {
      const [key = "", ...value] = line.split(":");
      return [key.trim(), value.join(":").trim()];
    }),
  );
  const topology = valueMap(sources.topology);
  const packages = new Set<string>();
  const cores = new Set<string>();
  let threads = 0;
  for (const [path, packageId] of topology) {
    if (!path.endsWith("physical_package_id")) continue;
    threads += 1;
    packages.add(packageId);
    cores.add(`${packageId}/${topology.get(path.replace("physical_package_id", "core_id")) ?? threads}`);
  }
  const usable = numberOf(sources.nproc) ?? threads;
  return {
    architecture: sources.machine?.trim() ?? "",
    vendor: textOf(info.get("vendor_id") ?? info.get("CPU implementer")),
    model: textOf(info.get("model name") ?? info.get("Model Name") ?? info.get("Hardware")),
    sockets: packages.size,
    cores: cores.size,
    threads,
    usable,
    flags: (info.get("flags") ?? info.get("Features") ?? "").split(" ").filter(Boolean),
  };
};

/** NUMA nodes, in order. */
export const numaOf = (section: string | undefined): NumaNode[] => {
  const nodes = new Map<number, NumaNode>();
  for (const [path, value] of valueMap(section)) {
    const node = Number(/node(\d+)\//.exec(path)?.[1]);
    const known = nodes.get(node) ?? { node, cpus: "", memoryBytes: null };
    const kilobytes = numberOf(/MemTotal:\s+(\d+) kB/.exec(value)?.[1]);
    nodes.set(
      node,
      path.endsWith("cpulist")
        ? { ...known, cpus: value }
        : { ...known, memoryBytes: kilobytes === undefined ? null : kilobytes * 1024 },
    );
  }
  return [...nodes.values()].toSorted((a, b) => a.node - b.node);
};

/** Memory by /proc/meminfo, whose "kB" are kibibytes. */
export const memoryOf = (section: string | undefined): MemoryFacts => {
  const kilobytes = (name: string): number =>
    numberOf(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(section ?? "")?.[1]) ?? 0;
  return { totalBytes: kilobytes("MemTotal") * 1024, availableBytes: kilobytes("MemAvailable") * 1024 };
};

/** Swap areas by /proc/swaps, whose sizes are in kibibytes. */
export const swapOf = (section: string | undefined): SwapArea[] =>
  lines(section)
    .slice(1)
    .map((line) => {
      const [device = "", kind = "", size] = line.split(/\s+/);
      return { device, kind, sizeBytes: (numberOf(size) ?? 0) * 1024 };
    });

const gpuVendors: Readonly<Record<string, string>> = {
  "0x10de": "NVIDIA",
  "0x1002": "AMD",
  "0x8086": "Intel",
  "0x19e5": "Huawei",
  "0x1d94": "Hygon",
  "0xcabc": "Cambricon",
  "0x1ed5": "Moore Threads",
  "0x9999": "MetaX",
  "0x1d22": "Kunlunxin",
};

/** Display controllers (PCI class 03) and processing accelerators (class 12). */
export const gpusOf = (section: string | undefined, { kind }: Pick<VirtualisationFacts, "kind">): Gpu[] => {
  const devices = new Map<string, Map<string, string>>();
  for (const [path = "", value = ""] of table(section)) {
    const [, pci = "", field = ""] = /devices\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (!devices.has(pci)) devices.set(pci, new Map());
    devices.get(pci)?.set(field, value);
  }
  return [...devices].map(([pci, fields]) => {
    const vendorId = fields.get("vendor") ?? "";
    const node = numberOf(fields.get("numa_node"));
    return {
      pci,
      own: kind !== "container",
      vendorId,
      deviceId: fields.get("device") ?? "",
      vendor: gpuVendors[vendorId] ?? null,
      driver: fields.get("driver")?.split("/").at(-1) ?? null,
      numaNode: node === undefined || node < 0 ? null : node,
    };
  });
};
