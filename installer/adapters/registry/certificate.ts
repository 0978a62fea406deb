import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { dirname } from "node:path";
import type { SiteCa } from "../../core/ports/site-ca.ts";

const DAYS = 365;
/** A certificate is made anew when less than this is left. */
const RENEW_MS = 30 * 86_400_000;

/** Where certificate and key of the registry lie. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The addresses of this computer by which others may reach it, and its own loopback. */
export const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flat()
    // An IPv6 link-local address means nothing without its zone, which no certificate can name.
    .flatMap((found) => (found === undefined || found.scopeid ? [] : [found.address]))
    .toSorted();

/**
 * Sees to a certificate of the site's CA that names every address of this computer and is good for a while. Tells whether
 * it was made anew, so that the registry must be started again.
 */
export const ensureCertificate = async (
  siteCa: Pick<SiteCa, "issue" | "inspect">,
  files: CertificateFiles,
): Promise<{ readonly notAfter: number; readonly fresh: boolean }> => {
  const addresses = ownAddresses();
  const present = await readFile(files.certificate, "utf8").catch(() => undefined);
  const found = present === undefined ? undefined : await siteCa.inspect(present);
  const named = new Set(found?.addresses.map(plain));
  if (
    found?.issuedHere === true &&
    found.notAfter - Date.now() > RENEW_MS &&
    addresses.every((address) => named.has(plain(address)))
  ) {
    return { notAfter: found.notAfter, fresh: false };
  }
  const issued = await siteCa.issue({
    commonName: "Slipway registry",
    dnsNames: [...new Set(["localhost", hostname()])],
    addresses,
    days: DAYS,
  });
  await mkdir(dirname(files.key), { recursive: true, mode: 0o700 });
  await replaceFile(files.key, issued.privateKey, 0o600);
  await replaceFile(files.certificate, issued.certificate, 0o644);
  return { notAfter: issued.notAfter, fresh: true };
};

/** One spelling for an IPv6 address: certificates print all its digits in capitals, the system does not. */
const plain = (address: string): string =>
  address.includes(":") ? new URL(`http://[${address}]`).hostname : address;

const replaceFile = async (path: string, content: string, mode: number): Promise<void> => {
  await writeFile(`${path}.part`, content, { mode });
  await rename(`${path}.part`, path);
};
