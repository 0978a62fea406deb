import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { kubernetesPaths } from "./paths.ts";
import { strongCiphers } from "./tls.ts";
import { yamlDocuments } from "./yaml.ts";

/** KubeletConfiguration (kubelet.config.k8s.io/v1beta1), as far as Slipway sets it. kubeadm fills in the rest. */
export interface KubeletConfiguration {
  readonly apiVersion: "kubelet.config.k8s.io/v1beta1";
  readonly kind: "KubeletConfiguration";
  readonly [setting: string]: unknown;
}

/** Settings of the kubelet that are the same on all machines. */
export const kubeletConfiguration = ({ kubelet }: ClusterSpec): KubeletConfiguration => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  cgroupDriver: "systemd",
  rotateCertificates: true,
  serverTLSBootstrap: true,
  tlsMinVersion: "VersionTLS12",
  tlsCipherSuites: strongCiphers,
  serializeImagePulls: false,
  maxParallelImagePulls: 4,
  seccompDefault: true,
  podPidsLimit: 4096,
  maxPods: kubelet.maxPods,
  ...(Object.keys(kubelet.systemReserved).length === 0 ? {} : { systemReserved: kubelet.systemReserved }),
  ...(Object.keys(kubelet.kubeReserved).length === 0 ? {} : { kubeReserved: kubelet.kubeReserved }),
  shutdownGracePeriod: "30s",
  shutdownGracePeriodCriticalPods: "10s",
});

/** A small file, as phases write it. */
export interface PatchFile {
  readonly path: string;
  readonly content: string;
}

const patchPath = (target: string, suffix: string): string =>
  `${kubernetesPaths.patches}/${target}${suffix}.yaml`;

/**
 * All patches that kubeadm applies on one machine (kubeadm's --patches, in the order of their names): what the machine
 * needs or overrides itself, then those of the spec. Control groups of version 1 are allowed only where the machine has no
 * others: kubelet 1.35 and later refuses them by default.
 */
export const kubeadmPatches = ({
  cluster,
  machine,
  cgroupV1,
}: {
  readonly cluster: Pick<ClusterSpec, "kubeadm">;
  readonly machine: Pick<MachineSpec, "name" | "kubelet">;
  readonly cgroupV1: boolean;
}): readonly PatchFile[] => {
  const own = { ...(cgroupV1 ? { failCgroupV1: false } : {}), ...machine.kubelet };
  return [
    ...(Object.keys(own).length === 0
      ? []
      : [{ path: patchPath("kubeletconfiguration", "0+merge"), content: yamlDocuments([own]) }]),
    ...cluster.kubeadm.patches.flatMap(({ target, type, machines, patch }, index) =>
      machines === undefined || machines.includes(machine.name)
        ? [{ path: patchPath(target, `${100 + index}+${type}`), content: patch }]
        : [],
    ),
  ];
};

/** kubelet's unit, after kubernetes/release's kubelet.service; started by kubeadm, restarted without end. */
export const kubeletUnit = `[Unit]
Description=kubelet: the Kubernetes node agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target containerd.service

[Service]
ExecStart=/usr/local/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=1

[Install]
WantedBy=multi-user.target
`;

/** kubeadm's drop-in, after kubernetes/release's 10-kubeadm.conf, with the program's own place and what a join sets. */
export const kubeletDropIn = `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-${kubernetesPaths.kubeletJoin}
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/local/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;
