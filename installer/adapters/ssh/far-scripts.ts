/**
 * The constant scripts that handle files on a machine. POSIX sh with coreutils; data comes in as positional parameters
 * and standard input only. Every tool is called with `--` before a path or with paths that begin with `/`.
 */

/** Exit code: the file is not there. */
export const MISSING = 44;
/** Exit code: the file is larger than "$2" bytes. */
export const TOO_LARGE = 45;
/** Exit code: fewer bytes arrived than were announced. */
export const SHORT = 61;
/** Exit code: the digest of what arrived is another one. */
export const BAD_DIGEST = 62;
/** Exit code: the file system has less room than the rest of the file needs. */
export const NO_ROOM = 63;

/** Prints file "$1" of at most "$2" bytes. Files of /proc and /sys state no true size, so one byte more is read instead. */
export const readScript = `
[ -e "$1" ] || [ -L "$1" ] || exit ${MISSING}
size=$(stat -L -c %s -- "$1") || exit 1
[ "$size" -le "$2" ] || exit ${TOO_LARGE}
exec head -c $(($2 + 1)) -- "$1"
`;

/**
 * Writes standard input to "$1": temporary file beside it, owner, mode, fsync, rename, fsync of the folder. The number
 * of bytes is checked before the rename, so that a connection lost in the middle never leaves half a file.
 */
export const writeScript = `
set -eu
path=$1 mode=$2 owner=$3 bytes=$4 nonce=$5
dir=\${path%/*}
temporary=$dir/.\${path##*/}.slipway-$nonce
trap 'rm -f -- "$temporary"' EXIT
umask 077
cat >"$temporary"
[ "$(stat -c %s -- "$temporary")" = "$bytes" ] || exit ${SHORT}
[ "$owner" = : ] || chown -- "$owner" "$temporary"
chmod -- "$mode" "$temporary"
sync -- "$temporary"
mv -f -T -- "$temporary" "$path"
trap - EXIT
sync -- "\${dir:-/}"
`;

/**
 * Receives a large file. The partial file is named after the digest it must have in the end, and is written at absolute
 * offsets rather than appended to: should an earlier sender's connection come back to life, it writes the same bytes to
 * the same places. Reading the partial file through descriptor 3 to take its digest leaves that descriptor exactly
 * behind what was digested, which is where the rest goes. openssl is preferred because it uses the processor's SHA
 * instructions where coreutils may not.
 * Conversation: prints "same", or "have <offset> <digest of that much>"; reads "keep" or "drop", then the bytes.
 */
export const receiveScript = `
set -eu
path=$1 mode=$2 owner=$3 size=$4 want=$5
dir=\${path%/*}
part=$dir/.\${path##*/}.slipway-$want.part
if openssl dgst -sha256 -r </dev/null >/dev/null 2>&1; then
  digest() { openssl dgst -sha256 -r; }
else
  digest() { sha256sum; }
fi
settle() {
  [ "$owner" = : ] || chown -- "$owner" "$1"
  chmod -- "$mode" "$1"
}
if [ -f "$path" ] && [ ! -L "$path" ] && [ "$(stat -c %s -- "$path")" = "$size" ]; then
  found=$(digest <"$path")
  if [ "\${found%% *}" = "$want" ]; then
    settle "$path"
    echo same
    exit 0
  fi
fi
umask 077
exec 3<>"$part"
[ "$(stat -c %s -- "$part")" -le "$size" ] || : >"$part"
found=$(digest <&3)
at=0
while read -r key value; do
  [ "$key" != pos: ] || at=$value
done <"/proc/$$/fdinfo/3"
echo "have $at \${found%% *}"
read -r answer
if [ "$answer" = drop ]; then
  : >"$part"
  exec 3<&-
  exec 3<>"$part"
  at=0
fi
free=$(($(stat -f -c '%f * %S' -- "\${dir:-/}")))
if [ "$free" -lt $((size - at)) ]; then
  echo "No space left on device: $((size - at)) bytes needed, $free free" >&2
  exit ${NO_ROOM}
fi
cat >&3
exec 3<&-
[ "$(stat -c %s -- "$part")" = "$size" ] || exit ${SHORT}
found=$(digest <"$part")
if [ "\${found%% *}" != "$want" ]; then
  rm -f -- "$part"
  echo "\${found%% *}"
  exit ${BAD_DIGEST}
fi
settle "$part"
sync -- "$part"
mv -f -T -- "$part" "$path"
sync -- "\${dir:-/}"
echo done
`;
