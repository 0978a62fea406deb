#!/usr/bin/busybox sh
# Fills the folder $1 with one file of KEY=value lines for each disk of this machine, from udev and sysfs.
set -eu
folder=$1
rm -rf "$folder"
mkdir -p "$folder"
for path in /sys/block/*; do
  name=${path##*/}
  case $name in
    loop* | ram* | zram* | sr* | fd* | dm-* | md* | nbd* | mtdblock* | mmcblk*boot* | mmcblk*rpmb) continue ;;
  esac
  [ "$(cat "$path/hidden" 2>/dev/null || echo 0)" = 0 ] || continue
  sectors=$(cat "$path/size")
  [ "$sectors" -gt 0 ] || continue
  {
    udevadm info --query=property --path="$path" || true
    echo "SIZE=$((sectors * 512))"
    echo "SECTOR=$(cat "$path/queue/logical_block_size")"
    echo "ROTATIONAL=$(cat "$path/queue/rotational")"
    echo "REMOVABLE=$(cat "$path/removable")"
    echo "READONLY=$(cat "$path/ro")"
  } > "$folder/$name"
done
