# The machine itself: identity, firmware, processors, memory, network cards.
# shellcheck shell=sh
SYS=${SYS:-/sys}

dmi() { cat "$SYS/class/dmi/id/$1" 2>/dev/null || true; }

firmware() { if [ -d "$SYS/firmware/efi" ]; then printf uefi; else printf bios; fi; }

# The variable has four bytes of attributes, then one that is 1 when Secure Boot is on (UEFI 2.10, section 3.3).
secure_boot() {
  for file in "$SYS"/firmware/efi/efivars/SecureBoot-*; do
    [ -e "$file" ] || continue
    dd if="$file" bs=1 skip=4 count=1 2>/dev/null | od -An -tu1 | tr -d ' \n'
    return 0
  done
  printf 0
}

nics_json() {
  separator=
  for path in "$SYS"/class/net/*; do
    [ -e "$path/device" ] || continue
    name=${path##*/}
    ip link set "$name" up 2>/dev/null || true
    driver=$(readlink "$path/device/driver" || true)
    speed=$(cat "$path/speed" 2>/dev/null || true)
    printf '%s{"name":%s,"mac":%s,"driver":%s,"link":%s,"speedMbit":%s}' "$separator" "$(json_text "$name")" \
      "$(json_text "$(cat "$path/address")")" "$(json_text "${driver##*/}")" \
      "$(json_flag "$(cat "$path/carrier" 2>/dev/null)")" "$(json_number "$speed")"
    separator=,
  done
}

machine_json() {
  printf '"serial":%s,"uuid":%s,"vendor":%s,"product":%s' "$(json_text "$(dmi product_serial)")" \
    "$(json_text "$(dmi product_uuid)")" "$(json_text "$(dmi sys_vendor)")" "$(json_text "$(dmi product_name)")"
  printf ',"firmware":"%s","secureBoot":%s,"architecture":"%s"' "$(firmware)" "$(json_flag "$(secure_boot)")" \
    "$(uname -m)"
  printf ',"cpus":%s,"memoryBytes":%s' "$(grep -c '^processor' /proc/cpuinfo)" \
    "$(awk '$1 == "MemTotal:" { printf "%.0f", $2 * 1024 }' /proc/meminfo)"
}
