import * as z from "zod";
import { readCertificate } from "./certificate.ts";

/** What a certificate is for. */
export const CertificateUse = z.enum([
  "authority",
  "api-server",
  "etcd",
  "front-proxy",
  "kubeconfig",
  "kubelet-client",
  "kubelet-serving",
  "registry",
]);
export type CertificateUse = z.output<typeof CertificateUse>;

/** A certificate at a place. */
export const FoundCertificate = z.object({
  path: z.string(),
  use: CertificateUse,
  subject: z.string(),
  issuer: z.string(),
  notBefore: z.number(),
  notAfter: z.number().describe("Milliseconds since the epoch"),
});
export type FoundCertificate = Readonly<z.output<typeof FoundCertificate>>;

/**
 * Prints every certificate of a machine, each after a line \`@ PATH\`, in one go: authorities, those of kubeadm, those in
 * kubeconfigs, kubelet's two, the registry's. \`$1\` is the registry's. Private keys beside them are never printed.
 */
export const collectCertificates = `
show() { sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' "$1"; }
for file in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt \\
  /var/lib/kubelet/pki/kubelet-client-current.pem /var/lib/kubelet/pki/kubelet-server-current.pem "$1"; do
  if [ -s "$file" ]; then printf '@ %s\\n' "$file"; show "$file"; fi
done
for file in /etc/kubernetes/*.conf; do
  data=$(sed -n 's/^ *client-certificate-data: //p' "$file" 2>/dev/null | head -n 1)
  if [ -n "$data" ]; then printf '@ %s\\n' "$file"; printf '%s' "$data" | base64 -d; fi
done
exit 0
`;

const useOf = (path: string): CertificateUse => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (path.endsWith(".conf")) return "kubeconfig";
  if (name === "kubelet-client-current.pem") return "kubelet-client";
  if (name === "kubelet-server-current.pem") return "kubelet-serving";
  if (name === "ca.crt" || name === "front-proxy-ca.crt") return "authority";
  if (path.includes("/pki/etcd/") || name === "apiserver-etcd-client.crt") return "etcd";
  if (name.startsWith("front-proxy")) return "front-proxy";
  return path.startsWith("/etc/kubernetes/") ? "api-server" : "registry";
};

/** Reads what \`collectCertificates\` printed; what is no certificate is left out. */
export const parseCertificates = (output: string): readonly FoundCertificate[] =>
  output
    .split(/^@ /m)
    .slice(1)
    .flatMap((section) => {
      const path = section.slice(0, section.indexOf("\n"));
      const reading = readCertificate(section);
      if (reading === undefined) return [];
      const { subject, issuer, notBefore, notAfter } = reading;
      return [{ path, use: useOf(path), subject, issuer, notBefore, notAfter }];
    });

/** A certificate is due when less than a third of its life is left: the share at which kubelets renew theirs, too. */
export const isDue = (
  { notBefore, notAfter }: Pick<FoundCertificate, "notBefore" | "notAfter">,
  now: number,
): boolean => notAfter - now < (notAfter - notBefore) / 3;
