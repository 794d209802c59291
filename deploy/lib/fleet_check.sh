# The rules of heartbeats and eviction, measured on a running fleet of fleet.sh, and what its ledger says
# of them afterwards. Silences are the controller's own, read from its status or log, ways back are timed
# here; a line of the table is right or the check fails.

check_failed=0
check_rows=()

# check_row WHAT VALUE UNIT LEAST MOST
check_row() {
  local verdict=ok
  if [[ -z $2 || $2 == null ]] || (($2 < $4 || $2 > $5)); then
    verdict=WRONG
    check_failed=1
  fi
  check_rows+=("$(printf '%-58s %8s %-3s  %6s .. %-6s  %s' "$1" "${2:--}" "$3" "$4" "$5" "$verdict")")
}

# check_that WHAT CONDITION: a fact without a figure.
check_that() {
  local verdict=ok
  if [[ $2 != true ]]; then
    verdict=WRONG
    check_failed=1
  fi
  check_rows+=("$(printf '%-58s %s' "$1" "$verdict")")
}

state_is() { printf '[.members[] | select(.name == "%s")][0].state == "%s"' "$1" "$2"; }
transition_of() {
  fleet_field "$fleet_controller" "[.members[] | select(.name == \"$1\")][0].transition_silence_ms"
}

# The silence that the controller's log gives for the newest event of that name about that member.
logged_silence() {
  jq -r "select(.event == \"$1\" and .member == \"$2\") | .silence_ms" "$(fleet_log "$fleet_controller")" |
    tail -n 1
}

check_kill() {
  local victim=$1 back
  fleet_signal KILL "$victim"
  fleet_reap "$victim"
  fleet_wait 20 "$fleet_controller" "$(state_is "$victim" suspect)" >/dev/null || true
  check_row "SIGKILL $victim: suspect, silence" "$(transition_of "$victim")" ms 15000 16000
  fleet_wait 20 "$fleet_controller" "$(state_is "$victim" evicted)" >/dev/null || true
  check_row "SIGKILL $victim: evicted, silence" "$(transition_of "$victim")" ms 30001 31000
  fleet_start "$victim"
  back=$(fleet_wait 20 "$fleet_controller" "$(state_is "$victim" alive)") || back=''
  check_row "$victim restarted: back in the pool after" "$back" ms 0 12000
}

check_stop() {
  local doubt='.doubt.active' name back begun
  local others=()
  for name in "${fleet_names[@]}"; do [[ $name == "$fleet_controller" ]] || others+=("$name"); done
  for name in "${others[@]}"; do fleet_signal STOP "$name"; done
  for name in "${others[@]}"; do
    fleet_wait 45 "$fleet_controller" "$(state_is "$name" evicted)" >/dev/null || true
    check_row "SIGSTOP both others: $name evicted, silence" \
      "$(logged_silence member-evicted "$name")" ms 30001 31000
  done
  check_that "the controller doubts itself, in its status" "$(fleet_field "$fleet_controller" "$doubt")"
  check_that "the controller doubts itself, in its log" \
    "$(grep -q '"event":"controller-doubts-itself"' "$(fleet_log "$fleet_controller")" && echo true)"
  begun=$(now_ms)
  for name in "${others[@]}"; do fleet_signal CONT "$name"; done
  for name in "${others[@]}"; do
    back=''
    fleet_wait 20 "$fleet_controller" "$(state_is "$name" alive)" >/dev/null && back=$(($(now_ms) - begun))
    check_row "SIGCONT: $name back in the pool after" "$back" ms 0 12000
  done
  fleet_wait 5 "$fleet_controller" "$doubt | not" >/dev/null || true
  check_that "the doubt is over" "$(fleet_field "$fleet_controller" "$doubt | not")"
}

check_status_time() {
  local begun=$EPOCHREALTIME
  fleet_status "${fleet_names[1]}" >/dev/null
  local took=$((${EPOCHREALTIME/./} - ${begun/./}))
  check_row "ppn status answers in" $((took / 1000)) ms 0 20
}

# The fleet's ledger at a node, by a filter for that part of its status.
ledger_field() { fleet_field "$1" ".ledgers[] | select(.which == \"fleet\") | $2"; }

# Entries of a kind about a member, in the ledger as that node holds it: entries_of NODE KIND MEMBER.
entries_of() {
  local id
  id=$(jq -r .identity "$fleet_folder/$3.keys")
  PPN_HOME=$fleet_folder "$bin/ppn" ledger export --format jsonl --node "$1" 2>/dev/null |
    jq -r "select(.kind == \"$2\" and .details.member == \"$id\") | .index" | wc -l
}

# A return is entered when the member has stopped to flap, a minute after it came back.
wait_for_returns() {
  local name deadline=$(($(now_ms) + 80000))
  for name in "$@"; do
    until (($(entries_of "$fleet_controller" member-returned "$name") > 0)); do
      (($(now_ms) < deadline)) || return 0
      sleep 1
    done
  done
}

check_ledger() {
  local name size state=$fleet_folder/state
  wait_for_returns "${fleet_names[1]}" "${fleet_names[2]}"
  size=$(ledger_field "$fleet_controller" .size)
  check_row "entries of the fleet's ledger" "$size" '' 11 1000
  for name in "${fleet_names[@]}"; do
    fleet_wait 15 "$name" ".ledgers[] | select(.which == \"fleet\") | .size >= ${size:-1}" >/dev/null || true
    check_that "the ledger of $name has the same entries" \
      "$([[ $(ledger_field "$name" '"\(.size) \(.root)"') == \
        $(ledger_field "$fleet_controller" '"\(.size) \(.root)"') ]] && echo true)"
    check_that "the ledger of $name verifies" "$(XDG_STATE_HOME=$state PPN_HOME=$fleet_folder \
      "$bin/ppn" ledger verify --no-progress --node "$name" >"$fleet_folder/verify.$name" 2>&1 && echo true)"
    check_that "nobody contradicted the ledger of $name" "$(ledger_field "$name" '.evidence == []')"
  done
  # One that was evicted twice within a minute flapped: that is one eviction and one return.
  for name in "${fleet_names[1]}" "${fleet_names[2]}"; do
    check_row "evictions of $name in the ledger of ${fleet_names[2]}" \
      "$(entries_of "${fleet_names[2]}" member-evicted "$name")" '' 1 1
    check_row "returns of $name in the ledger of ${fleet_names[2]}" \
      "$(entries_of "${fleet_names[2]}" member-returned "$name")" '' 1 1
  done
  fleet_wait 15 "$fleet_controller" '.ledgers[] | select(.which == "fleet") | .cosigned == .size' \
    >/dev/null || true
  check_that "witnesses signed all of it" "$(ledger_field "$fleet_controller" '.cosigned == .size')"
}

fleet_check() {
  check_status_time
  check_kill "${fleet_names[1]}"
  check_stop
  local name
  for name in "${fleet_names[@]}"; do
    fleet_wait 15 "$name" '[.members[] | select(.state == "alive")] | length == 3' >/dev/null || true
    check_that "$name sees three alive members at the end" \
      "$(fleet_field "$name" '[.members[] | select(.state == "alive")] | length == 3')"
  done
  check_ledger
  printf '%s\n' "${check_rows[@]}"
  ((check_failed == 0)) || { echo "quickstart: at least one figure is wrong" >&2 && return 1; }
}
