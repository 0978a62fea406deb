# Everything the engine needs to decide, as JSON (installer/contract/metal/facts.ts).
# shellcheck shell=sh

facts() {
  disks_look
  printf '{%s,"nics":[%s],"disks":[' "$(machine_json)" "$(nics_json)"
  separator=
  for name in $(disk_names); do
    printf '%s%s' "$separator" "$(disk_json "$name")"
    separator=,
  done
  printf ']}\n'
}

disk_json() {
  signatures_of "$1" > "$RUN/held"
  printf '{"name":%s,"serial":%s,"wwn":%s,"model":%s' "$(json_text "$1")" "$(json_text "$(disk_serial "$1")")" \
    "$(json_text "$(disk_wwn "$1")")" "$(json_text "$(disk_value "$1" ID_MODEL)")"
  printf ',"byPath":%s,"sizeBytes":%s' "$(json_text "$(disk_path "$1")")" "$(json_number "$(disk_size "$1")")"
  printf ',"rotational":%s,"removable":%s,"readOnly":%s' "$(json_flag "$(disk_value "$1" ROTATIONAL)")" \
    "$(json_flag "$(disk_value "$1" REMOVABLE)")" "$(json_flag "$(disk_value "$1" READONLY)")"
  printf ',"tableType":%s,"tableId":%s,"claim":%s,"signatures":[' "$(json_text "$(table_value label)")" \
    "$(json_text "$(table_value label-id)")" "$(json_text "$(disk_claim "$1")")"
  awk -F '\t' '
    function text(value) { gsub(/[\\"]/, "\\\\&", value); return "\"" value "\"" }
    { printf "%s{\"device\":%s,\"offset\":%s,\"type\":%s,\"usage\":%s,\"sizeBytes\":%s,\"lastMount\":%s", \
        (NR > 1 ? "," : ""), text($1), $2, text($3), text($4), $5, text($6)
      printf ",\"uuid\":%s,\"label\":%s}", text($7), text($8) }' "$RUN/held"
  printf ']}'
}
