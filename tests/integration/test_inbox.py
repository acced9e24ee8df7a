# SPDX-License-Identifier: EUPL-1.2
"""Replies that a person reads: in the list without text, shown and written down, answered by hand; the head count with its
history; a question waits for the other."""

from __future__ import annotations

import json
import unittest
from typing import Any

from world import World, number, until


class TestInbox(World):
    def inbox(self, *words: str, check: bool = True) -> Any:
        if "maria" not in self.gateway.run("users", "list").out:
            self.gateway.run("users", "add", "maria", "--role", "desk", "--language", "bg")
        return self.gateway.run("inbox", *words, "--by", "maria", check=check)

    def item(self) -> str:
        items = json.loads(self.inbox("list", "--json").out)["items"]
        self.assertEqual(len(items), 1)
        return str(items[0]["id"])

    def test_a_question_is_read_and_answered(self) -> None:
        self.start(people=1)
        self.says(1, "Къде да запиша детето на училище?")
        self.wait_text_to(1, "Получихме съобщението")
        shown = self.inbox("list").out
        self.assertRegex(shown, r"open +- +desk +\+31…\d\d +bg +1")
        self.assertNotIn("детето", shown)
        self.assertEqual(self.gateway.run("inbox", "list", check=False).status, 6)  # the operator sees no personal data
        one = self.item()
        self.assertIn("Къде да запиша детето на училище?", self.inbox("show", one).out)
        words = self.folder / "answer.txt"
        words.write_text("Елате в сряда в инфопункта.\n", encoding="utf-8")
        answer = ["answer", one, "--subject", "school", "--file", str(words)]
        self.assertEqual(self.inbox(*answer, "--dry-run").out, "it would take: 1 text message\n")
        self.assertEqual(self.inbox("assign", one, "--to", "maria").out, "assigned\n")
        self.assertEqual(self.inbox(*answer).out, "the answer is on its way: 1 text message\n")
        self.wait_text_to(1, "Елате в сряда в инфопункта.")
        self.assertEqual(self.inbox("list").out, "nothing to read\n")
        self.assertIn("answered", self.inbox("list", "--all").out)
        self.assertIn("closed already", self.inbox("close", one, "--subject", "other", check=False).err)
        self.assertIn("school, care", self.inbox("close", one, "--subject", "rain", check=False).err)
        self.gateway.assert_never_said([number(1), "детето", "инфопункта"])

    def test_nobody_who_stopped_is_answered(self) -> None:
        self.start(people=1)
        self.says(1, "Къде да запиша детето?")
        self.wait_text_to(1, "Получихме")
        self.says(1, "СТОП")
        self.wait_text_to(1, "СТАРТ")
        refused = self.inbox("answer", self.item(), "--subject", "school", "--template", "thanks", check=False)
        self.assertIn("stopped all messages", refused.err)
        self.inbox("close", self.item(), "--subject", "school")

    def test_the_history_of_a_trigger(self) -> None:
        self.start(people=2)
        trigger = self.accepted(self.school(), self.event())
        self.provider.wait_accepted(2)
        self.deliver_all()
        self.says(1, "да 3")
        self.says(2, "не")
        self.says(1, "да")
        until("the last answer", lambda: self.trigger(trigger)["replies"] == {"yes": 1, "no": 1, "heads": 1})
        shown = self.gateway.run("triggers", "show", trigger).out
        self.assertRegex(shown, r"ANSWER +HEADS +CHANGED\n.*yes +1 +yes\n.*no +0 +no\n.*yes +3 +no\n")


if __name__ == "__main__":
    unittest.main()
