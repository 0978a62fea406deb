#!/usr/bin/busybox sh
# What udhcpc calls with a lease (busybox, examples/udhcp/simple.script).
case $1 in
  deconfig) ip -4 address flush dev "$interface" ;;
  bound | renew)
    ip address replace "$ip/$mask" dev "$interface"
    for gateway in $router; do
      ip route replace default via "$gateway" dev "$interface"
      break
    done
    ;;
esac
