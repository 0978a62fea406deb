/** DMI, firmware, TPM, processors, memory, disks, GPUs. Reads only. */
export const hardwareSections = `
block dmi values /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name /sys/class/dmi/id/product_version \\
  /sys/class/dmi/id/product_serial /sys/class/dmi/id/product_uuid /sys/class/dmi/id/board_vendor \\
  /sys/class/dmi/id/board_name /sys/class/dmi/id/bios_vendor /sys/class/dmi/id/bios_version /sys/class/dmi/id/bios_date
firmware() {
  if [ -d /sys/firmware/efi ]; then echo uefi; elif [ -d /sys/firmware ]; then echo bios; fi
  variable=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
  if [ -r "$variable" ]; then od -An -tu1 "$variable"; fi
  return 0
}
block firmware firmware
block tpm values /sys/class/tpm/tpm0/tpm_version_major /sys/class/tpm/tpm0/uevent
block cpuinfo sed '/^$/q' /proc/cpuinfo
block topology values /sys/devices/system/cpu/cpu[0-9]*/topology/physical_package_id \\
  /sys/devices/system/cpu/cpu[0-9]*/topology/core_id
tool machine 2 uname -m
tool nproc 2 nproc
numa() {
  settings /sys/devices/system/node/node[0-9]*/cpulist
  values /sys/devices/system/node/node[0-9]*/meminfo
}
block numa numa
content meminfo /proc/meminfo
content swaps /proc/swaps
tool lsblk 15 lsblk -J -O -b
# block devices that can be opened here: in a container most of what /sys shows belongs to the host
nodes() {
  for entry in /sys/class/block/*; do
    device=\${entry##*/}
    if [ -b "/dev/$device" ]; then printf '%s\\n' "$device"; fi
  done
  return 0
}
block nodes nodes
block devices values /sys/class/block/*/device/wwid /sys/class/block/*/wwid /sys/class/block/*/device/serial \\
  /sys/class/block/*/serial /sys/class/block/*/device/vendor /sys/class/block/*/device/model
ids() {
  if find /dev/disk/by-id /dev/disk/by-path -type l -printf '%p\\t%l\\n'; then return; fi
  links /dev/disk/by-id/* /dev/disk/by-path/*
}
block ids ids
# one call a device: a dying disk costs its own time limit and nobody else's answer
signatures() {
  if ! has wipefs; then return 127; fi
  for entry in /sys/class/block/*; do
    device=\${entry##*/}
    case $device in ram* | zram* | fd* | sr* | dm-*) continue ;; esac
    if [ -b "/dev/$device" ] && IFS= read -r size <"$entry/size" && [ "$size" != 0 ]; then
      found=$(bounded 5 wipefs -J -O DEVICE,OFFSET,TYPE,UUID,LABEL "/dev/$device")
      printf '%s\\t%s\\t%s\\n' "$device" $? "$(printf '%s' "$found" | tr -d '\\n\\t')"
    fi
  done
  return 0
}
block signatures signatures
gpus() {
  for device in /sys/bus/pci/devices/*; do
    if IFS= read -r class <"$device/class"; then
      case $class in
      0x03* | 0x12*)
        values "$device/class" "$device/vendor" "$device/device" "$device/numa_node"
        links "$device/driver"
        ;;
      esac
    fi
  done
  return 0
}
block gpus gpus
`;
