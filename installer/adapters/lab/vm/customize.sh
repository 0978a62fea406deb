#!/bin/sh
# Runs on the host as mmdebstrap's customize hook; $1 is the new root. A container's system, made fit for a kernel of its own.
set -eu
root=$1
here=${0%/*}
"$here/../base/customize.sh" "$root"
cp -R --preserve=mode "$here/files/." "$root/"

# Its kernel, its devices and its clock are its own.
for unit in systemd-sysctl.service systemd-udevd.service systemd-udev-trigger.service systemd-modules-load.service; do
  rm -f "$root/etc/systemd/system/$unit"
done
printf 'DAEMON_OPTS="-F 1"\n' > "$root/etc/default/chrony"

mkdir -p "$root/etc/systemd/system/sysinit.target.wants"
ln -sf /etc/systemd/system/lab-identity.service "$root/etc/systemd/system/sysinit.target.wants/lab-identity.service"
cp -L "$root"/boot/vmlinuz-* "$root/boot/lab-kernel"
cp -L "$root"/boot/initrd.img-* "$root/boot/lab-initrd"
