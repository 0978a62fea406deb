/** Where a machine keeps what it was like before Slipway came, until it leaves its cluster. */
export const beforePaths = {
  folder: "/var/lib/slipway/before",
  /** Copies of files that were replaced, each at its own path below. */
  files: "/var/lib/slipway/before/files",
  /** Paths of files that Slipway wrote where there was nothing, one a line. */
  absent: "/var/lib/slipway/before/absent",
  /** Folders that were made for them. */
  folders: "/var/lib/slipway/before/folders",
  /** Names of system packages that Slipway installed, one a line. */
  packages: "/var/lib/slipway/before/packages",
  /** State of kernel settings, folders, firewall tables and services, as `recordHost` saw it. */
  host: "/var/lib/slipway/before/host",
} as const;

/** Folders that go as a whole when the machine leaves; what is in them needs no record of its own. */
const wholly = "/var/lib/slipway/* | /etc/slipway/* | /etc/kubernetes/* | /run/*";

/**
 * Shell function `remember PATH...`: keeps what is there before its first change, with mode, owner and times, or that
 * nothing is there. The record is on the disk before the function returns: after a power cut nobody could tell any more
 * whose file it was. What is recorded once stays as it is, since later changes are our own.
 */
export const rememberFunction = `
remember() {
  added=
  for known; do
    case $known in ${wholly}) continue ;; esac
    if [ -e "${beforePaths.files}$known" ] || [ -L "${beforePaths.files}$known" ]; then continue; fi
    if grep -qxF -- "$known" ${beforePaths.absent} 2>/dev/null; then continue; fi
    (umask 077; mkdir -p ${beforePaths.files})
    if [ -e "$known" ] || [ -L "$known" ]; then
      mkdir -p "${beforePaths.files}\${known%/*}"
      cp -a -- "$known" "${beforePaths.files}$known.slipway-new"
      sync -d "${beforePaths.files}$known.slipway-new" 2>/dev/null || true
      mv -f -- "${beforePaths.files}$known.slipway-new" "${beforePaths.files}$known"
      printf '%s\\n' "$known" >> ${beforePaths.folder}/kept
    else
      above=\${known%/*}
      while [ -n "$above" ] && [ ! -d "$above" ]; do
        printf '%s\\n' "$above" >> ${beforePaths.folders}
        above=\${above%/*}
      done
      printf '%s\\n' "$known" >> ${beforePaths.absent}
    fi
    added=yes
  done
  if [ -n "$added" ]; then
    for known in kept folders absent; do
      if [ -f "${beforePaths.folder}/$known" ]; then sync "${beforePaths.folder}/$known" 2>/dev/null || true; fi
    done
  fi
}
`;

/** Folders that kubeadm, kubelet, containerd, flannel and the CNI plugins fill. What was in them before stays. */
export const clusterFolders: readonly string[] = [
  "/etc/kubernetes",
  "/etc/cni/net.d",
  "/etc/cni",
  "/etc/containerd",
  "/opt/cni/bin",
  "/opt/cni",
  "/opt/containerd",
  "/run/containerd",
  "/run/flannel",
  "/run/nri",
  "/usr/libexec/kubernetes",
  "/var/lib/cni",
  "/var/lib/containerd",
  "/var/lib/etcd",
  "/var/lib/kubelet",
  "/var/log/containers",
  "/var/log/kubernetes",
  "/var/log/pods",
];

/** Files that keepalived and kubelet write when they run, outside of all folders of theirs. */
const programFiles: readonly string[] = [
  "/etc/iproute2/rt_addrprotos.d/keepalived.conf",
  "/etc/systemd/logind.conf.d/99-kubelet.conf",
];

/**
 * Kernel settings that Slipway, kubelet, kube-proxy and the CNI plugins change. The first one comes first when they are
 * put back: writing it sets others of the list.
 */
const settings: readonly string[] = [
  "net/ipv4/ip_forward",
  "net/ipv4/conf/all/*",
  "net/ipv4/conf/default/*",
  "net/ipv6/conf/all/forwarding",
  "net/ipv6/conf/default/forwarding",
  "net/bridge/*",
  "net/netfilter/nf_conntrack_max",
  "net/netfilter/nf_conntrack_tcp_be_liberal",
  "net/netfilter/nf_conntrack_tcp_timeout_*",
  "net/netfilter/nf_conntrack_udp_timeout*",
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
  "fs/inotify/max_user_instances",
  "fs/inotify/max_user_watches",
];

/** Services of the system that Slipway may start, enable or replace. */
const services =
  "chrony.service chronyd.service systemd-timesyncd.service containerd.service kubelet.service";

/**
 * Writes the record of the host, in one step for whoever reads it. On a machine that is a member already there is nothing
 * left to see of what it was: the record then says only `late`. Lines: `setting PATH VALUE`, `folder PATH`,
 * `mode OCTAL PATH`, `entry PATH`, `table FAMILY NAME`, `service NAME ENABLED ACTIVE`.
 */
export const recordHost = `
set -u
umask 077
mkdir -p ${beforePaths.folder}
${rememberFunction}
list() {
  if [ -s /var/lib/slipway/kubernetes-stage ]; then echo late; return 0; fi
  cd /proc/sys
  grep -s '' ${settings.join(" ")} | sed 's/^\\([^:]*\\):/setting \\1 /'
  cd /
  for folder in ${clusterFolders.join(" ")}; do
    if [ -d "$folder" ]; then
      printf 'folder %s\\n' "$folder"
      printf 'mode %s %s\\n' "$(stat -c %a "$folder")" "$folder"
      find "$folder" -mindepth 1 -maxdepth 1 -printf 'entry %p\\n'
    fi
  done
  nft list tables 2>/dev/null
  systemctl show --property Id --property UnitFileState --property ActiveState ${services} 2>/dev/null | awk -F= '
    function end() { if (id != "") print "service", id, (file == "" ? "absent" : file), active; id = "" }
    /^Id=/ { id = $2 } /^UnitFileState=/ { file = $2 } /^ActiveState=/ { active = $2 } /^$/ { end() } END { end() }'
  return 0
}
remember ${programFiles.join(" ")}
list > ${beforePaths.host}.new
sync -d ${beforePaths.host}.new 2>/dev/null || true
mv -f ${beforePaths.host}.new ${beforePaths.host}
`;
