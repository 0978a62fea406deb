import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSiteCa } from "../../installer/adapters/site-ca/site-ca.ts";
import { createNodeImages } from "../../installer/adapters/metal/images.ts";
import { createSavedDisks } from "../../installer/adapters/metal/saved-disks.ts";
import { createInstallerServer } from "../../installer/adapters/metal/server.ts";
import { openBootLibrary } from "../../installer/adapters/netboot/boot-files.ts";
import type { MetalStore } from "../../installer/core/ports/metal.ts";
import type { BootLibrary, BootServiceWish } from "../../installer/core/ports/netboot.ts";
import type { MetalKind, MetalRecord } from "../../installer/core/provision/records.ts";
import { MetalBook } from "../../installer/services/metal/book.ts";
import { createMetal, type MetalService } from "../../installer/services/metal/metal.ts";
import { fakeHostKeys, fakeRedactor, fakeSecrets, silentLog } from "./engine-services.ts";

/** Records in a map, as JSON: what does not survive that would not survive the journal. */
export class FakeMetalStore implements MetalStore {
  readonly kept = new Map<string, string>();

  async load<K extends MetalKind>(kind: K): Promise<readonly MetalRecord<K>[]> {
    return [...this.kept]
      .filter(([key]) => key.startsWith(`${kind} `))
      .map(([, value]) => JSON.parse(value) as MetalRecord<K>);
  }

  async put<K extends MetalKind>(kind: K, key: string, value: MetalRecord<K>): Promise<void> {
    this.kept.set(`${kind} ${key}`, JSON.stringify(value));
  }

  async remove(kind: MetalKind, key: string): Promise<void> {
    this.kept.delete(`${kind} ${key}`);
  }
}

/** Metal on the loopback: the real server for installers and real files; DHCP and TFTP only remember how they were started. */
export interface FakeSite {
  readonly metal: MetalService;
  readonly store: FakeMetalStore;
  readonly hostKeys: ReturnType<typeof fakeHostKeys>;
  readonly ca: string;
  readonly started: BootServiceWish[];
  /** The files that machines may ask for, since the last start. */
  library(): BootLibrary;
  /** Operations that are over. */
  readonly over: Set<string>;
  /** An engine that is started anew on what this one has kept. */
  again(): Promise<FakeSite>;
  close(): Promise<void>;
}

const FILES = {
  "root.squashfs": "r".repeat(300_000),
  "boot.tar": "b".repeat(5000),
  "installer.vmlinuz": "kernel",
  "installer.initrd": "initrd",
} as const;

/** Starts it. */
export const fakeSite = async (): Promise<FakeSite> => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-fake-site-"));
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
  const secrets = fakeSecrets();
  const clock = { now: () => Date.now() };
  const siteCa = createSiteCa({ secrets, redactor: fakeRedactor(), clock });
  const store = new FakeMetalStore();
  const hostKeys = fakeHostKeys();
  const over = new Set<string>();
  const open: MetalService[] = [];
  const live = async (): Promise<FakeSite> => {
    const started: BootServiceWish[] = [];
    let library: BootLibrary | undefined;
    const metal = createMetal({
      services: {
        start: async (wish) => {
          started.push(wish);
          return { base: "http://127.0.0.1", leases: () => [], close: async () => undefined };
        },
        library: (tree, named) => (library = openBootLibrary(tree, named)),
      },
      server: createInstallerServer({ siteCa, log: silentLog, port: 0 }),
      images: createNodeImages({ files: async () => [], blobPath: () => "", scratch: folder, folder }),
      disks: createSavedDisks(join(folder, "disks")),
      keys: { publicKeys: async () => ["ssh-ed25519 AAAA"] },
      devices: () => [{ name: "lo", address: "127.0.0.1", prefix: 8 }],
      hostKeys,
      book: await MetalBook.open(store),
      operationOpen: async (id) => !over.has(id),
      secrets,
      siteCa,
      redactor: fakeRedactor(),
      clock,
      log: silentLog,
    });
    open.push(metal);
    return {
      metal,
      store,
      hostKeys,
      ca: await siteCa.certificate(),
      started,
      over,
      library: () => {
        if (library === undefined) throw new Error("nothing was started");
        return library;
      },
      again: async () => {
        await metal.close();
        return live();
      },
      close: async () => {
        await Promise.all(open.map((one) => one.close()));
        rmSync(folder, { recursive: true, force: true });
      },
    };
  };
  return live();
};
