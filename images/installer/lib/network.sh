# The network card the machine was booted from, by DHCP.
# shellcheck shell=sh

# card_of MAC: name of the card with this address.
card_of() {
  for path in "${SYS:-/sys}"/class/net/*; do
    if [ "$(cat "$path/address" 2>/dev/null)" = "$1" ]; then
      printf '%s' "${path##*/}"
      return 0
    fi
  done
  return 1
}

cards() {
  for path in "${SYS:-/sys}"/class/net/*; do
    [ -e "$path/device" ] && printf '%s\n' "${path##*/}"
  done
}

# network_up MAC: leases an address on that card; without one, on the first card that gets an answer.
network_up() {
  ip link set lo up
  wanted=$(card_of "$(printf '%s' "$1" | tr 'A-F' 'a-f')") || wanted=$(cards)
  for card in $wanted; do
    ip link set "$card" up
    say "asking for an address on $card"
    if udhcpc -i "$card" -n -t 6 -T 3 -s "$HERE/udhcpc.sh" >> "$RUN/log" 2>&1; then
      say "has $(ip -4 -o address show dev "$card" | awk '{ print $4 }') on $card"
      return 0
    fi
  done
  return 1
}
