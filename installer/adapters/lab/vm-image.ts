import { existsSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabOptions } from "../../core/ports/lab.ts";
import { ensureTree, readPackages, requireSpace, treeName, type TreeRecipe } from "./base-system.ts";
import type { LabFolders } from "./layout.ts";
import { withLabLock } from "./lock.ts";
import { run } from "./run.ts";

const HERE = import.meta.dirname;
const BASE = join(HERE, "base");
const SYSTEM = join(HERE, "vm");
const TOOLS = join(HERE, "vm-tools");

/** Size of an emulated machine's only disk. Sparse. */
const DISK_BYTES = 20 * 2 ** 30;
const NEEDED_MB = 3000;

const systemRecipe = (): TreeRecipe => ({
  kind: "vm",
  packages: [...readPackages(join(BASE, "packages.txt")), ...readPackages(join(SYSTEM, "packages.txt"))],
  customize: join(SYSTEM, "customize.sh"),
  sources: [BASE, SYSTEM],
});

const toolsRecipe = (): TreeRecipe => ({
  kind: "vm-tools",
  packages: readPackages(join(TOOLS, "packages.txt")),
  customize: join(TOOLS, "customize.sh"),
  sources: [TOOLS],
});

/** What emulated machines are started from. */
export interface VmSources {
  /** Root of a system with QEMU in it. */
  readonly tools: string;
  /** Folder with disk.ext4, kernel and initrd, shared by all emulated machines and never written to. */
  readonly image: string;
}

const makeImage = async (tree: string, image: string): Promise<void> => {
  const unfinished = `${image}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  const disk = join(unfinished, "disk.ext4");
  writeFileSync(disk, "");
  truncateSync(disk, DISK_BYTES);
  await run(["mkfs.ext4", "-q", "-m", "0", "-i", "65536", "-E", "nodiscard", "-d", tree, disk], {
    timeoutMs: 600_000,
    lifetime: "ours",
  });
  renameSync(join(tree, "boot/lab-kernel"), join(unfinished, "kernel"));
  renameSync(join(tree, "boot/lab-initrd"), join(unfinished, "initrd"));
  renameSync(unfinished, image);
  // The image holds all of it; the next build of another version starts from packages anyway.
  rmSync(tree, { recursive: true });
};

/** The emulator, built now when the cache has none. Errors as {@link ensureTree}. */
export const ensureEmulator = (folders: LabFolders, options: LabOptions = {}): Promise<string> =>
  ensureTree(folders, toolsRecipe(), options);

/** The emulator and the disk image, built now when the cache has none. Errors as {@link ensureTree}. */
export const ensureVm = async (folders: LabFolders, options: LabOptions = {}): Promise<VmSources> => {
  const tools = await ensureEmulator(folders, options);
  const parent = join(folders.cache, "lab");
  const recipe = systemRecipe();
  const image = join(parent, `${await treeName(recipe)}.image`);
  if (existsSync(image)) return { tools, image };
  requireSpace(parent, NEEDED_MB);
  await withLabLock(
    { folders: { ...folders, home: parent }, lab: "image", patienceMs: 900_000, signal: options.signal },
    async () => {
      if (!existsSync(image)) await makeImage(await ensureTree(folders, recipe, options), image);
    },
  );
  return { tools, image };
};
