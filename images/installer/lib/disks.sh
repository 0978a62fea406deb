# The disks of this machine, as $LOOK has written them down in $RUN/disks: one file of KEY=value lines each.
# shellcheck shell=sh

disks_look() { sh "$LOOK" "$RUN/disks"; }

disk_names() { ls "$RUN/disks"; }

# disk_value NAME KEY...: the first of these that is there.
disk_value() {
  file="$RUN/disks/$1"
  shift
  for key in "$@"; do
    value=$(sed -n "s/^$key=//p" "$file" | head -n 1)
    if [ -n "$value" ]; then
      printf '%s' "$value"
      return 0
    fi
  done
}

# The same order as lsblk(8) has, so that an operator reads the same number everywhere.
disk_serial() { disk_value "$1" ID_SCSI_SERIAL SCSI_IDENT_SERIAL ID_SERIAL_SHORT ID_SERIAL; }
disk_wwn() { disk_value "$1" ID_WWN_WITH_EXTENSION ID_WWN; }
disk_path() { disk_value "$1" ID_PATH; }
disk_size() { disk_value "$1" SIZE; }
disk_sector() { disk_value "$1" SECTOR; }
disk_node() { printf '%s/%s' "$DEVICES" "$1"; }

# disk_read NAME OFFSET SIZE: bytes of a disk; both are multiples of 512.
disk_read() { dd if="$(disk_node "$1")" bs=512 skip=$(($2 / 512)) count=$(($3 / 512)) 2>/dev/null; }

# Whether bytes of a disk hold anything but zeros.
disk_has_bytes() { [ "$(disk_read "$@" | tr -d '\000' | head -c 1 | wc -c)" -gt 0 ]; }
