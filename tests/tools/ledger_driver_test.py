#!/usr/bin/env python3
"""Drives ledger_driver over logs of telling sizes and verifies what it says and writes with
verify_tiles.py, which shares no code with it. Then tampers, and expects to be told.

usage: ledger_driver_test.py LEDGER_DRIVER
"""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

import verify_tiles

ORIGIN = "log.example/driver"
WITNESS = "witness.example/one"
SIZES = [0, 1, 2, 255, 256, 257, 513, 70000]
PREFIX = "entry \u2014 "


class Driver:
    """One run of the driver."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, op, **fields):
        self.process.stdin.write(json.dumps({"op": op, **fields}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def expect(self, op, **fields):
        answer = self.ask(op, **fields)
        assert "error" not in answer, f"{op}: {answer}"
        return answer

    def expect_error(self, code, op, **fields):
        answer = self.ask(op, **fields)
        assert answer.get("error", "").startswith(code + ": "), f"{op}: {answer} instead of {code}"
        return answer["error"]

    def new_log(self, folder, seed="01" * 32):
        return self.expect("log_new", dir=folder, origin=ORIGIN, seed_hex=seed)["vkey"]

    def note(self):
        return base64.b64decode(self.expect("checkpoint")["note"])

    def end(self):
        self.process.stdin.close()
        assert self.process.wait() == 0, "the driver did not end well"


def refused(call, *arguments):
    try:
        call(*arguments)
    except verify_tiles.Refused:
        return True
    return False


def cosign(driver, checkpoint, note, proof, old):
    request = f"old {old}\n" + "".join(
        base64.b64encode(bytes.fromhex(each)).decode() + "\n" for each in proof) + "\n"
    body = base64.b64encode(request.encode() + note).decode()
    answer = driver.expect("witness", body=body, time=1_700_000_000 + checkpoint.size)
    assert answer["status"] == 200, answer
    return note + base64.b64decode(answer["body"])


def hashes(answer):
    return [bytes.fromhex(each) for each in answer["proof"]]


def sample_of(size):
    telling = {0, 1, 127, 255, 256, 511, 512, size // 2, size - 2, size - 1}
    return sorted(index for index in telling if 0 <= index < size)


def check_proofs(driver, checkpoint, trust):
    size = checkpoint.size
    for index in sample_of(size):
        answer = driver.expect("prove", index=index)
        entry = (PREFIX + str(index)).encode()
        assert (answer["size"], answer["root"]) == (size, checkpoint.root.hex()), answer
        leaf = verify_tiles.leaf_hash(entry)
        assert verify_tiles.inclusion_holds(index, size, leaf, hashes(answer), checkpoint.root), index
        assert not verify_tiles.inclusion_holds(index + 1, size, leaf, hashes(answer), checkpoint.root)
        proof = base64.b64decode(driver.expect("proof_file", index=index)["proof"])
        found, under = verify_tiles.verify_proof(proof, entry, trust)
        assert (found, under.root) == (index, checkpoint.root)
        assert refused(verify_tiles.verify_proof, proof, entry + b".", trust), index
    driver.expect_error("not-found", "prove", index=size)


def check_consistency(driver, checkpoint):
    leaves = [verify_tiles.leaf_hash((PREFIX + str(i)).encode()) for i in range(checkpoint.size)]
    sizes = sample_of(checkpoint.size + 1)
    roots = {size: verify_tiles.tree_root(leaves[:size]) for size in sizes}
    for new in sizes:
        for old in (size for size in sizes if size <= new):
            answer = driver.expect("prove_consistency", size1=old, size2=new)
            assert (answer["size"], answer["root"]) == (new, roots[new].hex()), answer
            holds = verify_tiles.consistency_holds(old, new, hashes(answer), roots[old], roots[new])
            assert holds, (old, new)
    driver.expect_error("not-found", "prove_consistency", size1=0, size2=checkpoint.size + 1)


def grow_in_steps(driver, size):
    at = 0
    while at < size:
        count = min(size - at, max(1, size // 3))
        answer = driver.expect("append", count=count, prefix=PREFIX)
        assert answer == {"first": at, "size": at + count}, answer
        at += count


def check_size(driver, size, scratch):
    folder, tiles = os.path.join(scratch, f"log{size}"), os.path.join(scratch, f"tiles{size}")
    vkey = driver.new_log(folder)
    witness = driver.expect("witness_new", log_vkey=vkey, witness_seed_hex="02" * 32, witness_name=WITNESS)
    trust = verify_tiles.Trust(vkey, [witness["witness_vkey"]])
    assert verify_tiles.Checkpoint(driver.note(), trust).size == 0
    grow_in_steps(driver, size // 2)
    half = verify_tiles.Checkpoint(driver.note(), trust)
    half_note = cosign(driver, half, driver.note(), [], 0)
    driver.expect("write_tiles", dir=tiles, cosigned=base64.b64encode(half_note).decode())
    verify_tiles.verify_folder(tiles, trust)
    driver.expect("append", count=size - size // 2, prefix=PREFIX)
    assert driver.expect("reopen") == {"size": size}
    check_published(driver, size, tiles, trust, half_note)
    return vkey, tiles + "-fresh"


def check_published(driver, size, tiles, trust, half_note):
    written = driver.expect("write_tiles", dir=tiles)
    checkpoint = verify_tiles.verify_folder(tiles, trust, [half_note])
    assert checkpoint.size == size
    fresh = driver.expect("write_tiles", dir=tiles + "-fresh")
    assert fresh["files"] == written["files"] == fresh["written"], (fresh, written)
    assert fresh["files"] == sum(len(names) for _, _, names in os.walk(tiles + "-fresh"))
    note = driver.note()
    old = verify_tiles.Checkpoint(half_note, trust)
    proof = driver.expect("prove_consistency", size1=old.size, size2=size)["proof"]
    cosigned = cosign(driver, checkpoint, note, proof, old.size)
    asking = verify_tiles.Trust(verify_key(trust.log), [verify_key(trust.witnesses[0])], 1)
    assert verify_tiles.Checkpoint(cosigned, asking).witnesses == 1
    assert refused(verify_tiles.Checkpoint, note, asking)
    check_proofs(driver, checkpoint, trust)
    check_consistency(driver, checkpoint)


def verify_key(key):
    return f"{key.name}+{key.id.hex()}+{base64.b64encode(bytes([key.kind]) + key.public).decode()}"


# --------------------------------------------------------------------------- tampering
def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        octet = file.read(1)
        file.seek(at)
        file.write(bytes([octet[0] ^ 1]))


def check_tampered_tiles(vkey, tiles):
    """Some octet of each file of a folder that holds nothing of older sizes."""
    trust = verify_tiles.Trust(vkey)
    seen = 0
    for parent, _, names in os.walk(tiles):
        for path in (os.path.join(parent, name) for name in names):
            length = os.path.getsize(path)
            for at in sorted({0, 1, length // 2, length - 1}):
                flip(path, at)
                assert refused(verify_tiles.verify_folder, tiles, trust), f"{path}, octet {at}"
                flip(path, at)
                seen += 1
    verify_tiles.verify_folder(tiles, trust)
    assert seen >= 12, seen


def check_rewritten_history(driver, scratch):
    """The same key and size, other entries: good signatures, and only an old checkpoint tells."""
    vkey = driver.new_log(os.path.join(scratch, "first"))
    driver.expect("append", count=300, prefix="a")
    old = driver.note()
    driver.new_log(os.path.join(scratch, "second"))
    driver.expect("append", count=400, prefix="b")
    tiles = os.path.join(scratch, "second-tiles")
    driver.expect("write_tiles", dir=tiles)
    trust = verify_tiles.Trust(vkey)
    verify_tiles.verify_folder(tiles, trust)
    assert refused(verify_tiles.verify_folder, tiles, trust, [old])


def check_damaged_log(driver, scratch):
    """What happens to the files of a log while it is closed keeps it from opening."""
    folder = os.path.join(scratch, "damaged")
    driver.new_log(folder)
    driver.expect("append", count=100, prefix="before ")
    earlier = os.path.join(scratch, "earlier")
    shutil.copytree(os.path.join(folder, "store"), earlier)
    driver.expect("append", count=100, prefix="after ")
    shutil.rmtree(os.path.join(folder, "store"))
    shutil.copytree(earlier, os.path.join(folder, "store"))
    found = driver.expect_error("integrity", "reopen")
    assert "expected 200 entries" in found and "found 100 entries" in found, found
    driver.expect_error("not-found", "checkpoint")
    driver.expect_error("integrity", "reopen")


def check_flipped_log(driver, scratch):
    folder = os.path.join(scratch, "flipped")
    driver.new_log(folder)
    driver.expect("append", count=100, prefix="flipped ")
    store = os.path.join(folder, "store")
    for name in sorted(os.listdir(store)):
        path = os.path.join(store, name)
        with open(path, "rb") as file:
            at = file.read().find(b"flipped 57")
        if at >= 0:
            flip(path, at + 9)
            driver.expect_error("integrity", "reopen")
            return
    raise AssertionError("no file holds the entry")


def check_lost_log(driver, scratch):
    folder = os.path.join(scratch, "lost")
    driver.new_log(folder)
    driver.expect("append", count=3, prefix="x")
    shutil.rmtree(os.path.join(folder, "store"))
    driver.expect_error("not-found", "reopen")
    assert not os.path.exists(os.path.join(folder, "store", "CURRENT")), "a new log in its place"


# --------------------------------------------------------------------------- requests
def check_entries(driver, scratch):
    vkey = driver.new_log(os.path.join(scratch, "entries"))
    entries = [b"", bytes(range(256)), b"\n\n", b"x" * 65535] + [b"%d" % i for i in range(300)]
    encoded = [base64.b64encode(entry).decode() for entry in entries]
    assert driver.expect("append", entries=encoded) == {"first": 0, "size": 304}
    tiles = os.path.join(scratch, "entries-tiles")
    driver.expect("write_tiles", dir=tiles)
    verify_tiles.verify_folder(tiles, verify_tiles.Trust(vkey))
    assert verify_tiles.read_entries(tiles, 304) == entries
    driver.expect_error("too-large", "append", entries=[base64.b64encode(bytes(65536)).decode()])
    driver.expect_error("invalid", "append", entries=["?"])
    assert driver.expect("append", entries=[]) == {"first": 304, "size": 304}
    assert driver.expect("reopen") == {"size": 304}


def check_refusals(driver, scratch):
    for op in ("append", "checkpoint", "prove", "prove_consistency", "write_tiles", "reopen"):
        driver.expect_error("not-found", op)
    full = os.path.join(scratch, "full")
    os.mkdir(full)
    open(os.path.join(full, "file"), "wb").close()
    driver.expect_error("exists", "log_new", dir=full, origin=ORIGIN, seed_hex="01" * 32)
    fresh = os.path.join(scratch, "fresh")
    driver.expect_error("invalid", "log_new", dir=fresh, origin="a name", seed_hex="01" * 32)
    driver.expect_error("invalid", "log_new", dir=fresh, origin=ORIGIN, seed_hex="01")
    assert not os.path.exists(fresh)
    driver.new_log(fresh)
    driver.expect_error("exists", "log_new", dir=fresh, origin=ORIGIN, seed_hex="01" * 32)
    driver.expect_error("too-large", "append", count=10_000_001, prefix="x")
    driver.expect_error("too-large", "append", count=10_000_000, prefix="x" * 1000)
    driver.expect_error("invalid", "append", count=-1, prefix="x")
    driver.expect_error("invalid", "append", count=1, prefix="x", entries=[])
    driver.expect_error("invalid", "append")
    assert driver.expect("append", count=0, prefix="x") == {"first": 0, "size": 0}


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="ppn-driver-") as scratch:
        driver = Driver(program)
        check_refusals(driver, scratch)
        folders = {size: check_size(driver, size, scratch) for size in SIZES}
        check_tampered_tiles(*folders[257])
        check_tampered_tiles(*folders[513])
        check_rewritten_history(driver, scratch)
        check_damaged_log(driver, scratch)
        check_flipped_log(driver, scratch)
        check_lost_log(driver, scratch)
        check_entries(driver, scratch)
        driver.end()
    print(f"{len(SIZES)} sizes verified")


if __name__ == "__main__":
    main()
