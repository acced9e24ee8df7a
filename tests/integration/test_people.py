# SPDX-License-Identifier: EUPL-1.2
"""One person: what is kept about them, and that it goes. After an erasure the files of the gateway and a backup made then
are searched for the number in every form."""

from __future__ import annotations

import json
import unittest
from pathlib import Path
from typing import Any

from world import World, number, until
from support.gateway import forms


def every_form(wanted: str) -> list[bytes]:
    digits = [form for form in forms(wanted) if form.strip("+").isdigit()]
    plain = [form.encode(coding) for form in digits for coding in ("ascii", "utf-16-le", "utf-16-be")]
    return plain + [form.hex().encode() for form in plain] + [form.hex().upper().encode() for form in plain]


class TestPeople(World):
    def export(self, *words: str, **options: Any) -> Any:
        """By an adviser: whoever runs the gateway sees nobody's data."""
        if not self.adviser:
            self.gateway.run("users", "add", "adviser", "--role", "adviser")
            self.adviser = ["--by", "adviser"]
        return self.gateway.run(*self.adviser, "recipients", "export", *words, **options)

    def setUp(self) -> None:
        super().setUp()
        self.adviser: list[str] = []

    def recipient_of(self, n: int) -> str:
        return json.loads(self.export("--address-from", "-", input=number(n) + "\n").out)["recipient"]

    def assert_nowhere(self, n: int, files: list[Path]) -> None:
        for file in files:
            content = file.read_bytes()
            for form in every_form(number(n)):
                self.assertNotIn(form, content, f"{file.name} holds the number as {form!r}")

    def test_export_tells_everything_and_is_seen(self) -> None:
        self.start(people=2)
        school = self.school()
        self.accepted(school, self.event())
        self.provider.wait_accepted(2)
        self.says(1, "ДА 3")
        self.wait_text_to(1, "3")
        id = self.recipient_of(1)
        told = json.loads(self.export(id).out)
        self.assertEqual(self.gateway.run("recipients", "export", id, check=False).status, 6)  # the operator
        self.assertEqual([address["address"] for address in told["addresses"]], [number(1)])
        self.assertEqual(told["tags"], ["school:de-windroos"])
        self.assertEqual([(reply["text"], reply["understoodAs"]) for reply in told["replies"]], [("ДА 3", "yes")])
        self.assertEqual([answer["heads"] for answer in told["invitationsAnswered"]], [3])
        self.assertIn("paper", [consent["how"] for consent in told["consents"]])
        self.assertEqual(len(told["messages"]), 2)
        looks = [act for act in told["lookedAtOrChanged"] if act["what"] == "recipient.export"]
        self.assertEqual([act["by"] for act in looks], ["adviser"] * 2)
        self.assertNotIn(number(2), json.dumps(told))
        # Not by a number on the command line, where everybody on the machine reads it.
        self.assertEqual(self.export("+31600000000", check=False).status, 2)
        self.assertEqual(self.export("0000000000001", check=False).status, 4)

    def test_after_erasure_the_number_is_nowhere(self) -> None:
        self.start(people=2)
        school = self.school()
        self.accepted(school, self.event())
        self.provider.wait_accepted(2)
        self.says(1, f"ДА, обадете се на {number(1)}")
        until("the answer", lambda: len(self.texts_to(1)) == 2)
        self.gateway.run("pause", "--all")
        self.accepted(school, self.event())
        self.wait_counts(queued=2)
        file = self.folder / "gateway" / "who"
        file.write_text(number(1) + "\n")
        self.gateway.run("recipients", "erase", "--address-from", str(file))
        file.unlink()
        self.wait_counts(queued=1, cancelled=1)
        self.assertEqual(self.status()["recipients"], 1)
        copy = self.folder / "copy.db"
        self.gateway.run("backup", str(copy))
        home = self.folder / "gateway"
        files = [file for file in home.iterdir() if file.is_file()] + [copy]
        self.assertIn("pokana.db", [file.name for file in files])
        self.assert_nowhere(1, files)
        # Nobody hears whether somebody was known; what was erased stays so.
        again = self.gateway.run("recipients", "erase", "--address-from", "-", input=number(1))
        self.assertIn("erased", again.out)
        self.assertEqual(self.export("--address-from", "-", input=number(1), check=False).status, 4)
        self.gateway.run("resume", "--all")
        self.provider.wait_accepted(4)
        self.assertEqual(len(self.texts_to(1)), 2)

    def test_whoever_asks_hears_it(self) -> None:
        self.start(people=1)
        self.gateway.run("recipients", "erase", self.recipient_of(1), "--asked", "--stay-stopped")
        self.wait_text_to(1, "изтри")
        self.assertEqual(self.status()["recipients"], 0)
        # Signed up again by somebody: the STOP stands.
        self.import_people(1, confirmed=False)
        self.assertEqual(len(self.texts_to(1)), 1)
        self.accepted(self.school(), self.event())
        self.wait_counts(accepted=1)
        self.assertEqual(len(self.texts_to(1)), 1)


if __name__ == "__main__":
    unittest.main()
