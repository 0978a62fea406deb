# The data partition: an ext4 that is born with the machine's identity in it.
# shellcheck shell=sh

fetch_identity() {
  rm -rf "$RUN/data"
  mkdir -p "$RUN/data/identity"
  engine_get "$JOB_URL/$(plan identity-path)" "$RUN/identity.tar" || fail_of_engine "the machine's identity"
  found=$(sha256sum < "$RUN/identity.tar" | cut -d ' ' -f 1)
  [ "$found" = "$(plan identity-sha256)" ] || fail IMAGE_DIGEST "identity: sha256 $found, not $(plan identity-sha256)"
  logged tar -x -f "$RUN/identity.tar" -C "$RUN/data/identity" || fail INSTALLER_FAILED "the identity is not a tar archive"
  chmod 0700 "$RUN/data/identity"
  chown -R 0:0 "$RUN/data"
}

# Nothing is discarded: on a disk that was given up, what lies beyond is left for `machine disk restore`.
make_data() {
  logged mke2fs -q -F -t ext4 -m 1 -L slipway-data -U "$(partition_uuid 5)" \
    -E "offset=$DATA_OFFSET,nodiscard,root_owner=0:0" -d "$RUN/data" "$DISK" $(($(data_size "$TARGET") / 1024))k ||
    fail DISK_WRITE_FAILED "$TARGET: the data file system: $(tail -n 1 "$RUN/log")"
  flush_disk
  [ "$(blkid --probe --output value --match-tag TYPE --offset $DATA_OFFSET "$DISK" 2>> "$RUN/log")" = ext4 ] ||
    fail DISK_WRITE_FAILED "$TARGET: the data file system reads back wrong"
  rm -rf "$RUN/data" "$RUN/identity.tar"
}
