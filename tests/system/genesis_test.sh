#!/usr/bin/env bash
# A machine becomes a fleet of one by one command: its keys, the first administrator's key with its recovery
# sheet shown once, a ledger that takes signed orders; killed and repeated it is the same fleet.
# Usage: genesis_test.sh BIN_FOLDER
set -euo pipefail

bin=$1
folder=$(mktemp -d "${TMPDIR:-/tmp}/ppn-genesis.XXXXXX")
data=$folder/node
daemon=

fail() {
  echo "genesis_test: $*" >&2
  exit 1
}

clean() {
  if [[ -n $daemon ]]; then
    kill -KILL "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
  fi
  rm -rf -- "$folder"
}

ppn() { "$bin/ppn" "$@" --data "$data"; }

start() {
  "$bin/os-infrastructure" --genesis --data "$data" --name first --fleet-name cellar --address 127.0.45.1 \
    --admin-key "$folder/admin.key" --passphrase-file "$folder/pass" >>"$folder/log" 2>"$folder/stderr" &
  daemon=$!
}

wait_ready() {
  local i
  for ((i = 0; i < 600; i++)); do
    if ppn status --json 2>/dev/null | jq -e '.ledgers[0].state == "ready" and
        ([.members[] | select(.state == "alive")] | length == 1)' >/dev/null; then return; fi
    kill -0 "$daemon" 2>/dev/null || fail "the daemon ended: $(<"$folder/stderr") $(tail -n 3 "$folder/log")"
    sleep 0.1
  done
  fail "no fleet of one after 60 s: $(ppn status --json | jq -c '.ledgers')"
}

end() {
  kill "-$1" "$daemon"
  wait "$daemon" 2>/dev/null || true
  daemon=
}

fleet_of() { ppn admin list --json | jq -r .fleet; }

main() {
  trap clean EXIT
  (umask 077 && echo "of one machine only" >"$folder/pass")
  start
  wait_ready
  local fleet sheet
  fleet=$(fleet_of)
  sheet=$(grep -E '^([a-z]+ ){23}[a-z]+$' "$folder/stderr") || fail "no recovery sheet: $(<"$folder/stderr")"
  grep -q "$fleet is founded" "$folder/stderr" || fail "genesis does not say what it founded"
  if grep -rqE "$sheet" "$data" "$folder/log"; then fail "the recovery sheet was kept"; fi
  [[ $(stat -c %a "$folder/admin.key") == 600 ]] || fail "the administrator's key is open to others"
  [[ $(stat -c %a "$data/keys") == 700 ]] || fail "the node's keys are open to others"
  ppn ledger note --reason "of the first day" >/dev/null
  ppn node posture first cloud --reason moved --admin-key "$folder/admin.key" \
    --passphrase-file "$folder/pass" >/dev/null

  end KILL
  start
  wait_ready
  [[ $(fleet_of) == "$fleet" ]] || fail "a second genesis made another fleet"
  [[ ! -s $folder/stderr ]] || fail "a second genesis says $(<"$folder/stderr")"
  ppn ledger tail | grep -q "of the first day" || fail "the ledger began anew"

  # As if the first start had ended before it wrote the configuration.
  end TERM
  rm "$data/node.toml"
  start
  wait_ready
  [[ $(fleet_of) == "$fleet" ]] || fail "an interrupted genesis made another fleet"
  "$bin/ppn" admin recover "$folder/again.key" --no-passphrase <<<"$sheet" >"$folder/again.pub"
  [[ $(ppn admin list --json | jq -r '.admins[].public') == "$(<"$folder/again.pub")" ]] ||
    fail "the recovery sheet is of another key"
  end TERM

  # Nothing is made of what a later start would refuse.
  local code=0
  "$bin/os-infrastructure" --genesis --data "$folder/other" --name 'a b' --address 127.0.45.2 \
    --no-passphrase 2>"$folder/stderr" || code=$?
  [[ $code == 2 && $(wc -l <"$folder/stderr") == 1 ]] ||
    fail "a bad name ends with $code: $(<"$folder/stderr")"
  [[ ! -e $folder/other/founding && ! -e $folder/other/admin.key ]] || fail "a bad name was founded"
}

main
