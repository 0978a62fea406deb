#!/bin/sh
# Runs on the host as mmdebstrap's customize hook; $1 is the new root: mount points for what the emulator works on.
set -eu
mkdir -p "$1/machine" "$1/image"
