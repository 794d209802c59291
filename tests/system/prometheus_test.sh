#!/usr/bin/env bash
# Monitoring: rules and their cases, the exposition of a live fleet, every query against exported names, and a
# real Prometheus that is asked about a fleet in which a node is killed. usage: prometheus_test.sh BIN
set -euo pipefail
bin=$1
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/deploy/lib/fleet.sh"
fleet_addresses=(127.0.7.31 127.0.7.32 127.0.7.33)
api=127.0.7.30:9490
server=
clean() {
  [[ -z $server ]] || { kill "$server" && wait "$server" || true; }
  fleet_clean
}
trap clean EXIT
fail() { echo "prometheus_test: $*" >&2 && exit 1; }

(cd "$root/deploy/prometheus" && promtool check config prometheus.yml && promtool test rules rules_test.yml)
for alert in NodeSuspect NodeEvicted MassSilence ClockSkew LedgerForked LedgerNotCosigned CheckpointStale \
  PairingFailedTries RamMarginLow OrphanGuest HandshakeOld HypervisorUnreachable; do
  grep -q "alertname: $alert" "$root/deploy/prometheus/rules_test.yml" || fail "$alert has no case"
  "$bin/ppn" explain "$alert" >/dev/null || fail "ppn explain does not know $alert"
done

fleet_make
for name in "${fleet_names[@]}"; do fleet_start "$name"; done
fleet_wait 30 laptop-b '[.members[] | select(.state == "alive")] | length == 3' >/dev/null || fail "no fleet"

for address in "${fleet_addresses[@]}"; do
  curl -sf --max-time 5 "http://$address:9464/metrics" >"$fleet_folder/$address.metrics" ||
    fail "$address is silent"
  promtool check metrics <"$fleet_folder/$address.metrics" || fail "$address: promtool finds fault"
done
url=http://${fleet_addresses[0]}:9464
[[ $(curl -so /dev/null -w '%{http_code}' "$url/other") == 404 ]] || fail "no 404"
# Octets that are no HTTP end that connection and nothing else.
(exec 5<>"/dev/tcp/${fleet_addresses[0]}/9464" && printf '\0\1\2\r\n\r\n' >&5 && timeout 5 cat <&5) |
  grep -aq ' 400 ' || fail "garbage is not answered with 400"
curl -sf "$url/metrics" >/dev/null || fail "silent after garbage"
"$bin/ppn" explain --json >"$fleet_folder/explained.json"
python3 "$root/tests/system/metric_names.py" "$root" "$fleet_folder/explained.json" "$fleet_folder"/*.metrics

# -- a real server, with short intervals -----------------------------------------------------------------
targets=$(printf '"%s:9464", ' "${fleet_addresses[@]}")
sed -e 's/interval: 10s/interval: 1s/' -e "s|rules.yml|$root/deploy/prometheus/rules.yml|" \
  -e "s|\[\"10.8.0.1:9464.*|[${targets%, }]|" \
  "$root/deploy/prometheus/prometheus.yml" >"$fleet_folder/prometheus.yml"
prometheus --config.file="$fleet_folder/prometheus.yml" --storage.tsdb.path="$fleet_folder/tsdb" \
  --web.listen-address="$api" --log.level=warn >"$fleet_folder/prometheus.log" 2>&1 &
server=$!

# ask QUERY: the value of the first sample, empty without one.
ask() {
  curl -sf --max-time 5 "http://$api/api/v1/query" --data-urlencode "query=$1" |
    jq -r '.data.result[0].value[1] // empty'
}
# until_is SECONDS QUERY VALUE
until_is() {
  local deadline=$(($(now_ms) + $1 * 1000))
  until [[ $(ask "$2" || true) == "$3" ]]; do
    (($(now_ms) < deadline)) ||
      fail "$2 is not $3 but '$(ask "$2" || true)': $(tail -n 3 "$fleet_folder/prometheus.log")"
    sleep 0.3
  done
}
until_is 30 'count(up{job="ppn"} == 1)' 3
until_is 15 'sum(ppn_controller)' 1
until_is 15 'count(ppn_members{state="alive"} == 3)' 3
until_is 15 'ppn_member_state{member="gcp-cloud-1",state="alive"}' 1
[[ -z $(ask 'ALERTS{alertname=~"Node.*"}') ]] || fail "an alert in a healthy fleet"

fleet_signal KILL gcp-cloud-1
fleet_reap gcp-cloud-1
until_is 40 'ALERTS{alertname="NodeSuspect",alertstate="firing",member="gcp-cloud-1"}' 1
echo "NodeSuspect fires"
[[ -z $(ask 'ALERTS{alertname="NodeEvicted"}') ]] || fail "evicted before it was suspect"
until_is 45 'ALERTS{alertname="NodeEvicted",alertstate="firing",member="gcp-cloud-1"}' 1
echo "NodeEvicted fires"
[[ -z $(ask 'ALERTS{alertname="NodeEvicted",member!="gcp-cloud-1"}') ]] || fail "another member was evicted"
echo "prometheus_test: passed"
