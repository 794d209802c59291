#!/usr/bin/env bash
# The page of a run, in a real browser: a 2-of-3 silence must show two evicted nodes 30 s after they were
# last heard, and the controller's doubt. usage: page_test.sh PPN-SIM SCENARIO; exit 77: no browser here.
set -euo pipefail

sim=$1 scenario=$2
browser=$(command -v chromium || command -v chromium-browser || true)
[[ -n $browser ]] || { echo "skipped: there is no chromium; deploy/setup installs it"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$sim" run "$scenario" --html "$work/page.html" --trace "$work/log" >/dev/null
if grep -qE '(src|href)=|https?://[^w]' "$work/page.html"; then
  echo "the page asks the network for something"
  exit 1
fi
look() {
  timeout 100 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" "$@" \
    "file://$work/page.html?t=95" 2>/dev/null
}
look --window-size=1440,800 --screenshot="$work/page.png" >/dev/null
[[ $(stat -c %s "$work/page.png") -gt 20000 ]] || { echo "the screenshot is empty"; exit 1; }
look --dump-dom >"$work/dom"

python3 - "$work/dom" "$work/log" <<'PY'
import re, sys
dom, log = open(sys.argv[1]).read(), open(sys.argv[2]).read().splitlines()
bars = [dict(re.findall(r'data-(\w+)="([^"]*)"', rect)) for rect in re.findall(r"<rect[^>]*>", dom)]
evicted = [bar for bar in bars if bar["lane"] == "pool" and bar["state"] == "evicted"]
doubt = [bar for bar in bars if bar["lane"] == "doubt" and bar["state"] == "doubt"]
assert sorted(bar["node"] for bar in evicted) == ["gcp-cloud-1", "laptop-b"], evicted
heard = {}
for line in log:
    at, who, what = line.split(None, 2)
    if who == "laptop-a" and what.startswith("accepted heartbeat of ") and float(at) < 90:
        heard[what.split()[-1]] = float(at)
silent = sorted(heard.values())[:2]
for bar in evicted:
    begins = float(bar["from"])
    assert any(30 < begins - at <= 31 for at in silent), (begins, silent)
assert len(doubt) == 1 and float(doubt[0]["from"]) <= max(float(bar["from"]) for bar in evicted) + 1, doubt
assert "the controller doubts itself" in dom
print("evicted at", [bar["from"] for bar in evicted], "last heard at", silent)
PY
