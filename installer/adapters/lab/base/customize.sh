#!/bin/sh
# Runs on the host as mmdebstrap's customize hook; $1 is the new root. The files to lay over it are beside this script.
set -eu
root=$1
files=${0%/*}/files

cp -R --preserve=mode "$files/." "$root/"
chmod 0440 "$root/etc/sudoers.d/slipway-lab"

# Units that would fight with the host over things a container shares with it, or that only cost boot time.
for unit in systemd-sysctl.service systemd-networkd.service systemd-networkd.socket systemd-udevd.service \
  systemd-udev-trigger.service systemd-timesyncd.service systemd-modules-load.service systemd-resolved.service \
  systemd-firstboot.service getty@.service console-getty.service container-getty@.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer e2scrub_reap.service \
  sshd-keygen.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
for unit in lab-network.service lab-kernel.service; do
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -sf "/etc/systemd/system/$unit" "$root/etc/systemd/system/multi-user.target.wants/$unit"
done

# The machines share the host's clock: chrony may look at it, never move it.
printf 'DAEMON_OPTS="-F 1 -x"\n' > "$root/etc/default/chrony"

# A site has no name server, no time server and no package mirror; the build host's must not shine through either.
: > "$root/etc/resolv.conf"
sed -i '/^pool /d' "$root/etc/chrony/chrony.conf"
rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d" "$root/etc/apt/apt.conf.d/99mmdebstrap"
mkdir -p "$root/etc/apt/sources.list.d"

# Every machine gets an identity of its own when it is made.
rm -f "$root"/etc/ssh/ssh_host_* "$root/var/lib/dbus/machine-id"
: > "$root/etc/machine-id"

# Accounts for trying out every way to become root: by key as root, sudo without and with a password.
# The password is no secret: it guards a machine that nothing outside the lab can reach.
# Debian has a group of that name already.
chroot "$root" useradd --create-home --shell /bin/bash --gid operator operator
chroot "$root" useradd --create-home --shell /bin/bash clerk
printf 'clerk:clerk-of-the-lab\n' | chroot "$root" chpasswd --crypt-method SHA512
for home in /root /home/operator /home/clerk; do
  mkdir -p "$root$home/.ssh"
  chmod 0700 "$root$home/.ssh"
  # One file for all accounts, written when a machine is made.
  ln -sf /etc/ssh/lab_authorized_keys "$root$home/.ssh/authorized_keys"
done
chroot "$root" chown -R operator:operator /home/operator
chroot "$root" chown -R clerk:clerk /home/clerk

mkdir -p "$root/etc/lab" "$root/var/lib/containerd" "$root/var/lib/etcd" "$root/var/lib/kubelet" \
  "$root/var/lib/slipway" "$root/var/log/pods"
