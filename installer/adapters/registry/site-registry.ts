import { mkdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RegistryState, RegistryStatus } from "../../contract/api/registry.ts";
import { type Localized, text } from "../../contract/text.ts";
import { imagesOf } from "../../core/bundle/image-signature.ts";
import type { BlobReader, StoredBundle } from "../../core/ports/bundle.ts";
import type { Log } from "../../core/ports/log.ts";
import type { SiteCa } from "../../core/ports/site-ca.ts";
import type { SiteRegistry } from "../../core/ports/site-registry.ts";
import { ensureCertificate, ownAddresses } from "./certificate.ts";
import { publishImages, type PublishedImages } from "./layout.ts";
import { endLeftover } from "./leftover.ts";
import { answersAt } from "./probe.ts";
import { type RunningRegistry, startRegistry } from "./process.ts";
import { findProgram } from "./program.ts";

/** What the registry of an appliance is made with. */
export interface SiteRegistryParts {
  readonly store: BlobReader & { bundles(): Promise<readonly StoredBundle[]> };
  readonly siteCa: Pick<SiteCa, "certificate" | "issue" | "inspect">;
  /** On the same file system as the store, so that blobs can be linked. */
  readonly folder: string;
  /** `address:port`; `off` for none. */
  readonly listen: string;
  readonly log: Log;
}

/** How long a registry that was just started may take until it answers. */
const START_MS = 8_000;
const ASK_AGAIN_MS = 50;

/** Runs the registry over the store. Calls wait for one another; `status` only looks. */
export const createSiteRegistry = (parts: SiteRegistryParts): SiteRegistry => {
  const registry = new Child(parts);
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => {});
    return mine;
  };
  return {
    refresh: async () => inTurn(async () => registry.refresh()),
    rebuild: async () => inTurn(async () => registry.rebuild()),
    status: async () => inTurn(async () => registry.status()),
    stop: async () => inTurn(async () => registry.stop()),
  };
};

const NOTHING: PublishedImages = { images: 0, blobs: 0, copied: 0 };

class Child {
  readonly #parts: SiteRegistryParts;
  readonly #config: string;
  readonly #current: string;
  #running: RunningRegistry | undefined;
  #program: string | undefined;
  #startedAt: number | undefined;
  #notAfter = 0;
  #content = NOTHING;
  #leftoverEnded = false;
  #tried = false;

  constructor(parts: SiteRegistryParts) {
    this.#parts = parts;
    this.#config = join(parts.folder, "config.yml");
    this.#current = join(parts.folder, "current");
  }

  async refresh(): Promise<RegistryStatus> {
    const bundles = await this.#parts.store.bundles();
    if (this.#parts.listen === "off" || !hasImages(bundles)) return this.status();
    await this.#publish(bundles, await this.#currentContent());
    await this.#run(bundles);
    return this.status();
  }

  /** Publishes anew beside what is served and changes over by one rename, so that nothing is missing in between. */
  async rebuild(): Promise<RegistryStatus> {
    const bundles = await this.#parts.store.bundles();
    const before = await readlink(this.#current).catch(() => undefined);
    if (before === undefined) return this.status();
    const after = `content-${Date.now()}`;
    await this.#publish(bundles, join(this.#parts.folder, after));
    await this.#pointTo(after);
    await rm(join(this.#parts.folder, before), { recursive: true, force: true });
    if (hasImages(bundles)) await this.#run(bundles);
    else await this.stop();
    return this.status();
  }

  async status(): Promise<RegistryStatus> {
    const { store, listen } = this.#parts;
    const bundles = await store.bundles();
    const { state, problem } = await this.#state(bundles);
    const { port } = addressOf(listen);
    const reachable = addressOf(listen).any ? ownAddresses().filter(isForOthers) : [addressOf(listen).host];
    const pid = this.#running?.pid();
    return {
      state,
      ...(problem === undefined ? {} : { problem }),
      listen,
      addresses: state === "off" ? [] : reachable.map((address) => `https://${bracketed(address)}:${port}`),
      ...(this.#program === undefined ? {} : { program: this.#program }),
      ...(pid === undefined ? {} : { pid }),
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt }),
      restarts: this.#running?.restarts() ?? 0,
      ...(this.#notAfter === 0
        ? {}
        : { certificate: { file: this.#tls().certificate, notAfter: this.#notAfter } }),
      content: this.#content,
      bundles: bundles.map(({ record, index }) => ({
        name: record.name,
        version: record.version,
        index: record.index,
        images: imagesOf(index).map(({ name }) => name),
      })),
    };
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
    this.#startedAt = undefined;
    await rm(this.#pidPath(), { force: true });
  }

  async #state(bundles: readonly StoredBundle[]): Promise<{ state: RegistryState; problem?: Localized }> {
    if (this.#parts.listen === "off") return { state: "off" };
    if (!hasImages(bundles)) return { state: "empty" };
    if (!this.#tried) return { state: "starting" };
    if (this.#running === undefined && this.#program === undefined) {
      return {
        state: "no-program",
        problem: text(
          "no bundle brings the registry program, and none is installed",
          "没有交付包自带镜像仓库程序，系统也未安装",
        ),
      };
    }
    if (await this.#answers()) return { state: "serving" };
    const line = this.#running?.lastLine() ?? "";
    return { state: "failing", problem: text(`it does not answer: ${line}`, `没有应答：${line}`) };
  }

  async #answers(): Promise<boolean> {
    if (this.#running?.pid() === undefined) return false;
    const { host, port, any } = addressOf(this.#parts.listen);
    return answersAt({ host: any ? "127.0.0.1" : host, port }, await this.#parts.siteCa.certificate());
  }

  async #publish(bundles: readonly StoredBundle[], root: string): Promise<void> {
    await mkdir(root, { recursive: true });
    const before = this.#content;
    const totals = { ...NOTHING };
    for (const { index } of bundles) {
      const done = await publishImages(this.#parts.store, index, root);
      totals.images += done.images;
      totals.blobs += done.blobs;
      totals.copied += done.copied;
    }
    // Blobs that were copied by an earlier run of this engine are there now, so that they are not copied again.
    this.#content = { ...totals, copied: totals.copied + before.copied };
    if (totals.copied > 0) {
      const fields = { component: "registry", copied: totals.copied };
      this.#parts.log.warn(
        fields,
        "blobs had to be copied: store and registry are on different file systems",
      );
    }
  }

  async #currentContent(): Promise<string> {
    const name = await readlink(this.#current).catch(() => undefined);
    if (name !== undefined) return join(this.#parts.folder, name);
    const first = `content-${Date.now()}`;
    await mkdir(join(this.#parts.folder, first), { recursive: true });
    await this.#pointTo(first);
    return join(this.#parts.folder, first);
  }

  async #pointTo(name: string): Promise<void> {
    const fresh = `${this.#current}.part`;
    await rm(fresh, { force: true });
    await symlink(name, fresh);
    await rename(fresh, this.#current);
  }

  async #run(bundles: readonly StoredBundle[]): Promise<void> {
    const { store, folder, siteCa, listen, log } = this.#parts;
    const { notAfter, fresh } = await ensureCertificate(siteCa, this.#tls());
    this.#notAfter = notAfter;
    if (fresh) await this.stop();
    if (this.#running !== undefined) return;
    this.#program = await findProgram(store, { bundles, folder: join(folder, "program") });
    this.#tried = true;
    if (this.#program === undefined) return;
    if (!this.#leftoverEnded) await endLeftover(this.#pidPath(), this.#config);
    this.#leftoverEnded = true;
    this.#running = await startRegistry({
      program: this.#program,
      configPath: this.#config,
      root: this.#current,
      listen: addressOf(listen).any ? `:${addressOf(listen).port}` : listen,
      tls: this.#tls(),
      log,
      onStart: (pid) => void writeFile(this.#pidPath(), String(pid)).catch(() => {}),
    });
    this.#startedAt = Date.now();
    for (const until = performance.now() + START_MS; performance.now() < until; await sleep(ASK_AGAIN_MS)) {
      if (await this.#answers()) return;
    }
  }

  #tls(): { readonly certificate: string; readonly key: string } {
    const { folder } = this.#parts;
    return { certificate: join(folder, "tls", "registry.crt"), key: join(folder, "tls", "registry.key") };
  }

  #pidPath(): string {
    return join(this.#parts.folder, "pid");
  }
}

const hasImages = (bundles: readonly StoredBundle[]): boolean =>
  bundles.some(({ index }) => imagesOf(index).length > 0);

/** `0.0.0.0:5000`, `[::1]:5000` or `:5000` in its parts. */
const addressOf = (listen: string): { host: string; port: number; any: boolean } => {
  const at = listen.lastIndexOf(":");
  const host = listen.slice(0, at).replace(/^\[(.*)\]$/, "$1");
  return {
    host,
    port: Number(listen.slice(at + 1)),
    any: host === "" || host === "0.0.0.0" || host === "::",
  };
};

const isForOthers = (address: string): boolean => address !== "::1" && !address.startsWith("127.");

const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address);
