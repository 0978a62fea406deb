import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { aptBuilder } from "../../../installer/adapters/builders/apt/builder.ts";
import { installerBuilder } from "../../../installer/adapters/builders/installer/builder.ts";
import { recipeStore } from "../../../installer/adapters/builders/recipes/store.ts";

/** The built installer: its kernel and its initial file system. */
export interface InstallerFiles {
  readonly kernel: string;
  readonly initrd: string;
}

/** Builds the installer for virtual machines; from the cache when nothing changed. */
export const buildInstaller = async (): Promise<InstallerFiles> => {
  const images = join(import.meta.dirname, "../../../images");
  const cache = process.env["SLIPWAY_CACHE"] ?? join(homedir(), ".cache", "slipway");
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const settings = { images, cache, mirrors: {}, env };
  const recipes = recipeStore(images);
  const builder = installerBuilder(
    settings,
    aptBuilder(settings, () => recipes.lock()),
  );
  const built = await builder.build(
    {
      ...{ kind: "installer", path: "installer", variant: "cloud" },
      ...{ system: "installer", kernel: "kernel-cloud", tools: "image-tools" },
    },
    { architecture: "amd64", signal: new AbortController().signal, onLine: () => undefined },
  );
  const at = (name: string): string => {
    const entry = built.files.find(({ path }) => path === name);
    if (entry?.kind !== "file") throw new Error(`the installer has no ${name}`);
    return entry.location;
  };
  return { kernel: at("installer.vmlinuz"), initrd: at("installer.initrd") };
};

/** Unpacks an initial file system into a folder. */
export const unpackInitrd = (initrd: string, into: string): void => {
  mkdirSync(into, { recursive: true });
  execFileSync("sh", ["-c", 'zstd -dcq "$1" | (cd "$2" && cpio -idm --quiet)', "sh", initrd, into]);
};
