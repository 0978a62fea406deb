# Texts: the kernel command line, `key value` lines, JSON.
# shellcheck shell=sh

# cmdline_value KEY LINE: value of KEY=value among words; nothing when it is not there.
cmdline_value() {
  for word in $2; do
    case $word in "$1="*) printf '%s' "${word#*=}" && return 0 ;; esac
  done
}

# line_value KEY FILE: the rest of the line that starts with KEY.
line_value() { sed -n "s/^$1 //p" "$2" | head -n 1; }

# plan KEY: a value of the job's plan.
plan() { line_value "$1" "$RUN/plan"; }

# A text as JSON writes it. Control characters are left out.
json_text() { printf '"%s"' "$(printf '%s' "$1" | tr -d '\000-\037\177' | sed 's/[\\"]/\\&/g')"; }

json_number() {
  case $1 in '' | *[!0-9]*) printf 0 ;; *) printf '%s' "$1" ;; esac
}

json_flag() { if [ "$1" = 1 ]; then printf true; else printf false; fi; }
