import { rename, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { ComponentsLock } from "../../../contract/bundle/lock.ts";
import type { FilesSource } from "../../../contract/bundle/sources.ts";
import type { BuildTarget, FilesBuilder } from "../../../core/ports/builders.ts";
import { fetchFile } from "../common/fetch-file.ts";
import { exists } from "../common/files.ts";
import { lockedFile, parseIntegrity, withFile } from "../common/locked-file.ts";
import { temporaryName } from "../common/owner.ts";
import { type BuilderSettings, cacheFolder, withoutCredentials } from "../common/settings.ts";

type UrlSource = Extract<FilesSource, { kind: "url" }>;

/** Takes one file by its address, or from a mirror that has the same path under the host's name. */
export const urlBuilder = (
  settings: BuilderSettings,
  lock: () => Promise<ComponentsLock>,
): FilesBuilder<UrlSource> & {
  resolve(source: UrlSource, lock: ComponentsLock, target: BuildTarget): Promise<ComponentsLock>;
} => {
  const placeOf = (integrity: string): string =>
    cacheFolder(settings, "files", integrity.replaceAll(/[^A-Za-z0-9]/g, "_"));
  return {
    identity: async (source, target) =>
      `url ${lockedFile(await lock(), lockName(source), target.architecture).integrity} ${nameOf(source)} ${source.mode}`,
    cost: async (source, target) => {
      const { size = 0, integrity } = lockedFile(await lock(), lockName(source), target.architecture);
      const bytes = (await exists(placeOf(integrity))) ? 0 : size;
      return { cpuSeconds: 0, downloadBytes: bytes, diskBytes: bytes };
    },
    build: async (source, target) => {
      const { integrity } = lockedFile(await lock(), lockName(source), target.architecture);
      const location = placeOf(integrity);
      const address = mirrored(settings, source.url);
      if (!(await exists(location))) {
        target.onLine(`fetching ${withoutCredentials(address)}`);
        await fetchFile({
          component: nameOf(source),
          address,
          to: location,
          signal: target.signal,
          expected: parseIntegrity(integrity),
        });
      }
      const { size } = await stat(location);
      return {
        files: [
          { kind: "file", path: nameOf(source), mode: Number.parseInt(source.mode, 8), size, location },
        ],
        packages: [],
        origin: withoutCredentials(address),
      };
    },
    resolve: async (source, into, target) => {
      const to = cacheFolder(settings, "files", temporaryName());
      const address = mirrored(settings, source.url);
      const got = await fetchFile({ component: nameOf(source), address, to, signal: target.signal });
      await rename(to, cacheFolder(settings, "files", got.sha256));
      return withFile(into, lockName(source), {
        architecture: target.architecture,
        file: { size: got.size, integrity: got.sha256 },
      });
    },
  };
};

const lockName = (source: UrlSource): string => `url:${source.url}`;
const nameOf = (source: UrlSource): string => source.as ?? basename(new URL(source.url).pathname);

/** Where a file is really fetched: MIRROR/HOST/PATH when a mirror is given. */
const mirrored = (settings: BuilderSettings, address: string): string => {
  const mirror = settings.mirrors.url;
  if (mirror === undefined) return address;
  const { host, pathname, search } = new URL(address);
  return `${mirror.replace(/\/+$/, "")}/${host}${pathname}${search}`;
};
