# The site's certificate authority, known by its fingerprint from the kernel command line.
# shellcheck shell=sh

# first_certificate FILE: the first certificate of a PEM file and nothing else of it.
first_certificate() { sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p;/^-----END CERTIFICATE-----/q' "$1"; }

# fingerprint_of FILE: sha256 of the certificate in its binary form.
fingerprint_of() { grep -v -e '-----' "$1" | base64 -d | sha256sum | cut -d ' ' -f 1; }

# trust_site FINGERPRINT: fetches the certificate; only one with this fingerprint is ever used.
trust_site() {
  rm -f "$RUN/site-ca.pem"
  if ! curl --silent --show-error --fail --noproxy '*' --connect-timeout 10 --max-time 30 --max-filesize 65536 \
    --dump-header "$RUN/ca-headers" --output "$RUN/ca-offered" "$BOOT/site-ca.pem" 2> "$RUN/http-problem"; then
    say "INSTALLER_NO_ENGINE: no certificate from $BOOT: $(cat "$RUN/http-problem")"
    return 1
  fi
  first_certificate "$RUN/ca-offered" > "$RUN/ca-first"
  found=$(fingerprint_of "$RUN/ca-first")
  if [ -z "$1" ] || [ "$found" != "$1" ]; then
    say "CA_MISMATCH: $BOOT gives the certificate $found, not $1; nothing is sent to it"
    return 1
  fi
  mv "$RUN/ca-first" "$RUN/site-ca.pem"
  clock_from_header "$RUN/ca-headers"
}

# A clock that is off by more than a day refuses good certificates; the answer's Date is good enough to judge them.
clock_from_header() {
  said=$(sed -n 's/^[Dd]ate: //p' "$1" | tr -d '\r' | head -n 1)
  then=$(date -u -D '%a, %d %b %Y %H:%M:%S GMT' -d "$said" +%s 2>/dev/null) || return 0
  off=$(($(date +%s) - then))
  [ "${off#-}" -gt 86400 ] || return 0
  say "this machine's clock is wrong by $off seconds; it is set to $said"
  date -u -s "@$then" > /dev/null || true
}
