#!/usr/bin/env bash
# Goal: deploy/setup says one clear line and has its own exit code for everything that can go wrong.
# Method: put fake apt-get, dpkg-query, id and sudo first in the PATH and tell them what the machine is
# like. Nothing is installed and no right is needed.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
mkdir "$room/bin"
failures=0

fake() { cat >"$room/bin/$1" && chmod +x "$room/bin/$1"; }

# Reports every package that it is asked for, except those in $room/missing.
fake dpkg-query <<'END'
#!/bin/bash
for name in "${@:3}"; do
  grep -qxF "$name" "$FAKE_ROOM/missing" || echo "installed $name"
done
END
# FAKE_APT: ok, offline, refuse, idle (claims success, installs nothing).
fake apt-get <<'END'
#!/bin/bash
echo "$*" >>"$FAKE_ROOM/apt-calls"
case "$FAKE_APT:$*" in
  offline:*) echo "Err:1 mirror"; echo "E: Failed to fetch mirror  Temporary failure resolving"; exit 100 ;;
  refuse:*-s*) echo "E: Unable to correct problems, you have held broken packages."; exit 100 ;;
  *:*" update") echo "Get:1 mirror" ;;
  ok:*-s*) echo "Remv libboost1.81-dev [1.81]" ;;
  ok:*) : >"$FAKE_ROOM/missing" ;;
esac
END
fake id <<'END'
#!/bin/sh
echo "$FAKE_UID"
END
fake sudo <<'END'
#!/bin/sh
[ "$FAKE_SUDO" = yes ] && shift && exec "$@"
END

# expect WHAT CODE TEXT ARGUMENT...: runs setup, wants this exit code and this text in its output.
expect() {
  local what=$1 code=$2 text=$3 got=0 output
  shift 3
  : >"$room/apt-calls"
  output=$(PATH="$room/bin:$PATH" FAKE_ROOM="$room" FAKE_APT="${apt:-ok}" FAKE_UID="${uid:-0}" \
    FAKE_SUDO="${sudo:-no}" PPN_OS_RELEASE="$room/os-release" "$root/deploy/setup" "$@" 2>&1) || got=$?
  if [[ $got != "$code" || $output != *"$text"* ]]; then
    echo "FAILED $what: exit $got instead of $code, or no '$text' in:"
    echo "$output"
    failures=$((failures + 1))
  else
    echo "ok     $what"
  fi
  last_output=$output
}

wants() {
  if eval "$2"; then
    echo "ok     $1"
  else
    echo "FAILED $1: $2"
    failures=$((failures + 1))
  fi
}

is_debian() { printf 'ID=debian\nVERSION_ID="12"\n' >"$room/os-release"; }
lacks() { printf '%s\n' "$@" >"$room/missing"; }

is_debian
lacks ""
expect "all present" 0 "packages are present"
wants "all present: apt is not asked" '[[ ! -s $room/apt-calls ]]'
expect "all present, quiet" 0 "" --quiet
wants "quiet says nothing" '[[ -z $last_output ]]'
expect "check, all present" 0 "packages are present" --check
expect "help" 0 "usage: deploy/setup" --help
expect "unknown option" 2 "unknown option '--wrong'" --wrong

lacks jq libcaf-dev
expect "check names what is missing" 1 "libcaf-dev jq" --check
wants "check: apt is not asked" '[[ ! -s $room/apt-calls ]]'
expect "root installs" 0 "installing 2 of"
wants "a removal is announced" '[[ $last_output == *"has to remove"*libboost1.81-dev* ]]'
expect "the second run does nothing" 0 "packages are present"
wants "second run: apt is not asked" '[[ ! -s $room/apt-calls ]]'

lacks jq
uid=1000 sudo=yes expect "sudo installs" 0 "packages are present"
lacks jq
uid=1000 expect "no rights" 4 "neither root nor a sudo without password"
wants "no rights: the command is printed" '[[ $last_output == *"apt-get install"*jq* ]]'
wants "no rights: one line" '[[ $(wc -l <<<"$last_output") == 1 ]]'
apt=offline expect "no network" 5 "no network" --quiet
wants "no network: it gives up after one try" '[[ $(wc -l <"$room/apt-calls") == 1 ]]'
apt=refuse expect "apt refuses" 6 "held broken packages"
apt=idle expect "apt lies" 6 "these are missing: jq"

lacks ""
printf 'ID=ubuntu\nVERSION_ID="24.04"\n' >"$room/os-release"
expect "ubuntu 24.04 is known" 0 "packages are present"
for system in 'debian "11"' 'ubuntu "22.04"' 'fedora 39' 'arch ' ' '; do
  printf 'ID=%s\nVERSION_ID=%s\n' "${system% *}" "${system#* }" >"$room/os-release"
  expect "unknown system $system" 3 "unknown system"
  wants "unknown system: one line" '[[ $(wc -l <<<"$last_output") == 1 ]]'
done
printf 'ID=$(touch %s/executed)\nVERSION_ID="12"\n' "$room" >"$room/os-release"
expect "the file is not executed" 3 "unknown system"
wants "the file was not executed" '[[ ! -e $room/executed ]]'
rm "$room/os-release"
expect "no such file" 3 "unknown system: cannot read"

[[ $failures == 0 ]] || { echo "$failures failed"; exit 1; }
echo "all passed"
