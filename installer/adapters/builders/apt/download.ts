import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AptSet } from "../../../contract/bundle/components.ts";
import type { LockedPackage } from "../../../contract/bundle/lock.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { BuildTarget } from "../../../core/ports/builders.ts";
import { exists, hashFile } from "../common/files.ts";
import { temporaryName } from "../common/owner.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";
import { type AptRoot, openAptRoot } from "./root.ts";

/** A locked package and where it lies. */
export interface LocalPackage extends LockedPackage {
  readonly location: string;
}

/** What to download. */
export interface DownloadRequest {
  readonly set: string;
  readonly suite: string;
  readonly areas: AptSet["areas"];
  readonly packages: readonly LockedPackage[];
  readonly target: BuildTarget;
}

/** File name apt gives a package: a colon in the version becomes %3a. */
export const packageFileName = ({ name, version, architecture }: LockedPackage): string =>
  `${name}_${version.replaceAll(":", "%3a")}_${architecture}.deb`;

/**
 * Brings locked packages into the cache, each checked against the lock. Those that are there already cost nothing, not
 * even the package lists. Rejects with BUILD_PACKAGE_GONE, BUILD_CHECKSUM_CHANGED or BUILD_SOURCE_UNREACHABLE.
 */
export const downloadPackages = async (
  settings: BuilderSettings,
  request: DownloadRequest,
): Promise<readonly LocalPackage[]> => {
  const folder = cacheFolder(settings, "apt", "packages");
  await mkdir(folder, { recursive: true });
  const local = request.packages.map((entry) => ({
    ...entry,
    location: join(folder, `${entry.sha256}.deb`),
  }));
  const missing: LocalPackage[] = [];
  for (const entry of local) if (!(await exists(entry.location))) missing.push(entry);
  if (missing.length === 0) return local;
  const { suite, areas, target } = request;
  target.onLine(`fetching ${missing.length} Debian packages`);
  const root = await openAptRoot(settings, { suite, areas, architecture: target.architecture });
  await root.update({ signal: target.signal, always: "if-absent" });
  const first = await fetchInto(root, missing, request);
  if (first.gone !== undefined) {
    await root.update({ signal: target.signal, always: "always" });
    const second = await fetchInto(root, missing, request);
    if (second.gone !== undefined) throw gone(second.gone, request.set);
  }
  return local;
};

const fetchInto = async (
  root: AptRoot,
  missing: readonly LocalPackage[],
  { set, target }: DownloadRequest,
): Promise<{ gone: LockedPackage | undefined }> => {
  const parent = join(missing[0]?.location ?? "", "..");
  const scratch = join(parent, temporaryName());
  await mkdir(scratch);
  try {
    const names = missing.map(({ name, version, architecture }) =>
      architecture === "all" ? `${name}=${version}` : `${name}:${architecture}=${version}`,
    );
    const { code, stderr } = await root.run(["apt-get", "download", "-q", ...names], {
      component: `apt set ${set}`,
      signal: target.signal,
      cwd: scratch,
      expect: [0, 100],
    });
    if (code !== 0) {
      const lost = missing.find(
        ({ name, version }) =>
          stderr.includes(`Version '${version}' for '${name}`) ||
          stderr.includes(`Unable to locate package ${name}\n`),
      );
      if (lost !== undefined) return { gone: lost };
      if (/404 {2}Not Found|Hash Sum mismatch|Unable to find/i.test(stderr)) return { gone: missing[0] };
      throw SlipwayError.of(
        "BUILD_SOURCE_UNREACHABLE",
        {
          component: set,
          source: "the Debian archive",
          problem: (stderr.split("\n").find((line) => line.startsWith("E:")) ?? stderr).slice(0, 300),
        },
        { detail: stderr },
      );
    }
    const files = new Set(await readdir(scratch));
    for (const entry of missing) await accept(entry, { scratch, files, set });
    return { gone: undefined };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

const accept = async (
  entry: LocalPackage,
  { scratch, files, set }: { scratch: string; files: ReadonlySet<string>; set: string },
): Promise<void> => {
  const name = packageFileName(entry);
  if (!files.has(name)) throw gone(entry, set);
  const actual = await hashFile(join(scratch, name));
  if (actual !== entry.sha256) {
    throw SlipwayError.of("BUILD_CHECKSUM_CHANGED", {
      name: `${entry.name} ${entry.version}`,
      expected: entry.sha256,
      source: "the Debian archive",
      actual,
      component: set,
    });
  }
  await rename(join(scratch, name), entry.location);
};

const gone = ({ name, version, architecture }: LockedPackage, set: string): SlipwayError =>
  SlipwayError.of("BUILD_PACKAGE_GONE", { name, version, architecture, set });
