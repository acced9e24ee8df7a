# SPDX-License-Identifier: EUPL-1.2
"""Quiet hours with the real daemon: a night around now holds notices, and neither a STOP's confirmation nor a question asked at
the desk; a reload ends it; the command, check-config and health say what holds."""

from __future__ import annotations

import json
import signal
import unittest
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from world import ROOT, World, moment, until

ZONE = ZoneInfo("Europe/Amsterdam")


def around(hours: int) -> str:
    """A night that began an hour ago and lasts `hours` more."""
    now = datetime.now(ZONE)
    return f"{(now - timedelta(hours=1)).strftime('%H:00')}-{(now + timedelta(hours=hours)).strftime('%H:00')}"


class TestQuiet(World):
    def quiet(self, *words: str) -> dict:
        return json.loads(self.gateway.run("quiet", "--json", *words).out)

    def test_a_night_holds_notices_and_ends_with_a_reload(self) -> None:
        self.start(people=2, **{"quiet night": {"channels": "sms", "night": around(4)}})
        school = self.school()
        self.accepted(school, self.event(data={"validUntil": moment(hours=20)}))
        self.wait_counts(deferred=2)
        messages = json.loads(self.gateway.run("messages", "list", "--json").out)["messages"]
        self.assertEqual({message["reason"] for message in messages}, {"quiet-hours"})
        self.accepted(school, self.event(data={"validUntil": moment(hours=1)}))
        self.wait_counts(deferred=2, expired=2)  # too late at the night's end: known at once
        self.assertEqual(self.received(), [])
        self.says(1, "СТОП")
        until("the STOP to be confirmed in the night", lambda: len(self.received()) == 1)
        self.gateway.write_config(self.gateway.config.read_text().replace("[quiet night]\nchannels = sms\nnight = ", "[quiet night]\nchannels = sms\nweekdays = "
                                                                          + (datetime.now(ZONE) + timedelta(days=3)).strftime("%a").lower() + "\n#night = "))
        self.gateway.signal(signal.SIGHUP)
        self.gateway.wait_log("reload.done")
        until("the other notice to leave by day", lambda: len(self.received()) == 2)

    def test_the_command_says_what_holds(self) -> None:
        self.start(people=0, **{
            "quiet night": {"channels": "sms", "night": "21:00-8:00"},
            "quiet days": {"topics": "parent-meetings", "days": "nl, bg, bayram", "urgent": "waits"},
            "days bayram": {"file": str(ROOT / "config" / "days" / "bayram.ini")},
        })
        at = self.quiet("--at", "2026-12-25T22:30:00+01:00")
        meetings, festival = at["items"]
        self.assertEqual(meetings, {"topic": "parent-meetings", "channel": "sms", "allowed": False, "cause": "night", "rule": "night",
                                    "calendar": None, "day": None, "urgentPasses": False, "allowedFrom": "2026-12-27T07:00:00Z"})
        self.assertTrue(festival["urgentPasses"])
        self.assertEqual(festival["allowedFrom"], "2026-12-26T07:00:00Z")
        kurban = self.quiet("--at", "2026-05-27T12:00:00+02:00", "--topic", "parent-meetings", "--channel", "sms")["items"]
        self.assertEqual([(item["cause"], item["day"], item["allowedFrom"]) for item in kurban],
                         [("day", "Kurban Bayram", "2026-05-31T06:00:00Z")])
        noon = self.quiet("--at", "2026-11-25T12:00:00+01:00", "--topic", "festival")["items"]
        self.assertEqual([(item["allowed"], item["allowedUntil"]) for item in noon], [(True, "2026-11-25T20:00:00Z")])
        spans = self.quiet("--at", "2026-11-25T22:00:00+01:00", "--topic", "festival", "--channel", "sms", "--count", "500")["forecast"]
        self.assertEqual((spans["startsAt"], spans["late"], [span["count"] for span in spans["spans"]]), ("2026-11-26T07:00:00Z", 0, [500]))
        said = self.gateway.run("quiet", "--at", "2026-04-12T12:00:00+02:00").out
        self.assertIn("Великден (bg, rule days)", said)
        self.assertEqual(self.gateway.run("quiet", "--topic", "nonesuch", check=False).status, 4)
        self.assertEqual(self.gateway.run("quiet", "--at", "tomorrow", check=False).status, 2)

    def test_days_that_are_not_known_are_told(self) -> None:
        file = self.folder / "school.ini"
        file.write_text("[known]\nfrom = 2020-01-01\nuntil = 2020-12-31\n[days]\n2020-05-01 = Vrij\n")
        self.start(people=0, **{"quiet days": {"days": "school"}, "days school": {"file": str(file)}})
        self.assertIn("the days of school are known until 2020-12-31", self.status()["condition"]["why"])
        self.assertIn("the days of school are known until 2020-12-31", self.gateway.run("check-config").out)
        self.assertEqual(self.quiet()["calendarsThatEnd"], [{"calendar": "school", "knownUntil": "2020-12-31"}])

    def test_an_event_on_a_holiday_is_warned_of(self) -> None:
        self.start(people=1, **{"quiet days": {"days": "bg"}})
        school = self.school()
        event = self.event(data={"values": {"begins": "2027-05-02T10:00:00Z", "place": "De Windroos"}})
        self.publish(school, event)
        self.assertEqual(self.answer_to(school, event["id"])["data"]["fallsOn"], [{"calendar": "bg", "day": "Великден"}])


if __name__ == "__main__":
    unittest.main()
