import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import { kubernetesPaths } from "./paths.ts";
import { yamlDocuments } from "./yaml.ts";

/** Namespaces whose pods run the cluster itself; Pod Security lets them do what they must. */
export const systemNamespaces = [
  "kube-system",
  "kube-flannel",
  "local-path-storage",
  "slipway-system",
] as const;

const securityDefaults = {
  apiVersion: "pod-security.admission.config.k8s.io/v1",
  kind: "PodSecurityConfiguration",
  defaults: {
    enforce: "baseline",
    "enforce-version": "latest",
    audit: "restricted",
    "audit-version": "latest",
    warn: "restricted",
    "warn-version": "latest",
  },
  exemptions: { usernames: [], runtimeClasses: [], namespaces: systemNamespaces },
};

/** Pod Security admission: baseline for everything that no namespace label says otherwise about. */
export const admissionConfiguration = (): string =>
  yamlDocuments([
    {
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "AdmissionConfiguration",
      plugins: [{ name: "PodSecurity", configuration: securityDefaults }],
    },
  ]);

/** Nobody without credentials gets further than the health endpoints, which kubelet's probes ask without any. */
export const authenticationConfiguration = (): string =>
  yamlDocuments([
    {
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "AuthenticationConfiguration",
      anonymous: {
        enabled: true,
        conditions: [{ path: "/livez" }, { path: "/readyz" }, { path: "/healthz" }],
      },
    },
  ]);

/**
 * What the API server writes down: changes with who and what, secrets and tokens by metadata only, and none of the
 * cluster's own chatter (leases, events, health, watches of its components).
 */
export const auditPolicy = (): string =>
  yamlDocuments([
    {
      apiVersion: "audit.k8s.io/v1",
      kind: "Policy",
      omitStages: ["RequestReceived"],
      rules: [
        { level: "None", nonResourceURLs: ["/livez*", "/readyz*", "/healthz*", "/version", "/metrics"] },
        {
          level: "None",
          resources: [
            { group: "", resources: ["events"] },
            { group: "events.k8s.io", resources: ["events"] },
            { group: "coordination.k8s.io", resources: ["leases"] },
          ],
        },
        {
          level: "None",
          userGroups: [
            "system:nodes",
            "system:serviceaccounts:kube-system",
            "system:serviceaccounts:kube-flannel",
          ],
          verbs: ["get", "list", "watch"],
        },
        {
          level: "None",
          users: [
            "system:kube-controller-manager",
            "system:kube-scheduler",
            "system:kube-proxy",
            "system:apiserver",
          ],
          verbs: ["get", "list", "watch"],
        },
        {
          level: "None",
          userGroups: ["system:nodes"],
          verbs: ["update", "patch"],
          resources: [{ group: "", resources: ["nodes/status", "pods/status"] }],
        },
        {
          level: "Metadata",
          resources: [
            { group: "", resources: ["secrets", "configmaps", "serviceaccounts/token"] },
            { group: "authentication.k8s.io", resources: ["tokenreviews"] },
            { group: "certificates.k8s.io", resources: ["certificatesigningrequests"] },
          ],
        },
        { level: "Metadata", verbs: ["get", "list", "watch"] },
        {
          level: "Request",
          resources: [
            { group: "" },
            { group: "apps" },
            { group: "batch" },
            { group: "rbac.authorization.k8s.io" },
          ],
        },
        { level: "Metadata" },
      ],
    },
  ]);

/**
 * Secrets are encrypted before etcd sees them. Where that is switched off the key stays, behind: what it encrypted can
 * still be read.
 * @param key 32 bytes in base64 (XSalsa20 and Poly1305)
 */
export const encryptionConfiguration = (
  key: string,
  { secrets }: ClusterSpec["encryption"] = { secrets: true },
): string => {
  const box = { secretbox: { keys: [{ name: "slipway-1", secret: key }] } };
  const plain = { identity: {} };
  return yamlDocuments([
    {
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "EncryptionConfiguration",
      resources: [{ resources: ["secrets"], providers: secrets ? [box, plain] : [plain, box] }],
    },
  ]);
};

/** The first key in an encryption configuration that Slipway wrote, or undefined. */
export const encryptionKeyIn = (content: string): string | undefined =>
  /^ *secret: "([A-Za-z0-9+/=]+)"$/m.exec(content)?.[1];

/** A file that only root may read: the encryption key is among them. */
export interface PrivateFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** The files an API server reads besides its flags. Every control plane holds the same ones. */
export const apiServerFiles = (
  { audit, encryption }: Pick<ClusterSpec, "audit" | "encryption">,
  encryptionKey: string,
): readonly PrivateFile[] => [
  { path: kubernetesPaths.admission, content: admissionConfiguration(), mode: 0o600 },
  { path: kubernetesPaths.authentication, content: authenticationConfiguration(), mode: 0o600 },
  { path: kubernetesPaths.auditPolicy, content: audit.policy ?? auditPolicy(), mode: 0o600 },
  {
    path: kubernetesPaths.encryption,
    content: encryptionConfiguration(encryptionKey, encryption),
    mode: 0o600,
  },
];
