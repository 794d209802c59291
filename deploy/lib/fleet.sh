# A throw-away fleet of three daemons on loopback addresses of this machine: made, started, signalled
# and cleaned up. For deploy/quickstart and the system tests. The caller sets `bin` (a build's bin
# folder) and calls fleet_make first; every process it starts is ended by fleet_clean, by its id.

fleet_names=(laptop-a laptop-b gcp-cloud-1)
fleet_addresses=(127.0.0.11 127.0.0.12 127.0.0.13)
fleet_postures=(onprem onprem cloud)
fleet_controller=laptop-a
declare -A fleet_pid=()

# Makes a folder, keys, a founding and configurations. FLEET_FORMAT=json makes the logs JSON.
fleet_make() {
  fleet_folder=$(mktemp -d "${TMPDIR:-/tmp}/ppn-fleet.XXXXXX")
  local i name members=()
  for i in "${!fleet_names[@]}"; do
    name=${fleet_names[$i]}
    "$bin/os-infrastructure" --keys "$fleet_folder/$name" >"$fleet_folder/$name.keys" || return 1
    members+=(--member "$name=$fleet_folder/$name.keys@${fleet_addresses[$i]},posture=${fleet_postures[$i]}")
  done
  # Without a passphrase, because the fleet is thrown away: nobody is to do this with one that stays.
  "$bin/ppn" admin keygen "$fleet_folder/admin.key" --no-passphrase >"$fleet_folder/admin.pub" \
    2>"$fleet_folder/admin.remark" || return 1
  fleet_id=$("$bin/ppn" fleet found --name throw-away --admin-key "$fleet_folder/admin.key" \
    --controller "$fleet_controller" "${members[@]}" --out "$fleet_folder/founding") || return 1
  for i in "${!fleet_names[@]}"; do
    fleet_configuration "${fleet_names[$i]}" "${fleet_addresses[$i]}" >"$fleet_folder/${fleet_names[$i]}.toml"
  done
}

# fleet_configuration NAME ADDRESS
fleet_configuration() {
  cat <<TOML
[node]
name = "$1"
data = "$fleet_folder/$1"
address = "$2"
http_port = 9208

[fleet]
founding = "$fleet_folder/founding"
id = "$fleet_id"

[pool]
ram = "1 GiB"
vcpus = 2
measure = "offer" # three nodes share this machine: its free memory says nothing about one of them

[log]
format = "${FLEET_FORMAT:-text}"
TOML
}

# fleet_without_ledger NAME: the same node's configuration with the members in it, for a fleet that keeps
# no ledger.
fleet_without_ledger() {
  local i name
  sed -e "s|^founding = .*|controller = \"$fleet_controller\"|" "$fleet_folder/$1.toml"
  for i in "${!fleet_names[@]}"; do
    name=${fleet_names[$i]}
    printf '\n[[member]]\nname = "%s"\nid = "%s"\naddress = "%s"\nposture = "%s"\n' "$name" \
      "$(jq -r .identity "$fleet_folder/$name.keys")" "${fleet_addresses[$i]}" "${fleet_postures[$i]}"
  done
}

fleet_log() { echo "$fleet_folder/$1.log"; }

fleet_start() {
  "$bin/os-infrastructure" --config "$fleet_folder/$1.toml" >>"$(fleet_log "$1")" 2>&1 &
  fleet_pid[$1]=$!
}

fleet_signal() { kill "-$1" "${fleet_pid[$2]}"; }

# After a KILL: collects the process, so that its id is not mistaken for a running one.
fleet_reap() {
  wait "${fleet_pid[$1]}" 2>/dev/null || true
  unset "fleet_pid[$1]"
}

fleet_status() { PPN_HOME=$fleet_folder "$bin/ppn" status --node "$1" --json 2>/dev/null; }

# fleet_field NODE JQ-FILTER: one value of the status as NODE knows it; empty while it does not answer.
fleet_field() { fleet_status "$1" | jq -r "$2" 2>/dev/null || true; }

now_ms() { date +%s%3N; }

# fleet_wait SECONDS NODE JQ-CONDITION: until the condition holds for NODE's status; prints the
# milliseconds it took.
fleet_wait() {
  local begun deadline
  begun=$(now_ms)
  deadline=$((begun + $1 * 1000))
  until [[ $(fleet_field "$2" "$3") == true ]]; do
    (($(now_ms) < deadline)) || return 1
    sleep 0.1
  done
  echo $(($(now_ms) - begun))
}

fleet_clean() {
  local name
  for name in "${!fleet_pid[@]}"; do
    kill -CONT "${fleet_pid[$name]}" 2>/dev/null || true
    kill -TERM "${fleet_pid[$name]}" 2>/dev/null || true
  done
  for name in "${!fleet_pid[@]}"; do
    for _ in $(seq 50); do
      kill -0 "${fleet_pid[$name]}" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "${fleet_pid[$name]}" 2>/dev/null || true
    fleet_reap "$name"
  done
  [[ -z ${fleet_folder:-} || ${FLEET_KEEP:-no} == yes ]] || rm -rf -- "$fleet_folder"
}
