#!/bin/sh
# Shapes the root of the node OS. Runs on the machine that builds. usage: customize.sh ROOT VERSION
set -eu
root=$1 version=$2
here=$(cd "${0%/*}" && pwd)

cp -R --no-preserve=ownership "$here/files/." "$root/"
find "$root/usr/lib/slipway" -type f -exec chmod 0755 {} +
printf 'slipway-node-os %s\n' "$version" > "$root/etc/slipway-node-os"

# Nothing of the machine that built it.
rm -rf "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/* "$root/etc/apt/apt.conf.d/99mmdebstrap" \
  "$root"/etc/ssh/ssh_host_* "$root/var/lib/dbus/machine-id" "$root"/var/lib/apt/lists/* "$root"/var/cache/* \
  "$root"/var/log/* "$root"/var/lib/dpkg/*-old "$root"/etc/*- "$root/etc/.pwd.lock" "$root"/boot/* "$root"/tmp/* \
  "$root"/run/* "$root"/var/lib/systemd/catalog "$root"/dev/* "$root"/var/lib/systemd/random-seed
: > "$root/etc/machine-id"
: > "$root/etc/resolv.conf"
printf 'localhost\n' > "$root/etc/hostname"
printf '127.0.0.1 localhost\n' > "$root/etc/hosts"
: > "$root/etc/fstab"
sed -i '/^pool /d' "$root/etc/chrony/chrony.conf"
mkdir -p "$root/var/log/journal" "$root/var/cache/apt/archives/partial" "$root/var/lib/apt/lists/partial"

# The list of installed packages belongs to the system, not to the data: another slot has another one.
mv "$root/var/lib/dpkg" "$root/usr/lib/slipway/dpkg"
ln -s ../../usr/lib/slipway/dpkg "$root/var/lib/dpkg"

# Mount points, and folders that kubeadm's manifests and CNI plug-ins expect below the read-only /usr or on the data.
mkdir -p "$root/data" "$root/usr/libexec/kubernetes/kubelet-plugins/volume/exec" "$root/opt/cni/bin" \
  "$root/usr/local/bin" "$root/srv"

ln -sf /usr/lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
enable() {
  mkdir -p "$root/etc/systemd/system/$2.wants"
  ln -sf "/usr/lib/systemd/system/$1" "$root/etc/systemd/system/$2.wants/$1"
}
enable systemd-networkd.service multi-user.target
enable ssh.service multi-user.target
enable slipway-host-keys.service multi-user.target
enable slipway-first-boot.service multi-user.target
# Configured and started by an operation when a cluster needs them; nothing of Debian's own timers changes a machine.
for unit in keepalived.service; do rm -f "$root"/etc/systemd/system/*.wants/$unit; done
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
  fstrim.timer systemd-firstboot.service systemd-networkd-wait-online.service systemd-timesyncd.service \
  sshd-keygen.service ldconfig.service systemd-update-done.service systemd-hwdb-update.service \
  systemd-journal-catalog-update.service systemd-machine-id-commit.service systemd-pcrmachine.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
rm -f "$root/usr/lib/systemd/system/systemd-firstboot.service"

# Keys only: no account has a password.
sed -i 's/^root:[^:]*:/root:*:/' "$root/etc/shadow"
