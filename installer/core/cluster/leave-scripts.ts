import { INNER_LINK } from "../runtime/inner-routes.ts";
import { beforePaths, clusterFolders } from "../runtime/host-record.ts";
import { kubernetesPaths } from "./paths.ts";

/** Chains of the packet filter that kube-proxy, kubelet, flannel and the CNI plugins make, as an extended expression. */
const OUR_CHAINS = "(KUBE|FLANNEL|CNI)-";

/** What later parts of this file use. Nothing here fails the script: what cannot be put right is found at its end. */
const common = `
set -u
umask 022
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin
export PATH
before=${beforePaths.folder}
host=${beforePaths.host}
noted() { grep -qxF -- "$1" "$host" 2>/dev/null; }
has() { command -v "$1" >/dev/null 2>&1; }
quietly() { "$@" >/dev/null 2>&1 || true; }
`;

/**
 * Ends every service and every process that the cluster runs on the machine. First the virtual address is let go, so
 * that another machine has it while this one is still at work. Containers are killed by their control groups and their
 * shims by the program they run: that works whatever state containerd is in, and touches no other runtime of the site.
 */
const stopEverything = `
quietly systemctl stop slipway-endpoint.service
quietly systemctl stop kubelet.service
for unit in $(systemctl list-unit-files --no-legend --plain 'slipway-*' 2>/dev/null | cut -d ' ' -f 1) kubelet.service containerd.service; do
  case $unit in
    slipway-*) ;;
    *) if [ ! -e "/etc/systemd/system/$unit" ]; then continue; fi ;;
  esac
  quietly systemctl stop "$unit"
  quietly systemctl disable "$unit"
done
shims() {
  for exe in /proc/[0-9]*/exe; do
    case $(readlink "$exe" 2>/dev/null) in
      /usr/local/bin/containerd*) pid=\${exe#/proc/}; echo "\${pid%/exe}" ;;
    esac
  done
}
pods() {
  find /sys/fs/cgroup -path '*kubepods*' -name cgroup.procs -exec cat {} + 2>/dev/null | grep -vx 0 | sort -un
}
left=50
while pids="$(shims) $(pods)"; pids=$(echo $pids); [ -n "$pids" ] && [ "$left" -gt 0 ]; do
  kill -KILL $pids 2>/dev/null
  left=$((left - 1))
  sleep 0.2
done
for unit in $(systemctl list-units --all --no-legend --plain 'kubepods*' 'cri-containerd-*' 2>/dev/null | cut -d ' ' -f 1); do
  quietly systemctl stop "$unit"
  quietly systemctl reset-failed "$unit"
done
`;

/** Takes away mounts below the cluster's folders, deepest first; a folder that is a mount point itself stays one. */
const unmountAll = `
mounts() {
  awk '{ print $5 }' /proc/self/mountinfo |
    grep -E '^(/var/lib/kubelet|/var/lib/containerd|/run/containerd|/var/lib/slipway)/.|^/(var/)?run/netns/cni-' | sort -r
}
mounts | while read -r point; do
  point=$(printf '%b' "$point")
  umount "$point" 2>/dev/null || quietly umount -l "$point"
done
rm -f /run/netns/cni-*
rmdir /run/netns 2>/dev/null || true
`;

/** \`$1\` is the network of the pods, \`$2\` the virtual address or nothing. */
const clearNetwork = `
for link in cni0 flannel.1 flannel-v6.1 kube-ipvs0 ${INNER_LINK}; do quietly ip link delete "$link"; done
quietly ip -4 route flush root "$1"
if [ -n "$2" ]; then
  for device in $(ip -4 -oneline address show to "$2" 2>/dev/null | awk '{ print $2 }'); do
    quietly ip -4 address delete "$2/32" dev "$device"
  done
fi
if has nft; then
  nft list tables 2>/dev/null | while read -r word family name; do
    case $name in
      kube-proxy | flannel-*) quietly nft delete table "$family" "$name" ;;
    esac
  done
fi
for tool in iptables ip6tables; do
  for kind in nft legacy; do
    has "$tool-$kind-save" && has "$tool-$kind-restore" || continue
    if [ "$kind" = legacy ] && ! [ -s /proc/net/ip_tables_names ] && ! [ -s /proc/net/ip6_tables_names ]; then continue; fi
    "$tool-$kind-save" 2>/dev/null | awk '
      /^\\*/ { table = $0; jumps = flushes = drops = ""; next }
      /^:${OUR_CHAINS}/ { chain = substr($1, 2); flushes = flushes "-F " chain "\\n"; drops = drops "-X " chain "\\n"; next }
      /^-A / && $2 !~ /^${OUR_CHAINS}/ && / (-j|-g) ${OUR_CHAINS}/ { sub(/^-A/, "-D"); jumps = jumps $0 "\\n"; next }
      /^COMMIT/ && jumps flushes != "" { printf "%s\\n%s%s%sCOMMIT\\n", table, jumps, flushes, drops }
    ' | quietly "$tool-$kind-restore" --noflush
  done
done
if has nft; then
  # The tables that iptables made for itself go when there is nothing left in them and they were not there before.
  for table in 'ip filter' 'ip nat' 'ip mangle' 'ip raw' 'ip6 filter' 'ip6 nat' 'ip6 mangle' 'ip6 raw'; do
    if noted "table $table" || ! nft list table $table >/dev/null 2>&1; then continue; fi
    if nft list table $table 2>/dev/null |
      grep -vE '^ *#|^table |^[[:space:]]*chain |^[[:space:]]*type .* policy accept;|^[[:space:]]*\\}|^$' | grep -q .; then continue; fi
    quietly nft delete table $table
  done
fi
`;

/**
 * Takes away the packages that Slipway installed. dpkg says no where something installed since then needs one: that one
 * stays, which is told.
 */
const removePackages = `
if [ -s ${beforePaths.packages} ] && has dpkg; then
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  present() {
    dpkg-query --show --showformat '\${Package} \${db:Status-Status}\\n' $(sort -u ${beforePaths.packages}) 2>/dev/null |
      awk '$2 != "not-installed" { print $1 }'
  }
  list=$(present)
  if [ -n "$list" ]; then quietly dpkg --purge $list; fi
  for name in $(present); do
    quietly dpkg --purge "$name"
  done
  for name in $(present); do echo "kept package $name"; done
fi
`;

/** Puts files back, takes those away that were not there, and empties the cluster's folders down to what was in them. */
const restoreFiles = `
if [ -s ${beforePaths.absent} ]; then
  while read -r path; do rm -f -- "$path" "$path.slipway-new"; done < ${beforePaths.absent}
fi
if [ -d ${beforePaths.files} ]; then
  find ${beforePaths.files} ! -type d ! -name '*.slipway-new' | while read -r copy; do
    path=\${copy#${beforePaths.files}}
    mkdir -p "\${path%/*}"
    cp -a -- "$copy" "$path.slipway-new" && mv -f -- "$path.slipway-new" "$path"
  done
fi
for folder in ${clusterFolders.join(" ")}; do
  [ -d "$folder" ] && [ ! -L "$folder" ] || continue
  find "$folder" -mindepth 1 -maxdepth 1 | while read -r entry; do
    noted "entry $entry" || rm -rf --one-file-system -- "$entry"
  done
  noted "folder $folder" || rmdir "$folder" 2>/dev/null || true
done
sed -n 's/^mode //p' "$host" 2>/dev/null | while read -r mode folder; do chmod "$mode" "$folder"; done
if [ -s ${beforePaths.folders} ]; then
  sort -ru ${beforePaths.folders} | while read -r folder; do rmdir "$folder" 2>/dev/null || true; done
fi
if [ -e /etc/ssl/certs/slipway-site-ca.pem ] || [ -L /etc/ssl/certs/slipway-site-ca.pem ]; then
  rm -f /etc/ssl/certs/slipway-site-ca.pem
  quietly update-ca-certificates --fresh
elif has update-ca-trust; then
  quietly update-ca-trust
fi
quietly systemctl daemon-reload
quietly systemctl kill --signal=HUP systemd-logind.service
`;

/** Puts kernel settings and services back. \`$3\` and what follows are modules that Slipway loaded. */
const restoreHost = `
if [ -s "$host" ]; then
  while read -r kind one two three; do
    case $kind in
      setting)
        now=$(cat "/proc/sys/$one" 2>/dev/null) || continue
        if [ "$(echo $now)" != "$(echo $two $three)" ]; then printf '%s\\n' "$two\${three:+ $three}" > "/proc/sys/$one"; fi 2>/dev/null
        ;;
      service)
        case $two in disabled) quietly systemctl disable "$one" ;; enabled) quietly systemctl enable "$one" ;; esac
        case $three in
          active) quietly systemctl start "$one" ;;
          inactive | failed) if systemctl is-active --quiet "$one"; then quietly systemctl stop "$one"; fi ;;
        esac
        ;;
    esac
  done < "$host"
fi
if has chronyc; then quietly chronyc reload sources; fi
shift 2
for module; do quietly modprobe -r "$module"; done
`;

/** Says what is still there. Prints \`left WHAT\` for each, and nothing when the machine is as it was found. */
const lookAgain = `
mounts | while read -r point; do echo "left mount $point"; done
for link in cni0 flannel.1 kube-ipvs0 ${INNER_LINK}; do
  if [ -e "/sys/class/net/$link" ]; then echo "left interface $link"; fi
done
if has nft; then
  nft list tables 2>/dev/null | grep -oE ' (kube-proxy|flannel-[a-z0-9-]+)$' | sed 's/^/left table/'
fi
for pid in $(pods) $(shims); do echo "left process $pid"; done
for folder in ${clusterFolders.join(" ")}; do
  [ -d "$folder" ] || continue
  find "$folder" -mindepth 1 -maxdepth 1 | while read -r entry; do
    noted "entry $entry" || case " ${clusterFolders.join(" ")} " in *" $entry "*) ;; *) echo "left file $entry" ;; esac
  done
done
exit 0
`;

/**
 * Makes a machine what it was before it was enlisted, but for Slipway's own folders, which hold the record and go last.
 * May be run again at any time. Arguments: network of the pods, virtual address or nothing, modules to unload. Prints
 * \`left WHAT\` for what could not be removed and \`kept package NAME\` for packages that others need by now.
 */
export const cleanScript = [
  common,
  stopEverything,
  unmountAll,
  clearNetwork,
  removePackages,
  restoreFiles,
  restoreHost,
  lookAgain,
].join("");

/**
 * Removes Slipway's own folders, \`$1\` and \`$2\`, then the mark \`$3\`, which comes last: while it is there, the machine is
 * known for one that is not done. A folder that is a mount point stays, empty.
 */
export const forgetScript = `
set -e
mark=$3
rm -rf --one-file-system ${kubernetesPaths.run}
for folder in "$1" "$2"; do
  if [ -L "$folder" ]; then
    rm -f -- "$folder"
  elif [ -d "$folder" ]; then
    find "$folder" -xdev -mindepth 1 ! -path "$mark" -delete
    rmdir "$folder" 2>/dev/null || true
  fi
done
rm -f -- "$mark"
rmdir "$1" "$2" 2>/dev/null || true
`;

/** Lets the virtual address go to another machine and stops kubelet, before this control plane's etcd is struck off. */
export const stepDownScript = `
systemctl stop slipway-endpoint.service 2>/dev/null
systemctl stop kubelet.service 2>/dev/null
exit 0
`;

/** What of Slipway is on the machine: prints \`mark\` and \`state\` for its folders \`$1\` and \`$2\`. Reads only. */
export const lookForOurs = `
for folder in "$1" "$2"; do
  if [ -L "$folder" ] || [ -n "$(ls -A "$folder" 2>/dev/null)" ]; then echo "$folder"; fi
done
exit 0
`;
