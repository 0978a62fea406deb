# Prints the state of a machine, one fact a line, for two prints to be compared. Root only; reads only.
LC_ALL=C
export LC_ALL
for top in /etc /opt /root /usr/local /usr/libexec; do
  find "$top" -xdev \( -type f -printf 'file %p %m %u:%g\n' -o -type d -printf 'folder %p %m %u:%g\n' -o -type l -printf 'link %p -> %l\n' \)
  find "$top" -xdev -type f -exec sha256sum {} + | awk '{ print "hash", $2, $1 }'
done | sort
for top in /var/cache /var/lib /var/log /run /var/lib/containerd /var/lib/kubelet /var/lib/etcd /var/log/pods; do
  if [ -d "$top" ]; then find "$top" -xdev -printf 'state %p %y %m %u:%g\n'; fi
done | sort -u
awk '{ print "mount", $5 }' /proc/self/mountinfo | sort
ip -oneline link | awk '{ print "interface", $2 }' | sort
ip -oneline address | awk '{ print "address", $2, $3, $4 }' | sort
ip route show table all | sed 's/^/route /' | sort
nft list ruleset | sed 's/^/firewall /'
iptables-legacy-save 2>/dev/null | grep -v '^#' | sed 's/^/legacy /'
sysctl --all 2>/dev/null |
  grep -E '^(net\.(ipv4|ipv6|core|netfilter|bridge)|kernel\.(panic|keys)|vm|fs\.inotify)' |
  grep -vE 'nf_conntrack_count|random|neigh\.(veth|cni0|flannel)' | sort | sed 's/^/setting /'
systemctl list-unit-files --no-legend --plain | awk '{ print "unit", $1, $2 }' | sort
dpkg-query --show --showformat 'package ${Package} ${Version} ${db:Status-Status}\n' | sort
getent passwd | sed 's/^/user /'
getent group | sed 's/^/group /'
ps -e -o comm= | sort -u | grep -E 'kube|etcd|containerd|keepalived|registry|flannel|coredns|pause' | sed 's/^/process /'
exit 0
