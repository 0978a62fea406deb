import { yamlDocuments } from "../yaml.ts";
import { clusterRole, onControlPlanes, READ, serviceAccount, type Manifest } from "./manifest.ts";

const namespace = "local-path-storage";
const name = "local-path-provisioner";
const account = { name: "local-path-provisioner-service-account", namespace } as const;

/** Folder of the volumes on every machine. */
export const VOLUMES = "/var/lib/slipway/volumes";

const helperPod = (image: string): string =>
  yamlDocuments([
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "helper-pod" },
      spec: {
        priorityClassName: "system-node-critical",
        tolerations: [{ operator: "Exists" }],
        containers: [{ name: "helper-pod", image, imagePullPolicy: "IfNotPresent" }],
      },
    },
  ]);

/**
 * Volumes from folders of the machines, as the default StorageClass; after upstream's local-path-storage.yaml.
 * @param images the provisioner, and one with a shell that makes and removes the folders
 */
export const localPathManifests = (images: {
  readonly provisioner: string;
  readonly helper: string;
}): readonly Manifest[] => [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
  },
  serviceAccount(account.name, namespace),
  ...clusterRole(
    "local-path-provisioner",
    [
      {
        apiGroups: [""],
        resources: ["nodes", "persistentvolumeclaims", "configmaps", "pods", "pods/log"],
        verbs: READ,
      },
      {
        apiGroups: [""],
        resources: ["persistentvolumes"],
        verbs: [...READ, "create", "patch", "update", "delete"],
      },
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
      { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: READ },
    ],
    account,
  ),
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name, namespace },
    rules: [
      { apiGroups: [""], resources: ["pods"], verbs: [...READ, "create", "patch", "update", "delete"] },
    ],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name, namespace },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", ...account }],
  },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "local-path-config", namespace },
    data: {
      "config.json": `${JSON.stringify({
        nodePathMap: [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [VOLUMES] }],
      })}\n`,
      setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
      teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
      "helperPod.yaml": helperPod(images.helper),
    },
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "local-path", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "rancher.io/local-path",
    volumeBindingMode: "WaitForFirstConsumer",
    reclaimPolicy: "Delete",
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          priorityClassName: "system-cluster-critical",
          serviceAccountName: account.name,
          nodeSelector: { "kubernetes.io/os": "linux" },
          tolerations: onControlPlanes,
          containers: [
            {
              name,
              image: images.provisioner,
              imagePullPolicy: "IfNotPresent",
              command: [name, "start", "--config", "/etc/config/config.json"],
              env: [
                { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
                { name: "CONFIG_MOUNT_PATH", value: "/etc/config/" },
              ],
              resources: { requests: { cpu: "20m", memory: "32Mi" } },
              volumeMounts: [{ name: "config-volume", mountPath: "/etc/config/" }],
            },
          ],
          volumes: [{ name: "config-volume", configMap: { name: "local-path-config" } }],
        },
      },
    },
  },
];
