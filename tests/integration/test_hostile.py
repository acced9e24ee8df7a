# SPDX-License-Identifier: EUPL-1.2
"""Those around the gateway mean it ill: a publisher, a provider, callers at the public port, people who say STOP while
thousands are written to. All of it ends in a clear refusal; nothing is lost or half done, memory stays bounded, no
number or text shows, and honest work goes on."""

from __future__ import annotations

import json
import socket
import sqlite3
import unittest
from typing import Any

from world import HOOK_SECRET, SOURCE, TYPE, World, moment, number, until
from support.answers import Answer, accept, refuse

TEXTS = ["родителска среща", "De Windroos"]
MEGABYTE = 1 << 20


def resident_mb(pid: int) -> int:
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) // 1024


class TestHostile(World):
    def end_gateway(self) -> None:
        """Whatever a test did: the gateway is alive, ends in order, and said nothing it must not say."""
        super().end_gateway()
        self.gateway.assert_never_said([number(1), number(2), number(3), HOOK_SECRET, *TEXTS])

    # ---- publishers ----

    def test_publishers(self) -> None:
        self.start()
        observer, school = self.observer(), self.school()
        refused: dict[str, tuple[bytes, dict[str, Any]]] = {
            "not-utf8": (b"\xff\x00 garbage", {}),
            "not-json": (b"", {}),
            "too-large": (b'"' + b"x" * 100_000 + b'"', {}),
            "retained": (self.bytes_of(), {"retain": True}),
            "response-topic": (self.bytes_of(), {"response_topic": "pokana/v1/answer/school/#"}),
            "values": (self.bytes_of(place="x" * 60_000), {}),
            "not-cloudevent": (b'{"a":"' + b"x" * 65_000 + b'"}', {"correlation_data": b"\x01" * 65_535}),
        }
        for reason, (payload, options) in refused.items():
            after = len(school.messages)
            self.publish(school, payload, **options)
            answer = school.wait(lambda message: b"rejected" in message.payload, f"refusing {reason}", after=after)
            self.assertEqual(json.loads(answer.payload)["data"]["reason"], reason)
            self.assertEqual(answer.correlation_data, options.get("correlation_data"))
        for payload in (b"[" * 60_000, b'{"a":' * 10_000):
            after = len(school.messages)
            self.publish(school, payload)
            school.wait(lambda message: b"nested deeper" in message.payload, after=after)
        # Names that are none get no answer anywhere, and do no harm.
        for level in ("", "SCHOOL", "school ", "шко\u202eла", "x" * 5_000):
            self.publish(observer, self.event(), topic=f"pokana/v1/trigger/{level}")
        self.publish(school, self.bytes_of(id="many"), user_properties=[(f"a{i}", "b") for i in range(1_000)])
        self.assertEqual(self.answer_to(school, "many")["data"]["status"], "accepted")
        self.provider.wait_accepted(3)
        self.assertEqual({message.topic for message in observer.messages.all() if "/answer/" in message.topic}, {"pokana/v1/answer/school"})
        self.assertEqual(sum(self.counts().values()), 3)

    def test_a_flood_is_counted_and_not_answered_one_by_one(self) -> None:
        self.start_broker(extra=["max_queued_messages 0"])  # by default it drops what it cannot pass on
        self.start(people=1, publisher={"per_minute": "60"})
        observer, school = self.observer(), self.school()
        events = [json.dumps(self.event(id=f"flood-{n}")).encode() for n in range(3_000)]
        for payload in events:
            observer.publish_nowait("pokana/v1/trigger/stranger", payload, content_type="application/cloudevents+json")
            school.publish_nowait("pokana/v1/trigger/school", payload, content_type="application/cloudevents+json")
        refused = ('pokana_triggers_refused_total{reason="publisher-unknown"}', 'pokana_triggers_refused_total{reason="rate"}')

        def counted() -> bool:
            numbers = self.gateway.metrics()
            return numbers[refused[0]] == 3_000 and numbers[refused[1]] > 2_000

        until("the flood to be over", counted)
        observer.ping()
        answers = [message.topic for message in observer.messages.all() if b"rejected" in message.payload]
        self.assertLess(len(answers), 200)  # a few a second, whatever the flood
        self.assertIn("pokana/v1/answer/stranger", answers)
        told = school.wait(lambda message: b'"rate"' in message.payload)
        self.assertIn("flood-", json.loads(told.payload)["causationid"])

    def bytes_of(self, id: str | None = None, place: str = "De Windroos") -> bytes:
        return json.dumps(self.event(id=id, data={"values": {"begins": "2026-12-15T17:30:00Z", "place": place}})).encode()

    def test_values_are_words_and_nothing_else(self) -> None:
        self.start(people=1)
        school = self.school()
        places = {"{org}": "{org}", "{0,plural,other{x}}": "{0,plural,other{x}}", "'{'": "'{'", "%s%n": "%s%n",
                  '"},{"to":"': '"},{"to":"', "\u202eגנוב\u202d": "גנוב"}
        for count, (place, arrives) in enumerate(places.items(), 1):
            self.publish(school, self.bytes_of(place=place))
            self.assertIn(f": {arrives}. ", self.provider.wait_accepted(count)[-1].json["text"])
        for place in ("a\r\nTo: b", "\x1b[31m", "\u2028", "\u200b", "   "):
            after = len(school.messages)
            self.publish(school, self.bytes_of(place=place))
            answer = school.wait(lambda message: b"rejected" in message.payload, after=after)
            self.assertEqual(json.loads(answer.payload)["data"]["reason"], "values")

    # ---- providers ----

    def answered(self, answer: Answer, **account: str) -> Any:
        """The message, when the provider's only answer came."""
        self.start(people=1, start=False, account=account)
        self.provider.in_turn(answer)
        self.gateway.start()
        self.addCleanup(self.end_gateway)
        self.wait_connected()
        self.accepted(self.school(), self.event())
        until("the answer to be dealt with", lambda: self.counts() and not {"queued", "submitting"} & set(self.counts()))
        return self.ask("GET", f"/v1/messages/{self.messages()[0]['id']}")

    def test_an_answer_without_end(self) -> None:
        self.start(people=2, start=False, account={"window": "1"})
        self.provider.in_turn(accept(body=b" " * 64 * MEGABYTE), accept(headers={f"X-{i}": "y" * 1_000 for i in range(1_000)}))
        self.gateway.start()
        self.addCleanup(self.end_gateway)
        self.wait_connected()
        before = resident_mb(self.gateway.pid)
        self.accepted(self.school(), self.event())
        self.wait_counts(uncertain=2)  # it took them, perhaps
        self.assertLess(resident_mb(self.gateway.pid) - before, 32)

    def test_asked_to_wait_for_years(self) -> None:
        message = self.answered(refuse(429, retry_after=315_360_000))
        self.assertEqual(message["state"], "deferred", message)  # not given up
        self.assertLess(message["dueAt"], moment(hours=1, seconds=1))

    def test_an_answer_that_repeats_number_and_text(self) -> None:
        sentence = f"no such number {number(1)}: {TEXTS[0]} {TEXTS[1]}"
        message = self.answered(refuse(400, {"id": number(1), "code": number(1), "error": sentence}, headers={"X-Error": number(1)}))
        self.assertEqual(message["state"], "failed", message)
        said = json.dumps([message, self.status(), self.ask("GET", "/v1/triggers")], ensure_ascii=False)
        for secret in (number(1)[1:], *TEXTS):
            self.assertNotIn(secret, said)

    # ---- the public port ----

    def raw(self, request: bytes) -> int:
        """The status of the first answer."""
        with socket.create_connection(("127.0.0.1", self.public), 5) as connection:
            connection.sendall(request)
            return int(connection.recv(4096).split()[1])

    def called(self, body: bytes, path: str, *headers: str) -> int:
        lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        return self.raw("\r\n".join(lines).encode() + body)

    def test_callers(self) -> None:
        self.start()
        self.accepted(self.school(), self.event())
        given = self.provider.wait_accepted(3)[0].given_id or ""
        self.wait_counts(accepted=3)
        slow = [socket.create_connection(("127.0.0.1", self.public), 5) for _ in range(200)]
        for connection in slow:
            self.addCleanup(connection.close)
            connection.sendall(b"POST /hooks/main HTTP/1.1\r\nX: ")
        own = f"/hooks/main/{HOOK_SECRET}"
        delivered = json.dumps({"id": given, "state": "delivered"}).encode()
        stop = json.dumps({"from": number(1), "text": "СТОП", "reply": "1"}).encode()
        for path in ("/hooks/main", "/hooks/main/", own[:-1], own + "x", own + "%00", f"/hooks/main/x?{HOOK_SECRET}",
                     f"/hooks/main/../main/{HOOK_SECRET}", f"/hooks//main/{HOOK_SECRET}", f"/hooks/MAIN/{HOOK_SECRET}", "/v1/status"):
            self.assertIn(self.called(stop, path), (401, 404), path)
        for shape in ("Transfer-Encoding: chunked", "Content-Length: 5", "Transfer-Encoding: xchunked", "X : y", "Host: y"):
            self.assertEqual(self.called(delivered, own, shape), 400, shape)
        self.assertEqual(self.raw(f"POST {own} HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n{{}}".encode()), 400)
        self.assertEqual(self.raw(f"POST http://x{own} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()), 400)
        self.assertEqual(self.raw(f"POST {own} HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n".encode()), 413)
        self.assertEqual(self.called(b"", own, *(f"X-{i}: y" for i in range(5_000))), 431)
        events = [{"id": f"unknown-{i}", "state": "delivered"} for i in range(1_000)]
        self.assertEqual(self.hook.post(events + [{"id": given, "state": "delivered"}]).status, 413)
        for body in (b"[" * 50_000, b'{"from":"\xff","text":"x"}', b'{"from":"\\ud800","text":"x"}'):
            self.assertEqual(self.hook.post(body).status, 400)
        self.assertEqual(self.counts(), {"accepted": 3})  # none of it counted, in whole or in part
        self.assertEqual(self.gateway.metrics()["pokana_stops_total"], 0)
        self.receipt(given, "delivered")
        self.wait_counts(delivered=1, accepted=2)

    # ---- people ----

    def test_a_stop_wins_over_what_is_being_planned(self) -> None:
        """Texts to a person open before the STOP was committed, or never."""
        people, stopping = 1_500, range(1, 1_500, 50)
        self.start(people=people)
        self.accepted(self.school(), self.event())
        for n in stopping:
            self.says(n, "СТОП")
        until("all to be dealt with", lambda: not {"queued", "submitting", "deferred"} & set(self.counts()) and
              self.ask("GET", "/v1/triggers")["triggers"][0]["state"] != "expanding", timeout=60)
        for n in stopping:
            self.assertEqual(sum("ще получавате" in text or TEXTS[1] not in text for text in self.texts_to(n)), 1, "one confirmation")
        with sqlite3.connect(f"file:{self.gateway.folder / 'pokana.db'}?mode=ro", uri=True) as database:
            late, early = database.execute(
                "SELECT count(*) FILTER (WHERE attempt.opened_ms > reply.at_ms), count(*) FROM reply"
                " JOIN message ON message.recipient = reply.recipient AND message.class = 0"
                " JOIN attempt ON attempt.message = message.id WHERE reply.intent = 1").fetchone()
        database.close()
        self.assertEqual(late, 0)
        self.assertLess(early, len(stopping), "no STOP came in time for anything")
        self.assertGreater(self.counts()["suppressed"], 0)


if __name__ == "__main__":
    unittest.main()
