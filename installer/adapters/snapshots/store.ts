import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import { parseSnapshots, type Snapshot } from "../../core/cluster/etcd-snapshot.ts";
import type { Snapshots } from "../../core/ports/snapshots.ts";

const MIB = 1024 * 1024;
/** Stays free on the appliance's disk: its journal must be able to go on. */
const RESERVE = 1024 * MIB;

/** Snapshots as files below a folder: `CLUSTER/NAME.db` and, written last, `CLUSTER/NAME.json`. */
export const createSnapshots = (folder: string): Snapshots => {
  const of = (cluster: string): string => join(folder, cluster);
  const list = async (cluster: string): Promise<readonly Snapshot[]> => {
    const names = await readdir(of(cluster)).catch(() => []);
    const texts = await Promise.all(
      names.filter((name) => name.endsWith(".json")).map((name) => readFile(join(of(cluster), name), "utf8")),
    );
    return parseSnapshots(texts.join("\n")).toSorted((one, other) => other.at - one.at);
  };
  return {
    list,
    async keep(cluster, snapshot, blocks) {
      await mkdir(of(cluster), { recursive: true, mode: 0o700 });
      const { bavail, bsize } = await statfs(of(cluster));
      if (bavail * bsize < snapshot.bytes + RESERVE) {
        throw SlipwayError.of("SNAPSHOT_NO_SPACE", {
          folder: of(cluster),
          free: Math.floor((bavail * bsize) / MIB),
          needed: Math.ceil((snapshot.bytes + RESERVE) / MIB),
        });
      }
      const path = join(of(cluster), snapshot.name);
      await receive(`${path}.part`, snapshot, blocks).catch(async (error: unknown) => {
        await rm(`${path}.part`, { force: true });
        throw error;
      });
      await rename(`${path}.part`, `${path}.db`);
      await writeFile(`${path}.json.part`, `${JSON.stringify(snapshot)}\n`, { mode: 0o600, flush: true });
      await rename(`${path}.json.part`, `${path}.json`);
    },
    async file(cluster, name) {
      const known = (await list(cluster)).some((snapshot) => snapshot.name === name);
      const path = join(of(cluster), `${name}.db`);
      return known && (await stat(path).catch(() => undefined)) !== undefined ? path : undefined;
    },
    async retain(cluster, count) {
      for (const { name } of (await list(cluster)).slice(count)) {
        await rm(join(of(cluster), `${name}.json`), { force: true });
        await rm(join(of(cluster), `${name}.db`), { force: true });
      }
    },
  };
};

const receive = async (
  path: string,
  { name, sha256, bytes }: Snapshot,
  blocks: AsyncIterable<Uint8Array>,
): Promise<void> => {
  const hash = createHash("sha256");
  let length = 0;
  await using file = await open(path, "w", 0o600);
  for await (const block of blocks) {
    hash.update(block);
    length += block.length;
    await file.writeFile(block);
  }
  await file.sync();
  if (length !== bytes || hash.digest("hex") !== sha256) {
    throw SlipwayError.of("SNAPSHOT_DAMAGED", { snapshot: name });
  }
};
