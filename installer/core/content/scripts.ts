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
  [ -d "\${4%/*}" ] || mkdir -p "\${4%/*}"
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
 * Fetches files and puts them in place. `$1` is the staging folder, `$2` the URL, `$3` the CA's file, `$4` `later` when nothing waits
 * for them: whatever else the machine does goes first; the first line of
 * standard input is the token, the rest are lines of `itemLines`. One curl fetches all of them over one connection, because
 * starting it and greeting the server cost more than a small file does; it tells of each file when the next one begins.
 * A compressed file is unpacked while the next one is on its way; plain ones are checked and moved many at a time. What has
 * arrived of one that was cut off is continued. Prints `done BYTES PATH` for each file.
 */
export const fetchFiles = `
set -u
staging=$1 url=$2 ca=$3
if [ "$4" = later ]; then renice -n 10 -p $$ >/dev/null 2>&1; fi
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
have=$(stat -c '%s %n' "$staging"/* 2>/dev/null)
export have
# Rows: content, size, mode, path, form, bytes, digest and name of what is sent, what to ask for ("-" when it is here).
rows=$(printf '%s\\n' "$list" | awk -v zstd="$zstd" '
  BEGIN {
    count = split(ENVIRON["have"], line, "\\n")
    for (i = 1; i <= count; i++) {
      size = line[i]
      sub(/ .*/, "", size)
      sub(/.*\\//, "", line[i])
      here[line[i]] = size + 0
    }
  }
  NF == 7 {
    form = $7; digest = $5; query = $5
    if (form == "zstd" && zstd == "plain") { form = "plain"; digest = $1; query = $5 "?plain" }
    name = seen[digest]++ ? digest "." seen[digest] : digest
    if (query != $5) state = "stale"
    else if (!(name in here) || here[name] < $6 + 0) state = "wanted"
    else state = here[name] == $6 + 0 ? "here" : "stale"
    print $1, $2, $3, $4, form, $6, digest, name, (state == "here" ? "-" : query), state
  }')
printf '%s\\n' "$rows" | awk -v staging="$staging" '$10 == "stale" { print staging "/" $8 }' | xargs -r rm -f --
fetch() {
  if [ -z "$wanted" ]; then return 0; fi
  {
    printf 'header = "Authorization: Bearer %s"\\n' "$token"
    printf '%s\\n' "$wanted" | awk -v url="$url" -v staging="$staging" '
      { printf "url = \\"%s/%s\\"\\noutput = \\"%s/%s\\"\\n", url, $9, staging, $8 }'
  } |
  curl -q -K - --silent --show-error --fail --fail-early --cacert "$ca" --proto =https --noproxy '*' --connect-timeout 5 \\
    --speed-limit 1000 --speed-time 30 --continue-at - --write-out '%{stderr}%{filename_effective}\\n' 2>&1
}
finish() {
  # as place, and size of the transfer; the digest of what was sent is checked first
  if ! printf '%s  %s\\n' "$8" "$5" | sha256sum --check --status; then rm -f "$5"; return 65; fi
  place "$1" "$2" "$3" "$4" "$5" "$6" || return
  echo "done $7 $4"
}
plain= plain_bytes=0
settle() {
  # The plain files that have arrived, all at once: their digest is that of the content.
  if [ -z "$plain" ]; then return 0; fi
  settled=$plain
  plain= plain_bytes=0
  bad=$(printf '%s' "$settled" | awk -v staging="$staging" '{ print $7 "  " staging "/" $8 }' |
    sha256sum --check --quiet 2>/dev/null | sed 's/: FAILED.*//')
  if [ -n "$bad" ]; then
    printf '%s\\n' "$bad" | xargs rm -f --
    return 65
  fi
  printf '%s' "$settled" | cut -d ' ' -f 4 | sed 's,/[^/]*$,,' | sort -u | xargs mkdir -p -- || return 1
  for mode in $(printf '%s' "$settled" | cut -d ' ' -f 3 | sort -u); do
    printf '%s' "$settled" | awk -v staging="$staging" -v mode="$mode" '$3 == mode { print staging "/" $8 }' |
      xargs chmod "$mode" -- || return 1
  done
  printf '%s' "$settled" | while read -r content size mode path form bytes digest name query state; do
    mv -f -- "$staging/$name" "$path.slipway-new" && mv -f -- "$path.slipway-new" "$path" || exit 1
  done || return 1
  export settled
  printf '%s' "$settled" | cut -d ' ' -f 4 | xargs stat -c '%s %a %i %.9Z %n' -- | awk '
    BEGIN { count = split(ENVIRON["settled"], row, "\\n"); for (i = 1; i <= count; i++) { split(row[i], f, " "); content[f[4]] = f[1] } }
    { print content[$5], $0 }' >> "$record" || return 1
  printf '%s' "$settled" | awk '{ print "done " $6 " " $4 }'
}
failed=0 pending=
take() {
  # the fields of a row that is in the staging folder
  if [ "$failed" != 0 ]; then return; fi
  if [ "$5" = zstd ]; then
    if [ -n "$pending" ]; then wait "$pending" || failed=$?; fi
    finish "$1" "$2" "$3" "$4" "$staging/$8" "$5" "$6" "$7" &
    pending=$!
    return
  fi
  plain="$plain$*
"
  plain_bytes=$((plain_bytes + $6))
  if [ "$plain_bytes" -ge 33554432 ]; then settle || failed=$?; fi
}
next() {
  # What curl told of first is what was asked for first.
  read -r row <&3 && take $row
}
wanted=$(printf '%s\\n' "$rows" | awk '$9 != "-"')
{ fetch; echo "end $?"; } | {
  while read -r row <&4; do
    if [ -n "$row" ]; then take $row; fi
  done
  told= code=1
  while read -r line; do
    case $line in
      "$staging"/*) if [ -n "$told" ]; then next; fi; told=$line ;;
      "end "*) code=\${line#end } ;;
      *) printf '%s\\n' "$line" >&2 ;;
    esac
  done
  # The last one that curl told of is the one that failed, if any did.
  if [ "$code" = 0 ] && [ -n "$told" ]; then next; fi
  settle || { code=$?; [ "$failed" != 0 ] || failed=$code; }
  if [ -n "$pending" ]; then wait "$pending" || failed=$?; fi
  if [ "$failed" != 0 ]; then exit "$failed"; fi
  case $code in
    0) exit 0 ;;
    6|7|28|35|60) exit 74 ;;
    33|36) if read -r content size mode path form bytes digest name rest <&3; then rm -f "$staging/$name"; fi; exit 65 ;;
    *) exit "$code" ;;
  esac
} 3<<WANTED 4<<HERE
$wanted
WANTED
$(printf '%s\\n' "$rows" | awk '$9 == "-"')
HERE
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
