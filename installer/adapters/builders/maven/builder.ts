import { rename, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ComponentsLock } from "../../../contract/bundle/lock.ts";
import type { FilesSource } from "../../../contract/bundle/sources.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { BuildTarget, FilesBuilder } from "../../../core/ports/builders.ts";
import { fetchFile } from "../common/fetch-file.ts";
import { exists, readIfThere } from "../common/files.ts";
import { lockedFile, withFile } from "../common/locked-file.ts";
import { temporaryName } from "../common/owner.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";

type MavenSource = Extract<FilesSource, { kind: "maven" }>;

/** Takes one artefact from the Maven repository that the machine's settings.xml names, or from the mirror given. */
export const mavenBuilder = (
  settings: BuilderSettings,
  lock: () => Promise<ComponentsLock>,
): FilesBuilder<MavenSource> & {
  resolve(source: MavenSource, lock: ComponentsLock, target: BuildTarget): Promise<ComponentsLock>;
} => ({
  identity: async (source, target) =>
    `maven ${lockedFile(await lock(), lockName(source), target.architecture).integrity} ${layout(source).file}`,
  cost: async (source, target) => {
    const { size = 0 } = lockedFile(await lock(), lockName(source), target.architecture);
    return { cpuSeconds: 0, downloadBytes: size, diskBytes: size };
  },
  build: async (source, target) => {
    const { integrity } = lockedFile(await lock(), lockName(source), target.architecture);
    const { file, path, version, artifact, group } = layout(source);
    const location = cacheFolder(settings, "files", integrity);
    const repository = await repositoryOf(settings, source);
    if (!(await exists(location))) {
      target.onLine(`fetching ${lockName(source)}`);
      await fetchFile({
        component: lockName(source),
        address: `${repository}/${path}`,
        to: location,
        signal: target.signal,
        expected: { algorithm: "sha256", hex: integrity },
      });
    }
    const { size } = await stat(location);
    return {
      files: [{ kind: "file", path: file, mode: 0o644, size, location }],
      packages: [
        {
          name: `${group}:${artifact}`,
          version,
          purl: `pkg:maven/${group}/${artifact}@${version}`,
          licence: "NOASSERTION",
          checksum: { algorithm: "SHA256", value: integrity },
        },
      ],
      origin: "the configured Maven repository",
    };
  },
  resolve: async (source, into, target) => {
    const repository = await repositoryOf(settings, source);
    const to = cacheFolder(settings, "files", temporaryName());
    const got = await fetchFile({
      component: lockName(source),
      address: `${repository}/${layout(source).path}`,
      to,
      signal: target.signal,
    });
    await rename(to, cacheFolder(settings, "files", got.sha256));
    return withFile(into, lockName(source), {
      architecture: target.architecture,
      file: { size: got.size, integrity: got.sha256 },
    });
  },
});

const lockName = (source: MavenSource): string => `maven:${source.coordinates}`;

/** Place of an artefact in a repository (Maven's default repository layout). */
const layout = (source: MavenSource) => {
  const [group = "", artifact = "", version = "", extension = "jar", classifier] =
    source.coordinates.split(":");
  const file = `${artifact}-${version}${classifier === undefined ? "" : `-${classifier}`}.${extension}`;
  return {
    group,
    artifact,
    version,
    file,
    path: `${group.replaceAll(".", "/")}/${artifact}/${version}/${file}`,
  };
};

/** The first mirror of settings.xml, which is how Maven itself is told to go elsewhere. */
const repositoryOf = async (settings: BuilderSettings, source: MavenSource): Promise<string> => {
  const given = settings.mirrors.maven;
  if (given !== undefined) return given.replace(/\/+$/, "");
  const home = settings.env["HOME"] ?? homedir();
  const text = (await readIfThere(join(home, ".m2", "settings.xml"))) ?? "";
  const url = /<mirror>[\s\S]*?<url>\s*([^<\s]+)\s*<\/url>[\s\S]*?<\/mirror>/.exec(text)?.[1];
  if (url !== undefined) return url.replace(/\/+$/, "");
  throw SlipwayError.of("BUILD_SOURCE_UNREACHABLE", {
    component: lockName(source),
    source: "a Maven repository",
    problem: "~/.m2/settings.xml names no mirror (set --mirror maven=ADDRESS)",
  });
};
