# SPDX-License-Identifier: EUPL-1.2
"""A campaign rehearsed with the real daemon beside it: the whole of it, with chosen failures, and nobody is written to."""

from __future__ import annotations

import json
import sqlite3
import unittest
from typing import Any

from world import World, moment

FAILS = ("--fail", "invalid=10%", "--fail", "no-receipt=5%", "--fail", "yes=20%", "--fail", "stop=10%")
SAYS = ("message", "attempt", "receipt", "reply", "rsvp", "ledger", "campaign", "campaign_step", "campaign_trigger", "trigger", "outbox")
PEOPLE = 500


class TestRehearse(World):
    def begin(self, people: int) -> None:
        self.start(people=people, with_broker=False)
        for name, role in (("anna", "adviser"), ("boris", "approver"), ("olga", "operator")):
            self.gateway.run("users", "add", name, "--role", role)
        document = {"name": "autumn", "topic": "parent-meetings", "people": 2 * people, "where": "school:de-windroos",
                    "values": {"begins": moment(hours=200), "place": "De Windroos"},
                    "steps": [{"when": f"at {moment(hours=50)}", "template": "parent-meeting-invitation"},
                              {"when": "2 days before at 18:00", "template": "parent-meeting-invitation"},
                              {"when": "on change", "template": "parent-meeting-changed"}]}
        file = self.folder / "campaign.json"
        file.write_text(json.dumps(document, ensure_ascii=False))
        self.gateway.run("campaigns", "write", str(file), "--by", "anna")

    def rehearse(self, *words: str, by: str = "anna") -> Any:
        return json.loads(self.gateway.run("campaigns", "rehearse", "autumn", *words, "--json", "--by", by).out)

    def kept(self) -> dict[str, list[Any]]:
        """All that the live database says of messages, consents and campaigns."""
        with sqlite3.connect(f"file:{next(self.folder.rglob('*.db'))}?mode=ro", uri=True) as db:
            there = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in SAYS if table in there}

    def files(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}

    def test_a_whole_campaign(self) -> None:
        self.begin(PEOPLE)
        before, files = self.kept(), self.files()
        self.assertGreaterEqual(len(before), 8)
        played = self.rehearse("--seed", "7", *FAILS)
        self.assertEqual((played["rehearsal"]["state"], played["rehearsal"]["seed"]), ("finished", 7))
        total = played["report"]["total"]
        self.assertEqual(total["people"], PEOPLE)
        self.assertEqual(total["arrived"] + total["handedOver"] + total["unknown"], total["told"])
        self.assertEqual(total["told"] + total["notTold"] + total["waiting"], PEOPLE)
        self.assertEqual(total["waiting"], 0)
        for field, share in (("notTold", 0.10), ("unknown", 0.05), ("yes", 0.20), ("optedOut", 0.10)):
            self.assertAlmostEqual(total[field] / PEOPLE, share, delta=0.04, msg=field)
        left = {item["reason"]: item["messages"] for item in played["rehearsal"]["left"]}
        self.assertTrue(left)
        again = self.rehearse("--seed", "7", *FAILS)
        self.assertEqual(again["report"]["total"], total)
        self.assertEqual(again["rehearsal"]["left"], played["rehearsal"]["left"])
        self.assertNotEqual(self.rehearse("--seed", "8", *FAILS)["report"]["total"], total)
        self.assertEqual(self.kept(), before)
        self.assertEqual(self.received(), [])
        self.assertEqual(self.files(), files)
        self.assertEqual(self.gateway.run("audit", "list").out.count("campaign.rehearse"), 3)
        table = self.gateway.run("campaigns", "rehearse", "autumn", "--by", "anna").out
        self.assertRegex(table, rf"people +{PEOPLE}\n")
        self.assertIn("nobody was written to", table)

    def test_who_may_and_what_is_said(self) -> None:
        self.begin(6)
        for who in ("boris", "olga"):
            done = self.gateway.run("campaigns", "rehearse", "autumn", "--by", who, check=False)
            self.assertNotEqual(done.status, 0, who)
            self.assertEqual(done.out, "")
        for words, told in ((("--fail", "rain=10%"), "Kinds: refused"), (("--fail", "invalid=200%"), "no share"),
                            (("--fail", "invalid=60%", "--fail", "stop=60%"), "more than everybody"), (("--seed", "0"), "--seed")):
            done = self.gateway.run("campaigns", "rehearse", "autumn", *words, "--by", "anna", check=False)
            self.assertIn(told, done.err)
            self.assertNotEqual(done.status, 0)
        self.gateway.run("pause", "--all")
        played = self.rehearse()
        self.assertEqual((played["rehearsal"]["holdsLifted"], played["report"]["total"]["told"]), (True, 6))
        self.gateway.kill()  # without the gateway nobody says whether one may
        self.assertNotEqual(self.gateway.run("campaigns", "rehearse", "autumn", "--by", "anna", check=False).status, 0)
        self.gateway.start()
        self.assertEqual(self.received(), [])


if __name__ == "__main__":
    unittest.main()
