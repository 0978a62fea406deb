import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { apiEndpoint, hostPort, nodeAddress } from "./endpoint.ts";
import { yamlDocuments } from "./yaml.ts";

const API = "kubeadm.k8s.io/v1beta4";

/**
 * What kubeadm needs to know to make certificates on a control plane, so that it asks neither an API that may be down nor
 * the routing table. `more` is added to its ClusterConfiguration.
 */
export const certificatesConfig = (
  cluster: ClusterSpec,
  machine: MachineSpec,
  more: Readonly<Record<string, unknown>> = {},
): string =>
  yamlDocuments([
    {
      apiVersion: API,
      kind: "InitConfiguration",
      localAPIEndpoint: {
        advertiseAddress: nodeAddress(machine),
        bindPort: apiEndpoint(cluster).bindPort,
      },
      nodeRegistration: { name: machine.name, criSocket: "unix:///run/containerd/containerd.sock" },
    },
    {
      apiVersion: API,
      kind: "ClusterConfiguration",
      clusterName: cluster.name,
      kubernetesVersion: cluster.kubernetes.version,
      controlPlaneEndpoint: hostPort(apiEndpoint(cluster)),
      certificateValidityPeriod: cluster.certificates.validity,
      encryptionAlgorithm: "ECDSA-P256",
      ...more,
    },
  ]);
