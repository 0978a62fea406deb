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
import { applyFault } from "./faults.ts";
import { addressesOf, inNamespace, type LabFolders } from "./layout.ts";
import { restoreLinkRules } from "./link-faults.ts";
import { withLabLock } from "./lock.ts";
import { keyFile, makeAccess, makeContainerFiles } from "./machine-files.ts";
import { makeNetwork } from "./network.ts";
import { powerOn, stateOf } from "./power.ts";
import { checkCancelled } from "./run.ts";
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

/** Free space that a lab must find besides what its machines will write: logs, keys, packages. */
const HOME_NEEDED_MB = 2000;

const wantedRecord = (request: LabUpRequest, present: LabRecord | undefined): Omit<LabRecord, "base"> => {
  const { name: lab, subnet } = request;
  if (present !== undefined && present.subnet !== subnet) {
    throw SlipwayError.of("LAB_SUBNET_FIXED", { lab, subnet: present.subnet, wanted: subnet });
  }
  const addresses = addressesOf(subnet);
  const names = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
  const wanted: MachineRecord[] = [
    ...names("n", request.machines).map((name) => ({
      name,
      kind: "container" as const,
      address: addresses.machine(name),
    })),
    ...names("v", request.vms).map((name) => ({
      name,
      kind: "vm" as const,
      address: addresses.machine(name),
    })),
  ];
  const known = present?.machines ?? [];
  const added = wanted.filter((machine) => !known.some((other) => other.name === machine.name));
  // Containers before emulated ones, each in the order of their numbers, however the lab grew.
  const machines = [...known, ...added].toSorted((one, other) =>
    one.kind === other.kind
      ? Number(one.name.slice(1)) - Number(other.name.slice(1))
      : one.kind < other.kind
        ? -1
        : 1,
  );
  return { version: 1, name: lab, subnet, machines };
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
    before === undefined ? await ensureTree(folders, baseRecipe(), options) : requireTree(folders, before);
  checkCancelled(options.signal);
  const record: LabRecord = { ...wanted, base: basename(base) };
  writeRecord(folders, record);
  say({
    step: "network",
    text: text(`Network ${record.subnet} without a way out`, `创建网络 ${record.subnet}（无出口）`),
  });
  const [network] = await Promise.all([makeNetwork(lab, record.subnet), makeAccess(folders, lab)]);
  const total = record.machines.length;
  let done = 0;
  await Promise.all(
    record.machines.map(async (machine) => {
      checkCancelled(options.signal);
      await makeContainerFiles(folders, record, machine);
      if (network === "new") await restoreLinkRules({ folders, lab, machine: machine.name });
      if (stateOf(lab, machine.name) === "stopped")
        await powerOn({ folders, base }, record, machine, options);
      done += 1;
      say({ step: "boot", machine: machine.name, text: text("Answers on SSH", "SSH 已就绪"), done, total });
    }),
  );
  writeClusterFile(folders, record);
  return statusOf(folders, record);
};

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
      addressesOf(request.subnet);
      await requireHost(request);
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
    async fault(name, machine, fault, options = {}) {
      const folders = resolved();
      await withLabLock({ folders, lab: name, signal: options.signal }, async () => {
        const record = requireRecord(folders, name);
        const sources = { folders, base: requireTree(folders, record) };
        await applyFault({ sources, record, machine: requireMachine(record, machine), options }, fault);
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
      const { address } = requireMachine(requireRecord(folders, lab), machine);
      return inNamespace(lab, [
        ...["ssh", "-i", keyFile(folders, lab), "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"],
        // The machine was made here a moment ago under a key made with it; there is nobody in between.
        ...["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", `root@${address}`],
        ...(command.length === 0 ? [] : ["--", ...command]),
      ]);
    },
    insideCommand: (lab, argv) => inNamespace(lab, argv),
    clusterFile: (lab) => clusterFile(resolved(), lab),
  };
};
