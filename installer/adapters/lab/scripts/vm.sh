#!/bin/sh
# Keeps one emulated machine of a lab running; needs nothing of Slipway once it has started.
# usage: vm.sh MACHINE_DIR NAME TOOLS IMAGE BRIDGE KERNEL_LINE MAC UUID CGROUP...
# It is started like container.sh: inside the lab's network, with mounts of its own that disappear with it.
set -eu
dir=$1 name=$2 tools=$3 image=$4 bridge=$5 kernel_line=$6 mac=$7 uuid=$8
shift 8

# The groups exist already. Once `down` has removed one, a late starter must not become a machine.
for group in "$@"; do echo $$ > "$group/cgroup.procs"; done

port=vb-$name
ip link delete dev "$port" 2> /dev/null || true
ip tuntap add dev "$port" mode tap
ip link set dev "$port" master "$bridge"
"${0%/*}/port.sh" "$dir" "$port"

mount --rbind /dev "$tools/dev"
mount --rbind /proc "$tools/proc"
mount --bind "$dir" "$tools/machine"
mount --bind "$image" "$tools/image"
if [ ! -e "$dir/disk.qcow2" ]; then
  chroot "$tools" qemu-img create -q -f qcow2 -b /image/disk.ext4 -F raw /machine/disk.qcow2.new
  mv "$dir/disk.qcow2.new" "$dir/disk.qcow2"
fi

code=0
# Hardware virtualisation only where the processor says so: a /dev/kvm without it (a guest's own) accepts and then crashes.
if [ -w /dev/kvm ] && grep -qE '^flags.* (vmx|svm)( |$)' /proc/cpuinfo; then
  accelerator=kvm
else
  accelerator=tcg,thread=multi
fi
# A reboot happens inside; only power-off ends this.
chroot "$tools" qemu-system-x86_64 -name "$name" -machine q35 -accel $accelerator -cpu max -smp 2 -m 2048 \
  -nodefaults -no-user-config -display none -monitor none -serial stdio -uuid "$uuid" \
  -smbios "type=1,manufacturer=Slipway,product=Lab machine,serial=lab-$name" \
  -kernel /image/kernel -initrd /image/initrd -append "$kernel_line" \
  -drive file=/machine/disk.qcow2,if=none,id=root,discard=unmap -device "virtio-blk-pci,drive=root,serial=$name-root" \
  -drive file=/machine/identity.tar,format=raw,if=none,id=identity,readonly=on \
  -device "virtio-blk-pci,drive=identity,serial=$name-identity" \
  -netdev "tap,id=net,ifname=$port,script=no,downscript=no" -device "virtio-net-pci,netdev=net,mac=$mac,romfile=" \
  -device virtio-rng-pci || code=$?
echo "lab: $name ended with code $code"
ip link delete dev "$port" || true
