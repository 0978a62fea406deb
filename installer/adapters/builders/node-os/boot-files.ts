import { createWriteStream } from "node:fs";
import { copyFile, mkdir, stat } from "node:fs/promises";
import { join, matchesGlob } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { NodeOsSource } from "../../../contract/bundle/sources.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { BuildTarget, FileTree, TreeEntry } from "../../../core/ports/builders.ts";
import type { AptBuilder } from "../apt/builder.ts";
import { sortTree, treeOf } from "../common/files.ts";
import type { BuilderSettings } from "../common/settings.ts";
import { tarStream } from "../image/tar-stream.ts";
import { writeInitrd } from "../system/initrd.ts";
import { type Kernel, stageModules } from "../system/kernel.ts";
import type { Tools } from "../system/tools-root.ts";
import { makeGrub } from "./grub-bios.ts";
import type { NodeOsRecipe } from "./recipe.ts";

/** What boot files are made from. */
export interface BootFilesRequest {
  readonly settings: BuilderSettings;
  readonly apt: AptBuilder;
  readonly target: BuildTarget;
  readonly recipe: NodeOsRecipe;
  readonly source: NodeOsSource;
  readonly tools: Tools;
  readonly kernel: Kernel;
  /** The finished root of the system. */
  readonly root: string;
  /** Folder for what is only needed meanwhile. */
  readonly work: string;
  readonly created: number;
  /** Receives boot.tar. */
  readonly into: string;
}

/** Debian's signed loaders: where a package has them, and where firmware and shim look for them (UEFI 2.10, 3.5.1.1). */
const SIGNED_LOADERS = [
  { from: "usr/lib/shim/shimx64.efi.signed", to: "efi/EFI/BOOT/BOOTX64.EFI" },
  { from: "usr/lib/shim/mmx64.efi.signed", to: "efi/EFI/BOOT/mmx64.efi" },
  // shim starts what has this name beside it.
  { from: "usr/lib/systemd/boot/efi/systemd-bootx64.efi.signed", to: "efi/EFI/BOOT/grubx64.efi" },
] as const;

/** Loaders that blank machines are given over the network, by the names that their firmware and shim ask for. */
export const NETWORK_LOADERS = [
  { from: "usr/lib/shim/shimx64.efi.signed", to: "shimx64.efi" },
  { from: "usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed", to: "grubx64.efi" },
  { from: "usr/lib/ipxe/snponly.efi", to: "snponly.efi" },
  { from: "usr/lib/ipxe/undionly.kpxe", to: "undionly.kpxe" },
] as const;

/** Copies the loaders for the network, each under its name, from the packages of a set. */
export const placeNetworkLoaders = async ({
  apt,
  source,
  target,
  recipe,
  into,
}: BootFilesRequest): Promise<void> => {
  const { files } = await apt.build({ kind: "apt", set: source.loaders }, target);
  for (const { from, to } of NETWORK_LOADERS) {
    const entry = loaderOf(files, { from, recipe, source });
    await copyFile(entry.location, join(into, to));
  }
};

const loaderOf = (
  files: FileTree,
  { from, recipe, source }: Pick<BootFilesRequest, "recipe" | "source"> & { from: string },
): Extract<TreeEntry, { kind: "file" }> => {
  const found = files.find(({ path }) => path === from);
  if (found?.kind === "file") return found;
  throw SlipwayError.of("BUILD_SOURCE_INVALID", {
    component: recipe.name,
    source: `images/apt/${source.loaders}.yaml`,
    problem: `it has no ${from}`,
  });
};

/** Writes boot.tar: vmlinuz and initrd of the node, efi/ as it goes onto the EFI system partition, bios/ for the disk itself. */
export const makeBootFiles = async (request: BootFilesRequest): Promise<void> => {
  const { settings, apt, target, recipe, source, tools, kernel, work, created, into } = request;
  const recipes = join(settings.images, source.path);
  const bios = join(work, "bios");
  await mkdir(bios);
  await makeGrub(tools, {
    modules: recipe.grub,
    config: join(recipes, "boot"),
    into: bios,
    component: recipe.name,
  });
  const initrd = join(work, "initrd");
  await writeInitrd(await initrdTree(request), { created, path: initrd, signal: target.signal });
  const loaders = await apt.build({ kind: "apt", set: source.loaders }, target);
  const signed = SIGNED_LOADERS.map(({ from, to }): TreeEntry => ({
    ...loaderOf(loaders.files, { from, recipe, source }),
    path: to,
    mode: 0o644,
  }));
  const tree = sortTree([
    await fileEntry(kernel.image, "vmlinuz"),
    await fileEntry(initrd, "initrd"),
    ...(await below(bios, "bios")),
    ...(await below(join(recipes, "boot/efi"), "efi")),
    ...signed,
  ]);
  await pipeline(Readable.from(copied(tarStream(tree, created))), createWriteStream(join(into, "boot.tar")));
};

/** The node's initial file system: our script, busybox, what finds and checks file systems, and modules. */
const initrdTree = async (request: BootFilesRequest): Promise<FileTree> => {
  const { settings, recipe, source, tools, kernel, root, work } = request;
  const stage = join(work, "initrd-root");
  await mkdir(stage);
  await stageModules(kernel, { wanted: recipe.initrd.modules[source.variant] ?? [], into: stage, tools });
  const shared = (await treeOf(root)).filter(
    ({ kind, path }) => kind !== "folder" && recipe.initrd.files.some((glob) => matchesGlob(path, glob)),
  );
  const missing = recipe.initrd.files.find((glob) => !shared.some(({ path }) => matchesGlob(path, glob)));
  if (missing !== undefined) {
    throw SlipwayError.of("BUILD_RECIPE_INVALID", {
      file: `images/${source.path}/node-os.yaml`,
      count: 1,
      problem: `the system has no file ${missing}`,
    });
  }
  const init = join(stage, "init");
  await copyFile(join(settings.images, source.path, "initrd/init"), init);
  return sortTree([
    ...(await treeOf(stage)),
    ...shared,
    { ...(await fileEntry(init, "init")), mode: 0o755 },
    ...["bin", "sbin", "lib64"].map((path): TreeEntry => ({ kind: "link", path, target: `usr/${path}` })),
    ...["dev", "proc", "sys", "run", "data", "root"].map((path): TreeEntry => ({
      kind: "folder",
      path,
      mode: 0o755,
    })),
  ]);
};

const fileEntry = async (location: string, path: string) => ({
  kind: "file" as const,
  path,
  mode: 0o644,
  size: (await stat(location)).size,
  location,
});

/** Files of a folder under another name, readable by all. */
const below = async (folder: string, path: string): Promise<readonly TreeEntry[]> =>
  (await treeOf(folder)).flatMap((entry) =>
    entry.kind === "file" ? [{ ...entry, path: `${path}/${entry.path}`, mode: 0o644 }] : [],
  );

/** Pieces of a stream that share one buffer, each in one of its own, for a writer that keeps several. */
const copied = async function* (stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) yield Buffer.from(piece);
};
