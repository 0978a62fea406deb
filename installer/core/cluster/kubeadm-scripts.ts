import { kubernetesPaths as at } from "./paths.ts";

/**
 * Scripts around kubeadm. Each holds a lock, so that a run whose connection was lost and the run that continues it never
 * work beside each other; each writes down how far the machine has come, so that a probe need not guess.
 * Preflight errors that a half-done run of our own leaves behind are ignored only when the stage says that it is ours.
 */
const common = `
set -u
umask 077
mkdir -p ${at.run}
exec 9>${at.kubeadmLock}
flock -w 300 9 || { echo "another kubeadm is still at work" >&2; exit 75; }
stage() { printf '%s\\n' "$1" > ${at.stage}.new && mv -f ${at.stage}.new ${at.stage}; }
now=$(cat ${at.stage} 2>/dev/null) || now=
ours=DirAvailable--etc-kubernetes-manifests,DirAvailable--var-lib-etcd
for file in etcd kube-apiserver kube-controller-manager kube-scheduler; do
  ours=$ours,FileAvailable--etc-kubernetes-manifests-$file.yaml
done
ours=$ours,FileAvailable--etc-kubernetes-kubelet.conf,FileAvailable--etc-kubernetes-bootstrap-kubelet.conf
ours=$ours,FileAvailable--etc-kubernetes-pki-ca.crt,Port-$1,Port-10250,Port-10257,Port-10259,Port-2379,Port-2380
# Whether a port listens is looked up first, which takes a tenth of the time of asking: it is done often while others work.
listening=$(printf ':%04X [0-9A-F]*:0000 0A ' "$1")
answers() {
  grep -qs "$listening" /proc/net/tcp /proc/net/tcp6 || return 1
  curl --silent --insecure --fail --max-time 1 --output /dev/null "https://127.0.0.1:$1/$2"
}
`;

/**
 * Starts the first control plane as far as an API that answers. `$1` is the API's port, `$2` how many seconds the API
 * may take. Certificates and settings that are there already are kept.
 */
export const startScript = `${common}
case $now in
  founded | joined) systemctl start kubelet.service ;;
  *)
    : > ${at.founding}
    if [ "$now" = founding ]; then again=--ignore-preflight-errors=$ours; else again=; fi
    stage founding
    /usr/local/bin/kubeadm init --config ${at.kubeadmConfig} $again \\
      --skip-phases=wait-control-plane,upload-config,upload-certs,mark-control-plane,bootstrap-token,kubelet-finalize,addon,show-join-command || exit 1
    ;;
esac
left=$(($2 * 5))
until answers "$1" livez; do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then echo "the API server does not answer at port $1" >&2; exit 1; fi
  sleep 0.2
done
`;

/** Does the rest of kubeadm init against the API that answers. `$1` is the API's port. */
export const finishScript = `${common}
if [ "$now" = founded ] || [ "$now" = joined ]; then exit 0; fi
/usr/local/bin/kubeadm init --config ${at.kubeadmConfig} --upload-certs \\
  --skip-phases=preflight,certs,kubeconfig,etcd,control-plane,kubelet-start,wait-control-plane,show-join-command || exit 1
left=300
until answers "$1" readyz; do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then echo "the API server is not ready" >&2; exit 1; fi
  sleep 0.2
done
stage founded
rm -f ${at.founding} ${at.kubeadmConfig}
`;

/**
 * Joins a machine. `$1` is the API's port, `$2` `control-plane` or `worker`, `$3` the URL of the machine's own API server, `$4`
 * the taints that a control plane is registered with, as kubelet's flag takes them. kubelet is not started a second time
 * when it has its credentials: kubeadm would refuse a node that is ready already, although it is this very machine.
 *
 * kubeadm lets the kubelet of a control plane ask nobody but its own API server, which is the last to come up, so that it asks
 * less and less often, and the node is known and its network begins only when all else is done. Here it begins with the
 * cluster's endpoint, while etcd joins, with its taints from the start; at the end its kubeconfig names its own API server,
 * as kubeadm wants it, for the next time that it is started. That saves 10 to 20 seconds.
 */
export const joinScript = `${common}
if [ "$now" = joined ] || [ "$now" = founded ]; then systemctl restart kubelet.service; exit 0; fi
again= skip=
if [ "$now" = joining ]; then
  again=--ignore-preflight-errors=$ours
  if [ -s /etc/kubernetes/kubelet.conf ] && [ -e /var/lib/kubelet/pki/kubelet-client-current.pem ]; then
    skip=--skip-phases=kubelet-start
    systemctl start kubelet.service
  fi
fi
stage joining
if [ "$2" = control-plane ]; then
  printf 'KUBELET_KUBECONFIG_ARGS="--bootstrap-kubeconfig=%s --kubeconfig=/etc/kubernetes/kubelet.conf%s"\\n' \\
    ${at.discovery} "\${4:+ --register-with-taints=$4}" > ${at.kubeletJoin}
fi
/usr/local/bin/kubeadm join --config ${at.kubeadmConfig} $again $skip || exit 1
if [ "$2" = control-plane ]; then
  sed "s,^\\( *server: \\).*,\\1$3," /etc/kubernetes/kubelet.conf > /etc/kubernetes/kubelet.conf.slipway-new || exit 1
  mv -f /etc/kubernetes/kubelet.conf.slipway-new /etc/kubernetes/kubelet.conf
fi
stage joined
rm -f ${at.kubeadmConfig} ${at.discovery} ${at.kubeletJoin}
`;
