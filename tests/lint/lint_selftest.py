#!/usr/bin/env python3
"""Goal: each rule of lint.py finds what it is for, and says nothing about clean code.
Method: plant one file per case in a temporary tree, run the lint once over all of them, and compare
what it reported with what each case expects."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

LINT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lint.py")
LONG_BODY = "  step();\n" * 69   # with its first and last line: 71 lines
FITTING_BODY = "  step();\n" * 68

# (path, text, the (rule, line) pairs expected)
CASES = [
    # The include rule, by folder.
    ("messages/base/a.cpp", '#include "messages/fleet.hpp"\n', [("include", 1)]),
    ("messages/base/b.cpp", '#include "messages/base/ids.hpp"\n#include <vector>\n', []),
    ("messages/a.cpp", '#include "runtime/crypto/hash.hpp"\n', [("include", 1)]),
    ("messages/b.cpp", '#include "messages/wire/link.capnp.h"\n', [("include", 1)]),
    ("messages/wire/a.cpp", '#include "messages/wire/link.capnp.h"\n#include "messages/fleet.hpp"\n', []),
    ("actors/gen.cpp", '#include "messages/wire/link.capnp.h"\n', [("include", 1)]),
    ("runtime/crypto/a.cpp", '#include "storage/log/note.hpp"\n', [("include", 1)]),
    ("storage/log/a.cpp", '#include "runtime/crypto/hash.hpp"\n#include <fstream>\n', [("include", 2)]),
    ("storage/store.hpp", '#pragma once\n#include "storage/log/note.hpp"\n', []),
    ("storage/memory_store.cpp", '#include "storage/store.hpp"\n#include <unistd.h>\n', [("include", 2)]),
    ("storage/rocksdb_store.cpp", '#include "storage/store.hpp"\n#include <rocksdb/db.h>\n', []),
    ("storage/tile_files.cpp", "#include <filesystem>\n", []),
    ("runtime/ports/a.hpp", '#pragma once\n#include "actors/node.hpp"\n', [("include", 2)]),
    ("actors/a.cpp", '#include "storage/rocksdb_store.hpp"\n', [("include", 1)]),
    ("actors/b.cpp", '#include "storage/memory_store.hpp"\n', [("include", 1)]),
    ("actors/c.cpp", '#include "sim/world.hpp"\n', [("include", 1)]),
    ("actors/d.cpp", '#include "storage/store.hpp"\n#include "runtime/ports/clock.hpp"\n'
                     '#include "runtime/link/session.hpp"\n#include <caf/all.hpp>\n', []),
    ("actors/e.cpp", "#include <sys/socket.h>\n#include <caf/io/all.hpp>\n",
     [("include", 1), ("include", 2)]),
    ("actors/f.cpp", '// #include <thread>\n/*\n#include <thread>\n*/\n#  include "unistd.h"\n',
     [("include", 5)]),
    ("actors/g.cpp", '#include "g.hpp"\n', [("include", 1)]),
    ("runtime/link/a.cpp", '#include "actors/node.hpp"\n', [("include", 1)]),
    ("runtime/adapters/a.cpp", '#include "runtime/ports/clock.hpp"\n#include <thread>\n', []),
    ("runtime/adapters/b.cpp", '#include "actors/node.hpp"\n', [("include", 1)]),
    ("runtime/vmm/a.cpp", "#include <libvirt/libvirt.h>\n", []),
    ("runtime/node.cpp", '#include "actors/node.hpp"\n#include "runtime/adapters/clock.hpp"\n',
     [("include", 2)]),
    ("runtime/config_parse.cpp", "#include <fstream>\n", [("include", 1)]),
    ("runtime/ppn_main.cpp", '#include "runtime/adapters/clock.hpp"\n#include "storage/rocksdb_store.hpp"\n'
                             "#include <csignal>\n", []),
    ("runtime/other_main.cpp", '#include "sim/world.hpp"\n', [("include", 1)]),
    ("runtime/daemon/lock.cpp", '#include <fcntl.h>\n#include "runtime/adapters/clock.hpp"\n', []),
    ("sim/a.cpp", '#include "storage/rocksdb_store.hpp"\n#include "runtime/node.hpp"\n'
                  '#include "runtime/adapters/clock.hpp"\n', [("include", 3)]),
    ("sim/b.cpp", "#include <filesystem>\n", [("include", 1)]),
    ("sim/commands/run.cpp", "#include <fstream>\nauto a = std::chrono::steady_clock::now();\n", []),
    ("tests/unit/a.cpp", '#include "runtime/adapters/clock.hpp"\n#include <thread>\n#include <fstream>\n'
                         "std::random_device seed;\n", []),

    # Banned calls.
    ("actors/h.cpp", "auto a = std::chrono::system_clock::now();\nauto b = steady_clock :: now();\n",
     [("banned", 1), ("banned", 2)]),
    ("runtime/adapters/c.cpp", "auto a = std::chrono::steady_clock::now();\nstd::thread worker;\n"
                               "void f() { randombytes_buf(a, 1); }\n", []),
    ("actors/i.cpp", "int a = rand();\nstd::random_device b;\nint c = operand(1);\n",
     [("banned", 1), ("banned", 2)]),
    ("runtime/crypto/b.cpp",
     "void f() {\n  randombytes_buf(a, 1);\n  crypto_core_ristretto255_scalar_random(a);\n"
     "  crypto_aead_xchacha20poly1305_ietf_keygen(a);\n  crypto_sign_keypair(a, b);\n"
     "  crypto_sign_seed_keypair(a, b, c);\n  auto k = make_keypair(c);\n}\n",
     [("banned", 2), ("banned", 3), ("banned", 4), ("banned", 5)]),
    ("actors/j.cpp", "void f() {\n  sleep(1);\n  usleep(1);\n  std::this_thread::sleep_for(1s);\n"
                     "  guest->sleep(1);\n}\n", [("banned", 2), ("banned", 3), ("banned", 4)]),
    ("actors/k.cpp", "std::thread a;\nstd::jthread b;\n", [("banned", 1), ("banned", 2)]),
    ("runtime/node_parts.cpp", "void f() { spawn<caf::detached>(g); }\n", [("banned", 1)]),
    ("runtime/ppn_b_main.cpp", "void f() { spawn<caf::detached>(g); }\nstd::thread a;\n", []),
    ("actors/l.cpp", 'void f() {\n  caf::aout(self) << "x";\n}\n', [("banned", 2)]),
    ("actors/m.cpp", '// rand() and aout(x)\nauto a = "sleep(1) rand()";\nint b = 1\'000; // \'rand()\n'
                     'auto c = R"(rand() " )";\nchar d = \'"\'; /* steady_clock::now */\n', []),

    # How long a function may be.
    ("actors/n.cpp", "void f() {\n" + LONG_BODY + "}\n", [("function", 1)]),
    ("actors/o.cpp", "void f() {\n" + FITTING_BODY + "}\n", []),
    ("actors/p.cpp", "namespace a {\nstruct b {\n" + "  int c;\n" * 90 + "};\n}\n", []),
    ("actors/q.cpp", "enum class a {\n" + "  b,\n" * 90 + "};\nint c[] = {\n" + "  1,\n" * 90 + "};\n", []),
    ("actors/r.cpp", "constexpr std::array<int, 2> a{\n" + "  1,\n" * 90 + "};\n", []),
    ("actors/s.cpp", "struct a {\n  a(int b)\n    : c{b}, d(b), e{} {\n" + LONG_BODY + "  }\n};\n",
     [("function", 2)]),
    ("actors/t.cpp", "namespace {\nauto f = [](int a) {\n" + LONG_BODY + "};\n}\n", [("function", 2)]),
    ("actors/u.cpp", "template <class T = int>\nstruct T f(options o = {}) {\n" + LONG_BODY + "}\n",
     [("function", 1)]),
    ("actors/v.cpp", "bool a::operator==(const a& b) const {\n" + LONG_BODY + "}\n", [("function", 1)]),
    ("actors/w.cpp", "#define OPEN {\nvoid f() {\n#ifdef A\n  if (a) {\n#else\n  if (b) {\n#endif\n  }\n}\n"
                     "void g() {\n" + LONG_BODY + "}\n", [("function", 10)]),
    ("actors/x.cpp", 'void f() {\n  const char* a = "}}}";\n  // }\n  char b = \'}\';\n' + LONG_BODY + "}\n",
     [("function", 1)]),
    ("tests/unit/b.cpp", "BOOST_AUTO_TEST_SUITE(a)\n\nBOOST_AUTO_TEST_CASE(b) {\n" + FITTING_BODY + "}\n",
     []),
    ("tests/unit/c.cpp", "BOOST_AUTO_TEST_CASE(b) {\n" + LONG_BODY + "}\n", [("function", 1)]),
    ("actors/y.cpp", "class a : public b<int(int)> {\npublic:\n  void f();\n" + "  int c;\n" * 90
                     + "private:\n  void g() {\n" + LONG_BODY + "  }\n};\n", [("function", 95)]),

    # Text.
    ("actors/long_file.cpp", "int a;\n" * 501, [("file", 501)]),
    ("actors/fitting_file.cpp", "int a;\n" * 500, []),
    ("actors/long_line.cpp", "int " + "a" * 106 + ";\n", [("line", 1)]),
    ("actors/fitting_line.cpp", "int " + "a" * 105 + ";\n", []),
    ("actors/marker.cpp", "// TODO: later\nint a; // FIXME\n// XXX\n// as XXXX-XXX-X, the word TODOS\n",
     [("marker", 1), ("marker", 2), ("marker", 3)]),
    ("actors/header.hpp", "int a();\n", [("pragma", 1)]),
    ("actors/commented.hpp", "// #pragma once\nint a();\n", [("pragma", 1)]),
    ("actors/tab.cpp", "int a;\n\tint b;\n", [("tab", 2)]),
    ("actors/space.cpp", "int a; \nint b;\r\n", [("space", 1), ("space", 2)]),
    ("actors/open_end.cpp", "int a;", [("newline", 1)]),
    ("actors/word.cpp", "// see @ROOT@/a, not @ROOT@-a or b@ROOT@\n// Lorem Ipsum\n",
     [("word", 1), ("word", 2)]),
    ("deploy/script", "#!/bin/sh\n# FIXME\n" + "#" * 111 + "\n", [("marker", 2), ("line", 3)]),
    ("deploy/unit.service", "[Unit]\t\n", [("tab", 1), ("space", 1)]),
    ("deploy/picture", "TODO \t", []),
    ("tests/fuzz/corpus/link/a.txt", "TODO \t", []),
    ("docs/not_looked_at.cpp", "// TODO\n", []),
]


def run_lint(root):
    done = subprocess.run([sys.executable, LINT, "--root", root], capture_output=True, text=True, check=False)
    found = set()
    for report in done.stdout.splitlines():
        path, line, rule, _ = report.split(":", 3)
        found.add((path, rule.strip(), int(line)))
    return done.returncode, found


def plant(root, path, text):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", newline="", encoding="utf-8") as file:
        file.write(text.replace("@ROOT@", os.path.realpath(root)))


class LintTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def test_each_planted_violation_is_found_and_nothing_else(self):
        self.assertEqual(len({path for path, _, _ in CASES}), len(CASES), "a case overwrites another")
        for path, text, _ in CASES:
            plant(self.root, path, text)
        code, found = run_lint(self.root)
        self.assertEqual(code, 1)
        for path, _, expected in CASES:
            with self.subTest(path):
                self.assertEqual({(rule, line) for at, rule, line in found if at == path}, set(expected))

    def test_clean_tree_passes(self):
        for path, text, expected in CASES:
            if not expected:
                plant(self.root, path, text)
        self.assertEqual(run_lint(self.root), (0, set()))

    @unittest.skipUnless(shutil.which("git"), "no git here")
    def test_git_decides_what_is_looked_at(self):
        for path in ("actors/new.cpp", "actors/ignored.cpp"):
            plant(self.root, path, "// TODO\n")
        plant(self.root, ".gitignore", "ignored.cpp\n")
        subprocess.run(["git", "init", "-q", self.root], check=True)
        self.assertEqual(run_lint(self.root), (1, {("actors/new.cpp", "marker", 1)}))


if __name__ == "__main__":
    unittest.main()
