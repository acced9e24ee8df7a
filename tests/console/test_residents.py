# SPDX-License-Identifier: EUPL-1.2
"""A resident: signs up, comes in by a code, changes what is kept, stops; answers by the link of a message; ends the mails."""

from __future__ import annotations

import re
import unittest

from walk import CHOICES, Reader, Walk, number, until

LINK = re.compile(r"/a/[\w-]{22}")


class TestResidents(Walk):
    def begin(self) -> None:
        self.start(people=8, account={"replies": "no"}, **CHOICES)

    def sign_in(self, reader: Reader, n: int) -> None:
        reader.enter("/me/start")
        reader.fill("number", number(n))
        reader.press("/me/ask")
        reader.fill("code", self.code_for(n))
        reader.press("/me/enter")

    def link_to(self, n: int, but: str = "") -> str:
        return until(f"a link to {n}", lambda: next((found for text in self.texts_to(n) for found in LINK.findall(text) if found != but), "")) or ""

    def test_signing_up(self) -> None:
        self.begin()
        for reader, n in self.readers("join"):
            reader.enter("/")
            reader.look("home")
            reader.follow("/join")
            reader.look("form")
            reader.press("/join")
            reader.look("form-empty")
            reader.fill("number", number(20 + n))
            reader.tick("topic", "parent-meetings")
            reader.tick("age", "16")
            reader.press("/join")
            self.assertEqual(reader.where(), "/join/asked")
            reader.look("asked")
            self.assertTrue(self.link_to(20 + n))  # the question went out

    def test_the_own_page(self) -> None:
        self.begin()
        for reader, n in self.readers("me"):
            reader.enter("/me/start")
            reader.look("start")
            reader.fill("number", "12")
            reader.press("/me/ask")
            reader.look("start-wrong")
            reader.fill("number", number(n))
            reader.press("/me/ask")
            reader.look("code")
            code = self.code_for(n)
            reader.fill("code", "000000" if code != "000000" else "111111")
            reader.press("/me/enter")
            reader.look("code-wrong")
            reader.fill("code", code)
            reader.press("/me/enter")
            self.assertEqual(reader.where(), "/me")
            reader.look("page")
            reader.tick("tag", "school:het-kompas")
            reader.press("/me/choose")
            reader.look("saved")
            reader.follow("/me/address")
            reader.look("address")
            reader.fill("address", number(40 + n))
            reader.press("/me/address")
            reader.look("codes")
            reader.fill("old", "1")
            reader.fill("new", "2")
            reader.press("/me/address/codes")
            reader.look("codes-wrong")
            reader.go("/me/delete")
            reader.press("/me/delete")
            reader.look("delete-unsure")
            reader.go("/me")
            reader.follow("/me/stop")
            reader.look("stop")
            reader.press("/me/stop")
            self.assertEqual(reader.where(), "/me/stopped")
            reader.look("stopped")

    def test_erased(self) -> None:
        self.begin()
        for reader, n in self.readers("erased"):
            self.sign_in(reader, 2 + n)
            reader.go("/me/delete")
            reader.tick("sure", "yes")
            reader.press("/me/delete")
            self.assertEqual(reader.where(), "/me/deleted")
            reader.look("deleted")

    def test_links_of_messages(self) -> None:
        self.begin()
        self.import_people(2, first=9, confirmed=False)
        self.accepted(self.school(), self.event())
        for reader, n in self.readers("link"):
            invited = self.link_to(4 + n)
            reader.enter(invited)
            reader.look("invited")
            reader.press("answer=yes")
            reader.look("invited-yes")
            again = self.link_to(4 + n, but=invited)
            reader.enter(again)
            reader.press("answer=stop")
            reader.look("stopped")
            reader.enter(self.link_to(8 + n))
            reader.look("asked")
            reader.press("answer=no")
            reader.look("asked-no")
            reader.enter("/a/" + "A" * 22, status=404)
            reader.look("gone")
            reader.enter("/u/" + "0" * 32)
            reader.look("unsubscribe")
            reader.press("=")
            reader.look("unsubscribe-unknown")
            reader.enter("/nothing", status=404)
            reader.look("nothing")


if __name__ == "__main__":
    unittest.main(verbosity=2)
