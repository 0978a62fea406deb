import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Snapshot } from "../../core/cluster/etcd-snapshot.ts";
import { createSnapshots } from "./store.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "snapshots-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = new TextEncoder().encode("all of a cluster");

const snapshotAt = (second: number): Snapshot => ({
  name: `20260101T00000${second}Z-n1`,
  machine: "n1",
  kind: "manual",
  at: second,
  bytes: bytes.length,
  revision: 7,
  keys: 3,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

async function* inBlocks(content: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(content.subarray(0, 4));
  yield content.subarray(4);
}

describe("the appliance's snapshots", () => {
  test("are whole and for the engine's user only", async () => {
    const store = createSnapshots(folder);
    await store.keep("site-a", snapshotAt(1), inBlocks(bytes));
    const file = await store.file("site-a", snapshotAt(1).name);
    expect(await readFile(file ?? "")).toEqual(Buffer.from(bytes));
    expect((await stat(file ?? "")).mode & 0o777).toBe(0o600);
    expect(await store.file("site-b", snapshotAt(1).name)).toBeUndefined();
  });

  test.each([
    ["was changed on its way", new TextEncoder().encode("all of a clusteR")],
    ["was cut short", bytes.subarray(0, 9)],
  ])("are not kept when one %s", async (...[, content]) => {
    const store = createSnapshots(folder);
    await expect(store.keep("site-a", snapshotAt(1), inBlocks(content))).rejects.toMatchObject({
      code: "SNAPSHOT_DAMAGED",
    });
    expect(await store.list("site-a")).toEqual([]);
    expect(await readdir(join(folder, "site-a"))).toEqual([]);
  });

  test("are as many as they should be, the newest first", async () => {
    const store = createSnapshots(folder);
    for (const second of [2, 3, 1]) await store.keep("site-a", snapshotAt(second), inBlocks(bytes));
    await store.retain("site-a", 2);
    expect((await store.list("site-a")).map(({ at }) => at)).toEqual([3, 2]);
    expect((await readdir(join(folder, "site-a"))).length).toBe(4);
  });
});
