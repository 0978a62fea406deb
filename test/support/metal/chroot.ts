import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TOKEN } from "./stand-in.ts";

/** A disk that a test has made: a sparse file behind a loop device of its own. */
export interface TestDisk {
  /** Name that the installer knows it by. */
  readonly name: string;
  readonly file: string;
  /** Loop device on this computer, such as /dev/loop7. */
  readonly loop: string;
  readonly serial: string;
  readonly sizeBytes: number;
}

/** Makes a sparse disk. Whatever `fill` does with the device is what it holds. */
export const makeDisk = (disk: Omit<TestDisk, "loop">): TestDisk => {
  execFileSync("truncate", ["--size", String(disk.sizeBytes), disk.file]);
  const loop = execFileSync("losetup", ["--find", "--show", disk.file], { encoding: "utf8" }).trim();
  execFileSync("blockdev", ["--setrw", loop]);
  return { ...disk, loop };
};

/** Takes the loop device away; the file stays. */
export const dropDisk = ({ loop, file }: TestDisk): void => {
  // Only a device that still stands for this very file is ours to take away.
  const backing = execFileSync("losetup", ["--noheadings", "--output", "BACK-FILE", loop], {
    encoding: "utf8",
  });
  if (backing.trim() !== file) return;
  // The installer has protected it from being written, which would stay with the device.
  execFileSync("blockdev", ["--setrw", loop]);
  execFileSync("losetup", ["--detach", loop]);
};

/** How the installer's scripts are run here. */
export interface ChrootOptions {
  /** The unpacked initial file system. */
  readonly root: string;
  /** Folder of this run, for its state and device nodes. */
  readonly folder: string;
  /** The only block devices that exist in there. */
  readonly disks: readonly TestDisk[];
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Mounts live in a mount namespace that ends with the program. /dev is an empty tmpfs: besides null, zero and the devices
 * that were handed in, no device node exists in there, so none of this computer's disks can be opened.
 */
const ENTER = `
set -eu
root=$1; state=$2; shift 2
mount -t tmpfs -o mode=0755 none "$root/dev"
mknod "$root/dev/null" c 1 3; mknod "$root/dev/zero" c 1 5; mknod "$root/dev/urandom" c 1 9
ln -s /proc/self/fd "$root/dev/fd"
while [ "$1" != -- ]; do mknod "$root/dev/$1" b 7 "$2"; shift 2; done
shift
mount --bind "$state" "$root/run"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs none "$root/tmp"
mkdir "$root/tmp/busybox"
chroot "$root" /usr/bin/busybox --install -s /tmp/busybox
exec chroot "$root" /usr/bin/busybox sh -c "$@"
`;

/** Writes what look.sh would have written on a machine with these disks. */
const describeDisks = (disks: readonly TestDisk[], folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, serial, sizeBytes } of disks) {
    const lines = { ID_SERIAL_SHORT: serial, ID_PATH: `test-${name}`, ID_MODEL: "Test", SIZE: sizeBytes };
    const all = { ...lines, SECTOR: 512, ROTATIONAL: 0, REMOVABLE: 0, READONLY: 0 };
    writeFileSync(
      join(folder, name),
      Object.entries(all)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(""),
    );
  }
};

/** Starts a script of the installer in there, with the given arguments; `script` is its text. */
export const startInChroot = (
  options: ChrootOptions,
  script: string,
  ...args: readonly string[]
): ChildProcess => {
  const { root, folder, disks, environment = {} } = options;
  mkdirSync(join(folder, "slipway"), { recursive: true });
  describeDisks(disks, join(folder, "given"));
  writeFileSync(join(folder, "look.sh"), 'rm -rf "$1"; cp -r /run/given "$1"\n');
  const nodes = disks.flatMap(({ name, loop }) => {
    const minor = statSync(loop).rdev & 0xff;
    if (!/^\/dev\/loop\d+$/.test(loop)) throw new Error(`${loop} is not a loop device`);
    return [name, String(minor)];
  });
  const env = {
    PATH: "/usr/sbin:/usr/bin:/tmp/busybox",
    ...{ HERE: "/installer", RUN: "/run/slipway", LOOK: "/run/look.sh", NO_RESTART: "1", TOKEN },
    ...environment,
  };
  const assignments = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, "sh"];
  const inside = 'export "$@"; . /run/script';
  writeFileSync(join(folder, "script"), script.replaceAll("$ARGS", args.join(" ")));
  const argv = [...enter, root, folder, ...nodes, "--", inside, "sh", ...assignments];
  return spawn(argv[0] ?? "", argv.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
};

/** What a script printed and how it ended. */
export interface ChrootResult {
  readonly code: number | null;
  readonly output: string;
}

/** Waits for a started script. */
export const ended = (child: ChildProcess): Promise<ChrootResult> =>
  new Promise((resolve) => {
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => void (output += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => void (output += chunk.toString()));
    child.once("close", (code) => resolve({ code, output }));
  });

/** Runs a script to its end. */
export const runInChroot = (options: ChrootOptions, script: string): Promise<ChrootResult> =>
  ended(startInChroot(options, script));
