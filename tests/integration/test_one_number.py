# SPDX-License-Identifier: EUPL-1.2
"""No command tells more than one person's number, and the one that tells it is in the audit. The forms of every command are
read from the program's own help: a new one must be tried here, or be among those that print nothing of people."""

from __future__ import annotations

import json
import re
import unittest

from world import World, number

# What is said to each form that reads; %s is a person's id, %m a message's, %t a trigger's, %i an item of the inbox.
READS: dict[str, list[list[str]]] = {
    "status": [[]], "queue": [[]], "quiet": [[]], "report indicators": [[], ["--csv"]], "tokens list": [[]], "webhooks list": [[]], "check-config": [[]],
    "messages list": [[], ["--limit", "1000"], ["--state", "accepted"]], "messages show": [["%m"]],
    "inbox list": [[], ["--all"]], "inbox show": [["%i"]],
    "accounts list": [[]], "triggers list": [[]], "triggers show": [["%t"]], "adapters": [[], ["http"]],
    "templates list": [[]], "templates check": [[]], "templates cost": [["festival-reminder", "--topic", "festival"]],
    "recipients export": [["%s"]], "recipients links": [["%s"]],
    "consent show": [["%s"]], "consent receipt": [["%s", "--topic", "parent-meetings"]], "consent verify": [[]],
    "users list": [[]], "audit list": [[], ["--limit", "1000"]], "audit verify": [[]], "audit export": [[]], "audit person": [["%s"]],
    "audience count": [["--topic", "festival"], ["--topic", "festival", "--where", "language:bg"]],
    "campaigns list": [[]], "approvals list": [[]],
    "circles list": [[]], "circles show": [[], ["maria"]], "circles recent": [[]],
    "tokens list": [[]], "quiet": [[]],
    "events list": [[]], "events show": [["%s"]], "events export": [[]],
    "privacy roles": [[]], "privacy breach": [[]], "keys list": [[]],
}
# They change something, ask no gateway and no database, or are the gateway; what they print is ids and counts, or what was typed.
OTHERS = {"serve", "trigger", "pause", "resume", "backup", "restore", "text", "messages resolve", "messages release", "messages drop",
          "inbox answer", "inbox assign", "inbox close", "accounts pause", "accounts resume", "accounts test", "accounts play",
          "adapters test", "triggers release", "triggers drop", "templates preview", "templates proof", "templates read",
          "templates export", "templates import", "templates withdraw",
          "recipients import", "recipients erase", "consent grant", "consent withdraw", "users add", "users link", "users remove",
          "recipients add", "recipients link", "accounts add", "triggers answer", "circles handover", "circles allow",
          "campaigns show", "campaigns watch", "campaigns write", "campaigns submit", "campaigns approve", "campaigns reject",
          "approvals ask", "approvals approve", "approvals revoke", "campaigns start", "campaigns pause", "campaigns resume", "campaigns move",
          "campaigns remind", "campaigns cancel", "campaigns preview", "campaigns trial", "campaigns rehearse", "campaigns report",
          "events add", "events change", "events accept", "events cancel", "events import", "events report", "events came",
          "tokens add", "tokens revoke", "webhooks deliveries", "webhooks resend", "webhooks test", "webhooks resume", "privacy pack", "keys new", "keys rotate", "keys retire"}
PEOPLE = 4


class TestOneNumber(World):
    def forms(self) -> set[str]:
        commands = re.findall(r"^  ([a-z-]+) {2,}", self.gateway.run("help", config=False).out.split("options:")[0], re.M)
        found = set()
        for command in commands[:-1]:  # the last is help itself
            for line in re.findall(rf"pokana {command}( [a-z-]+)?", self.gateway.run("help", command, config=False).out):
                both = f"{command}{line}"
                found.add(both if both in READS or both in OTHERS else command if command in READS or command in OTHERS else both)
        return found

    def told(self, text: str) -> int:
        return sum(number(n)[-8:] in text.replace(" ", "") for n in range(1, PEOPLE + 1))

    def test_every_command(self) -> None:
        self.start(people=PEOPLE)
        trigger = self.accepted(self.school(), self.event())
        self.provider.wait_accepted(PEOPLE)
        self.wait_counts(accepted=PEOPLE)
        self.says(1, "Къде да запиша детето на училище?")
        for name, role in (("adviser", "adviser"), ("kalina", "desk"), ("maria", "key-person")):
            self.gateway.run("users", "add", name, "--role", role)
        message = self.messages()[0]
        item = json.loads(self.gateway.run("inbox", "list", "--json", "--by", "kalina").out)["items"][0]["id"]
        place = {"%s": message["recipient"], "%m": message["id"], "%t": trigger, "%i": item}

        missing = self.forms() - READS.keys() - OTHERS
        self.assertEqual(missing, set(), "a form of a command that nobody tried here")
        full = []
        for form, variants in READS.items():
            for words in variants:
                # Every role at every route is tests/unit/api/test_routes.c; here it is what a command makes of the answer.
                for by, how in (("adviser", []), ("kalina", ["--json"])):
                    command = form.split() + [place.get(word, word) for word in words]
                    done = self.gateway.run(*command, *how, "--by", by, check=False)
                    told = self.told(done.out + done.err)
                    self.assertLessEqual(told, 1, f"{command} as {by}")
                    if told:
                        full.append((form, by))
        self.assertEqual(set(full), {("recipients export", "adviser")})
        looked = [json.loads(line) for line in self.gateway.run("audit", "export", "--actor", "adviser").out.splitlines()]
        self.assertEqual(len([entry for entry in looked if entry["action"] == "recipient.export" and entry["result"] == "done"]), len(full))


if __name__ == "__main__":
    unittest.main()
