import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { debianLicence } from "../../../core/bundle/components/debian-copyright.ts";
import type { BuildTarget, FileTree, SoftwarePackage, TreeEntry } from "../../../core/ports/builders.ts";
import { runCommand } from "../common/command.ts";
import { makeFolderOnce, sortTree, treeOf, writeAtomically } from "../common/files.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";
import type { LocalPackage } from "./download.ts";

/** Unpacks packages (once for each) and lays them over each other. Maintainer scripts are not run. */
export const unpackPackages = async (
  settings: BuilderSettings,
  packages: readonly LocalPackage[],
  target: BuildTarget,
): Promise<FileTree> => {
  const entries: TreeEntry[] = [];
  for (const entry of packages) {
    const folder = await unpackOne(settings, entry, target);
    entries.push(...(await treeOf(join(folder, "root"))).map(inUsr));
    const control = join(folder, "control");
    const { length } = await readFile(control);
    // Where distroless images keep it too: scanners read the installed packages from here.
    entries.push({
      kind: "file",
      path: `var/lib/dpkg/status.d/${entry.name}`,
      mode: 0o644,
      size: length,
      location: control,
    });
  }
  return sortTree([...entries, ...mergedUsr(target)]);
};

const unpackOne = async (
  settings: BuilderSettings,
  entry: LocalPackage,
  target: BuildTarget,
): Promise<string> => {
  const folder = cacheFolder(settings, "apt", "unpacked", entry.sha256);
  await makeFolderOnce(folder, async (into) => {
    const options = {
      component: entry.name,
      signal: target.signal,
      env: { ...settings.env, LC_ALL: "C.UTF-8" },
      remedy: "the Debian package dpkg",
    };
    await mkdir(join(into, "root"));
    await runCommand(["dpkg-deb", "--extract", entry.location, join(into, "root")], options);
    const { stdout } = await runCommand(["dpkg-deb", "--field", entry.location], options);
    await writeAtomically(join(into, "control"), stdout);
  });
  return folder;
};

/** Debian 13 keeps everything below /usr; a package that still names /lib or /sbin means the same place. */
const inUsr = (entry: TreeEntry): TreeEntry => ({
  ...entry,
  path: entry.path.replace(/^(bin|sbin|lib|lib32|lib64|libx32)(?=\/|$)/, "usr/$1"),
});

const mergedUsr = (target: BuildTarget): readonly TreeEntry[] =>
  ["bin", "sbin", "lib", ...(target.architecture === "amd64" ? ["lib64"] : [])].map((path) => ({
    kind: "link",
    path,
    target: `usr/${path}`,
  }));

/** The packages for an SBOM, with licences from their copyright files as far as those can be read by a program. */
export const describePackages = async (
  settings: BuilderSettings,
  packages: readonly LocalPackage[],
  target: BuildTarget,
): Promise<readonly SoftwarePackage[]> => {
  const described: SoftwarePackage[] = [];
  for (const entry of packages) {
    const folder = await unpackOne(settings, entry, target);
    const copyright = await readFile(
      join(folder, "root/usr/share/doc", entry.name, "copyright"),
      "utf8",
    ).catch(() => "");
    described.push({
      name: entry.name,
      version: entry.version,
      purl: `pkg:deb/debian/${entry.name}@${encodeURIComponent(entry.version)}?arch=${entry.architecture}`,
      licence: debianLicence(copyright),
      checksum: { algorithm: "SHA256", value: entry.sha256 },
    });
  }
  return described;
};
