# SPDX-License-Identifier: EUPL-1.2
"""The way of a notice, whole: a trigger over a real broker becomes texts in each reader's language and script, receipts
bring them to delivered, the publisher is told, and nothing that must not be said is said anywhere."""

from __future__ import annotations

import unittest

from world import HOOK_SECRET, TOKEN, World, is_state, json, number, until


class TestMainPath(World):
    def test_trigger_to_delivered(self) -> None:
        self.start(people=2)
        self.import_people(1, first=3, script="Latn")
        self.import_people(1, first=4, language="nl")
        self.import_people(1, first=5, tags="school:het-koraal")
        self.import_people(1, first=6, confirmed=False)  # only asked
        observer, school = self.observer(), self.school()
        observer.wait(is_state("online"), "that say online")
        event = self.event()
        self.publish(school, event, response_topic="pokana/v1/answer/school/7", correlation_data=b"\x00\x01corr")
        answer = school.wait(lambda message: message.topic == "pokana/v1/answer/school/7")
        self.assertEqual(answer.correlation_data, b"\x00\x01corr")
        self.assertEqual(answer.content_type, "application/cloudevents+json; charset=utf-8")
        body = json.loads(answer.payload)
        self.assertEqual((body["specversion"], body["source"], body["type"], body["causationid"]),
                         ("1.0", "urn:example:gateway", "nl.notices.trigger-accepted.v1", event["id"]))
        trigger = body["data"]["trigger"]
        self.assertRegex(body["data"].pop("at"), r"^20\d\d-\d\d-\d\dT")
        self.assertEqual(body["data"], {"trigger": trigger, "status": "accepted", "duplicate": False, "changed": True, "people": None, "fewerThanFive": True})

        for n in (1, 2, 4):
            self.wait_text_to(n, "De Windroos")
        self.assertEqual(self.wait_text_to(1, "среща"), "Zaanstad: родителска среща във вторник, 15 декември, 18:30 ч. "
                         "Място: De Windroos. Идвате ли? Пишете ДА или НЕ. Край: СТОП")
        self.assertEqual(self.wait_text_to(3, "sreshta"), "Zaanstad: roditelska sreshta vav vtornik, 15 dekemvri, 18:30 ch. "
                         "Myasto: De Windroos. Idvate li? Pishete DA ili NE. Kray: STOP")
        self.wait_text_to(4, "ouderbijeenkomst")
        self.wait_text_to(6, "ДА")  # the question whether they want messages at all
        self.assertEqual(len(self.texts_to(6)), 1)
        self.assertEqual(self.texts_to(5), [])
        request = self.provider.accepted()[0]
        self.assertEqual(request.headers["authorization"], f"Bearer {TOKEN}")

        self.wait_counts(accepted=5)
        for request in self.provider.accepted():
            self.receipt(request.given_id or "", "sent")
        self.wait_counts(sent=5)
        self.deliver_all()
        self.wait_counts(delivered=5)
        self.assertEqual(self.trigger(trigger)["counts"], {"delivered": 4})
        planned = school.wait(lambda message: b"trigger-planned" in message.payload)
        self.assertEqual(json.loads(planned.payload)["data"], {"trigger": trigger, "messages": 4})
        completed = school.wait(lambda message: b"trigger-completed" in message.payload)
        self.assertEqual(json.loads(completed.payload)["data"], {"trigger": trigger, "messages": {"delivered": 4}})
        self.assertEqual(self.provider.doubles(), {})

        # A repeat is answered as the first was, and sends nothing.
        self.publish(school, event)
        repeat = until("the repeat to be answered", lambda: school.messages.matching(lambda m: b'"duplicate":true' in m.payload))
        self.assertEqual(json.loads(repeat[0].payload)["data"]["trigger"], trigger)
        self.assertEqual(self.trigger(trigger)["planned"], 4)
        self.assertEqual(len(self.provider.accepted()), 5)

        self.gateway.stop()
        observer.wait(is_state("offline"), "that say offline")
        self.nothing_was_said(observer, "Място", "Windroos")

    def nothing_was_said(self, observer: object, *texts: str) -> None:
        secrets = [number(n) for n in range(1, 7)] + [HOOK_SECRET, TOKEN, *texts]
        self.gateway.assert_never_said(secrets)
        for message in observer.messages.matching(lambda m: not m.topic.startswith("pokana/v1/trigger/")):  # type: ignore[attr-defined]
            for secret in secrets:
                self.assertNotIn(secret.lstrip("+").encode(), message.topic.encode() + message.payload)
        kept = b"".join(file.read_bytes() for file in self.gateway.folder.glob("pokana.db*"))
        for n in range(1, 7):
            self.assertNotIn(number(n)[1:].encode(), kept)

    def test_metrics_tell_of_nobody(self) -> None:
        self.start()
        school = self.school()
        self.accepted(school, self.event())
        self.provider.wait_accepted(3)
        self.deliver_all()
        self.wait_counts(delivered=3)
        text = self.gateway.control("GET", "/metrics").text
        for n in range(1, 4):
            self.assertNotIn(number(n)[-7:], text)
        numbers = self.gateway.metrics()
        self.assertEqual(numbers["pokana_triggers_accepted_total"], 1)
        self.assertEqual(numbers['pokana_messages{state="delivered"}'], 3)
        self.assertEqual(numbers["pokana_broker_connected"], 1)

    def test_sending_later_and_expiry(self) -> None:
        self.start()
        school = self.school()
        trigger = self.accepted(school, self.event(data={"sendAt": "2030-01-01T10:00:00Z", "validUntil": "2030-01-01T12:00:00Z"}))
        self.assertEqual(self.trigger(trigger)["planned"], 0)
        self.assertEqual(self.received(), [])
        # What waits is not lost by a restart, and still not sent early.
        self.gateway.restart()
        self.wait_connected()
        self.assertEqual(self.trigger(trigger)["planned"], 0)
        self.assertEqual(self.received(), [])

    def test_works_without_a_broker(self) -> None:
        self.start(with_broker=False)
        self.assertEqual(self.status()["broker"]["configured"], False)
        self.assertTrue(self.gateway.ready())


if __name__ == "__main__":
    unittest.main()
