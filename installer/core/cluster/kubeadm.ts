import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { apiEndpoint, apiServerNames, hostPort, nodeAddress, taintsOf, type Taint } from "./endpoint.ts";
import { kubeletConfiguration, type KubeletConfiguration } from "./kubelet.ts";
import { kubernetesPaths } from "./paths.ts";
import { strongCiphers } from "./tls.ts";
import { yamlDocuments } from "./yaml.ts";

/** kubeadm's configuration API, kubeadm.k8s.io/v1beta4 (kubernetes/cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go). */
const API = "kubeadm.k8s.io/v1beta4";

interface Argument {
  readonly name: string;
  readonly value: string;
}

interface HostPath {
  readonly name: string;
  readonly hostPath: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
  readonly pathType: "DirectoryOrCreate" | "Directory";
}

interface NodeRegistration {
  readonly name: string;
  readonly criSocket: string;
  readonly imagePullPolicy: "Never";
  readonly imagePullSerial: false;
  readonly kubeletExtraArgs: readonly Argument[];
  readonly taints: readonly Taint[];
  readonly ignorePreflightErrors: readonly string[];
}

interface LocalEndpoint {
  readonly advertiseAddress: string;
  readonly bindPort: number;
}

/** InitConfiguration of v1beta4. */
export interface InitConfiguration {
  readonly apiVersion: typeof API;
  readonly kind: "InitConfiguration";
  readonly bootstrapTokens: readonly {
    readonly token: string;
    readonly ttl: string;
    readonly description: string;
    readonly groups: readonly string[];
    readonly usages: readonly string[];
  }[];
  readonly certificateKey: string;
  readonly localAPIEndpoint: LocalEndpoint;
  readonly nodeRegistration: NodeRegistration;
  readonly patches: { readonly directory: string };
}

/** ClusterConfiguration of v1beta4. */
export interface ClusterConfiguration {
  readonly apiVersion: typeof API;
  readonly kind: "ClusterConfiguration";
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  readonly controlPlaneEndpoint: string;
  readonly certificateValidityPeriod: string;
  readonly caCertificateValidityPeriod: string;
  readonly encryptionAlgorithm: "ECDSA-P256";
  readonly networking: {
    readonly podSubnet: string;
    readonly serviceSubnet: string;
    readonly dnsDomain: string;
  };
  readonly apiServer: {
    readonly certSANs: readonly string[];
    readonly extraArgs: readonly Argument[];
    readonly extraVolumes: readonly HostPath[];
  };
  readonly controllerManager: { readonly extraArgs: readonly Argument[] };
  readonly scheduler: { readonly extraArgs: readonly Argument[] };
  readonly etcd: { readonly local: { readonly dataDir: string; readonly imageTag: string } };
  readonly dns: { readonly disabled: true };
}

/** JoinConfiguration of v1beta4. */
export interface JoinConfiguration {
  readonly apiVersion: typeof API;
  readonly kind: "JoinConfiguration";
  readonly discovery: {
    readonly file: { readonly kubeConfigPath: string };
    readonly tlsBootstrapToken: string;
  };
  readonly nodeRegistration: NodeRegistration;
  readonly controlPlane?: { readonly localAPIEndpoint: LocalEndpoint; readonly certificateKey: string };
  readonly patches: { readonly directory: string };
}

/** KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1), as far as Slipway sets it. */
export interface KubeProxyConfiguration {
  readonly apiVersion: "kubeproxy.config.k8s.io/v1alpha1";
  readonly kind: "KubeProxyConfiguration";
  readonly mode: "nftables" | "iptables";
  readonly conntrack: { readonly maxPerCore: number; readonly min: number };
}

/** What one machine brings into its configuration besides the spec. */
export interface MemberSettings {
  readonly cluster: ClusterSpec;
  readonly machine: MachineSpec;
  /** The machine has only control groups of version 1, and the operator lives with that. */
  readonly cgroupV1: boolean;
  /** `abcdef.0123456789abcdef` */
  readonly bootstrapToken: string;
  /** 32 bytes in hex: encrypts the control planes' common keys while they are in the cluster for joiners. */
  readonly certificateKey: string;
  /** Tag of etcd's image in the release: kubeadm's own default is that of its build. */
  readonly etcdTag: string;
}

/** Joins take minutes; a token that was forgotten shall not open the door for long. */
export const TOKEN_TTL = "2h0m0s";

/**
 * Slipway's preflight has judged memory and processors already, with the operator's waivers. kubeadm's own check of the
 * system refuses control groups of version 1 whatever kubelet is told.
 */
const ignored = (cgroupV1: boolean): readonly string[] => [
  "Mem",
  "NumCPU",
  ...(cgroupV1 ? ["SystemVerification"] : []),
];

const nodeRegistration = ({ cluster, machine, cgroupV1 }: MemberSettings): NodeRegistration => ({
  name: machine.name,
  criSocket: "unix:///run/containerd/containerd.sock",
  imagePullPolicy: "Never",
  imagePullSerial: false,
  kubeletExtraArgs: [{ name: "node-ip", value: nodeAddress(machine) }],
  taints: taintsOf(cluster, machine),
  ignorePreflightErrors: ignored(cgroupV1),
});

const localEndpoint = ({ cluster, machine }: MemberSettings): LocalEndpoint => ({
  advertiseAddress: nodeAddress(machine),
  bindPort: apiEndpoint(cluster).bindPort,
});

const apiServerArguments = ({ audit }: ClusterSpec): readonly Argument[] => [
  { name: "admission-control-config-file", value: kubernetesPaths.admission },
  { name: "authentication-config", value: kubernetesPaths.authentication },
  { name: "audit-policy-file", value: kubernetesPaths.auditPolicy },
  { name: "audit-log-path", value: `${kubernetesPaths.auditLogs}/audit.log` },
  { name: "audit-log-maxage", value: String(audit.days) },
  { name: "audit-log-maxbackup", value: String(audit.files) },
  { name: "audit-log-maxsize", value: String(audit.megabytes) },
  { name: "audit-log-mode", value: "batch" },
  { name: "encryption-provider-config", value: kubernetesPaths.encryption },
  { name: "kubelet-certificate-authority", value: kubernetesPaths.ca },
  { name: "profiling", value: "false" },
  { name: "tls-min-version", value: "VersionTLS12" },
  { name: "tls-cipher-suites", value: strongCiphers.join(",") },
];

const apiServerVolumes: readonly HostPath[] = [
  {
    name: "slipway",
    hostPath: kubernetesPaths.apiServer,
    mountPath: kubernetesPaths.apiServer,
    readOnly: true,
    pathType: "Directory",
  },
  {
    name: "audit",
    hostPath: kubernetesPaths.auditLogs,
    mountPath: kubernetesPaths.auditLogs,
    readOnly: false,
    pathType: "DirectoryOrCreate",
  },
];

/** How the first control plane begins. */
export const initConfiguration = (settings: MemberSettings): InitConfiguration => ({
  apiVersion: API,
  kind: "InitConfiguration",
  bootstrapTokens: [
    {
      token: settings.bootstrapToken,
      ttl: TOKEN_TTL,
      description: "Slipway joins machines with it",
      groups: ["system:bootstrappers:kubeadm:default-node-token"],
      usages: ["authentication", "signing"],
    },
  ],
  certificateKey: settings.certificateKey,
  localAPIEndpoint: localEndpoint(settings),
  nodeRegistration: nodeRegistration(settings),
  patches: { directory: kubernetesPaths.patches },
});

/** Flags, names and lifetimes of the control planes: what may change in the life of a cluster. */
export const clusterSettings = (
  cluster: ClusterSpec,
): Pick<
  ClusterConfiguration,
  "apiServer" | "controllerManager" | "scheduler" | "certificateValidityPeriod"
> => ({
  certificateValidityPeriod: cluster.certificates.validity,
  apiServer: {
    certSANs: apiServerNames(cluster),
    extraArgs: apiServerArguments(cluster),
    extraVolumes: apiServerVolumes,
  },
  controllerManager: {
    extraArgs: [
      { name: "cluster-signing-duration", value: cluster.certificates.validity },
      { name: "profiling", value: "false" },
      { name: "terminated-pod-gc-threshold", value: "1000" },
    ],
  },
  scheduler: { extraArgs: [{ name: "profiling", value: "false" }] },
});

/** What all control planes have in common; kubeadm keeps it in the cluster. */
export const clusterConfiguration = ({ cluster, etcdTag }: MemberSettings): ClusterConfiguration => {
  const { certificateValidityPeriod, apiServer, controllerManager, scheduler } = clusterSettings(cluster);
  return {
    apiVersion: API,
    kind: "ClusterConfiguration",
    clusterName: cluster.name,
    kubernetesVersion: cluster.kubernetes.version,
    controlPlaneEndpoint: hostPort(apiEndpoint(cluster)),
    certificateValidityPeriod,
    caCertificateValidityPeriod: cluster.certificates.caValidity,
    encryptionAlgorithm: "ECDSA-P256",
    networking: {
      podSubnet: cluster.network.pods,
      serviceSubnet: cluster.network.services,
      dnsDomain: cluster.network.domain,
    },
    apiServer,
    controllerManager,
    scheduler,
    etcd: { local: { dataDir: "/var/lib/etcd", imageTag: etcdTag } },
    dns: { disabled: true },
  };
};

/** kube-proxy leaves conntrack's limits alone: they are the host's, and cannot be set from within a container. */
export const kubeProxyConfiguration = ({ network }: ClusterSpec): KubeProxyConfiguration => ({
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: network.proxyMode,
  conntrack: { maxPerCore: 0, min: 0 },
});

/** How a machine joins; control planes bring an API server and a member of etcd. */
export const joinConfiguration = (settings: MemberSettings): JoinConfiguration => ({
  apiVersion: API,
  kind: "JoinConfiguration",
  discovery: {
    file: { kubeConfigPath: kubernetesPaths.discovery },
    tlsBootstrapToken: settings.bootstrapToken,
  },
  nodeRegistration: nodeRegistration(settings),
  ...(settings.machine.roles.includes("control-plane")
    ? {
        controlPlane: {
          localAPIEndpoint: localEndpoint(settings),
          certificateKey: settings.certificateKey,
        },
      }
    : {}),
  patches: { directory: kubernetesPaths.patches },
});

/** The file that `kubeadm init` reads. It holds secrets. */
export const initFile = (settings: MemberSettings): string => {
  const documents: readonly [
    InitConfiguration,
    ClusterConfiguration,
    KubeletConfiguration,
    KubeProxyConfiguration,
  ] = [
    initConfiguration(settings),
    clusterConfiguration(settings),
    kubeletConfiguration(settings.cluster),
    kubeProxyConfiguration(settings.cluster),
  ];
  return yamlDocuments(documents);
};

/** The file that `kubeadm join` reads. It holds secrets. */
export const joinFile = (settings: MemberSettings): string => yamlDocuments([joinConfiguration(settings)]);

/**
 * A kubeconfig by which a joining machine finds the API and trusts it. It carries the bootstrap token because the API
 * server answers nobody without credentials: kubeadm would ask for cluster-info in vain until its time-out.
 */
export const discoveryFile = ({
  server,
  ca,
  bootstrapToken,
}: {
  readonly server: string;
  /** PEM */
  readonly ca: string;
  readonly bootstrapToken: string;
}): string =>
  yamlDocuments([
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "cluster", cluster: { server, "certificate-authority-data": btoa(ca) } }],
      users: [{ name: "joiner", user: { token: bootstrapToken } }],
      contexts: [{ name: "join", context: { cluster: "cluster", user: "joiner" } }],
      "current-context": "join",
    },
  ]);
