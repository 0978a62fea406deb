import { randomBytes } from "node:crypto";
import {
  mkdirSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { addressesOf, labDirectory, type LabFolders, machineDirectory } from "./layout.ts";
import { run } from "./run.ts";
import type { LabRecord, MachineRecord } from "./state.ts";

/** Size of a machine's data disk. Sparse: it takes what is written to it. */
const DISK_BYTES = 20 * 2 ** 30;

/** Folders of the data disk, bound to where a node keeps much: kubelet must see a disk of its own, not the host's. */
const DATA_FOLDERS = ["containerd", "etcd", "kubelet", "pods", "slipway"];

/** File of the lab's private key, which opens root, operator and clerk on every machine. */
export const keyFile = (folders: LabFolders, lab: string): string =>
  join(labDirectory(folders, lab), "id_ed25519");

/** File with the password of the user clerk, for specs that log in or use sudo with a password. */
export const passwordFile = (folders: LabFolders, lab: string): string =>
  join(labDirectory(folders, lab), "clerk.password");

/** Makes an SSH key pair without a passphrase; a pair that is there is kept, half a pair is never left. */
export const makeKey = async (path: string, comment: string): Promise<void> => {
  if (existsSync(path)) return;
  for (const half of [`${path}.new`, `${path}.new.pub`]) rmSync(half, { force: true });
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", `${path}.new`], {
    lifetime: "ours",
  });
  renameSync(`${path}.new.pub`, `${path}.pub`);
  renameSync(`${path}.new`, path);
};

/** Makes the lab's ssh key and the password file. */
export const makeAccess = async (folders: LabFolders, lab: string): Promise<void> => {
  writeFileSync(passwordFile(folders, lab), "clerk-of-the-lab\n", { mode: 0o600 });
  await makeKey(keyFile(folders, lab), `slipway-lab-${lab}`);
};

/** Files that give a machine its identity, by path inside its root. */
export const identityFiles = (
  folders: LabFolders,
  record: LabRecord,
  machine: MachineRecord,
): ReadonlyMap<string, string> =>
  new Map([
    ["etc/hostname", `${machine.name}\n`],
    ["etc/hosts", `127.0.0.1 localhost\n::1 localhost\n${machine.address} ${machine.name}\n`],
    ["etc/machine-id", `${randomBytes(16).toString("hex")}\n`],
    [
      "etc/lab/network",
      `ADDRESS=${machine.address}\nPREFIX=24\nGATEWAY=${addressesOf(record.subnet).gateway}\n`,
    ],
    ["etc/ssh/lab_authorized_keys", readFileSync(`${keyFile(folders, record.name)}.pub`, "utf8")],
  ]);

/** Makes the folder of a system container with its disk and identity; built aside and renamed, so never half there. */
export const makeContainerFiles = async (
  folders: LabFolders,
  record: LabRecord,
  machine: MachineRecord,
): Promise<void> => {
  const final = machineDirectory(folders, record.name, machine.name);
  if (existsSync(final)) return;
  const folder = `${final}.new`;
  rmSync(folder, { recursive: true, force: true });
  for (const name of ["data", "faults", "root", "upper/etc/ssh", "work"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  for (const [path, content] of identityFiles(folders, record, machine)) {
    mkdirSync(dirname(join(folder, "upper", path)), { recursive: true });
    writeFileSync(join(folder, "upper", path), content, { mode: 0o644 });
  }
  const seed = join(folder, "seed");
  for (const name of DATA_FOLDERS) mkdirSync(join(seed, name), { recursive: true });
  const disk = join(folder, "disk.img");
  writeFileSync(disk, "", { mode: 0o600 });
  truncateSync(disk, DISK_BYTES);
  await Promise.all([
    makeKey(join(folder, "upper/etc/ssh/ssh_host_ed25519_key"), machine.name),
    // One inode per 64 KiB and a small journal: what matters is that it is made at once. No reserve: full means full.
    run(
      [
        ...["mkfs.ext4", "-q", "-m", "0", "-i", "65536", "-J", "size=64"],
        ...["-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard", "-d", seed, disk],
      ],
      { lifetime: "ours" },
    ),
  ]);
  rmSync(seed, { recursive: true });
  renameSync(folder, final);
};
