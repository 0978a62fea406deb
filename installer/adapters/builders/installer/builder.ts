import { copyFile, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { InstallerSource } from "../../../contract/bundle/sources.ts";
import { canonicalJson } from "../../../core/bundle/canonical.ts";
import { INSTALLER_CODE } from "../../../core/bundle/components/code-digests.ts";
import type {
  BuildTarget,
  BuiltFiles,
  FilesBuilder,
  FileTree,
  TreeEntry,
} from "../../../core/ports/builders.ts";
import type { AptBuilder } from "../apt/builder.ts";
import { exists, hashFile, makeFolderOnce, sha256Text, sortTree, treeOf } from "../common/files.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";
import { fileBuilder } from "../file/builder.ts";
import { writeInitrd } from "../system/initrd.ts";
import { openKernel, stageModules } from "../system/kernel.ts";
import { openTools } from "../system/tools-root.ts";
import { type InstallerRecipe, readInstallerRecipe } from "./recipe.ts";
import { chooseUserland } from "./userland.ts";

const FILES = ["installer.initrd", "installer.vmlinuz", "manifest.json"] as const;

/** Makes the installer of blank machines: installer.vmlinuz, installer.initrd and manifest.json. Needs root. */
export const installerBuilder = (
  settings: BuilderSettings,
  apt: AptBuilder,
): FilesBuilder<InstallerSource> => {
  const files = fileBuilder(settings);
  const identity = async (source: InstallerSource, target: BuildTarget): Promise<string> =>
    canonicalJson({
      builder: "installer/1",
      code: INSTALLER_CODE,
      source,
      sets: await Promise.all(setsOf(source).map((set) => apt.setIdentity(set, target.architecture))),
      files: await files.identity({ kind: "file", path: source.path }, target),
    });
  const folderOf = async (source: InstallerSource, target: BuildTarget): Promise<string> =>
    cacheFolder(settings, "system", "installer", sha256Text(await identity(source, target)).slice(0, 32));
  const build = async (source: InstallerSource, target: BuildTarget): Promise<BuiltFiles> => {
    const folder = await folderOf(source, target);
    const fetched = await Promise.all(
      [source.system, source.kernel].map((set) => apt.fetch({ kind: "apt", set }, target)),
    );
    await makeFolderOnce(folder, (into) => make(source, { settings, apt, target, into }));
    const built = await Promise.all(FILES.map((path) => fileEntry(join(folder, path), path)));
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
      return { cpuSeconds: 60, downloadBytes, diskBytes: 3e8 + downloadBytes };
    },
    build,
  };
};

const setsOf = ({ system, kernel, tools }: InstallerSource): readonly string[] => [system, kernel, tools];

interface Place {
  readonly settings: BuilderSettings;
  readonly apt: AptBuilder;
  readonly target: BuildTarget;
  /** Folder to fill. */
  readonly into: string;
}

const make = async (source: InstallerSource, { settings, apt, target, into }: Place): Promise<void> => {
  const recipe = await readInstallerRecipe(settings.images, source.path);
  const created = Math.floor(Date.parse(recipe.created) / 1000);
  const tools = await openTools(settings, apt, { set: source.tools, target });
  const kernel = await openKernel(settings, apt, { set: source.kernel, tools, target });
  const stage = join(into, "stage");
  await mkdir(stage);
  await stageModules(kernel, { wanted: recipe.modules[source.variant] ?? [], into: stage, tools });
  const { files } = await apt.build({ kind: "apt", set: source.system }, target);
  const tree = sortTree([
    ...(await treeOf(stage)).filter(({ path }) => path !== "lib"),
    ...(await chooseUserland(files, recipe)),
    ...(await ownFiles(join(settings.images, source.path), { recipe, into: join(into, "own") })),
    ...frame(target),
  ]);
  const initrd = join(into, "installer.initrd");
  await writeInitrd(tree, { created, path: initrd, signal: target.signal });
  await copyFile(kernel.image, join(into, "installer.vmlinuz"));
  await rm(stage, { recursive: true });
  await rm(join(into, "own"), { recursive: true });
  const about = async (name: string) => ({
    size: (await stat(join(into, name))).size,
    sha256: await hashFile(join(into, name)),
  });
  const manifest = {
    schema: "slipway.dev/installer/v1",
    name: recipe.name,
    version: recipe.version,
    architecture: target.architecture,
    variant: source.variant,
    kernel: kernel.release,
    created: recipe.created,
    files: {
      "installer.initrd": await about("installer.initrd"),
      "installer.vmlinuz": await about("installer.vmlinuz"),
    },
  };
  await writeFile(join(into, "manifest.json"), `${canonicalJson(manifest)}\n`);
};

/** Our scripts, below /installer, and what they and udev read from /etc. */
const ownFiles = async (
  folder: string,
  { recipe, into }: { recipe: InstallerRecipe; into: string },
): Promise<readonly TreeEntry[]> => {
  await mkdir(into);
  const always = join(into, "modules-always");
  await writeFile(always, recipe.always.map((name) => `${name}\n`).join(""));
  const scripts = (await treeOf(folder)).filter(
    ({ kind, path }) => kind === "file" && path !== "installer.yaml",
  );
  return [
    ...scripts.map((entry): TreeEntry => {
      if (entry.path === "init") return { ...entry, mode: 0o755 } as TreeEntry;
      const path = entry.path.startsWith("etc/") ? entry.path : `installer/${entry.path}`;
      return { ...entry, path, mode: path.endsWith(".sh") ? 0o755 : 0o644 } as TreeEntry;
    }),
    await fileEntry(always, "installer/modules-always"),
  ];
};

const frame = ({ architecture }: BuildTarget): FileTree => [
  ...["bin", "sbin", "lib", ...(architecture === "amd64" ? ["lib64"] : [])].map((path): TreeEntry => ({
    kind: "link",
    path,
    target: `usr/${path}`,
  })),
  ...["dev", "proc", "sys", "run", "tmp"].map((path): TreeEntry => ({ kind: "folder", path, mode: 0o755 })),
];

const fileEntry = async (location: string, path: string) => ({
  kind: "file" as const,
  path,
  mode: 0o644,
  size: (await stat(location)).size,
  location,
});
