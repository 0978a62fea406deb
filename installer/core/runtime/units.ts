/**
 * Shell function `enable_unit UNIT [OTHER...]`: makes the first unit start with the machine, and sees to it that systemd knows
 * all of them as they are on disk. Reloading takes 0.2 s of processor time, so it is done only for a unit that systemd had
 * read before it was changed: one that is new is read when it is started. Offline, enabling is a link and nothing else
 * (systemd, ENVIRONMENT.md); otherwise it would reload, too.
 */
export const enableUnitFunction = `
enable_unit() {
  if systemctl show --property NeedDaemonReload --value -- "$@" | grep -qx yes; then systemctl daemon-reload; fi
  SYSTEMD_OFFLINE=1 systemctl enable --quiet "$1"
}
`;
