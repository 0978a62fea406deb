# The EFI system partition, written without mounting it; GRUB for BIOS reads the same files.
# shellcheck shell=sh

export MTOOLS_SKIP_CHECK=1 MTOOLSRC="$HERE/mtools.conf"

ESP() { program=$1; shift; "$program" -i "$DISK@@$ESP_OFFSET" "$@"; }

esp_failed() { fail DISK_WRITE_FAILED "$TARGET: the EFI system partition: $1: $(tail -n 1 "$RUN/log")"; }

fetch_boot_files() {
  rm -rf "$RUN/boot.tar" "$RUN/boot"
  mkdir -p "$RUN/boot"
  stream "$(plan boot-path)" "$(plan boot-size)" "$(plan boot-sha256)" to_boot_tar
  logged tar -x -f "$RUN/boot.tar" -C "$RUN/boot" || fail INSTALLER_FAILED "boot.tar cannot be unpacked"
  rm "$RUN/boot.tar"
  for file in vmlinuz initrd efi/EFI/BOOT bios/boot.img bios/core.img; do
    [ -e "$RUN/boot/$file" ] || fail INSTALLER_FAILED "boot.tar has no $file"
  done
}

# Kernel and initial file system of slot A. No loader knows of them yet.
write_boot_files() {
  sector=$(disk_sector "$TARGET")
  volume=$(partition_uuid 2 | head -c 8)
  logged mkfs.vfat -F 32 -S "$sector" -s $((4096 / sector)) -n SLIPWAY-ESP -i "$volume" -h $((ESP_OFFSET / sector)) -I \
    --offset=$((ESP_OFFSET / sector)) "$DISK" $((ESP_SIZE / 1024)) || esp_failed mkfs.vfat
  logged ESP mmd ::/slipway ::/slipway/a ::/slipway/b || esp_failed mmd
  logged ESP mcopy "$RUN/boot/vmlinuz" "$RUN/boot/initrd" ::/slipway/a/ || esp_failed mcopy
  flush_disk
  for file in vmlinuz initrd; do esp_holds "slipway/a/$file" "$RUN/boot/$file"; done
}

# esp_holds PATH FILE: what the disk gives back is what was written.
esp_holds() {
  ESP mtype "::/$1" 2>> "$RUN/log" | cmp -s - "$2" || fail DISK_WRITE_FAILED "$TARGET: $1 reads back wrong"
}

# Loaders first, then what makes them start slot A: until the very last write no firmware finds anything to start.
write_loaders() {
  options="slipway.slot=a root=PARTUUID=$(partition_uuid 3) ro slipway.data=PARTUUID=$(partition_uuid 5) $(plan cmdline-extra)"
  mkdir -p "$RUN/boot/entry"
  printf 'title Slipway node (slot A)\nlinux /slipway/a/vmlinuz\ninitrd /slipway/a/initrd\noptions %s\n' "$options" \
    > "$RUN/boot/entry/slipway-a.conf"
  printf 'linux /slipway/a/vmlinuz %s\ninitrd /slipway/a/initrd\n' "$options" > "$RUN/boot/entry/grub.cfg"
  write_at $BIOS_OFFSET < "$RUN/boot/bios/core.img"
  for file in "$RUN"/boot/efi/*; do
    logged ESP mcopy -s -o "$file" ::/ || esp_failed "${file##*/}"
  done
  ESP mmd ::/loader >> "$RUN/log" 2>&1 || true
  ESP mmd ::/loader/entries >> "$RUN/log" 2>&1 || true
  flush_disk
  (cd "$RUN/boot/efi" && find . -type f) | while read -r file; do esp_holds "${file#./}" "$RUN/boot/efi/${file#./}"; done
  head -c 440 "$RUN/boot/bios/boot.img" > "$RUN/boot/mbr"
  { cat "$RUN/boot/mbr"; dd if="$DISK" bs=1 skip=440 count=72 2>> "$RUN/log"; } > "$RUN/boot/sector"
  [ "$(wc -c < "$RUN/boot/sector")" = 512 ] || fail DISK_WRITE_FAILED "$TARGET: its first sector cannot be read"
  write_at 0 < "$RUN/boot/sector"
  write_entry grub.cfg slipway/a/grub.cfg
  write_entry slipway-a.conf loader/entries/slipway-a.conf
  rm -rf "$RUN/boot"
}

write_entry() {
  logged ESP mcopy -o "$RUN/boot/entry/$1" "::/$2" || esp_failed "$2"
  flush_disk
  esp_holds "$2" "$RUN/boot/entry/$1"
}
