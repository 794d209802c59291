#!/usr/bin/env bash
# Administrators of a real fleet of three: keys made, recovered, added, rotated and removed by signed orders;
# a member revoked at every node by one order, and how long that took. Usage: admin_test.sh BIN_FOLDER
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$1
export FLEET_FORMAT=json
source "$root/deploy/lib/fleet.sh"

writer=$fleet_controller
copy=${fleet_names[1]}
other=${fleet_names[2]}

fail() {
  echo "admin_test: $*" >&2
  exit 1
}

ppn() { PPN_HOME=$fleet_folder "$bin/ppn" "$@"; }

# expect_exit CODE COMMAND...: with one line on stderr that holds no secret.
expect_exit() {
  local wanted=$1 code=0
  shift
  "$@" >"$fleet_folder/stdout" 2>"$fleet_folder/stderr" || code=$?
  ((code == wanted)) || fail "'$*' ended with $code, not $wanted: $(<"$fleet_folder/stderr")"
}

check_key_files() {
  local key=$fleet_folder/second.key sheet
  (umask 077 && echo "a long passphrase" >"$fleet_folder/pass")
  ppn admin keygen "$key" --passphrase-file "$fleet_folder/pass" --sheet \
    >"$fleet_folder/second.pub" 2>"$fleet_folder/sheet"
  [[ $(stat -c %a "$key") == 600 ]] || fail "the key's file has mode $(stat -c %a "$key")"
  sheet=$(sed -n 2p "$fleet_folder/sheet")
  [[ $(wc -w <<<"$sheet") == 24 ]] || fail "the recovery sheet has $(wc -w <<<"$sheet") words"
  expect_exit 5 ppn admin keygen "$key" --no-passphrase
  ppn admin recover "$fleet_folder/again.key" --no-passphrase <<<"$sheet" |
    cmp - "$fleet_folder/second.pub" ||
    fail "the recovered key is another one"
  expect_exit 2 ppn admin recover "$fleet_folder/never.key" --no-passphrase <<<"${sheet#* } zoo"
  ppn admin recover "$fleet_folder/third-copy.key" --no-passphrase --json <<<"$sheet" |
    jq -e '.schema == "ppn.admin-recover/1" and (.fingerprint | split("-") | length == 6)' >/dev/null ||
    fail "a recovery does not say what it made"
  [[ ! -e $fleet_folder/never.key ]] || fail "a wrong sheet made a key"
  [[ $(ppn admin fingerprint "$key") == "$(ppn admin fingerprint "$(<"$fleet_folder/second.pub")")" ]] ||
    fail "a key has two fingerprints"
}

# The second key before it is added and after it was replaced.
refuse_stranger() {
  local stranger=$fleet_folder/again.key
  expect_exit 3 ppn admin add "$stranger" --admin-key "$stranger" --node "$1"
}

check_admins() {
  local name
  expect_exit 3 ppn admin remove "$(<"$fleet_folder/admin.pub")" --node "$writer"
  grep -q 'last administrator' "$fleet_folder/stderr" || fail "$(<"$fleet_folder/stderr")"
  # A stranger's word is worth nothing, at the writer and at a copy.
  for name in "$writer" "$copy"; do refuse_stranger "$name"; done
  # PPN_HOME names the first key; the order is given at a node that does not write.
  ppn admin add "$fleet_folder/second.key" --label second --reason "a second laptop" --node "$copy" >/dev/null
  ppn admin list --node "$writer" --json | jq -e '.admins | length == 2' >/dev/null || fail "no second one"
  echo wrong >"$fleet_folder/wrong" && chmod 600 "$fleet_folder/wrong"
  expect_exit 3 ppn admin remove second --admin-key "$fleet_folder/second.key" \
    --passphrase-file "$fleet_folder/wrong" --node "$writer"
  PPN_ADMIN_KEY=$fleet_folder/second.key PPN_ADMIN_PASSPHRASE_FILE=$fleet_folder/pass \
    ppn node posture "$other" cloud --reason moved --node "$writer" >/dev/null
  fleet_wait 10 "$copy" ".members[] | select(.name == \"$other\") | .posture == \"cloud\"" >/dev/null ||
    fail "the posture did not change"
  ppn admin keygen "$fleet_folder/third.key" --no-passphrase >/dev/null 2>&1
  PPN_ADMIN_PASSPHRASE_FILE=$fleet_folder/pass ppn admin rotate "$fleet_folder/third.key" \
    --admin-key "$fleet_folder/second.key" --node "$writer" >/dev/null
  refuse_stranger "$writer"
  ppn admin list --node "$writer" --json | jq -e '[.admins[].label] | index("second") != null' >/dev/null ||
    fail "the label went with the old key"
}

# One order, given at any node, reaches every node by itself.
check_revoke() {
  local began name key
  key=$(jq -r .identity "$fleet_folder/$other.keys")
  ppn admin remove "$(<"$fleet_folder/admin.pub")" --json --node "$writer" \
    --admin-key "$fleet_folder/third.key" |
    jq -e '.schema == "ppn.order/1" and .kind == "admin-removed"' >/dev/null || fail "the first key stays"
  expect_exit 2 ppn node revoke "$other" --node "$writer"
  expect_exit 1 ppn node revoke nobody --reason x --node "$writer"
  expect_exit 3 ppn node revoke "$writer" --reason x --node "$writer"
  began=$(date +%s%N)
  ppn node revoke "$other" --reason "left on a train" --admin-key "$fleet_folder/third.key" --node "$copy" \
    >/dev/null
  for name in "$writer" "$copy"; do
    fleet_wait 5 "$name" "[.members[] | select(.name == \"$other\")] | length == 0" >/dev/null ||
      fail "$name still knows $other"
    fleet_wait 5 "$name" "[.. | objects | select(.state? == \"up\" and .peer? == \"$key\")] | length == 0" \
      >/dev/null || fail "$name still talks to $other"
  done
  echo "admin_test: $other was gone everywhere $((($(date +%s%N) - began) / 1000000)) ms after the order"
}

main() {
  trap fleet_clean EXIT
  fleet_make
  local name
  for name in "${fleet_names[@]}"; do fleet_start "$name"; done
  for name in "${fleet_names[@]}"; do
    fleet_wait 60 "$name" '[.members[] | select(.state == "alive")] | length == 3' >/dev/null ||
      fail "$name does not see three alive members"
  done
  fleet_wait 60 "$writer" '.ledgers[0].state == "ready"' >/dev/null || fail "the ledger does not begin"
  check_key_files
  check_admins
  check_revoke
}

main
