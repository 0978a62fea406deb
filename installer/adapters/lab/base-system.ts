import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { SlipwayError } from "../../contract/errors/index.ts";
import { text } from "../../contract/text.ts";
import type { LabOptions } from "../../core/ports/lab.ts";
import type { LabFolders } from "./layout.ts";
import { withLabLock } from "./lock.ts";
import { pruneCache } from "./prune.ts";
import { run } from "./run.ts";

const SOURCE = join(import.meta.dirname, "base");
const SUITE = "trixie";
const NEEDED_MB = 1500;

/** A file-system tree to be made once by mmdebstrap and kept in the cache. */
export interface TreeRecipe {
  /** First part of its name in the cache. */
  readonly kind: string;
  readonly packages: readonly string[];
  /** Executable given the new root as its one argument. */
  readonly customize: string;
  /** Folders of everything that shapes the result, part of the cache key. */
  readonly sources: readonly string[];
}

/** Package names of a list with one a line and `#` comments. */
export const readPackages = (path: string): readonly string[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** The operating system that every container of every lab is a layer over. */
export const baseRecipe = (): TreeRecipe => ({
  kind: "base",
  packages: readPackages(join(SOURCE, "packages.txt")),
  customize: join(SOURCE, "customize.sh"),
  sources: [SOURCE],
});

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();

const keyOf = async (recipe: TreeRecipe): Promise<string> => {
  const hash = createHash("sha256");
  hash
    .update((await run(["mmdebstrap", "--version"])).stdout)
    .update(SUITE)
    .update(recipe.packages.join(","));
  for (const source of recipe.sources) {
    for (const path of filesBelow(source)) hash.update(relative(source, path)).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 16);
};

/** Name of a recipe's result in the cache. */
export const treeName = async (recipe: TreeRecipe): Promise<string> =>
  `${recipe.kind}-${await keyOf(recipe)}`;

/** What mmdebstrap says on its way, in order, for a progress with a total. */
const STAGES = [
  "running apt-get update",
  "downloading packages",
  "extracting archives",
  "installing essential",
  "installing remaining",
  "running --customize-hook",
  "cleaning package lists",
];

const build = (recipe: TreeRecipe, target: string, options: LabOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    const lines: string[] = [];
    // Killed with this process, whole: a build that nobody waits for must not go on.
    const child = spawn(
      "setpriv",
      [
        ...["--pdeathsig", "KILL", "--", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--"],
        ...["mmdebstrap", "--mode=root", "--variant=minbase", `--include=${recipe.packages.join(",")}`],
        ...['--aptopt=Acquire::Languages "none"', "--dpkgopt=path-exclude=/usr/share/man/*"],
        ...["--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*"],
        ...[`--customize-hook=${recipe.customize}`, SUITE, target],
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    const abort = () => child.kill("SIGKILL");
    options.signal?.addEventListener("abort", abort, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        const stage = STAGES.findIndex((start) => line.includes(start));
        if (stage >= 0) options.onProgress?.({ ...baseProgress(recipe), done: stage, total: STAGES.length });
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      options.signal?.removeEventListener("abort", abort);
      if (code === 0) return resolve();
      if (options.signal?.aborted === true) return reject(SlipwayError.of("CANCELLED", {}));
      const problem = lines.findLast((line) => line.startsWith("E:")) ?? `mmdebstrap ended with ${code}`;
      reject(SlipwayError.of("LAB_BASE_FAILED", { problem }, { detail: lines.slice(-40).join("\n") }));
    });
  });

const baseProgress = (recipe: TreeRecipe) =>
  ({
    step: "base",
    text: text(
      `Building the machines' system (Debian ${SUITE}, ${recipe.kind}) from this computer's package mirror; kept for the next time`,
      `正在用本机的软件源构建机器的系统（Debian ${SUITE}，${recipe.kind}），完成后会缓存供以后使用`,
    ),
  }) as const;

/**
 * Folder of the tree that `recipe` describes, built now when the cache has none. A tree that was not finished is never
 * used: it is built under another name and renamed. Rejects with LAB_BASE_FAILED, LAB_DISK_SPACE or CANCELLED.
 */
export const ensureTree = async (
  folders: LabFolders,
  recipe: TreeRecipe,
  options: LabOptions = {},
): Promise<string> => {
  const parent = join(folders.cache, "lab");
  const name = await treeName(recipe);
  const target = join(parent, name);
  if (existsSync(target)) return target;
  mkdirSync(parent, { recursive: true });
  await withLabLock(
    { folders: { ...folders, home: parent }, lab: recipe.kind, patienceMs: 900_000, signal: options.signal },
    async () => {
      if (existsSync(target)) return;
      requireSpace(parent, NEEDED_MB);
      const unfinished = join(parent, `${name}.new`);
      rmSync(unfinished, { recursive: true, force: true });
      options.onProgress?.({ ...baseProgress(recipe), done: 0, total: STAGES.length });
      await build(recipe, unfinished, options);
      renameSync(unfinished, target);
      pruneCache(folders, recipe.kind, name);
    },
  );
  return target;
};

/** The tree that an existing lab was made over. Rejects with LAB_BASE_GONE when the cache was emptied meanwhile. */
export const requireTree = (folders: LabFolders, lab: string, name: string): string => {
  const path = join(folders.cache, "lab", name);
  if (!existsSync(path)) throw SlipwayError.of("LAB_BASE_GONE", { lab, path });
  return path;
};

/** Rejects with LAB_DISK_SPACE when the file system of `path` has less than `needed` MB for use. */
export const requireSpace = (path: string, needed: number): void => {
  const { bavail, bsize } = statfsSync(path);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free < needed) throw SlipwayError.of("LAB_DISK_SPACE", { path, free, needed });
};
