import type { BuildReport, BuildRequest, LockChange, LockRequest } from "../contract/api/bundle-build.ts";
import type {
  BundleInfo,
  Collected,
  ExportRequest,
  ExportSummary,
  ExtractedFile,
  Finding,
  ImportSummary,
  KeyFiles,
  ReadRequest,
  Sbom,
  SignRequest,
} from "../contract/api/bundles.ts";
import type { BundleRecord } from "../contract/bundle/index.ts";
import { Manifest, type Digest } from "../contract/bundle/manifest.ts";
import { ANNOTATION } from "../contract/bundle/media-types.ts";
import type { Inventory } from "../contract/bundle/inventory.ts";
import type { KeyId, KeyType, TrustedKey } from "../contract/bundle/trust.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { readInventory } from "../core/bundle/inventory.ts";
import type { BundleBuilders } from "../core/ports/builders.ts";
import type { OnProgress, PublishInfo, StoredBundle } from "../core/ports/bundle.ts";
import type { PushBundle, PushSummary } from "../core/ports/bundle-push.ts";
import type { BundleKeys, Bundles } from "../core/ports/bundle-transport.ts";
import type { Log } from "../core/ports/log.ts";
import type { Redactor } from "../core/ports/secrets.ts";
import type { SiteRegistry } from "../core/ports/site-registry.ts";
import { bundleService, type BundleService, pickBundle } from "./bundle.ts";
import { type BuildEvent, buildRelease } from "./bundle-build.ts";
import { extractComponent, type Extraction } from "./bundle-extract.ts";
import { updateLock } from "./bundle-lock.ts";
import { pushService, type PushRequest } from "./bundle-push.ts";
import type { TrustService } from "./bundle-trust.ts";

/** Recipes other than the product's, and places that stand in for the configured ones. */
export type RecipeChoice = Pick<BuildRequest, "recipes" | "mirrors">;

/** What the use cases stand on. */
export interface SiteBundlesParts {
  /** The store; `pipe` is the named pipe that `-` stands for. */
  open(pipe: string | undefined): Bundles;
  readonly trust: TrustService;
  readonly keys: BundleKeys;
  /** Reads a public key in PEM; `file` is named in errors. */
  readPublicKey(pem: string, file: string): { readonly keyId: KeyId; readonly publicKey: string };
  builders(choice: RecipeChoice): Promise<BundleBuilders>;
  /** Takes a bundle that was built in the cache's store into that of the site. */
  adopt(digest: Digest, about: PublishInfo, signal: AbortSignal): Promise<BundleRecord>;
  /** Clusters that need a bundle. */
  users(bundle: StoredBundle): Promise<readonly string[]>;
  readonly registry: SiteRegistry;
  readonly pushBundle: PushBundle;
  readonly redactor: Pick<Redactor, "add">;
  readonly log: Log;
  /** Name of this computer, for inventories. */
  readonly site: string;
}

/** Who asks, how it can be stopped, and who is told how far it is. */
export interface Run<E> {
  readonly by: string;
  readonly signal: AbortSignal;
  readonly emit: (event: E) => void;
}

type ProgressRun = Run<Parameters<OnProgress>[0]>;

/** Everything operators do with bundles at one appliance. What changes the store changes what the registry serves. */
export interface SiteBundles extends Pick<BundleService, "list" | "info" | "diff"> {
  peek(request: Pick<ReadRequest, "locations" | "pipe">, signal: AbortSignal): Promise<BundleInfo>;
  verify(request: ReadRequest, run: ProgressRun): Promise<BundleInfo>;
  import(request: ReadRequest, run: ProgressRun): Promise<ImportSummary>;
  export(request: ExportRequest, run: ProgressRun): Promise<ExportSummary>;
  build(request: BuildRequest, run: Run<BuildEvent>): Promise<BuildReport>;
  lock(request: LockRequest, run: Run<string>): Promise<readonly LockChange[]>;
  inventory(site: string | undefined): Promise<{ inventory: Inventory; text: string | undefined }>;
  sbom(reference: string, component: string | undefined): Promise<readonly Sbom[]>;
  extract(reference: string, extraction: Extraction): Promise<readonly ExtractedFile[]>;
  /** Resolves with what failed too. */
  push(request: PushRequest, run: ProgressRun): Promise<PushSummary>;
  remove(reference: string): Promise<void>;
  gc(dryRun: "yes" | "no"): Promise<Collected>;
  fsck(repair: "yes" | "no", run: ProgressRun): Promise<readonly Finding[]>;
  keygen(path: string, type: KeyType, passphrase: string): Promise<KeyFiles>;
  sign(request: SignRequest, run: Omit<Run<never>, "emit">): Promise<BundleRecord>;
  trusted(): Promise<readonly TrustedKey[]>;
  trust(key: {
    file: string;
    publicKey: string;
    name: string;
    by: string;
    notAfter?: number;
  }): Promise<TrustedKey>;
  revoke(key: string, decision: { by: string; why: string }): Promise<void>;
}

/** Builds the use cases of one appliance. */
export const createSiteBundles = (parts: SiteBundlesParts): SiteBundles => {
  const { trust, keys, registry, redactor, log } = parts;
  const store = parts.open(undefined);
  const service = bundleService(store, trust);
  const reading = (pipe: string | undefined): BundleService =>
    pipe === undefined ? service : bundleService(parts.open(pipe), trust);
  const openKey = async ({ key, passphrase }: { key: string; passphrase: string }) => {
    redactor.add(passphrase);
    return keys.open(key, passphrase);
  };
  return {
    list: () => service.list(),
    info: (reference) => service.info(reference),
    diff: (older, newer) => service.diff(older, newer),
    peek: ({ locations, pipe }, signal) => reading(pipe).peek(locations, { signal, onProgress: () => {} }),
    verify: ({ locations, pipe, ...policy }, { signal, emit }) =>
      reading(pipe).verify(locations, policyOf(policy), { signal, onProgress: emit }),
    async import({ locations, pipe, ...policy }, { by, signal, emit }) {
      const run = { signal, onProgress: emit };
      const summary = await reading(pipe).import(locations, { ...policyOf(policy), by }, run);
      if (summary.record.trust.state === "unsigned") {
        log.warn({ by, bundle: summary.record.index }, "an unsigned bundle was let in");
      }
      return { ...summary, registry: await registry.refresh() };
    },
    async export({ reference, path, since, partBytes, scratch }, { signal, emit }) {
      const request = {
        reference,
        path,
        ...(since === undefined ? {} : { since: readInventory(since.text, since.file) }),
        ...(partBytes === undefined ? {} : { partBytes }),
        ...(scratch === undefined ? {} : { scratch }),
      };
      return service.export(request, { signal, onProgress: emit });
    },
    async build({ release, recipes, mirrors, ...request }, { by, signal, emit }) {
      const builders = await parts.builders({ recipes, mirrors });
      const report = await buildRelease(builders, {
        ...request,
        release: release ?? (await newestRelease(builders)),
        store: builders.cache.blobs,
        by,
        signal,
        onEvent: emit,
      });
      await parts.adopt(report.index, { by, source: `release ${report.release}` }, signal);
      await registry.refresh();
      return report;
    },
    async lock({ recipes, mirrors, ...request }, { signal, emit }) {
      const builders = await parts.builders({ recipes, mirrors });
      return updateLock(builders, { ...request, signal, onLine: emit });
    },
    inventory: (site) => service.inventory(site ?? parts.site),
    sbom: (reference, component) => readSboms(store, { reference, component }),
    extract: async (reference, extraction) =>
      extractComponent(store, pickBundle(await store.bundles(), reference), extraction),
    push: async (request, { signal, emit }) => {
      if (request.credentials !== undefined) redactor.add(request.credentials.password);
      const run = { signal, onProgress: emit };
      return pushService(store, parts.pushBundle).push(request, run);
    },
    async remove(reference) {
      const bundle = pickBundle(await store.bundles(), reference);
      await service.remove(reference, await parts.users(bundle));
      await registry.rebuild();
    },
    async gc(dryRun) {
      const collected = await service.gc({ dryRun, keep: [] });
      if (dryRun === "no") await registry.rebuild();
      return collected;
    },
    async fsck(repair, { signal, emit }) {
      const findings = await service.fsck(repair, { signal, onProgress: emit });
      return findings;
    },
    async keygen(path, type, passphrase) {
      redactor.add(passphrase);
      const { keyId } = await keys.create(path, type, passphrase);
      return { keyId, privateKey: `${path}.key`, publicKey: `${path}.pub` };
    },
    async sign({ reference, key, passphrase, previous }, { by, signal }) {
      const signer = await openKey({ key, passphrase });
      const rotations = previous === undefined ? [] : [service.rotate(await openKey(previous), signer)];
      const record = await service.sign({ reference, signer, rotations, by }, signal);
      await registry.rebuild();
      return record;
    },
    trusted: () => trust.list(),
    async trust({ file, publicKey, name, by, notAfter }) {
      const key = parts.readPublicKey(publicKey, file);
      return trust.add({ ...key, name, by, ...(notAfter === undefined ? {} : { notAfter }) });
    },
    async revoke(key, decision) {
      const wanted = key.replace(/^(sha256:)?/, "sha256:");
      const fits = (await trust.list()).filter(({ keyId }) => keyId.startsWith(wanted));
      const [only] = fits;
      if (only === undefined || fits.length > 1) throw SlipwayError.of("BUNDLE_KEY_UNKNOWN", { keys: key });
      await trust.revoke(only.keyId, decision);
    },
  };
};

const policyOf = ({ unsigned, arch }: Pick<ReadRequest, "unsigned" | "arch">) => ({
  unsigned,
  ...(arch === undefined ? {} : { arch }),
});

const newestRelease = async ({ recipes }: BundleBuilders): Promise<string> => {
  const names = await recipes.releases();
  const newest = names.toSorted((one, other) => one.localeCompare(other, "en", { numeric: true })).at(-1);
  if (newest === undefined) {
    throw SlipwayError.of("BUILD_UNKNOWN_NAME", { what: "release", name: "-", known: "-" });
  }
  return newest;
};

/** Component under which a bundle's own SBOM stands. */
const WHOLE = "bundle";

const readSboms = async (
  store: Bundles,
  of: { reference: string; component: string | undefined },
): Promise<readonly Sbom[]> => {
  const { index } = pickBundle(await store.bundles(), of.reference);
  const entries = index.manifests.filter(({ annotations }) => annotations?.[ANNOTATION.kind] === "sbom");
  const nameOf = (entry: (typeof entries)[number]): string => entry.annotations?.[ANNOTATION.component] ?? "";
  const wanted = of.component ?? WHOLE;
  const found = entries.filter((entry) => nameOf(entry) === wanted);
  if (found.length === 0) {
    const known = [...new Set(entries.map(nameOf))].join(", ");
    throw SlipwayError.of("BUNDLE_SBOM_MISSING", {
      bundle: of.reference,
      component: wanted,
      known: known === "" ? "-" : known,
    });
  }
  const read = async (blob: Digest): Promise<unknown> =>
    JSON.parse(Buffer.from(await store.readBlob(blob, SBOM_LIMIT)).toString("utf8"));
  const sboms: Sbom[] = [];
  for (const entry of found) {
    for (const layer of Manifest.parse(await read(entry.digest)).layers) {
      const arch = entry.annotations?.[ANNOTATION.arch] ?? "all";
      sboms.push({ component: wanted, arch, document: await read(layer.digest) });
    }
  }
  return sboms;
};

/** Far above what a release needs; a larger one would not fit an answer. */
const SBOM_LIMIT = 64 * 2 ** 20;
