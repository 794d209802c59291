#!/usr/bin/env bash
# Starts two daemons and lets hostile_peer_test.py loose on one. Usage: hostile_peer_test.sh BIN_FOLDER
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$1
source "$root/deploy/lib/fleet.sh"
# Freed memory back at once: growth is measured, not the sanitizer's quarantine.
export ASAN_OPTIONS=quarantine_size_mb=1

on_exit() {
  local code=$?
  ((code == 0)) || tail -n 20 "$fleet_folder"/*.log >&2
  fleet_clean
}
trap on_exit EXIT
fleet_make
fleet_start laptop-a
fleet_start laptop-b
fleet_wait 20 laptop-a '[.members[] | select(.state == "alive")] | length == 2' >/dev/null
python3 "$root/tests/system/hostile_peer_test.py" "${fleet_pid[laptop-a]}" 127.0.0.11 127.0.0.13 \
  env PPN_HOME="$fleet_folder" "$bin/ppn" status --json --node laptop-a
# The honest member did not notice.
[[ $(fleet_field laptop-a '[.members[] | select(.name == "laptop-b")][0].state') == alive ]]
! grep -l 'ERROR: AddressSanitizer\|runtime error:' "$fleet_folder"/*.log
