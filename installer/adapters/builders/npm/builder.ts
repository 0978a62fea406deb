import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ComponentsLock } from "../../../contract/bundle/lock.ts";
import type { FilesSource } from "../../../contract/bundle/sources.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { BuildTarget, FilesBuilder } from "../../../core/ports/builders.ts";
import { runCommand } from "../common/command.ts";
import { hashFile, makeFolderOnce, sha256Text } from "../common/files.ts";
import { lockedFile, parseIntegrity, withFile } from "../common/locked-file.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";

type NpmSource = Extract<FilesSource, { kind: "npm" }>;

/** Takes the tarball of a package through the machine's own npm; no script of the package is ever run. */
export const npmBuilder = (
  settings: BuilderSettings,
  lock: () => Promise<ComponentsLock>,
): FilesBuilder<NpmSource> & {
  resolve(source: NpmSource, lock: ComponentsLock, target: BuildTarget): Promise<ComponentsLock>;
} => {
  const npm = (args: readonly string[], target: BuildTarget, cwd?: string) =>
    runCommand(
      ["npm", ...args, ...(settings.mirrors.npm === undefined ? [] : ["--registry", settings.mirrors.npm])],
      {
        component: "npm",
        signal: target.signal,
        env: settings.env,
        remedy: "npm",
        ...(cwd === undefined ? {} : { cwd }),
      },
    ).catch((thrown: unknown) => {
      throw explain(thrown);
    });
  return {
    identity: async (source, target) =>
      `npm ${lockedFile(await lock(), lockName(source), target.architecture).integrity}`,
    cost: () => Promise.resolve({ cpuSeconds: 1, downloadBytes: 1e6, diskBytes: 1e6 }),
    build: async (source, target) => {
      const { integrity } = lockedFile(await lock(), lockName(source), target.architecture);
      const folder = cacheFolder(settings, "npm", sha256Text(integrity).slice(0, 32));
      await makeFolderOnce(folder, async (into) => {
        target.onLine(`fetching ${lockName(source)}`);
        await npm(
          ["pack", "--ignore-scripts", "--silent", `${source.package}@${source.version}`],
          target,
          into,
        );
        const { algorithm, hex } = parseIntegrity(integrity);
        const actual = await hashFile(join(into, await onlyFile(into)), algorithm);
        if (actual !== hex) {
          throw SlipwayError.of("BUILD_CHECKSUM_CHANGED", {
            name: lockName(source),
            expected: hex,
            source: "the npm registry",
            actual,
            component: lockName(source),
          });
        }
      });
      const path = await onlyFile(folder);
      const location = join(folder, path);
      const { size } = await stat(location);
      return {
        files: [{ kind: "file", path, mode: 0o644, size, location }],
        packages: [
          {
            name: source.package,
            version: source.version,
            purl: `pkg:npm/${source.package.replace("@", "%40")}@${source.version}`,
            licence: "NOASSERTION",
            checksum: { algorithm: "SHA512", value: parseIntegrity(integrity).hex },
          },
        ],
        origin: settings.mirrors.npm === undefined ? "the configured npm registry" : "the npm mirror given",
      };
    },
    resolve: async (source, into, target) => {
      const { stdout } = await npm(
        ["view", `${source.package}@${source.version}`, "dist.integrity", "--json"],
        target,
      );
      const integrity: unknown = JSON.parse(stdout);
      if (typeof integrity !== "string") {
        throw SlipwayError.of("BUILD_SOURCE_INVALID", {
          component: lockName(source),
          source: "the npm registry",
          problem: "it names no integrity for this version",
        });
      }
      return withFile(into, lockName(source), { architecture: target.architecture, file: { integrity } });
    },
  };
};

const lockName = (source: NpmSource): string => `npm:${source.package}@${source.version}`;
const onlyFile = async (folder: string): Promise<string> =>
  (await readdir(folder)).find((name) => name.endsWith(".tgz")) ?? "missing.tgz";

const explain = (thrown: unknown): unknown => {
  if (!(thrown instanceof SlipwayError) || thrown.code !== "BUILD_COMMAND_FAILED") return thrown;
  const line = (thrown.detail ?? "")
    .split("\n")
    .find((text) => /E404|E403|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|network/i.test(text));
  if (line === undefined) return thrown;
  return SlipwayError.of(
    "BUILD_SOURCE_UNREACHABLE",
    { component: "npm", source: "the npm registry", problem: line.slice(0, 300) },
    { cause: thrown },
  );
};
