import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeOsSource } from "../../../contract/bundle/sources.ts";
import { canonicalJson } from "../../../core/bundle/canonical.ts";
import { NODE_OS_CODE } from "../../../core/bundle/components/code-digests.ts";
import type { BuildTarget, BuiltFiles, FilesBuilder } from "../../../core/ports/builders.ts";
import { type AptBuilder, loadSet } from "../apt/builder.ts";
import { runCommand } from "../common/command.ts";
import { exists, hashFile, makeFolderOnce, sha256Text } from "../common/files.ts";
import { makeSerial } from "../common/serial.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";
import { fileBuilder } from "../file/builder.ts";
import { debianRoot, debianRootIdentity } from "../system/debian-root.ts";
import { openKernel } from "../system/kernel.ts";
import { writeSquashfs } from "../system/squashfs.ts";
import { openTools } from "../system/tools-root.ts";
import { makeBootFiles, NETWORK_LOADERS, placeNetworkLoaders } from "./boot-files.ts";
import { readNodeOsRecipe } from "./recipe.ts";

const FILES = ["boot.tar", "manifest.json", "root.squashfs", ...NETWORK_LOADERS.map(({ to }) => to)];

/** Makes the node OS: root.squashfs, boot.tar and manifest.json. Needs root; one at a time, since each uses all cores. */
export const nodeOsBuilder = (settings: BuilderSettings, apt: AptBuilder): FilesBuilder<NodeOsSource> => {
  const serial = makeSerial();
  const files = fileBuilder(settings);
  const identity = async (source: NodeOsSource, target: BuildTarget): Promise<string> => {
    const sets = setsOf(source).map((set) => apt.setIdentity(set, target.architecture));
    return canonicalJson({
      builder: "node-os/1",
      code: NODE_OS_CODE,
      source,
      sets: await Promise.all(sets),
      root: await debianRootIdentity(settings, target.signal),
      files: await files.identity({ kind: "file", path: source.path }, target),
    });
  };
  const folderOf = async (source: NodeOsSource, target: BuildTarget): Promise<string> =>
    cacheFolder(settings, "system", "node-os", sha256Text(await identity(source, target)).slice(0, 32));
  const build = async (source: NodeOsSource, target: BuildTarget): Promise<BuiltFiles> => {
    const folder = await folderOf(source, target);
    const fetched = await Promise.all(
      setsOf(source)
        .filter((set) => set !== source.tools)
        .map((set) => apt.fetch({ kind: "apt", set }, target)),
    );
    await makeFolderOnce(folder, (into) => make(source, { settings, apt, target, into }));
    const built = await Promise.all(
      FILES.map(async (path) => {
        const location = join(folder, path);
        return { kind: "file" as const, path, mode: 0o644, size: (await stat(location)).size, location };
      }),
    );
    const software = fetched.flatMap((part) => part.software);
    return {
      files: built,
      packages: [...new Map(software.map((entry) => [entry.purl, entry])).values()],
      origin: fetched[0]?.origin ?? "",
    };
  };
  return {
    identity,
    cost: async (source, target) => {
      if (await exists(await folderOf(source, target)))
        return { cpuSeconds: 0, downloadBytes: 0, diskBytes: 0 };
      const parts = await Promise.all(setsOf(source).map((set) => apt.cost({ kind: "apt", set }, target)));
      const downloadBytes = parts.reduce((sum, part) => sum + part.downloadBytes, 0);
      // Measured: 60 s of mmdebstrap and scripts, 60 s of mksquashfs; root, copy and image lie beside each other.
      return { cpuSeconds: 120, downloadBytes, diskBytes: 1.2e9 + downloadBytes };
    },
    build: (source, target) => serial(() => build(source, target)),
  };
};

const setsOf = ({ system, kernel, firmware, loaders, tools }: NodeOsSource): readonly string[] => [
  ...[system, kernel, loaders, tools],
  ...(firmware === undefined ? [] : [firmware]),
];

interface Place {
  readonly settings: BuilderSettings;
  readonly apt: AptBuilder;
  readonly target: BuildTarget;
  /** Folder to fill. */
  readonly into: string;
}

const make = async (source: NodeOsSource, { settings, apt, target, into }: Place): Promise<void> => {
  const recipe = await readNodeOsRecipe(settings.images, source.path);
  const created = Math.floor(Date.parse(recipe.created) / 1000);
  const component = `${recipe.name} (${source.variant})`;
  const tools = await openTools(settings, apt, { set: source.tools, target });
  const kernel = await openKernel(settings, apt, { set: source.kernel, tools, target });
  const { suite, packages: include } = await loadSet(settings.images, source.system);
  const { packages } = await apt.fetch({ kind: "apt", set: source.system }, target);
  target.onLine(`mmdebstrap (${packages.length})`);
  const system = await debianRoot(settings, { packages, include, suite, created, component, target });
  const work = join(into, "work");
  const root = join(work, "root");
  await mkdir(work, { recursive: true });
  const run = (argv: readonly [string, ...string[]]) =>
    runCommand(argv, {
      component,
      signal: target.signal,
      onLine: target.onLine,
      env: { ...settings.env, LC_ALL: "C.UTF-8", SOURCE_DATE_EPOCH: String(created) },
      remedy: "the Debian package coreutils",
    });
  await run(["cp", "--archive", system, root]);
  await run(["cp", "--archive", join(kernel.root, "usr/lib/modules"), join(root, "usr/lib/")]);
  if (source.firmware !== undefined) {
    const { packages: firmware } = await apt.fetch({ kind: "apt", set: source.firmware }, target);
    for (const { location } of firmware) await run(["dpkg-deb", "--extract", location, root]);
  }
  const recipes = join(settings.images, source.path);
  await run(["sh", join(recipes, "customize.sh"), root, recipe.version]);
  target.onLine("boot files");
  const request = { settings, apt, target, recipe, source, tools, kernel, root, work, created, into };
  await makeBootFiles(request);
  await placeNetworkLoaders(request);
  target.onLine("mksquashfs");
  await writeSquashfs(tools, { root, path: join(into, "root.squashfs"), created, component });
  await rm(work, { recursive: true });
  const about = async (name: string) => ({
    size: (await stat(join(into, name))).size,
    sha256: await hashFile(join(into, name)),
  });
  const manifest = {
    schema: "slipway.dev/node-os/v1",
    name: recipe.name,
    version: recipe.version,
    architecture: target.architecture,
    variant: source.variant,
    kernel: kernel.release,
    created: recipe.created,
    files: { "boot.tar": await about("boot.tar"), "root.squashfs": await about("root.squashfs") },
  };
  await writeFile(join(into, "manifest.json"), `${canonicalJson(manifest)}\n`);
};
