import { leftoverInterfaces, leftoverPaths, leftoverPrograms } from "../leftovers.ts";
import { kernelOptions, sysctlPaths } from "../kernel.ts";

/** Folders whose file system must have room. Symbolic links are followed; what does not exist counts as its parent. */
const spacePaths = [
  "/",
  "/var/lib/etcd",
  "/var/lib/containerd",
  "/var/lib/kubelet",
  "/var/lib/slipway",
  "/var/log",
  "/tmp",
] as const;

/** Module files are named with dashes or underscores as their makers liked; the kernel takes both for the same. */
const moduleFiles = Object.keys(kernelOptions)
  .map((name) => name.replaceAll("_", "[-_]"))
  .join("|");

/** Operating system, kernel, clock, file systems, security, leftovers, privileges. Reads, and tries in child processes. */
export const systemSections = `
block identity values /proc/sys/kernel/hostname /etc/machine-id /proc/sys/kernel/random/boot_id /proc/uptime \\
  /proc/sys/kernel/osrelease
content os /etc/os-release
virtualisation() {
  if has systemd-detect-virt; then
    printf 'container\\t%s\\n' "$(bounded 5 systemd-detect-virt --container)"
    printf 'vm\\t%s\\n' "$(bounded 5 systemd-detect-virt --vm)"
  elif [ -r /run/systemd/container ]; then
    printf 'container\\t%s\\n' "$(cat /run/systemd/container)"
  elif [ -e /.dockerenv ] || [ -e /run/.containerenv ]; then
    printf 'container\\tdocker\\n'
  elif grep -q '^flags.* hypervisor' /proc/cpuinfo; then
    printf 'vm\\tunknown\\n'
  else
    printf 'vm\\tnone\\n'
  fi
  return 0
}
block virtualisation virtualisation
content filesystems /proc/filesystems
content modules /proc/modules
block sysctls settings ${sysctlPaths.join(" ")}
config() {
  release=$(uname -r)
  wanted='^CONFIG_(${Object.values(kernelOptions).join("|")})='
  if [ -r /proc/config.gz ] && has zcat; then
    zcat /proc/config.gz | grep -E "$wanted"
  elif [ -r "/boot/config-$release" ]; then
    grep -E "$wanted" "/boot/config-$release"
  elif [ -r "/lib/modules/$release/config" ]; then
    grep -E "$wanted" "/lib/modules/$release/config"
  else
    return 2
  fi
}
block config config
available() {
  folder=/lib/modules/$(uname -r)
  wanted='/(${moduleFiles})\\.ko'
  if [ ! -r "$folder/modules.dep" ]; then return 2; fi
  sed -n 's/:.*//p' "$folder/modules.dep" | grep -E "$wanted" | sed 's/^/module\\t/'
  if [ -r "$folder/modules.builtin" ]; then grep -E "$wanted" "$folder/modules.builtin" | sed 's/^/builtin\\t/'; fi
  return 0
}
block available available
content mounts /proc/self/mountinfo
content cgroups /proc/cgroups
content controllers /sys/fs/cgroup/cgroup.controllers
space() {
  for path in ${spacePaths.join(" ")}; do
    at=$path
    while [ ! -e "$at" ] && [ -n "$at" ]; do at=\${at%/*}; done
    real=$(readlink -f "\${at:-/}") || real=\${at:-/}
    printf '%s\\t%s\\t%s\\n' "$path" "$real" "$(bounded 5 stat -f -c '%S %b %a %c %d' "$real")"
  done
  return 0
}
block space space
tool timedatectl 5 timedatectl show
tool chrony 3 chronyc -c -n tracking
block zone links /etc/localtime
timekeepers() {
  for comm in /proc/[0-9]*/comm; do
    if IFS= read -r name <"$comm"; then
      case $name in chronyd | ntpd | systemd-timesyn | openntpd | ptp4l | phc2sys) printf '%s\\n' "$name" ;; esac
    fi
  done
  return 0
}
block timekeepers timekeepers
block security values /sys/fs/selinux/enforce /sys/module/apparmor/parameters/enabled
leftovers() {
  for path in ${leftoverPaths.join(" ")}; do
    if [ -d "$path" ]; then
      for entry in "$path"/* "$path"/.[!.]*; do
        case $entry in */lost+found | */.slipway-*) continue ;; esac
        if [ -e "$entry" ]; then
          printf 'path\\t%s\\n' "$path"
          break
        fi
      done
    elif [ -e "$path" ]; then
      printf 'path\\t%s\\n' "$path"
    fi
  done
  for link in ${leftoverInterfaces.join(" ")}; do
    for entry in /sys/class/net/$link; do
      if [ -e "$entry" ]; then printf 'interface\\t%s\\n' "\${entry##*/}"; fi
    done
  done
  for program in ${leftoverPrograms.join(" ")}; do
    if has "$program"; then printf 'program\\t%s\\n' "$program"; fi
  done
  for comm in /proc/[0-9]*/comm; do
    if IFS= read -r name <"$comm"; then
      case $name in
      kubelet | kube-apiserver | kube-controller | kube-scheduler | kube-proxy | etcd | k3s | k3s-server | k3s-agent | rke2 | k0s | \\
        kubelite | flanneld | calico-node | cilium-agent)
        pid=\${comm#/proc/}
        printf 'process\\t%s\\t%s\\n' "$name" "\${pid%/comm}"
        ;;
      esac
    fi
  done
  if has nft; then
    bounded 5 nft -j list chains | grep -oE '"name": ?"(KUBE-|FLANNEL-|cali-|CILIUM_|CNI-)[A-Za-z0-9_-]*"' |
      sed -E 's/.*"(KUBE-|FLANNEL-|cali-|CILIUM_|CNI-).*/chain\\t\\1/' | sort -u
    bounded 5 nft -j list tables | grep -oE '"name": ?"(kube-proxy|flannel-[a-z0-9]*|calico)"' |
      sed -E 's/.*"([^"]*)"$/table\\t\\1/' | sort -u
  fi
  return 0
}
block leftovers leftovers
privileges() {
  # Tried in child processes, which take the change with them.
  if (echo -999 >/proc/self/oom_score_adj); then echo 'lowerOomScore yes'; else echo 'lowerOomScore no'; fi
  if (ulimit -H -n 1048576); then echo 'raiseOpenFiles yes'; else echo 'raiseOpenFiles no'; fi
  printf 'openFilesHard %s\\n' "$(ulimit -H -n)"
}
block privileges privileges
content mark /etc/slipway/machine.json
`;
