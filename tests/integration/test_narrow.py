# SPDX-License-Identifier: EUPL-1.2
"""Every page for residents in a window 320 px wide, in every language, drawn by a real browser: nothing hangs over its edge,
and none has a script. What is filled in is as the gateway fills it in."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import unittest

from world import World, number, until

from support.browser import Browser

WIDTH = 320
LANGUAGES = ("bg", "bg-Latn", "nl", "en", "tr")
SKIPPED = 77
OPEN = ("/", "/me/start", "/me/code", "/me/stopped", "/me/deleted", "/join", "/join/asked", "/a/nothing")
OWN = ("/me", "/me?saved=1", "/me?old=1", "/me/address", "/me/address/codes", "/me/stop", "/me/delete")
CHOICES = {"choice school": {"name.bg": "Училище", "name.nl": "School", "tags": "school:de-windroos, school:het-kompas",
                             "labels.nl": "Basisschool De Windroos aan de Zuiddijk, Het Kompas"}}
# Each page in a frame of that width, which is its window; what it wants to be is written down when all are drawn.
MEASURE = """<script>onload = () => { document.body.textContent = "measured " + JSON.stringify([...document.querySelectorAll("iframe")].map(
  frame => [frame.title, frame.contentDocument.documentElement.scrollWidth])) + " end" }</script>"""


class TestNarrow(World):
    def draw(self, pages: dict[str, str]) -> dict[str, int]:
        frames = "".join(f'<iframe title="{name}" width="{WIDTH}" height="640" style="border:0" srcdoc="{html.escape(page)}"></iframe>'
                         for name, page in pages.items())
        file = self.folder / "frames.html"
        file.write_text(f"<!doctype html><meta charset=utf-8><body>{frames}{MEASURE}", encoding="utf-8")
        drawn = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.folder / 'profile'}",
                                "--dump-dom", file.as_uri()], capture_output=True, text=True, timeout=120, check=True).stdout
        found = re.search(r"measured (.*) end", drawn, re.S)
        assert found, drawn[:500]
        return dict(json.loads(html.unescape(found.group(1))))

    def test_nothing_hangs_over_the_edge(self) -> None:
        self.start(people=2, account={"replies": "no"}, **CHOICES)
        self.accepted(self.school(), self.event())
        link = until("a link", lambda: re.search(r"/a/[A-Za-z0-9_-]{22}", " ".join(self.texts_to(2))))
        browser = Browser(self.public)
        style = browser.get("/static/pokana.css")
        self.assertEqual(browser.status, 200)
        pages = {}
        stranger = Browser(self.public)
        for language in LANGUAGES:
            for path in (*OPEN, link.group()):
                pages[f"{language} {path}"] = stranger.get(f"{path}?language={language}")
        browser.get("/me/start?language=nl")
        browser.post("/me/ask", {"number": number(1)})
        code = until("a code", lambda: re.search(r"\b\d{6}\b", " ".join(text for text in self.texts_to(1) if "10 " in text)))
        browser.post("/me/enter", {"code": code.group()})
        for language in LANGUAGES:
            for path in OWN:
                pages[f"{language} {path}"] = browser.get(f"{path}{'&' if '?' in path else '?'}language={language}")
                self.assertEqual(browser.status, 200, path)
        for name, page in pages.items():
            self.assertNotRegex(page, r"(?i)<script|<style|\son[a-z]+=|javascript:", name)
            self.assertIn('href="/static/pokana.css"', page, name)
            pages[name] = re.sub(r'<link[^>]*pokana\.css"[^>]*>', lambda _: f"<style>{style}</style>", page)
        pages["too wide"] = f'<!doctype html><style>{style}</style><main><div style="width:{WIDTH + 1}px">x</div></main>'
        drawn = self.draw(pages)
        self.assertEqual(drawn.keys(), pages.keys())
        wide = {name: width for name, width in drawn.items() if width > WIDTH}
        self.assertGreater(wide.pop("too wide", 0), WIDTH)  # it would be seen
        self.assertEqual(wide, {})


if __name__ == "__main__":
    if not shutil.which("chromium"):
        raise SystemExit(SKIPPED)
    unittest.main()
