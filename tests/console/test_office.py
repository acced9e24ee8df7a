# SPDX-License-Identifier: EUPL-1.2
"""Adviser, approver and operator: in by a code and an app, and through every page that a link of theirs leads to. A section that
is added is walked by itself; what is done there has a walk of its own."""

from __future__ import annotations

import re
import time
import unittest
from pathlib import Path

from town import Town
from walk import Reader, number, totp

MOST_PAGES = 60  # of one user
TABLE = Path(__file__).resolve().parent.parent.parent / "gateway" / "console" / "console.c"
PATHS = re.findall(r'"(/(?:office|staff)/[^"]*)"', TABLE.read_text())
# What stands for {} in a row of the pages' table.
PLACES = [re.compile("^" + re.escape(path).replace(r"\{\}", "([^/]+)") + "$") for path in PATHS if "{}" in path]
STEP_S = 30


def kind(path: str) -> str:
    """Pages of the same kind are one: what is in their place and what follows the question mark are left away."""
    path = path.split("?")[0].split("#")[0]
    for place in PLACES if path not in PATHS else ():
        if found := place.match(path):
            return path[:found.start(1)] + "{}" + path[found.end(1):]
    return path


class TestOffice(Town):
    def sign_in(self, reader: Reader, name: str, role: str, n: int) -> None:
        self.gateway.run("users", "add", name, "--role", role, "--address", number(n))
        reader.enter("/staff/start")
        reader.look("start")
        reader.fill("name", name)
        reader.press("/staff/ask")
        reader.look("code")
        code = self.code_to(n)
        reader.fill("code", "000000" if code != "000000" else "111111")
        reader.press("/staff/enter")
        reader.look("code-wrong")
        reader.fill("code", code)
        reader.press("/staff/enter")
        self.assertEqual(reader.where(), "/staff/second")
        reader.look("second")
        found = re.search(r"<code>([A-Z2-7]{32})</code>", reader.html())
        assert found
        reader.fill("code", totp(found.group(1), int(time.time()) // STEP_S))
        reader.press("/staff/second")

    def code_to(self, n: int) -> str:
        found = re.search(r"\b\d{6}\b", self.wait_text_to(n, ""))
        assert found
        return found.group()

    def through_every_page(self, reader: Reader) -> set[str]:
        """From where the user comes in, by the links of each page that lead to users' pages. Returns the kinds that were seen."""
        waiting, seen = [reader.where()], set()
        while waiting and len(seen) < MOST_PAGES:
            path = waiting.pop(0)
            if kind(path) in seen:
                continue
            seen.add(kind(path))
            reader.go(path)
            if "." in path.rsplit("/", 1)[1]:
                continue  # a file
            reader.look(kind(path).strip("/").replace("/", "-").replace("{}", "one"))
            waiting += [link for link in reader.links('nav.office-nav a, main a') if re.match(r"/(office|staff)(/|$)", link)]
        self.assertLess(len(seen), MOST_PAGES, "are there so many pages, or is one found again and again?")
        return seen

    def test_every_section(self) -> None:
        self.begin()
        self.import_people(3)
        event = self.plan()
        self.invite(event, 1, 2, 3)
        self.open_hours()
        self.says(1, "Къде е училището, моля?")
        for n, (name, role, language) in enumerate((("vera", "adviser", "nl"), ("wim", "approver", "bg"), ("ivo", "operator", "nl"),
                                                    ("zoya", "adviser", "bg")), 61):
            with self.subTest(f"{role} {language}"):
                reader = self.reader(f"office-{role}", language)
                self.sign_in(reader, name, role, n)
                seen = self.through_every_page(reader)
                self.assertIn("/staff/account", seen)


if __name__ == "__main__":
    unittest.main(verbosity=2)
