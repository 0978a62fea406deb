#!/usr/bin/busybox sh
# Does one job: asks for its plan, checks, and installs or restores. Exit code 0: all of it is done and was read back.
set -eu
. "$HERE/lib/all.sh"
export JOB="$1"
export JOB_URL="$ENGINE/metal/v1/jobs/$JOB"
STEP=facts
rm -f "$RUN/failure" "$RUN/plan"
trap 'job_ended $?' EXIT

engine_get "$JOB_URL/plan" "$RUN/plan" || fail_of_engine "the plan"
case $(plan kind) in
  install) install_run ;;
  restore) restore_run ;;
  *) fail INSTALLER_FAILED "the plan is of no kind that this installer knows" ;;
esac
