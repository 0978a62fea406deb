# Calls to the engine: HTTPS, pinned to the site's own certificate authority and no other.
# shellcheck shell=sh

# One request; arguments are curl's. 0 for an answer 2xx. The status is in $RUN/http-status, why not in $RUN/http-problem.
engine_call() {
  : > "$RUN/http-problem"
  : > "$RUN/http-body"
  http_exit=0
  http_status=$(curl --silent --show-error --proto =https --tlsv1.2 --cacert "$RUN/site-ca.pem" --noproxy '*' \
    --connect-timeout 10 --speed-limit 1024 --speed-time 30 --write-out '%{http_code}' \
    --header "Authorization: Bearer $TOKEN" "$@" 2> "$RUN/http-problem") || http_exit=$?
  echo "$http_status" > "$RUN/http-status"
  [ "$http_exit" = 0 ] || return 1
  case $http_status in
    2??) return 0 ;;
    *) echo "HTTP status $http_status" > "$RUN/http-problem" && return 1 ;;
  esac
}

# Whether trying again can help: not when the engine has said no.
engine_said_no() { case $(cat "$RUN/http-status") in 4??) return 0 ;; *) return 1 ;; esac; }

# engine_get URL FILE: tries until the patience ends or the engine says no.
engine_get() {
  waited=0
  until engine_call --output "$2" "$1"; do
    if engine_said_no; then
      cp "$2" "$RUN/http-body" 2>/dev/null || true
      return 1
    fi
    [ "$waited" -lt "$PATIENCE" ] || return 1
    sleep 2
    waited=$((waited + 2))
  done
}

# engine_send METHOD URL FILE TYPE ANSWER: once.
engine_send() {
  engine_call --request "$1" --header "Content-Type: $4" --header 'Expect:' --data-binary "@$3" \
    --max-time 60 --output "$5" "$2"
}

# event OUTCOME [DONE TOTAL]: tells the engine how the step goes. A job does not depend on being heard, only a failure
# and a cancelled job are not passed over.
event() {
  {
    printf '{"step":%s,"outcome":%s' "$(json_text "$STEP")" "$(json_text "$1")"
    [ -z "${2:-}" ] || printf ',"done":%s,"total":%s' "$2" "$3"
    [ "$1" != failed ] || printf ',"code":%s,"message":%s' "$(json_text "$CODE")" "$(json_text "$MESSAGE")"
    printf '}'
  } > "$RUN/event"
  tries=0
  until engine_send POST "$JOB_URL/events" "$RUN/event" application/json "$RUN/event-answer"; do
    tries=$((tries + 1))
    if [ "$1" != failed ]; then
      if engine_said_no; then
        cp "$RUN/event-answer" "$RUN/http-body"
        fail_of_engine "the job was taken back"
      fi
      return 0
    fi
    [ "$tries" -lt 5 ] || return 0
    sleep 2
  done
}
