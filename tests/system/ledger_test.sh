#!/usr/bin/env bash
# The ledgers of three real daemons of this build, by the operator's own verbs: entries from every node
# are the same octets at every node, tiles and running nodes verify, a flipped byte is found, and what
# was acknowledged outlives kill -9. Usage: ledger_test.sh BIN_FOLDER
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$1
export FLEET_FORMAT=json
source "$root/deploy/lib/fleet.sh"

writer=$fleet_controller
copy=${fleet_names[1]}
other=${fleet_names[2]}

fail() {
  echo "ledger_test: $*" >&2
  exit 1
}

# ledger NODE VERB [ARGUMENT...]
ledger() { PPN_HOME=$fleet_folder "$bin/ppn" ledger "$2" --node "$1" "${@:3}"; }

# expect_exit CODE COMMAND...: with one line on stderr.
expect_exit() {
  local wanted=$1 code=0
  shift
  "$@" >/dev/null 2>"$fleet_folder/stderr" || code=$?
  ((code == wanted)) || fail "'$*' ended with $code, not $wanted: $(<"$fleet_folder/stderr")"
  ((wanted == 0)) || [[ $(wc -l <"$fleet_folder/stderr") == 1 ]] || fail "'$*' did not say one line"
}

size_at() { fleet_field "$1" '.ledgers[0].size'; }

# Until every node has what the writer has.
wait_equal() {
  local size name
  size=$(size_at "$writer")
  for name in "${fleet_names[@]}"; do
    fleet_wait 30 "$name" ".ledgers[0].size >= $size" >/dev/null ||
      fail "$name has $(size_at "$name") of $size entries: $(tail -n 3 "$(fleet_log "$name")")"
  done
}

wait_fleet() {
  local name
  for name in "${fleet_names[@]}"; do
    fleet_wait 60 "$name" '[.members[] | select(.state == "alive")] | length == 3' >/dev/null ||
      fail "$name does not see three alive members: $(tail -n 2 "$(fleet_log "$name")")"
  done
  fleet_wait 60 "$writer" '.ledgers[0].state == "ready"' >/dev/null || fail "the ledger does not begin"
}

check_no_evidence() {
  local name
  for name in "${fleet_names[@]}"; do
    [[ $(fleet_field "$name" '[.ledgers[].evidence[]] | length') == 0 ]] || fail "$name holds evidence: \
$(fleet_field "$name" '.ledgers[].evidence')"
  done
}

check_notes() {
  local name
  for name in "${fleet_names[@]}"; do
    ledger "$name" note --reason "hello from $name" | grep '^entry [0-9]*, size [0-9]*' >/dev/null ||
      fail "a note of $name was not entered"
    ledger "$name" note --ledger own --reason "a secret of $name" >/dev/null
  done
  ledger "$copy" note --reason filler --count 700 --json | jq -e '.count == 700' >/dev/null ||
    fail "700 notes of a member were not entered"
  expect_exit 6 ledger "$writer" note --reason 'password=hunter2hunter2' </dev/null
  expect_exit 1 ledger "$writer" show 1000000
}

check_same_octets() {
  wait_equal
  local format name index
  for name in "$copy" "$other"; do
    cmp <(ledger "$writer" tail -n 40) <(ledger "$name" tail -n 40) || fail "$name has another tail"
    for index in 0 7 300; do
      cmp <(ledger "$writer" show $index) <(ledger "$name" show $index) || fail "$name has another $index"
    done
    for format in jsonl csv yaml; do
      cmp <(ledger "$writer" export --format $format) <(ledger "$name" export --format $format) ||
        fail "$name exports another $format"
    done
  done
  ledger "$writer" export --format jsonl | grep "hello from $other" >/dev/null || fail "a note is missing"
}

check_proof() {
  ledger "$copy" prove 17 --output "$fleet_folder/proof"
  head -n 2 "$fleet_folder/proof" | cmp - <(printf 'c2sp.org/tlog-proof@v1\nindex 17\n') ||
    fail "the proof does not begin as one"
  [[ $(ledger "$writer" vkey) == "$(ledger "$copy" vkey)" ]] || fail "two keys sign one ledger"
}

check_tiles() {
  local tiles=$fleet_folder/tiles key count bundle
  key=$(ledger "$writer" vkey)
  for count in 0 1 2 255 256; do
    ((count == 0)) || ledger "$writer" note --reason more --count $count >/dev/null
    ledger "$writer" tiles "$tiles" >/dev/null
    expect_exit 0 ledger "$writer" verify --tiles "$tiles" --vkey "$key"
  done
  [[ $(wc -l <"$tiles/checkpoint") == 5 ]] || fail "the checkpoint has lines of others"
  bundle=$tiles/tile/entries/000
  cp "$bundle" "$fleet_folder/bundle"
  printf '\x7f' | dd of="$bundle" bs=1 seek=777 conv=notrunc status=none
  expect_exit 7 ledger "$writer" verify --tiles "$tiles" --vkey "$key"
  grep -q 'tile/entries/000' "$fleet_folder/stderr" || fail "the finding names no place"
  cp "$fleet_folder/bundle" "$bundle"
  expect_exit 0 ledger "$writer" verify --tiles "$tiles" --vkey "$key"
}

check_live_verify() {
  wait_equal
  local name key
  key=$(ledger "$writer" vkey)
  for name in "${fleet_names[@]}"; do
    expect_exit 0 ledger "$name" verify --vkey "$key"
    expect_exit 0 ledger "$name" verify --ledger own
  done
  ledger "$writer" verify --json | jq -e '.remembered > 700' >/dev/null || fail "nothing was remembered"
}

# What was acknowledged is there after the process was killed at any moment.
check_kill() {
  local victim=$1 size last
  # The order's answer may have been lost with the victim; those before it have theirs.
  last=$(ledger "$writer" note --reason "before the end of $victim" --json | jq .last)
  ledger "$writer" note --reason background --count 5000 >/dev/null 2>&1 &
  local noting=$!
  sleep 0.3
  fleet_signal KILL "$victim"
  fleet_reap "$victim"
  wait "$noting" || true
  fleet_start "$victim"
  wait_fleet
  wait_equal
  ledger "$victim" show "$last" | grep "before the end of $victim" >/dev/null ||
    fail "an entry of $victim is gone"
  size=$(size_at "$writer")
  ledger "$victim" note --reason "after the return of $victim" --json | jq -e ".last >= $size" >/dev/null ||
    fail "nothing is entered after the return of $victim"
}

check_stop() {
  local name
  for name in "${fleet_names[@]}"; do
    fleet_signal TERM "$name"
    wait "${fleet_pid[$name]}" || fail "$name ended with $? on SIGTERM"
    unset "fleet_pid[$name]"
  done
  if grep -l 'ERROR: AddressSanitizer\|runtime error:\|LeakSanitizer' "$fleet_folder"/*.log; then
    fail "a sanitizer complained"
  fi
}

main() {
  trap fleet_clean EXIT
  fleet_make
  export XDG_STATE_HOME=$fleet_folder/state
  local name
  for name in "${fleet_names[@]}"; do fleet_start "$name"; done
  wait_fleet
  check_notes
  check_same_octets
  check_proof
  check_tiles
  check_live_verify
  check_no_evidence
  check_kill "$copy"
  check_same_octets
  check_kill "$writer"
  check_same_octets
  check_live_verify
  check_no_evidence
  check_stop
}

main
