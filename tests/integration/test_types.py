# SPDX-License-Identifier: EUPL-1.2
"""Triggers that are no notices, with the daemon and a real broker: events planned and changed, an info point closed and open after
all under a standing approval and without one, a campaign started, what publishers hear of it, and the documents that say all this;
then a publisher who means harm."""

from __future__ import annotations

import http.client
import json
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from world import SOURCE, World, moment, number, until
from support.mqtt import Client

NOW = datetime.now(timezone.utc)
ZONE = f"Etc/GMT{NOW.hour - 12:+d}"  # where it is about noon, whenever this runs
TODAY = (NOW - timedelta(hours=NOW.hour - 12)).date()
SHUT, AFTER_ALL, WAITS = "инфопунктът е затворен", "все пак е отворен", "wacht op uw akkoord"
TEAM = 900
API = Path(__file__).resolve().parent.parent.parent / "gateway" / "api"
TYPES = {word.split(".")[-1]: f"nl.{group}.{word.replace('.', '-')}.v1"
         for group, words in (("events", ("event.planned", "event.changed", "event.cancelled")), ("campaigns", ("campaign.start",)),
                              ("infopoints", ("infopoint.closed-today", "infopoint.open-after-all", "infopoint.hours-changed")))
         for word in words}
SECTIONS: dict[str, dict[str, str]] = {
    "gateway": {"team": number(TEAM), "zone": ZONE},
    "topic info-point": {"consent": "730d", "name.bg": "инфопункта", "name.nl": "het infopunt", "words.bg": "инфопункт"},
    "event parent-meeting": {"topic": "parent-meetings", "length": "90m"},
    "event info-point": {"topic": "info-point", "public": "yes", "place": "Stadhuisplein 100"},
}
MEETING = {"event": {"id": "avond-117"}, "kind": "parent-meeting", "title": "Ouderavond", "place": "De Windroos", "from": "19:30",
           "day": str(TODAY + timedelta(days=20))}
POINT = {"event": {"id": "punt"}, "kind": "info-point", "title": "Infopunt", "day": str(TODAY), "from": "15:00", "to": "18:00",
         "rule": "FREQ=DAILY;COUNT=30"}
PUNT = {"event": {"id": "punt"}}


class TestTypes(World):
    def begin(self, people: int = 0, readers: int = 0, **publisher: str) -> Client:
        self.start(people=people, publisher={"may": "*", "tags": "*", **publisher}, **SECTIONS)
        for name, role in (("anna", "adviser"), ("adviser", "adviser"), ("colleague", "adviser"), ("piet", "approver")):
            self.gateway.run("users", "add", name, "--role", role)
        if readers:
            self.import_people(readers, topics="info-point")
        return self.school()

    def trigger_event(self, word: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
        event = {"specversion": "1.0", "id": f"t-{next(self.numbers)}", "source": SOURCE, "type": TYPES[word], "time": moment(),
                 "datacontenttype": "application/json", "data": data}
        return {**event, **changes}

    def say(self, client: Client, word: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Publishes, and returns what was answered."""
        event = self.trigger_event(word, data, **changes)
        self.publish(client, event)
        return self.answer_to(client, event["id"])["data"]

    def came_to(self, answer: dict[str, Any]) -> tuple[Any, ...]:
        return answer["status"], answer.get("changed"), answer.get("people"), answer.get("waiting", False)

    def approve(self, type: str, people: int = 50) -> str:
        asked = json.loads(self.gateway.run("approvals", "ask", type, "--publisher", "school", "--topic", "info-point", "--people", str(people),
                                            "--until", str(TODAY + timedelta(days=90)), "--by", "anna", "--json").out)
        self.assertEqual(self.gateway.run("approvals", "approve", asked["id"], "--digest", asked["digest"], "--by", "anna", check=False).status, 6)
        self.gateway.run("approvals", "approve", asked["id"], "--digest", asked["digest"], "--by", "piet")
        return asked["id"]

    def heard(self, part: str) -> list[int]:
        """Who got a text with this part, by number; each as often as it came."""
        return sorted(int(body["to"][-4:]) for body in self.received() if part in body["text"])

    def dates(self) -> list[dict[str, Any]]:
        """Of the only event there is."""
        listed = json.loads(self.gateway.run("events", "list", "--json", "--by", "anna").out)["events"]
        return json.loads(self.gateway.run("events", "show", listed[0]["id"], "--json", "--by", "anna").out)["dates"]

    def states(self) -> dict[str, str]:
        return {date["date"]: date["state"] for date in self.dates()}

    # ---- the calendar ----

    def test_planned_changed_and_the_same_again(self) -> None:
        school = self.begin(people=3)
        self.assertEqual(self.came_to(self.say(school, "planned", MEETING)), ("accepted", True, 0, False))
        self.assertEqual(self.came_to(self.say(school, "planned", MEETING)), ("accepted", False, 0, False))
        self.assertEqual(self.say(school, "planned", {**MEETING, "from": "20:00"})["reason"], "conflict")
        later = {"event": MEETING["event"], "day": str(TODAY + timedelta(days=22))}
        self.assertEqual(self.came_to(self.say(school, "changed", later)), ("accepted", True, 0, False))
        self.gateway.kill()
        self.gateway.start()
        self.wait_connected()
        self.assertEqual(self.came_to(self.say(school, "changed", later)), ("accepted", False, 0, False))
        self.assertEqual(self.say(school, "changed", {**later, "event": {"id": "avond-118"}})["reason"], "event")
        listed = json.loads(self.gateway.run("events", "list", "--json", "--by", "anna").out)["events"]
        self.assertEqual([(e["title"], e["day"], e["from"]) for e in listed], [("Ouderavond", later["day"], "19:30")])
        self.assertEqual(self.received(), [])

    # ---- closed, and open after all ----

    def test_closed_and_open_after_all_under_an_approval(self) -> None:
        school = self.begin(readers=6)
        self.assertEqual(self.came_to(self.say(school, "planned", POINT)), ("accepted", True, 0, False))
        for type in ("infopoint.closed-today", "infopoint.open-after-all"):
            self.approve(type)
        self.assertEqual(self.page("/calendar.ics").count("STATUS:CANCELLED"), 0)
        closed = self.say(school, "closed-today", PUNT)
        self.assertEqual(self.came_to(closed), ("accepted", True, 6, False))
        self.assertRegex(closed["at"], r"^20\d\d-\d\d-\d\dT")
        self.provider.wait_accepted(6)
        self.assertEqual(self.heard(SHUT), [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.states()[str(TODAY)], "cancelled")
        self.assertEqual(self.page("/calendar.ics").count("STATUS:CANCELLED"), 1)
        # By whatever id: it is closed already.
        self.assertEqual(self.came_to(self.say(school, "closed-today", PUNT)), ("accepted", False, 0, False))
        # Who joins now was told nothing, and hears nothing; nor does who said STOP.
        self.import_people(1, first=7, topics="info-point")
        self.says(6, "СТОП")
        self.wait_text_to(6, "")
        self.assertEqual(self.came_to(self.say(school, "open-after-all", PUNT))[:2], ("accepted", True))
        until("five people to hear that it is open", lambda: len(self.heard(AFTER_ALL)) >= 5)
        self.assertEqual((self.states()[str(TODAY)], self.page("/calendar.ics").count("STATUS:CANCELLED")), ("planned", 0))
        self.assertEqual(self.came_to(self.say(school, "open-after-all", PUNT)), ("accepted", False, 0, False))
        # Another round goes to everybody who knows otherwise, once; when it is through nothing else is on its way.
        self.assertEqual(self.came_to(self.say(school, "closed-today", PUNT))[:2], ("accepted", True))
        until("six people to hear that it is closed", lambda: len(self.heard(SHUT)) >= 12)
        self.assertEqual(self.heard(SHUT), sorted([1, 2, 3, 4, 5, 6] + [1, 2, 3, 4, 5, 7]))
        self.assertEqual(self.heard(AFTER_ALL), [1, 2, 3, 4, 5])
        listed = json.loads(self.gateway.run("approvals", "list", "--json", "--by", "piet").out)["approvals"]
        self.assertEqual([(one["state"], one["askedBy"], one["approvedBy"]) for one in listed], [("approved", "anna", "piet")] * 2)

    def page(self, path: str) -> str:
        link = http.client.HTTPConnection("127.0.0.1", self.public, timeout=20)
        link.request("GET", path)
        text = link.getresponse().read().decode()
        link.close()
        return text

    def test_nobody_approved_it(self) -> None:
        school = self.begin(readers=5)
        self.say(school, "planned", POINT)
        waiting = self.say(school, "closed-today", PUNT)
        self.assertEqual(self.came_to(waiting), ("accepted", False, 5, True))
        self.wait_text_to(TEAM, WAITS)
        self.assertEqual(self.heard(SHUT), [])
        self.assertEqual(self.states()[str(TODAY)], "planned")
        self.assertEqual(self.trigger(waiting["trigger"])["state"], "waiting")
        # Again under another id: it waits already, and the team is not told twice.
        again = self.say(school, "closed-today", PUNT)
        self.assertEqual((again["trigger"], again["duplicate"]), (waiting["trigger"], True))
        # What waits survives a crash; an operator does not decide it.
        self.gateway.kill()
        self.gateway.start()
        self.wait_connected()
        self.assertEqual(self.gateway.run("triggers", "release", waiting["trigger"], check=False).status, 6)
        self.gateway.run("triggers", "release", waiting["trigger"], "--by", "anna")
        released = school.wait(lambda message: message.topic == "pokana/v1/status/school" and b"trigger-released" in message.payload, "released")
        self.assertEqual({**json.loads(released.payload)["data"], "at": ""}, {"trigger": waiting["trigger"], "changed": True, "people": 5, "at": ""})
        until("five people to hear that it is closed", lambda: len(self.heard(SHUT)) == 5)
        self.assertEqual(len(self.texts_to(TEAM)), 1)
        # Dropped: its publisher hears it, and nothing happens.
        open_again = self.say(school, "open-after-all", PUNT)
        self.gateway.run("triggers", "drop", open_again["trigger"], "--by", "piet")
        school.wait(lambda message: b"trigger-cut-short" in message.payload and open_again["trigger"].encode() in message.payload, "dropped")
        self.assertEqual((self.states()[str(TODAY)], self.heard(AFTER_ALL)), ("cancelled", []))

    def test_an_approval_is_for_what_was_shown(self) -> None:
        school = self.begin(readers=5)
        self.say(school, "planned", POINT)
        approval = self.approve("infopoint.closed-today", people=4)
        self.assertTrue(self.say(school, "closed-today", PUNT)["waiting"])
        self.gateway.run("approvals", "revoke", approval, "--by", "anna")
        self.approve("infopoint.closed-today", people=5)
        config = self.gateway.config.read_text()
        self.gateway.write_config(config.replace("tags = *", "tags = school:*, area:*"))
        self.gateway.stop()
        self.gateway.start()
        self.wait_connected()
        listed = json.loads(self.gateway.run("approvals", "list", "--json", "--by", "piet").out)["approvals"]
        self.assertEqual([one["state"] for one in listed], ["outdated", "revoked"])
        self.assertTrue(self.say(school, "closed-today", {**PUNT, "tags": {"all": ["school:de-windroos"]}})["waiting"])
        self.gateway.write_config(config)
        self.gateway.stop()
        self.gateway.start()
        self.wait_connected()
        self.assertEqual(self.came_to(self.say(school, "closed-today", {**PUNT, "tags": {"any": ["school:de-windroos"]}})), ("accepted", True, 5, False))
        until("five people to hear that it is closed", lambda: len(self.heard(SHUT)) == 5)

    def test_closed_survives_a_kill(self) -> None:
        school = self.begin(readers=40)
        self.say(school, "planned", POINT)
        self.approve("infopoint.closed-today")
        self.gateway.run("pause", "--all")
        event = self.trigger_event("closed-today", PUNT)
        self.publish(school, event)
        first = self.answer_to(school, event["id"])["data"]
        self.gateway.kill()
        self.gateway.start()
        self.wait_connected()
        self.gateway.run("resume", "--all")
        self.provider.wait_accepted(40)
        after = len(school.messages)
        self.publish(school, event)
        answer = school.wait(lambda message: event["id"].encode() in message.payload and b"trigger-accepted" in message.payload, after=after)
        self.assertEqual(json.loads(answer.payload)["data"], {**first, "duplicate": True})
        self.assertEqual(self.heard(SHUT), list(range(1, 41)))

    # ---- campaigns ----

    def test_a_campaign_is_started(self) -> None:
        school = self.begin(people=6)
        begins = (datetime.now(timezone.utc) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        when = (datetime.now(timezone.utc) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        file = self.folder / "campaign.json"
        file.write_text(json.dumps({"name": "autumn", "topic": "parent-meetings", "people": 20, "values": {"begins": begins, "place": "De Windroos"},
                                    "steps": [{"when": f"at {when}", "template": "parent-meeting-invitation"}]}))
        self.assertEqual(self.say(school, "start", {"campaign": "autumn"})["reason"], "campaign")
        self.gateway.run("campaigns", "write", str(file), "--by", "anna")
        self.assertEqual(self.say(school, "start", {"campaign": "autumn"})["reason"], "conflict")
        self.gateway.run("campaigns", "submit", "autumn", "--by", "anna")
        shown = json.loads(self.gateway.run("campaigns", "show", "autumn", "--json", "--by", "piet").out)
        self.gateway.run("campaigns", "approve", "autumn", "--digest", shown["digest"], "--by", "piet")
        self.assertEqual(self.came_to(self.say(school, "start", {"campaign": "autumn"})), ("accepted", True, 6, False))
        self.assertEqual(self.came_to(self.say(school, "start", {"campaign": "autumn"})), ("accepted", False, 0, False))
        self.provider.wait_accepted(6)
        self.deliver_all()
        report = school.wait(lambda message: b"campaign-reported" in message.payload and b'"step"' in message.payload, "of its step")
        data = json.loads(report.payload)["data"]
        self.assertEqual((data["campaign"], data["step"]["counts"]["delivered"]), ("autumn", 6))

    # ---- the documents ----

    def test_the_documents_are_served_as_they_are(self) -> None:
        self.begin()
        document = json.loads(self.page("/v1/asyncapi.json"))
        self.assertEqual(document, json.loads((API / "asyncapi.json").read_text()))
        files = sorted((API / "schemas").glob("*.json"))
        for path in files:
            for name in (path.name, path.stem):
                self.assertEqual(json.loads(self.page(f"/v1/schemas/{name}")), json.loads(path.read_text()), name)
        said = {message["name"] for message in document["components"]["messages"].values()}
        self.assertLessEqual(set(TYPES.values()), said)
        for name in ("nothing", "asyncapi", "..%2Fasyncapi"):
            self.assertIn('"code":"not-found"', self.page(f"/v1/schemas/{name}"), name)

    def test_what_is_said_fits_its_schema(self) -> None:
        """Whatever the gateway says is of a type the document lists, and has no member its schema does not name."""
        school = self.begin(readers=5, status_messages="yes")
        self.say(school, "planned", POINT)
        self.say(school, "closed-today", PUNT)
        self.approve("infopoint.open-after-all")
        waits = self.trigger_list()[0]["id"]
        self.gateway.run("triggers", "release", waits, "--by", "anna")
        self.provider.wait_accepted(6)
        self.deliver_all()
        self.say(school, "planned", {**MEETING, "kind": "nothing"})
        school.wait(lambda message: b"message-changed" in message.payload)
        school.wait(lambda message: b"trigger-planned" in message.payload)
        schemas = {schema["title"]: schema for schema in (json.loads(path.read_text()) for path in (API / "schemas").glob("*.json"))}
        seen = set()
        for message in school.messages.matching(lambda message: True):
            event = json.loads(message.payload)
            schema = schemas[event["type"]]
            seen.add(event["type"])
            self.assertLessEqual(set(event), set(schema["properties"]), event)
            self.assertLessEqual(set(schema["required"]), set(event), event)
            data = schema["definitions"]["data"]
            self.assertLessEqual(set(event["data"]), set(data["properties"]), event)
            self.assertLessEqual(set(data["required"]), set(event["data"]), event)
        self.assertGreaterEqual(len(seen), 5, seen)

    # ---- somebody who means harm ----

    def test_what_is_wrong_is_refused_and_changes_nothing(self) -> None:
        school = self.begin(readers=3, tags="school:*")
        self.say(school, "planned", POINT)
        self.say(school, "planned", MEETING)
        other = {**MEETING, "event": {"id": "avond-118"}}
        tags = {"all": [f"school:s{n}" for n in range(33)]}
        cases: list[tuple[str, dict[str, Any], str]] = [
            # days and hours there are not
            *(("planned", {**other, "day": day}, "data") for day in ("2027-02-29", "2027-13-01", "0000-00-00", "99999-01-01", "tomorrow", "2027-1-1", "", "２０２７-01-01")),
            *(("planned", {**other, "from": hour}, "data") for hour in ("24:00", "9:60", "-1:00", "noon", "99999999999:00")),
            ("planned", {**other, "day": "2020-01-01"}, "conflict"), ("planned", {**other, "to": "18:00"}, "data"),
            ("planned", {**other, "to": "18:00", "endDay": "2020-01-01"}, "data"), ("planned", {**other, "to": "18:00", "endDay": "9999-12-31"}, "data"),
            ("planned", {**other, "endDay": other["day"]}, "data"), ("changed", {"event": MEETING["event"], "day": "2020-01-01"}, "conflict"),
            # rules without end, or with too much of one
            *(("planned", {**other, "rule": rule}, "data") for rule in (
                "FREQ=WEEKLY", "FREQ=DAILY;COUNT=100000", "FREQ=SECONDLY;COUNT=5", "FREQ=DAILY;UNTIL=99991231T000000Z", "FREQ=DAILY;COUNT=-1", "FREQ=",
                "COUNT=5", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "FREQ=DAILY;COUNT=3\r\nATTENDEE:x", "FREQ=DAILY;COUNT=3;X=" + "9" * 150,
                "FREQ=DAILY;INTERVAL=0;COUNT=3", "FREQ=MONTHLY;BYDAY=" + ",".join(["1MO"] * 40) + ";COUNT=3")),
            # what is nobody's, too long, or no text
            *(("planned", {**other, "title": title}, "data") for title in ("", "x" * 161, "Bel 06 00000000", "vraag@example.org", "a\nb", None, 7, ["x"])),
            ("planned", {**other, "capacity": 100001}, "data"), ("planned", {**other, "languages": "xx"}, "data"), ("planned", {**other, "kind": "nothing"}, "topic"),
            ("planned", {**other, "people": ["+31600000000"]}, "data"), ("planned", {**other, "event": {"id": "avond 118"}}, "data"),
            # whom one may not address, and what is another's
            ("closed-today", {**PUNT, "tags": tags}, "data"), ("closed-today", {**PUNT, "tags": {"all": ["area:x"]}}, "audience"), ("closed-today", PUNT, "audience"),
            ("closed-today", {"event": {"id": "other"}}, "event"), ("closed-today", {"event": MEETING["event"], "tags": {"all": ["school:x"]}}, "conflict"),
            ("changed", {"event": {"id": "0" * 13}, "place": "x"}, "event"), ("cancelled", {"event": {"id": "avond-119"}}, "event"),
            ("cancelled", {**PUNT, "date": "2020-01-01"}, "event"), ("start", {"campaign": "x" * 49}, "data"), ("start", {"campaign": "x"}, "campaign"),
            ("open-after-all", {**PUNT, "from": "25:00"}, "data"), ("hours-changed", {**PUNT, "title": "x"}, "data"), ("hours-changed", PUNT, "data"),
        ]
        events = [(self.trigger_event(word, data), reason) for word, data, reason in cases]
        for prefix in ("nl.notices.event-planned.v1", "nl.events.event-planned.v2", "nl.events.event-planned", "event.planned", "NL.EVENTS.EVENT-PLANNED.V1"):
            events.append((self.trigger_event("planned", other, type=prefix), "type-unknown"))
        before = self.ask("GET", "/v1/status")["messages"]
        for event, _ in events:
            self.publish(school, event)
        for event, reason in events:
            answer = self.answer_to(school, event["id"])
            self.assertEqual((answer["data"]["status"], answer["data"].get("reason")), ("rejected", reason), (event, answer))
            self.assertTrue(answer["data"]["detail"], event)
        shown = json.loads(self.gateway.run("events", "list", "--json", "--by", "anna").out)["events"]
        self.assertEqual(sorted(event["title"] for event in shown), ["Infopunt", "Ouderavond"])
        self.assertEqual((self.ask("GET", "/v1/status")["messages"], self.trigger_list(), self.received()), (before, [], []))

    def test_replays_and_other_words_under_a_known_id(self) -> None:
        school = self.begin(readers=5)
        self.say(school, "planned", POINT, id="known")
        self.approve("infopoint.closed-today")
        first = self.say(school, "closed-today", PUNT, id="closed-1")
        self.provider.wait_accepted(5)
        for n in range(50):
            self.publish(school, self.trigger_event("closed-today", PUNT, id="closed-1"))
            self.publish(school, self.trigger_event("cancelled", PUNT, id="closed-1"))  # the first word under an id is the one that counts
            self.publish(school, self.trigger_event("closed-today", PUNT, id=f"again-{n}"))
        self.answer_to(school, "again-49")
        answers = [json.loads(message.payload)["data"] for message in school.messages.matching(lambda message: b'"closed-1"' in message.payload and b"trigger-accepted" in message.payload)]
        self.assertEqual({(one["trigger"], one["duplicate"], one["changed"], one["people"]) for one in answers[1:]}, {(first["trigger"], True, True, 5)})
        self.assertEqual(len(answers), 101)
        self.assertEqual((self.heard(SHUT), self.states()[str(TODAY)]), ([1, 2, 3, 4, 5], "cancelled"))
        self.assertEqual(sum(one["state"] == "planned" for one in self.dates()), 29)

    def trigger_list(self) -> list[dict[str, Any]]:
        return [one for one in self.ask("GET", "/v1/triggers")["triggers"] if one["state"] == "waiting"]


if __name__ == "__main__":
    unittest.main()
