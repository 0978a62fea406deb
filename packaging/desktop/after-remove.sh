#!/bin/sh
# Runs after the package was removed. Data in /var/lib/slipway stays: it is the operator's to delete.
set -e
case "${1:-}" in upgrade | failed-upgrade | 1) exit 0 ;; esac
for link in /usr/bin/slipway /usr/bin/slipway-desktop; do
  if [ -L "$link" ] && [ ! -e "$link" ]; then rm -f "$link"; fi
done
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
