# Files of the engine in pieces, each tried until it is whole: what was fetched before a lost connection is not fetched again.
# shellcheck shell=sh

PIECE=${PIECE:-16777216}

# fetch_piece PATH OFFSET SIZE TOTAL: into $RUN/piece.
fetch_piece() {
  waited=0
  last=$(($2 + $3 - 1))
  while :; do
    rm -f "$RUN/piece"
    if engine_call --range "$2-$last" --output "$RUN/piece" "$JOB_URL/$1"; then
      got=$(wc -c < "$RUN/piece")
      [ "$(cat "$RUN/http-status")" = 206 ] || [ "$got" = "$4" ] ||
        fail IMAGE_TRUNCATED "$1: the engine gave $got bytes for $4"
      [ "$got" = "$3" ] || fail IMAGE_TRUNCATED "$1: it ends at byte $(($2 + got)) of $4"
      return 0
    fi
    if [ "$(cat "$RUN/http-status")" = 416 ]; then fail IMAGE_TRUNCATED "$1: it has fewer than $(($2 + 1)) bytes, not $4"; fi
    if engine_said_no; then
      cp "$RUN/piece" "$RUN/http-body" 2>/dev/null || true
      fail_of_engine "$1"
    fi
    [ "$waited" -lt "$PATIENCE" ] || fail INSTALLER_NO_ENGINE "$1 at byte $2: $(cat "$RUN/http-problem")"
    sleep 2
    waited=$((waited + 2))
  done
}

# stream PATH SIZE SHA256 SINK: gives each piece, as $RUN/piece, to `SINK OFFSET`; the digest is checked over what was given.
stream() {
  rm -f "$RUN/hash-in"
  mkfifo "$RUN/hash-in"
  sha256sum < "$RUN/hash-in" > "$RUN/hash-out" &
  hasher=$!
  exec 3> "$RUN/hash-in"
  done=0
  while [ "$done" -lt "$2" ]; do
    size=$(($2 - done))
    [ "$size" -le "$PIECE" ] || size=$PIECE
    fetch_piece "$1" "$done" "$size" "$2"
    "$4" "$done"
    cat "$RUN/piece" >&3
    done=$((done + size))
    event progress "$done" "$2"
  done
  exec 3>&-
  wait "$hasher"
  rm -f "$RUN/piece"
  found=$(cut -d ' ' -f 1 < "$RUN/hash-out")
  [ "$found" = "$3" ] || fail IMAGE_DIGEST "$1: sha256 $found, not $3"
}

to_slot_a() { write_at $((ROOT_A_OFFSET + $1)) < "$RUN/piece"; }

to_boot_tar() { cat "$RUN/piece" >> "$RUN/boot.tar" || fail INSTALLER_FAILED "memory is full: boot.tar at byte $1"; }
