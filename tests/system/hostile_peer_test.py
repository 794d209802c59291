#!/usr/bin/env python3
"""Throws at a running daemon what a stranger and a broken peer would: from the wrong address, garbage,
half frames, giant lengths, wrong versions, flipped and replayed hellos. The daemon must stay, count each
refusal, answer its operator throughout and not grow. Usage: hostile_peer_test.py PID PORT_ADDRESS
MEMBER_ADDRESS STATUS_COMMAND..."""
import json
import random
import socket
import struct
import subprocess
import sys
import time

PORT = 9203


def frame(body, version=1, kind=1, length=None, counter=0):
    header = struct.pack("<IBBHQ", len(body) if length is None else length, version, kind, 0, counter)
    return header + bytes(16) + body


def dial(target, source):
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    connection.bind((source, 0))
    connection.settimeout(8)
    connection.connect((target, PORT))
    return connection


def throw(target, source, octets, wait=True):
    """Sends octets and answers what came back until the other side closed."""
    connection = dial(target, source)
    answer = b""
    try:
        connection.sendall(octets)
        while wait:
            piece = connection.recv(4096)
            if not piece:
                break
            answer += piece
    except (ConnectionError, socket.timeout) as problem:
        if isinstance(problem, socket.timeout):
            raise SystemExit(f"the daemon kept a connection that sent {octets[:40]!r}")
    finally:
        connection.close()
    return answer


def flood(target, member):
    for _ in range(1000):
        noise = random.randbytes(random.randrange(1, 400)) + bytes(400)
        throw(target, member, noise, wait=False)
    time.sleep(6)


def steady(target, member):
    for _ in range(1000):
        throw(target, member, frame(random.randbytes(8 * random.randrange(1, 50)), version=2))


def rss_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise SystemExit("the daemon is gone")


def refusals(command):
    reply = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return reply["node"]["refusals"]


def main():
    pid, target, member = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    command = sys.argv[4:]
    random.seed(1)
    before = refusals(command)
    throw(target, "127.0.0.99", b"hello?")  # nobody of the fleet lives there
    throw(target, member, b"GET / HTTP/1.1\r\nHost: x\r\nAccept: everything\r\n\r\n")
    throw(target, member, frame(bytes(8), version=9))
    throw(target, member, frame(b"", length=0xFFFFFFF8))
    throw(target, member, frame(b"", length=2048))
    throw(target, member, frame(bytes(64)))
    throw(target, member, frame(bytes(64), kind=2))
    begun = time.monotonic()
    throw(target, member, frame(bytes(64))[:20])  # half a frame: closed by its deadline
    half = time.monotonic() - begun
    if not 4 < half < 7:
        raise SystemExit(f"half a frame was kept for {half:.1f} s")
    flood(target, member)
    # One after the other, so that what is alive at once stays the same: growth is a leak then. The
    # first thousand fills pools and caches.
    steady(target, member)
    settled = rss_kib(pid)
    steady(target, member)
    steady(target, member)
    grown = rss_kib(pid) - settled
    after = refusals(command)
    print("refusals:", json.dumps(after), "grown:", grown, "KiB")
    for reason in ("address", "malformed", "unsupported", "too-large", "timed-out", "unauthentic"):
        if after.get(reason, 0) <= before.get(reason, 0):
            raise SystemExit(f"nothing was counted as '{reason}'")
    # Allocators keep some; four KiB for each connection would be this.
    if grown > 8 * 1024:
        raise SystemExit(f"the daemon grew by {grown} KiB")


main()
