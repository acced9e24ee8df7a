# SPDX-License-Identifier: EUPL-1.2
"""Anybody: what is coming, one event with its poster, closed today, called off, is a message real; and the simulated phones."""

from __future__ import annotations

import re
import sys
import unittest
from pathlib import Path

from town import TODAY, Town
from walk import Walk, until

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))

from test_phones import SIMULATED  # noqa: E402

FIRST_VIEW_BYTES = 30_000


class TestPublic(Town):
    def test_what_is_coming(self) -> None:
        self.begin()
        event, hours, off = self.plan(place="Училище „Вихър“"), self.open_hours(), self.plan(title="Отменена среща")
        self.ask_as("events", "cancel", hours, "--date", str(TODAY))
        self.ask_as("events", "cancel", off)
        for reader, n in self.readers("public"):
            reader.enter("/events")
            reader.look("events")
            reader.follow(f"/events/{event}")
            self.assertLess(reader.bytes(), FIRST_VIEW_BYTES)
            reader.look("event")
            self.assertEqual(len(re.findall(rb"/Type\s*/Page\b", reader.printed("poster"))), 1, "a poster is one sheet")
            reader.enter(f"/events/{hours}")
            reader.look("closed-today")
            reader.enter(f"/events/{off}")
            reader.look("called-off")
            reader.enter("/real")
            reader.look("real")


class TestPhones(Walk):
    def test_the_phones(self) -> None:
        self.start(people=2, **SIMULATED)
        for reader, n in self.readers("phones"):
            reader.enter("/phones")
            if n == 1:
                reader.look("none")
                self.accepted(self.school(), self.event())
                until("both to have it", lambda: self.counts().get("delivered", 0) >= 2)
                reader.go("/phones")
            reader.until(".talk li")
            reader.look("arrived")
            reader.fill("text", "ще дойда, <b>мисля</b>")
            if n == 1:
                reader.press("/phones")  # the first button of a form: ДА
                reader.look("answered")


if __name__ == "__main__":
    unittest.main(verbosity=2)
