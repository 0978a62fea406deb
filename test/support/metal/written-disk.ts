import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const MIB = 2 ** 20;
const SECTOR = 512;

/** Partitions of an installed disk, in mebibytes: the layout that the installer writes (docs/node-os.md). */
const LAYOUT = {
  bios: { start: 1, size: 1 },
  esp: { start: 2, size: 512 },
  a: { start: 514, size: 2048 },
  b: { start: 2562, size: 2048 },
  data: { start: 4610, size: 1024 },
} as const;
export const DISK_MEBIBYTES = 5640;

/** What to write. */
export interface WrittenDisk {
  /** Sparse file to make. */
  readonly path: string;
  /** Folder with root.squashfs and boot.tar. */
  readonly nodeOs: string;
  /** Slots that hold the system; the first of them starts. */
  readonly slots: readonly ("a" | "b")[];
  /** Files of identity/ by path. */
  readonly identity: Readonly<Record<string, string>>;
}

const run = (program: string, ...args: readonly string[]): void =>
  void execFileSync(program, args, { stdio: ["ignore", "pipe", "pipe"] });

/** The kernel command line of a slot. */
const optionsOf = (slot: string): string =>
  `slipway.slot=${slot} root=PARTLABEL=slipway-root-${slot} ro slipway.data=PARTLABEL=slipway-data console=tty0 console=ttyS0,115200`;

/** Writes a disk as an installation leaves it, by other tools than the installer's: a proof of the layout itself. */
export const writeDisk = ({ path, nodeOs, slots, identity }: WrittenDisk): void => {
  writeFileSync(path, "");
  truncateSync(path, DISK_MEBIBYTES * MIB);
  const names = {
    bios: "slipway-bios",
    esp: "slipway-esp",
    a: "slipway-root-a",
    b: "slipway-root-b",
    data: "slipway-data",
  };
  // GUIDs of the kinds of partition: BIOS boot, EFI system, Linux file system.
  const kinds = { bios: "21686148-6449-6E6F-744E-656564454649", esp: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B" };
  const lines = (["bios", "esp", "a", "b", "data"] as const).map((part) => {
    const kind = part === "bios" || part === "esp" ? kinds[part] : "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
    const { start, size } = LAYOUT[part];
    return `start=${(start * MIB) / SECTOR}, size=${(size * MIB) / SECTOR}, type=${kind}, name=${names[part]}`;
  });
  execFileSync("sfdisk", ["--quiet", path], { input: ["label: gpt", ...lines, ""].join("\n") });
  const folder = mkdtempSync(join(tmpdir(), "slipway-disk-"));
  try {
    run("tar", "--extract", `--file=${join(nodeOs, "boot.tar")}`, `--directory=${folder}`);
    place(path, readFileSync(join(folder, "bios/boot.img")).subarray(0, 440), 0);
    place(path, readFileSync(join(folder, "bios/core.img")), LAYOUT.bios.start * MIB);
    writeEsp(path, folder, slots);
    for (const slot of slots) {
      run(
        "dd",
        `if=${join(nodeOs, "root.squashfs")}`,
        `of=${path}`,
        "bs=1M",
        `seek=${LAYOUT[slot].start}`,
        "conv=notrunc,sparse",
        "status=none",
      );
    }
    writeData(path, folder, identity);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const place = (path: string, bytes: Uint8Array, offset: number): void => {
  const file = openSync(path, "r+");
  try {
    writeSync(file, bytes, 0, bytes.length, offset);
  } finally {
    closeSync(file);
  }
};

const writeEsp = (path: string, folder: string, slots: WrittenDisk["slots"]): void => {
  const { start, size } = LAYOUT.esp;
  run(
    "mkfs.vfat",
    "-F",
    "32",
    "-n",
    "SLIPWAY-ESP",
    `--offset=${(start * MIB) / SECTOR}`,
    path,
    String(size * 1024),
  );
  const esp = join(folder, "efi");
  for (const slot of slots) {
    mkdirSync(join(esp, "slipway", slot), { recursive: true });
    mkdirSync(join(esp, "loader/entries"), { recursive: true });
    for (const name of ["vmlinuz", "initrd"]) run("cp", join(folder, name), join(esp, "slipway", slot, name));
    const files = [`/slipway/${slot}/vmlinuz`, `/slipway/${slot}/initrd`];
    writeFileSync(
      join(esp, `loader/entries/slipway-${slot}.conf`),
      `title Slipway node, slot ${slot.toUpperCase()}\nlinux ${files[0]}\ninitrd ${files[1]}\noptions ${optionsOf(slot)}\n`,
    );
    writeFileSync(
      join(esp, `slipway/${slot}/grub.cfg`),
      `linux ${files[0]} ${optionsOf(slot)}\ninitrd ${files[1]}\n`,
    );
  }
  const [first = "a"] = slots;
  writeFileSync(join(esp, "slipway/default.cfg"), `set default=slipway-${first}\n`);
  const conf = join(esp, "loader/loader.conf");
  writeFileSync(conf, readFileSync(conf, "utf8").replace(/^default .*$/m, `default slipway-${first}.conf`));
  const image = `${path}@@${start * MIB}`;
  run(
    "mcopy",
    "-s",
    "-i",
    image,
    ...["EFI", "loader", "grub", "slipway"].map((name) => join(esp, name)),
    "::/",
  );
};

const writeData = (path: string, folder: string, identity: WrittenDisk["identity"]): void => {
  const data = join(folder, "data");
  for (const [name, content] of Object.entries(identity)) {
    mkdirSync(dirname(join(data, "identity", name)), { recursive: true });
    writeFileSync(join(data, "identity", name), content);
  }
  const { start, size } = LAYOUT.data;
  run(
    "mkfs.ext4",
    "-q",
    "-L",
    "slipway-data",
    "-E",
    `offset=${start * MIB},nodiscard,root_owner=0:0`,
    "-d",
    data,
    path,
    `${size}m`,
  );
};
