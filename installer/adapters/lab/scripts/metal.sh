#!/bin/sh
# Keeps one blank machine of a lab running; needs nothing of Slipway once it has started.
# usage: metal.sh MACHINE_DIR NAME TOOLS BRIDGE FIRMWARE MAC DISKS CGROUP...
# It is started like container.sh: inside the lab's network, with mounts of its own that disappear with it.
set -eu
dir=$1 name=$2 tools=$3 bridge=$4 firmware=$5 mac=$6 disks=$7
shift 7

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
rm -f "$dir/monitor"
# Its file is kept over all boots: a line tells them apart.
printf '\r\n=== power on === %s\r\n' "$(date -u +%FT%TZ)" >> "$dir/serial.log"

# The first disk comes before the network, the others after it: a blank disk falls through to the network.
set --
number=1
while [ "$number" -le "$disks" ]; do
  order=$number
  [ "$number" = 1 ] || order=$((number + 1))
  set -- "$@" -drive "file=/machine/disk$number.img,format=raw,if=none,id=disk$number,discard=unmap,cache=writeback" \
    -device "virtio-blk-pci,drive=disk$number,serial=$name-disk$number,bootindex=$order"
  number=$((number + 1))
done
case $firmware in
  bios) set -- "$@" -machine q35,graphics=off -device "virtio-net-pci,netdev=net,mac=$mac,bootindex=2" ;;
  uefi) set -- "$@" -machine q35 ;;
  secure-boot) set -- "$@" -machine q35,smm=on -global driver=cfi.pflash01,property=secure,value=on ;;
esac
if [ "$firmware" != bios ]; then
  # An empty ROM: the firmware's own network boot is at work. No IPv6, which would be waited for.
  set -- "$@" -device "virtio-net-pci,netdev=net,mac=$mac,bootindex=2,romfile=" \
    -drive if=pflash,format=raw,unit=0,readonly=on,file=/machine/code.fd \
    -drive if=pflash,format=raw,unit=1,file=/machine/variables.fd \
    -fw_cfg name=opt/org.tianocore/IPv6PXESupport,string=n
fi

code=0
# Hardware virtualisation only where the processor says so: a /dev/kvm without it (a guest's own) accepts and then crashes.
if [ -w /dev/kvm ] && grep -qE '^flags.* (vmx|svm)( |$)' /proc/cpuinfo; then
  accelerator=kvm
else
  accelerator=tcg,thread=multi
fi
# A reboot happens inside; only power-off ends this.
chroot "$tools" qemu-system-x86_64 -name "$name" -accel $accelerator -cpu max -smp 2 -m 2048 \
  -nodefaults -no-user-config -display none -qmp unix:/machine/monitor,server=on,wait=off \
  -chardev file,id=serial,path=/machine/serial.log,append=on -serial chardev:serial \
  -smbios "type=1,manufacturer=Slipway,product=Lab metal,serial=lab-$name" \
  -netdev "tap,id=net,ifname=$port,script=no,downscript=no" -device virtio-rng-pci "$@" || code=$?
echo "lab: $name ended with code $code"
ip link delete dev "$port" || true
