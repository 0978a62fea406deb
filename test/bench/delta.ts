import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adoptBundle } from "../../installer/adapters/bundle/adopt.ts";
import { closureOf } from "../../installer/adapters/bundle/bundles.ts";
import { checkStore } from "../../installer/adapters/bundle/care.ts";
import { planDelta } from "../../installer/adapters/bundle/delta.ts";
import { BundleStore } from "../../installer/adapters/bundle/store.ts";
import { makeInventory } from "../../installer/core/bundle/inventory.ts";
import type { StoredBundle } from "../../installer/core/ports/bundle.ts";
import { believe, exportTo, importFrom, never, testSigner, trusted } from "../bundle/signed.ts";

export const title = "Bundle: a patch release as a delta";

/** Which bundles are compared: `SLIPWAY_BENCH_DELTA="STORE OLDER NEWER"`, a folder and two digests of bundles in it. */
const wanted = (): readonly [string, string, string] => {
  const [store, older, newer] = (process.env["SLIPWAY_BENCH_DELTA"] ?? "").split(" ");
  if (store === undefined || older === undefined || newer === undefined) {
    throw new Error('set SLIPWAY_BENCH_DELTA="STORE OLDER NEWER"');
  }
  return [store, older, newer];
};

/** Makes and applies the delta between two builds of a release, and compares the outcome with a full import. */
export const measure = async (): Promise<string> => {
  const work = mkdtempSync(join(tmpdir(), "slipway-delta-"));
  try {
    return await compare(work, wanted());
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

const compare = async (
  work: string,
  [from, older, newer]: readonly [string, string, string],
): Promise<string> => {
  const builder = await BundleStore.open(join(work, "builder"));
  const source = await BundleStore.open(from);
  const signer = testSigner();
  const approve = believe(trusted(signer));
  const take = async (digest: string): Promise<StoredBundle> => {
    await adoptBundle({ from: source, to: builder }, digest, {
      about: { by: "bench", source: from },
      signal: never,
    });
    const bundle = (await builder.bundles()).find(({ record }) => record.index === digest);
    if (bundle === undefined) throw new Error(`${digest} is not there`);
    const { keyId, publicKey } = signer;
    const signatures = [{ keyId, publicKey, signature: signer.sign(bundle.indexBytes) }];
    return { ...bundle, envelope: { ...bundle.envelope, signatures } };
  };
  const [before, after] = [await take(older), await take(newer)];
  const old = await closureOf(builder, before.index);
  const fresh = await closureOf(builder, after.index);
  const had = new Set(old.map(({ digest }) => digest));
  const changed = fresh.filter(({ digest }) => !had.has(digest));
  // The Debian package that also changes is one of middle size that the site is said not to have.
  const packages = fresh
    .filter(({ mediaType, digest }) => mediaType.includes("debian") && had.has(digest))
    .toSorted((a, b) => a.size - b.size);
  const one = packages[Math.floor(packages.length / 2)];
  const [fullFile = ""] = await exportTo(builder, after, { path: join(work, "full.tar") });
  const [oldFile = ""] = await exportTo(builder, before, { path: join(work, "old.tar") });
  const since = makeInventory(
    "site",
    [older],
    old.map(({ digest }) => digest).filter((digest) => digest !== one?.digest),
  );
  const options = { folder: join(work, "patches"), onProgress: () => {}, signal: never };
  let deltaFile = "";
  const making = await timed(async () => {
    const delta = await planDelta(builder, { bundle: after, since }, options);
    [deltaFile = ""] = await exportTo(builder, after, { path: join(work, "delta.tar"), delta });
  });
  const site = await BundleStore.open(join(work, "site"));
  const reference = await BundleStore.open(join(work, "reference"));
  await importFrom(site, oldFile, approve);
  await importFrom(reference, oldFile, approve);
  let patched = 0;
  const applying = await timed(async () => {
    ({ patched } = await importFrom(site, deltaFile, approve));
  });
  const whole = await timed(async () => void (await importFrom(reference, fullFile, approve)));
  const damaged = await checkStore(site, { repair: "no", onProgress: () => {}, signal: never });
  const equal = sameBlobs(site, reference) && damaged.length === 0;
  const [full, delta] = [statSync(fullFile).size, statSync(deltaFile).size];
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const bytes = changed.reduce((sum, { size }) => sum + size, 0);
  return [
    "| what | figure | target |",
    "| --- | ---: | ---: |",
    `| full bundle, MB | ${mb(full)} | |`,
    `| of that changed: ${changed.length} of ${fresh.length} blobs, MB | ${mb(bytes)} | |`,
    `| delta, with one Debian package of ${mb(one?.size ?? 0)} MB, MB | ${mb(delta)} | |`,
    `| delta in % of the full bundle | ${((delta / full) * 100).toFixed(2)} | 5 |`,
    `| blobs that travel as patches | ${patched} | |`,
    `| making the delta, each patch proven by applying it, s | ${making.wall.toFixed(0)} | |`,
    `| applying the delta, s | ${applying.wall.toFixed(0)} | |`,
    `| the same in processor time, s | ${applying.cpu.toFixed(0)} | |`,
    `| importing the full bundle instead, s | ${whole.wall.toFixed(1)} | |`,
    `| rebuilt store compared with one that imported the full bundle | ${equal ? "byte-equal" : "DIFFERENT"} | byte-equal |`,
  ].join("\n");
};

/** Seconds of the clock, and of the processors as far as this process used them. */
const timed = async (work: () => Promise<void>): Promise<{ wall: number; cpu: number }> => {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
};

const sameBlobs = (one: BundleStore, other: BundleStore): boolean => {
  const names = readdirSync(one.folder("blobs/sha256")).toSorted();
  const others = readdirSync(other.folder("blobs/sha256")).toSorted();
  return (
    names.join() === others.join() &&
    names.every((name) =>
      readFileSync(one.blobPath(`sha256:${name}`)).equals(readFileSync(other.blobPath(`sha256:${name}`))),
    )
  );
};
