import { generateKeyPairSync } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { planTransport, writeTransport, type PlannedDelta } from "../../installer/adapters/bundle/export.ts";
import { importTransport, type ImportResult } from "../../installer/adapters/bundle/import.ts";
import { signerFrom, verifySignature } from "../../installer/adapters/bundle/keys.ts";
import { writeOutput } from "../../installer/adapters/bundle/output.ts";
import { fileSource, type TransportSource } from "../../installer/adapters/bundle/source.ts";
import { BundleStore } from "../../installer/adapters/bundle/store.ts";
import type { Approve } from "../../installer/adapters/bundle/verify.ts";
import type { BundleRecord } from "../../installer/contract/bundle/index.ts";
import type { TrustedKey } from "../../installer/contract/bundle/trust.ts";
import { judgeTrust } from "../../installer/core/bundle/trust.ts";
import type { StoredBundle } from "../../installer/core/ports/bundle.ts";
import type { BundleSigner } from "../../installer/core/ports/bundle-trust.ts";
import { buildSample, DEFAULT_SAMPLE, type Sample } from "./sample.ts";

export const never: AbortSignal = new AbortController().signal;

/** A key for tests, made without the costly sealing of real ones. */
export const testSigner = (type: "ed25519" | "ecdsa-p256" = "ed25519"): BundleSigner =>
  signerFrom(
    (type === "ed25519"
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("ec", { namedCurve: "prime256v1" })
    ).privateKey,
  );

export const trusted = (signer: BundleSigner, more: Partial<TrustedKey> = {}): TrustedKey => ({
  keyId: signer.keyId,
  publicKey: signer.publicKey,
  name: "test key",
  addedAt: 0,
  addedBy: "test",
  ...more,
});

/** Believes bundles signed by these keys and no others. */
export const believe =
  (...keys: readonly TrustedKey[]) =>
  (...[, indexBytes, envelope]: Parameters<Approve>): BundleRecord["trust"] => {
    const trust = { schema: 1 as const, keys: [...keys] };
    const answer = judgeTrust({ indexBytes, envelope, trust, now: 1, verify: verifySignature });
    return { state: "trusted", keyId: answer.keyId };
  };

/** A store with a fast compressor. */
export const openStore = async (root: string): Promise<BundleStore> =>
  BundleStore.open(root, { compressor: "zstd-1.5.7-3", now: () => 0 });

/** Builds and signs a sample in a store. */
export const buildSigned = async (
  store: BundleStore,
  signer: BundleSigner,
  sample: Sample = DEFAULT_SAMPLE,
): Promise<StoredBundle> => {
  const { record } = await buildSample(store, sample);
  const bundle = (await store.bundles()).find((one) => one.record.index === record.index);
  if (bundle === undefined) throw new Error("the sample was not published");
  const { keyId, publicKey } = signer;
  const signatures = [{ keyId, publicKey, signature: signer.sign(bundle.indexBytes) }];
  const envelope = { ...bundle.envelope, signatures };
  await store.addBundle({ ...bundle, envelope }, { ...record, digest: record.index });
  return { ...bundle, envelope };
};

/** Writes a bundle into a file and gives its path. */
export const exportTo = async (
  store: BundleStore,
  bundle: StoredBundle,
  { path, ...more }: { path: string; delta?: PlannedDelta; partBytes?: number },
): Promise<readonly string[]> => {
  await mkdir(join(path, ".."), { recursive: true });
  const plan = await planTransport(store, bundle, more.delta);
  const parts = await writeOutput(writeTransport(plan, never), {
    path,
    totalBytes: plan.head.totalBytes,
    onBytes: () => {},
    ...(more.partBytes === undefined ? {} : { partBytes: more.partBytes }),
  });
  return parts.map((part) => part.path);
};

/** Imports from paths or any other source. */
export const importFrom = async (
  store: BundleStore,
  from: string | TransportSource,
  approve: ReturnType<typeof believe>,
): Promise<ImportResult> =>
  importTransport(store, typeof from === "string" ? await fileSource(from, [from]) : from, {
    approve,
    onProgress: () => {},
    signal: never,
    about: { by: "test", source: "test" },
  });
