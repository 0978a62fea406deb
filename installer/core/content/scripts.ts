import { rememberFunction } from "../runtime/host-record.ts";

/**
 * Finds files that are not what they should be. `$1` is the record of installed files; lines of `itemLines` come in on
 * standard input. A file whose size, mode, inode and change time are those recorded is believed, any other one is
 * hashed. Prints the path of each file that is missing or different. Reads only.
 */
export const findMissing = `
list=$(cat)
known=$1
export known list
printf '%s\\n' "$list" | cut -d ' ' -f 4 | xargs -r stat -c '%s %a %i %.9Z %n' -- 2>/dev/null |
awk '
  BEGIN {
    while ((getline line < ENVIRON["known"]) > 0) record[line] = 1
    rows = split(ENVIRON["list"], row, "\\n")
  }
  { found[$5] = $1 " " $2 " " $3 " " $4; size[$5] = $1; mode[$5] = $2 }
  END {
    for (i = 1; i <= rows; i++) {
      if (row[i] == "") continue
      split(row[i], f, " ")
      if (!(f[4] in found) || size[f[4]] != f[2] || mode[f[4]] != f[3]) print "missing " f[4]
      else if (!((f[1] " " found[f[4]] " " f[4]) in record)) print "unsure " f[1] " " f[4]
    }
  }' |
while read -r state one two; do
  if [ "$state" = missing ]; then echo "$one"
  elif ! printf '%s  %s\\n' "$one" "$two" | sha256sum --check --status 2>/dev/null; then echo "$two"
  fi
done
`;

/** Exit codes of `fetchFiles` that say something. */
export const fetchExits = {
  done: 0,
  /** What arrived is not what was asked for. */
  damaged: 65,
  /** The appliance cannot be reached from the machine. */
  unreachable: 74,
  /** The machine has no curl. */
  noCurl: 75,
} as const;

const functions = `
record=$staging/installed
${rememberFunction}
place() {
  # content-digest size mode path file form: unpacks or moves a verified file to its place, in one step for whoever looks.
  mkdir -p "\${4%/*}"
  new=$4.slipway-new
  if [ "$6" = zstd ]; then zstd -d -q -c "$5" > "$new"; else mv -f "$5" "$new"; fi
  if [ "$(stat -c %s "$new")" != "$2" ]; then rm -f "$new" "$5"; return 65; fi
  chmod "$3" "$new"
  mv -f "$new" "$4"
  rm -f "$5"
  printf '%s %s %s\\n' "$1" "$(stat -c '%s %a %i %.9Z' "$4")" "$4" >> "$record"
}
`;

/**
 * Fetches files and puts them in place. `$1` is the staging folder, `$2` the URL, `$3` the CA's file; the first line of
 * standard input is the token, the rest are lines of `itemLines`. A file is unpacked while the next one is on its way;
 * what has arrived of one that was cut off is continued. Prints `done BYTES PATH` for each file.
 */
export const fetchFiles = `
set -u
staging=$1 url=$2 ca=$3
${functions}
command -v curl >/dev/null 2>&1 || exit 75
umask 022
mkdir -p "$staging" || exit 1
chmod 700 "$staging"
read -r token || exit 1
list=$(cat)
remember $(printf '%s\\n' "$list" | cut -d ' ' -f 4)
zstd=plain
if command -v zstd >/dev/null 2>&1; then zstd=zstd; fi
fetch() {
  # name query resume
  printf 'header = "Authorization: Bearer %s"\\n' "$token" |
  curl -q -K - --silent --show-error --fail --cacert "$ca" --proto =https --noproxy '*' --connect-timeout 5 \\
    --speed-limit 1000 --speed-time 30 $3 --output "$staging/$1" "$url/$2"
}
finish() {
  # as place, and size of the transfer; the digest of what was sent is checked first
  if ! printf '%s  %s\\n' "$8" "$5" | sha256sum --check --status; then rm -f "$5"; return 65; fi
  place "$1" "$2" "$3" "$4" "$5" "$6" || return
  echo "done $7 $4"
}
failed=0
pending=
while read -r content size mode path blob bytes form; do
  sum=$blob query=$blob resume='--continue-at -'
  if [ "$form" = zstd ] && [ "$zstd" = plain ]; then
    form=plain sum=$content query="$blob?plain" resume=
    rm -f "$staging/$sum"
  elif [ "$(stat -c %s "$staging/$sum" 2>/dev/null)" = "$bytes" ]; then
    query=
  elif [ "$(stat -c %s "$staging/$sum" 2>/dev/null || echo 0)" -gt "$bytes" ]; then
    rm -f "$staging/$sum"
  fi
  if [ -n "$query" ]; then
    fetch "$sum" "$query" "$resume"
    code=$?
    case $code in
      0) ;;
      6|7|28|35|60) failed=74; break ;;
      33|36) rm -f "$staging/$sum"; failed=65; break ;;
      *) failed=$code; break ;;
    esac
  fi
  if [ -n "$pending" ]; then wait "$pending" || { failed=$?; pending=; break; }; fi
  finish "$content" "$size" "$mode" "$path" "$staging/$sum" "$form" "$bytes" "$sum" &
  pending=$!
done <<LIST
$list
LIST
if [ -n "$pending" ]; then wait "$pending" || failed=$?; fi
exit "$failed"
`;

/** Says how files can be sent to this machine over SSH: whether it can unpack them itself. */
export const hasZstd = `if command -v zstd >/dev/null 2>&1; then echo zstd; else echo plain; fi`;

/** Puts files in place that were sent over SSH into the staging folder `$1`; lines as for `fetchFiles`, without a token. */
export const placeFiles = `
set -eu
staging=$1
${functions}
umask 022
list=$(cat)
remember $(printf '%s\\n' "$list" | cut -d ' ' -f 4)
printf '%s\\n' "$list" | while read -r content size mode path blob bytes form; do
  place "$content" "$size" "$mode" "$path" "$staging/$blob" "$form"
  echo "done $bytes $path"
done
`;

/**
 * Writes small files. Lines on standard input: `MODE PATH BASE64`. With `check` as `$1` it only compares. Prints
 * `changed PATH` for each file that differed.
 */
export const writeSmallFiles = `
set -eu
umask 022
${rememberFunction}
list=$(while read -r mode path data; do
  have=none
  if [ -f "$path" ]; then have=$(stat -c %a "$path"); fi
  if [ "$have" = "$mode" ] && printf %s "$data" | base64 -d | cmp -s - "$path"; then continue; fi
  printf '%s %s %s\\n' "$mode" "$path" "$data"
done)
if [ -z "$list" ]; then exit 0; fi
printf '%s\\n' "$list" | cut -d ' ' -f 2 | sed 's/^/changed /'
if [ "$1" = check ]; then exit 0; fi
remember $(printf '%s\\n' "$list" | cut -d ' ' -f 2)
printf '%s\\n' "$list" | while read -r mode path data; do
  mkdir -p "\${path%/*}"
  (umask 077; printf %s "$data" | base64 -d > "$path.slipway-new")
  chmod "$mode" "$path.slipway-new"
  mv -f "$path.slipway-new" "$path"
done
`;
