/** Interfaces, routes, neighbours, listeners, name resolution, proxies. Reads only. */
export const networkSections = `
tool addresses 5 ip -j -d address show
tool routes 5 ip -j -4 route show table main
block net values /sys/class/net/*/speed /sys/class/net/*/duplex /sys/class/net/*/carrier
block netlinks realpaths /sys/class/net/*/device /sys/class/net/*/device/driver
tool lldp 5 lldpctl -f json0
# header, then listening TCP (state 0A) and unconnected UDP (07) sockets, as the kernel prints them
sockets() {
  for table in tcp tcp6; do sed -n "s/^ *[0-9]*: \\([0-9A-F]*:[0-9A-F]*\\) [0-9A-F:]* 0A /$table \\1 /p" /proc/net/$table; done
  for table in udp udp6; do sed -n "s/^ *[0-9]*: \\([0-9A-F]*:[0-9A-F]*\\) [0-9A-F:]* 07 /$table \\1 /p" /proc/net/$table; done
  return 0
}
block sockets sockets
# which process holds which of those sockets: "/proc/PID/fd socket:[INODE]" and "/proc/PID/comm NAME"
owners() {
  wanted=$(sockets | while read -r table address queues timer retransmits uid timeout inode rest; do printf '\\\\[%s\\\\]|' "$inode"; done)
  if [ -z "$wanted" ]; then return 0; fi
  held=$(bounded 5 find /proc/[0-9]*/fd -maxdepth 1 -lname 'socket:*' -printf '%h\\t%l\\n' | grep -E "\${wanted%|}")
  printf '%s\\n' "$held"
  printf '%s\\n' "$held" | while IFS='/' read -r empty proc pid rest; do
    if [ -n "$pid" ]; then values "/proc/$pid/comm"; fi
  done | sort -u
  return 0
}
block owners owners
content resolv /etc/resolv.conf
tool localhost 5 getent ahosts localhost
IFS= read -r own_name </proc/sys/kernel/hostname
tool ownname 5 getent ahosts "$own_name"
proxies() {
  printf '%s\\n' "$proxy_environment" | sed -n 's/^\\(.*\\)$/environment\\t\\1/p' | grep '='
  for file in /etc/environment /etc/profile /etc/profile.d/*.sh /etc/sysconfig/proxy /etc/bash.bashrc /etc/bashrc; do
    if [ -r "$file" ]; then
      sed -n -E "s#^[[:space:]]*(export[[:space:]]+)?((https?|all|no|ftp|HTTPS?|ALL|NO|FTP)_(proxy|PROXY)=.*)#$file\\t\\2#p" "$file"
    fi
  done
  if has systemctl; then
    bounded 5 systemctl show-environment | grep -iE '^(https?|all|no|ftp)_proxy=' | sed 's/^/systemd\\t/'
  fi
  return 0
}
block proxies proxies
`;
