import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createGroups } from "./cgroups.ts";
import { startKeeper } from "./container.ts";
import { BRIDGE, type LabFolders, machineDirectory } from "./layout.ts";
import { identityFiles, makeKey } from "./machine-files.ts";
import { run } from "./run.ts";
import type { LabRecord, MachineRecord } from "./state.ts";
import type { VmSources } from "./vm-image.ts";

const KEEPER = join(import.meta.dirname, "scripts", "vm.sh");

/** Makes the folder of an emulated machine: its identity as a tar file, which the machine gets as a second disk. */
export const makeVmFiles = async (
  folders: LabFolders,
  record: LabRecord,
  machine: MachineRecord,
): Promise<void> => {
  const final = machineDirectory(folders, record.name, machine.name);
  if (existsSync(final)) return;
  const folder = `${final}.new`;
  rmSync(folder, { recursive: true, force: true });
  const seed = join(folder, "seed");
  mkdirSync(join(folder, "faults"), { recursive: true });
  for (const [path, content] of identityFiles(folders, record, machine)) {
    mkdirSync(dirname(join(seed, path)), { recursive: true });
    writeFileSync(join(seed, path), content, { mode: 0o644 });
  }
  await makeKey(join(seed, "etc/ssh/ssh_host_ed25519_key"), machine.name);
  const archive = join(folder, "identity.tar");
  await run(["tar", "--create", "--owner=0", "--group=0", `--file=${archive}`, `--directory=${seed}`, "etc"]);
  writeFileSync(join(folder, "machine-id"), readFileSync(join(seed, "etc/machine-id")));
  rmSync(seed, { recursive: true });
  renameSync(folder, final);
};

/** Powers an emulated machine on; the caller waits for it to answer. */
export const startVm = (
  place: { folders: LabFolders; vm: VmSources },
  record: LabRecord,
  machine: MachineRecord,
): void => {
  const folder = machineDirectory(place.folders, record.name, machine.name);
  const id = readFileSync(join(folder, "machine-id"), "utf8").trim();
  const hash = createHash("sha256").update(id).digest("hex");
  // 52:54:00 is the range that QEMU's users take by custom; the rest is the machine's own.
  const mac = ["52:54:00", hash.slice(0, 2), hash.slice(2, 4), hash.slice(4, 6)].join(":");
  const uuid = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    hash.slice(12, 16),
    hash.slice(16, 20),
    hash.slice(20, 32),
  ].join("-");
  const kernelLine = `root=/dev/vda rw console=ttyS0 systemd.machine_id=${id} systemd.hostname=${machine.name}`;
  startKeeper(record.name, folder, [
    ...["unshare", "--mount", "--propagation", "private", "--"],
    ...[
      "/bin/sh",
      KEEPER,
      folder,
      machine.name,
      place.vm.tools,
      place.vm.image,
      BRIDGE,
      kernelLine,
      mac,
      uuid,
    ],
    ...createGroups(record.name, machine.name),
  ]);
};
