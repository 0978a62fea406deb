import type { Descriptor, Digest } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { BlobReader } from "../../core/ports/bundle.ts";
import type { RegistryClient } from "./registry-client.ts";

/** Brings blobs into the repositories of a registry, each over the line at most once. */
export class BlobPusher {
  readonly #store: BlobReader;
  readonly #client: RegistryClient;
  /** The repository of the registry that has a blob, or is about to have it. */
  readonly #homes = new Map<Digest, Promise<string>>();
  readonly #slots: Slots;
  readonly counts = { sent: 0, mounted: 0, found: 0 };
  bytesSent = 0;

  constructor(store: BlobReader, client: RegistryClient, { parallel }: { readonly parallel: number }) {
    this.#store = store;
    this.#client = client;
    this.#slots = new Slots(Math.max(1, parallel));
  }

  /** Resolves when the repository has the blob. Rejects with what the registry answered, or what the store lacks. */
  async bring(repository: string, blob: Descriptor): Promise<void> {
    const home = this.#homes.get(blob.digest);
    if (home === undefined) {
      const first = this.#slots.run(async () => this.#ensure(repository, blob, undefined));
      this.#homes.set(
        blob.digest,
        first.then(() => repository),
      );
      this.#homes.get(blob.digest)?.catch(() => this.#homes.delete(blob.digest));
      return first;
    }
    // Whoever waits holds no slot, so that those who send can always go on.
    const from = await home.catch(() => undefined);
    if (from === repository) return;
    await this.#slots.run(async () => this.#ensure(repository, blob, from));
  }

  async #ensure(repository: string, blob: Descriptor, from: string | undefined): Promise<void> {
    const outcome = await this.#client.repeat(async () => this.#tryOnce(repository, blob, from));
    this.counts[outcome] += 1;
    if (outcome === "sent") this.bytesSent += blob.size;
  }

  /** An upload that broke off may have arrived, or its session may be gone: every try looks first and begins anew. */
  async #tryOnce(
    repository: string,
    { digest, size }: Descriptor,
    from: string | undefined,
  ): Promise<"found" | "mounted" | "sent"> {
    const scopes = [
      `repository:${repository}:pull,push`,
      ...(from === undefined ? [] : [`repository:${from}:pull`]),
    ];
    const common = { scopes, item: `${repository}@${digest}` };
    const known = await this.#client.attempt({
      ...common,
      method: "HEAD",
      path: `/v2/${repository}/blobs/${digest}`,
      accept: [200, 404],
    });
    if (known.status === 200) return "found";
    const mount = from === undefined ? "" : `?mount=${digest}&from=${encodeURIComponent(from)}`;
    const session = await this.#client.attempt({
      ...common,
      method: "POST",
      path: `/v2/${repository}/blobs/uploads/${mount}`,
      accept: [201, 202],
    });
    if (session.status === 201) return "mounted";
    if ((await this.#store.sizeOf(digest)) !== size) {
      throw SlipwayError.of("BUNDLE_BLOB_MISSING", { blob: digest, component: repository });
    }
    const url = this.#client.resolve(session.headers.location ?? "");
    url.searchParams.set("digest", digest);
    await this.#client.attempt({
      ...common,
      method: "PUT",
      path: url,
      headers: { "content-type": "application/octet-stream" },
      body: { size, open: () => this.#store.openBlob(digest) },
      accept: [201, 204],
    });
    return "sent";
  }
}

/** Lets so many pieces of work run at once. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#free -= 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
