#!/usr/bin/busybox sh
# Comes up on the network, finds the engine, says hello, and does what it is told, for ever.
HERE=${HERE:-/installer}
export HERE
export RUN=${RUN:-/run/slipway}
mkdir -p "$RUN"
. "$HERE/lib/all.sh"

LINE=$(cat "${CMDLINE:-/proc/cmdline}")
export ENGINE BOOT TOKEN
ENGINE=$(cmdline_value slipway.engine "$LINE")
BOOT=$(cmdline_value slipway.boot "$LINE")
TOKEN=$(cmdline_value slipway.token "$LINE")
fingerprint=$(cmdline_value slipway.ca "$LINE")
mac=$(cmdline_value slipway.mac "$LINE")

until network_up "$mac"; do
  say "no answer to DHCP on any card; trying again in 5 seconds"
  sleep 5
done
until trust_site "$fingerprint"; do sleep 10; done

while :; do
  : > "$RUN/log"
  facts > "$RUN/facts.json"
  if ! engine_send POST "$ENGINE/metal/v1/hello" "$RUN/facts.json" application/json "$RUN/decision"; then
    say "the engine at $ENGINE does not answer ($(cat "$RUN/http-problem")); trying again in 5 seconds"
    sleep 5
    continue
  fi
  action=$(line_value action "$RUN/decision")
  seconds=$(line_value seconds "$RUN/decision")
  case $action in
    install | restore)
      job=$(line_value job "$RUN/decision")
      say "job $job: $action"
      if sh "$HERE/job.sh" "$job"; then
        if [ "$action" = install ]; then machine_restart; fi
        sleep 10
      else
        say "job $job stopped; asking again in 10 seconds"
        sleep 10
      fi
      ;;
    disk | reboot) machine_restart ;;
    *) sleep "${seconds:-10}" ;;
  esac
done
