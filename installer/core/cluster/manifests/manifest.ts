/** An object as it is sent to the API. Its schema is the API server's business: server-side apply validates it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

const RBAC = "rbac.authorization.k8s.io";

/** An account that pods use. */
export const serviceAccount = (name: string, namespace: string): Manifest => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace },
});

/** One rule of a role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A cluster role and its binding to one service account, under one name. */
export const clusterRole = (
  name: string,
  rules: readonly Rule[],
  account: { readonly name: string; readonly namespace: string },
): readonly Manifest[] => [
  { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name }, rules },
  clusterRoleBinding(name, name, account),
];

/** Binds a cluster role to a service account. */
export const clusterRoleBinding = (
  name: string,
  role: string,
  account: { readonly name: string; readonly namespace: string },
): Manifest => ({
  apiVersion: `${RBAC}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name },
  roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: role },
  subjects: [{ kind: "ServiceAccount", ...account }],
});

/** Reading verbs. */
export const READ = ["get", "list", "watch"] as const;

/** Pods with these may run on a machine that only serves the API. */
export const onControlPlanes = [
  { key: "CriticalAddonsOnly", operator: "Exists" },
  { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
] as const;

/** A container that needs nothing of its host. */
export const unprivileged = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
} as const;
