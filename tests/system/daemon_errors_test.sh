#!/usr/bin/env bash
# Everything an operator can get wrong at the start of a daemon: one line on standard error that names
# what and where, a code of its own, and nothing changed. Usage: daemon_errors_test.sh BIN_FOLDER
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$1
source "$root/deploy/lib/fleet.sh"
failures=0
mounted=()

# expect CODE TEXT COMMAND...: exit code, exactly one line (or one paragraph), and TEXT in it.
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

# A configuration changed by one sed expression: changed EXPRESSION [FILE], laptop-a's without a FILE.
changed() {
  sed "$1" "${2:-$fleet_folder/laptop-a.toml}" >"$fleet_folder/changed.toml"
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
    "$(changed 's/^controller = .*/controller = "nobody"/' "$plain")"
  refused_at_start 64 'changed.toml:[0-9]*: .*one or the other' \
    "$(changed "s|^controller = .*|&\\nfounding = \"$fleet_folder/founding\"|" "$plain")"
  expect 2 '--config' "$bin/os-infrastructure"
}

# refused_founding CODE TEXT FILE: laptop-a's configuration with this founding, and no fleet.id.
refused_founding() {
  local file
  file=$(changed "s|^founding = .*|founding = \"$3\"|; /^id = /d")
  refused_at_start "$1" "$2" "$file"
  [[ $1 != 64 ]] || expect 64 "$2" "$bin/os-infrastructure" --check-config --config "$file"
}

# found FILE NAME...: another founding, with the keys and addresses of these nodes; the first is controller.
found() {
  local out=$1 name i=31 members=()
  shift
  for name in "$@"; do
    members+=(--member "$name=$fleet_folder/$name.keys@127.0.0.$((i++))")
  done
  "$bin/ppn" fleet found --name other --admin-key "$fleet_folder/admin.key" --controller "$1" \
    "${members[@]}" --out "$out" >/dev/null
}

check_founding() {
  local good=$fleet_folder/founding bad=$fleet_folder/bad-founding
  refused_founding 64 'none: ' "$fleet_folder/none"
  refused_founding 64 'no plain file' "$fleet_folder"
  head -c 1000 "$good" >"$bad" && refused_founding 64 'bad-founding: ' "$bad"
  head -n 3 "$good" >"$bad" && refused_founding 64 'no controller' "$bad"
  echo hello >"$bad" && refused_founding 64 'bad-founding: a founding begins' "$bad"
  : >"$bad" && refused_founding 64 'bad-founding: a founding begins' "$bad"
  sed '3{h;d};4{G}' "$good" >"$bad" && refused_founding 64 'bad-founding: entry 1 .*does not count' "$bad"
  truncate -s 65M "$bad" && refused_founding 64 'bad-founding has over' "$bad"
  refused_at_start 64 'founds fleet' "$(changed 's/^id = .*/id = "0123456789abcdef0123456789abcdef"/')"
  found "$fleet_folder/foreign" laptop-b gcp-cloud-1
  refused_founding 66 'no member in .*foreign' "$fleet_folder/foreign"
  [[ ! -e $fleet_folder/laptop-a/ledger ]] || wrong "a daemon without a fleet made a ledger"
}

wrong() {
  echo "WRONG: $*" >&2
  failures=$((failures + 1))
}

check_identity() {
  # Another node's folder: its key is not the one that the fleet knows under this name.
  refused_at_start 66 'key is' \
    "$(changed "s|^data = .*|data = \"$fleet_folder/laptop-b\"|" "$plain")"
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
  fleet_wait 30 laptop-a '.node.name == "laptop-a"' >/dev/null || wrong "laptop-a does not answer"
  refused_at_start 75 'another' "$fleet_folder/laptop-a.toml"
  # Another node that wants the same address.
  local id
  id=$("$bin/os-infrastructure" --identity "$fleet_folder/other")
  sed -e "s|^data = .*|data = \"$fleet_folder/other\"|" \
    -e "0,/^id = \"[0-9a-f]\{64\}\"/s//id = \"$id\"/" "$plain" >"$fleet_folder/other.toml"
  refused_at_start 69 '127.0.0.11 port 9203' "$fleet_folder/other.toml"
  fleet_signal TERM laptop-a
  fleet_reap laptop-a
  expect 4 'is os-infrastructure running' env PPN_HOME="$fleet_folder" "$bin/ppn" status --node laptop-a
  expect 2 'node' "$bin/ppn" status --node ../../etc
}

# refused_ledger WHAT TEXT COMMAND...: laptop-b's data folder, damaged by a command in it, keeps its daemon
# from starting, however often it is tried, and what the node has acknowledged stays on record.
refused_ledger() {
  local what=$1 text=$2 data=$fleet_folder/laptop-b before
  shift 2
  rm -rf "$data" && cp -a "$fleet_folder/kept" "$data"
  (cd "$data" && "$@")
  before=$(cd "$data" && sha256sum cells/*)
  refused_at_start 66 "$text" "$fleet_folder/laptop-b.toml"
  refused_at_start 66 "$text" "$fleet_folder/laptop-b.toml"
  (cd "$data" && sha256sum --quiet --check <<<"$before") || wrong "$what: the refusal changed a cell"
}

# Turns 16 octets in the middle of each of these files.
flip() {
  local file
  for file in "$@"; do
    [[ -s $file ]] || continue
    python3 - "$file" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as file:
    octets = bytearray(file.read())
    middle = len(octets) // 2
    for at in range(middle, min(middle + 16, len(octets))):
        octets[at] ^= 0xFF
    file.seek(0)
    file.write(octets)
PYTHON
  done
}
flip_all() {
  find ledger/fleet -name "$1" -print0 | xargs -0 bash -c "$(declare -f flip); flip \"\$@\"" flip
}
cut_all() { find ledger/fleet -name '*.log' -size +0 -exec truncate -s 100 {} +; }

check_ledger() {
  local name
  for name in "${fleet_names[@]}"; do fleet_start "$name"; done
  fleet_wait 30 laptop-b '[.members[] | select(.state == "alive")] | length == 3' >/dev/null ||
    wrong "laptop-b does not see three alive members"
  PPN_HOME=$fleet_folder "$bin/ppn" ledger note --node laptop-a --count 30 --reason "a remark" >/dev/null
  fleet_wait 20 laptop-b '.ledgers[] | select(.which == "fleet") | .size >= 37' >/dev/null ||
    wrong "laptop-b has no copy of the ledger"
  for name in "${fleet_names[@]}"; do
    fleet_signal TERM "$name"
    fleet_reap "$name"
  done
  cp -a "$fleet_folder/laptop-b" "$fleet_folder/kept"
  refused_ledger "a log with other octets" 'laptop-b\|ledger' flip_all '*.log'
  refused_ledger "a cut log" 'shorter' cut_all
  refused_ledger "no store" 'is gone' rm -r ledger/fleet
  [[ ! -e $fleet_folder/laptop-b/ledger/fleet ]] || wrong "a lost store was made anew"
  refused_ledger "no ledgers at all" 'is gone' rm -r ledger
  refused_ledger "no root file" 'CURRENT' rm ledger/fleet/CURRENT
  refused_ledger "no store of its own" 'is gone' rm -r ledger/own
  # A founding of another fleet that this node belongs to as well.
  found "$fleet_folder/second" laptop-b laptop-a
  rm -rf "$fleet_folder/laptop-b" && cp -a "$fleet_folder/kept" "$fleet_folder/laptop-b"
  local other="s|^founding = .*|founding = \"$fleet_folder/second\"|; /^id = /d"
  refused_at_start 66 'another fleet' "$(changed "$other" "$fleet_folder/laptop-b.toml")"
  # What was kept opens, and once it is in tables those are looked at too.
  fleet_start laptop-b
  fleet_wait 20 laptop-b '.node.name == "laptop-b"' >/dev/null || wrong "a whole ledger does not open"
  fleet_signal TERM laptop-b
  fleet_reap laptop-b
  rm -rf "$fleet_folder/kept" && cp -a "$fleet_folder/laptop-b" "$fleet_folder/kept"
  if find "$fleet_folder/kept/ledger/fleet" -name '*.sst' | grep -q .; then
    refused_ledger "a table with other octets" 'laptop-b\|ledger' flip_all '*.sst'
  fi
  rm -rf "$fleet_folder/laptop-b" && mv "$fleet_folder/kept" "$fleet_folder/laptop-b"
}

# A disk that takes no more in the middle of the work: no file of the controller may grow over 300 KiB.
# The daemon ends by itself, and the next start finds all that was acknowledged.
check_failing_disk() {
  local code=0 entered size
  (trap '' XFSZ && ulimit -f 300 && exec "$bin/os-infrastructure" --config "$fleet_folder/laptop-a.toml" \
    >>"$(fleet_log laptop-a)" 2>&1) &
  fleet_pid[laptop-a]=$!
  fleet_start laptop-b
  fleet_start gcp-cloud-1
  fleet_wait 40 laptop-a '.ledgers[] | select(.which == "fleet") | .state == "ready"' >/dev/null ||
    wrong "the controller's ledger is not ready"
  entered=$(PPN_HOME=$fleet_folder "$bin/ppn" ledger note --node laptop-a --count 2000 \
    --reason "$(printf 'x%.0s' {1..900})" 2>&1 | grep -o '[0-9]* of 2000' || true)
  wait "${fleet_pid[laptop-a]}" || code=$?
  unset 'fleet_pid[laptop-a]'
  [[ $code == 74 ]] || wrong "a failed ledger ended the daemon with $code, not 74"
  tail -n 1 "$(fleet_log laptop-a)" | grep -q 'giving-up.*the disk of a ledger failed' ||
    wrong "the log does not say why the daemon ended"
  fleet_start laptop-a
  fleet_wait 40 laptop-a '.ledgers[] | select(.which == "fleet") | .state == "ready"' >/dev/null ||
    wrong "the ledger does not open after its disk failed"
  size=$(fleet_field laptop-a '.ledgers[] | select(.which == "fleet") | .size')
  ((size >= 7 + ${entered%% *})) || wrong "of '$entered' entries only $size are there"
  echo "ok 74: ${entered:-nothing} entered before the disk failed, $size entries there afterwards"
  local name
  for name in "${fleet_names[@]}"; do
    fleet_signal TERM "$name"
    fleet_reap "$name"
  done
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
  # A ledger that has no room to begin.
  mount -o remount,size=4m "$fleet_folder/small"
  rm -r "$fleet_folder/small/data" "$fleet_folder/small/ballast"
  mkdir -m 0700 "$fleet_folder/small/data"
  cp -a "$fleet_folder/gcp-cloud-1/keys" "$fleet_folder/small/data/keys"
  head -c 4000000 /dev/zero >"$fleet_folder/small/ballast"
  refused_at_start 77 'space' \
    "$(changed "s|^data = .*|data = \"$fleet_folder/small/data\"|" "$fleet_folder/gcp-cloud-1.toml")"
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
  plain=$fleet_folder/plain.toml
  fleet_without_ledger laptop-a >"$plain"
  check_configuration
  check_founding
  check_identity
  check_instances
  check_ledger
  check_failing_disk
  check_disks
  ((failures == 0)) || { echo "daemon_errors_test: $failures wrong" >&2 && exit 1; }
}

main
