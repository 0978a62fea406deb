# An installation, from the look at the disk to the last write.
# shellcheck shell=sh

install_run() {
  step check-disk
  target_find
  target_check
  others_locked
  step_done
  if [ "$FOREIGN" = yes ] && [ "$(disk_claim "$TARGET")" != "$JOB" ]; then
    step save-foreign
    save_foreign
    step_done
  fi
  step identity
  fetch_identity
  step_done
  step claim
  claim_disk
  step_done
  step partition
  write_partitions
  step_done
  step write-image
  stream "$(plan image-path)" "$(plan image-size)" "$(plan image-sha256)" to_slot_a
  step_done
  step verify-image
  flush_disk
  found=$(read_at "$ROOT_A_OFFSET" "$(plan image-size)" | sha256sum | cut -d ' ' -f 1)
  [ "$found" = "$(plan image-sha256)" ] || fail IMAGE_DIGEST "$TARGET gives back sha256 $found, not $(plan image-sha256)"
  step_done
  step data
  make_data
  step_done
  step boot-files
  fetch_boot_files
  write_boot_files
  step_done
  step boot-loader
  write_loaders
  step_done
  step reboot
}
