# Where things lie on an installed disk (docs/metal.md). Sizes in bytes.
# shellcheck shell=sh

MIB=1048576
BIOS_OFFSET=$MIB
ESP_OFFSET=$((2 * MIB))
ESP_SIZE=$((512 * MIB))
ROOT_A_OFFSET=$((ESP_OFFSET + ESP_SIZE))
SLOT_SIZE=$((2048 * MIB))
ROOT_B_OFFSET=$((ROOT_A_OFFSET + SLOT_SIZE))
DATA_OFFSET=$((ROOT_B_OFFSET + SLOT_SIZE))
MINIMUM_SIZE=$((7 * 1024 * MIB))

# data_size NAME: from there to the last whole MiB before the copy of the table.
data_size() { printf '%s' $((($(disk_size "$1") / MIB - 1) * MIB - DATA_OFFSET)); }

# partition_uuid NUMBER: the same for each try of a job, different for each job; number 0 is the disk (RFC 9562, version 8).
partition_uuid() {
  printf 'slipway %s %s' "$JOB" "$1" | sha256sum |
    sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/\1-\2-8\3-a\4-\5/'
}

# layout_table NAME: input of sfdisk(8).
layout_table() {
  sector=$(disk_sector "$1")
  at() { printf 'start=%s, size=%s, ' $(($1 / sector)) $(($2 / sector)); }
  printf 'label: gpt\nlabel-id: %s\nfirst-lba: %s\n' "$(partition_uuid 0)" $((MIB / sector))
  printf '%stype=21686148-6449-6E6F-744E-656564454649, uuid=%s, name="slipway-bios"\n' \
    "$(at $BIOS_OFFSET $MIB)" "$(partition_uuid 1)"
  printf '%stype=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=%s, name="slipway-esp"\n' \
    "$(at $ESP_OFFSET $ESP_SIZE)" "$(partition_uuid 2)"
  printf '%stype=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=%s, name="slipway-root-a"\n' \
    "$(at $ROOT_A_OFFSET $SLOT_SIZE)" "$(partition_uuid 3)"
  printf '%stype=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=%s, name="slipway-root-b"\n' \
    "$(at $ROOT_B_OFFSET $SLOT_SIZE)" "$(partition_uuid 4)"
  printf '%stype=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=%s, name="slipway-data"\n' \
    "$(at $DATA_OFFSET "$(data_size "$1")")" "$(partition_uuid 5)"
}
