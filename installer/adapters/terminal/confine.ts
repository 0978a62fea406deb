/**
 * Makes a world for one shell out of nothing, in name spaces of its own, and starts the shell there: programs of the
 * computer read only, a home in memory, one kubectl, one kubeconfig. Nothing else of the computer can be seen: no data
 * folder, no sockets, no processes, no other homes. Runs as root of its name spaces, and gives that up before the shell.
 *
 * $1 an empty folder, $2 the kubectl, $3 the kubeconfig (removed once it is copied), $4 the home's rc file's content,
 * $5 the uid the shell gets, $6 `root` when that uid is to be taken by setuid, `user` inside a user name space.
 */
export const CONFINE = `
set -eu
root=$1 kubectl=$2 kubeconfig=$3 rc=$4 uid=$5 how=$6
PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022
mount -t tmpfs -o mode=0755,size=80m,nosuid,nodev slipway "$root"
cd "$root"
mkdir usr etc proc dev tmp home home/shell home/shell/.kube usr/local
bound() {
  mount --rbind "$1" "$2"
  mount -o remount,bind,ro,nosuid,nodev "$2" 2>/dev/null || mount -o remount,bind,ro "$2"
}
bound /usr usr
for name in bin sbin lib lib32 lib64; do
  if [ -L "/$name" ]; then cp -P "/$name" "$name"
  elif [ -d "/$name" ]; then mkdir "$name"; bound "/$name" "$name"
  fi
done
for name in ld.so.cache ld.so.conf ld.so.conf.d alternatives terminfo nsswitch.conf resolv.conf hosts localtime inputrc bash.bashrc; do
  if [ -d "/etc/$name" ]; then cp -R "/etc/$name" "etc/$name" 2>/dev/null || true
  elif [ -e "/etc/$name" ]; then cp -L "/etc/$name" "etc/$name" 2>/dev/null || true
  fi
done
printf 'shell:x:%s:%s::/home/shell:/bin/sh\\n' "$uid" "$uid" >etc/passwd
printf 'shell:x:%s:\\n' "$uid" >etc/group
for device in null zero full random urandom tty; do
  : >"dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
ln -s /proc/self/fd dev/fd
mkdir opt
: >opt/kubectl
mount --bind "$kubectl" opt/kubectl
mount -o remount,bind,ro,nosuid,nodev opt/kubectl 2>/dev/null || true
mount -t proc -o nosuid,nodev,noexec proc proc 2>/dev/null || true
chmod 1777 tmp
cat "$kubeconfig" >home/shell/.kube/config
rm -f "$kubeconfig"
printf '%s' "$rc" >home/shell/.bashrc
chmod 0600 home/shell/.kube/config
if [ "$how" = root ]; then
  chown -R "$uid:$uid" home/shell
  set -- --reuid "$uid" --regid "$uid" --clear-groups
else
  set --
fi
mkdir old
pivot_root . old
cd /home/shell
umount -l /old
rmdir /old 2>/dev/null || true
mount -o remount,ro / 2>/dev/null || true
PATH=/opt:/usr/local/bin:/usr/bin:/bin
ulimit -c 0
ulimit -n 4096
ulimit -u 512 2>/dev/null || true
[ -x /bin/bash ] && shell=/bin/bash || shell=/bin/sh
printf '\\036'
exec setpriv "$@" --no-new-privs --inh-caps=-all --bounding-set=-all -- "$shell"
`;

/** Printed when the world is made: what comes before it are complaints, what comes after it is the shell's. */
export const CONFINED = 0x1e;

/**
 * Arguments of `unshare` (util-linux) for the script above: `user` makes a user name space first, for an engine that is
 * not root.
 */
export const confinedArguments = (
  how: "root" | "user",
  parameters: readonly [folder: string, kubectl: string, kubeconfig: string, rc: string, uid: string],
): readonly string[] => [
  ...(how === "user" ? ["--user", "--map-root-user"] : []),
  "--mount",
  "--pid",
  "--ipc",
  "--fork",
  "--kill-child",
  "--propagation",
  "private",
  "--",
  "/bin/sh",
  "-c",
  CONFINE,
  "slipway-shell",
  ...parameters,
  how,
];
