/**
 * The smallest disk that is installed on: 1 MiB for BIOS, 512 MiB for UEFI, two slots of 2 GiB for the system
 * (images/installer/lib/layout.sh) and what is left, at least 2 GiB, for data.
 */
export const MINIMUM_DISK_BYTES = 7 * 2 ** 30;
