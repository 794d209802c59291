#!/usr/bin/env bash
# Three real daemons of this build on loopback: the same figures that deploy/quickstart --check prints,
# then the answers that each daemon gives to SIGHUP and SIGTERM. Usage: fleet_test.sh BIN_FOLDER
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$1
export FLEET_FORMAT=json
source "$root/deploy/lib/fleet.sh"
source "$root/deploy/lib/fleet_check.sh"
# Sanitized binaries answer more slowly; the figures of the rules are the same.
check_status_time() { :; }

fail() {
  echo "fleet_test: $*" >&2
  exit 1
}

check_reload() {
  local file=$fleet_folder/laptop-b.toml
  sed -i 's/ram = "1 GiB"/ram = "2 GiB"/' "$file"
  fleet_signal HUP laptop-b
  fleet_wait 15 laptop-a '[.members[] | select(.name == "laptop-b")][0].capacity.ram_offered == 2147483648' \
    >/dev/null || fail "a reload does not reach the pool"
  sed -i 's/ram = "2 GiB"/ram = "many"/' "$file"
  if PPN_HOME=$fleet_folder "$bin/ppn" reload --node laptop-b 2>"$fleet_folder/reload.err"; then
    fail "a bad configuration was taken"
  fi
  grep -q 'laptop-b.toml:[0-9]*: ' "$fleet_folder/reload.err" || fail "the refusal names no line"
  [[ $(fleet_field laptop-b '.node.name') == laptop-b ]] || fail "the daemon did not survive a bad reload"
}

check_stop_in_order() {
  local name
  for name in "${fleet_names[@]}"; do
    fleet_signal TERM "$name"
    wait "${fleet_pid[$name]}" || fail "$name ended with $? on SIGTERM"
    unset "fleet_pid[$name]"
    grep -q '"event":"node-stopped"' "$(fleet_log "$name")" || fail "$name did not stop in order"
    [[ ! -e $fleet_folder/$name/control.sock ]] || fail "$name left its control socket behind"
  done
}

main() {
  trap fleet_clean EXIT
  fleet_make
  local name
  for name in "${fleet_names[@]}"; do fleet_start "$name"; done
  for name in "${fleet_names[@]}"; do
    fleet_wait 30 "$name" '[.members[] | select(.state == "alive")] | length == 3' >/dev/null ||
      fail "$name does not see three alive members: $(tail -n 2 "$(fleet_log "$name")")"
  done
  fleet_check
  check_reload
  check_stop_in_order
  if grep -l 'ERROR: AddressSanitizer\|runtime error:\|LeakSanitizer' "$fleet_folder"/*.log; then
    fail "a sanitizer complained"
  fi
}

main
