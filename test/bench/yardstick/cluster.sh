#!/bin/bash
# The yardstick: a highly available kubeadm cluster as an engineer who knows what costs time would script it, from machines
# that answer SSH to four nodes Ready and CoreDNS Available. It checks nothing and cannot be continued.
# usage: cluster.sh FOLDER LOGS     inside the network of the lab; prepare.ts makes the folder
set -u
folder=$1 logs=$2
cd "$folder" || exit 1
. ./settings
begun=$(date +%s.%N)
ssh_options="-i $key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ControlMaster=auto -o ControlPath=$logs/%h -o ControlPersist=60"
address_of() { echo "10.99.0.1${1#n}"; }
on() { local machine=$1; shift; ssh $ssh_options "root@$(address_of "$machine")" "$@"; }
say() { printf '%7.1f %s\n' "$(echo "$(date +%s.%N) - $begun" | bc)" "$*" >> "$logs/steps"; }
close() { for machine in n1 n2 n3 n4; do ssh $ssh_options -O exit "root@$(address_of "$machine")" 2>/dev/null; done; }
trap close EXIT
waits_for() { while [ ! -e "$logs/$1" ]; do sleep 0.1; done; }

install() {
  on "$1" 'tar -C / -xf - && sysctl -qp /etc/sysctl.d/99-kubernetes.conf && systemctl daemon-reload && systemctl start containerd && systemctl enable -q containerd kubelet' < all.tar
  say "$1 containerd up"
}
pull() {
  local machine=$1; shift
  on "$machine" "export PATH=/usr/local/bin:\$PATH; printf '%s\n' $* | xargs -P 2 -n1 crictl pull" >> "$logs/pull.$machine" 2>&1
  say "$machine pulled $# images"
}
address() {
  on "$1" "tar -C / -xf - && ldconfig && systemctl daemon-reload && systemctl enable -q --now endpoint" < "control-plane.$1.tar"
  say "$1 serves the address"
}

for machine in n1 n2 n3 n4; do
  (
    install "$machine"
    case $machine in
      n1)
        on n1 'touch /run/founding'
        address n1 &
        pull n1 $pause $control_plane_images
        wait
        touch "$logs/n1.ready"
        pull n1 $all_images
        ;;
      n2 | n3)
        waits_for n1.ready
        address "$machine" &
        pull "$machine" $pause $all_images $control_plane_images
        wait
        touch "$logs/$machine.ready"
        ;;
      *)
        waits_for n1.ready
        pull "$machine" $pause $all_images $dns_image
        touch "$logs/$machine.ready"
        ;;
    esac
  ) &
done
waits_for n1.ready

ignored=SystemVerification,Mem,NumCPU
on n1 "kubeadm init --config /etc/kubernetes/kubeadm-n1.yaml --upload-certs --ignore-preflight-errors=$ignored -v2" > "$logs/init" 2>&1 &
init=$!
(
  on n1 'export KUBECONFIG=/etc/kubernetes/super-admin.conf; until kubectl --server https://10.99.0.11:6443 apply -f /etc/kubernetes/flannel.yaml; do sleep 0.3; done' > "$logs/flannel" 2>&1
  say 'flannel applied'
) &
wait $init
grep -q 'initialized successfully' "$logs/init" || { say 'init failed'; tail -20 "$logs/init" >&2; exit 1; }
on n1 'rm -f /run/founding'
say 'init done'
on n1 'kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-public get cm cluster-info -o jsonpath={.data.kubeconfig}' > "$logs/discovery.conf"

# A joining control plane's kubelet asks its own API server, which is not there yet, less and less often: started again once
# that answers, and once more when it has its credentials, it saves 10 to 20 seconds.
kick() {
  echo "until curl -skf -m 1 https://$(address_of "$1"):6443/livez >/dev/null; do sleep 0.3; done; [ -s /etc/kubernetes/kubelet.conf ] || systemctl restart kubelet; until [ -s /etc/kubernetes/kubelet.conf ]; do sleep 0.1; done; sleep 0.3; systemctl restart kubelet"
}
joins=
for machine in n2 n3 n4; do
  (
    waits_for "$machine.ready"
    on "$machine" 'cat > /etc/kubernetes/discovery.conf' < "$logs/discovery.conf"
    [ "$machine" = n4 ] || on "$machine" "nohup sh -c '$(kick "$machine")' >/dev/null 2>&1 &"
    on "$machine" "kubeadm join --config /etc/kubernetes/kubeadm-$machine.yaml --ignore-preflight-errors=$ignored -v2" > "$logs/join.$machine" 2>&1
    grep -q 'This node has joined' "$logs/join.$machine" && say "$machine joined" || say "$machine: join failed"
  ) &
  joins="$joins $!"
done
wait $joins
on n1 'export KUBECONFIG=/etc/kubernetes/admin.conf; kubectl wait --for=condition=Ready node/n1 node/n2 node/n3 node/n4 --timeout=300s' > "$logs/ready" 2>&1 || exit 1
say 'nodes Ready'
on n1 'export KUBECONFIG=/etc/kubernetes/admin.conf; kubectl -n kube-system wait --for=condition=Available deploy/coredns --timeout=300s' >> "$logs/ready" 2>&1 || exit 1
say 'CoreDNS Available'
