#!/usr/bin/env python3
"""Verifies a transparency log from the published formats alone: a folder of tlog-tiles, signed and
cosigned checkpoints, proof files. Written from the texts of C2SP (tlog-tiles, tlog-checkpoint,
signed-note, tlog-cosignature, tlog-proof), RFC 6962 and RFC 8032 with Python's standard library, so
that it shares nothing with the programs whose output it judges.

usage: verify_tiles.py folder DIR --log VKEY [--witness VKEY ...] [--quorum N] [--old CHECKPOINT ...]
       verify_tiles.py note FILE --log VKEY [--witness VKEY ...] [--quorum N]
       verify_tiles.py proof FILE ENTRY --log VKEY [--witness VKEY ...] [--quorum N]

Prints one line; exit 0 when everything holds, 1 when something does not, 2 for a wrong call.
"""
import argparse
import base64
import hashlib
import os
import re
import sys


class Refused(Exception):
    """What was to be verified does not hold."""


def demand(holds, why):
    if not holds:
        raise Refused(why)


# --------------------------------------------------------------------------- Ed25519 (RFC 8032, 5.1)
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add_points(a, b):
    # Extended coordinates (X, Y, Z, T).
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    return ((f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P)


def multiply(scalar, point):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add_points(total, point)
        point = add_points(point, point)
        scalar >>= 1
    return total


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def decompress(octets):
    number = int.from_bytes(octets, "little")
    y = number & ((1 << 255) - 1)
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519_holds(public, message, signature):
    point = decompress(public)
    commitment = decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or point is None or commitment is None or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    left = multiply(scalar, BASE)
    right = add_points(commitment, multiply(int.from_bytes(hashed, "little") % ORDER, point))
    return ((left[0] * right[2] - right[0] * left[2]) % P == 0
            and (left[1] * right[2] - right[1] * left[2]) % P == 0)


# --------------------------------------------------------------------------- text
def base64_octets(text, what):
    try:
        octets = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused(f"{what}: not base64") from None
    demand(base64.b64encode(octets).decode() == text, f"{what}: not canonical base64")
    return octets


def decimal(text, what):
    demand(re.fullmatch(r"0|[1-9][0-9]{0,18}", text) is not None, f"{what}: no canonical number: {text!r}")
    number = int(text)
    demand(number < 2**63, f"{what}: {number} is too large")
    return number


def hash_of(text, what):
    octets = base64_octets(text, what)
    demand(len(octets) == 32, f"{what}: a hash of {len(octets)} octets")
    return octets


# --------------------------------------------------------------------------- notes and checkpoints
LOG_KEY = 1
COSIGNATURE_KEY = 4


class Key:
    """A verifier key: name+id+base64(type || public key)."""

    def __init__(self, text):
        parts = text.split("+", 2)
        demand(len(parts) == 3, f"no verifier key: {text}")
        self.name = parts[0]
        octets = base64_octets(parts[2], "verifier key")
        demand(len(octets) == 33 and octets[0] in (LOG_KEY, COSIGNATURE_KEY), "no Ed25519 key")
        self.kind = octets[0]
        self.public = octets[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + octets).digest()[:4]
        demand(parts[1] == self.id.hex(), f"the id of {self.name} is {self.id.hex()}")

    def holds(self, text, payload):
        if self.kind == LOG_KEY:
            return len(payload) == 64 and ed25519_holds(self.public, text.encode(), payload)
        if len(payload) != 72:
            return False
        time = int.from_bytes(payload[:8], "big")
        message = f"cosignature/v1\ntime {time}\n{text}"
        return time < 2**63 and ed25519_holds(self.public, message.encode(), payload[8:])


class Trust:
    def __init__(self, log, witnesses=(), quorum=0):
        self.log = Key(log)
        self.witnesses = [Key(text) for text in witnesses]
        self.quorum = quorum
        demand(self.log.kind == LOG_KEY, "the log's key is none of a log")
        demand(all(key.kind == COSIGNATURE_KEY for key in self.witnesses), "a witness key is none")


def signature_lines(block):
    lines = block.split("\n")
    demand(len(lines) > 1 and lines.pop() == "", "signatures do not end with a line feed")
    for line in lines:
        found = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", line)
        demand(found is not None, f"a malformed signature line: {line!r}")
        octets = base64_octets(found.group(2), "signature")
        demand(len(octets) > 4, "a signature without content")
        yield found.group(1), octets[:4], octets[4:]


class Checkpoint:
    """A signed checkpoint that the log, and as many witnesses as asked for, have signed."""

    def __init__(self, octets, trust):
        try:
            note = octets.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("checkpoint: not UTF-8") from None
        demand(all(sign == "\n" or sign >= " " for sign in note), "checkpoint: control octets")
        split = note.rfind("\n\n")
        demand(split > 0, "checkpoint: no signatures")
        self.text = note[:split + 1]
        self._verify(list(signature_lines(note[split + 2:])), trust)
        lines = self.text.split("\n")
        demand(len(lines) >= 4 and lines[0] == trust.log.name, f"checkpoint: of {lines[0]!r}")
        self.size = decimal(lines[1], "checkpoint")
        self.root = hash_of(lines[2], "checkpoint")
        demand("" not in lines[3:-1], "checkpoint: an empty extension line")
        demand(self.size > 0 or self.root == hashlib.sha256(b"").digest(), "checkpoint: a root of nothing")

    def _verify(self, signatures, trust):
        signed_by = set()
        for name, key_id, payload in signatures:
            for key in [trust.log] + trust.witnesses:
                if (key.name, key.id) == (name, key_id):
                    demand(key.holds(self.text, payload), f"checkpoint: a bad signature by {name}")
                    signed_by.add(key.public)
        demand(trust.log.public in signed_by, "checkpoint: the log did not sign")
        self.witnesses = sum(key.public in signed_by for key in trust.witnesses)
        demand(self.witnesses >= trust.quorum, f"checkpoint: {self.witnesses} witnesses signed")


# --------------------------------------------------------------------------- the tree (RFC 6962, 2.1)
def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_root(hashes):
    """The recursive definition, bottom up: an odd last node of a row goes up as it is."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        above = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = above + hashes[len(hashes) - len(hashes) % 2:]
    return hashes[0]


def inclusion_holds(index, size, leaf, proof, root):
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        return False
    first, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = node_hash(sibling, found)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(old, new, proof, old_root, new_root):
    """RFC 9162, 2.1.4.2; everything is consistent with the empty tree, by an empty proof."""
    if old == 0 or old == new:
        return not proof and (old == 0 or old_root == new_root)
    if old > new or not proof:
        return False
    path = ([old_root] if old & (old - 1) == 0 else []) + proof
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    of_old = of_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            of_old, of_new = node_hash(sibling, of_old), node_hash(sibling, of_new)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            of_new = node_hash(of_new, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and of_old == old_root and of_new == new_root


# --------------------------------------------------------------------------- tiles
WIDTH = 256


def tile_path(level, index, width):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/" + "/".join(groups) + ("" if width == WIDTH else f".p/{width}")


def required_tiles(level, count):
    for index in range(count // WIDTH):
        yield tile_path(level, index, WIDTH), index * WIDTH, WIDTH
    if count % WIDTH:
        index = count // WIDTH
        yield tile_path(level, index, count % WIDTH), index * WIDTH, count % WIDTH


def read_file(folder, path):
    try:
        with open(os.path.join(folder, path), "rb") as file:
            return file.read()
    except OSError as why:
        raise Refused(f"{path}: {why.strerror}") from None


def bundle_entries(octets, width, path):
    at, entries = 0, []
    for _ in range(width):
        demand(at + 2 <= len(octets), f"{path}: cut short")
        length = int.from_bytes(octets[at:at + 2], "big")
        demand(at + 2 + length <= len(octets), f"{path}: cut short")
        entries.append(octets[at + 2:at + 2 + length])
        at += 2 + length
    demand(at == len(octets), f"{path}: {len(octets) - at} octets too many")
    return entries


def read_entries(folder, size):
    entries = []
    for path, _, width in required_tiles("entries", size):
        entries += bundle_entries(read_file(folder, path), width, path)
    return entries


def check_level(folder, level, hashes):
    for path, first, width in required_tiles(level, len(hashes)):
        octets = read_file(folder, path)
        demand(len(octets) == 32 * width, f"{path}: {len(octets)} octets")
        for at in range(width):
            demand(octets[32 * at:32 * at + 32] == hashes[first + at], f"{path}: hash {at} is wrong")


def verify_folder(folder, trust, old_notes=()):
    """The newest checkpoint of the folder, once all that it covers was read and computed anew."""
    checkpoint = Checkpoint(read_file(folder, "checkpoint"), trust)
    leaves = [leaf_hash(entry) for entry in read_entries(folder, checkpoint.size)]
    level, hashes = 0, leaves
    while hashes:
        check_level(folder, level, hashes)
        full = len(hashes) // WIDTH
        hashes = [tree_root(hashes[i * WIDTH:(i + 1) * WIDTH]) for i in range(full)]
        level += 1
    demand(tree_root(leaves) == checkpoint.root, "checkpoint: not the root of these entries")
    for octets in old_notes:
        old = Checkpoint(octets, trust)
        demand(old.size <= checkpoint.size, f"an older checkpoint has {old.size} entries")
        demand(tree_root(leaves[:old.size]) == old.root, f"the first {old.size} entries were changed")
    return checkpoint


# --------------------------------------------------------------------------- proof files
def verify_proof(octets, entry, trust):
    try:
        lines = octets.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise Refused("proof: not UTF-8") from None
    demand(lines.pop(0) == "c2sp.org/tlog-proof@v1", "proof: no such format")
    if lines and lines[0].startswith("extra "):
        base64_octets(lines.pop(0)[len("extra "):], "extra")
    demand(lines and lines[0].startswith("index "), "proof: no index")
    index = decimal(lines.pop(0)[len("index "):], "index")
    demand("" in lines, "proof: no end of the hashes")
    count = lines.index("")
    demand(count <= 63, "proof: too many hashes")
    hashes = [hash_of(line, "proof") for line in lines[:count]]
    checkpoint = Checkpoint("\n".join(lines[count + 1:]).encode(), trust)
    demand(inclusion_holds(index, checkpoint.size, leaf_hash(entry), hashes, checkpoint.root),
           f"proof: this is not entry {index}")
    return index, checkpoint


# --------------------------------------------------------------------------- the command
def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, operands in (("folder", ["path"]), ("note", ["path"]), ("proof", ["path", "entry"])):
        sub = verbs.add_parser(verb)
        for operand in operands:
            sub.add_argument(operand)
        sub.add_argument("--log", required=True)
        sub.add_argument("--witness", action="append", default=[])
        sub.add_argument("--quorum", type=int, default=0)
        if verb == "folder":
            sub.add_argument("--old", action="append", default=[])
    return parser.parse_args()


def whole_file(path):
    return read_file("", path)


def main():
    arguments = parse_arguments()
    try:
        trust = Trust(arguments.log, arguments.witness, arguments.quorum)
        if arguments.verb == "folder":
            checkpoint = verify_folder(arguments.path, trust, map(whole_file, arguments.old))
        elif arguments.verb == "note":
            checkpoint = Checkpoint(whole_file(arguments.path), trust)
        else:
            _, checkpoint = verify_proof(whole_file(arguments.path), whole_file(arguments.entry), trust)
    except Refused as why:
        print(f"refused: {why}")
        return 1
    print(f"verified: {checkpoint.size} entries, root {checkpoint.root.hex()},"
          f" {checkpoint.witnesses} witnesses")
    return 0


if __name__ == "__main__":
    sys.exit(main())
