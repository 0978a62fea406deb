import { join } from "node:path";
import type { OpenedContent } from "../adapters/content/content.ts";
import { systemClock } from "../adapters/clock/system-clock.ts";
import type { OpenedTimeServer } from "../adapters/time/ntp-server.ts";
import type {
  Content,
  Redactor,
  Releases,
  Secrets,
  SiteCa,
  Snapshots,
  TimeServer,
} from "../core/ports/index.ts";
import { deferred } from "./deferred.ts";
import type { EngineHost } from "./run.ts";

/** What the appliance is to the machines of its site: authority, content, time. Each part is made when it is first used. */
export interface SitePorts {
  readonly content: Content;
  readonly releases: Releases;
  readonly siteCa: SiteCa;
  readonly snapshots: Snapshots;
  readonly timeServer: TimeServer;
}

/** Joins the parts that serve machines. `close` ends what was opened by then. */
export const composeSite = (parts: {
  readonly data: string;
  readonly host: EngineHost;
  readonly secrets: Secrets;
  readonly redactor: Redactor;
}): { readonly ports: SitePorts; close(): Promise<void> } => {
  const { data, host, secrets, redactor } = parts;
  const { env } = host;
  let content: OpenedContent | undefined;
  let timeServer: OpenedTimeServer | undefined;
  const openStore = once(async () => {
    const { BundleStore } = await import("../adapters/bundle/store.ts");
    return BundleStore.open(env["SLIPWAY_STORE"] ?? join(data, "store"));
  });
  const siteCa = deferred(async () => {
    const { createSiteCa } = await import("../adapters/site-ca/site-ca.ts");
    return createSiteCa({ secrets, redactor, clock: systemClock });
  });
  const ports: SitePorts = {
    siteCa,
    snapshots: deferred(async () => {
      const { createSnapshots } = await import("../adapters/snapshots/store.ts");
      return createSnapshots(join(data, "snapshots"));
    }),
    releases: deferred(async () => {
      const { createReleases } = await import("../adapters/release/releases.ts");
      return createReleases(await openStore());
    }),
    content: deferred(async () => {
      const { createContent } = await import("../adapters/content/content.ts");
      content = createContent({
        store: await openStore(),
        siteCa,
        redactor,
        port: Number(env["SLIPWAY_CONTENT_PORT"] ?? 7443),
        scratch: join(data, "unpacked"),
      });
      return content;
    }),
    timeServer: deferred(async () => {
      const { createTimeServer } = await import("../adapters/time/ntp-server.ts");
      timeServer = createTimeServer();
      return timeServer;
    }),
  };
  return {
    ports,
    async close() {
      await content?.close();
      await timeServer?.close();
    },
  };
};

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
};
