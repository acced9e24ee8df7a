# SPDX-License-Identifier: EUPL-1.2
"""The info point: closed today in two taps, the answers that wait, signing up with a paper form."""

from __future__ import annotations

import unittest

from town import Town
from walk import number, until


class TestDesk(Town):
    def test_the_days_work(self) -> None:
        self.begin()
        hours = {n: self.open_hours(title) for n, title in ((1, "Infopunt"), (2, "Инфопункт „Зандам“"))}
        self.import_people(4)
        for n in (1, 2, 3, 4):
            self.says(n, "Къде е <script>училището</script>, моля?" if n % 2 else "Благодаря, ще питам съседката за час")
        for reader, n in self.readers("desk"):
            reader.enter(self.link_for(("kalina", "yana")[n - 1], "desk"))
            reader.press("=")
            reader.look("home")
            reader.follow("/staff/closed")
            reader.look("today")
            reader.follow(f"/staff/close/{hours[n]}")
            reader.look("close")
            reader.press(f"/staff/close/{hours[n]}")
            reader.look("closed")
            until("the answers to wait", lambda: (reader.go("/staff/inbox"), reader.links('main a[href^="/staff/inbox/"]'))[1])
            reader.look("inbox")
            reader.follow("/staff/inbox/")
            item = reader.where()
            reader.look("item")
            reader.fill("words", " ")
            reader.press("act=answer")
            reader.look("item-wrong")
            reader.fill("words", "Дам 12, от 9 часа." if n == 2 else "Dam 12, vanaf 9 uur.")
            reader.press("act=answer")
            reader.look("answered")
            reader.go(item)
            reader.look("item-over")
            reader.go("/staff/signup/form")
            reader.tick("topic", "parent-meetings")
            reader.tick("language", "bg-Latn")
            reader.fill("number", number(20 + n))
            reader.fill("paper", f"A-1{n}")
            reader.tick("age", "16")
            reader.press("/staff/signup/form")
            reader.look("signed-up")


if __name__ == "__main__":
    unittest.main(verbosity=2)
