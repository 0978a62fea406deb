import type { ClusterSpec } from "../../../contract/spec/cluster.ts";
import { apiEndpoint } from "../endpoint.ts";
import { clusterRole, READ, serviceAccount, type Manifest } from "./manifest.ts";

const namespace = "kube-flannel";
const labels = { app: "flannel", tier: "node", "k8s-app": "flannel" } as const;

/** The plug-in takes flanneld's MTU unless its delegate is given one (flannel-io/cni-plugin). */
const cniConfiguration = (mtu: number | undefined) => ({
  name: "cbr0",
  cniVersion: "0.3.1",
  plugins: [
    {
      type: "flannel",
      delegate: { hairpinMode: true, isDefaultGateway: true, ...(mtu === undefined ? {} : { mtu }) },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
});

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/**
 * flannel after upstream's kube-flannel.yml, with three differences. It calls the API at the cluster's own endpoint, so
 * that it need not wait for kube-proxy. It takes the interface of the node's address, for names differ between machines.
 * Its plug-in comes as a file with the other CNI plug-ins, so that no init container has to copy it.
 */
export const flannelManifests = (cluster: ClusterSpec, image: string): readonly Manifest[] => {
  const { host, port } = apiEndpoint(cluster);
  const { pods, flannel, proxyMode, mtu } = cluster.network;
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: namespace,
        labels: { "k8s-app": "flannel", "pod-security.kubernetes.io/enforce": "privileged" },
      },
    },
    serviceAccount("flannel", namespace),
    ...clusterRole(
      "flannel",
      [
        { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
        { apiGroups: [""], resources: ["nodes"], verbs: READ },
        { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
      ],
      { name: "flannel", namespace },
    ),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "kube-flannel-cfg", namespace, labels },
      data: {
        "cni-conf.json": json(cniConfiguration(mtu)),
        "net-conf.json": json({
          Network: pods,
          EnableNFTables: proxyMode === "nftables",
          Backend: { Type: flannel.backend },
        }),
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "kube-flannel-ds", namespace, labels },
      spec: {
        selector: { matchLabels: { app: "flannel" } },
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
        template: {
          metadata: { labels },
          spec: {
            hostNetwork: true,
            priorityClassName: "system-node-critical",
            serviceAccountName: "flannel",
            enableServiceLinks: false,
            nodeSelector: { "kubernetes.io/os": "linux" },
            tolerations: [
              { operator: "Exists", effect: "NoSchedule" },
              { operator: "Exists", effect: "NoExecute" },
            ],
            initContainers: [
              {
                name: "install-cni",
                image,
                imagePullPolicy: "IfNotPresent",
                command: ["cp"],
                args: ["-f", "/etc/kube-flannel/cni-conf.json", "/etc/cni/net.d/10-flannel.conflist"],
                volumeMounts: [
                  { name: "cni", mountPath: "/etc/cni/net.d" },
                  { name: "flannel-cfg", mountPath: "/etc/kube-flannel/" },
                ],
              },
            ],
            containers: [
              {
                name: "kube-flannel",
                image,
                imagePullPolicy: "IfNotPresent",
                command: ["/opt/bin/flanneld"],
                args: ["--ip-masq", "--kube-subnet-mgr", "--iface=$(HOST_ADDRESS)"],
                resources: { requests: { cpu: "100m", memory: "50Mi" } },
                securityContext: { privileged: false, capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
                env: [
                  { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                  { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
                  { name: "HOST_ADDRESS", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
                  { name: "KUBERNETES_SERVICE_HOST", value: host },
                  { name: "KUBERNETES_SERVICE_PORT", value: String(port) },
                  { name: "EVENT_QUEUE_DEPTH", value: "5000" },
                ],
                volumeMounts: [
                  { name: "run", mountPath: "/run/flannel" },
                  { name: "flannel-cfg", mountPath: "/etc/kube-flannel/" },
                  { name: "xtables-lock", mountPath: "/run/xtables.lock" },
                ],
              },
            ],
            volumes: [
              { name: "run", hostPath: { path: "/run/flannel", type: "DirectoryOrCreate" } },
              { name: "cni", hostPath: { path: "/etc/cni/net.d", type: "DirectoryOrCreate" } },
              { name: "flannel-cfg", configMap: { name: "kube-flannel-cfg" } },
              { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
            ],
          },
        },
      },
    },
  ];
};
