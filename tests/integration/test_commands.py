# SPDX-License-Identifier: EUPL-1.2
"""The operator's commands, every one of them, against a gateway that runs: one JSON document on one line where --json asks
for it, tables elsewhere, the play desk of the simulator, the manual's exit statuses and the shell's completion."""

from __future__ import annotations

import json
import re
import subprocess
import unittest
from pathlib import Path

from world import ROOT, USERS, World, number, until
from support.gateway import program

SIMULATOR = {"adapter": "simulator", "url": None, "body": None, "header.Authorization": None, "answer_id": None, "answer_code": None,
             "code.opted_out": None, "code.invalid_recipient": None, "webhook_secret": None, "receipt_id": None,
             "receipt_reference": None, "receipt_state": None, "receipt.sent": None, "receipt.delivered": None, "receipt.read": None,
             "receipt.undelivered_permanent": None, "receipt.undelivered_temporary": None, "reply_from": None, "reply_text": None,
             "reply_id": None, "provider": None}


class TestCommands(World):
    def json(self, *words: str) -> dict:
        done = self.gateway.run(*words, "--json")
        self.assertEqual(done.out.count("\n"), 1, f"{words}: more than a line:\n{done.out}")
        return json.loads(done.out)

    def people_file(self, *numbers: int) -> str:
        file = self.folder / "audience.csv"
        rows = [f"sms,{number(n)},bg,,school:de-windroos,parent-meetings,paper,form,2026-09-07,desk," for n in numbers]
        file.write_text("\ufeffchannel,address,language,script,tags,topics,how,wording,given_at,by,until\n" + "\n".join(rows) + "\n")
        return str(file)

    def test_everyday_work(self) -> None:
        """The way of ./demo, by commands alone: people, a trigger and its receipt, the simulator's desk, an answer."""
        self.start(people=0, account=SIMULATOR)
        documents = {"check-config": self.json("check-config"), "keys list": self.json("keys", "list"),
                     "adapters": self.json("adapters"), "adapters http": self.json("adapters", "http")}
        done = self.json("recipients", "import", self.people_file(1, 2), "--already-confirmed", "--by", "a", "--second-person", "b")
        documents["recipients import"] = done
        event = self.folder / "event.json"
        event.write_text(json.dumps(self.event()))
        (self.folder / "school.password").write_text(USERS["school"])
        (self.folder / "school.password").chmod(0o600)
        asking = ["trigger", str(event), "--username", "school", "--password", f"file:{self.folder}/school.password"]
        documents["trigger"] = answer = self.json(*asking)
        self.assertEqual(self.json(*asking)["trigger"], answer["trigger"])  # published again: the same
        until("both to have arrived", lambda: len(self.json("accounts", "play", "main")["messages"]) == 2)
        documents["play"] = desk = self.json("accounts", "play", "main")
        self.assertEqual({message["address"] for message in desk["messages"]}, {number(1), number(2)})
        self.assertIn("De Windroos", desk["messages"][0]["text"])
        documents["play answer"] = self.json("accounts", "play", "main", "--answer", number(1), "ДА 2")
        trigger = lambda: self.json("triggers", "show", answer["trigger"])  # noqa: E731
        until("the answer to count", lambda: trigger()["replies"] == {"yes": 1, "no": 0, "heads": 2})
        documents["triggers show"] = trigger()
        documents["triggers list"] = self.json("triggers", "list")
        documents["messages list"] = listed = self.json("messages", "list")
        id = listed["messages"][0]["id"]
        documents["messages show"] = self.json("messages", "show", id)
        for words in (["status"], ["queue"], ["accounts", "list"], ["accounts", "pause", "main"], ["accounts", "resume", "main"],
                      ["pause", "--all"], ["resume", "--all"], ["accounts", "test", "main", "--to", number(9), "--no-reply"]):
            documents[" ".join(words)] = self.json(*words)
        documents["backup"] = self.json("backup", str(self.folder / "copy.db"))
        documents["keys new"] = self.json("keys", "new", str(self.folder / "more.keys"))
        self.gateway.stop()
        documents["restore"] = self.json("restore", str(self.folder / "copy.db"), "--journal", str(self.gateway.folder / "pokana.journal"))
        for name, document in documents.items():
            self.assertIsInstance(document, dict, name)
            if not name.startswith("play"):  # the desk of pretended phones is the one place that shows them
                self.assertNotIn(number(0)[-9:-1], json.dumps(document), name)
        self.assertIn("delete", (self.gateway.run("recipients", "import", self.people_file(1, 2)).out).lower())

    def test_tables_are_for_people(self) -> None:
        self.start(people=2, account=SIMULATOR)
        for words in (["status"], ["queue"], ["accounts", "list"], ["accounts", "play", "main"], ["messages", "list"], ["triggers", "list"],
                      ["adapters"], ["adapters", "simulator"], ["keys", "list"], ["check-config"]):
            out = self.gateway.run(*words).out
            self.assertTrue(out.strip(), words)
            self.assertNotIn("{", out, words)

    def test_adapters_are_tried(self) -> None:
        def tried(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run([str(program()), "adapters", "test", *words], capture_output=True, text=True, cwd=self.folder, timeout=120)

        cases = ROOT / "adapters" / "cm" / "cases"
        good = tried("cm", "--cases", str(cases))
        self.assertEqual((good.returncode, good.stderr), (0, ""))
        self.assertRegex(good.stdout, r"(?m)^✓ kind: opted_out$")
        self.assertRegex(good.stdout.splitlines()[-1], r"^\d+ passed, 0 failed$")
        document = json.loads(tried("cm", "--cases", str(cases), "--json").stdout)
        self.assertEqual((document["adapter"], document["failed"]), ("cm", 0))
        self.assertTrue(all(check["holds"] for check in document["checks"]))
        (self.folder / "mine").mkdir()
        for file in cases.glob("*.json"):
            (self.folder / "mine" / file.name).write_text(file.read_text().replace('"kind": "opted_out"', '"kind": ""'))
        bad = tried("cm", "--cases", "mine")
        self.assertNotEqual(bad.returncode, 0)
        self.assertRegex(bad.stdout, r'(?m)^✗ kind: opted_out\n    no case in "handovers"')
        self.assertRegex(bad.stdout.splitlines()[-1], r"^\d+ passed, 1 failed$")
        self.assertIn("--cases", tried("cm").stderr)
        self.assertIn("androidgw", tried("nobody").stderr)
        self.assertIn("usage", tried().stderr)

    def test_the_manual_lists_every_status(self) -> None:
        page = (ROOT / "config" / "pokana.1").read_text()
        listed = re.findall(r"^\.It (\d+)$", page[page.index(".Sh EXIT STATUS"):], re.M)
        used = {int(found) for found in re.findall(r"\{ PK_\w+, \"[a-z-]+\", (\d+), \d+ \}", (ROOT / "gateway/base/code.c").read_text())}
        self.assertEqual({int(status) for status in listed}, used)
        for command in self.commands_of(self.folder):
            self.assertRegex(page, rf"(?m)^(\.It )?\.?Cm {command}\b", command)

    def commands_of(self, folder: Path) -> list[str]:
        """As `pokana help` lists them."""
        usage = subprocess.run([str(program()), "help"], capture_output=True, text=True, cwd=folder, timeout=30).stdout
        found = re.findall(r"^  ([a-z][a-z-]+) {2,}", usage, re.M)
        self.assertGreater(len(found), 10)
        return found

    def test_completion(self) -> None:
        self.start(people=0, account=SIMULATOR)

        def complete(*words: str) -> list[str]:
            line = " ".join(f"'{word}'" for word in words)
            script = (f"source '{ROOT}/config/pokana.bash'; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _pokana; "
                      'printf "%s\\n" "${COMPREPLY[@]}"')
            env = {**self.gateway.env, "PATH": f"{self.gateway.binary.parent}:{self.gateway.env['PATH']}",
                   "POKANA_CONFIG": str(self.gateway.config)}
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=env, timeout=30)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return done.stdout.split()

        self.assertEqual(complete("pokana", "rec"), ["recipients"])
        self.assertEqual(complete("pokana", "messages", "re"), ["resolve", "release"])
        self.assertIn("uncertain", complete("pokana", "messages", "list", "--state", "un"))
        self.assertEqual(complete("pokana", "accounts", "pause", "m"), ["main"])
        self.assertEqual(complete("pokana", "adapters", "sim"), ["simulator"])
        for command in self.commands_of(self.folder):
            self.assertIn(command, complete("pokana", ""))


if __name__ == "__main__":
    unittest.main()
