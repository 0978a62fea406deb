/**
 * Start of the collector: plain POSIX sh (dash, bash, busybox). Each section goes out as `name status bytes`, a newline,
 * that many bytes and a newline; the whole stream is base64 so that no terminal, locale or redaction can change a length.
 * A missing tool gives status `missing`; every tool that might wait for somebody else runs under a limit. Tools get
 * /dev/null as input, because the shell reads this script from its own.
 */
const prelude = `
proxy_environment=$(env | grep -iE '^(https?|all|no|ftp)_proxy=')
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
LC_ALL=C
export PATH LC_ALL
unset LANG LANGUAGE TZ POSIXLY_CORRECT LSBLK_DEBUG LIBBLKID_DEBUG
umask 077

has() { command -v "$1" >/dev/null 2>&1; }
section() { printf '%s %s %s\\n%s\\n' "$1" "$2" "\${#3}" "$3"; }
bounded() {
  seconds=$1
  shift
  if has timeout; then timeout -k 1 "$seconds" "$@"; else "$@"; fi
}
# tool NAME SECONDS COMMAND...: output of a program
tool() {
  name=$1
  limit=$2
  shift 2
  if ! has "$1"; then
    section "$name" missing ''
    return
  fi
  out=$(bounded "$limit" "$@" 2>/dev/null </dev/null)
  section "$name" $? "$out"
}
# block NAME FUNCTION...: output of a shell function
block() {
  name=$1
  shift
  out=$("$@" 2>/dev/null </dev/null)
  section "$name" $? "$out"
}
# first lines of files, without a process each
values() {
  for file; do
    if [ -r "$file" ] && IFS= read -r value <"$file"; then printf '%s\\t%s\\n' "$file" "$value"; fi
  done
  return 0
}
# the same in one read each: files below /proc/sys, and a few in /sys, give only their first byte to a shell that
# reads byte by byte
settings() {
  for file; do
    if [ -r "$file" ]; then printf '%s\\t%s\\n' "$file" "$(cat "$file")"; fi
  done
  return 0
}
# where links point, without their absent ones
links() {
  for link; do
    if [ -L "$link" ]; then printf '%s\\t%s\\n' "$link" "$(readlink "$link")"; fi
  done
  return 0
}
# whole paths behind links: a virtio card hangs below the PCI device that has the address
realpaths() {
  for link; do
    if [ -L "$link" ]; then printf '%s\\t%s\\n' "$link" "$(readlink -f "$link")"; fi
  done
  return 0
}
content() {
  if [ ! -r "$2" ]; then
    section "$1" missing ''
    return
  fi
  out=$(cat "$2" 2>/dev/null)
  section "$1" $? "$out"
}
`;

/** Frames the collector's body: clock first and last, so that the appliance can place the machine's clock. */
export const frame = (body: string): string => `${prelude}
everything() {
section clock.start 0 "$(date +%s%N)"
${body}
section clock.end 0 "$(date +%s%N)"
section end 0 ''
}
if has base64; then
  printf 'slipway-facts base64\\n'
  everything | base64
else
  printf 'slipway-facts hex\\n'
  everything | od -An -v -tx1
fi
`;
