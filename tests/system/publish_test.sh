#!/usr/bin/env bash
# What real daemons of this build publish of their ledgers: tiles over HTTP, fetched with curl and checked by
# a verifier that shares no code with them; a witness that answers by HTTP; and the files that people read,
# kept beside the ledger. Usage: publish_test.sh BIN_FOLDER
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$1
export FLEET_FORMAT=json
source "$root/deploy/lib/fleet.sh"

writer=$fleet_controller
port=9208

fail() {
  echo "publish_test: $*" >&2
  exit 1
}

ledger() { PPN_HOME=$fleet_folder "$bin/ppn" ledger "$2" --node "$1" "${@:3}"; }
verifier() { python3 "$root/tests/tools/verify_tiles.py" "$@"; }

# until_true SECONDS COMMAND...
until_true() {
  local deadline=$((SECONDS + $1))
  until "${@:2}"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# status_of [CURL-ARGUMENT...]: the body goes to $fleet_folder/body.
status_of() { curl --path-as-is -s -o "$fleet_folder/body" -w '%{http_code}' --max-time 20 "$@"; }

expect_status() {
  local wanted=$1 got
  got=$(status_of "${@:2}") || true
  [[ $got == "$wanted" ]] || fail "'${*:2}' answers $got, not $wanted: $(head -c 200 "$fleet_folder/body")"
}

url() { echo "http://${fleet_addresses[$1]}:$port$2"; }

# mirror NUMBER LOG FOLDER: everything that a tree of the published size must have.
mirror() {
  local folder=$3 size path
  mkdir -p "$folder"
  until_true 20 curl -sf "$(url "$1" "/$2/checkpoint")" -o "$folder/checkpoint" ||
    fail "${fleet_names[$1]} shows no checkpoint of $2"
  size=$(sed -n 2p "$folder/checkpoint")
  printf '{"op":"tiles","size":%s}\n' "$size" | "$bin/ledger_driver" | jq -r '.tiles[]' |
    while read -r path; do
      mkdir -p "$folder/$(dirname "$path")"
      curl -sf "$(url "$1" "/$2/$path")" -o "$folder/$path" || fail "no $path over HTTP"
    done
}

check_tiles() {
  local number name
  for number in 0 1; do
    name=${fleet_names[$number]}
    mirror "$number" fleet "$fleet_folder/mirror-$number"
    verifier folder "$fleet_folder/mirror-$number" --log "$(ledger "$name" vkey)" ||
      fail "the tiles of $name do not verify"
    mirror "$number" own "$fleet_folder/own-$number"
    verifier folder "$fleet_folder/own-$number" --log "$(ledger "$name" vkey --ledger own)" ||
      fail "the tiles of $name's own ledger do not verify"
  done
  # The verifier is no friend of ours.
  printf '\x7f' | dd of="$fleet_folder/mirror-0/tile/entries/000" bs=1 seek=99 conv=notrunc status=none
  ! verifier folder "$fleet_folder/mirror-0" --log "$(ledger "$writer" vkey)" >/dev/null 2>&1 ||
    fail "the verifier took a changed octet"
}

check_read_only() {
  local path
  expect_status 405 -X POST --data x "$(url 0 /fleet/checkpoint)"
  expect_status 405 -X DELETE "$(url 0 /fleet/tile/0/000)"
  expect_status 405 "$(url 0 /witness/add-checkpoint)"
  for path in / /fleet /fleet/tile/0/x000/000 /fleet/tile/0/000.p/01 /fleet/tile/64/000 /fleet/tile/0/9999 \
    /fleet/../own/checkpoint /fleet/tile/entries/000.p/256 /control.sock; do
    expect_status 404 "$(url 0 "$path")"
  done
}

# request OLD NOTE-FILE
request() { printf 'old %s\n\n' "$1" | cat - "$2"; }

witnessed() {
  local origin
  origin=$(sed -n 1p "$fleet_folder/note" | tr -d '\n' | sha256sum | cut -d' ' -f1)
  curl -sf "$(url 1 "/witness/$origin/checkpoint")" -o "$fleet_folder/witnessed"
}
has_witnessed_all() {
  curl -sf "$(url 0 /fleet/checkpoint)" -o "$fleet_folder/note" && witnessed &&
    [[ $(sed -n 2p "$fleet_folder/note") == "$(sed -n 2p "$fleet_folder/witnessed")" ]]
}

check_witness() {
  local at size line
  at=$(url 1 /witness/add-checkpoint)
  until_true 30 has_witnessed_all || fail "the witness shows no checkpoint of the newest size"
  size=$(sed -n 2p "$fleet_folder/note")
  request 0 "$fleet_folder/note" >"$fleet_folder/request"
  expect_status 409 --data-binary @"$fleet_folder/request" "$at"
  [[ $(<"$fleet_folder/body") == "$size" ]] || fail "409 does not say the size"
  request "$size" "$fleet_folder/note" >"$fleet_folder/request"
  expect_status 200 --data-binary @"$fleet_folder/request" "$at"
  line=$(<"$fleet_folder/body")
  [[ $line == "— ppn/$fleet_id/witness/"* ]] || fail "200 brings no signature: $line"
  request $((size + 1)) "$fleet_folder/note" >"$fleet_folder/request"
  expect_status 400 --data-binary @"$fleet_folder/request" "$at"
  sed 's/^ppn/pqn/' "$fleet_folder/note" >"$fleet_folder/other"
  request "$size" "$fleet_folder/other" >"$fleet_folder/request"
  expect_status 404 --data-binary @"$fleet_folder/request" "$at"
  sed "2s/.*/$((size + 1))/" "$fleet_folder/note" >"$fleet_folder/other"
  request "$size" "$fleet_folder/other" >"$fleet_folder/request"
  expect_status 403 --data-binary @"$fleet_folder/request" "$at"
  expect_status 400 --data-binary 'old 00' "$at"
}

is_view_complete() {
  cmp -s "$fleet_folder/$1/ledger/views/ledger.jsonl" <(ledger "$1" export --format jsonl)
}

check_views() {
  local name views file
  for name in "${fleet_names[@]}"; do
    views=$fleet_folder/$name/ledger/views
    until_true 30 is_view_complete "$name" || fail "$name keeps another ledger.jsonl than it exports"
    [[ $(jq -r .name "$views/nodes.jsonl" | sort | tr '\n' ' ') == "gcp-cloud-1 laptop-a laptop-b " ]] ||
      fail "$name keeps another nodes.jsonl: $(<"$views/nodes.jsonl")"
    [[ $(wc -l <"$views/members.csv") == 4 ]] || fail "$name keeps another members.csv"
    for file in README.txt grants.yaml guests.csv; do
      [[ -s $views/$file ]] || fail "$name keeps no $file"
    done
    for file in nodes.jsonl members.csv grants.yaml guests.csv; do
      cmp "$views/$file" "$fleet_folder/$writer/ledger/views/$file" || fail "$name has another $file"
      grep -q "$file" "$views/README.txt" || fail "the text explains no $file"
    done
  done
}

# A view proves nothing and is never trusted: one that somebody changed is made anew, his work is set aside.
check_changed_view() {
  local views=$fleet_folder/$writer/ledger/views
  fleet_signal TERM "$writer"
  fleet_reap "$writer"
  sed -i '1s/genesis/nothing/' "$views/ledger.jsonl"
  grep -q nothing "$views/ledger.jsonl" || fail "nothing was changed"
  echo "mine" >"$views/members.csv"
  fleet_start "$writer"
  until_true 60 is_view_complete "$writer" || fail "a changed view stays"
  until_true 30 cmp -s "$views/members.csv" "$fleet_folder/laptop-b/ledger/views/members.csv" ||
    fail "a changed register stays"
}

main() {
  trap fleet_clean EXIT
  fleet_make
  export XDG_STATE_HOME=$fleet_folder/state
  local name
  for name in "${fleet_names[@]}"; do fleet_start "$name"; done
  fleet_wait 60 "$writer" '.ledgers[0].state == "ready"' >/dev/null || fail "the ledger does not begin"
  ledger "$writer" note --reason "to be read" --count 600 >/dev/null
  check_read_only
  check_witness
  check_tiles
  check_views
  check_changed_view
  if grep -l 'ERROR: AddressSanitizer\|runtime error:\|LeakSanitizer' "$fleet_folder"/*.log; then
    fail "a sanitizer complained"
  fi
}

main
