# Whether a disk holds anything that is not this job's own work (installer/core/metal/foreign.ts says the same).
# shellcheck shell=sh

CLAIM_OFFSET=1044480

# disk_claim NAME: id of the job that the disk was given to.
disk_claim() {
  disk_read "$1" "$CLAIM_OFFSET" 4096 | head -c 200 | tr -d '\000' |
    sed -n '1{/^slipway-disk\/1$/!q};2s/^job \([A-Za-z0-9_-]*\)$/\1/p'
}

# foreign_of NAME JOB: lines of signatures that would be lost; nothing when there are none.
foreign_of() {
  claim=$(disk_claim "$1")
  signatures_of "$1" > "$RUN/held"
  if [ "$claim" = "$2" ] && [ -n "$claim" ]; then
    awk -F '\t' '
      NR == FNR { if ($4 == "partition" && $8 ~ /^slipway-/) made[$1] = 1; next }
      !($1 in made) && $3 !~ /^(gpt|PMBR|dos|unknown-data)$/' "$RUN/held" "$RUN/held"
    return 0
  fi
  [ -z "$claim" ] || signature_line "$1" 0 slipway-node other "$(disk_size "$1")" '' '' "$claim"
  awk -F '\t' '$3 !~ /^(gpt|PMBR|dos)$/' "$RUN/held"
}

# In words, one line.
foreign_text() {
  awk -F '\t' '
    { name = $8 == "" ? "" : " \"" $8 "\""; mount = $6 == "" ? "" : ", last mounted on " $6
      printf "%s%s%s on %s (%.1f GiB%s)", (NR > 1 ? "; " : ""), $3, name, $1, $5 / 1073741824, mount }' "$1"
}
