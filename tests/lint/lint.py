#!/usr/bin/env python3
"""The house rules that a machine can hold: who may include whom, which calls are banned, how long a
function, a file and a line may be, and that nothing half-finished stays behind.

The tables come first and are the rules; the code below them only applies them. An exception to a rule
is a line in a table, never a mark in the source.

usage: lint.py [--root DIR]      prints file:line: rule: message; exit 1 if there is anything
"""
import argparse
import bisect
import fnmatch
import functools
import os
import re
import subprocess
import sys

# --------------------------------------------------------------------------- the include rule
# Every source file is in the first room whose pattern fits. A room may include itself, the rooms it
# names, and whatever those stand for in GROUPS. World rooms may also include WORLD_HEADERS.

GROUPS = {
    "left of actors": ["base", "messages", "crypto", "log", "ports", "store ports", "ledger"],
    "left of node": ["left of actors", "link", "actors"],
    "left of mains": ["left of node", "node", "config", "runtime", "makers"],
}

ROOMS = [
    # pattern                    room            may include                                        world
    ("messages/base/*",          "base",         [],                                                False),
    ("messages/wire/*.capnp.h",  "generated",    [],                                                False),
    ("messages/wire/*",          "messages",     ["base", "generated"],                             False),
    ("messages/*",               "messages",     ["base"],                                          False),

    ("storage/log/*",            "log",          ["base", "messages", "crypto"],                    False),
    ("storage/store.*",          "store ports",  ["base", "messages", "crypto", "log", "ports"],    False),
    ("storage/cells.*",          "store ports",  ["base", "messages", "crypto", "log", "ports"],    False),
    ("storage/snapshots.*",      "store ports",  ["base", "messages", "crypto", "log", "ports"],    False),
    ("storage/published_views.*", "store ports", ["base", "messages", "crypto", "log", "ports"],    False),
    ("storage/ledger/*",         "ledger",       ["base", "messages", "crypto", "log", "ports",
                                                  "store ports"],                                   False),
    ("storage/rocksdb_*",        "rocksdb",      ["left of actors", "makers"],                      True),
    ("storage/tile_files.*",     "tile files",   ["left of actors", "makers"],                      True),
    ("storage/*",                "makers",       ["left of actors"],                                False),

    ("actors/*",                 "actors",       ["left of actors", "link"],                        False),

    ("runtime/crypto/*",         "crypto",       ["base", "messages"],                              False),
    ("runtime/ports/*",          "ports",        ["base", "messages", "crypto", "log",
                                                  "store ports"],                                   False),
    ("runtime/link/*",           "link",         ["left of actors"],                                False),
    ("runtime/adapters/*",       "adapters",     ["left of actors"],                                True),
    ("runtime/vmm/*",            "vmm",          ["left of actors"],                                True),
    ("runtime/cli/control_client.*", "adapters", ["left of actors"],                                   True),
    ("runtime/daemon/*",         "mains",        ["left of mains", "adapters", "vmm", "rocksdb",
                                                  "tile files"],                                    True),
    ("runtime/*_main.cpp",       "mains",        ["left of mains", "adapters", "vmm", "rocksdb",
                                                  "tile files"],                                    True),
    ("runtime/node.*",           "node",         ["left of node"],                                  False),
    ("runtime/guest/*",          "config",       ["left of node", "node"],                          False),
    ("runtime/config*",          "config",       ["left of node", "node"],                          False),
    ("runtime/*",                "runtime",      ["left of node", "node", "config"],                False),

    # No adapter: what the simulator runs on is its own. The second tier runs on the real store.
    ("sim/main.cpp",             "sim",          ["left of mains", "rocksdb"],                      True),
    ("sim/commands/*",           "sim",          ["left of mains", "rocksdb"],                      True),
    ("sim/*",                    "sim",          ["left of mains", "rocksdb"],                      False),

    ("tests/*",                  "tests",        None,                                              True),
    ("deploy/*",                 "deploy",       None,                                              True),
]  # None: free to include anything.

WORLD_HEADERS = [
    "sys/*", "linux/*", "net/*", "netinet/*", "arpa/*", "netdb.h", "ifaddrs.h", "poll.h", "unistd.h",
    "fcntl.h", "dirent.h", "signal.h", "csignal", "spawn.h", "dlfcn.h", "pwd.h", "grp.h", "termios.h",
    "syslog.h", "mntent.h", "pthread.h", "sched.h", "thread", "future", "fstream", "filesystem",
    "rocksdb/*", "libvirt/*", "caf/io/*", "prometheus/*", "kj/async-io.h", "kj/async-unix.h",
    "kj/filesystem.h", "qrencode.h", "capnp/rpc*", "capnp/ez-rpc.h", "boost/asio*", "boost/filesystem*",
    "boost/process*", "boost/thread*",
]
TOP_FOLDERS = ["messages", "storage", "actors", "runtime", "sim", "tests", "deploy"]

# --------------------------------------------------------------------------- banned calls
ADAPTERS = ["runtime/adapters/*"]
MAINS = ["runtime/*_main.cpp", "runtime/daemon/*", "sim/main.cpp"]
FREE = ["tests/*", "deploy/*"]

BANNED = [
    # what, where it is allowed beside tests/, and what to use instead
    (r"\b(?:system|steady|high_resolution)_clock\s*::\s*now\b", ADAPTERS + ["sim/commands/*"],
     "take the time from the clock port (runtime/ports/clock.hpp), or get `now` as an argument"),
    (r"(?<![\w.>])(?:clock_gettime|gettimeofday|time)\s*\(\s*(?:CLOCK_\w+|&|NULL|nullptr|0\s*\))",
     ADAPTERS, "take the time from the clock port (runtime/ports/clock.hpp)"),
    (r"(?<![\w.>])(?:s?rand|[dlm]rand48)\s*\(", [],
     "take randomness from the entropy port (runtime/ports/entropy.hpp)"),
    (r"\brandom_device\b", ADAPTERS, "take randomness from the entropy port (runtime/ports/entropy.hpp)"),
    (r"\brandombytes_\w+|\brandombytes\s*\(", ADAPTERS,
     "take randomness from the entropy port (runtime/ports/entropy.hpp)"),
    (r"\b\w+_scalar_random\b", [], "reduce 64 octets of the entropy port to a scalar and refuse zero"),
    (r"\bcrypto_\w+_keygen\b", [], "fill the key from the entropy port"),
    (r"\bcrypto_(?!\w*_seed_keypair\b)\w+_keypair\b", [],
     "use *_seed_keypair with a seed of the entropy port"),
    (r"(?<![\w.>])(?:u|nano|clock_nano)?sleep\s*\(|\bsleep_(?:for|until)\s*\(", [],
     "wait for an exact deadline with delayed_send; in a main, poll with a timeout"),
    (r"\bstd\s*::\s*j?thread\b|\bstd\s*::\s*async\b", ADAPTERS + MAINS + ["runtime/vmm/*"],
     "be an actor; blocking work goes into a detached actor that only a main spawns"),
    # A ledger and its views wait for the disk; a main says whether they have a thread for that.
    (r"\bcaf\s*::\s*detached\b|<\s*detached\b", MAINS + ["actors/ledger.cpp", "actors/views.cpp"],
     "only a main spawns detached actors: take a handle from the ports"),
    (r"\baout\s*\(", [], "log an event (messages are for people, events for the log)"),
]

# --------------------------------------------------------------------------- sizes, words
FUNCTION_LINES = 70
FILE_LINES = 500
LINE_COLUMNS = 110

# Not the XXX of a pattern such as XXXX-XXX-X.
MARKERS = re.compile(r"(?<![-\w])(?:TODO|FIXME|XXX|HACK)(?![-\w])")
# Expressions; case does not matter. The absolute path of the tree is forbidden too, wherever it is.
FORBIDDEN_WORDS = [r"\blorem ipsum\b", r"\blanguage model\b"]

CPP = (".cpp", ".hpp", ".h", ".cc", ".hh")
SCRIPTS = (".py", ".sh", ".bash")
TEXT = CPP + SCRIPTS + (".capnp", ".cmake", ".txt", ".md", ".toml", ".json", ".yml", ".yaml", ".service")
DATA_FOLDERS = ["tests/fuzz/corpus/*", "tests/golden/*", "tests/vectors/*", "tests/seeds/*"]
OWN_FOLDER = "tests/lint/*"  # names the words and the markers that it looks for


def fits(path, patterns):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


# --------------------------------------------------------------------------- reading C++
class Source:
    """One C++ file: its text, and the same text with comments and literals blanked out, so that
    offsets and line numbers stay equal."""

    # A number first, so that the quotes in 1'000'000 open no character literal.
    TOKEN = re.compile(
        r"""(?P<number>(?<![\w'])\.?[0-9](?:'?[\w.])*)
          | (?P<blank>//(?:[^\n\\]|\\\n|\\.)* | /\*.*?(?:\*/|\Z)
          | R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
          | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')""", re.X | re.S)
    INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)

    def __init__(self, text):
        self.text = text
        self.starts = [0] + [at.end() for at in re.finditer("\n", text)]
        self.code = self.TOKEN.sub(self._blank, text)

    @staticmethod
    def _blank(found):
        if found.group("number"):
            return found.group()
        return re.sub(r"[^\n]", " ", found.group())

    def line(self, offset):
        return bisect.bisect_right(self.starts, offset)

    def includes(self):
        for found in self.INCLUDE.finditer(self.text):
            # An include inside a comment is blanked in the code.
            if "#" in self.code[found.start():found.end()]:
                yield self.line(found.start(2)), found.group(2)

    def without_preprocessor(self):
        """The code with directives blanked, and with only the first branch of each #if, because the
        branches together need not have balanced braces."""
        lines, kept, depth, skipping, continued = self.code.split("\n"), [], 0, 0, False
        for line in lines:
            directive = re.match(r"\s*#\s*(\w+)", line)
            if continued or directive:
                word = directive.group(1) if directive and not continued else ""
                continued = line.endswith("\\")
                if word.startswith("if"):
                    depth += 1
                elif word.startswith("el") and not skipping:
                    skipping = depth
                elif word == "endif":
                    if skipping == depth:
                        skipping = 0
                    depth -= 1
                kept.append(" " * len(line))
            else:
                kept.append(" " * len(line) if skipping else line)
        return "\n".join(kept)


# --------------------------------------------------------------------------- how long a function is
ATTRIBUTES = re.compile(r"\[\[.*?\]\]|\balignas\s*\([^()]*\)", re.S)
ACCESS = re.compile(r"\s*(?:public|private|protected)\s*:(?!:)")
TYPE_HEAD = re.compile(
    r"\s*(?:(?:typedef|static|inline|constexpr|const|extern)\s+)*(?:class|struct|union)\b")
LAMBDA = re.compile(r"=\s*\[")


def without_template_head(head):
    """Drops a leading `template <...>`, whose `class T` must not look like a class."""
    found = re.match(r"\s*template\s*<", head)
    while found:
        depth, at = 1, found.end()
        while at < len(head) and depth:
            depth += {"<": 1, ">": -1}.get(head[at], 0)
            at += 1
        head = head[at:]
        found = re.match(r"\s*template\s*<", head)
    return head


def without_parentheses(head):
    while True:
        shorter = re.sub(r"\([^()]*\)", "", head)
        if shorter == head:
            return head
        head = shorter


def kind_of(head):
    """What the brace after this text opens: a scope to look into, a function, or other."""
    head = without_template_head(ATTRIBUTES.sub(" ", head))
    if re.search(r"\bnamespace\b", head) or re.match(r"\s*(?:extern|export)\s*$", head):
        return "scope"
    if re.match(r"\s*(?:typedef\s+)?enum\b", head):
        return "other"
    flat = without_parentheses(head)
    if TYPE_HEAD.match(head):
        # `struct a f(int) {` is a function, `struct a : b<int(int)> {` is a type.
        before_bases = re.split(r"(?<!:):(?!:)", head)[0]
        return "function" if "(" in before_bases else "scope"
    if re.search(r"=", re.sub(r"\boperator\s*[^\s\w(]+", "operator", flat)):
        return "function" if LAMBDA.search(head) else "other"
    return "function" if "(" in head else "other"


def functions(source):
    """Yields (first line, last line) of each function that is not inside another one."""
    code = source.without_preprocessor()
    boundary = 0     # where the head begins: the text that a coming brace belongs to
    parentheses = 0
    inside = 0       # braces open since a function, an initialiser or an argument began; 0 in a scope
    kind = ""
    for found in re.finditer(r"[{}();]", code):
        token, at = found.group(), found.start()
        if inside:
            inside += {"{": 1, "}": -1}.get(token, 0)
            # `f() : a{1}, b{2} {` and `f(options o = {}) {`: the head goes on after the brace.
            if inside or kind == "argument" or re.match(r"\s*[,{]", code[at + 1:at + 200]):
                continue
            if kind == "function":
                yield source.line(head_start(code, boundary, opened)), source.line(at)
            boundary = at + 1
        elif token in "()":
            parentheses = max(0, parentheses + (1 if token == "(" else -1))
        elif token == "{":
            access = ACCESS.match(code, boundary, at)
            boundary = access.end() if access else boundary
            kind = "argument" if parentheses else kind_of(code[boundary:at])
            if kind == "scope":
                boundary = at + 1
            else:
                inside, opened = 1, at
        elif token == "}" or not parentheses:
            boundary = at + 1


def head_start(code, boundary, opened):
    """Where a function's own text starts: what stands before a blank line (a macro, say) is not its."""
    head = code[boundary:opened].rstrip()
    paragraph = [at.end() for at in re.finditer(r"\n[ \t]*(?=\n)", head)]
    start = boundary + (paragraph[-1] if paragraph else 0)
    return start + len(code[start:opened]) - len(code[start:opened].lstrip())


# --------------------------------------------------------------------------- the rules
@functools.lru_cache(maxsize=None)
def room_of(path):
    for pattern, room, allowed, world in ROOMS:
        if fnmatch.fnmatchcase(path, pattern):
            return room, None if allowed is None else expand(allowed) | {room}, world
    return None, set(), False


def expand(names):
    rooms = set()
    for name in names:
        rooms |= expand(GROUPS[name]) if name in GROUPS else {name}
    return rooms


def check_includes(path, source):
    room, allowed, world = room_of(path)
    if room is None:
        yield 1, "include", "this folder has no line in ROOMS of tests/lint/lint.py"
        return
    if allowed is None:
        return
    for line, name in source.includes():
        message = include_problem(name, room, allowed, world)
        if message:
            yield line, "include", message


def include_problem(name, room, allowed, world):
    if name.split("/")[0] in TOP_FOLDERS and "/" in name:
        other = room_of(name)[0]
        if other in allowed:
            return None
        if other == "generated":
            return f"{name} is generated: only messages/wire may include it, use its codec"
        return f"{room} may not include {name} ({other}); see ROOMS in tests/lint/lint.py"
    if fits(name, WORLD_HEADERS) and not world:
        return f"<{name}> touches the world: in {room} go through a port, adapters include it"
    if re.match(r"\.\.?/", name) or re.fullmatch(r"\w+\.hpp", name):
        return f"write {name} as a path from the root of the tree"
    return None


def check_banned(path, source):
    if fits(path, FREE):
        return
    for pattern, allowed, instead in COMPILED:
        if fits(path, allowed):
            continue
        for found in pattern.finditer(source.code):
            call = re.sub(r"\s+", "", found.group()).rstrip("(")
            yield source.line(found.start()), "banned", f"{call}: {instead}"


COMPILED = [(re.compile(pattern), allowed, instead) for pattern, allowed, instead in BANNED]


def check_functions(_, source):
    for first, last in functions(source):
        if last - first + 1 > FUNCTION_LINES:
            yield first, "function", f"{last - first + 1} lines; {FUNCTION_LINES} is the limit: split it"


def check_header(path, source):
    if path.endswith((".hpp", ".h", ".hh")) and not re.search(r"^#pragma once$", source.code, re.M):
        yield 1, "pragma", "a header needs #pragma once"


def check_text(path, text, strict, words):
    """Rules for every text file; the strict ones only where we choose the line breaks."""
    lines = text.split("\n")
    if strict and len(lines) - 1 > FILE_LINES:
        yield FILE_LINES + 1, "file", f"{len(lines) - 1} lines; {FILE_LINES} is the limit: split it"
    if text and not text.endswith("\n"):
        yield len(lines), "newline", "the last line has no end"
    for number, line in enumerate(lines, 1):
        if strict and len(line) > LINE_COLUMNS:
            yield number, "line", f"{len(line)} columns; {LINE_COLUMNS} is the limit"
        if "\t" in line:
            yield number, "tab", "indent with spaces"
        if line != line.rstrip():
            yield number, "space", "white space at the end of the line"
    if fits(path, [OWN_FOLDER]):
        return
    for found in MARKERS.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield line, "marker", f"left-over {found.group()}: do it, or open an issue"
    for found in words.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield line, "word", f"'{found.group()}' has no place in the repository"


@functools.lru_cache(maxsize=None)
def words_of(root):
    deep_enough = root.count("/") > 1  # a tree at /src must not forbid that word
    place = [r"(?<![\w.-])" + re.escape(root) + r"(?![\w.-])"] if deep_enough else []
    return re.compile("|".join(FORBIDDEN_WORDS + place), re.I)


# --------------------------------------------------------------------------- which files
def files_of(root):
    """What git tracks or would track; without git, or in a tree it does not know, all there is."""
    try:
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "-co", "--exclude-standard", "-z", "--", *TOP_FOLDERS],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = []
    listed = sorted(path for path in set(listed) if path and os.path.isfile(os.path.join(root, path)))
    return listed or sorted(walk(root))


SKIPPED = ("build", "__pycache__")


def walk(root):
    for top in TOP_FOLDERS:
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders[:] = [name for name in folders if not name.startswith(".") and name not in SKIPPED]
            for name in names:
                yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")


def read_text(full, path):
    """The text, or None for data: other endings without a #! line, and what is not UTF-8."""
    if fits(path, DATA_FOLDERS) and not path.endswith(CPP):
        return None
    with open(full, "rb") as file:
        raw = file.read()
    if not path.endswith(TEXT) and not raw.startswith(b"#!"):
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def check_file(root, path):
    text = read_text(os.path.join(root, path), path)
    if text is None:
        return
    strict = path.endswith(CPP + SCRIPTS + (".capnp",)) or text.startswith("#!")
    yield from check_text(path, text, strict, words_of(root))
    if path.endswith(CPP):
        source = Source(text)
        for rule in (check_includes, check_banned, check_functions, check_header):
            yield from rule(path, source)


def main():
    default_root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    options = argparse.ArgumentParser(description="checks the house rules of this repository")
    options.add_argument("--root", default=default_root, help="the tree to check; the default is this one")
    root = os.path.realpath(options.parse_args().root)
    checked, found = 0, 0
    for path in files_of(root):
        checked += 1
        for line, rule, message in sorted(check_file(root, path)):
            print(f"{path}:{line}: {rule}: {message}")
            found += 1
    print(f"lint: {found} violations in {checked} files", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
