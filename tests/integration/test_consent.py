# SPDX-License-Identifier: EUPL-1.2
"""The consent ledger of a real gateway: somebody is entered, asked and answers; what is shown, the receipt with the very
words, the sentence; a withdrawal that holds back what was due; and a chain that was touched, named by its first broken entry."""

from __future__ import annotations

import json
import sqlite3
import unittest
from pathlib import Path
from typing import Any

from world import World, number, until

TOPIC = {"name.bg": "родителски срещи", "name.nl": "ouderbijeenkomsten", "purpose.bg": "Покани за родителски срещи."}


class TestConsent(World):
    def consent(self, *words: str, **options: Any) -> Any:
        """By the desk, whose work this is: an operator sees nobody's data. The chain is verified by whoever runs the gateway."""
        if not self.desk:
            self.gateway.run("users", "add", "maria", "--role", "desk")
            self.desk = ["--by", "maria"]
        return self.gateway.run(*([] if words[0] == "verify" else self.desk), "consent", *words, **options)

    def setUp(self) -> None:
        super().setUp()
        self.desk: list[str] = []

    def json(self, *words: str, **options: Any) -> Any:
        return json.loads(self.consent(*words, "--json", **options).out)

    def person(self, n: int) -> str:
        """The id of a person, found by an address that stands on no command line."""
        return self.json("show", "--address-from", "-", input=number(n) + "\n")["recipient"]

    def state(self, id: str) -> str:
        return self.json("show", id)["consents"][0]["state"]

    def test_from_the_form_to_the_receipt(self) -> None:
        self.start(people=0, **{"topic parent-meetings": TOPIC})
        self.import_people(1, confirmed=False)
        id = self.person(1)
        question = self.wait_text_to(1, "родителски срещи")
        self.assertEqual(self.state(id), "invited")
        self.assertIn("open", self.consent("grant", id, "--topic", "parent-meetings", "--how", "paper", "--wording", "form 7").out)
        self.says(1, "Да")
        until("the consent to count", lambda: self.state(id) == "granted")

        shown = self.json("show", id)
        self.assertEqual([event["event"] for event in shown["history"]], ["requested", "confirmed"])
        self.assertEqual((shown["consents"][0]["how"], shown["consents"][0]["by"]), ("reply", "self"))
        self.assertRegex(shown["addresses"][0]["address"], r"^\+31….{2}$")
        receipt = json.loads(self.consent("receipt", id, "--topic", "parent-meetings").out)
        self.assertEqual(receipt["shown"]["text"], question)
        self.assertEqual(receipt["topic"], {"id": "parent-meetings", "name": "родителски срещи", "purpose": "Покани за родителски срещи."})
        self.assertEqual((receipt["controller"], receipt["state"]), ("Zaanstad", "granted"))
        sentence = self.consent("receipt", id, "--topic", "parent-meetings", "--sentence").out
        self.assertRegex(sentence, r"^Zaanstad: приехте съобщения за родителски срещи: .+ Важи до .+ Можете да спрете винаги\.\n$")
        table = self.consent("show", id).out
        self.assertIn("granted", table)
        self.assertNotIn(number(1)[-8:], table + json.dumps(shown) + json.dumps(receipt))

        # The proof stands in the receipt and in the chain.
        verified = self.json("verify")
        self.assertEqual((verified["state"], verified["held"], verified["lastLink"]), ("holds", 2, receipt["chain"]["link"]))
        self.assertIn("holds: 2 entries", self.gateway.run("consent", "verify").out)

    def test_what_is_withdrawn_is_not_sent(self) -> None:
        self.start(people=2)
        client = self.school()
        id = self.person(1)
        self.gateway.run("pause", "--all")
        self.accepted(client, self.event())
        self.wait_counts(queued=2)
        self.assertIn("1 consent", self.consent("withdraw", id, "--topic", "parent-meetings", "--how", "phone").out)
        self.gateway.run("resume", "--all")
        self.provider.wait_accepted(1)
        self.wait_counts(suppressed=1, accepted=1)
        self.assertEqual(self.texts_to(1), [])
        self.accepted(client, self.event())
        self.provider.wait_accepted(2)
        self.assertEqual(self.texts_to(1), [])
        self.assertEqual(self.state(id), "withdrawn")

    def test_a_documented_yes_needs_somebody_else(self) -> None:
        self.start(people=0)
        self.import_people(1, confirmed=False)
        id = self.person(1)
        words = ["grant", id, "--topic", "parent-meetings", "--how", "paper", "--wording", "form 7", "--given-at", "2026-09-07",
                 "--already-confirmed"]
        self.assertEqual(self.consent(*words, check=False).status, 2)
        alone = self.consent(*words, "--second-person", "Maria", check=False)
        self.assertEqual(alone.status, 2)
        self.assertIn("somebody else", alone.err)
        self.assertIn("granted", self.consent(*words, "--second-person", "boris").out)
        self.assertEqual(self.state(id), "granted")

    def test_a_number_is_no_argument(self) -> None:
        self.start(people=1)
        refused = self.consent("show", number(1), check=False)
        self.assertEqual(refused.status, 2)
        self.assertNotIn(number(1)[-8:], refused.err + refused.out)
        self.assertEqual(self.consent("show", "--address-from", "-", input=number(77), check=False).status, 4)

    def test_the_first_broken_entry_is_named(self) -> None:
        self.start(people=5)
        whole = self.json("verify")
        self.assertEqual(whole["held"], 5)
        self.gateway.stop()
        # The same is said of the database itself, and of a copy of it, while no gateway runs.
        backup = str(self.folder / "backup.db")
        self.gateway.run("backup", backup)
        for words in ([], [backup], [backup, "--keys", str(self.gateway.folder / "pokana.keys")]):
            alone = self.json("verify", *words)
            self.assertEqual({name: alone[name] for name in ("state", "held", "last", "lastLink")},
                             {name: whole[name] for name in ("state", "held", "last", "lastLink")})
            self.assertIn("is whole", self.gateway.run("audit", "verify", *words).out)
        cut = self.folder / "cut.db"
        cut.write_bytes(Path(backup).read_bytes()[:-4096])
        for command in ("consent", "audit"):
            self.assertIn("its end is missing", self.gateway.run(command, "verify", str(cut), check=False).err)
        database = sqlite3.connect(self.gateway.folder / "pokana.db")
        with self.assertRaisesRegex(sqlite3.IntegrityError, "the consent ledger is not changed"):
            database.execute("UPDATE ledger SET kind = 4 WHERE id = 3")
        with self.assertRaisesRegex(sqlite3.IntegrityError, "pruned behind an anchor"):
            database.execute("DELETE FROM ledger WHERE id = 3")
        database.execute("DROP TRIGGER ledger_fixed")
        database.execute("UPDATE ledger SET wording = 'form 2' WHERE id IN (3, 5)")
        database.commit()
        database.close()
        alone = self.gateway.run("consent", "verify", check=False)
        self.assertEqual(alone.status, 5)
        self.assertRegex(alone.err, r"broken: entry 3 \(20\d\d-.*Z\) was changed: what it says")
        self.assertIn("holds: 5 entries", self.gateway.run("consent", "verify", backup).out)
        self.gateway.start()
        broken = self.gateway.run("consent", "verify", check=False)
        self.assertEqual(broken.status, 5)
        self.assertRegex(broken.err, r"broken: entry 3 \(20\d\d-.*Z\) was changed: what it says")
        self.assertIn("2 entries before it hold", broken.err)
        told = json.loads(self.gateway.run("consent", "verify", "--json", check=False).out)
        self.assertEqual((told["state"], told["broken"]["entry"], told["broken"]["what"], told["held"]), ("broken", 3, "content", 2))


if __name__ == "__main__":
    unittest.main()
