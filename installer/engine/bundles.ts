import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BundleStore } from "../adapters/bundle/store.ts";
import { systemClock } from "../adapters/clock/system-clock.ts";
import type { Journal, Log, Redactor, SiteCa } from "../core/ports/index.ts";
import type { SiteRegistry } from "../core/ports/site-registry.ts";
import type { SiteBundles } from "../services/site-bundles.ts";
import { deferred } from "./deferred.ts";
import type { EngineHost } from "./run.ts";

/** Bundles and the registry of an appliance, loaded when they are first used. */
export interface ComposedBundles {
  readonly bundles: SiteBundles;
  readonly registry: SiteRegistry;
  /** Starts the registry if an earlier engine left something to serve; returns at once. */
  serveInBackground(): void;
  close(): Promise<void>;
}

/** What they are composed from. */
export interface BundleHost {
  readonly data: string;
  readonly host: EngineHost;
  readonly siteCa: SiteCa;
  readonly journal: Journal;
  readonly redactor: Redactor;
  readonly log: Log;
}

/** Where the registry listens unless SLIPWAY_REGISTRY says otherwise. */
const DEFAULT_LISTEN = "0.0.0.0:5000";

/** The bundle store of a data folder. */
export const storeFolder = (data: string, { env }: EngineHost): string =>
  env["SLIPWAY_STORE"] ?? join(data, "store");

/** Joins store, builders, trust and registry. */
export const composeBundles = (parts: BundleHost): ComposedBundles => {
  const { data, host, siteCa, log } = parts;
  let running: SiteRegistry | undefined;
  const openStore = once(async () => {
    const { BundleStore } = await import("../adapters/bundle/store.ts");
    return BundleStore.open(storeFolder(data, host));
  });
  const registry = deferred<SiteRegistry>(async () => {
    const { createSiteRegistry } = await import("../adapters/registry/site-registry.ts");
    running = createSiteRegistry({
      store: await openStore(),
      siteCa,
      folder: join(data, "registry"),
      listen: host.env["SLIPWAY_REGISTRY"] ?? DEFAULT_LISTEN,
      log,
    });
    return running;
  });
  return {
    registry,
    bundles: deferred(async () => loadBundles(parts, { registry, store: await openStore() })),
    serveInBackground() {
      void readdir(join(storeFolder(data, host), "bundles"))
        .catch(() => [])
        .then(async (stored) => (stored.length === 0 ? undefined : registry.refresh()))
        .catch((error: unknown) => log.error({ error }, "the registry could not be started"));
    },
    close: async () => running?.stop(),
  };
};

const loadBundles = async (
  { data, host, journal, redactor, log }: BundleHost,
  { registry, store }: { readonly registry: SiteRegistry; readonly store: BundleStore },
): Promise<SiteBundles> => {
  const [adapters, { pushBundle }, keys, { trustFileAt }, services, trust, { usersOf }] = await Promise.all([
    import("../adapters/bundle/index.ts"),
    import("../adapters/registry/push.ts"),
    import("../adapters/bundle/keys.ts"),
    import("../adapters/bundle/trust-store.ts"),
    import("../services/site-bundles.ts"),
    import("../services/bundle-trust.ts"),
    import("../services/bundle-users.ts"),
  ]);
  const { env } = host;
  const cache = env["SLIPWAY_CACHE"] ?? join(env["XDG_CACHE_HOME"] ?? join(host.home, ".cache"), "slipway");
  const openCache = once(async () =>
    (await import("../adapters/bundle/store.ts")).BundleStore.open(join(cache, "blobs")),
  );
  return services.createSiteBundles({
    open: (pipe) => adapters.bundlesOf(store, pipe === undefined ? nothing() : contentOf(pipe)),
    trust: trust.trustService({
      trust: trustFileAt(join(data, "trust.json")),
      verifySignature: keys.verifySignature,
      now: () => systemClock.now(),
    }),
    keys: adapters.bundleKeys,
    readPublicKey: keys.readPublicKey,
    builders: async ({ recipes, mirrors }) => {
      const { bundleBuilders } = await import("../adapters/builders/index.ts");
      const images = recipes ?? fileURLToPath(new URL("../../images", import.meta.url));
      return bundleBuilders({ images, cache, mirrors, env }, await openCache());
    },
    adopt: async (digest, about, signal) => {
      const { adoptBundle } = await import("../adapters/bundle/adopt.ts");
      return adoptBundle({ from: await openCache(), to: store }, digest, { about, signal });
    },
    users: async (bundle) => usersOf(bundle, await journal.operations({ limit: 1000 })),
    registry,
    pushBundle,
    redactor,
    log,
    site: hostname(),
  });
};

/** Opened when it is first read: a stream that fails while nobody reads it would end the engine. */
async function* contentOf(path: string): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of createReadStream(path)) yield chunk as Buffer;
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
};
