import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Architecture } from "../../../contract/bundle/components.ts";
import type { GoSource } from "../../../contract/bundle/sources.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { canonicalJson } from "../../../core/bundle/canonical.ts";
import { DESCRIBING_CODE } from "../../../core/bundle/components/code-digests.ts";
import type {
  BuildTarget,
  BuiltFiles,
  Cost,
  FilesBuilder,
  SoftwarePackage,
  TreeEntry,
} from "../../../core/ports/builders.ts";
import { runCommand } from "../common/command.ts";
import {
  exists,
  makeFolderOnce,
  readIfThere,
  sha256Text,
  sortTree,
  writeAtomically,
} from "../common/files.ts";
import { makeSerial } from "../common/serial.ts";
import { temporaryName } from "../common/owner.ts";
import { type BuilderSettings, cacheFolder, withoutCredentials } from "../common/settings.ts";
import { type CgoTools, cgoEnvironment, cgoIdentity } from "./cgo.ts";
import { goEnvironment } from "./environment.ts";
import { buildFlags, defaultProgramName, type LoadedGroup, loadGroup, needsCgo } from "./group.ts";
import { goPackages } from "./licences.ts";
import { explainGoFailure } from "./failure.ts";
import { findGo, type GoBootstrap, type GoToolchain } from "./toolchain.ts";

/** What the Go builder needs besides its settings. */
export interface GoBuilderOptions {
  /** Exact Go release to build with. */
  readonly toolchain: string;
  /** Gives the wheel to start from on a machine without Go. */
  readonly bootstrap: GoBootstrap;
  /** Where a C compiler's libraries come from. */
  readonly cgo: CgoTools;
}

/**
 * Builds the main packages of Go modules. Finished programs are kept by what they are made from; programs of one group
 * are compiled in one call, since they share most of their packages; calls run one at a time, since each uses all cores.
 */
export const goBuilder = (settings: BuilderSettings, options: GoBuilderOptions): FilesBuilder<GoSource> => {
  const serial = makeSerial();
  const wanted = new Map<string, Set<string>>();
  let found: Promise<GoToolchain> | undefined;
  const toolchain = (signal: AbortSignal): Promise<GoToolchain> => {
    found ??= findGo(settings, { version: options.toolchain, bootstrap: options.bootstrap, signal }).catch(
      (thrown: unknown) => {
        found = undefined;
        throw thrown;
      },
    );
    return found;
  };

  const identityOf = async (group: LoadedGroup, architecture: Architecture): Promise<string> =>
    canonicalJson({
      builder: "go/1",
      toolchain: options.toolchain,
      sources: group.sourceDigest,
      flags: buildFlags(group.recipe, architecture),
      platform: `linux/${architecture}`,
      ...(needsCgo(group.recipe, architecture) && group.recipe.cgo !== undefined
        ? {
            cgo: await cgoIdentity(settings, {
              sysroot: group.recipe.cgo.sysroot,
              architecture,
              tools: options.cgo,
            }),
          }
        : {}),
    });

  const folderOf = (identity: string, importPath: string): string =>
    cacheFolder(settings, "go", "bin", sha256Text(`${identity}\n${importPath}`));

  const missing = async (
    source: GoSource,
    architecture: Architecture,
  ): Promise<{ group: LoadedGroup; identity: string; names: readonly string[] }> => {
    const group = await loadGroup(settings.images, source.group);
    const identity = await identityOf(group, architecture);
    const names: string[] = [];
    for (const name of source.binaries) {
      if (!(await exists(folderOf(identity, importPathOf(group, name))))) names.push(name);
    }
    return { group, identity, names };
  };

  const compile = async (
    { group, identity }: { group: LoadedGroup; identity: string },
    names: readonly string[],
    target: BuildTarget,
  ): Promise<void> => {
    const go = await toolchain(target.signal);
    const scratch = cacheFolder(settings, "go", "out", temporaryName());
    const temporary = join(scratch, "tmp");
    await mkdir(temporary, { recursive: true });
    const env = {
      ...goEnvironment(settings, { architecture: target.architecture, toolchain: go.toolchain }),
      ...(needsCgo(group.recipe, target.architecture) && group.recipe.cgo !== undefined
        ? await cgoEnvironment({ sysroot: group.recipe.cgo.sysroot, target, tools: options.cgo })
        : { CGO_ENABLED: "0" }),
      // What a killed compiler leaves lies in the cache folder, where the next build removes it.
      TMPDIR: temporary,
      GOTMPDIR: temporary,
    };
    const common = {
      component: `Go group ${group.name}`,
      signal: target.signal,
      env,
      remedy: `Go ${options.toolchain}`,
    };
    let compiled = 0;
    try {
      await runCommand(
        [
          go.program,
          "build",
          "-v",
          ...buildFlags(group.recipe, target.architecture),
          "-o",
          `${scratch}/`,
          ...names.map((name) => importPathOf(group, name)),
        ],
        {
          ...common,
          cwd: group.folder,
          failure: "BUILD_COMPILE_FAILED",
          // With -v go names each package as it compiles it.
          onLine: (line) => target.onLine(`[${(compiled += 1)}] ${line}`),
        },
      );
      for (const name of names) {
        const program = join(scratch, defaultProgramName(importPathOf(group, name)));
        await makeFolderOnce(folderOf(identity, importPathOf(group, name)), async (into) => {
          await rename(program, join(into, "program"));
        });
      }
    } catch (thrown) {
      throw explainGoFailure(thrown, group.name);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };

  /** What is in a program, kept beside it under the digest of the code that told. */
  const describe = async (
    { group, identity }: { group: LoadedGroup; identity: string },
    name: string,
    target: BuildTarget,
  ): Promise<readonly SoftwarePackage[]> => {
    const folder = folderOf(identity, importPathOf(group, name));
    const kept = join(folder, `packages-${DESCRIBING_CODE}.json`);
    const known = await readIfThere(kept);
    if (known !== undefined) return JSON.parse(known) as readonly SoftwarePackage[];
    const go = await toolchain(target.signal);
    const command = {
      component: `Go group ${group.name}`,
      signal: target.signal,
      env: goEnvironment(settings, { architecture: target.architecture, toolchain: go.toolchain }),
      cwd: group.folder,
      remedy: `Go ${options.toolchain}`,
    };
    const about = await runCommand([go.program, "version", "-m", join(folder, "program")], command);
    const modules = await goPackages(about.stdout, {
      moduleCache: cacheFolder(settings, "go", "mod"),
      fetch: async (missing) => {
        await runCommand([go.program, "mod", "download", ...missing], {
          ...command,
          failure: "BUILD_COMPILE_FAILED",
        }).catch((thrown: unknown) => {
          throw explainGoFailure(thrown, group.name);
        });
      },
    });
    const { cgo } = group.recipe;
    const libraries =
      cgo !== undefined && needsCgo(group.recipe, target.architecture)
        ? await options.cgo.libraries(cgo.sysroot, target)
        : [];
    const packages = [...modules, ...libraries];
    await writeAtomically(kept, JSON.stringify(packages));
    return packages;
  };

  return {
    announce: (sources) => {
      for (const { group, binaries } of sources) {
        const names = wanted.get(group) ?? new Set();
        wanted.set(group, names);
        for (const name of binaries) names.add(name);
      }
    },
    identity: async (source, target) => {
      const group = await loadGroup(settings.images, source.group);
      return `${await identityOf(group, target.architecture)} ${source.binaries.map((name) => importPathOf(group, name)).join(" ")}`;
    },
    cost: async (source, target) => {
      const { group, names } = await missing(source, target.architecture);
      if (names.length === 0) return { cpuSeconds: 0, downloadBytes: 0, diskBytes: 0 };
      return groupCost(group, names.length / Object.keys(group.recipe.binaries).length);
    },
    build: async (source, target) => {
      await serial(async () => {
        const all = {
          ...source,
          binaries: [...new Set([...source.binaries, ...(wanted.get(source.group) ?? [])])],
        };
        const { names } = await missing(source, target.architecture);
        if (names.length === 0) return;
        const work = await missing(all, target.architecture);
        target.onLine(`compiling ${work.names.join(", ")}`);
        await compile(work, work.names, target);
      });
      const group = await loadGroup(settings.images, source.group);
      const identity = await identityOf(group, target.architecture);
      return collect(source, {
        group,
        folder: (name) => folderOf(identity, importPathOf(group, name)),
        packages: (name) => serial(() => describe({ group, identity }, name, target)),
        settings,
      });
    },
  };
};

const importPathOf = (group: LoadedGroup, name: string): string => {
  const path = group.recipe.binaries[name];
  if (path === undefined) {
    const known = Object.keys(group.recipe.binaries).join(", ");
    throw SlipwayError.of("BUILD_UNKNOWN_NAME", { what: `program in images/go/${group.name}`, name, known });
  }
  return path;
};

/** Compiled packages and unpacked modules take about five times the download and 8 MB for a second of compiling. */
const groupCost = ({ recipe }: LoadedGroup, share: number): Cost => ({
  cpuSeconds: recipe.cpuSeconds * share,
  downloadBytes: recipe.downloadMegabytes * 1e6 * share,
  diskBytes: (recipe.downloadMegabytes * 5e6 + recipe.cpuSeconds * 8e6) * share,
});

const collect = async (
  source: GoSource,
  {
    group,
    folder,
    packages: packagesOf,
    settings,
  }: {
    group: LoadedGroup;
    folder: (name: string) => string;
    packages: (name: string) => Promise<readonly SoftwarePackage[]>;
    settings: BuilderSettings;
  },
): Promise<BuiltFiles> => {
  const files: TreeEntry[] = [];
  const packages: SoftwarePackage[] = [];
  for (const name of source.binaries) {
    const location = join(folder(name), "program");
    const { size } = await stat(location);
    files.push({ kind: "file", path: name, mode: 0o755, size, location });
    packages.push(...(await packagesOf(name)));
  }
  const from =
    settings.mirrors.go === undefined
      ? "the configured module proxy"
      : withoutCredentials(settings.mirrors.go);
  return {
    files: sortTree(files),
    packages: [...new Map(packages.map((entry) => [entry.purl, entry])).values()],
    origin: `compiled from Go modules of images/go/${group.name} (${from})`,
  };
};
