import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AptSet, type Architecture } from "../../../contract/bundle/components.ts";
import type { ComponentsLock, LockedPackage } from "../../../contract/bundle/lock.ts";
import type { AptSource } from "../../../contract/bundle/sources.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { canonicalJson } from "../../../core/bundle/canonical.ts";
import type {
  BuildTarget,
  FilesBuilder,
  PackageFetcher,
  SoftwarePackage,
} from "../../../core/ports/builders.ts";
import { exists, makeFolderOnce, readIfThere, sha256Text, treeOf } from "../common/files.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";
import { makeSerial } from "../common/serial.ts";
import { parseYamlFile } from "../recipes/read-yaml.ts";
import { downloadPackages, type LocalPackage, packageFileName } from "./download.ts";
import { runCommand } from "../common/command.ts";
import { describePackages, unpackPackages } from "./unpack.ts";

/** Everything that is made from locked sets of Debian packages. */
export interface AptBuilder extends FilesBuilder<AptSource>, PackageFetcher {
  /** See CgoTools. */
  setIdentity(set: string, architecture: Architecture): Promise<string>;
  sysroot(set: string, target: BuildTarget): Promise<string>;
  libraries(set: string, target: BuildTarget): Promise<readonly SoftwarePackage[]>;
}

/** `lock` is read at each use, since `bundle lock` may change it. apt works in one root at a time. */
export const aptBuilder = (settings: BuilderSettings, lock: () => Promise<ComponentsLock>): AptBuilder => {
  const serial = makeSerial();
  const locked = async (set: string, architecture: Architecture): Promise<readonly LockedPackage[]> => {
    const packages = (await lock()).apt[set]?.[architecture];
    const { packages: named } = await loadSet(settings.images, set);
    // A set that was given another package since the lock was written counts as not locked.
    if (packages === undefined || !named.every((name) => packages.some((entry) => entry.name === name))) {
      throw SlipwayError.of("BUILD_NOT_LOCKED", { name: set, architecture });
    }
    return packages;
  };
  const local = async (set: string, target: BuildTarget): Promise<readonly LocalPackage[]> => {
    const { suite, areas } = await loadSet(settings.images, set);
    const packages = await locked(set, target.architecture);
    return serial(() => downloadPackages(settings, { set, suite, areas, packages, target }));
  };
  const setIdentity = async (set: string, architecture: Architecture): Promise<string> =>
    canonicalJson({
      builder: "apt/1",
      packages: (await locked(set, architecture)).map(({ sha256 }) => sha256),
    });
  return {
    setIdentity,
    identity: (source, target) => setIdentity(source.set, target.architecture),
    cost: async (source, target) => {
      const packages = await locked(source.set, target.architecture);
      let bytes = 0;
      for (const { sha256, size } of packages) {
        if (!(await exists(cacheFolder(settings, "apt", "packages", `${sha256}.deb`)))) bytes += size;
      }
      return { cpuSeconds: bytes / 10e6, downloadBytes: bytes, diskBytes: bytes * 5 };
    },
    build: async (source, target) => {
      const packages = await local(source.set, target);
      return {
        files: await unpackPackages(settings, packages, target),
        packages: await describePackages(settings, packages, target),
        origin: originOf(settings, packages.length),
      };
    },
    fetch: async (source, target) => {
      const packages = await local(source.set, target);
      return {
        packages: packages.map((entry) => ({ ...entry, fileName: packageFileName(entry) })),
        software: await describePackages(settings, packages, target),
        origin: originOf(settings, packages.length),
      };
    },
    libraries: async (set, target) => {
      const packages = await local(set, target);
      // A -dev package holds the static library; headers of the kernel and tools leave nothing in a program.
      const linked = packages.filter(({ name }) => /^lib.*-dev$/.test(name) && name !== "linux-libc-dev");
      return describePackages(settings, linked, target);
    },
    sysroot: async (set, target) => {
      const identity = await setIdentity(set, target.architecture);
      const folder = cacheFolder(settings, "apt", "sysroots", sha256Text(identity).slice(0, 32));
      const packages = await local(set, target);
      await makeFolderOnce(folder, async (into) => {
        for (const { location, name } of packages) {
          await runCommand(["dpkg-deb", "--extract", location, into], {
            component: name,
            signal: target.signal,
            env: settings.env,
            remedy: "the Debian package dpkg",
          });
        }
        // Linker scripts of libc name /lib and /lib64 inside the root.
        const there = new Set((await treeOf(into)).map(({ path }) => path.split("/")[0]));
        for (const name of ["lib", "lib64", "bin", "sbin"].filter((part) => !there.has(part))) {
          await runCommand(["ln", "-s", `usr/${name}`, join(into, name)], {
            component: set,
            signal: target.signal,
            env: settings.env,
            remedy: "coreutils",
          });
        }
      });
      return folder;
    },
  };
};

/** Reads images/apt/SET.yaml. */
export const loadSet = async (images: string, set: string): Promise<AptSet> => {
  const file = `apt/${set}.yaml`;
  const text = await readIfThere(join(images, file));
  if (text === undefined) {
    const known = (await readdir(join(images, "apt")).catch(() => [])).map((name) =>
      name.replace(/\.yaml$/, ""),
    );
    throw SlipwayError.of("BUILD_UNKNOWN_NAME", { what: "apt set", name: set, known: known.join(", ") });
  }
  return parseYamlFile(AptSet, text, `images/${file}`);
};

const originOf = (settings: BuilderSettings, count: number): string =>
  `${count} Debian packages of the lock (${settings.mirrors.apt === undefined ? "the configured archive" : "the mirror given"})`;
