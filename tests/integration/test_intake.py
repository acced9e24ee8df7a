# SPDX-License-Identifier: EUPL-1.2
"""The door in: both modes, both protocols, and every reason for which an event is refused, told to its sender alone."""

from __future__ import annotations

import json
import unittest

from world import World, moment, until
from support.mqtt import V311


class TestIntake(World):
    def refused(self, client: object, event: dict, reason: str, detail: str = "") -> None:
        self.publish(client, event)  # type: ignore[arg-type]
        answer = self.answer_to(client, event["id"])  # type: ignore[arg-type]
        self.assertEqual((answer["type"], answer["data"]["reason"]), ("nl.notices.trigger-rejected.v1", reason), answer)
        self.assertIn(detail, answer["data"]["detail"])

    def test_reasons_for_refusal(self) -> None:
        self.start(publisher={"templates": "parent-meeting-invitation, help", "topics": "parent-meetings"})
        school = self.school()
        data = lambda **changes: self.event(data=changes)  # noqa: E731
        self.refused(school, self.event(source="urn:example:other"), "source")
        self.refused(school, self.event(type="nl.notices.unheard-of.v1"), "type-unknown")
        self.refused(school, self.event(specversion="0.3"), "specversion")
        self.refused(school, self.event(time=moment(hours=-3), expirytime=moment(hours=-2)), "expired")
        self.refused(school, self.event(datacontenttype="text/plain"), "data")
        self.refused(school, data(tempalte="x"), "data", "tempalte")
        self.refused(school, data(template="festival-invitation"), "template", "festival-invitation")
        self.refused(school, data(template="help"), "template", "not a notice")
        self.refused(school, data(topic="festival"), "topic", "festival")
        self.refused(school, data(tags={"all": ["area:poelenburg"]}), "audience", "area:poelenburg")
        self.refused(school, data(tags={"all": [], "any": [], "none": []}), "audience", "at least one tag")
        self.refused(school, data(values={"begins": "2026-12-15T17:30:00Z"}), "values", "place")
        self.refused(school, data(values={"begins": "2026-12-15T17:30:00Z", "place": "x", "name": "y"}), "values", "name")
        self.refused(school, data(values={"begins": "tomorrow", "place": "x"}), "values", "begins")
        self.refused(school, data(validUntil=moment(hours=-1)), "time")
        self.assertEqual(self.received(), [])
        self.assertEqual(self.counts(), {})
        # Each was refused for its own reason only: the same event without the fault is taken.
        self.accepted(school, self.event())

    def test_what_cannot_be_read_is_refused_too(self) -> None:
        self.start()
        school = self.school()
        for payload, reason in ((b"{", "not-json"), (b"\xff\xfe", "not-utf8"), (b"[]", "batch"), (b"{}", "not-cloudevent"),
                                (b" " * 65537, "too-large"), (b'{"a":1,"a":2}', "not-json"), (b"[" * 40 + b"]" * 40, "too-large")):
            after = len(school.messages)
            self.publish(school, payload)
            answer = school.wait(lambda message: message.topic == "pokana/v1/answer/school", after=after)
            self.assertEqual(json.loads(answer.payload)["data"]["reason"], reason, payload[:20])

    def test_binary_mode(self) -> None:
        self.start()
        school = self.school()
        event = self.event()
        attributes = [(name, event[name]) for name in ("specversion", "id", "source", "type", "time")]
        self.publish(school, json.dumps(event["data"]).encode(), content_type="application/json", user_properties=attributes)
        self.assertEqual(self.answer_to(school, event["id"])["data"]["status"], "accepted")
        after = len(school.messages)
        self.publish(school, b"{}", content_type="application/json", user_properties=attributes + [("id", "again")])
        answer = school.wait(lambda message: b"duplicate-attribute" in message.payload, after=after)
        self.assertIn(b"rejected", answer.payload)

    def test_mqtt_3_1_1(self) -> None:
        self.start(people=1)
        school = self.school(version=V311)
        self.accepted(school, self.event())
        self.provider.wait_accepted(1)

    def test_gateway_speaks_3_1_1_as_well(self) -> None:
        self.start(people=1, broker={"protocol": "4"})
        school = self.school()
        self.accepted(school, self.event())
        self.provider.wait_accepted(1)

    def test_retained_commands_are_refused(self) -> None:
        self.start(start=False)
        school = self.school()
        self.publish(school, self.event(id="kept"), retain=True)
        self.gateway.start()
        self.addCleanup(self.end_gateway)
        answer = school.wait(lambda message: b"retained" in message.payload)
        self.assertEqual(json.loads(answer.payload)["data"]["reason"], "retained")
        self.assertEqual(self.counts(), {})

    def test_expirytime_bounds_what_it_asks_for(self) -> None:
        self.start(people=1)
        self.gateway.run("pause", "--all")
        end = moment(hours=1)
        self.accepted(self.school(), self.event(expirytime=end, data={"validUntil": moment(hours=10)}))
        self.wait_counts(queued=1)
        self.assertEqual(self.messages()[0]["expiresAt"][:19], end[:19])

    def test_response_topics_are_the_senders_own(self) -> None:
        self.start()
        observer, school = self.observer(), self.school()
        event = self.event()
        self.publish(school, event, response_topic="pokana/v1/answer/other")
        answer = school.wait(lambda message: b"response-topic" in message.payload)
        self.assertEqual(answer.topic, "pokana/v1/answer/school")
        self.publish(school, event, response_topic="pokana/v1/state/test")
        until("the second refusal", lambda: len(school.messages.matching(lambda m: b"response-topic" in m.payload)) == 2)
        self.assertFalse(observer.messages.matching(lambda m: m.topic == "pokana/v1/answer/other"))
        # The publisher is the topic's last level, not what the event says.
        stranger = self.event(id="strange")
        self.publish(observer, stranger, topic="pokana/v1/trigger/stranger")
        answer = observer.wait(lambda message: message.topic == "pokana/v1/answer/stranger")
        self.assertEqual(json.loads(answer.payload)["data"]["reason"], "publisher-unknown")

    def test_rate_and_ceiling(self) -> None:
        self.start(people=5, publisher={"per_minute": "3", "max_recipients": "4"})
        school = self.school()
        self.refused(school, self.event(), "ceiling", "4")
        self.accepted(school, self.event(data={"tags": {"all": ["school:nobody"]}}))
        self.accepted(school, self.event(data={"tags": {"all": ["school:nobody"]}}))
        self.publish(school, self.event(id="too-much"))
        answer = school.wait(lambda message: b'"rate"' in message.payload)
        self.assertIn(b"rejected", answer.payload)
        self.assertEqual(self.received(), [])

    def test_the_urgent_lane_has_its_own_cap(self) -> None:
        self.start(people=5, publisher={"priority": "urgent"}, limits={"urgent_max_recipients": "4"})
        school = self.school()
        self.refused(school, self.event(), "ceiling", "4")

    def test_answers_survive_the_brokers_absence(self) -> None:
        self.start()
        school = self.school(client_id="school-1", clean_start=False, session_expiry=600)
        self.gateway.run("pause", "--all")
        event = self.event()
        self.accepted(school, event)
        school.close()
        assert self.broker
        self.broker.stop()
        self.gateway.wait_log("event=disconnected")
        self.assertIn("broker", self.status()["condition"]["why"])
        self.assertTrue(self.gateway.ready())  # it goes on
        self.gateway.run("resume", "--all")
        self.provider.wait_accepted(3)  # and hands over what it has
        self.deliver_all()
        self.wait_counts(delivered=3)
        self.broker.start()
        again = self.school(client_id="school-1", clean_start=False, session_expiry=600)
        self.wait_connected()
        again.wait(lambda message: b"trigger-completed" in message.payload)
        self.assertEqual(self.accepted(again, event), self.answer_to(again, event["id"])["data"]["trigger"])


if __name__ == "__main__":
    unittest.main()
