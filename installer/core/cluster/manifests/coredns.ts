import type { ClusterSpec } from "../../../contract/spec/cluster.ts";
import { formatAddress, parseBlock } from "../../net/ipv4.ts";
import {
  clusterRole,
  onControlPlanes,
  READ,
  serviceAccount,
  unprivileged,
  type Manifest,
} from "./manifest.ts";

/** What CoreDNS is made from. */
export interface CorednsSettings {
  readonly cluster: ClusterSpec;
  readonly image: string;
  /** Name servers of the site, for names outside the cluster; none: such names do not exist. */
  readonly nameservers: readonly string[];
}

const namespace = "kube-system";
const labels = { "k8s-app": "kube-dns" } as const;

/** The address of the cluster's DNS service: the tenth of the service network, which is what kubeadm tells kubelet. */
export const dnsAddress = (services: string): string => {
  const block = parseBlock(services);
  if (block === undefined) throw new Error(`${services} is no network`);
  return formatAddress(block.first + 10);
};

/** Answers for the cluster's own names. */
const own = (domain: string, rest: string): string => `    kubernetes ${domain} in-addr.arpa ip6.arpa {
        pods insecure
${rest}        ttl 30
    }
    cache 30 {
        disable success ${domain}
        disable denial ${domain}
    }
    prometheus :9153
    loadbalance
`;

const watched = `    errors
    health {
        lameduck 5s
    }
    ready
    reload
`;

/**
 * The Corefile. Without name servers at the site nothing is forwarded: a name outside the cluster is answered as absent at
 * once, instead of after a time-out, and no query leaves. That takes a server block of its own, because CoreDNS runs
 * `template` before `kubernetes` whatever their order in a block.
 */
export const corefile = ({ cluster, nameservers }: Omit<CorednsSettings, "image">): string => {
  const { domain } = cluster.network;
  if (nameservers.length > 0) {
    return `. {
${watched}${own(domain, "        fallthrough in-addr.arpa ip6.arpa\n")}    forward . ${nameservers.join(" ")} {
        max_concurrent 1000
    }
    loop
}
`;
  }
  return `${domain} in-addr.arpa ip6.arpa {
${watched}${own(domain, "")}}
. {
    errors
    template ANY ANY {
        rcode NXDOMAIN
    }
}
`;
};

/**
 * CoreDNS after kubeadm's add-on. Its two replicas never share a machine while there are two: the second waits for the
 * second machine, so that no single failure takes names away.
 */
export const corednsManifests = (settings: CorednsSettings): readonly Manifest[] => {
  const { cluster, image } = settings;
  return [
    serviceAccount("coredns", namespace),
    ...clusterRole(
      "system:coredns",
      [
        {
          apiGroups: [""],
          resources: ["endpoints", "services", "pods", "namespaces"],
          verbs: ["list", "watch"],
        },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
        { apiGroups: [""], resources: ["nodes"], verbs: READ },
      ],
      { name: "coredns", namespace },
    ),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "coredns", namespace },
      data: { Corefile: corefile(settings) },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "kube-dns",
        namespace,
        labels: { ...labels, "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" },
        annotations: { "prometheus.io/port": "9153", "prometheus.io/scrape": "true" },
      },
      spec: {
        clusterIP: dnsAddress(cluster.network.services),
        selector: labels,
        ports: [
          { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
          { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
          { name: "metrics", port: 9153, protocol: "TCP", targetPort: 9153 },
        ],
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "coredns", namespace },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "coredns", namespace, labels },
      spec: {
        replicas: 2,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
        selector: { matchLabels: labels },
        template: {
          // A pod reads its settings when it starts: another Corefile makes other pods.
          metadata: { labels, annotations: { "slipway.dev/corefile": corefile(settings) } },
          spec: {
            priorityClassName: "system-cluster-critical",
            serviceAccountName: "coredns",
            dnsPolicy: "Default",
            enableServiceLinks: false,
            nodeSelector: { "kubernetes.io/os": "linux" },
            tolerations: onControlPlanes,
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: "kubernetes.io/hostname",
                whenUnsatisfiable: "DoNotSchedule",
                labelSelector: { matchLabels: labels },
                ...(cluster.machines.length > 1 ? { minDomains: 2 } : {}),
              },
            ],
            containers: [
              {
                name: "coredns",
                image,
                imagePullPolicy: "IfNotPresent",
                args: ["-conf", "/etc/coredns/Corefile"],
                resources: { limits: { memory: "170Mi" }, requests: { cpu: "100m", memory: "70Mi" } },
                volumeMounts: [{ name: "config-volume", mountPath: "/etc/coredns", readOnly: true }],
                ports: [
                  { containerPort: 53, name: "dns", protocol: "UDP" },
                  { containerPort: 53, name: "dns-tcp", protocol: "TCP" },
                  { containerPort: 9153, name: "metrics", protocol: "TCP" },
                ],
                livenessProbe: {
                  httpGet: { path: "/health", port: 8080 },
                  initialDelaySeconds: 60,
                  timeoutSeconds: 5,
                  failureThreshold: 5,
                },
                readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 2 },
                securityContext: {
                  ...unprivileged,
                  capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
                },
              },
            ],
            volumes: [
              {
                name: "config-volume",
                configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] },
              },
            ],
          },
        },
      },
    },
  ];
};
