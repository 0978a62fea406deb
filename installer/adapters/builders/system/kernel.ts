import { copyFile, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { basename, dirname, join, matchesGlob } from "node:path";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { BuildTarget, SoftwarePackage } from "../../../core/ports/builders.ts";
import type { AptBuilder } from "../apt/builder.ts";
import { runCommand } from "../common/command.ts";
import { exists, makeFolderOnce, readIfThere, sha256Text } from "../common/files.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";
import type { Tools } from "./tools-root.ts";

/** A kernel as its Debian package has it, with the tables of its modules. */
export interface Kernel {
  /** Such as 6.12.117+deb13-cloud-amd64. */
  readonly release: string;
  /** The kernel itself, signed by Debian. */
  readonly image: string;
  /** Root that holds usr/lib/modules/RELEASE with modules.dep and the rest of depmod's tables. */
  readonly root: string;
  readonly software: readonly SoftwarePackage[];
}

/** Unpacks the kernel of a locked set and makes its tables; once, then it comes from the cache. */
export const openKernel = async (
  settings: BuilderSettings,
  apt: Pick<AptBuilder, "fetch" | "setIdentity">,
  { set, tools, target }: { set: string; tools: Tools; target: BuildTarget },
): Promise<Kernel> => {
  const identity = `kernel/1 ${await apt.setIdentity(set, target.architecture)}`;
  const root = cacheFolder(settings, "system", "kernels", sha256Text(identity).slice(0, 32));
  const fetched = await apt.fetch({ kind: "apt", set }, target);
  await makeFolderOnce(root, async (into) => {
    for (const { location, name } of fetched.packages) {
      await runCommand(["dpkg-deb", "--extract", location, into], {
        component: name,
        signal: target.signal,
        env: settings.env,
        remedy: "the Debian package dpkg",
      });
    }
    if (!(await exists(join(into, "lib")))) await symlink("usr/lib", join(into, "lib"));
    const release = await releaseOf(into, set);
    const run = { component: set, folders: { kernel: into } };
    await tools.run(["depmod", "--basedir", "/work/kernel", release], run);
  });
  const release = await releaseOf(root, set);
  return { release, image: join(root, "boot", `vmlinuz-${release}`), root, software: fetched.software };
};

const releaseOf = async (root: string, set: string): Promise<string> => {
  const [release, ...others] = await readdir(join(root, "usr/lib/modules")).catch(() => []);
  if (release !== undefined && others.length === 0) return release;
  throw SlipwayError.of("BUILD_SOURCE_INVALID", {
    component: set,
    source: `images/apt/${set}.yaml`,
    problem: "it does not hold exactly one kernel",
  });
};

/** Modules to put into an initial file system. */
export interface ModuleRequest {
  /**
   * Names (`ext4`; `crc32c_intel?` when it may be absent or built in) or globs of paths (`kernel/drivers/nvme/**`). What
   * they need comes along.
   */
  readonly wanted: readonly string[];
  /** Root to fill: files go to usr/lib/modules/RELEASE. */
  readonly into: string;
  readonly tools: Tools;
}

/**
 * Copies modules with all they need, unpacked (the whole is packed better in one piece, and signatures stay), and makes
 * tables for them. Rejects with BUILD_RECIPE_INVALID a name that the kernel does not have.
 */
export const stageModules = async (kernel: Kernel, request: ModuleRequest): Promise<void> => {
  const { wanted, into, tools } = request;
  const from = join(kernel.root, "usr/lib/modules", kernel.release);
  const to = join(into, "usr/lib/modules", kernel.release);
  const paths = await closure(from, wanted);
  for (const path of paths) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await copyFile(join(from, path), join(to, path));
  }
  for (const name of ["modules.order", "modules.builtin", "modules.builtin.modinfo"]) {
    await copyFile(join(from, name), join(to, name));
  }
  if (!(await exists(join(into, "lib")))) await symlink("usr/lib", join(into, "lib"));
  const run = { component: kernel.release, folders: { root: into } };
  const packed = paths
    .filter((path) => path.endsWith(".xz"))
    .map((path) => `/work/root/usr/lib/modules/${kernel.release}/${path}`);
  if (packed.length > 0) await tools.run(["xz", "--decompress", "--threads=1", "--", ...packed], run);
  await tools.run(["depmod", "--basedir", "/work/root", kernel.release], run);
};

/** Names of modules are written with dashes or underscores, which mean the same (modprobe(8)). */
const moduleName = (path: string): string =>
  basename(path)
    .replace(/\.ko(?:\.xz|\.zst|\.gz)?$/, "")
    .replaceAll("-", "_");

const closure = async (modules: string, wanted: readonly string[]): Promise<readonly string[]> => {
  const needs = new Map<string, readonly string[]>();
  for (const line of (await readFile(join(modules, "modules.dep"), "utf8")).split("\n")) {
    const [path, rest] = line.split(":");
    if (path !== undefined && rest !== undefined) needs.set(path, rest.split(" ").filter(Boolean));
  }
  const pathOf = new Map([...needs.keys()].map((path) => [moduleName(path), path]));
  const builtIn = new Set(
    ((await readIfThere(join(modules, "modules.builtin"))) ?? "").split("\n").map(moduleName),
  );
  const softly = softNeeds((await readIfThere(join(modules, "modules.softdep"))) ?? "");
  const chosen = new Set<string>();
  const choose = (path: string): void => {
    if (chosen.has(path)) return;
    chosen.add(path);
    for (const need of needs.get(path) ?? []) choose(need);
    for (const name of softly.get(moduleName(path)) ?? []) {
      const found = pathOf.get(name);
      if (found !== undefined) choose(found);
    }
  };
  for (const entry of wanted) {
    const name = moduleName(entry.replace(/\?$/, ""));
    const found = entry.includes("/")
      ? [...needs.keys()].filter((path) => matchesGlob(path, entry))
      : [pathOf.get(name)].filter((path) => path !== undefined);
    if (found.length === 0 && !entry.endsWith("?") && !builtIn.has(name)) {
      throw SlipwayError.of("BUILD_RECIPE_INVALID", {
        file: "the list of modules",
        count: 1,
        problem: `the kernel has no module ${entry}`,
      });
    }
    found.forEach(choose);
  }
  return [...chosen].toSorted();
};

/** `softdep NAME pre: a b post: c`: modules that are to be loaded too when they are there (modprobe.d(5)). */
const softNeeds = (text: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    text.split("\n").flatMap((line) => {
      const [word, name, ...rest] = line.split(/\s+/);
      const needs = rest.filter((part) => part !== "" && !part.endsWith(":")).map(moduleName);
      return word === "softdep" && name !== undefined ? [[moduleName(name), needs] as const] : [];
    }),
  );
