#!/bin/sh
# Applies the faults recorded for a machine's link to its port on the bridge: cut (a file) and the way
# towards the machine of slow (kbit/s in a file); the other way and loss are nftables rules, which outlive a port.
# usage: port.sh MACHINE_DIR PORT [wait]     inside the lab's network namespace
# Run by the engine when a fault changes, and by the machine's keeper after each boot, because the port is new then.
set -eu
dir=$1 port=$2

if [ "${3-}" = wait ]; then
  tries=0
  until ip link show dev "$port" > /dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || exit 0
    sleep 0.05
  done
  # nspawn itself raises the port a moment after making it.
  [ ! -e "$dir/faults/cut" ] || sleep 0.2
fi

tc qdisc del dev "$port" root 2> /dev/null || true
if [ -s "$dir/faults/slow" ]; then
  read -r rate < "$dir/faults/slow"
  # Half a second of queue: enough to keep TCP busy, short enough to feel the rate at once.
  tc qdisc add dev "$port" root tbf rate "${rate}kbit" burst 16kb latency 500ms
fi
if [ -e "$dir/faults/cut" ]; then
  ip link set dev "$port" down
else
  ip link set dev "$port" up
fi
