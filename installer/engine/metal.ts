import { join } from "node:path";
import { systemClock } from "../adapters/clock/system-clock.ts";
import type { OpenedJournal } from "../adapters/journal/open.ts";
import type { Log, Metal, Redactor, Releases, Secrets, SiteCa } from "../core/ports/index.ts";
import type { ImageWish } from "../core/ports/metal.ts";
import { openStates } from "../services/ground.ts";
import type { MetalService } from "../services/metal/metal.ts";
import type { MetalApi } from "../services/metal/api.ts";
import { deferred } from "./deferred.ts";
import type { EngineHost } from "./run.ts";

/** What blank machines are handled with. */
export interface MetalHost {
  readonly data: string;
  readonly host: EngineHost;
  readonly journal: OpenedJournal;
  readonly releases: Releases;
  readonly secrets: Secrets;
  readonly siteCa: SiteCa;
  readonly redactor: Redactor;
  readonly log: Log;
  readonly defaultKeys: readonly string[];
}

/** Blank machines, loaded when one is first spoken of. */
export interface ComposedMetal {
  readonly port: Metal;
  readonly api: MetalApi;
  /** Whether boot services run, or are to. */
  wanted(): boolean;
  /** Starts what an operator had switched on before the engine was started anew; returns at once. */
  comeBack(): void;
  close(): Promise<void>;
}

/** Joins everything about blank machines; nothing is loaded before it is used. */
export const composeMetal = (parts: MetalHost): ComposedMetal => {
  let loading: Promise<MetalService> | undefined;
  let loaded: MetalService | undefined;
  const load = async (): Promise<MetalService> => {
    loading ??= loadMetal(parts);
    loaded = await loading;
    return loaded;
  };
  return {
    port: deferred(async () => (await load()).port),
    api: deferred(async () => {
      const { createMetalApi } = await import("../services/metal/api.ts");
      return createMetalApi(await load(), () => systemClock.now());
    }),
    wanted: () => loaded?.boots.wanted === true,
    comeBack() {
      void parts.journal.metal
        .load("boot")
        .then(async (wishes) => (wishes.length === 0 ? undefined : (await load()).boots.comeBack()))
        .catch((error: unknown) => parts.log.error({ error }, "the boot services could not be started"));
    },
    close: async () => loaded?.close(),
  };
};

/** Joins boot services, installer server and records. */
const loadMetal = async (parts: MetalHost): Promise<MetalService> => {
  const { data, host, journal, releases, secrets, siteCa, redactor, log } = parts;
  const [
    { createMetal },
    { MetalBook },
    { createInstallerServer },
    { createSavedDisks },
    { createNodeImages },
    { createLoginKeys },
    { bootDevices },
    { startNetboot },
    { openBootLibrary },
    { memoryLeases },
  ] = await Promise.all([
    import("../services/metal/metal.ts"),
    import("../services/metal/book.ts"),
    import("../adapters/metal/server.ts"),
    import("../adapters/metal/saved-disks.ts"),
    import("../adapters/metal/images.ts"),
    import("../adapters/metal/login-keys.ts"),
    import("../adapters/metal/devices.ts"),
    import("../adapters/netboot/services.ts"),
    import("../adapters/netboot/boot-files.ts"),
    import("../adapters/netboot/dhcp/memory-leases.ts"),
  ]);
  const { env } = host;
  const folder = env["SLIPWAY_NODE_OS"];
  const images = createNodeImages({
    folder,
    scratch: join(data, "metal", "loaders"),
    blobPath: (digest) => blobPathOf(parts, digest),
    files: (wish) => systemFiles(releases, wish),
  });
  return createMetal({
    services: {
      start: (wish) =>
        startNetboot({
          ...wish,
          clock: systemClock,
          leases: wish.dhcp.mode === "full" ? journal.leases : memoryLeases(),
        }),
      library: openBootLibrary,
    },
    server: createInstallerServer({ siteCa, log, port: Number(env["SLIPWAY_METAL_PORT"] ?? 7444) }),
    images,
    disks: createSavedDisks(join(data, "metal", "disks")),
    keys: createLoginKeys({ secrets, defaultKeys: parts.defaultKeys }),
    devices: bootDevices,
    hostKeys: journal.hostKeys,
    book: await MetalBook.open(journal.metal),
    operationOpen: async (id) => {
      const operation = await journal.operation(id);
      return openStates.some((state) => state === operation?.status);
    },
    secrets,
    siteCa,
    redactor,
    clock: systemClock,
    log,
  });
};

/** The bundle store keeps a blob under its digest, two folders deep as every OCI layout does. */
const blobPathOf = ({ data, host: { env } }: MetalHost, digest: string): string =>
  join(env["SLIPWAY_STORE"] ?? join(data, "store"), "blobs", ...digest.split(":"));

/** Only these machines can be installed so far. */
const ARCHITECTURE = "amd64";

const systemFiles = async (releases: Releases, { bundle, kubernetes, variant }: ImageWish) => {
  const found =
    bundle === undefined || kubernetes === undefined
      ? await releases.systems(ARCHITECTURE)
      : ((await releases.open({ bundle, kubernetes, architecture: ARCHITECTURE })).systems ?? []);
  const own = (component: string): boolean => component.endsWith("-server") === (variant === "server");
  // A bundle with one kernel only serves every machine with it.
  return [
    ...found.filter(({ component }) => own(component)),
    ...found.filter(({ component }) => !own(component)),
  ];
};
