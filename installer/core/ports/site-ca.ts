/** What a certificate shall say. Names and addresses become subject alternative names. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  readonly days: number;
}

/** A new certificate with its private key, both PEM. The key is known to the redactor, and kept nowhere. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly privateKey: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

/** What a certificate found somewhere says. */
export interface CertificateView {
  /** Signed by this site's CA, which is within its own validity. */
  readonly issuedHere: boolean;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * The authority of this site, made on the appliance at first use: registries, appliance and console show certificates of
 * it. Its private key never leaves the secrets store.
 */
export interface SiteCa {
  /** The CA's own certificate as PEM. */
  certificate(): Promise<string>;
  /** Issues a server certificate with a new ECDSA P-256 key. */
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
  /** Reads a certificate; undefined when the text is none. */
  inspect(pem: string): Promise<CertificateView | undefined>;
}
