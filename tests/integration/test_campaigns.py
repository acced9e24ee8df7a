# SPDX-License-Identifier: EUPL-1.2
"""A campaign on a date of an event with the daemon: planned at the command line, approved by a second person, gone by itself; the
event moves and is called off, and exactly those who were told hear of it, also across a kill."""

from __future__ import annotations

import json
import unittest
from datetime import date, timedelta
from typing import Any

from world import FAR, World, moment, until

SOON = date.today() + timedelta(days=30)
SECTIONS: dict[str, Any] = {"event parent-meeting": {"topic": "parent-meetings", "public": "yes", "length": "90m"}, "limits": {"changes_wait": "1s"}}
CHANGED, OFF, INVITED = "Промяна!", "отменя", "покана"


class TestCampaigns(World):
    def begin(self, people: int = 2, **limits: str) -> None:
        sections = {**SECTIONS, "limits": {**SECTIONS["limits"], **limits}}
        self.start(people=people, with_broker=False, **sections)
        for name, role in (("anna", "adviser"), ("adviser", "adviser"), ("colleague", "adviser"), ("boris", "approver"), ("maria", "key-person")):
            self.gateway.run("users", "add", name, "--role", role)

    def ask(self, *words: str, by: str = "anna") -> dict[str, Any]:
        return json.loads(self.gateway.run(*words, "--json", "--by", by).out)

    def plan(self) -> str:
        return self.ask("events", "add", "parent-meeting", "--title", "Ouderavond", "--place", "De Kern", "--day", str(SOON), "--from", "18:30")["id"]

    def write(self, event: str, *steps: dict[str, str], **more: Any) -> dict[str, Any]:
        file = self.folder / "campaign.json"
        file.write_text(json.dumps({"name": "parents", "topic": "parent-meetings", "people": 50, "event": event, "values": {}, "steps": list(steps), **more}))
        return self.ask("campaigns", "write", str(file), "--where", "school:de-windroos")

    def begin_campaign(self, event: str, due: str) -> None:
        self.write(event, {"when": f"at {due}", "template": "parent-meeting-invitation"},
                   {"when": "1 day before at 18:00", "template": "parent-meeting-reminder"},
                   {"when": "on change", "template": "parent-meeting-changed"}, {"when": "on cancel", "template": "parent-meeting-cancelled"})
        self.ask("campaigns", "submit", "parents")
        self.ask("campaigns", "approve", "parents", "--digest", self.ask("campaigns", "show", "parents", by="boris")["digest"], by="boris")
        self.ask("campaigns", "start", "parents")

    def campaign(self) -> dict[str, Any]:
        return self.ask("campaigns", "show", "parents")

    def test_invited_moved_called_off(self) -> None:
        self.begin()
        event = self.plan()
        self.begin_campaign(event, moment(**FAR))
        self.campaign_due("parents")
        until("both to be invited", lambda: len(self.received()) == 2)
        self.import_people(1, first=3)  # never heard of it
        tried = self.ask("events", "change", event, "--day", str(SOON + timedelta(days=1)), "--dry-run")
        self.assertEqual((tried["people"]["know"], tried["people"]["told"]), (2, 2))
        self.assertEqual(self.campaign()["changes"], 0)
        self.says(2, "НЕ")
        until("the no to be answered", lambda: len(self.texts_to(2)) == 2)
        moved = self.ask("events", "change", event, "--day", str(SOON + timedelta(days=1)))
        self.assertEqual(moved["people"]["told"], 2)
        for n in (1, 2):  # who said no too
            self.wait_text_to(n, CHANGED)
        before = self.campaign()
        self.assertEqual((before["changes"], before["date"]["version"]), (1, 2))
        self.gateway.kill()
        self.gateway.start()
        self.assertIn("2 people know it as it was", self.gateway.run("events", "cancel", event, "--by", "anna").out)
        for n in (1, 2):
            self.wait_text_to(n, OFF)
        self.assertEqual(self.texts_to(3), [])
        self.assertEqual([len([text for text in self.texts_to(n) if CHANGED in text]) for n in (1, 2)], [1, 1])
        self.assertEqual(self.campaign()["why"], "its date is called off")
        self.assertEqual(self.campaign()["steps"][1]["state"], "dropped")

    def test_nothing_of_the_old_date_leaves(self) -> None:
        self.begin()
        event = self.plan()
        self.begin_campaign(event, moment(minutes=10))  # its window is open: messages are made, and wait
        self.wait_counts(scheduled=2)
        moved = self.ask("events", "change", event, "--day", str(SOON + timedelta(days=1)))
        self.assertEqual(moved["people"]["know"], 0)
        self.wait_counts(cancelled=2, scheduled=2)  # in the same commit; the step is made anew for the new date
        self.gateway.run("events", "cancel", event, "--by", "anna")
        self.wait_counts(cancelled=4, scheduled=0)
        self.assertEqual(self.received(), [])

    def test_corrected_quietly(self) -> None:
        self.begin()
        event = self.plan()
        self.begin_campaign(event, moment(**FAR))
        self.campaign_due("parents")
        until("both to be invited", lambda: len(self.received()) == 2)
        out = self.gateway.run("events", "change", event, "--place", "Het Koraal", "--quietly", "--by", "anna").out
        self.assertIn("2 people know it as it was: nobody is told", out)
        self.assertEqual(self.campaign()["values"]["place"], "Het Koraal")
        self.assertEqual(self.campaign()["steps"][2]["state"], "listening")
        self.gateway.run("events", "change", event, "--place", "De Kern", "--by", "anna")  # as they know it
        self.assertEqual(self.campaign()["steps"][2]["state"], "listening")
        self.assertEqual(len(self.received()), 2)

    def test_moved_back_in_time(self) -> None:
        self.begin(changes_wait="5m")
        event = self.plan()
        self.begin_campaign(event, moment(**FAR))
        self.campaign_due("parents")
        until("both to be invited", lambda: len(self.received()) == 2)
        self.ask("events", "change", event, "--day", str(SOON + timedelta(days=1)))
        self.assertEqual(self.campaign()["steps"][2]["state"], "waiting")
        self.assertEqual(self.ask("events", "change", event, "--day", str(SOON))["people"]["know"], 0)
        self.assertEqual(self.campaign()["steps"][2]["state"], "listening")

    def test_what_is_late_is_said(self) -> None:
        self.begin()
        shown = self.write(self.plan(), {"when": "60 days before at 18:00", "template": "parent-meeting-invitation"},
                           {"when": "1 day before at 18:00", "template": "parent-meeting-reminder"})
        self.assertEqual([step["late"] for step in shown["steps"]], [True, False])
        self.assertIn("60 days before at 18:00: its time has passed, it is left out", shown["warnings"])
        self.assertEqual(self.gateway.run("campaigns", "remind", "parents", "--by", "maria", check=False).status, 4)  # no circle


if __name__ == "__main__":
    unittest.main()
