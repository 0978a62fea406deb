import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LockedPackage } from "../../../contract/bundle/lock.ts";
import type { BuildTarget } from "../../../core/ports/builders.ts";
import { runCommand } from "../common/command.ts";
import { makeFolderOnce, sha256Text } from "../common/files.ts";
import { temporaryName } from "../common/owner.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";

/** Packages to install, each with its file, as the lock has them. */
export interface DebianRootRequest {
  readonly packages: readonly (LockedPackage & { readonly fileName: string; readonly location: string })[];
  /** Names asked for; the rest are what they need. */
  readonly include: readonly string[];
  readonly suite: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly component: string;
  readonly target: BuildTarget;
}

/** Names all that shapes an installed root. */
export const debianRootIdentity = async (settings: BuilderSettings, signal: AbortSignal): Promise<string> => {
  const { stdout } = await runCommand(["mmdebstrap", "--version"], mmdebstrapRun(settings, signal));
  return `debian-root/1 ${stdout.trim()}`;
};

const mmdebstrapRun = (settings: BuilderSettings, signal: AbortSignal) => ({
  component: "the node OS",
  signal,
  env: settings.env,
  remedy: "the Debian package mmdebstrap",
});

/**
 * Installs packages into a root, from their files and nothing else, with their maintainer scripts run; once, then it
 * comes from the cache, and is never written to. Needs root.
 */
export const debianRoot = async (settings: BuilderSettings, request: DebianRootRequest): Promise<string> => {
  const { packages, include, suite, created, component, target } = request;
  const identity = [
    await debianRootIdentity(settings, target.signal),
    ...packages.map(({ sha256 }) => sha256),
    include.join(),
    String(created),
  ].join("\n");
  const folder = cacheFolder(settings, "system", "roots", sha256Text(identity).slice(0, 32));
  await makeFolderOnce(folder, async (into) => {
    const archive = cacheFolder(settings, "system", temporaryName());
    try {
      await makeArchive(archive, { settings, packages, suite, target });
      await runCommand(
        [
          ...(["unshare", "--mount", "--propagation", "private", "--"] as const),
          ...["mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory"],
          ...[`--include=${include.join(",")}`, '--aptopt=APT::Install-Recommends "false"'],
          ...["man", "doc", "locale", "info", "lintian"].map(
            (name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
          ),
          ...["--dpkgopt=path-include=/usr/share/doc/*/copyright", "--dpkgopt=force-unsafe-io"],
          ...[suite, join(into, "root"), `deb [trusted=yes] copy:${archive} ./`],
        ],
        {
          component,
          signal: target.signal,
          onLine: target.onLine,
          env: { ...settings.env, LC_ALL: "C.UTF-8", TZ: "UTC", SOURCE_DATE_EPOCH: String(created) },
          remedy: "the Debian package mmdebstrap",
        },
      );
    } finally {
      await rm(archive, { recursive: true, force: true });
    }
  });
  return join(folder, "root");
};

/** A flat archive of exactly these packages (sources.list(5): a component of `./`). */
const makeArchive = async (
  archive: string,
  {
    settings,
    packages,
    suite,
    target,
  }: Pick<DebianRootRequest, "packages" | "suite" | "target"> & { settings: BuilderSettings },
): Promise<void> => {
  await mkdir(archive, { recursive: true });
  const stanzas: string[] = [];
  for (const { location, fileName, name, size, sha256 } of packages) {
    const { stdout } = await runCommand(["dpkg-deb", "--field", location], {
      component: name,
      signal: target.signal,
      env: { ...settings.env, LC_ALL: "C.UTF-8" },
      remedy: "the Debian package dpkg",
    });
    // The colon of a version stands as %3a in the file name, and a percent sign in an address is written %25.
    const plain = fileName.replaceAll("%3a", ".");
    await link(location, join(archive, plain));
    stanzas.push(`${stdout.trimEnd()}\nFilename: ./${plain}\nSize: ${size}\nSHA256: ${sha256}\n`);
  }
  const index = stanzas.join("\n");
  await writeFile(join(archive, "Packages"), index);
  // mmdebstrap asks apt for what is essential in the suite, which it knows an archive's name from.
  const listed = ` ${sha256Text(index)} ${Buffer.byteLength(index)} Packages`;
  await writeFile(
    join(archive, "Release"),
    `Suite: ${suite}\nCodename: ${suite}\nDate: Thu, 01 Jan 1970 00:00:00 UTC\nSHA256:\n${listed}\n`,
  );
};
