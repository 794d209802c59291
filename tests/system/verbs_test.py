#!/usr/bin/env python3
"""Walks every verb that `ppn help --json` names. Nothing here lists the verbs: what a new verb must do is
held of it the day it appears. usage: verbs_test.py PPN ROOT FLEET_FOLDER   (PPN_HOME names a live fleet)"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

PPN, ROOT, FLEET = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
PLACE = {"--socket", "--data", "--node"}
# Their answer is a text of a format of its own.
WITHOUT_JSON = {"completion", "ledger export", "ledger prove"}
# What a verb with --json is asked of the live fleet; verbs that are not here only have to be found elsewhere
# (ALSO_TESTED), so that none is forgotten.
NODE = ["--node", "laptop-a"]
LIVE = {
    "status": [NODE],
    "reload": [NODE],
    "place": [NODE + ["--ram", "64MiB", "--disk", "1MiB", "--explain"]],
    "capacity": [NODE + ["--ram", "64MiB", "--disk", "1MiB"]],
    "version": [[]],
    "help": [[]],
    "explain": [[], ["NodeSuspect"], ["7"]],
    "complete names": [NODE],
    "ledger note": [NODE + ["--reason", "of a test"], NODE + ["--reason", "x", "--dry-run"]],
    "ledger show": [NODE + ["0"]],
    "ledger tail": [NODE, NODE + ["--ledger", "own"]],
    "ledger checkpoint": [NODE],
    "ledger vkey": [NODE],
    "ledger tiles": [NODE + [str(FLEET / "tiles")]],
    "ledger verify": [NODE],
    "ledger restore": [["--node", "laptop-b", "--from", "laptop-a"]],
    "admin keygen": [[str(FLEET / "another.key"), "--no-passphrase"]],
    "admin fingerprint": [[f"{FLEET}/admin.key"]],
    "admin list": [NODE],
    "admin add": [NODE + ["00" * 31 + "07", "--dry-run", "--admin-key", f"{FLEET}/admin.key"]],
    "admin rotate": [NODE + ["00" * 31 + "07", "--dry-run", "--admin-key", f"{FLEET}/admin.key"]],
    "node revoke": [NODE + ["laptop-b", "--reason", "x", "--dry-run", "--admin-key", f"{FLEET}/admin.key"]],
    "node posture": [NODE + ["laptop-b", "leased", "--dry-run", "--admin-key", f"{FLEET}/admin.key"],
                     NODE + ["laptop-b", "onprem", "--admin-key", f"{FLEET}/admin.key"]],
    "pair open": [NODE + ["--name", "x", "--dry-run", "--admin-key", f"{FLEET}/admin.key"]],
    "pair approve": [NODE + ["TC6D-CT5N@127.0.0.1", "--name", "x", "--dry-run", "--admin-key",
                             f"{FLEET}/admin.key"]],
    "fleet found": [["--name", "x", "--admin-key", f"{FLEET}/admin.key", "--controller", "laptop-a",
                     "--member", f"laptop-a={FLEET}/laptop-a.keys@127.0.7.11", "--out", f"{FLEET}/again"]],
}
# Verbs whose answers another test checks against their schemas: verb -> that test's file.
ALSO_TESTED = {"admin recover": "admin_test.sh", "admin remove": "admin_test.sh"}

problems = []


def check(condition, text):
    if not condition:
        problems.append(text)
    return condition


def run(words, **more):
    done = subprocess.run([PPN] + words, capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL,
                          **more)
    return done.returncode, done.stdout, done.stderr


def schema_of(name):
    path = ROOT / "docs/schemas" / (name.replace("/", "-") + ".json")
    return json.loads(path.read_text()) if check(path.exists(), f"{path} is missing") else {}


def documents(text):
    """One object, or one on each line."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


def check_schema(text, name, what):
    try:
        found = documents(text)
    except ValueError as problem:
        return check(False, f"{what}: no JSON: {problem}: {text[:200]!r}")
    check(found, f"{what}: says nothing")
    for each in found:
        try:
            jsonschema.validate(each, schema_of(name))
        except jsonschema.ValidationError as problem:
            check(False, f"{what}: not {name}: {problem.message} at {list(problem.path)}")
    return found


def check_error(outcome, what, code=None):
    exit_code, stdout, stderr = outcome
    check(1 <= exit_code <= 7, f"{what}: exit code {exit_code}: {stderr!r}")
    lines = stderr.strip().splitlines()
    if not check(lines, f"{what}: silent"):
        return
    found = check_schema(lines[-1], "ppn.error/1", what)
    if found:
        check(found[-1]["exit"] == exit_code, f"{what}: says exit {found[-1]['exit']}, ends with {exit_code}")
        check(found[-1]["where"].startswith("ppn"), f"{what}: where is {found[-1]['where']!r}")
        check(found[-1]["do"], f"{what}: does not say what to do")
    if code is not None:
        check(exit_code == code, f"{what}: exit code {exit_code} instead of {code}: {stderr!r}")


def sample(option):
    if option["choices"]:
        return option["choices"][0]
    return "1" if option["value"] in ("UINT", "INT", "NUMBER", "NONNEGATIVE") or option["names"] == "INDEX" \
        else "nothing-of-that-name"


def required_words(verb):
    words = []
    for option in verb["options"]:
        if option["required"]:
            names = option["names"].split(",")
            words += [names[-1]] if names[-1].startswith("--") else []
            words.append(sample(option))
    return words


def option_names(verb):
    return {name for option in verb["options"] for name in option["names"].split(",")}


def walk_static(verb):
    words, names = verb["path"].split(), option_names(verb)
    what = "ppn " + verb["path"]
    exit_code, text, _ = run(words + ["--help"])
    check(exit_code == 0 and verb["help"] in text, f"{what} --help: exit {exit_code}, or another text")
    check("Example" in text, f"{what} --help: has no example")
    check(what in verb["examples"], f"{what}: its example is of another verb")
    for option in verb["options"]:
        check(option["help"], f"{what}: {option['names']} is not described")
    check(("--json" in names) == (verb["json"] is not None), f"{what}: --json, no schema, or the reverse")
    check(verb["json"] is not None or verb["path"] in WITHOUT_JSON, f"{what}: has no --json")
    if verb["effect"] in ("changes", "destroys"):
        check({"--reason", "--dry-run"} <= names, f"{what}: {verb['effect']}, no --reason or no --dry-run")
    if verb["effect"] == "destroys":
        check(names & {"--confirm", "--yes"}, f"{what}: destroys without a confirmation that can be given")


def walk_wrong(verb):
    words, what = verb["path"].split(), "ppn " + verb["path"]
    exit_code, stdout, stderr = run(words + ["--no-such-option"])
    check(exit_code == 2 and stdout == "", f"{what} --no-such-option: exit {exit_code}, {stdout!r}")
    check(stderr.startswith("ppn: ") and stderr.count("\n") == 1, f"{what} --no-such-option: {stderr!r}")
    check_error(run(words + ["--no-such-option", "--json"]), f"{what} --no-such-option --json", 2)
    # Every value wrong in the way of its type.
    for option in verb["options"]:
        name = option["names"].split(",")[-1]
        if name.startswith("--") and option["value"] and option["choices"]:
            rest = [w for w in required_words(verb)]
            check_error(run(words + rest + [name, "\x1b[31m", "--json"]), f"{what} {name} ESC", 2)


def walk_without_daemon(verb):
    words, names = verb["path"].split(), option_names(verb)
    what = "ppn " + verb["path"] + " without a daemon"
    if not PLACE <= names:
        return
    with tempfile.TemporaryDirectory() as nowhere:
        place = ["--socket", nowhere + "/control.sock"]
        as_json = ["--json"] if verb["json"] else []
        outcome = run(words + required_words(verb) + place + as_json, cwd=nowhere)
        if as_json:
            check_error(outcome, what)
        # A verb that judges its values first may say 1 to 3; one that has none of its own cannot.
        asks_first = any(option["required"] and option["value"] == "TEXT" for option in verb["options"])
        fits = outcome[0] == 4 or (asks_first and 1 <= outcome[0] <= 6)
        check(fits, f"{what}: exit {outcome[0]}: {outcome[2]!r}")


def walk_live(verb):
    path = verb["path"]
    if verb["json"] is None:
        return
    if path not in LIVE:
        test = ALSO_TESTED.get(path)
        text = (ROOT / "tests/system" / test).read_text() if test else ""
        return check(verb["json"] in text, f"ppn {path}: no test asks for {verb['json']}: add it to LIVE,"
                                           " or to ALSO_TESTED with the test that checks it")
    for words in LIVE[path]:
        what = " ".join(["ppn", path] + words)
        exit_code, stdout, stderr = run(path.split() + words + ["--json"])
        if check(exit_code == 0, f"{what}: exit {exit_code}: {stderr!r}"):
            check_schema(stdout, verb["json"], what)
            check("\x1b" not in stdout, f"{what}: colours in a pipe")


def walk_shells():
    shells = (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"]))
    for shell, check_only in shells:
        _, script, _ = run(["completion", shell])
        with tempfile.NamedTemporaryFile("w", suffix="." + shell) as file:
            file.write(script)
            file.flush()
            try:
                done = subprocess.run(check_only + [file.name], capture_output=True, text=True)
            except FileNotFoundError:
                print(f"{shell} is not installed: its script is not checked")
                continue
            check(done.returncode == 0, f"the completion of {shell} does not parse: {done.stderr}")
    # What a person sees after pressing the key.
    ask = ('eval "$(ppn completion bash)"; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _ppn;'
           ' printf "%%s\\n" "${COMPREPLY[@]}"')
    path = {"PATH": str(pathlib.Path(PPN).parent) + ":" + os.environ["PATH"],
            "PPN_HOME": str(FLEET / "laptop-a")}
    for line, expected in (("ppn led", "ledger"), ("ppn ledger t", "tail"),
                           ("ppn ledger tail --fol", "--follow"), ("ppn ledger tail --ledger o", "own"),
                           ("ppn ledger restore --from gcp", "gcp-cloud-1")):
        done = subprocess.run(["bash", "-c", ask % line], capture_output=True, text=True, env=path)
        check(expected in done.stdout.split(), f"bash completes {line!r} with {done.stdout} {done.stderr}")


def walk_documents():
    _, text, _ = run(["help", "--markdown"])
    file = ROOT / "docs/CLI.md"
    check(file.exists() and file.read_text() == text, "docs/CLI.md is old: ppn help --markdown >docs/CLI.md")
    _, manual, _ = run(["help", "--man"])
    check(manual.startswith(".TH PPN 1"), "the manual page has no title")
    _, text, _ = run(["explain", "--json"])
    known = {(t["kind"], t["code"]) for t in json.loads(text)["topics"]}
    for code in schema_of("ppn.error/1")["properties"]["code"]["enum"]:
        check(("error", code) in known, f"ppn explain does not know the error {code}")
    check_error(run(["explain", "no-such-code", "--json"]), "ppn explain no-such-code", 1)
    check_error(run(["--json"]), "ppn without a verb", 2)
    check_error(run(["no-such-verb", "--json"]), "ppn no-such-verb", 2)


def main():
    exit_code, text, _ = run(["help", "--json"])
    if not check(exit_code == 0, "ppn help --json fails"):
        return
    check_schema(text, "ppn.verbs/1", "ppn help --json")
    verbs = json.loads(text)["verbs"]
    for verb in verbs:
        walk_static(verb)
        walk_wrong(verb)
        walk_without_daemon(verb)
        walk_live(verb)
    walk_shells()
    walk_documents()
    print(f"{len(verbs)} verbs walked")


main()
for problem in problems:
    print("problem:", problem)
sys.exit(1 if problems else 0)
