# SPDX-License-Identifier: EUPL-1.2
"""The master key is changed while the gateway goes on, also when it is killed in the middle; a lost one is refused."""

from __future__ import annotations

import json
import sqlite3
import unittest

from world import World, number, until

PEOPLE = 1500


class TestKeys(World):
    def under(self) -> dict[int, int]:
        """How many addresses are sealed under which key, by the file itself."""
        connection = sqlite3.connect(f"file:{self.folder / 'gateway' / 'pokana.db'}?mode=ro", uri=True)
        try:
            return dict(connection.execute("SELECT hex(substr(value, 1, 1)) + 0, count(*) FROM address GROUP BY 1"))
        finally:
            connection.close()

    def needs(self, key: int) -> dict[str, int]:
        keys = json.loads(self.gateway.run("keys", "list", "--json").out)["keys"]
        return {need["by"]: need["count"] for found in keys if found["id"] == key for need in found["needed"]}

    def test_rotation_survives_being_killed(self) -> None:
        self.start(people=PEOPLE)
        school = self.school()
        self.says(2, "СТОП")
        self.says(PEOPLE + 1, "СТОП")  # nobody knows who that is
        self.wait_text_to(2, "СТАРТ")
        keys = self.folder / "gateway" / "pokana.keys"
        self.gateway.run("pause", "--all")
        # Cut off at its worst: the file has the key, the gateway has begun.
        reply = self.gateway.control("POST", "/v1/keys/rotate")
        self.assertEqual(reply.status, 409, reply.text)  # there is none yet
        self.gateway.run("keys", "new", str(self.folder / "other.keys"), config=False)
        line = (self.folder / "other.keys").read_text().replace("pokana-key 1 ", "pokana-key 2 ")
        keys.write_text(keys.read_text() + line)
        kills = 0
        self.ask("POST", "/v1/keys/rotate", status=202)
        while kills < 3:
            self.gateway.kill()
            kills += 1
            until("the loop of kills", lambda: not self.gateway.running())
            self.gateway.start()
        until("all addresses to be under the new key", lambda: not self.ask("GET", "/v1/keys")["rotating"])
        self.assertEqual(set(self.under()), {2})
        self.wait_connected()
        self.gateway.run("resume", "--all")
        self.accepted(school, self.event())
        until("everybody to be told", lambda: len(self.received()) >= PEOPLE - 1 + 2, timeout=60)
        self.assertEqual(len(self.texts_to(2)), 1)  # the confirmation
        self.says(1, "ДА")
        self.wait_text_to(1, "Записахме")
        # The stranger signs up: the STOP said under the old key stands.
        self.import_people(1, first=PEOPLE + 1)
        second = self.accepted(school, self.event())
        until("the second to be done", lambda: sum(self.trigger(second)["counts"].get(state, 0) for state in ("accepted", "delivered")) >= PEOPLE - 1,
              timeout=60)
        self.assertEqual(len(self.texts_to(PEOPLE + 1)), 1)
        self.assertNotIn("addresses", self.needs(1))
        self.assertIn("journal", self.needs(1))
        self.assertEqual(self.gateway.run("keys", "retire", "1", check=False).status, 5)
        self.assertIn("pokana-key 1 ", keys.read_text())

    def test_the_command_adds_one_key_and_no_second(self) -> None:
        self.start(people=3)
        keys = self.folder / "gateway" / "pokana.keys"
        done = self.gateway.run("keys", "rotate", "--json")
        self.assertEqual(json.loads(done.out), {"key": 2})
        self.assertEqual(self.under(), {2: 3})
        self.assertEqual(keys.stat().st_mode & 0o777, 0o600)
        self.gateway.stop()
        # Without a gateway, from a file that has a key nothing is written with: that one is taken.
        self.gateway.run("keys", "rotate")
        self.assertEqual(self.under(), {3: 3})
        self.gateway.start()
        self.wait_connected()
        self.accepted(self.school(), self.event())
        self.provider.wait_accepted(3)
        self.assertEqual(self.texts_to(1), self.texts_to(1)[:1])
        listed = self.gateway.run("keys", "list").out
        self.assertIn("NEEDED BY", listed)
        self.assertIn("addresses 3", listed)

    def test_a_lost_key_is_a_clear_refusal(self) -> None:
        self.start(people=2)
        keys = self.folder / "gateway" / "pokana.keys"
        self.gateway.run("keys", "rotate")
        self.gateway.stop()
        whole = keys.read_text()
        for text, said in ((whole.splitlines()[0] + "\n", "lacks a key"), (whole.splitlines()[1] + "\n", "lacks a key"),
                           (whole.replace("pokana-key 2 ", "pokana-key 2 0")[:-2] + "\n", "not the one this database"), ("", "no key")):
            keys.write_text(text)
            done = self.gateway.run("serve", check=False)
            self.assertNotEqual(done.status, 0)
            self.assertIn(said, done.err)
            self.assertIn("hint: ", done.err) if text else None
        keys.unlink()
        done = self.gateway.run("serve", check=False)
        self.assertEqual(done.status, 4)
        self.assertIn("pokana keys new", done.err)
        keys.write_text(whole)
        keys.chmod(0o600)
        self.gateway.start()
        self.wait_connected()
        self.assertEqual(self.status()["recipients"], 2)
        self.assertEqual(number(1)[:3], "+31")


if __name__ == "__main__":
    unittest.main()
