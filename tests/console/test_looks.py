# SPDX-License-Identifier: EUPL-1.2
"""Every look can fail: pages with one fault each, which must be named, and one without, in which nothing is."""

from __future__ import annotations

import http.server
import threading
import unittest

from chrome import Chrome, Reader

PAGE = """<!doctype html><html lang="nl"><head><title>Proef</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css"></head><body><main><h1>Proef</h1><p>Tekst <span lang="bg">с кирилица</span>.</p>{}</main></body></html>"""
STYLE = """body { margin: 0; } a, button { display: inline-block; min-width: 3rem; min-height: 3rem; } :focus-visible { outline: 3px solid #000; }
.wide { width: 321px; } .pale { color: #ccc; } .shy:focus-visible { outline: none; } .off { position: absolute; left: -999rem; }"""
GOOD = '<a href="/">Weg</a> <button>Doen</button> <input type="checkbox" id="a"><label for="a">Aan</label>'
FAULTS = {
    "image-alt": '<img src="/a.png">', "color-contrast": '<p class="pale">Bleek</p>', "label": '<input name="a">', "button-name": "<button></button>",
    'Cyrillic under lang="nl": "Здравей"': "<p>Здравей</p>", 'Cyrillic under lang="bg-Latn"': '<p lang="bg-Latn">Здравей</p>',
    'Cyrillic under lang="nl": "Име"': '<button aria-label="Име">x</button>', "321 px wide in 320": '<div class="wide">x</div>',
    "focus is not to be seen": '<button class="shy">Doen</button>', "not reached by keyboard: <button>Val": '<button class="trap">Val</button><button>Val</button>',
    "violates the following Content Security Policy": "<style>p { color: red }</style>", "console: Failed to load": '<img alt="" src="/gone.png">',
    "asked http://localhost": '<img alt="" src="http://localhost:1/a.png">', "script: broken": '<script src="/broken.js"></script>',
}
TRAP = 'document.querySelector(".trap")?.addEventListener("keydown", (event) => event.key === "Tab" && event.preventDefault());'


class TestLooks(unittest.TestCase):
    def setUp(self) -> None:
        chrome = Chrome.get()
        test = self
        self.page = ""

        class Answers(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802, the name http.server calls
                known = {"/": ("text/html", test.page), "/style.css": ("text/css", STYLE), "/broken.js": ("text/javascript", "throw new Error('broken')"),
                         "/trap.js": ("text/javascript", TRAP), "/a.png": ("image/png", "")}
                kind, body = known.get(self.path, ("text/plain", ""))
                self.send_response(200 if self.path in known else 404)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Security-Policy", "default-src 'self'; img-src * data:")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.reader = Reader(chrome, "looks", f"http://127.0.0.1:{server.server_address[1]}", language="nl", width=1280, scheme="light", scripts=True)

    def flaws(self, body: str) -> list[str]:
        self.reader.flaws.clear()
        self.page = PAGE.format(body + '<script src="/trap.js"></script>')
        self.reader.go("/")
        self.reader.look("page")
        return list(self.reader.flaws)

    def test_a_good_page_has_none(self) -> None:
        self.assertEqual(self.flaws(GOOD), [])

    def test_each_fault_is_named(self) -> None:
        for words, body in FAULTS.items():
            with self.subTest(words):
                found = self.flaws(GOOD + body)
                self.assertTrue(any(words in flaw for flaw in found), found)
                self.assertLessEqual(len(found), 3, found)

    def test_without_scripts_as_well(self) -> None:
        self.reader = Reader(self.reader.chrome, "looks-plain", self.reader.origin, language="nl", width=320, scheme="dark", scripts=False)
        self.assertEqual(self.flaws(GOOD + '<script src="/broken.js"></script>'), [])  # it does not run
        self.assertTrue(any("image-alt" in flaw for flaw in self.flaws(GOOD + FAULTS["image-alt"])))


if __name__ == "__main__":
    unittest.main(verbosity=2)
