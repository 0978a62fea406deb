import { join } from "node:path";
import {
  ensureConsoleCertificate,
  fingerprintOf,
  namesFor,
  type ConsoleNames,
} from "../adapters/web/certificate.ts";
import { staticFiles } from "../adapters/web/static-files.ts";
import type { ConsoleStatus } from "../contract/api/console.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { spelled } from "../rpc/web/place.ts";
import { createWebServer } from "../rpc/web/server.ts";
import type { WebServices } from "../rpc/services.ts";
import type { ConsoleHost } from "./console.ts";
import { parseListen, urlHost, type ListenAddress } from "./listen.ts";

/** A console that listens. */
export interface OpenedWeb {
  addresses(): readonly string[];
  status(): Promise<Omit<ConsoleStatus, "setup" | "authority">>;
  close(): Promise<void>;
}

/** Addresses come and go, and certificates end: looked at this often. */
const LOOK_MS = 60_000;

/** Where `npm run build:ui` puts the console; absent, the console says so. */
const BUILT_UI = join(import.meta.dirname, "..", "..", "dist", "renderer");

/** Listens on the address that was asked for and no other, with a certificate of the site's CA that it keeps good. */
export const openWeb = async (
  services: WebServices,
  parts: ConsoleHost & { readonly listen: string },
): Promise<OpenedWeb> => {
  const { settings, host, siteCa, log, listen } = parts;
  const address = parseListen(listen);
  const extra = [
    ...(settings.consoleNames ?? []),
    ...(host.env["SLIPWAY_CONSOLE_NAMES"] ?? "").split(","),
  ].filter((name) => name !== "");
  const files = staticFiles(settings.ui ?? host.env["SLIPWAY_UI"] ?? BUILT_UI);
  const folder = join(settings.data, "console");
  let names = namesFor(address.host, extra);
  let certificate = await ensureConsoleCertificate(siteCa, { folder, names });
  const web = createWebServer(services, {
    certificate: certificate.certificate,
    key: certificate.key,
    places: () => ({ names: new Set([...names.addresses, ...names.dnsNames].map(spelled)) }),
    files,
  });
  const port = await listening(web.server, address, listen);

  const look = async (): Promise<void> => {
    names = namesFor(address.host, extra);
    const found = await ensureConsoleCertificate(siteCa, { folder, names });
    if (found.fingerprint === certificate.fingerprint) return;
    certificate = found;
    web.server.setSecureContext({ cert: found.certificate, key: found.key, minVersion: "TLSv1.2" });
    log.info({ notAfter: found.notAfter }, "the console has a new certificate");
  };
  const watch = setInterval(() => {
    look().catch((error: unknown) => log.error({ error }, "the console's certificate could not be renewed"));
  }, LOOK_MS);
  watch.unref();

  const addresses = (): readonly string[] => urlsOf(names, port);
  return {
    addresses,
    status: async () => ({
      listening: true,
      listen,
      addresses: addresses(),
      ui: await files.state(),
      certificate: { fingerprint: certificate.fingerprint, notAfter: certificate.notAfter },
    }),
    async close() {
      clearInterval(watch);
      web.close();
      web.server.closeAllConnections();
    },
  };
};

/** The site's CA as people compare it. */
export const authorityView = (certificate: string): NonNullable<ConsoleStatus["authority"]> => ({
  certificate,
  fingerprint: fingerprintOf(certificate),
});

/** Addresses that others can reach first. */
const urlsOf = (names: ConsoleNames, port: number): readonly string[] => {
  const isOwn = (name: string): boolean => /^(127\.|::1$|localhost$)/.test(name);
  const all = [...names.addresses, ...names.dnsNames];
  return [...all.filter((name) => !isOwn(name)), ...all.filter(isOwn)].map(
    (name) => `https://${urlHost(name)}:${port}`,
  );
};

const listening = (
  server: ReturnType<typeof createWebServer>["server"],
  { host, port }: ListenAddress,
  listen: string,
): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(SlipwayError.of("CONSOLE_LISTEN_FAILED", { listen, problem: error.message }, { cause: error }));
    });
    server.listen({ host, port, ipv6Only: host === "::" ? false : undefined }, () => {
      const found = server.address();
      resolve(typeof found === "object" && found !== null ? found.port : port);
    });
  });
