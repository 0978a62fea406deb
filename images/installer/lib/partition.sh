# The partition table. It is written once nothing of the old content can be mistaken for ours.
# shellcheck shell=sh

write_partitions() {
  # Signatures that are left would make tools take the disk, or a partition of it, for what it was.
  logged wipefs --all --force "$DISK" || fail DISK_WRITE_FAILED "$TARGET: $(tail -n 1 "$RUN/log")"
  layout_table "$TARGET" > "$RUN/layout"
  sfdisk --no-reread --no-tell-kernel --wipe always --wipe-partitions never "$DISK" < "$RUN/layout" >> "$RUN/log" 2>&1 ||
    fail DISK_WRITE_FAILED "$TARGET: $(tail -n 1 "$RUN/log")"
  for offset in $BIOS_OFFSET $ESP_OFFSET $ROOT_A_OFFSET $ROOT_B_OFFSET $DATA_OFFSET; do zero_at "$offset" $MIB; done
  flush_disk
  sfdisk --verify "$DISK" >> "$RUN/log" 2>&1 || fail DISK_WRITE_FAILED "$TARGET: its new partition table reads back wrong"
}

# flush_disk: everything is on the disk, and the next read comes from there.
flush_disk() {
  sync
  logged blockdev --flushbufs "$DISK" || fail DISK_WRITE_FAILED "$TARGET: its cache cannot be flushed"
}
