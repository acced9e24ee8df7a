# SPDX-License-Identifier: EUPL-1.2
"""Campaigns before anybody gets them, with the real daemon: what is shown is what is approved, a trial goes to oneself, a small one
needs no second person, and a ceiling holds after a kill."""

from __future__ import annotations

import json
import unittest

from world import World, moment, number, until

PRICES = {"currency": "EUR", "price": "NL 0.0725, * 0.12", "rate": "1"}
TRIAL = number(9999)


class TestPreview(World):
    def begin(self, people: int = 6, **sections: dict[str, str]) -> None:
        self.start(people=people, with_broker=False, **{"account": PRICES, **sections})
        for name, role in (("anna", "adviser"), ("boris", "approver"), ("adviser", "adviser"), ("colleague", "adviser")):
            self.gateway.run("users", "add", name, "--role", role)

    def campaigns(self, *words: str, by: str = "anna") -> dict:
        return json.loads(self.gateway.run("campaigns", *words, "--json", "--by", by).out)

    def wait_made(self, name: str, people: int) -> None:
        until(f"messages for {people} to be made", lambda: self.campaigns("show", name)["steps"][0]["planned"] == people)

    def refused(self, *words: str, by: str = "anna") -> str:
        done = self.gateway.run("campaigns", *words, "--by", by, check=False)
        self.assertNotEqual(done.status, 0, words)
        return done.err

    def write(self, name: str = "autumn", *, ahead: float = 48, steps: list[dict[str, str]] | None = None, **changes: object) -> dict:
        """A campaign about something in two days, told in ten minutes: its messages are made when it is started."""
        at = moment(minutes=10)
        document = {"name": name, "topic": "parent-meetings", "people": 20, "where": "school:de-windroos",
                    "values": {"begins": moment(hours=ahead), "place": "De Windroos"},
                    "steps": steps or [{"when": f"at {at}", "template": "parent-meeting-invitation"},
                                       {"when": "on change", "template": "parent-meeting-changed"}]}
        document.update(changes)
        file = self.folder / "campaign.json"
        file.write_text(json.dumps(document, ensure_ascii=False))
        return self.campaigns("write", str(file))

    def test_what_is_shown_is_what_is_approved(self) -> None:
        self.begin()
        self.import_people(5, first=20, topics="festival")
        self.write()
        shown = self.campaigns("preview", "autumn")
        self.assertEqual((shown["people"], shown["meant"], shown["secondPerson"]), (6, 11, True))
        self.assertEqual({item["reason"]: item["people"] for item in shown["leftOut"]}["no-consent"], 5)
        step = shown["steps"][0]
        self.assertEqual(step["cost"], {"from": "0.87 EUR", "to": "0.87 EUR"})  # six of two parts
        self.assertEqual(sum(span["people"] for span in step["spans"]), 6)
        bulgarian = next(text for text in step["texts"] if text["language"] == "bg" and not text["script"])
        self.assertEqual((bulgarian["people"], bulgarian["parts"], bulgarian["encoding"]), (6, 2, "UCS-2"))
        self.assertEqual(bulgarian["each"], {"from": "0.145 EUR", "to": "0.24 EUR"})
        self.assertIn("De Windroos", bulgarian["text"])
        table = self.gateway.run("campaigns", "preview", "autumn", "--texts", "--by", "boris").out
        self.assertRegex(table, r"no-consent +5\n")
        self.assertRegex(table, r"1 +at .* waiting +0\.87 EUR +6 from")
        self.assertIn(f"is approved as {shown['digest']}.", table)
        self.assertIn(bulgarian["text"].split("\n")[0], table)
        self.assertNotIn("+31", table)

        self.campaigns("submit", "autumn")
        asked = self.campaigns("preview", "autumn")
        self.assertEqual(asked["mostCost"], "6.38 EUR")  # two texts of two parts, twenty people, a tenth on top
        self.assertIn("is no longer what it is", self.refused("approve", "autumn", "--digest", shown["digest"], by="boris"))
        self.refused("approve", "autumn", "--digest", asked["digest"], by="anna")
        self.campaigns("approve", "autumn", "--digest", asked["digest"], by="boris")
        self.import_people(1, first=40)  # who signs up changes nothing of it
        self.campaigns("start", "autumn")
        self.wait_made("autumn", 7)
        self.assertEqual(self.campaigns("show", "autumn")["costSoFar"], "1.015 EUR")

    def test_a_ceiling_pauses_and_a_kill_changes_nothing(self) -> None:
        self.begin(campaigns={"approve_above": "20"})
        self.write(cost="0.80 EUR")
        self.assertFalse(self.campaigns("preview", "autumn")["secondPerson"])
        self.assertEqual(self.campaigns("submit", "autumn")["state"], "approved")
        self.campaigns("start", "autumn")
        until("it to pause", lambda: self.campaigns("show", "autumn")["state"] == "paused")
        self.gateway.kill()
        self.gateway.start()
        shown = self.campaigns("show", "autumn")
        self.assertEqual((shown["state"], shown["why"]), ("paused", "it would cost more than was approved"))
        self.assertEqual(self.received(), [])
        self.assertIn("pokana_campaigns_stopped_total", self.gateway.control("GET", "/metrics").text)
        again = {"values": shown["values"], "steps": [{key: step[key] for key in ("when", "template")} for step in shown["steps"]]}
        self.write(cost="2.00 EUR", **again)
        self.assertEqual(self.campaigns("submit", "autumn")["state"], "approved")
        self.campaigns("start", "autumn")
        self.wait_made("autumn", 6)

    def test_a_trial_goes_to_oneself(self) -> None:
        self.begin(people=0)
        self.write()
        self.assertIn("On its way", self.gateway.run("campaigns", "trial", "autumn", "--to", TRIAL, "--language", "bg", "--by", "anna").out)
        until("the trial to arrive", lambda: len(self.received()) == 1)
        self.assertEqual(self.received()[0]["to"], TRIAL)
        self.assertIn("no number", self.refused("trial", "autumn", "--to", "nobody"))
        self.assertIn("step must be from 1 to 2", self.refused("trial", "autumn", "--to", TRIAL, "--step", "3"))
        self.refused("trial", "autumn", "--to", TRIAL, by="boris")
        audit = self.gateway.run("audit", "list").out
        self.assertIn("campaign.trial", audit)
        self.assertNotIn("9999", audit)

    def test_who_was_told_often_enough(self) -> None:
        self.begin(people=6, campaigns={"at_most": "1 in 7d", "approve_above": "20"})
        for name in ("first", "second"):
            self.write(name)
            self.campaigns("submit", name)
            shown = self.campaigns("preview", name)
            self.assertEqual(shown["people"], 6 if name == "first" else 0)
            self.campaigns("start", name)
            if name == "first":
                self.wait_made("first", 6)
        self.assertEqual({item["reason"]: item["people"] for item in shown["leftOut"]}["often-enough"], 6)
        until("the second to be made", lambda: self.campaigns("show", "second")["oftenEnough"] == 6)
        self.wait_counts(scheduled=6, suppressed=6)

    def test_a_mistake_in_the_section_is_told(self) -> None:
        self.start_provider()
        self.make_gateway(**{"campaigns": {"stop_at_errors": "many", "at_most": "3 in 60d", "cost_margin": "10"}})
        told = self.gateway.run("check-config", check=False)
        self.assertNotEqual(told.status, 0)
        for words in ('"many" is no share', '"10" is no share', "it looks further back than messages are kept"):
            self.assertIn(words, told.out + told.err)


if __name__ == "__main__":
    unittest.main()
