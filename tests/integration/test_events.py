# SPDX-License-Identifier: EUPL-1.2
"""Events with the daemon: planned and moved at the command line, proposed by a key person, taken from a calendar file, followed
by everybody, and still there with the same ids after a kill."""

from __future__ import annotations

import http.client
import json
import unittest
from datetime import date, timedelta

from world import World

SOON = date.today() + timedelta(days=30)
KINDS = {"event parent-meeting": {"topic": "parent-meetings", "public": "yes", "length": "90m"},
         "event training": {"topic": "festival", "place": "De Kern"}}
FILE = ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:a@example.org\r\nDTSTAMP:20260101T000000Z\r\n"
        "SUMMARY:Infomarkt\r\nLOCATION:Stadhuis\r\nDTSTART;TZID=Europe/Amsterdam:{day}T100000\r\n"
        "DTEND;TZID=Europe/Amsterdam:{day}T120000\r\n{more}ORGANIZER:mailto:jan@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")


class TestEvents(World):
    def begin(self) -> None:
        self.start(people=0, with_broker=False, **KINDS)
        for name, role in (("anna", "adviser"), ("maria", "key-person")):
            self.gateway.run("users", "add", name, "--role", role)

    def events(self, *words: str, by: str = "anna") -> dict:
        return json.loads(self.gateway.run("events", *words, "--json", "--by", by).out)

    def plan(self, *words: str, by: str = "anna") -> str:
        return self.events("add", "parent-meeting", "--title", "Ouderavond", "--place", "De Windroos", "--from", "18:00", *words, by=by)["id"]

    def follow(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        link = http.client.HTTPConnection("127.0.0.1", self.public, timeout=20)
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def test_planned_moved_called_off(self) -> None:
        self.begin()
        event = self.plan("--day", str(SOON))
        self.assertRegex(self.gateway.run("events", "list", "--by", "anna").out, rf"{event} +parent-meeting +planned +{SOON} 18:00-19:30")
        first = self.events("show", event)["dates"]
        self.assertEqual([(d["state"], d["version"]) for d in first], [("planned", 1)])
        later = str(SOON + timedelta(days=2))
        self.assertTrue(self.events("change", event, "--day", later, "--from", "19:00")["changed"])
        self.assertFalse(self.events("change", event, "--day", later)["changed"])
        shown = self.events("show", event)
        self.assertEqual((shown["day"], shown["from"], shown["to"]), (later, "19:00", "20:30"))
        self.assertEqual([(d["id"], d["version"]) for d in shown["dates"]], [(first[0]["id"], 2)])
        self.gateway.kill()
        self.gateway.start()
        self.assertEqual(self.events("show", event)["dates"], shown["dates"])
        self.assertIn("is called off", self.gateway.run("events", "cancel", event, "--by", "anna").out)
        self.assertIn("was so already", self.gateway.run("events", "cancel", event, "--by", "anna").out)

    def test_one_date_of_many(self) -> None:
        self.begin()
        event = self.plan("--day", str(SOON), "--rule", "FREQ=WEEKLY;COUNT=3")
        second, third = str(SOON + timedelta(days=7)), str(SOON + timedelta(days=14))
        self.events("change", event, "--date", second, "--place", "De Kern")
        self.events("change", event, "--date", second, "--from", "20:00")
        self.events("cancel", event, "--date", third)
        dates = {d["date"]: d for d in self.events("show", event)["dates"]}
        self.assertEqual([dates[second]["place"], dates[second]["version"], dates[third]["state"]], ["De Kern", 3, "cancelled"])
        self.assertEqual(self.gateway.run("events", "cancel", event, "--date", str(SOON + timedelta(days=1)), "--by", "anna", check=False).status, 4)

    def test_what_is_refused_says_what_to_do(self) -> None:
        self.begin()
        for words in (["--day", "2026-02-30"], ["--day", "2020-01-01"], ["--day", str(SOON), "--rule", "FREQ=WEEKLY"],
                      ["--day", str(SOON), "--to", "17:00"], ["--day", str(SOON), "--subject", "bel 06 00000000"]):
            done = self.gateway.run("events", "add", "parent-meeting", "--title", "x", "--place", "y", "--from", "18:00", *words, "--by", "anna",
                                    check=False)
            self.assertNotEqual(done.status, 0, words)
            self.assertIn("hint: ", done.err, words)
        self.assertEqual(self.events("list", "--all")["events"], [])
        self.assertEqual(self.gateway.run("events", "list", check=False).status, 6)  # an operator

    def test_a_key_person_proposes(self) -> None:
        self.begin()
        event = self.plan("--day", str(SOON), by="maria")
        self.assertEqual(self.events("show", event, by="maria")["state"], "draft")
        self.assertEqual(self.gateway.run("events", "accept", event, "--by", "maria", check=False).status, 6)
        self.assertNotIn("Ouderavond", self.follow("/calendar.ics")[2])
        self.gateway.run("events", "accept", event, "--by", "anna")
        self.assertIn("Ouderavond", self.follow("/calendar.ics")[2])

    def test_files_and_the_calendar(self) -> None:
        self.begin()
        file = self.folder / "events.ics"
        file.write_text(FILE.format(day=SOON.strftime("%Y%m%d"), more="RRULE:FREQ=WEEKLY;COUNT=2\r\n"), newline="")
        self.assertIn("1 planned, 0 changed", self.gateway.run("events", "import", str(file), "--kind", "parent-meeting", "--by", "anna").out)
        self.assertIn("0 planned, 0 changed, 1 unchanged", self.gateway.run("events", "import", str(file), "--kind", "training", "--by", "anna").out)
        file.write_text("hello", newline="")
        self.assertEqual(self.gateway.run("events", "import", str(file), "--by", "anna", check=False).status, 2)
        self.gateway.run("events", "add", "training", "--title", "Voor weinigen", "--day", str(SOON), "--from", "9:00", "--by", "anna")
        status, head, text = self.follow("/calendar.ics")
        self.assertEqual((status, head["content-type"]), (200, "text/calendar; charset=utf-8"))
        self.assertIn("SUMMARY:Infomarkt\r\n", text)
        self.assertNotIn("Voor weinigen", text)
        self.assertNotIn("example.org", text)
        self.assertEqual(self.follow("/calendar.ics", **{"If-None-Match": head["etag"]})[::2], (304, ""))
        self.assertEqual(self.follow("/calendar.ics", **{"If-None-Match": '"other"'})[0], 200)
        self.assertIn("Infomarkt", self.follow("/calendar/parent-meetings.ics")[2])
        self.assertNotIn("Infomarkt", self.follow("/calendar/festival.ics")[2])
        for path in ("/calendar/nothing.ics", "/calendar/parent-meetings", "/calendar/"):
            self.assertEqual(self.follow(path)[0], 404, path)
        exported = self.gateway.run("events", "export", "--by", "anna").out
        self.assertIn("Voor weinigen", exported)
        file.write_text(exported.replace("\r\n", "\n"))
        self.assertIn("0 planned, 0 changed, 2 unchanged", self.gateway.run("events", "import", str(file), "--by", "anna").out)


if __name__ == "__main__":
    unittest.main()
