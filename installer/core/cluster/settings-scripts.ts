import { kubernetesPaths as at } from "./paths.ts";

const common = `
set -u
umask 077
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
mkdir -p ${at.run}
exec 9>${at.kubeadmLock}
flock -w 300 9 || { echo "another kubeadm is still at work" >&2; exit 75; }
tidy() { rm -rf /etc/kubernetes/tmp/kubeadm-*; }
`;

/** Makes kubelet's configuration anew from the cluster's and the machine's patches, and lets kubelet run with it. */
export const renewKubeletConfiguration = `${common}
kubeadm upgrade node phase kubelet-config --kubeconfig /etc/kubernetes/kubelet.conf --patches ${at.patches} || exit 1
tidy
systemctl restart kubelet.service || exit 1
left=100
until curl --silent --fail --max-time 1 --output /dev/null http://127.0.0.1:10248/healthz; do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then
    journalctl --no-pager --lines 20 --output cat --unit kubelet.service >&2
    echo "kubelet does not run with its new configuration" >&2
    exit 1
  fi
  sleep 0.3
done
`;

/**
 * Makes the static pods of API server, controller manager and scheduler anew where they differ from what the cluster's
 * configuration and the machine's patches give; kubeadm waits for each and puts the old one back when the new one does not
 * come up. etcd is left alone: kubeadm knows its flags only for a member that is made. The API server is restarted in any case,
 * for it reads certificates and policies once. `$1` is the API's port, `$2` the endpoint when another control plane can
 * serve it meanwhile, else nothing. With `names` as `$3` the API server gets a certificate with other names first; the
 * configuration for that comes in on standard input.
 */
export const renewStaticPods = `${common}
moved=
back() { if [ -n "$moved" ]; then systemctl start slipway-endpoint.service; moved=; fi; }
trap back EXIT
ready() { curl --silent --insecure --fail --max-time 2 --output /dev/null "https://$1/readyz"; }
if [ "$3" = names ]; then
  config=$(mktemp ${at.run}/names.XXXXXX)
  cat > "$config"
  cd /etc/kubernetes/pki && mkdir -p ${at.run}/old && cp -p apiserver.crt apiserver.key ${at.run}/old/ && rm -f apiserver.crt apiserver.key || exit 1
  kubeadm init phase certs apiserver --config "$config"
  made=$?
  rm -f "$config"
  if [ "$made" != 0 ]; then cp -p ${at.run}/old/apiserver.* .; fi
  rm -rf ${at.run}/old
  [ "$made" = 0 ] || exit 1
fi
if [ -n "$2" ] && systemctl is-active --quiet slipway-endpoint.service; then
  moved=yes
  systemctl stop slipway-endpoint.service
  left=60
  until ready "$2" || [ "$left" -le 0 ]; do left=$((left - 1)); sleep 0.3; done
fi
running() { crictl ps --quiet --name '^kube-apiserver$' | head -n 1; }
before=$(running)
kubeadm upgrade node phase control-plane --kubeconfig /etc/kubernetes/admin.conf --patches ${at.patches} \\
  --certificate-renewal=false --etcd-upgrade=false || exit 1
tidy
if [ "$(running)" = "$before" ] && [ -n "$before" ]; then
  crictl stop --timeout 30 "$before" >/dev/null || exit 1
fi
left=600
until ready "127.0.0.1:$1" && [ -n "$(running)" ]; do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then
    crictl logs --tail 20 "$(crictl ps --all --quiet --name '^kube-apiserver$' | head -n 1)" >&2
    echo "the API server is not ready with its new settings" >&2
    exit 1
  fi
  sleep 0.3
done
`;
