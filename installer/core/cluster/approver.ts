import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import { nodeAddress } from "./endpoint.ts";

/** Where the approver of kubelets' serving certificates lies on a control plane. */
export const approverPaths = {
  program: "/usr/local/lib/slipway/approve-kubelets",
  /** Which names and addresses belong to which node, by the spec: what a node says of itself is no proof. */
  nodes: "/etc/slipway/nodes",
  service: "/etc/systemd/system/slipway-approve-kubelets.service",
  serviceName: "slipway-approve-kubelets.service",
  timer: "/etc/systemd/system/slipway-approve-kubelets.timer",
  timerName: "slipway-approve-kubelets.timer",
} as const;

/**
 * Approves what kubelets ask for their serving certificates, in the living cluster, with no appliance there. A request is
 * approved only when it was made by the node's own account, asks for nothing but serving, and names nothing but the node
 * and its addresses as the spec has them. Others stay open for an operator; nothing is denied, because a decision could
 * not be taken back. The signer checks the rest (kubernetes.io/kubelet-serving in the documentation of Kubernetes).
 * KUBECTL and OPENSSL can be replaced in tests.
 */
export const approverProgram = `#!/bin/sh
# Approves kubelets' serving certificates. Written by Slipway.
set -u
nodes=\${NODES:-${approverPaths.nodes}}
api=$(sed -n 's/^api //p' "$nodes")
kubectl() {
  \${KUBECTL:-/usr/local/bin/kubectl} --kubeconfig /etc/kubernetes/admin.conf --server "$api" --request-timeout 20s \\
    --cache-dir /run/slipway/kubectl "$@"
}
template='{{range .items}}{{if eq .spec.signerName "kubernetes.io/kubelet-serving"}}{{if not .status.conditions}}{{.metadata.name}} {{.spec.username}} {{.spec.request}} {{range .spec.groups}}{{.}},{{end}} {{range .spec.usages}}{{.}},{{end}}
{{end}}{{end}}{{end}}'
judge() {
  # username request groups usages: says why not, or nothing.
  node=\${1#system:node:}
  allowed=$(sed -n "s/^node $node //p" "$nodes")
  case $1 in system:node:?*) ;; *) echo "$1 is no node"; return ;; esac
  if [ -z "$allowed" ]; then echo "$node is no machine of this cluster"; return; fi
  case ,$3 in *,system:nodes,*) ;; *) echo "it does not come from a node"; return ;; esac
  serving=no
  for usage in $(printf '%s' "$4" | tr ' ,' '_ '); do
    case $usage in
      server_auth) serving=yes ;;
      digital_signature | key_encipherment) ;;
      *) echo "it asks for the usage $usage"; return ;;
    esac
  done
  if [ "$serving" = no ]; then echo "it does not ask for serving"; return; fi
  text=$(printf '%s' "$2" | base64 -d 2>/dev/null | \${OPENSSL:-openssl} req -noout -verify -subject -text -nameopt RFC2253 2>&1) || { echo "it cannot be read"; return; }
  if ! printf '%s\\n' "$text" | grep -qx "subject=\\(CN=$1,O=system:nodes\\|O=system:nodes,CN=$1\\)"; then echo "its subject is not the node"; return; fi
  names=$(printf '%s\\n' "$text" | sed -n '/X509v3 Subject Alternative Name/{n;s/^ *//;p}')
  if [ -z "$names" ]; then echo "it names nothing"; return; fi
  printf '%s\\n' "$names" | sed 's/, /\\n/g' | while read -r name; do
    case $name in
      "DNS:"*) plain=\${name#DNS:} ;;
      "IP Address:"*) plain=\${name#IP Address:} ;;
      *) echo "it names $name"; break ;;
    esac
    case " $allowed " in *" $plain "*) ;; *) echo "it names $plain"; break ;; esac
  done
}
kubectl get certificatesigningrequests --output go-template="$template" | {
  while read -r name user request groups usages; do
    if [ -z "$name" ]; then continue; fi
    why=$(judge "$user" "$request" "$groups" "$usages")
    if [ -n "$why" ]; then echo "$name of $user is left open: $why"; continue; fi
    kubectl certificate approve "$name"
  done
}
`;

const service = `[Unit]
Description=Approve kubelets' serving certificates (Slipway)
ConditionPathExists=/etc/kubernetes/admin.conf

[Service]
Type=oneshot
ExecStart=${approverPaths.program}
TimeoutStartSec=2min
`;

/** Every half minute: kubelets ask long before a certificate ends, and a new one waits for its logs no longer than that. */
const timer = `[Unit]
Description=Approve kubelets' serving certificates (Slipway)

[Timer]
OnBootSec=20s
OnUnitInactiveSec=30s
AccuracySec=5s

[Install]
WantedBy=timers.target
`;

/** What the approver of one control plane goes by: its own API server, and the names of every node. */
export const nodesFile = (cluster: ClusterSpec, api: string): string =>
  [
    `api ${api}`,
    ...cluster.machines.map((machine) => `node ${machine.name} ${machine.name} ${nodeAddress(machine)}`),
    "",
  ].join("\n");

/** Every file of the approver on a control plane. */
export const approverFiles = (
  cluster: ClusterSpec,
  api: string,
): readonly { readonly path: string; readonly content: string; readonly mode: number }[] => [
  { path: approverPaths.program, content: approverProgram, mode: 0o755 },
  { path: approverPaths.nodes, content: nodesFile(cluster, api), mode: 0o644 },
  { path: approverPaths.service, content: service, mode: 0o644 },
  { path: approverPaths.timer, content: timer, mode: 0o644 },
];
