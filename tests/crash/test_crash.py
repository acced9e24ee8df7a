# SPDX-License-Identifier: EUPL-1.2
"""kill -9 under load, again and again: a publisher that repeats each event until it sees an answer, a real broker, a
provider that takes its time and sends receipts, people who say STOP, and a gateway that is killed in the middle of work.
Afterwards every event is accounted for, nobody was told twice in silence, what may be double says so, every receipt that
got its 200 counts, and no attempt was opened after a STOP that got its 200. 20 kills; 200 with POKANA_LONG. The seed is printed and
taken from POKANA_SEED when given: it decides the moments, as far as the machine lets it."""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
import unittest
from collections import Counter
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))

from world import World, number, until  # noqa: E402
from support.answers import accept  # noqa: E402

KILLS = 200 if os.environ.get("POKANA_LONG") else 20
SEED = int(os.environ.get("POKANA_SEED", "20261014"))
SCHOOLS, PUPILS = 12, 10
RATE = 25  # events a second, of PUPILS messages each
PATIENCE_S = 60.0


class Publisher(threading.Thread):
    """Publishes at a rate, and everything unanswered again after a second, as services should."""

    def __init__(self, world: World) -> None:
        super().__init__(daemon=True)
        self.world = world
        self.client = world.school(client_id="school-crash", clean_start=False, session_expiry=600, receive_maximum=1000)
        self.events: dict[str, dict] = {}
        self.sent: dict[str, float] = {}
        self.trigger_of: dict[str, str] = {}
        self.rejected: list[dict] = []
        self.seen = 0
        self.over = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            for turn in range(1 << 30):
                if self.over.wait(1.0 / RATE):
                    return
                event = self.world.event(id=f"crash-{turn}", data={"tags": {"all": [f"school:s{turn % SCHOOLS}"]}})
                self.events[event["id"]] = event
                self.send(event["id"])
                self.repeat()
        except Exception as failure:  # told by the test, not by the thread
            self.failure = failure

    def send(self, id: str) -> None:
        self.sent[id] = time.monotonic()
        self.client.publish_nowait("pokana/v1/trigger/school", json.dumps(self.events[id]).encode(),
                                   content_type="application/cloudevents+json")

    def read(self) -> None:
        for message in self.client.messages.all()[self.seen:]:
            self.seen += 1
            if "/answer/" not in message.topic:
                continue
            body = json.loads(message.payload)
            if body["type"].endswith("rejected.v1"):
                self.rejected.append(body)
            else:
                known = self.trigger_of.setdefault(body["causationid"], body["data"]["trigger"])
                assert known == body["data"]["trigger"], "one event became two triggers"

    def repeat(self) -> None:
        self.read()
        now = time.monotonic()
        for id in [id for id, at in self.sent.items() if id not in self.trigger_of and now - at > 1.0]:
            self.send(id)

    def unanswered(self) -> list[str]:
        self.read()
        return [id for id in self.events if id not in self.trigger_of]


class People(threading.Thread):
    """Some of them say STOP, one after the other; each repeats it until it is taken."""

    def __init__(self, world: World, numbers: list[int]) -> None:
        super().__init__(daemon=True)
        self.world = world
        self.numbers = numbers
        self.stopped_at: dict[int, float] = {}  # wall clock, once the 200 was there
        self.go = threading.Semaphore(0)

    def run(self) -> None:
        for n in self.numbers:
            self.go.acquire()
            self.world.hook.send_taken(**{"from": number(n), "text": "СТОП", "reply": f"stop-{n}"})
            self.stopped_at[n] = time.time()


class TestCrash(World):
    def test_killed_in_the_middle_of_work(self) -> None:
        print(f"seed {SEED}, {KILLS} kills", flush=True)
        chance = random.Random(SEED)
        self.start(people=0, account={"window": "12", "receipt_window": "24h"})
        for school in range(SCHOOLS):
            self.import_people(PUPILS, first=1 + school * PUPILS, tags=f"school:s{school}")
        self.hook.timeout = PATIENCE_S
        self.receipts: dict[str, str] = {}
        self.provider.script(lambda request: accept(delay=0.02, after=self.tell_receipt if request.number % 20 == 0 else None))
        publisher = Publisher(self)
        publisher.start()
        people = People(self, [1 + PUPILS * n for n in range(SCHOOLS // 2)])
        people.start()
        in_flight_at_kill = []
        for kill in range(KILLS):
            if kill % (KILLS // len(people.numbers)) == 0:
                people.go.release()
            flying = self.wait_flying()
            time_left = chance.random() * 0.25
            publisher.over.wait(time_left)  # a moment of chance inside the work
            in_flight_at_kill.append(flying)
            self.gateway.kill()
            self.gateway.start(timeout=PATIENCE_S)
        publisher.over.set()
        publisher.join(10.0)
        people.join(PATIENCE_S)
        self.assertIsNone(publisher.failure)
        self.assertEqual(set(people.stopped_at), set(people.numbers))
        self.assertEqual(len(in_flight_at_kill), KILLS)
        self.assertGreater(min(in_flight_at_kill), 0, "a kill found nothing in flight and proved nothing")
        self.settle(publisher)
        self.check(publisher, people)

    def tell_receipt(self, request: object) -> None:
        self.hook.send_taken(id=request.given_id, state="delivered")  # type: ignore[attr-defined]
        self.receipts[request.json["message"]] = request.given_id  # type: ignore[attr-defined]

    def wait_flying(self) -> int:
        def probe() -> int:
            try:
                return int(self.gateway.control("GET", "/v1/queue").json["inFlight"])
            except OSError:
                return 0

        return until("hand-overs to be in flight", probe, PATIENCE_S) or 0

    def settle(self, publisher: Publisher) -> None:
        def quiet() -> bool:
            for id in publisher.unanswered():
                if time.monotonic() - publisher.sent[id] > 1.0:
                    publisher.send(id)
            if publisher.unanswered():
                return False
            counts = self.counts()
            return not any(counts.get(state) for state in ("scheduled", "queued", "deferred", "submitting"))

        until("everything to be answered and handed over", quiet, PATIENCE_S * 2)

    def check(self, publisher: Publisher, people: People) -> None:
        self.assertEqual(publisher.rejected, [])
        taken = Counter(request.json["message"] for request in self.provider.accepted())
        stored = self.all_messages()
        states = Counter(message["state"] for message in stored.values())
        print(f"{len(publisher.events)} events, {len(stored)} messages, {sum(taken.values())} taken: {dict(states)}", flush=True)
        # Every event is one trigger, and every trigger reached its whole audience once.
        self.assertEqual(len(set(publisher.trigger_of.values())), len(publisher.events))
        planned = Counter(self.trigger(id)["planned"] for id in publisher.trigger_of.values())
        self.assertLessEqual(set(planned), {PUPILS, PUPILS - 1})
        notices = [message for message in stored.values() if message["class"] == "notice"]
        self.assertEqual(len(notices), sum(size * count for size, count in planned.items()))
        # Nobody was told twice, and nothing is said to be sent that was not.
        self.assertEqual({id: count for id, count in taken.items() if count > 1}, {})
        self.assertEqual(set(states) - {"accepted", "uncertain", "delivered", "suppressed"}, set())
        for id, message in stored.items():
            if message["state"] in ("accepted", "delivered"):
                self.assertEqual(taken[id], 1, f"{id} is called {message['state']} and never arrived")
            elif message["state"] == "suppressed":
                self.assertEqual(taken[id], 0, f"{id} was suppressed and arrived")
        self.assertEqual([id for id in taken if id not in stored], [], "the provider has messages the gateway does not know")
        # What may be double or lost says so, and a kill leaves no more of them than were in flight.
        self.assertLessEqual(states["uncertain"], 12 * KILLS)
        self.assertGreater(len(self.receipts), 0)
        # By the provider's id a receipt finds an attempt whose answer was stored; the others are kept, and end nothing.
        for id in self.receipts:
            self.assertIn(stored[id]["state"], ("delivered", "uncertain"), id)
        self.check_stops(people)

    def check_stops(self, people: People) -> None:
        persons = {}
        for request in self.provider.accepted():
            persons.setdefault(request.json["to"], set()).add(request.json["message"])
        for n, at in people.stopped_at.items():
            for id in persons.get(number(n), ()):
                message = self.ask("GET", f"/v1/messages/{id}")
                opened = max(datetime.fromisoformat(attempt["openedAt"].replace("Z", "+00:00")).timestamp() for attempt in message["attempts"])
                if message["class"] == "notice":
                    self.assertLessEqual(opened, at, f"an attempt for person {n} was opened after the STOP")
            confirmations = [id for id in persons.get(number(n), ()) if self.ask("GET", f"/v1/messages/{id}")["class"] == "answer"]
            self.assertLessEqual(len(confirmations), 1)

    def all_messages(self) -> dict[str, dict]:
        found: dict[str, dict] = {}
        after = ""
        while True:
            page = self.ask("GET", "/v1/messages?limit=500" + (f"&after={after}" if after else ""))
            found.update({message["id"]: message for message in page["messages"]})
            if not page["next"]:
                return found
            after = page["next"]


if __name__ == "__main__":
    unittest.main()
