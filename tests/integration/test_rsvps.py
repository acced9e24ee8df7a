# SPDX-License-Identifier: EUPL-1.2
"""Who comes to a date with few places: the third yes is told that it is full, waits, and is told once when somebody cannot come;
more room is given out at once; a date that moved begins with nobody; what was done stays as it was written."""

from __future__ import annotations

import json
import sqlite3
import unittest
from datetime import date, timedelta

from world import World, until

SOON = date.today() + timedelta(days=30)
KINDS = {"event parent-meeting": {"topic": "parent-meetings", "length": "90m"}}
FULL = "Няма достатъчно места за"
PLACE = "Ако не можете, пишете НЕ."


class TestRsvps(World):
    def events(self, *words: str) -> dict:
        return json.loads(self.gateway.run("events", *words, "--json", "--by", "anna").out)

    def dates(self) -> list[dict]:
        return self.events("show", self.meeting)["dates"]

    def answers(self) -> dict[str, int]:
        return self.dates()[0]["answers"]

    def wait_answers(self, **wanted: int) -> None:
        until(f"answers {wanted}", lambda: {key: self.answers()[key] for key in wanted} == wanted)

    def begin_campaign(self) -> None:
        """Its invitation is late, so that it goes when the date moves: no test waits for a clock."""
        file = self.folder / "campaign.json"
        steps = [{"when": "60 days before at 18:00", "template": "parent-meeting-invitation"}, {"when": "on change", "template": "parent-meeting-changed"}]
        file.write_text(json.dumps({"name": "parents", "topic": "parent-meetings", "people": 50, "event": self.meeting, "values": {}, "steps": steps}))
        self.campaigns("write", str(file), "--where", "school:de-windroos")
        self.campaigns("submit", "parents")
        self.campaigns("approve", "parents", "--digest", self.campaigns("show", "parents", by="boris")["digest"], by="boris")
        self.campaigns("start", "parents")

    def campaigns(self, *words: str, by: str = "anna") -> dict:
        return json.loads(self.gateway.run("campaigns", *words, "--json", "--by", by).out)

    def invited(self, people: int, capacity: int, changes_wait: str = "1s") -> str:
        """The id of the trigger that invited."""
        self.start(people=people, with_broker=False, limits={"changes_wait": changes_wait}, **KINDS)
        self.gateway.run("users", "add", "anna", "--role", "adviser")
        self.gateway.run("users", "add", "boris", "--role", "approver")
        self.meeting = self.events("add", "parent-meeting", "--title", "Ouderavond", "--place", "De Windroos", "--day", str(SOON), "--from", "18:00",
                                   "--capacity", str(capacity))["id"]
        self.begin_campaign()
        self.events("change", self.meeting, "--day", str(SOON + timedelta(days=1)))
        self.provider.wait_accepted(people)
        self.deliver_all()
        self.wait_counts(delivered=people)
        return self.ask("GET", "/v1/triggers")["triggers"][0]["id"]

    def test_full_waiting_told(self) -> None:
        trigger = self.invited(people=3, capacity=2)
        self.says(1, "ДА")
        self.wait_text_to(1, "Записахме")
        self.says(2, "da")
        self.wait_text_to(2, "Записахме")
        self.says(3, "ДА")
        self.wait_text_to(3, FULL)
        self.wait_answers(yes=2, no=0, heads=2, waiting=1, places=1)
        self.says(1, "НЕ")
        self.assertIn("Къде: De Windroos.", self.wait_text_to(3, PLACE))
        self.wait_answers(yes=2, no=1, heads=2, waiting=0)
        # It is theirs: whatever comes, they are told once.
        self.says(1, "ДА")
        until("the first to wait now", lambda: len([text for text in self.texts_to(1) if FULL in text]) == 1)
        self.gateway.kill()
        self.gateway.start()
        self.says(2, "НЕ")
        self.wait_text_to(1, PLACE)
        self.assertEqual(len([text for text in self.texts_to(3) if PLACE in text]), 1)
        self.wait_answers(yes=2, no=1, heads=2, waiting=0)
        history = self.trigger(trigger)["history"]
        self.assertEqual([(line["answer"], line["waits"]) for line in reversed(history)],
                         [("yes", False), ("yes", False), ("yes", True), ("no", False), ("yes", False), ("yes", True), ("no", False), ("yes", False)])
        self.assertRegex(self.gateway.run("events", "show", self.meeting, "--by", "anna").out, r"COMING +WAITING")

    def test_more_room(self) -> None:
        self.invited(people=3, capacity=1)
        for n in (1, 2, 3):
            self.says(n, "ДА 2" if n == 3 else "ДА")
            self.wait_text_to(n, "Записахме" if n == 1 else FULL)
        self.events("change", self.meeting, "--capacity", "2")
        self.wait_text_to(2, PLACE)
        self.wait_answers(yes=2, heads=2, waiting=1, places=2)
        self.events("change", self.meeting, "--capacity", "4")
        self.wait_text_to(3, PLACE)
        self.wait_answers(yes=3, heads=4, waiting=0, places=0)

    def test_a_date_that_moved_begins_with_nobody(self) -> None:
        trigger = self.invited(people=2, capacity=1)
        self.says(1, "ДА")
        self.wait_text_to(1, "Записахме")
        self.says(2, "ДА")
        self.wait_text_to(2, FULL)
        self.wait_answers(yes=1, heads=1, waiting=1)
        self.events("change", self.meeting, "--day", str(SOON + timedelta(days=7)))
        self.assertEqual(self.answers(), {"yes": 0, "no": 0, "heads": 0, "waiting": 0, "places": 0})
        for n in (1, 2):
            self.wait_text_to(n, "Промяна!")
        self.deliver_all()
        self.says(2, "ДА")
        until("a place at the new date", lambda: self.answers() == {"yes": 1, "no": 0, "heads": 1, "waiting": 0, "places": 0})
        self.assertEqual(self.trigger(trigger)["replies"], {"yes": 1, "no": 0, "heads": 1})
        self.says(1, "НЕ")  # about the new one: nobody gets a place at the old
        self.wait_answers(yes=1, no=1, heads=1)
        self.assertEqual([text for text in self.texts_to(2) if PLACE in text], [])

    def test_moved_and_back_is_the_date_they_know(self) -> None:
        self.invited(people=2, capacity=1, changes_wait="1h")
        self.says(1, "ДА")
        self.wait_text_to(1, "Записахме")
        for days in (7, 1):  # nobody was told of the first
            self.events("change", self.meeting, "--day", str(SOON + timedelta(days=days)))
        self.assertEqual(self.answers(), {"yes": 1, "no": 0, "heads": 1, "waiting": 0, "places": 0})
        self.says(2, "ДА")
        self.wait_text_to(2, FULL)

    def test_nobody_changes_what_was_done(self) -> None:
        self.start(people=0, with_broker=False)
        self.gateway.run("pause", "--all")
        self.gateway.run("resume", "--all")
        self.gateway.stop()
        for harm in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM audit_anchor"):
            db = sqlite3.connect(self.folder / "gateway" / "pokana.db")
            with self.assertRaises(sqlite3.IntegrityError, msg=harm):
                db.execute(harm)
            db.close()
        self.gateway.start()
        self.assertEqual(self.gateway.run("audit", "verify").status, 0)


if __name__ == "__main__":
    unittest.main()
