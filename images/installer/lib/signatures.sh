# What a disk holds, one line each: device, offset, type, usage, size, last mount, uuid, label; separated by tabs.
# Nothing here opens a disk for writing. Partitions are read through the disk, at their offsets: no node of theirs is needed.
# shellcheck shell=sh

TAB=$(printf '\t')

signature_line() {
  clean=$(printf '%b' "$8" | tr '\000-\037\177' ' ')
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$7" "$clean"
}

# signatures_of NAME: all of them.
signatures_of() {
  node=$(disk_node "$1")
  size=$(disk_size "$1")
  whole_signatures "$1" > "$RUN/signatures"
  if sfdisk --dump "$node" > "$RUN/table" 2> /dev/null; then
    partition_signatures "$1" >> "$RUN/signatures"
  elif grep -q -e "${TAB}gpt$TAB" -e "${TAB}dos$TAB" "$RUN/signatures"; then
    : > "$RUN/table"
    signature_line "$1" 0 unreadable-table partition-table "$size" '' '' '' >> "$RUN/signatures"
  else
    : > "$RUN/table"
  fi
  unnamed_bytes "$1" >> "$RUN/signatures"
  cat "$RUN/signatures"
}

# Everything that libblkid finds on the disk as a whole (wipefs(8) only lists unless it is told to erase).
whole_signatures() {
  wipefs --parsable --output OFFSET,TYPE,USAGE,UUID,LABEL "$(disk_node "$1")" 2>/dev/null | grep -v '^#' |
    while IFS=, read -r offset type usage uuid label; do
      [ "$usage" != '' ] || usage=other
      signature_line "$1" $((offset)) "$type" "$usage" "$size" "$(last_mount "$1" 0 "$type")" "$uuid" "$label"
    done
}

table_value() { sed -n "s/^$1: //p" "$RUN/table" | head -n 1; }

# Partitions of sfdisk's dump: number, first byte, size, type, uuid, name.
partitions_of_table() {
  sector=$(table_value sector-size)
  sed -n 's/^[^ ]*[^0-9 ]\([0-9][0-9]*\) : \(.*\)$/\1 \2/p' "$RUN/table" | while read -r number rest; do
    start=$(printf '%s' "$rest" | sed -n 's/.*start= *\([0-9]*\).*/\1/p')
    length=$(printf '%s' "$rest" | sed -n 's/.*size= *\([0-9]*\).*/\1/p')
    type=$(printf '%s' "$rest" | sed -n 's/.*type=\([^,]*\).*/\1/p')
    uuid=$(printf '%s' "$rest" | sed -n 's/.*uuid=\([^,]*\).*/\1/p')
    name=$(printf '%s' "$rest" | sed -n 's/.*name="\(.*\)".*/\1/p')
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$number" $((start * ${sector:-512})) $((length * ${sector:-512})) "$type" \
      "${uuid:--}" "$name"
  done
}

partition_signatures() {
  partitions_of_table | while IFS=$TAB read -r number start length type uuid name; do
    case $1 in *[0-9]) device="$1p$number" ;; *) device="$1$number" ;; esac
    signature_line "$device" "$start" "$type" partition "$length" '' "$uuid" "$name"
    content_signature "$1" "$device" "$start" "$length"
  done
}

# content_signature DISK DEVICE OFFSET SIZE: what lies in one partition. blkid says 8 when it could be several things.
content_signature() {
  code=0
  blkid --probe --output export --offset "$3" --size "$4" "$(disk_node "$1")" > "$RUN/content" 2> /dev/null || code=$?
  type=$(content_value TYPE)
  usage=$(content_value USAGE)
  if [ "$code" = 8 ]; then
    type=ambiguous
  elif [ -z "$type" ]; then
    type=$(content_value PTTYPE)
    usage=partition-table
  fi
  [ -n "$type" ] || return 0
  signature_line "$2" "$3" "$type" "${usage:-other}" "$4" "$(last_mount "$1" "$3" "$type")" "$(content_value UUID)" \
    "$(content_value LABEL)"
}

content_value() { sed -n "s/^$1=//p" "$RUN/content" | head -n 1 | sed 's/\\\([^x]\)/\1/g'; }

# last_mount DISK OFFSET TYPE: s_last_mounted of the superblock (Linux, Documentation/filesystems/ext4/super.rst).
last_mount() {
  case $3 in ext2 | ext3 | ext4) ;; *) return 0 ;; esac
  disk_read "$1" $(($2 + 1024)) 512 | dd bs=8 skip=17 count=8 2>/dev/null | tr -d '\000'
}

# Bytes at the start or the end of a disk on which nothing known was found: somebody's, since a blank disk has none. The
# first two sectors and the last one may hold a partition table without partitions.
unnamed_bytes() {
  cut -f 3 "$RUN/signatures" | grep -q -v -e '^gpt$' -e '^PMBR$' -e '^dos$' && return 0
  sector=$(disk_sector "$1")
  skip=0
  tail=0
  if [ -s "$RUN/signatures" ]; then
    skip=$((sector * 2))
    tail=$sector
  fi
  edge=4194304
  [ "$size" -gt $((edge * 2)) ] || edge=$((size / 2))
  if disk_has_bytes "$1" "$skip" $((edge - skip)); then
    signature_line "$1" 0 unknown-data data "$size" '' '' ''
  elif disk_has_bytes "$1" $((size - edge)) $((edge - tail)); then
    signature_line "$1" $((size - edge)) unknown-data data "$size" '' '' ''
  fi
}
