import { X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { isIP } from "node:net";
import { join } from "node:path";
import type { SiteCa } from "../../core/ports/site-ca.ts";

/** Browsers refuse certificates that live longer than 398 days. */
const DAYS = 365;
const RENEW_MS = 30 * 86_400_000;

/** A certificate with its key, and what it is for. */
export interface ConsoleCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly notAfter: number;
  /** SHA-256 as browsers show it: `AB:CD:...`. */
  readonly fingerprint: string;
}

/** Names and addresses under which a listening address is reached. */
export interface ConsoleNames {
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
}

/** What a console that listens on `host` is called: all names of this computer when it listens everywhere. */
export const namesFor = (host: string, extra: readonly string[]): ConsoleNames => {
  const everywhere = host === "0.0.0.0" || host === "::";
  const own = Object.values(networkInterfaces())
    .flat()
    // An IPv6 link-local address means nothing without its zone, which no certificate can name.
    .flatMap((found) => (found === undefined || found.scopeid ? [] : [found.address]))
    .filter((address) => host !== "0.0.0.0" || isIP(address) === 4);
  const names = [
    ...(everywhere ? [...own, "localhost", hostname()] : [host, ...(isLoopback(host) ? ["localhost"] : [])]),
    ...extra,
  ].map((name) => name.toLowerCase());
  const unique = [...new Set(names)];
  return {
    dnsNames: unique.filter((name) => isIP(name) === 0),
    addresses: unique.filter((name) => isIP(name) > 0).toSorted(),
  };
};

/** SHA-256 of a certificate, in the form people compare. */
export const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

/** The certificate in a folder, made anew when it is old, from another CA, or lacks a name. */
export const ensureConsoleCertificate = async (
  siteCa: Pick<SiteCa, "issue" | "inspect">,
  { folder, names }: { readonly folder: string; readonly names: ConsoleNames },
): Promise<ConsoleCertificate> => {
  const files = { certificate: join(folder, "console.crt"), key: join(folder, "console.key") };
  const [certificate, key] = await Promise.all([read(files.certificate), read(files.key)]);
  if (certificate !== undefined && key !== undefined && (await isGood(siteCa, certificate, names))) {
    return viewOf(certificate, key);
  }
  const issued = await siteCa.issue({ commonName: "Slipway console", ...names, days: DAYS });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceFile(files.key, issued.privateKey);
  await replaceFile(files.certificate, issued.certificate);
  return viewOf(issued.certificate, issued.privateKey);
};

const isGood = async (
  siteCa: Pick<SiteCa, "inspect">,
  certificate: string,
  names: ConsoleNames,
): Promise<boolean> => {
  const found = await siteCa.inspect(certificate);
  if (found?.issuedHere !== true || found.notAfter - Date.now() < RENEW_MS) return false;
  const named = new Set([...found.addresses.map(plain), ...found.dnsNames.map((name) => name.toLowerCase())]);
  return [...names.addresses.map(plain), ...names.dnsNames].every((name) => named.has(name));
};

const viewOf = (certificate: string, key: string): ConsoleCertificate => {
  const parsed = new X509Certificate(certificate);
  return { certificate, key, notAfter: parsed.validToDate.getTime(), fingerprint: parsed.fingerprint256 };
};

/** One spelling for an IPv6 address: certificates print all its digits in capitals, the system does not. */
const plain = (address: string): string =>
  address.includes(":") ? new URL(`http://[${address}]`).hostname : address;

const isLoopback = (host: string): boolean => host.startsWith("127.") || host === "::1";

const read = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);

const replaceFile = async (path: string, content: string): Promise<void> => {
  await writeFile(`${path}.part`, content, { mode: 0o600 });
  await rename(`${path}.part`, path);
};
