# SPDX-License-Identifier: EUPL-1.2
"""Who may do what, and what is kept of it, with the daemon: users and --by, refusals in the trail, one person's log in the
fields of the Logboek Dataverwerkingen, the pages for an assessment, whose data it was after a breach."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import unittest
from pathlib import Path

from world import ROOT, World, number

PAGES = {"README.md", "gegevens.md", "stromen.md", "bewaartermijnen.md", "aanbieders.md", "onderwerpen.md", "rollen.md", "teksten.md"}


class TestRoles(World):
    def trail(self, *words: str) -> list[dict]:
        return [json.loads(line) for line in self.gateway.run("audit", "export", *words).out.splitlines()]

    def digits(self, text: str) -> None:
        self.assertNotIn("61234", text)

    def test_a_user_acts_with_the_users_role(self) -> None:
        self.start(people=0, with_broker=False)
        self.assertIn("no users yet", self.gateway.run("users", "list").out)
        self.gateway.run("pause", "--all", "--by", "whoever")  # nobody to be yet
        self.assertIn('there is no user "whoever": there are no users yet', self.gateway.run("campaigns", "list", "--by", "whoever", check=False).err)
        self.gateway.run("users", "add", "anna", "--role", "adviser")
        self.gateway.run("users", "add", "maria", "--role", "key-person", "--language", "bg", "--tags", "school:*")
        self.assertIn("school:*", self.gateway.run("users", "list").out)
        self.gateway.run("resume", "--all", "--by", "anna")
        for by in ("maria", "nobody", "Maria Petrova", "anna\r\nX-More: 1"):
            done = self.gateway.run("pause", "--all", "--by", by, check=False)
            self.assertEqual(done.status, 6, done.err)
            self.assertIn("hint: ", done.err)
        self.assertEqual(self.ask("GET", "/v1/hold")["all"], False)
        self.assertEqual(self.gateway.run("users", "remove", "maria", "--by", "anna", check=False).status, 6)
        entries = self.trail()
        done = [(e["actor"], e["role"], e["action"], e["result"]) for e in entries]
        self.assertIn(("anna", "adviser", "hold.all", "done"), done)
        self.assertIn(("maria", "key-person", "hold.set", "refused"), done)
        self.assertEqual(len([e for e in entries if e["object"] == "an unknown user"]), 3)
        self.assertIn(("anna", "adviser", "user.edit", "refused"), done)
        self.assertTrue(all(e["via"].startswith("uid:") for e in entries if e["actor"] in ("anna", "maria")))
        self.assertEqual([e["id"] for e in entries], list(range(1, len(entries) + 1)))
        self.assertEqual(self.trail("--actor", "anna"), [e for e in entries if e["actor"] == "anna"])
        self.assertIn(f"{len(entries)} entries", self.gateway.run("audit", "verify").out)

    def test_an_import_needs_known_users(self) -> None:
        self.start(people=0, with_broker=False)
        for name, role in (("adviser", "adviser"), ("colleague", "desk"), ("maria", "key-person")):
            self.gateway.run("users", "add", name, "--role", role)
        self.assertIn("2 lines taken", self.import_people(2).out)
        file = str(self.folder / "people.csv")
        for words in (["--by", "maria"], [], ["--by", "adviser", "--already-confirmed", "--second-person", "maria"]):
            self.assertEqual(self.gateway.run("recipients", "import", file, *words, check=False).status, 6, words)
        self.gateway.stop()  # and the same while no gateway runs
        self.assertEqual(self.gateway.run("recipients", "import", file, "--by", "maria", check=False).status, 6)
        self.assertIn("2 lines taken", self.gateway.run("recipients", "import", file, "--by", "adviser").out)
        self.gateway.start()
        refused = [e for e in self.trail("--actor", "maria") if e["result"] == "refused"]
        self.assertEqual({e["action"] for e in refused}, {"recipient.import"})
        self.assertEqual(len(refused), 2)

    def test_an_altered_trail_is_found(self) -> None:
        self.start(people=0, with_broker=False)
        for _ in range(3):
            self.gateway.run("pause", "--all")
        self.gateway.stop()
        with sqlite3.connect(self.folder / "gateway" / "pokana.db") as db:
            db.execute("DROP TRIGGER audit_fixed")  # somebody with the file and without our manners
            db.execute("UPDATE audit SET actor = 'uid:1' WHERE id = 2")
        db.close()
        for runs in (False, True):
            if runs:
                self.gateway.start()
            done = self.gateway.run("audit", "verify", check=False)
            self.assertEqual(done.status, 5)
            self.assertIn("at entry 2", done.err)

    def test_one_persons_log(self) -> None:
        self.start(people=2)
        self.accepted(self.school(), self.event())
        self.provider.wait_accepted(2)
        self.wait_counts(accepted=2)
        person = self.messages()[0]["recipient"]
        shown = self.gateway.run("audit", "person", person).out
        self.assertIn("message.attempt", shown)
        self.assertIn("person.log", shown)
        log = json.loads(self.gateway.run("audit", "person", person, "--json").out)
        self.digits(json.dumps(log))
        records = log["records"]
        self.assertEqual([r["name"] for r in records], ["person.log", "person.log", "message", "message.attempt"])
        message, attempt = records[2], records[3]
        self.assertEqual(attempt["parent_span_id"], message["span_id"])
        self.assertEqual(attempt["trace_id"], message["trace_id"])
        self.assertEqual(attempt["attributes"]["account"], "main")
        for record in records:
            self.assertRegex(record["trace_id"], "^[0-9a-f]{32}$")
            self.assertRegex(record["span_id"], "^[0-9a-f]{16}$")
            self.assertIn(record["status"], ("Ok", "Unset", "Error"))
            self.assertLessEqual(record["start_time"], record["end_time"])
            self.assertEqual(record["attributes"]["dpl.core.data_subject_id"], log["subject"])
            self.assertEqual(record["resource"]["name"], "pokana")
        other = self.messages()[1]["recipient"]
        self.assertNotEqual(json.loads(self.gateway.run("audit", "person", other, "--json").out)["subject"], log["subject"])

    def test_the_pages_of_an_assessment(self) -> None:
        self.start(people=2, with_broker=False, gateway={"team": number(900)}, **{"topic parent-meetings": {"owner": "Team onderwijs", "purpose.nl": "Voor ouders."}})
        folder = self.folder / "dossier"
        self.gateway.run("privacy", "pack", str(folder))
        self.assertEqual({page.name for page in folder.iterdir()}, PAGES)
        text = {page.name: page.read_text() for page in folder.iterdir()}
        self.assertIn("| parent-meetings | Voor ouders. | Team onderwijs | toestemming (AVG", text["onderwerpen.md"])
        self.assertIn("Somebody", text["aanbieders.md"])
        self.assertIn("| sms | main | Somebody | NL |", text["stromen.md"])
        self.assertIn("hoeveel mensen wachten", text["stromen.md"])
        self.assertIn("`recipient.view`", text["rollen.md"])
        self.assertIn("`value` | persoonsgegeven, versleuteld", text["gegevens.md"])
        # Every length of time that can be set has its row, beside those of topics and of questions.
        settings = re.findall(r"^#?[a-z_]+ = ", (ROOT / "config" / "pokana.conf.sample").read_text().split("[retention]")[1], re.M)
        told = re.findall(r"^\| (?!wat |toestemming voor |vragen om )[^|]+ \| \d+ (?:dagen|uur) \|$", text["bewaartermijnen.md"], re.M)
        self.assertEqual(len(told), len(settings))
        self.assertRegex(text["bewaartermijnen.md"], r"`recipient` \| [^|]+ \| 2 \| 20\d\d-\d\d-\d\d ")
        for page in text.values():
            self.digits(page)
            self.assertNotIn("(null)", page)
        self.gateway.stop()
        self.gateway.run("privacy", "pack", str(folder))
        self.assertEqual(self.gateway.run("privacy", "roles", config=False).out.strip() in text["rollen.md"], True)

    def test_who_read_which_text(self) -> None:
        texts = self.folder / "texts"
        shutil.copytree(ROOT / "templates", texts)
        self.start(people=1, with_broker=False, gateway={"templates": str(texts)})
        for name, role, language in (("kalina", "desk", "bg"), ("jan", "desk", "nl"), ("anna", "adviser", "bg"), ("adviser", "adviser", "nl")):
            self.gateway.run("users", "add", name, "--role", role, "--language", language)

        def read(name: str, tag: str, by: str | None) -> int:
            return self.gateway.run("templates", "read", name, "--language", tag, *(["--by", by] if by else []), check=False).status

        def readings(name: str) -> list[tuple[str, str]]:
            listed = json.loads(self.gateway.run("templates", "list", "--json").out)["templates"]
            return [(one["language"], one["by"]) for text in listed if text["name"] == name for one in text["read"]]

        self.assertEqual(readings("stop-confirmed"), [])
        self.assertRegex(self.gateway.run("templates", "check").out, r"\n0 of \d+ texts and scripts were read aloud")
        # Only who reads the language, and whose work it is.
        for tag, by, status in (("bg", "jan", 6), ("bg", "anna", 6), ("bg", None, 6), ("bg-Cyrl", "kalina", 4), ("de", "kalina", 4)):
            self.assertEqual(read("stop-confirmed", tag, by), status, (tag, by))
        self.assertEqual(read("nothing", "bg", "kalina"), 4)
        for tag in ("bg", "bg-Latn", "bg"):
            self.assertEqual(read("stop-confirmed", tag, "kalina"), 0)
        self.assertEqual(readings("stop-confirmed"), [("bg", "kalina"), ("bg-Latn", "kalina")])
        self.assertRegex(self.gateway.run("templates", "list").out, r"stop-confirmed .* read in bg, bg-Latn")
        self.assertRegex(self.gateway.run("templates", "check").out, r"\n2 of \d+ texts and scripts were read aloud")
        done = [e for e in self.trail("--actor", "kalina") if e["result"] == "done"]
        self.assertEqual([(e["action"], e["object"]) for e in done], [("template.read", "stop-confirmed")] * 3)
        # In the pages of an assessment, beside the texts in use.
        self.import_people(1, first=2, confirmed=False)
        self.wait_text_to(2, "ДА")
        self.assertEqual(read("optin-request", "bg", "kalina"), 0)
        self.gateway.run("privacy", "pack", str(self.folder / "dossier"))
        self.assertRegex((self.folder / "dossier" / "teksten.md").read_text(), r"\| optin-request \| bg \| `\w+` \| 20[\d-]+ \| kalina, 20[\d-]+ \|")
        # A word is changed: nobody read that.
        for name in ("optin-request", "stop-confirmed"):
            file = texts / "bg" / f"{name}.txt"
            file.write_text(file.read_text().replace("ДА", "Да").replace("няма да", "вече няма да"))
        self.gateway.restart()
        self.assertEqual(readings("stop-confirmed"), [])
        self.import_people(1, first=3, confirmed=False)
        self.wait_text_to(3, "Да")
        self.gateway.run("privacy", "pack", str(self.folder / "dossier"))
        page = (self.folder / "dossier" / "teksten.md").read_text()
        self.assertRegex(page, r"\| optin-request \| bg \| `\w+` \| 20[\d-]+ \| kalina, 20[\d-]+ \|")
        self.assertRegex(page, r"\| optin-request \| bg \| `\w+` \| 20[\d-]+ \| \*\*niemand\*\* \|")
        database = sqlite3.connect(self.folder / "gateway" / "pokana.db")
        for change in ("UPDATE text_read SET hash = x'00'", "DELETE FROM text_read"):
            with self.assertRaises(sqlite3.IntegrityError):
                database.execute(change)
        database.close()

    def test_whose_data_it_was(self) -> None:
        self.start(people=3, with_broker=False)
        for name, role in (("adviser", "adviser"), ("colleague", "approver"), ("maria", "key-person")):
            self.gateway.run("users", "add", name, "--role", role)
        people = [json.loads(line) for line in self.gateway.run("privacy", "breach", "--json").out.splitlines()]
        self.assertEqual(len(people), 3)
        self.assertEqual([field["field"] for field in people[0]["fields"]], ["language", "address", "tag", "consent"])
        self.assertIn("0 people", self.gateway.run("privacy", "breach", "--since", "2100-01-01").out)
        self.assertEqual(self.gateway.run("privacy", "breach", "--since", "gisteren", check=False).status, 2)
        self.assertEqual([person["canBeTold"] for person in people], ["yes"] * 3)
        # They are told by the word of two people, once.
        tell = ["privacy", "breach", "--notify", "--link", "https://a.nl/lek", "--second-person", "colleague"]
        for words in (tell[:-2], tell[:3], tell + ["--by", "maria"], tell[:-1] + ["adviser", "--by", "adviser"]):
            self.assertIn(self.gateway.run(*words, check=False).status, (2, 6), words)
        ordered = self.gateway.run(*tell, "--by", "adviser").out
        self.assertIn("3 of them are told", ordered)
        self.provider.wait_accepted(3)
        self.assertEqual(len([body for body in self.received() if "https://a.nl/lek" in body["text"]]), 3)
        self.assertEqual(self.gateway.run(*tell, "--by", "adviser", check=False).status, 5)
        self.gateway.stop()
        shown = self.gateway.run("privacy", "breach").out
        self.assertIn("3 people", shown)
        self.digits(shown)
        self.gateway.start()
        self.assertEqual(len([e for e in self.trail() if e["action"] == "privacy.breach" and e["result"] == "done"]), 6)

    def test_known_or_not_is_the_same_answer(self) -> None:
        self.start(people=1, with_broker=False)
        answers = set()
        for n in (1, 2, 2):
            self.import_people(1, first=n, confirmed=False)
            job = self.gateway.run("recipients", "import", str(self.folder / "people.csv"), "--by", "adviser", "--json").out
            found = json.loads(job)
            del found["id"]
            answers.add(json.dumps(found, sort_keys=True))
        self.assertEqual(len(answers), 1, answers)
        self.digits(json.dumps(list(answers)))
        self.assertNotIn(number(2), self.gateway.log_text())


if __name__ == "__main__":
    unittest.main()
