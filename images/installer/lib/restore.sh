# Puts the saved first and last 4 MiB back on a disk that this job has claimed.
# shellcheck shell=sh

restore_run() {
  step check-disk
  target_find
  [ "$(disk_claim "$TARGET")" = "$JOB" ] || fail DISK_CHANGED "$TARGET does not carry the claim of job $JOB"
  others_locked
  step_done
  step disk-restore
  for part in first last; do
    engine_get "$JOB_URL/saved/$part" "$RUN/saved-$part" || fail_of_engine "the saved $part of $TARGET"
    found=$(sha256sum < "$RUN/saved-$part" | cut -d ' ' -f 1)
    [ "$found" = "$(plan "saved-$part-sha256")" ] || fail IMAGE_DIGEST "saved $part: sha256 $found"
    [ "$(wc -c < "$RUN/saved-$part")" = $SAVED ] || fail IMAGE_TRUNCATED "saved $part is not $SAVED bytes"
  done
  write_at $(($(disk_size "$TARGET") - SAVED)) < "$RUN/saved-last"
  tail -c +$((MIB + 1)) "$RUN/saved-first" | write_at $MIB
  head -c $CLAIM_OFFSET "$RUN/saved-first" | write_at 0
  # The claim goes last: a machine that loses power before can be restored again.
  head -c $MIB "$RUN/saved-first" | tail -c 4096 | write_at $CLAIM_OFFSET
  flush_disk
  read_at 0 $SAVED | cmp -s - "$RUN/saved-first" || fail DISK_WRITE_FAILED "the first 4 MiB of $TARGET read back wrong"
  read_at $(($(disk_size "$TARGET") - SAVED)) $SAVED | cmp -s - "$RUN/saved-last" ||
    fail DISK_WRITE_FAILED "the last 4 MiB of $TARGET read back wrong"
  rm -f "$RUN/saved-first" "$RUN/saved-last"
  step_done
}
