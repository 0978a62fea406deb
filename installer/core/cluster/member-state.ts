import * as z from "zod";
import { kubernetesPaths } from "./paths.ts";

/**
 * How far a machine has come: `founding` and `joining` mean that kubeadm was begun there, `founded` and `joined` that it
 * came to its end.
 */
export const Stage = z.enum(["founding", "founded", "joining", "joined"]);
export type Stage = z.output<typeof Stage>;

/** What a machine holds of a cluster. */
export const MemberState = z.object({
  stage: Stage.nullable(),
  ca: z.string().nullable().describe("Hex sha256 of the cluster's CA certificate"),
  version: z
    .string()
    .nullable()
    .describe("Version of the API server that the machine runs or is to run; null where it has none"),
  settings: z
    .object({
      pods: z.string().nullable(),
      services: z.string().nullable(),
      domain: z.string().nullable(),
      endpoint: z.string().nullable().describe("HOST:PORT of the API as the cluster's own files have it"),
    })
    .describe("What was decided when the cluster was made; null where the machine does not say"),
  traces: z.array(z.string()).describe("Files that only a member of a cluster has"),
  kubelet: z.string().describe("As systemctl is-active says"),
  bootstrapped: z.boolean().describe("kubelet has credentials of its own"),
  live: z.boolean().describe("The local API server answers"),
  ready: z.boolean().describe("The local API server is ready"),
});
export type MemberState = Readonly<z.output<typeof MemberState>>;

/** `$1` is the API server's port. Prints `KEY VALUE` lines; reads only. */
export const memberStateScript = `
printf 'stage %s\\n' "$(cat ${kubernetesPaths.stage} 2>/dev/null)"
if [ -s ${kubernetesPaths.ca} ]; then
  sum=$(sha256sum ${kubernetesPaths.ca}) && printf 'ca %s\\n' "\${sum%% *}"
fi
image=$(sed -n 's/^ *image: .*kube-apiserver:\\(v[0-9][0-9.]*\\).*/\\1/p' /etc/kubernetes/manifests/kube-apiserver.yaml 2>/dev/null | head -n 1)
printf 'version %s\n' "$image"
flag() { sed -n "s/^ *- --$2=//p" "/etc/kubernetes/manifests/$1.yaml" 2>/dev/null | head -n 1; }
printf 'services %s\\n' "$(flag kube-apiserver service-cluster-ip-range)"
printf 'pods %s\\n' "$(flag kube-controller-manager cluster-cidr)"
printf 'domain %s\\n' "$(sed -n 's/^clusterDomain: *//p' /var/lib/kubelet/config.yaml 2>/dev/null)"
printf 'endpoint %s\\n' "$(sed -n 's,^ *server: https://,,p' ${kubernetesPaths.adminConfig} 2>/dev/null | head -n 1)"
for file in /etc/kubernetes/manifests/*.yaml ${kubernetesPaths.adminConfig} /etc/kubernetes/kubelet.conf /var/lib/etcd/member; do
  if [ -e "$file" ]; then printf 'trace %s\\n' "$file"; fi
done
printf 'kubelet %s\\n' "$(systemctl is-active kubelet.service 2>/dev/null)"
if [ -s /etc/kubernetes/kubelet.conf ] && [ -e /var/lib/kubelet/pki/kubelet-client-current.pem ]; then echo 'bootstrapped yes'; fi
ask() { curl --silent --insecure --fail --max-time 2 --output /dev/null "https://127.0.0.1:$1/$2"; }
if [ -e /etc/kubernetes/manifests/kube-apiserver.yaml ] && ask "$1" livez; then
  echo 'live yes'
  if ask "$1" readyz; then echo 'ready yes'; fi
fi
`;

/** Reads what `memberStateScript` printed. */
export const parseMemberState = (output: string): MemberState => {
  const lines = output.split("\n").map((line) => line.split(" "));
  const value = (key: string): string | undefined => lines.find(([name]) => name === key)?.[1];
  return {
    stage: Stage.safeParse(value("stage")).data ?? null,
    ca: value("ca") ?? null,
    version: value("version") || null,
    settings: {
      pods: value("pods") || null,
      services: value("services") || null,
      domain: value("domain") || null,
      endpoint: value("endpoint") || null,
    },
    traces: lines.flatMap(([key, path]) => (key === "trace" && path !== undefined ? [path] : [])),
    kubelet: value("kubelet") ?? "unknown",
    bootstrapped: value("bootstrapped") === "yes",
    live: value("live") === "yes",
    ready: value("ready") === "yes",
  };
};

/** True when the machine has gone through kubeadm to its end. */
export const isMember = ({ stage }: Pick<MemberState, "stage">): boolean =>
  stage === "founded" || stage === "joined";
