import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../installer/adapters/bundle/hasher.ts";
import { rebuild } from "../../installer/adapters/bundle/patch-apply.ts";
import { pipeSource } from "../../installer/adapters/bundle/source.ts";
import type { BundleStore } from "../../installer/adapters/bundle/store.ts";
import { decompress } from "../../installer/adapters/bundle/zstd.ts";
import { PATCH_MAGIC, type PatchHeader, writeControl } from "../../installer/core/bundle/patch-format.ts";
import { TAR_BLOCK, tarHeader } from "../../installer/core/bundle/tar.ts";
import { LAYOUT_BYTES } from "../../installer/core/bundle/transport.ts";
import { believe, buildSigned, exportTo, importFrom, openStore, testSigner, trusted } from "./signed.ts";

let work: string;
let site: BundleStore;
let good: Buffer;
let approve: ReturnType<typeof believe>;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "slipway-hostile-"));
  const signer = testSigner();
  approve = believe(trusted(signer));
  const builder = await openStore(join(work, "builder"));
  const bundle = await buildSigned(builder, signer);
  good = await readFile((await exportTo(builder, bundle, { path: join(work, "good.tar") }))[0] ?? "");
  site = await openStore(join(work, "site"));
});
afterAll(async () => rm(work, { recursive: true, force: true }));

const take = async (bytes: Buffer): Promise<unknown> =>
  importFrom(site, pipeSource("file", once(bytes)), approve);

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

/** The bundle with the header of its first blob changed, and the checksum made to fit. */
const withHeader = (change: (header: Buffer) => void): Buffer => {
  const bytes = Buffer.from(good);
  const at = good.indexOf("blobs/sha256/", 0, "latin1");
  const header = bytes.subarray(at, at + TAR_BLOCK);
  change(header);
  header.fill(" ", 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
};

describe("a bundle made to harm", () => {
  test.each(["../../etc/passwd", "/etc/passwd", "blobs/../../x", "blobs\\..\\x"])(
    "does not get out of the store by the path %s",
    async (name) => {
      const bytes = withHeader((header) => header.fill(0, 0, 100).write(name, 0));
      await expect(take(bytes)).rejects.toMatchObject({
        code: "BUNDLE_PATH_UNSAFE",
        params: { found: JSON.stringify(name) },
      });
    },
  );

  test.each([
    ["1", "hard link"],
    ["2", "symbolic link"],
    ["3", "character device"],
    ["4", "block device"],
    ["5", "folder"],
    ["6", "pipe"],
  ])("brings no entry of type %s, a %s", async (type, kind) => {
    const bytes = withHeader((header) => header.write(type, 156));
    await expect(take(bytes)).rejects.toMatchObject({ code: "BUNDLE_ENTRY_KIND", params: { kind } });
  });

  test("is not read into memory when its index claims to be huge", async () => {
    const filling = Buffer.alloc(TAR_BLOCK - LAYOUT_BYTES.length);
    const start = [tarHeader("oci-layout", LAYOUT_BYTES.length), LAYOUT_BYTES, filling];
    const bytes = Buffer.concat([...start, tarHeader("index.json", 2 ** 40)]);
    await expect(take(bytes)).rejects.toMatchObject({ code: "BUNDLE_SIZE_ABSURD" });
  });

  test("leaves nothing behind in the store", async () => {
    expect(await site.bundles()).toEqual([]);
  });
});

describe("a patch made to harm", () => {
  const base = Buffer.alloc(4096, "base");
  const bomb = zstdCompressSync(Buffer.alloc(64 * 2 ** 20));
  const stream = (bytes: Uint8Array) => ({ packed: zstdCompressSync(bytes), plain: bytes.length });

  /** Runs a patch that would make `base` from itself; `change` spoils it. */
  const apply = async (
    change: (parts: Record<"control" | "difference" | "extra", { packed: Buffer; plain: number }>) => void,
    more: (header: PatchHeader) => PatchHeader = (header) => header,
  ): Promise<Buffer> => {
    const step = writeControl({ position: 0, difference: base.length, extra: 0 });
    const parts = {
      control: stream(step),
      difference: stream(Buffer.alloc(base.length)),
      extra: stream(Buffer.alloc(0)),
    };
    change(parts);
    const lengths = Object.fromEntries(
      Object.entries(parts).map(([name, { packed, plain }]) => [name, { packed: packed.length, plain }]),
    ) as unknown as Pick<PatchHeader, "control" | "difference" | "extra">;
    const digest = digestOf(base);
    const header = more({
      schema: 1,
      base: { digest, packing: "none", contentSize: base.length },
      target: { digest, contentDigest: digest, contentSize: base.length, compressor: null },
      ...lengths,
    });
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(json.length);
    const { control, difference, extra } = parts;
    const patch = Buffer.concat([PATCH_MAGIC, length, json, control.packed, difference.packed, extra.packed]);
    const [patchPath, basePath] = [join(work, "patch"), join(work, "base")];
    await writeFile(patchPath, patch);
    await writeFile(basePath, base);
    const out: Uint8Array[] = [];
    const job = { patchPath, patchSize: patch.length, basePath, baseSize: base.length, scratch: work };
    const target = { digest, size: base.length };
    for await (const piece of rebuild({ ...job, target, component: "app" })) out.push(piece);
    return Buffer.concat(out);
  };

  test("works when nothing is spoilt, so that the other tests test something", async () => {
    expect(await apply(() => {})).toEqual(base);
  });

  test.each(["control", "difference", "extra"] as const)(
    "is stopped when its %s unpacks to more than it says",
    async (name) => {
      await expect(apply((parts) => (parts[name].packed = bomb))).rejects.toMatchObject({
        code: expect.stringMatching(/^BUNDLE_(PATCH_BAD|SIZE_ABSURD)$/),
      });
    },
  );

  test("is refused when its content is absurdly large for its blob", async () => {
    const huge = 2 ** 39;
    const swell = (header: PatchHeader): PatchHeader => ({
      ...header,
      target: { ...header.target, contentSize: huge },
      difference: { ...header.difference, plain: huge },
    });
    await expect(apply(() => {}, swell)).rejects.toMatchObject({
      code: "BUNDLE_PATCH_BAD",
      params: { component: "app", problem: "its content is absurdly large" },
    });
  });

  test("may not reach past its base", async () => {
    const far = stream(writeControl({ position: 4000, difference: base.length, extra: 0 }));
    await expect(apply((parts) => (parts.control = far))).rejects.toMatchObject({ code: "BUNDLE_PATCH_BAD" });
  });

  test("is refused when it is cut into streams that do not fill it", async () => {
    const longer = (header: PatchHeader): PatchHeader => ({
      ...header,
      extra: { ...header.extra, packed: header.extra.packed + 1 },
    });
    await expect(apply(() => {}, longer)).rejects.toMatchObject({ code: "BUNDLE_PATCH_BAD" });
  });

  test("does not let a base unpack without end", async () => {
    const unpack = async (): Promise<number> => {
      let seen = 0;
      for await (const piece of decompress(once(bomb), { bytes: 1000, item: "app" })) seen += piece.length;
      return seen;
    };
    await expect(unpack()).rejects.toMatchObject({ code: "BUNDLE_SIZE_ABSURD", params: { item: "app" } });
  });
});
