#!/usr/bin/env bash
# Two machines join a fleet of one by ceremonies over real sockets: one uses a code that the fleet shows, the
# other shows one. Wrong codes burn a code, "no" lets nobody in, afterwards the port is closed, and both are
# members that heartbeat, also after a restart. Usage: join_test.sh BIN_FOLDER
set -euo pipefail

bin=$1
folder=$(mktemp -d "${TMPDIR:-/tmp}/ppn-join.XXXXXX")
export PPN_HOME=$folder XDG_STATE_HOME=$folder/state
pids=()

fail() {
  echo "join_test: $*" >&2
  exit 1
}

clean() {
  local pid
  for pid in "${pids[@]}"; do
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf -- "$folder"
}

ppn() { "$bin/ppn" "$@"; }

# wait_for SECONDS COMMAND...
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

code_in() { grep -oE '^    [0-9A-Z]{4}-[0-9A-Z]{4}$' "$1" | tr -d ' '; }

letters_in() { grep -oE '^    [0-9A-Z]{3}-[0-9A-Z]{3}$' "$1" | tr -d ' '; }

alive() { ppn status --node "$1" --json | jq -e "[.members[] | select(.state == \"alive\")] | length == $2"; }

# join NAME ANSWER [OPTION...]: a node in the background.
join() {
  local name=$1 answer=$2
  shift 2
  "$bin/os-infrastructure" --data "$folder/$name" "$@" >"$folder/$name.log" 2>"$folder/$name.err" \
    <<<"$answer" &
  pids+=($!)
}

# open NAME ADDRESS ANSWER: the fleet shows a code in the background.
open() {
  ppn pair open --node a --name "$1" --address "$2" --listen 127.0.46.1 >"$folder/open.out" \
    2>"$folder/open.err" <<<"$3" &
  opener=$!
  wait_for 10 code_in "$folder/open.err" || fail "no code is shown: $(<"$folder/open.err")"
  code=$(code_in "$folder/open.err")
}

port_is_closed() { ! (exec 3<>/dev/tcp/127.0.46.1/9202) 2>/dev/null; }

start_first() {
  "$bin/os-infrastructure" --genesis --data "$folder/a" --name a --address 127.0.46.1 \
    --admin-key "$folder/admin.key" --no-passphrase >"$folder/a.log" 2>"$folder/a.err" &
  pids+=($!)
  wait_for 60 alive a 1 || fail "no fleet of one: $(<"$folder/a.err") $(tail -n 2 "$folder/a.log")"
}

check_shown_by_fleet() {
  open b 127.0.46.2 yes
  join b yes --join "${code,,}@127.0.46.1"
  wait "$opener" || fail "b was not let in: $(<"$folder/open.err") $(<"$folder/b.err")"
  [[ $(letters_in "$folder/open.err") == "$(letters_in "$folder/b.err")" ]] || fail "the letters differ"
  port_is_closed || fail "the port is open after the ceremony"
  wait_for 60 alive b 2 || fail "b is no member: $(<"$folder/b.err") $(tail -n 3 "$folder/b.log")"
  # The code was good once.
  ! timeout 20 "$bin/os-infrastructure" --data "$folder/late" --join "$code@127.0.46.1" <<<yes \
    >/dev/null 2>"$folder/late.err" || fail "a used code let somebody in"
  if grep -r "${code}" "$folder/a" "$folder/b" "$folder"/*.log; then fail "the code was kept"; fi
}

check_shown_by_node() {
  join c yes --join --listen 127.0.46.3
  wait_for 10 code_in "$folder/c.err" || fail "c shows no code: $(<"$folder/c.err")"
  ppn pair approve "$(code_in "$folder/c.err")@127.0.46.3" --node b --name c --address 127.0.46.3 <<<yes \
    >"$folder/approve.out" 2>"$folder/approve.err" ||
    fail "c was not let in: $(<"$folder/approve.err") $(<"$folder/c.err")"
  wait_for 60 alive c 3 || fail "c is no member: $(<"$folder/c.err") $(tail -n 3 "$folder/c.log")"
}

# Three wrong guesses, then the right code.
check_burned() {
  open d 127.0.46.4 yes
  local wrong=00000000 i
  [[ ${code//-/} != "$wrong" ]] || wrong=00000001
  for i in 1 2 3; do
    timeout 20 "$bin/os-infrastructure" --data "$folder/wrong$i" --join "$wrong@127.0.46.1" <<<yes \
      >/dev/null 2>"$folder/wrong.err" && fail "a wrong code let somebody in"
    sleep 1.1
  done
  wait "$opener" && fail "a burned code let somebody in"
  grep -q 'the code is burned' "$folder/open.err" || fail "nobody says that it burned: $(<"$folder/open.err")"
  grep -q 'attempt from 127.0.0.1' "$folder/open.err" || fail "the source is not named"
  port_is_closed || fail "the port is open after a code burned"
  # Who typed may not go on with it either, also in another process.
  grep -q '1 of 3' "$folder/wrong.err" || fail "the guess was not counted: $(<"$folder/wrong.err")"
}

check_denied() {
  open e 127.0.46.5 no
  join e yes --join "$code@127.0.46.1"
  wait "$opener" && fail "a no let somebody in"
  wait_for 10 grep -q 'was not let in' "$folder/e.err" || fail "e waits: $(<"$folder/e.err")"
  [[ ! -e $folder/e/node.toml ]] || fail "e believes that it was let in"
}

main() {
  trap clean EXIT
  start_first
  check_shown_by_fleet
  check_shown_by_node
  check_burned
  check_denied
  ppn ledger export --node a --format jsonl | grep -c member-added | grep -qx 3 ||
    fail "the ledger has other members than it should"
}

main
