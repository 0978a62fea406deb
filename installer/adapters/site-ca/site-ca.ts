// @peculiar/x509 finds its parts by decorators, which need this before anything else.
// oxlint-disable-next-line import/no-unassigned-import -- it is imported for what it does
import "reflect-metadata";
import { webcrypto, X509Certificate as NodeCertificate, createPrivateKey, randomBytes } from "node:crypto";
import * as x509 from "@peculiar/x509";
import * as z from "zod";
import { isCode, SlipwayError } from "../../contract/errors/index.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Redactor, Secrets } from "../../core/ports/secrets.ts";
import type {
  CertificateRequest,
  CertificateView,
  IssuedCertificate,
  SiteCa,
} from "../../core/ports/site-ca.ts";

/** Where the CA keeps itself, and whose clock it goes by. */
export interface SiteCaParts {
  readonly secrets: Pick<Secrets, "get" | "set">;
  readonly redactor: Pick<Redactor, "add">;
  readonly clock: Pick<Clock, "now">;
}

/** One entry of the secrets store holds key and certificate, so that there is never one without the other. */
const SECRET = "site-ca";

const Stored = z.object({ certificate: z.string(), privateKey: z.string() });
type Stored = z.output<typeof Stored>;

const DAY_MS = 86_400_000;

/** Longer than the clusters it serves; machines that trust it cannot be made to forget it easily. */
const CA_DAYS = 3650;

/** Certificates begin a day early: a machine's clock may be a little behind when it first sees one. */
const BACKDATED_MS = DAY_MS;

const EC = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;

interface Authority {
  readonly pem: string;
  readonly certificate: x509.X509Certificate;
  readonly node: NodeCertificate;
  readonly key: webcrypto.CryptoKey;
}

/** The site's CA over the secrets store; made at first use. Rejects with SITE_CA_UNUSABLE when what is stored is not one. */
export const createSiteCa = (parts: SiteCaParts): SiteCa => {
  let opened: Promise<Authority> | undefined;
  const authority = (): Promise<Authority> => {
    opened ??= openAuthority(parts).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    certificate: async () => (await authority()).pem,
    issue: async (request) => issue(await authority(), request, parts),
    inspect: async (pem) => inspect(await authority(), pem, parts.clock.now()),
  };
};

const openAuthority = async (parts: SiteCaParts): Promise<Authority> => {
  const stored = await parts.secrets.get(SECRET).catch((error: unknown) => {
    if (isCode(error, "SECRET_NOT_FOUND")) return undefined;
    throw error;
  });
  if (stored !== undefined) return readAuthority(stored);
  const made = JSON.stringify(await makeAuthority(parts.clock.now()));
  await parts.secrets.set(SECRET, made);
  return readAuthority(made);
};

const readAuthority = async (stored: string): Promise<Authority> => {
  try {
    const { certificate: pem, privateKey } = Stored.parse(JSON.parse(stored));
    const der = createPrivateKey(privateKey).export({ type: "pkcs8", format: "der" });
    const key = await webcrypto.subtle.importKey("pkcs8", der, EC, false, ["sign"]);
    return { pem, certificate: new x509.X509Certificate(pem), node: new NodeCertificate(pem), key };
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? "not a stored CA" : String(cause);
    throw SlipwayError.of("SITE_CA_UNUSABLE", { problem }, { cause });
  }
};

const serial = (): string => {
  const bytes = randomBytes(16);
  // A positive integer of at most 20 octets (RFC 5280, section 4.1.2.2).
  bytes.writeUInt8((bytes[0] ?? 0) & 0x7f, 0);
  return bytes.toString("hex");
};

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);

const pemOf = async (key: webcrypto.CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");

const makeAuthority = async (now: number): Promise<Stored> => {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: "CN=Slipway site CA, O=Slipway",
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(now + CA_DAYS * DAY_MS),
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, privateKey: await pemOf(keys.privateKey) };
};

const issue = async (
  authority: Authority,
  request: CertificateRequest,
  { clock, redactor }: SiteCaParts,
): Promise<IssuedCertificate> => {
  const keys = await newKeys();
  const now = clock.now();
  const notAfter = Math.min(now + request.days * DAY_MS, authority.certificate.notAfter.getTime());
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${request.commonName}, O=Slipway`,
    issuer: authority.certificate.subject,
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(notAfter),
    publicKey: keys.publicKey,
    signingKey: authority.key,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...request.dnsNames.map((value) => ({ type: "dns" as const, value })),
        ...request.addresses.map((value) => ({ type: "ip" as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  const privateKey = await pemOf(keys.privateKey);
  redactor.add(privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    privateKey: `${privateKey}\n`,
    notAfter: certificate.notAfter.getTime(),
  };
};

const inspect = (authority: Authority, pem: string, now: number): CertificateView | undefined => {
  let found: NodeCertificate;
  try {
    found = new NodeCertificate(pem);
  } catch {
    return undefined;
  }
  const names = (found.subjectAltName ?? "").split(", ");
  const of = (kind: string): readonly string[] =>
    names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
  return {
    issuedHere:
      found.checkIssued(authority.node) &&
      found.verify(authority.node.publicKey) &&
      authority.certificate.notAfter.getTime() > now,
    dnsNames: of("DNS:"),
    addresses: of("IP Address:"),
    notBefore: found.validFromDate.getTime(),
    notAfter: found.validToDate.getTime(),
  };
};
