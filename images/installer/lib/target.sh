# The one disk that may be written. TARGET is its name; nothing in this installer writes to any other.
# shellcheck shell=sh

# target_find: the disk of the plan, if what is seen now is what was agreed on.
target_find() {
  disks_look
  TARGET=$(plan disk-name)
  [ -n "$TARGET" ] && [ -e "$RUN/disks/$TARGET" ] ||
    fail DISK_NOT_FOUND "there is no disk $TARGET; there are: $(disk_names | tr '\n' ' ')"
  target_same disk-serial "$(disk_serial "$TARGET")"
  target_same disk-wwn "$(disk_wwn "$TARGET")"
  target_same disk-path "$(disk_path "$TARGET")"
  target_same disk-size "$(disk_size "$TARGET")"
  for name in $(disk_names); do
    [ "$name" != "$TARGET" ] || continue
    if [ -n "$(plan disk-serial)" ] && [ "$(disk_serial "$name")" = "$(plan disk-serial)" ]; then
      fail DISK_AMBIGUOUS "$name and $TARGET have the same serial number $(plan disk-serial)"
    fi
  done
  [ "$(disk_value "$TARGET" READONLY)" = 0 ] || fail DISK_WRITE_FAILED "$TARGET is read only"
  DISK=$(disk_node "$TARGET")
}

target_same() {
  [ "$(plan "$1")" = "$2" ] || fail DISK_CHANGED "$TARGET: $1 was \"$(plan "$1")\", is \"$2\""
}

# target_check: whether installing on it loses what nobody agreed to lose. FOREIGN is yes when something is lost.
target_check() {
  [ "$(disk_size "$TARGET")" -ge "$MINIMUM_SIZE" ] ||
    fail DISK_TOO_SMALL "$TARGET has $(disk_size "$TARGET") bytes, $MINIMUM_SIZE are needed"
  [ "$(plan image-size)" -le "$SLOT_SIZE" ] ||
    fail DISK_TOO_SMALL "the image has $(plan image-size) bytes, a slot $SLOT_SIZE"
  foreign_of "$TARGET" "$JOB" > "$RUN/foreign"
  FOREIGN=no
  if [ -s "$RUN/foreign" ]; then
    FOREIGN=yes
    [ "$(plan foreign)" = agreed ] || fail DISK_FOREIGN "$TARGET holds $(foreign_text "$RUN/foreign")"
    say "gives up what $TARGET holds, as agreed: $(foreign_text "$RUN/foreign")"
  fi
}

# others_locked: the kernel refuses to write to any other disk from here on.
others_locked() {
  for name in $(disk_names); do
    [ "$name" != "$TARGET" ] || continue
    logged blockdev --setro "$(disk_node "$name")" || fail INSTALLER_FAILED "cannot protect $name from being written"
  done
}

# write_at OFFSET < bytes: writes to the target and waits until the disk has them. The offset is a multiple of 512.
write_at() {
  dd of="$DISK" bs=1048576 seek="$1" oflag=seek_bytes conv=notrunc,fsync 2>> "$RUN/log" ||
    fail DISK_WRITE_FAILED "$TARGET at byte $1: $(tail -n 1 "$RUN/log")"
}

# read_at OFFSET SIZE: what the disk itself holds there, past every cache.
read_at() {
  start=$(($1 / MIB))
  skip=$(($1 - start * MIB))
  count=$(((skip + $2 + MIB - 1) / MIB))
  dd if="$DISK" bs=1048576 skip=$start count=$count iflag=direct 2>> "$RUN/log" | tail -c +$((skip + 1)) | head -c "$2"
}

# zero_at OFFSET SIZE: both multiples of 1 MiB.
zero_at() {
  dd if=/dev/zero of="$DISK" bs=1048576 count=$(($2 / MIB)) seek=$(($1 / MIB)) conv=notrunc,fsync 2>> "$RUN/log" ||
    fail DISK_WRITE_FAILED "$TARGET at byte $1: $(tail -n 1 "$RUN/log")"
}

# claim_disk: from here on a machine that starts again may go on writing to it.
claim_disk() {
  { printf 'slipway-disk/1\njob %s\n' "$JOB"; cat /dev/zero; } | head -c 4096 > "$RUN/claim"
  write_at $CLAIM_OFFSET < "$RUN/claim"
}
