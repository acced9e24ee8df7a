# SPDX-License-Identifier: EUPL-1.2
"""A backup put back after hours of which the database knows nothing: while it was away messages left, people said STOP and
wanted to be forgotten. Nobody is told twice, nobody who said STOP is told, and what is doubtful is left to people."""

from __future__ import annotations

import json
import shutil
import unittest
from collections import Counter

from world import World, moment, number, until

PEOPLE = 60


class TestRestore(World):
    def told(self) -> Counter[tuple[str, str]]:
        """How often each number got each text that is no answer."""
        return Counter((body["to"], body["text"]) for body in self.received() if "СТОП" not in body["text"][:20])

    def assert_nobody_twice(self) -> None:
        twice = {key: count for key, count in self.told().items() if count > 1}
        self.assertEqual(twice, {})

    def values(self, place: str) -> dict[str, object]:
        return {"values": {"begins": "2026-12-15T17:30:00Z", "place": place}}

    def test_under_load_nobody_twice_and_no_stop_forgotten(self) -> None:
        self.start(people=PEOPLE, account={"window": "4"})
        school, observer = self.school(), self.observer()
        home = self.folder / "gateway"
        first = self.event(data=self.values("De Windroos"))
        self.accepted(school, first)
        until("some to be told", lambda: len(self.received()) >= 10)
        copy = self.folder / "copy.db"
        self.gateway.run("backup", str(copy))  # in the middle of it
        # The lost hours: the rest is told, another event comes, people stop, one is erased, strangers write.
        second = self.event(data=self.values("De Eendracht"))
        self.accepted(school, second)
        for n in (3, 4, 5):
            self.says(n, "СТОП")
        self.says(901, "STOP")
        self.says(6, "СТОП")
        self.says(6, "СТАРТ")
        self.gateway.run("recipients", "erase", "--address-from", "-", input=number(7))
        until("everybody to be told of the first", lambda: len({to for to, text in self.told() if "Windroos" in text}) >= PEOPLE - 4)
        self.gateway.kill()
        journal = self.folder / "kept.journal"
        shutil.copyfile(home / "pokana.journal", journal)
        self.assertNotIn(number(3)[4:], journal.read_text())
        before = self.told()

        for name in ("pokana.db", "pokana.db-wal", "pokana.db-shm", "pokana.journal"):
            (home / name).unlink(missing_ok=True)
        done = self.gateway.run("restore", str(copy), "--journal", str(journal), "--json")
        said = json.loads(done.out)
        self.assertEqual((said["journal"]["stops"], said["journal"]["unknownStops"], said["journal"]["erasures"]), (3, 1, 1))
        self.assertIsNone(said["stopsUnknownFrom"])
        self.assertGreater(said["uncertain"], 0)
        self.gateway.start()
        self.wait_connected()
        observer.wait(lambda message: message.topic == "pokana/v1/state/test" and "was restored" in
                      message.payload.decode(), "the restore on the state topic")
        states = self.counts()
        self.assertEqual({state for state in ("queued", "scheduled", "deferred", "submitting", "accepted", "sent") if states.get(state)}, set())
        # The publisher says everything again, for it has heard of a restore.
        self.publish(school, first)
        self.publish(school, second)
        again = until("the second to be held", lambda: [trigger["id"] for trigger in self.ask("GET", "/v1/triggers")["triggers"]
                                                        if trigger["state"] == "held"])
        self.assertEqual(len(again), 1)  # the first is in the backup
        # An operator's own pause is another thing.
        self.gateway.run("resume", "--all")
        self.assertTrue(self.ask("GET", "/v1/hold")["restored"])
        self.gateway.run("messages", "drop", "--held")
        until("what is held to be given up", lambda: not any(message["held"] for message in self.messages(state="uncertain")))
        self.gateway.run("triggers", "drop", again[0])
        self.gateway.run("resume", "--after-restore")
        # Times are told in whole seconds: one of the restore's own second may have been run before, and would be held.
        third = self.accepted(school, self.event(data=self.values("Het Zonnehuis"), time=moment(seconds=2)))
        until("the third to be complete or at the provider", lambda: sum(
            count for state, count in self.trigger(third)["counts"].items() if state == "accepted") >= PEOPLE - 4)
        self.assertEqual(self.trigger(third)["counts"], {"accepted": PEOPLE - 4})  # three stopped, one erased
        self.assert_nobody_twice()
        for n in (3, 4, 5, 7):
            self.assertEqual([key for key in self.told() if key[0] == number(n) and key not in before], [])
        # Whoever stopped as a stranger stays stopped when somebody signs them up.
        self.import_people(1, first=901)
        fourth = self.accepted(school, self.event(data=self.values("De Vlinder"), time=moment(seconds=2)))
        until("the fourth to be over", lambda: self.trigger(fourth)["counts"].get("accepted", 0) >= PEOPLE - 4)
        self.assertEqual(self.texts_to(901), [text for text in self.texts_to(901) if "СТАРТ" in text or "START" in text])

    def test_without_the_journal_two_people_answer_for_it(self) -> None:
        self.start(people=2)
        copy = self.folder / "copy.db"
        self.gateway.run("backup", str(copy))
        self.gateway.stop()
        done = self.gateway.run("restore", str(copy), check=False)
        self.assertEqual(done.status, 6)
        self.assertIn("pokana.journal", done.err)
        done = self.gateway.run("restore", str(copy), "--without-journal", check=False)
        self.assertEqual(done.status, 6)
        self.assertRegex(done.err, r"who said STOP between 20\d\d-\S+Z and 20\d\d-\S+Z is not known")
        self.assertEqual(self.gateway.run("restore", str(copy), "--without-journal", "--accepted-by", "ann", check=False).status, 2)
        done = self.gateway.run("restore", str(copy), "--without-journal", "--accepted-by", "ann", "--accepted-by", "bo")
        self.assertIn("IS NOT KNOWN", done.out)
        self.gateway.start()
        self.wait_connected()
        self.assertIn("are not known", self.status()["condition"]["why"])

    def test_a_stop_is_heard_while_the_journal_cannot_be_written(self) -> None:
        self.start(people=2)
        home = self.folder / "gateway"
        (home / "pokana.journal").rename(home / "elsewhere")
        self.says(1, "СТОП")
        self.wait_text_to(1, "СТАРТ")
        self.assertIn("journal", self.status()["condition"]["why"])
        self.assertEqual(self.status()["journal"]["owed"], 1)
        self.assertEqual(self.gateway.metrics()["pokana_journal_owed"], 1)
        (home / "elsewhere").rename(home / "pokana.journal")
        until("the journal to catch up", lambda: self.status()["journal"]["owed"] == 0)
        self.assertIn(" stop sms ", (home / "pokana.journal").read_text())
        self.accepted(self.school(), self.event())
        self.wait_counts(accepted=2)  # one of them is the confirmation
        self.assertEqual(len(self.texts_to(1)), 1)


if __name__ == "__main__":
    unittest.main()
