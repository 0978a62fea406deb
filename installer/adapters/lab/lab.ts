import { mkdirSync, realpathSync } from "node:fs";
import { basename } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { LabStatus, LabUpRequest } from "../../contract/lab.ts";
import { text } from "../../contract/text.ts";
import type { Lab, LabOptions } from "../../core/ports/lab.ts";
import { baseRecipe, ensureTree, requireSpace, requireTree } from "./base-system.ts";
import { clusterFile, writeClusterFile } from "./cluster-file.ts";
import { removeLab } from "./down.ts";
import { requireHost } from "./host.ts";
import { applyFault, applyPower } from "./faults.ts";
import { addressesOf, inNamespace, type LabFolders } from "./layout.ts";
import { restoreLinkRules } from "./link-faults.ts";
import { withLabLock } from "./lock.ts";
import { makeAccess, makeContainerFiles } from "./machine-files.ts";
import { makeNetwork } from "./network.ts";
import { makeMetalFiles, metalMac } from "./metal.ts";
import { ensureRunning, type MachineSources } from "./power.ts";
import { checkCancelled } from "./run.ts";
import { sshArgv } from "./ssh-client.ts";
import {
  type LabRecord,
  listLabs,
  type MachineRecord,
  readRecord,
  requireMachine,
  requireRecord,
  writeRecord,
} from "./state.ts";
import { statusOf } from "./status.ts";
import { makeVmFiles } from "./vm.ts";
import { ensureEmulator, ensureVm, type VmSources } from "./vm-image.ts";

const KINDS: readonly MachineRecord["kind"][] = ["container", "vm", "metal"];
const DEFAULT_SUBNET = "10.99.0.0/24";
const DEFAULT_MACHINES = 4;

/** Free space that a lab must find besides what its machines will write: logs, keys, packages. */
const HOME_NEEDED_MB = 2000;

const wantedRecord = (request: LabUpRequest, present: LabRecord | undefined): Omit<LabRecord, "base"> => {
  const lab = request.name;
  const subnet = request.subnet ?? present?.subnet ?? DEFAULT_SUBNET;
  if (present !== undefined && present.subnet !== subnet) {
    throw SlipwayError.of("LAB_SUBNET_FIXED", { lab, subnet: present.subnet, wanted: subnet });
  }
  const addresses = addressesOf(subnet);
  const names = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
  const wanted: MachineRecord[] = [
    ...names("n", request.machines ?? (present === undefined ? DEFAULT_MACHINES : 0)).map((name) => ({
      name,
      kind: "container" as const,
      address: addresses.machine(name),
    })),
    ...names("v", request.vms).map((name) => ({
      name,
      kind: "vm" as const,
      address: addresses.machine(name),
    })),
    ...names("m", request.metal?.count ?? 0).map((name) => ({
      name,
      kind: "metal" as const,
      address: addresses.machine(name),
      metal: {
        firmware: request.metal?.firmware ?? "uefi",
        mac: metalMac(lab, name),
        disks: request.metal?.disks ?? 1,
      },
    })),
  ];
  const known = present?.machines ?? [];
  const added = wanted.filter((machine) => !known.some((other) => other.name === machine.name));
  // Containers before emulated and blank ones, each in the order of their numbers, however the lab grew.
  const machines = [...known, ...added].toSorted((one, other) =>
    one.kind === other.kind
      ? Number(one.name.slice(1)) - Number(other.name.slice(1))
      : KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind),
  );
  return { version: 1, name: lab, subnet, machines };
};

/** Where every machine of an existing lab is made from. */
const sourcesOf = (folders: LabFolders, record: LabRecord): MachineSources => {
  const vm = requireVm(folders, record);
  const { metal } = record;
  return {
    folders,
    base: requireTree(folders, record.name, record.base),
    ...(vm === undefined ? {} : { vm }),
    ...(metal === undefined ? {} : { metal: requireTree(folders, record.name, metal.tools) }),
  };
};

/** What the emulated machines of an existing lab were made from. */
const requireVm = (folders: LabFolders, { name, vm }: LabRecord): VmSources | undefined =>
  vm === undefined
    ? undefined
    : { tools: requireTree(folders, name, vm.tools), image: requireTree(folders, name, vm.image) };

const vmSourcesFor = async (
  folders: LabFolders,
  { wanted, before }: { wanted: Pick<LabRecord, "machines">; before: LabRecord | undefined },
  options: LabOptions,
): Promise<VmSources | undefined> => {
  const known = before === undefined ? undefined : requireVm(folders, before);
  if (known !== undefined) return known;
  return wanted.machines.some((machine) => machine.kind === "vm") ? ensureVm(folders, options) : undefined;
};

const bringUp = async (
  folders: LabFolders,
  request: LabUpRequest,
  options: LabOptions,
): Promise<LabStatus> => {
  const lab = request.name;
  const say = options.onProgress ?? (() => undefined);
  const before = readRecord(folders, lab);
  const wanted = wantedRecord(request, before);
  const base =
    before === undefined
      ? await ensureTree(folders, baseRecipe(), options)
      : requireTree(folders, lab, before.base);
  const vm = await vmSourcesFor(folders, { wanted, before }, options);
  const metal = wanted.machines.some((machine) => machine.kind === "metal")
    ? before?.metal === undefined
      ? await ensureEmulator(folders, options)
      : requireTree(folders, lab, before.metal.tools)
    : undefined;
  checkCancelled(options.signal);
  const record: LabRecord = {
    ...wanted,
    ...(metal === undefined ? {} : { metal: { tools: basename(metal) } }),
    base: basename(base),
    ...(vm === undefined ? {} : { vm: { tools: basename(vm.tools), image: basename(vm.image) } }),
  };
  writeRecord(folders, record);
  say({
    step: "network",
    text: text(`Network ${record.subnet} without a way out`, `创建网络 ${record.subnet}（无出口）`),
  });
  const [network] = await Promise.all([makeNetwork(lab, record.subnet), makeAccess(folders, lab)]);
  const total = record.machines.length;
  const sources = sourcesOf(folders, record);
  let done = 0;
  const bringUpMachine = async (machine: MachineRecord): Promise<void> => {
    checkCancelled(options.signal);
    const { name } = machine;
    say({ step: "machine", machine: name, text: text("Making disk and identity", "正在创建磁盘和标识") });
    await MAKERS[machine.kind](folders, record, machine);
    if (network === "new") await restoreLinkRules({ folders, lab, machine: name });
    await ensureRunning({ sources, record, machine }, options.signal);
    done += 1;
    const how =
      machine.kind === "metal"
        ? text("Blank, switched off", "裸机，未开机")
        : text("Answers on SSH", "SSH 已就绪");
    say({ step: "boot", machine: name, text: how, done, total });
  };
  // All of them are waited for even when one fails: nothing may go on after the lock on the lab is given back.
  const results = await Promise.allSettled(record.machines.map(bringUpMachine));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  writeClusterFile(folders, record);
  return statusOf(folders, record);
};

const MAKERS = { container: makeContainerFiles, vm: makeVmFiles, metal: makeMetalFiles } as const;

/** The lab of this computer. Needs root and the tools of {@link requireHost}; found out by `up`. */
export const createLab = (places: LabFolders): Lab => {
  const resolved = (): LabFolders => {
    mkdirSync(places.home, { recursive: true, mode: 0o700 });
    mkdirSync(places.cache, { recursive: true });
    // Mount tables and loop devices show real paths; comparing needs the same.
    return { home: realpathSync(places.home), cache: realpathSync(places.cache) };
  };
  return {
    async up(request, options = {}) {
      if (request.subnet !== undefined) addressesOf(request.subnet);
      await requireHost(request.machines ?? DEFAULT_MACHINES);
      const folders = resolved();
      requireSpace(folders.home, HOME_NEEDED_MB);
      return withLabLock({ folders, lab: request.name, signal: options.signal }, () =>
        bringUp(folders, request, options),
      );
    },
    async status(name) {
      const folders = resolved();
      return statusOf(folders, requireRecord(folders, name));
    },
    list: async () => listLabs(resolved()),
    async fault(name, machine, fault) {
      const folders = resolved();
      await withLabLock({ folders, lab: name }, async () => {
        const record = requireRecord(folders, name);
        const sources = sourcesOf(folders, record);
        await applyFault({ sources, record, machine: requireMachine(record, machine) }, fault);
      });
    },
    async power(name, machine, power) {
      const folders = resolved();
      await withLabLock({ folders, lab: name }, async () => {
        const record = requireRecord(folders, name);
        const sources = sourcesOf(folders, record);
        await applyPower({ sources, record, machine: requireMachine(record, machine) }, power);
      });
    },
    async down(name, options = {}) {
      const folders = resolved();
      await withLabLock({ folders, lab: name, signal: options.signal }, () =>
        removeLab(folders, name, options),
      );
    },
    async sshCommand(lab, machine, command = []) {
      const folders = resolved();
      const record = requireRecord(folders, lab);
      const argv = sshArgv(folders, record, requireMachine(record, machine));
      return [...argv, ...(command.length === 0 ? [] : ["--", ...command])];
    },
    insideCommand: (lab, argv) => inNamespace(lab, argv),
    clusterFile: (lab) => clusterFile(resolved(), lab),
  };
};
