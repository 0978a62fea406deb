#!/bin/sh
# Keeps one system container of a lab running; needs nothing of Slipway once it has started.
# usage: container.sh MACHINE_DIR NAME BASE BRIDGE CGROUP...
# It is started inside the lab's network namespace and in a mount namespace of its own: whatever is mounted here
# disappears with the last process of the machine, however that ends.
set -eu
dir=$1 name=$2 base=$3 bridge=$4
shift 4

# The groups exist already. Once `down` has removed one, a late starter must not become a machine.
for group in "$@"; do echo $$ > "$group/cgroup.procs"; done

# nspawn keeps per-name folders here, and names are only unique within a lab.
mkdir -p /run/systemd/nspawn
mount -t tmpfs -o mode=0755 lab-nspawn /run/systemd/nspawn
mount -o loop,noatime,noinit_itable "$dir/disk.img" "$dir/data"
mount -t overlay -o "lowerdir=$base,upperdir=$dir/upper,workdir=$dir/work" "lab-$name" "$dir/root"

# A machine that reboots itself makes nspawn end with 133 when it runs without a service manager (--keep-unit).
code=133
while [ "$code" = 133 ]; do
  "${0%/*}/port.sh" "$dir" "vb-$name" wait &
  code=0
  SYSTEMD_NSPAWN_USE_CGNS=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network \
    systemd-nspawn --quiet --directory="$dir/root" --machine="$name" --boot --register=no --keep-unit \
    --network-bridge="$bridge" --capability=all --system-call-filter=@known --bind=/dev/kmsg \
    --bind="$dir/data/containerd:/var/lib/containerd" --bind="$dir/data/etcd:/var/lib/etcd" \
    --bind="$dir/data/kubelet:/var/lib/kubelet" --bind="$dir/data/slipway:/var/lib/slipway" \
    --bind="$dir/data/pods:/var/log/pods" \
    --resolv-conf=off --timezone=off --link-journal=no --console=pipe || code=$?
  wait
  echo "lab: $name ended with code $code"
done

cd /
umount "$dir/root" "$dir/data" || true
