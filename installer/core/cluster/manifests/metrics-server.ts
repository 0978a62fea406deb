import { EXPENDABLE_VOLUMES } from "../drain.ts";
import {
  clusterRole,
  clusterRoleBinding,
  onControlPlanes,
  READ,
  serviceAccount,
  unprivileged,
  type Manifest,
} from "./manifest.ts";

const namespace = "kube-system";
const name = "metrics-server";
const labels = { "k8s-app": name } as const;
const account = { name, namespace } as const;

/** metrics-server after upstream's base, but trusting kubelets by the cluster's CA instead of trusting anybody. */
export const metricsServerManifests = (image: string): readonly Manifest[] => [
  serviceAccount(name, namespace),
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: {
      name: "system:aggregated-metrics-reader",
      labels: {
        "rbac.authorization.k8s.io/aggregate-to-view": "true",
        "rbac.authorization.k8s.io/aggregate-to-edit": "true",
        "rbac.authorization.k8s.io/aggregate-to-admin": "true",
      },
    },
    rules: [{ apiGroups: ["metrics.k8s.io"], resources: ["pods", "nodes"], verbs: READ }],
  },
  ...clusterRole(
    "system:metrics-server",
    [
      { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
      { apiGroups: [""], resources: ["pods", "nodes"], verbs: READ },
    ],
    account,
  ),
  clusterRoleBinding("metrics-server:system:auth-delegator", "system:auth-delegator", account),
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "metrics-server-auth-reader", namespace },
    roleRef: {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "Role",
      name: "extension-apiserver-authentication-reader",
    },
    subjects: [{ kind: "ServiceAccount", ...account }],
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels },
    spec: {
      selector: labels,
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: "https", appProtocol: "https" }],
    },
  },
  {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1beta1.metrics.k8s.io", labels },
    spec: {
      service: { name, namespace },
      group: "metrics.k8s.io",
      version: "v1beta1",
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      selector: { matchLabels: labels },
      template: {
        // Its folder holds nothing but a certificate that it makes at every start.
        metadata: { labels, annotations: { [EXPENDABLE_VOLUMES]: "tmp-dir" } },
        spec: {
          serviceAccountName: name,
          priorityClassName: "system-cluster-critical",
          nodeSelector: { "kubernetes.io/os": "linux" },
          tolerations: onControlPlanes,
          volumes: [{ name: "tmp-dir", emptyDir: {} }],
          containers: [
            {
              name,
              image,
              imagePullPolicy: "IfNotPresent",
              args: [
                "--cert-dir=/tmp",
                "--secure-port=10250",
                "--kubelet-preferred-address-types=InternalIP,Hostname",
                "--kubelet-use-node-status-port",
                "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
                "--metric-resolution=15s",
              ],
              resources: { requests: { cpu: "100m", memory: "200Mi" } },
              ports: [{ name: "https", containerPort: 10250, protocol: "TCP" }],
              readinessProbe: {
                httpGet: { path: "/readyz", port: "https", scheme: "HTTPS" },
                periodSeconds: 10,
                initialDelaySeconds: 20,
              },
              livenessProbe: {
                httpGet: { path: "/livez", port: "https", scheme: "HTTPS" },
                periodSeconds: 10,
              },
              securityContext: { ...unprivileged, runAsUser: 1000 },
              volumeMounts: [{ name: "tmp-dir", mountPath: "/tmp" }],
            },
          ],
        },
      },
    },
  },
];
