import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { etcdPaths } from "./etcd-paths.ts";
import { certificatesConfig } from "./kubeadm-certificates.ts";

/** What kubeadm needs to know to renew: subjects and names come from the certificates that are there. */
export const renewalConfig = (cluster: ClusterSpec, machine: MachineSpec): string =>
  certificatesConfig(cluster, machine);

const common = `
set -u
umask 077
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
mkdir -p /run/slipway
`;

/** Renews every certificate that kubeadm has made on the machine. Files only: works with the API down. The configuration comes in on standard input. */
export const renewFiles = `${common}
config=$(mktemp /run/slipway/renew.XXXXXX)
trap 'rm -f "$config"' EXIT
cat > "$config"
exec 9>/run/slipway/renew.lock
flock -w 120 9 || { echo "another renewal is at work" >&2; exit 75; }
kubeadm certs renew all --config "$config"
`;

/**
 * Signs a client certificate for a kubelet with the authority that the control plane holds, and prints it with its key.
 * \`$1\` is the node, \`$2\` the lifetime; the configuration comes in on standard input.
 */
export const signKubelet = `${common}
config=$(mktemp /run/slipway/renew.XXXXXX)
made=$(mktemp /run/slipway/renew.XXXXXX)
trap 'rm -f "$config" "$made"' EXIT
cat > "$config"
kubeadm kubeconfig user --org system:nodes --client-name "system:node:$1" --config "$config" --validity-period "$2" > "$made" || exit 1
sed -n 's/^ *client-certificate-data: //p' "$made" | base64 -d
sed -n 's/^ *client-key-data: //p' "$made" | base64 -d
`;

/** Gives kubelet the certificate and key that come in on standard input, where its own rotation keeps them, and restarts it. */
export const installKubelet = `${common}
cd /var/lib/kubelet/pki || exit 1
name=kubelet-client-$(date +%Y-%m-%d-%H-%M-%S).pem
cat > "$name.new"
grep -q 'PRIVATE KEY' "$name.new" && grep -q 'BEGIN CERTIFICATE' "$name.new" || { rm -f "$name.new"; echo "there is no certificate" >&2; exit 1; }
sync "$name.new" && mv -f "$name.new" "$name" && ln -sfn "/var/lib/kubelet/pki/$name" .current && mv -fT .current kubelet-client-current.pem || exit 1
systemctl reset-failed kubelet.service 2>/dev/null
systemctl restart kubelet.service
`;

const pods = `
started() {
  # Seconds since the epoch at which the oldest process of that name began, or 0.
  boot=$(sed -n 's/^btime //p' /proc/stat)
  for folder in /proc/[0-9]*; do
    read -r comm < "$folder/comm" 2>/dev/null || continue
    if [ "$comm" = "$1" ]; then
      sed 's/.*) //' "$folder/stat" | awk -v boot="$boot" -v hz="$(getconf CLK_TCK)" '{ printf "%d\\n", boot + $20 / hz }'
    fi
  done 2>/dev/null | sort -n | head -n 1
}
files() {
  case $1 in
    etcd) echo /etc/kubernetes/pki/etcd/server.crt /etc/kubernetes/pki/etcd/peer.crt ;;
    kube-apiserver) echo /etc/kubernetes/pki/apiserver.crt /etc/kubernetes/pki/apiserver-kubelet-client.crt /etc/kubernetes/pki/apiserver-etcd-client.crt /etc/kubernetes/pki/front-proxy-client.crt ;;
    *) echo /etc/kubernetes/\${1#kube-}.conf ;;
  esac
}
stale() {
  # A process of the same second may have read the file before it was renewed: it counts as older.
  since=$(started "$(printf '%.15s' "$1")")
  newest=$(stat -c %Y $(files "$1") 2>/dev/null | sort -n | tail -n 1)
  [ -z "$since" ] || [ "$since" -le "\${newest:-0}" ]
}
`;

/** Prints the static pods that run with certificates older than those on disk, or do not run. Reads only. */
export const staleComponents = `${common}${pods}
for pod in etcd kube-apiserver kube-controller-manager kube-scheduler; do
  if [ -e ${etcdPaths.manifests}/$pod.yaml ] && stale "$pod"; then echo "$pod"; fi
done
exit 0
`;

/**
 * Restarts the static pods that are stale, one after the other, each healthy before the next. The virtual address goes to
 * another control plane first, in order, which takes a third of a second instead of the second and more that a health check
 * needs; nothing is stopped before it answers from there. \`$1\` is the API's port, \`$2\` the API's endpoint when there are
 * more control planes, else nothing.
 */
export const restartComponents = `${common}${pods}
healthy() {
  case $1 in
    etcd) etcdctl --endpoints https://127.0.0.1:2379 --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/healthcheck-client.crt --key /etc/kubernetes/pki/etcd/healthcheck-client.key endpoint health >/dev/null 2>&1 ;;
    kube-apiserver) curl --silent --insecure --fail --max-time 2 --output /dev/null "https://127.0.0.1:$port/readyz" ;;
    kube-controller-manager) curl --silent --insecure --fail --max-time 2 --output /dev/null https://127.0.0.1:10257/healthz ;;
    kube-scheduler) curl --silent --insecure --fail --max-time 2 --output /dev/null https://127.0.0.1:10259/healthz ;;
  esac
}
port=$1
moved=
back() { if [ -n "$moved" ]; then systemctl start slipway-endpoint.service; moved=; fi; }
trap back EXIT
for pod in etcd kube-apiserver kube-controller-manager kube-scheduler; do
  [ -e ${etcdPaths.manifests}/$pod.yaml ] || continue
  if stale "$pod"; then
    if [ -n "$2" ] && [ -z "$moved" ] && systemctl is-active --quiet slipway-endpoint.service; then
      moved=yes
      systemctl stop slipway-endpoint.service
      # In a cluster whose certificates have all ended nobody can take it yet: that is no reason to wait for ever.
      left=60
      until curl --silent --insecure --fail --max-time 1 --output /dev/null "https://$2/readyz" || [ "$left" -le 0 ]; do
        left=$((left - 1))
        sleep 0.3
      done
    fi
    for id in $(crictl ps --quiet --name "^$pod\\$"); do crictl stop --timeout 30 "$id" >/dev/null; done
    echo "restarted $pod"
  fi
  left=600
  until healthy "$pod" && ! stale "$pod"; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then echo "$pod is not healthy" >&2; exit 1; fi
    sleep 0.3
  done
done
`;
