/** Prints `flag COMPONENT NAME VALUE`, `mode PATH BITS OWNER` and `kubelet {json}` lines of a machine. Reads only. */
export const collectCis = `
for file in /etc/kubernetes/manifests/*.yaml; do
  [ -e "$file" ] || continue
  name=\${file##*/}
  sed -n "s/^ *- --\\\\([a-z0-9-]*\\\\)=\\\\(.*\\\\)/flag \${name%.yaml} \\\\1 \\\\2/p" "$file"
done
stat -c 'mode %n %a %U:%G' /etc/kubernetes/manifests/*.yaml /etc/kubernetes/*.conf /etc/kubernetes/pki/*.key \\
  /etc/kubernetes/pki/etcd/*.key /etc/kubernetes/slipway/* /etc/systemd/system/kubelet.service /var/lib/kubelet/config.yaml \\
  /var/lib/etcd /etc/cni/net.d/* 2>/dev/null
sed 's/^/kubelet /' /var/lib/kubelet/config.yaml
exit 0
`;

/** What a machine showed. */
export interface Evidence {
  readonly flags: ReadonlyMap<string, string>;
  readonly modes: readonly { readonly path: string; readonly bits: number; readonly owner: string }[];
  /** kubelet's configuration as text. */
  readonly kubelet: string;
}

/** Reads what `collectCis` printed. */
export const evidenceOf = (output: string): Evidence => {
  const lines = output.split("\n");
  return {
    flags: new Map(
      lines.flatMap((line): [string, string][] => {
        const [, component, name, value] = /^flag (\S+) (\S+) (.*)$/.exec(line) ?? [];
        return component === undefined ? [] : [[`${component} ${name}`, value ?? ""]];
      }),
    ),
    modes: lines.flatMap((line) => {
      const [, path, bits, owner] = /^mode (\S+) (\d+) (\S+)$/.exec(line) ?? [];
      return path === undefined ? [] : [{ path, bits: Number.parseInt(bits ?? "", 8), owner: owner ?? "" }];
    }),
    kubelet: lines.flatMap((line) => (line.startsWith("kubelet ") ? [line.slice(8)] : [])).join("\n"),
  };
};

/** One recommendation of the CIS Kubernetes Benchmark (numbers of version 1.11). */
interface CisCheck {
  readonly id: string;
  readonly what: string;
  /** True when it holds; otherwise what was found. */
  readonly holds: (evidence: Evidence) => true | string;
  /** Why it does not, where that is on purpose. */
  readonly reason?: string;
}

/** How a check came out. */
export interface CisResult {
  readonly id: string;
  readonly what: string;
  readonly result: "pass" | "deviation" | "fail";
  readonly note: string;
}

const flag =
  (component: string, name: string, wanted: (value: string | undefined) => boolean) =>
  ({ flags }: Evidence): true | string => {
    const value = flags.get(`${component} ${name}`);
    return wanted(value) || `--${name}=${value ?? "(not set)"}`;
  };
const is = (wanted: string) => (value: string | undefined) => value === wanted;
const set = (value: string | undefined): boolean => value !== undefined && value !== "";
const unset = (value: string | undefined): boolean => value === undefined;
const atLeast = (wanted: number) => (value: string | undefined) => Number(value) >= wanted;
const has = (word: string) => (value: string | undefined) => (value ?? "").split(",").includes(word);

const noMore =
  (pattern: RegExp, most: number) =>
  ({ modes }: Evidence): true | string => {
    const files = modes.filter(({ path }) => pattern.test(path));
    const wrong = files.find(({ bits, owner }) => (bits & ~most) !== 0 || owner !== "root:root");
    if (files.length === 0) return "no such file";
    return wrong === undefined || `${wrong.path} ${wrong.bits.toString(8)} ${wrong.owner}`;
  };
const kubelet =
  (pattern: RegExp) =>
  ({ kubelet: text }: Evidence): true | string =>
    pattern.test(text) || `no ${pattern.source} in kubelet's configuration`;

const api = "kube-apiserver";
const manager = "kube-controller-manager";

/** Recommendations for a control plane that files, modes and flags can show. */
export const cisChecks: readonly CisCheck[] = [
  { id: "1.1.1-8", what: "static pod manifests are 600 root:root", holds: noMore(/manifests\//, 0o600) },
  {
    id: "1.1.13-18",
    what: "kubeconfigs are 600 root:root",
    holds: noMore(/kubernetes\/[^/]+\.conf$/, 0o600),
  },
  { id: "1.1.21", what: "private keys are 600 root:root", holds: noMore(/\.key$/, 0o600) },
  {
    id: "1.2.1",
    what: "anonymous requests are limited to health endpoints (structured authentication)",
    holds: flag(api, "authentication-config", set),
  },
  { id: "1.2.2", what: "no token file", holds: flag(api, "token-auth-file", unset) },
  {
    id: "1.2.3",
    what: "DenyServiceExternalIPs",
    holds: flag(api, "enable-admission-plugins", has("DenyServiceExternalIPs")),
    reason: "Sites without a load balancer publish services by externalIPs; who may is a matter of RBAC.",
  },
  {
    id: "1.2.4",
    what: "kubelets are called with a client certificate",
    holds: flag(api, "kubelet-client-certificate", set),
  },
  {
    id: "1.2.5",
    what: "kubelets' certificates are verified",
    holds: flag(api, "kubelet-certificate-authority", set),
  },
  {
    id: "1.2.6",
    what: "authorization is not AlwaysAllow",
    holds: flag(api, "authorization-mode", is("Node,RBAC")),
  },
  {
    id: "1.2.9",
    what: "EventRateLimit",
    holds: flag(api, "enable-admission-plugins", has("EventRateLimit")),
    reason: "Alpha in Kubernetes; kubelets limit their own events.",
  },
  {
    id: "1.2.11",
    what: "AlwaysPullImages",
    holds: flag(api, "enable-admission-plugins", has("AlwaysPullImages")),
    reason: "Pods must start while every registry is off; images are pinned on the machines instead.",
  },
  {
    id: "1.2.14",
    what: "NodeRestriction",
    holds: flag(api, "enable-admission-plugins", has("NodeRestriction")),
  },
  { id: "1.2.15", what: "API server does not profile", holds: flag(api, "profiling", is("false")) },
  { id: "1.2.16", what: "audit log is on", holds: flag(api, "audit-log-path", set) },
  { id: "1.2.17", what: "audit logs are kept 30 days", holds: flag(api, "audit-log-maxage", atLeast(30)) },
  { id: "1.2.18", what: "10 audit logs are kept", holds: flag(api, "audit-log-maxbackup", atLeast(10)) },
  { id: "1.2.19", what: "audit logs of 100 MB", holds: flag(api, "audit-log-maxsize", atLeast(100)) },
  {
    id: "1.2.22",
    what: "service accounts' keys are given",
    holds: flag(api, "service-account-key-file", set),
  },
  {
    id: "1.2.23-26",
    what: "etcd is spoken to by TLS with a client certificate",
    holds: flag(api, "etcd-certfile", set),
  },
  {
    id: "1.2.27",
    what: "encryption at rest is configured",
    holds: flag(api, "encryption-provider-config", set),
  },
  { id: "1.2.29", what: "strong cipher suites", holds: flag(api, "tls-cipher-suites", set) },
  {
    id: "1.3.1",
    what: "terminated pods are collected",
    holds: flag(manager, "terminated-pod-gc-threshold", set),
  },
  {
    id: "1.3.2",
    what: "controller manager does not profile",
    holds: flag(manager, "profiling", is("false")),
  },
  {
    id: "1.3.3",
    what: "controllers use service accounts of their own",
    holds: flag(manager, "use-service-account-credentials", is("true")),
  },
  {
    id: "1.3.7",
    what: "controller manager listens on loopback only",
    holds: flag(manager, "bind-address", is("127.0.0.1")),
  },
  {
    id: "1.4.1",
    what: "scheduler does not profile",
    holds: flag("kube-scheduler", "profiling", is("false")),
  },
  {
    id: "1.4.2",
    what: "scheduler listens on loopback only",
    holds: flag("kube-scheduler", "bind-address", is("127.0.0.1")),
  },
  { id: "2.1", what: "etcd serves TLS", holds: flag("etcd", "cert-file", set) },
  {
    id: "2.2",
    what: "etcd asks for client certificates",
    holds: flag("etcd", "client-cert-auth", is("true")),
  },
  {
    id: "2.4-5",
    what: "etcd's peers use TLS with client certificates",
    holds: flag("etcd", "peer-client-cert-auth", is("true")),
  },
  {
    id: "2.7",
    what: "etcd has a CA of its own",
    holds: flag("etcd", "trusted-ca-file", is("/etc/kubernetes/pki/etcd/ca.crt")),
  },
  { id: "3.2.1", what: "an audit policy is given", holds: flag(api, "audit-policy-file", set) },
  {
    id: "4.1.9",
    what: "kubelet's configuration is 600",
    holds: noMore(/kubelet\/config\.yaml$/, 0o600),
    reason: "kubeadm writes it as 644 and again at each upgrade; it holds no secret.",
  },
  { id: "4.2.1", what: "kubelet answers nobody anonymous", holds: kubelet(/anonymous:\n\s+enabled: false/) },
  { id: "4.2.2", what: "kubelet asks the API who may", holds: kubelet(/mode: Webhook/) },
  { id: "4.2.3", what: "kubelet knows its clients' CA", holds: kubelet(/clientCAFile: \S+/) },
  { id: "4.2.10", what: "kubelet's certificate is rotated", holds: kubelet(/rotateCertificates: true/) },
  {
    id: "4.2.11",
    what: "kubelet's serving certificate is signed by the cluster",
    holds: kubelet(/serverTLSBootstrap: true/),
  },
  { id: "4.2.12", what: "kubelet uses strong cipher suites", holds: kubelet(/tlsCipherSuites:/) },
  { id: "4.2.13", what: "pods' processes are limited", holds: kubelet(/podPidsLimit: \d+/) },
  { id: "4.2.14", what: "seccomp's default profile is on", holds: kubelet(/seccompDefault: true/) },
  {
    id: "slipway",
    what: "images are pulled in parallel and nodes shut down gracefully",
    holds: kubelet(/serializeImagePulls: false[\s\S]*shutdownGracePeriod: 30s/),
  },
];

/** Judges what a control plane showed. */
export const judgeCis = (evidence: Evidence): readonly CisResult[] =>
  cisChecks.map(({ id, what, holds, reason }) => {
    const found = holds(evidence);
    if (found === true) return { id, what, result: "pass", note: "" };
    return { id, what, result: reason === undefined ? "fail" : "deviation", note: reason ?? found };
  });
