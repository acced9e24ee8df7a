# SPDX-License-Identifier: EUPL-1.2
"""A key person, with a telephone: in by a link, signs people up, sends the reminder in two taps, writes down who told her that they
come, passes a text on, prints her month, ends a session."""

from __future__ import annotations

import unittest

from town import Town
from walk import Reader, number

FIRST_VIEW_BYTES = 30_000


class TestCircle(Town):
    def come_in(self, reader: Reader, name: str) -> None:
        link = self.link_for(name, "key-person")
        reader.enter(link)
        reader.look("link")
        reader.press("=")
        self.assertEqual(reader.where(), "/staff")
        reader.look("nothing-yet")

    def sign_up(self, reader: Reader, n: int) -> None:
        reader.follow("/staff/signup")
        reader.look("ways")
        reader.follow("/staff/way/parent-meetings")
        reader.look("way")
        reader.go("/staff/signup/form")
        reader.press("/staff/signup/form")
        reader.look("form-empty")
        reader.tick("topic", "parent-meetings")
        reader.tick("language", "bg")
        reader.tick("tag", "school:de-windroos")
        reader.fill("number", number(n))
        reader.tick("age", "16")
        reader.press("/staff/signup/form")
        self.assertEqual(reader.where(), "/staff/signup/asked")
        reader.look("asked")
        self.wait_text_to(n, "кръг")

    def send(self, reader: Reader) -> None:
        reader.go("/staff")
        self.assertLess(reader.bytes(), FIRST_VIEW_BYTES)
        reader.look("events")
        reader.follow("/staff/send/")
        reader.look("send")
        event = reader.where().rsplit("/", 1)[1]
        reader.press(f"/staff/send/{event}")
        self.assertEqual(reader.where(), f"/staff/event/{event}")
        reader.look("sent")
        reader.fill("count", "drie")
        reader.press(f"/staff/event/{event}")
        reader.look("told-wrong")
        reader.fill("count", "3")
        reader.press(f"/staff/event/{event}")
        self.assertIn("+3", reader.text())
        reader.follow("/staff/share/")
        reader.look("share")
        reader.go("/staff/month")
        reader.look("month")
        reader.go("/staff/account")
        reader.look("account")
        reader.press("/staff/leave")

    def test_a_key_persons_work(self) -> None:
        self.begin()
        found = {}
        for reader, n in self.readers("circle"):
            name = ("maria", "petya")[n - 1]
            self.come_in(reader, name)
            self.sign_up(reader, n)
            self.says(n, "ДА")
            self.wait_text_to(n, "Благодарим")
            found[n] = reader
        self.invite(self.plan(), *found)
        for n, reader in found.items():
            with self.subTest(reader.language):
                self.send(reader)
                self.wait_text_to(n, "Родителската среща е ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
