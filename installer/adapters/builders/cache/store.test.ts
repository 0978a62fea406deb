import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PackingStore } from "../../../core/ports/builders.ts";
import { memoryBlobs } from "../../../../test/fakes/bundle-blobs.ts";
import { buildCache } from "./store.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-build-cache-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const open = (blobs: PackingStore) =>
  buildCache({ images: "images", cache: folder, mirrors: {}, env: {} }, blobs);

describe("the cache of a build", () => {
  test("knows a packed blob again, but not under another compressor and not when it is gone", async () => {
    const blobs = memoryBlobs("one");
    const cache = open(blobs);
    const blob = await cache.pack({ path: "content" }, signal);
    await cache.keepBlob("key", blob);
    expect(await cache.findBlob("key")).toEqual(blob);
    expect(await open({ ...blobs, compressor: "two" }).findBlob("key")).toBeUndefined();
    expect(await open(memoryBlobs("one")).findBlob("key")).toBeUndefined();
    expect((await readdir(join(folder, "packed"))).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("packs one blob at a time, since each compressor holds 50 MB", async () => {
    const blobs = memoryBlobs();
    let running = 0;
    let most = 0;
    const counting: PackingStore = {
      ...blobs,
      putCompressed: async (source, stop) => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return blobs.putCompressed(source, stop);
      },
    };
    const cache = open(counting);
    await Promise.all(["a", "b", "c"].map((path) => cache.pack({ path }, signal)));
    expect(most).toBe(1);
  });
});
