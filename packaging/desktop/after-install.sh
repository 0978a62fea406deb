#!/bin/sh
# Runs after the package was installed: the command `slipway`, and the user, group and unit of the engine as a service.
# The service is not started: whoever wants it does so (`systemctl enable --now slipway`). The desktop app needs none.
set -e
# shellcheck disable=SC2016,SC2154 # electron-builder puts the names in
app='/opt/${sanitizedProductName}'
ln -sf "$app/${executable}" /usr/bin/slipway-desktop
ln -sf "$app/resources/engine/slipway" /usr/bin/slipway
# The sandbox of Chromium, where the kernel lets nobody make name spaces.
chmod 4755 "$app/chrome-sandbox" 2>/dev/null || true
if ! getent group slipway >/dev/null; then groupadd --system slipway; fi
if ! getent passwd slipway >/dev/null; then
  useradd --system --gid slipway --home-dir /var/lib/slipway --no-create-home --shell /usr/sbin/nologin slipway
fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database /usr/share/applications || true; fi
