#!/usr/bin/env python3
"""Every name in rules and dashboards is a metric that a node exports, every exported one is explained, and
every explained one is exported. usage: metric_names.py ROOT EXPLAINED_JSON EXPOSITION..."""
import json
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
explained = {t["code"] for t in json.loads(pathlib.Path(sys.argv[2]).read_text())["topics"]
             if t["kind"] == "metric"}
exported = set()
for path in sys.argv[3:]:
    exported |= set(re.findall(r"^# TYPE (\S+)", pathlib.Path(path).read_text(), re.M))
# A counter with a label has no sample before something happened; the table says that it will.
with_label = {"ppn_ledger_accusations_total", "ppn_refusals_total", "ppn_member_transitions_total",
              "ppn_ledger_acknowledged_total"}
# Without a folder for disks there is none to tell of.
with_pool = {"ppn_member_disk_bytes"}

problems = [f"{name} is exported and not explained" for name in sorted(exported - explained)]
missing = explained - exported - with_label - with_pool
problems += [f"{name} is explained and not exported" for name in sorted(missing)]

rules = (root / "deploy/prometheus/rules.yml").read_text()
recorded = set(re.findall(r"record: (\S+)", rules))
used = set(re.findall(r"\b(?:ppn|process)_\w+", rules))
boards = list((root / "deploy/grafana").glob("*.json"))
for board in boards:
    for panel in json.loads(board.read_text())["panels"]:
        for target in panel["targets"]:
            used |= set(re.findall(r"\b(?:ppn|process)_\w+", target["expr"]))
            for name in re.findall(r"\bppn:[\w:]+", target["expr"]):
                if name not in recorded:
                    problems.append(f"{board.name}: {name} is not recorded")
problems += [f"{name} is asked for and not exported" for name in sorted(used - explained)]
for problem in problems:
    print("problem:", problem)
print(f"{len(exported)} metrics exported, {len(used)} asked for in rules and {len(boards)} dashboards")
sys.exit(1 if problems or not used or not boards else 0)
