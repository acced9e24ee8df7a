# SPDX-License-Identifier: EUPL-1.2
"""The checks of the house can fail: each is given a small tree with one fault after the other, and must name it."""

from __future__ import annotations

import contextlib
import io
import tempfile
import unittest
from pathlib import Path
from types import ModuleType

import banned
import documents
import layers
import pages
import privacy
import sizes

HEAD = "/* SPDX-License-Identifier: EUPL-1.2 */\n/* For tests. */\n"


class TestLint(unittest.TestCase):
    def findings(self, check: ModuleType, files: dict[str, str]) -> list[str]:
        with tempfile.TemporaryDirectory(prefix="pk-") as name:
            root = Path(name)
            for path, content in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(content)
            with contextlib.redirect_stderr(io.StringIO()):
                return list(check.check(root))

    def one(self, check: ModuleType, files: dict[str, str], part: str) -> None:
        found = self.findings(check, files)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def none(self, check: ModuleType, files: dict[str, str]) -> None:
        self.assertEqual(self.findings(check, files), [])

    def test_layers(self) -> None:
        base = {"gateway/base/buf.h": "", "gateway/store/store.h": "", "gateway/include/pokana/adapter.h": "",
                "adapters/kit/json.h": "", "adapters/other/other.h": ""}
        self.none(layers, base | {"gateway/store/a.c": '#include "gateway/base/buf.h"\n#include <sqlite3.h>\n'})
        self.one(layers, base | {"gateway/base/a.c": '#include "gateway/store/store.h"\n'}, "gateway/base/a.c:1:")
        self.one(layers, base | {"gateway/io/a.c": '#include "gateway/store/store.h"\n'}, "not in a lower layer than gateway/io")
        self.one(layers, base | {"gateway/store/a.c": '#include "store.h"\n'}, "in no layer")
        self.one(layers, base | {"gateway/store/a.c": '\n#include "gateway/store/gone.h"\n'}, "a.c:2: there is no")
        self.one(layers, base | {"gateway/service/a.c": "#include <sqlite3.h>\n"}, "belongs to gateway/store alone")
        self.one(layers, base | {"gateway/language/a.cpp": "#include <curl/curl.h>\n"}, "belongs to gateway/io alone")
        self.none(layers, base | {"adapters/x/x.c": '#include "gateway/include/pokana/adapter.h"\n#include "adapters/kit/json.h"\n'})
        self.one(layers, base | {"adapters/x/x.c": '#include "adapters/other/other.h"\n'}, "another adapter's")
        self.one(layers, base | {"adapters/x/x.c": '#include "gateway/base/buf.h"\n'}, "not in a lower layer")
        self.one(layers, base | {"adapters/x/x.c": "#include <sys/socket.h>\n"}, "not for adapters")
        self.one(layers, base | {"gateway/app/a.c": '#include "adapters/kit/json.h"\n'}, "through their table")
        self.none(layers, base | {"gateway/base/a.c": '/* #include "gateway/store/store.h" */\n'})

    def test_sizes(self) -> None:
        self.none(sizes, {"gateway/a.h": HEAD + "int a;\n" * 500})
        self.one(sizes, {"gateway/a.h": HEAD + "int a;\n" * 600}, "602 lines")
        self.none(sizes, {"adapters/x/x.h": HEAD + "int a;\n" * 348})
        self.one(sizes, {"adapters/x/x.h": HEAD + "int a;\n" * 349}, "adapters/kit")
        self.one(sizes, {"gateway/a.h": "/* For tests. */\n"}, "no licence line")
        self.one(sizes, {"gateway/a.h": "/* SPDX-License-Identifier: EUPL-1.2 */\nint a;\n"}, "what this file is for")
        function = "static int long_one(int a,\n                    int b)\n{\n" + "    a = b;\n" * 101 + "}\n"
        self.one(sizes, {"gateway/a.c": HEAD + function}, "long_one() has 101 lines")

    def test_banned(self) -> None:
        self.none(banned, {"gateway/a.c": '/* strcpy(a, b) */ const char *s = "atoi(x)"; int x = my_rand(3), y = t.time(0);\n'})
        self.one(banned, {"gateway/a.c": "\nint x = atoi(s);\n"}, "gateway/a.c:2: atoi() is not used here; take pk_parse_int")
        self.one(banned, {"gateway/a.c": "p = malloc(3);\n"}, "pk_alloc")
        self.none(banned, {"tests/bench/a.c": "p = malloc(3);\n", "gateway/base/mem.c": "p = malloc(3);\n"})
        self.one(banned, {"gateway/a.h": "/* TO" "DO: later */\n"}, "finish it")
        self.one(banned, {"tests/a.py": "import time\ntime.sl" "eep(1)\n"}, "a.py:2:")

    def test_privacy(self) -> None:
        self.none(privacy, {"a.csv": "sms,+31600001234\nsms,+359880001234\nsms,0031 6 12345678\nid 31612987450012\n"})
        self.one(privacy, {"a.csv": "x\nsms,+316" "29873" "461\n"}, "a.csv:2:")
        self.one(privacy, {"a.md": "call +359 88 " "729 3461 now\n"}, "could be somebody's")

    def test_pages(self) -> None:
        page = "gateway/console/pages/a.html"
        self.none(pages, {page: '<link rel="stylesheet" href="/static/a.css"><script type="module" src="/static/a.js"></script><a href="https://b.nl">b</a>',
                          "gateway/console/static/a.css": "a" * 149_999})
        self.one(pages, {"gateway/console/static/a.css": "a" * 80_000, "gateway/console/static/b.js": "b" * 70_000}, "150000 bytes together")
        for wrong in ("<script>a()</script>", "<style>a{}</style>", '<p onclick="a()">', '<p style="color:red">', '<a href="javascript:a()">'):
            self.one(pages, {page: f"<p>\n{wrong}"}, "a.html:2:")
        for name, wrong in (("pages/a.html", '<img src="https://b.nl/a.png">'), ("pages/a.html", '<link href="//b.nl/a.css">'),
                            ("static/a.css", "a { background: url(https://b.nl/a.png) }"), ("static/a.js", 'import("https://b.nl/a.js");'),
                            ("static/a.js", 'fetch("https://b.nl/a")')):
            self.one(pages, {f"gateway/console/{name}": wrong}, "ask nobody else")

    def test_documents(self) -> None:
        maps = {folder + "/README.md": "" for folder in documents.MAPS}
        program = maps | {"gateway/app/cmd_queue.c": 'const struct pk_command pk_command_queue = {\n    .name = "queue",\n};\n',
                          "config/pokana.1": "queue", "config/pokana.bash": "queue"}
        self.none(documents, program | {"README.md": "`pokana queue` and [this](gateway/README.md) and `gateway/base/README.md`"})
        self.one(documents, program | {"README.md": "[x](gateway/gone.md)"}, "leads nowhere")
        self.one(documents, program | {"README.md": "see `gateway/gone.c`"}, "there is no gateway/gone.c")
        self.one(documents, program | {"README.md": "run `pokana quit`"}, 'no command "quit"')
        self.one(documents, program | {"config/pokana.1": ""}, 'says nothing of the command "queue"')
        del maps["gateway/io/README.md"]
        self.one(documents, maps | {"gateway/io/loop.h": ""}, "gateway/io: no README.md")


if __name__ == "__main__":
    unittest.main()
