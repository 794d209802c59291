#!/usr/bin/env bash
# Everything an operator can get wrong at the start of a daemon: one line on standard error that names
# what and where, a code of its own, and nothing changed. Usage: daemon_errors_test.sh BIN_FOLDER
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$1
source "$root/deploy/lib/fleet.sh"
failures=0
mounted=()

# expect CODE TEXT COMMAND...: exit code, exactly one line, and TEXT in it.
expect() {
  local code=$1 text=$2 got=0 lines
  shift 2
  timeout 20 "$@" >"$fleet_folder/out" 2>"$fleet_folder/err" || got=$?
  lines=$(wc -l <"$fleet_folder/err")
  if [[ $got != "$code" || $lines != 1 ]] || ! grep -q -- "$text" "$fleet_folder/err"; then
    echo "WRONG: wanted exit $code and one line with '$text', got exit $got and $lines lines:" >&2
    head -n 5 "$fleet_folder/err" >&2
    failures=$((failures + 1))
  else
    echo "ok $code: $(cat "$fleet_folder/err")"
  fi
}

# A configuration of laptop-a changed by one sed expression.
changed() {
  sed "$1" "$fleet_folder/laptop-a.toml" >"$fleet_folder/changed.toml"
  echo "$fleet_folder/changed.toml"
}

refused_at_start() { expect "$1" "$2" "$bin/os-infrastructure" --config "$3"; }

check_configuration() {
  refused_at_start 64 'missing.toml' "$fleet_folder/missing.toml"
  refused_at_start 64 "changed.toml:[0-9]*: .*nam" \
    "$(changed 's/^name = "laptop-a"/nam = "laptop-a"/')"
  refused_at_start 64 'changed.toml:[0-9]*: .*allowed' "$(changed 's/^vcpus = 2/vcpus = 0/')"
  refused_at_start 64 'changed.toml:[0-9]*: ' "$(changed 's/^\[pool\]/[pool/')"
  refused_at_start 64 'changed.toml:[0-9]*: .*controller' \
    "$(changed 's/^controller = .*/controller = "nobody"/')"
  expect 2 '--config' "$bin/os-infrastructure"
}

check_identity() {
  # Another node's folder: its key is not the one that the fleet knows under this name.
  refused_at_start 66 'key is' \
    "$(changed "s|^data = .*|data = \"$fleet_folder/laptop-b\"|")"
  cp "$fleet_folder/laptop-b/keys/identity.key" "$fleet_folder/kept.key"
  chmod 0644 "$fleet_folder/laptop-b/keys/identity.key"
  expect 73 'identity.key' "$bin/os-infrastructure" --identity "$fleet_folder/laptop-b"
  chmod 0600 "$fleet_folder/laptop-b/keys/identity.key"
  truncate -s 31 "$fleet_folder/laptop-b/keys/identity.key"
  expect 66 'identity.key' "$bin/os-infrastructure" --identity "$fleet_folder/laptop-b"
  cat "$fleet_folder/kept.key" >"$fleet_folder/laptop-b/keys/identity.key"
}

check_instances() {
  fleet_start laptop-a
  fleet_wait 10 laptop-a '.node.name == "laptop-a"' >/dev/null
  refused_at_start 75 'another' "$fleet_folder/laptop-a.toml"
  # Another node that wants the same address.
  local id
  id=$("$bin/os-infrastructure" --identity "$fleet_folder/other")
  sed -e "s|^data = .*|data = \"$fleet_folder/other\"|" \
    -e "0,/^id = \"[0-9a-f]\{64\}\"/s//id = \"$id\"/" "$fleet_folder/laptop-a.toml" \
    >"$fleet_folder/other.toml"
  refused_at_start 69 '127.0.0.11 port 9203' "$fleet_folder/other.toml"
  fleet_signal TERM laptop-a
  fleet_reap laptop-a
  expect 4 'is os-infrastructure running' env PPN_HOME="$fleet_folder" "$bin/ppn" status --node laptop-a
  expect 2 'node' "$bin/ppn" status --node ../../etc
}

check_disks() {
  if [[ $(id -u) != 0 ]] || ! mkdir "$fleet_folder/small" ||
    ! mount -t tmpfs -o size=64k,mode=0700 tmpfs "$fleet_folder/small" 2>/dev/null; then
    echo "SKIPPED: full and read-only disks need root and a mount of tmpfs"
    return
  fi
  mounted+=("$fleet_folder/small")
  "$bin/os-infrastructure" --identity "$fleet_folder/small/data" >/dev/null
  head -c 1000000 /dev/zero >"$fleet_folder/small/ballast" 2>/dev/null || true
  expect 77 'No space left' "$bin/os-infrastructure" --identity "$fleet_folder/small/data"
  mount -o remount,ro "$fleet_folder/small"
  expect 73 'Read-only' "$bin/os-infrastructure" --identity "$fleet_folder/small/data"
}

clean() {
  local where
  for where in "${mounted[@]}"; do umount "$where" || true; done
  fleet_clean
}

main() {
  trap clean EXIT
  fleet_make
  check_configuration
  check_identity
  check_instances
  check_disks
  ((failures == 0)) || { echo "daemon_errors_test: $failures wrong" >&2 && exit 1; }
}

main
