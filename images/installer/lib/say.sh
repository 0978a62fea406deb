# What an operator at the screen sees, what goes into the log, and how a job fails.
# shellcheck shell=sh

say() { printf 'slipway-installer: %s\n' "$*" | tee -a "$RUN/log"; }

# Runs a program with its output in the log only.
logged() {
  printf '+ %s\n' "$*" >> "$RUN/log"
  "$@" >> "$RUN/log" 2>&1
}

# fail CODE MESSAGE: ends the job; the caller's trap reports it.
fail() {
  printf '%s\n%s\n' "$1" "$2" > "$RUN/failure"
  exit 1
}

# The engine said no, or does not answer any more.
fail_of_engine() {
  code=$(line_value code "$RUN/http-body" 2>/dev/null || true)
  case $code in
    [A-Z]*) fail "$code" "$1: the engine refused it" ;;
    *) fail INSTALLER_NO_ENGINE "$1: $(cat "$RUN/http-problem")" ;;
  esac
}

step() {
  STEP=$1
  say "$STEP"
  event begin
}

step_done() { event ok; }

# job_ended STATUS: what the engine hears about a job that did not end well, whatever ended it.
job_ended() {
  trap - EXIT
  [ "$1" = 0 ] && exit 0
  [ -s "$RUN/failure" ] || printf '%s\n%s\n' INSTALLER_FAILED "$(tail -n 3 "$RUN/log" | tr '\n' ' ')" > "$RUN/failure"
  CODE=$(sed -n 1p "$RUN/failure")
  MESSAGE=$(sed -n 2p "$RUN/failure")
  say "$STEP failed: $CODE: $MESSAGE"
  { dmesg 2>/dev/null | tail -n 200; cat "$RUN/log"; } | tail -c 65536 > "$RUN/log-tail"
  engine_send POST "$JOB_URL/log" "$RUN/log-tail" text/plain "$RUN/ignored" || true
  event failed
  exit 1
}

machine_restart() {
  say "restarts"
  sync
  [ -z "${NO_RESTART:-}" ] || exit 0
  sleep 1
  echo b > /proc/sysrq-trigger
  reboot -f
}
