import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { classifyLicence, joinLicences } from "../../../core/bundle/components/licence.ts";
import {
  type GoModule,
  goSumToHex,
  parseGoBuildInfo,
} from "../../../core/bundle/components/go-build-info.ts";
import type { SoftwarePackage } from "../../../core/ports/builders.ts";
import { exists } from "../common/files.ts";

/** Where modules lie, and how to get those that are no longer there. */
export interface ModuleSource {
  readonly moduleCache: string;
  /** Fetches modules, each as `path@version`. */
  fetch(modules: readonly string[]): Promise<void>;
}

/**
 * What is compiled into a program, by its own build information, with licences read from the module cache. A module that
 * was cleared away is fetched again: its licence must not depend on what a machine happens to have.
 */
export const goPackages = async (
  buildInfo: string,
  { moduleCache, fetch }: ModuleSource,
): Promise<readonly SoftwarePackage[]> => {
  const { goVersion, modules } = parseGoBuildInfo(buildInfo);
  const missing: string[] = [];
  for (const module of modules) {
    if (module.sum !== undefined && !(await exists(folderOf(module, moduleCache))))
      missing.push(`${module.path}@${module.version}`);
  }
  if (missing.length > 0) await fetch(missing);
  const parts = await Promise.all(modules.map((module) => toPackage(module, moduleCache)));
  const version = goVersion.replace(/^go/, "");
  return [
    { name: "stdlib", version, purl: `pkg:golang/stdlib@${version}`, licence: "BSD-3-Clause" },
    ...parts,
  ];
};

const toPackage = async (module: GoModule, moduleCache: string): Promise<SoftwarePackage> => {
  const value = module.sum === undefined ? undefined : goSumToHex(module.sum);
  return {
    name: module.path,
    version: module.version,
    purl: `pkg:golang/${module.path}@${encodeURIComponent(module.version)}`,
    licence: await licenceIn(folderOf(module, moduleCache)),
    ...(value === undefined ? {} : { checksum: { algorithm: "SHA256" as const, value } }),
  };
};

const folderOf = ({ path, version }: GoModule, moduleCache: string): string =>
  join(moduleCache, `${escapeModule(path)}@${escapeModule(version)}`);

/** Capital letters as `!` and the small letter, as the module cache names its folders (golang.org/x/mod/module.EscapePath). */
export const escapeModule = (text: string): string =>
  text.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);

const licenceIn = async (folder: string): Promise<string> => {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /^(licen[cs]e|copying|unlicense)/i.test(name) && !/\.go$/i.test(name));
  const found = await Promise.all(
    files.map(async (name) => classifyLicence(await readFile(join(folder, name), "utf8").catch(() => ""))),
  );
  return joinLicences(found);
};
