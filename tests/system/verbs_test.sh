#!/usr/bin/env bash
# Every verb of ppn: its help, its errors without a daemon and on bad input, and with a live fleet its --json
# against docs/schemas. usage: verbs_test.sh BIN
set -euo pipefail
bin=$1
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/deploy/lib/fleet.sh"
fleet_addresses=(127.0.7.11 127.0.7.12 127.0.7.13)
trap fleet_clean EXIT
fleet_make
for name in "${fleet_names[@]}"; do fleet_start "$name"; done
fleet_wait 30 laptop-b '[.members[] | select(.state == "alive")] | length == 3' >/dev/null ||
  { echo "the fleet did not come up" && exit 1; }
PPN_HOME=$fleet_folder XDG_STATE_HOME=$fleet_folder/state \
  python3 "$root/tests/system/verbs_test.py" "$bin/ppn" "$root" "$fleet_folder"
