# SPDX-License-Identifier: EUPL-1.2
"""The page of the simulated phones: what arrives stands there, an answer from there is heard, and a gateway that reaches
real people has no such page."""

from __future__ import annotations

import html
import http.server
import re
import shutil
import subprocess
import threading
import unittest
from pathlib import Path

from world import World, number, until

from support.browser import Browser

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "gateway" / "console" / "static" / "phones.js"
SIMULATED = {"account": {name: None for name in (
    "provider", "timeout", "connect_timeout", "retry_first", "retry_max", "attempts", "breaker_after", "receipt_window", "url", "body",
    "header.Authorization", "answer_id", "answer_code", "code.opted_out", "code.invalid_recipient", "webhook_secret", "receipt_id",
    "receipt_reference", "receipt_state", "receipt.sent", "receipt.delivered", "receipt.read", "receipt.undelivered_permanent",
    "receipt.undelivered_temporary", "reply_from", "reply_text", "reply_id")} | {"adapter": "simulator"},
    "gateway": {"phones": "yes"}}


def bubbles(page: str, of: str) -> list[str]:
    """What stands on one phone, oldest first; what was typed there begins with '>'."""
    phone = re.search(rf'data-number="{re.escape(of)}".*?</section>', page, re.S)
    found = re.findall(r'<li( class="theirs")?><p[^>]*>(.*?)</p>', phone.group() if phone else "", re.S)
    return [("> " if typed else "") + html.unescape(text) for typed, text in found]


class TestPhones(World):
    def test_what_arrives_and_what_is_answered(self) -> None:
        self.start(people=2, **SIMULATED)
        browser = Browser(self.public)
        self.assertIn("Nothing has arrived yet", browser.get("/phones?language=en"))
        self.accepted(self.school(), self.event())
        until("the invitation to stand on the phone", lambda: bubbles(browser.get("/phones"), number(1)))
        self.assertRegex(browser.body, r'<p lang="bg">Zaanstad: родителска среща|<p lang="bg">Zaanstad: Родителска среща')
        page = browser.post("/phones", {"at": "1", "account": "main", "address": number(1), "word": "ДА", "text": "НЕ"})
        self.assertEqual((browser.status, browser.path), (200, "/phones#phone-1"))
        self.assertIn("> ДА", bubbles(page, number(1)))
        until("the answer to be answered", lambda: len(bubbles(browser.get("/phones"), number(1))) == 3)
        self.assertRegex(bubbles(browser.body, number(1))[2], "Записахме")
        self.assertEqual(len(bubbles(browser.body, number(2))), 1)
        browser.post("/phones", {"at": "2", "account": "main", "address": number(2), "word": "", "text": "<b>спри</b> & СТОП"})
        self.assertIn("&lt;b&gt;спри&lt;/b&gt; &amp; СТОП", browser.body)
        # Neither another site's form nor an account there is not: nothing is said by them.
        browser.send("POST", "/phones", "account=main&address=%2B31612340001&word=STOP", **{"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(browser.status, 403)
        browser.send("POST", "/phones", "account=other&address=%2B31612340001&word=STOP")
        self.assertEqual(browser.status, 404)
        browser.send("POST", "/phones", "account=main&address=nobody&word=STOP")
        self.assertEqual(browser.status, 400)
        self.assertEqual(len(bubbles(browser.get("/phones"), number(1))), 3)

    def test_nobody_is_shown_where_people_are_reached(self) -> None:
        self.start(people=0)
        browser = Browser(self.public)
        browser.get("/phones")
        self.assertEqual(browser.status, 404)
        browser.send("POST", "/phones", "account=main&address=%2B31612340001&word=STOP")
        self.assertEqual(browser.status, 404)

    @unittest.skipUnless(shutil.which("chromium"), "no chromium")
    def test_it_renews_itself(self) -> None:
        """The script alone, in a real browser: the first page has one phone, every later one a word more and a second."""
        frame = '<!doctype html><meta charset=utf-8><div id="phones">{}</div><script type="module" src="/static/phones.js"></script>'
        phone = ('<section class="phone" id="phone-{0}" data-number="+3160000000{0}"><ol class="talk">{1}</ol>'
                 '<form><input name="text" value="being typed {0}"></form></section>')
        pages = [frame.format(phone.format(1, "<li>first</li>")),
                 frame.format(phone.format(1, "<li>first</li><li>second</li>") + phone.format(2, "<li>third</li>"))]
        asked: list[str] = []

        class Answers(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802, the name http.server calls
                body = SCRIPT.read_text() if self.path.endswith(".js") else pages[min(len(asked), 1)] if self.path == "/phones" else ""
                if self.path == "/phones":
                    asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        drawn = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.folder / 'profile'}",
                                "--virtual-time-budget=3000", "--dump-dom", f"http://127.0.0.1:{server.server_address[1]}/phones"],
                               capture_output=True, text=True, timeout=120, check=True).stdout
        self.assertGreater(len(asked), 1)
        for word in ("first", "second", "third", "being typed 1", "being typed 2"):
            self.assertEqual(drawn.count(word), 1, drawn)


if __name__ == "__main__":
    unittest.main()
