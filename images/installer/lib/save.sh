# The parts of a foreign disk that the engine keeps before anything is written.
# shellcheck shell=sh

SAVED=4194304

save_foreign() {
  read_at 0 $SAVED > "$RUN/saved-first"
  read_at $(($(disk_size "$TARGET") - SAVED)) $SAVED > "$RUN/saved-last"
  for part in first last; do
    [ "$(wc -c < "$RUN/saved-$part")" = $SAVED ] || fail DISK_WRITE_FAILED "the $part 4 MiB of $TARGET cannot be read"
  done
  sfdisk --dump "$DISK" > "$RUN/saved-table" 2>> "$RUN/log" || : > "$RUN/saved-table"
  for part in first last table; do
    tries=0
    until engine_send PUT "$JOB_URL/saved/$part" "$RUN/saved-$part" application/octet-stream "$RUN/http-body"; do
      tries=$((tries + 1))
      if engine_said_no || [ "$tries" -ge $((PATIENCE / 2)) ]; then fail_of_engine "the $part of $TARGET to be kept"; fi
      sleep 2
    done
    rm "$RUN/saved-$part"
  done
}
