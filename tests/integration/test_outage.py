# SPDX-License-Identifier: EUPL-1.2
"""Somebody is away for long: the provider, the broker, or the link to it that loses what leaves. The gateway says so, keeps
what it has, uses nothing up meanwhile, and goes on by itself. Hours are scaled to moments: every limit that an hour would
reach is reached."""

from __future__ import annotations

import json
import selectors
import socket
import threading
import unittest

from world import World, is_state, until
from support.answers import accept, refuse
from support.mqtt import V311
from support.net import free_port

# The defaults (5 s, 15 min, 8; 5 failures, 10 s, 5 min) as far as they can be scaled down.
QUICK = {"retry_first": "100ms", "retry_max": "200ms", "attempts": "8", "breaker_after": "5", "breaker_window": "0s",
         "breaker_pause": "100ms", "breaker_pause_max": "200ms"}


class Road:
    """Between a client and the broker. Once blocked, what the client sends is swallowed; what comes for it still comes."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.blocked = False
        self.swallowed = 0
        self._target = target
        self._over = False
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._over = True
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with selectors.DefaultSelector() as selector, near, far:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            while not self._over:
                for key, _ in selector.select(0.1):
                    try:
                        data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                        if not data:
                            return
                        if key.fileobj is near and self.blocked:
                            self.swallowed += len(data)
                        else:
                            key.data.sendall(data)
                    except OSError:
                        return


class TestOutage(World):
    def attempts(self) -> list[dict]:
        return self.ask("GET", f"/v1/messages/{self.messages()[0]['id']}")["attempts"]

    # ---- the provider ----

    def away_for_long(self) -> None:
        """One message alone: it is every trial there is."""
        self.accepted(self.school(), self.event())

        def tried_for_long() -> bool:
            self.assertIn(self.messages()[0]["state"], ("queued", "deferred", "submitting"), "given up while the provider was away")
            return len(self.attempts()) > 12

        until("more attempts than a message has", lambda: self.messages() and len(self.attempts()) > 0)
        until("a long time to pass", tried_for_long)
        self.assertIn("provider is not answering", self.status()["condition"]["why"])

    def test_a_provider_that_cannot_be_reached_uses_no_attempts_up(self) -> None:
        self.start(people=1, account=QUICK)
        self.provider.stop()
        self.away_for_long()
        self.provider.start()
        self.provider.wait_accepted(1)
        self.wait_counts(accepted=1)
        until("health to be good again", lambda: self.status()["condition"]["why"] == "")
        self.assertEqual(len(self.provider.requests), 1)

    def test_a_provider_that_is_out_of_order_uses_no_attempts_up(self) -> None:
        self.start(people=1, account=QUICK)
        self.provider.script(refuse(503))
        self.away_for_long()
        self.provider.script(accept())
        self.provider.wait_accepted(1)
        self.wait_counts(accepted=1)

    def test_the_state_topic_tells_of_the_provider(self) -> None:
        self.start(people=1, account=QUICK)
        observer = self.observer()
        self.provider.stop()
        self.accepted(self.school(), self.event())
        observer.wait(is_state("degraded"), "that say degraded")
        self.gateway.wait_log("event=breaker.open")
        self.provider.start()
        self.provider.wait_accepted(1)
        after = len(observer.messages)
        until("the state topic to say that it works again", lambda: any(
            is_state("online")(message) for message in observer.messages.all()[min(after, len(observer.messages)) - 1:]))

    # ---- the broker ----

    def test_nothing_grows_while_the_broker_is_away(self) -> None:
        self.start(people=3, account={**QUICK, "attempts": "50"})
        school = self.school(client_id="school-1", clean_start=False, session_expiry=600)
        self.provider.stop()
        self.accepted(school, self.event())
        until("the provider to be missed", lambda: self.status()["condition"]["degraded"])
        assert self.broker
        self.broker.kill()
        self.gateway.wait_log("event=disconnected")
        self.assertIn("broker: ", self.status()["condition"]["why"])
        waiting = self.status()["outbox"]
        lines = len(self.gateway.log_text().splitlines())
        # Health goes up and down many times meanwhile: that is said once, when the broker is back.
        for _ in range(10):
            openings = self.gateway.log_text().count("event=breaker.open")
            until("another trial", lambda: self.gateway.log_text().count("event=breaker.open") > openings)
        self.assertEqual(self.status()["outbox"], waiting)
        told = [line for line in self.gateway.log_text().splitlines()[lines:] if "component=bus" in line or "mod=bus" in line]
        self.assertLess(len(told), 4, told)
        self.provider.start()
        self.provider.wait_accepted(3)
        self.deliver_all()
        self.wait_counts(delivered=3)
        self.assertLessEqual(self.status()["outbox"], waiting + 2)  # planned, completed
        self.broker.start()
        self.wait_connected()
        until("the outbox to be told", lambda: self.status()["outbox"] == 0)

    def test_triggers_wait_in_the_session_while_the_gateway_is_away(self) -> None:
        self.start(people=1)
        school = self.school()
        for end in (self.gateway.stop, self.gateway.kill):
            end()
            event = self.event()
            self.publish(school, event)
            self.gateway.start()
            self.assertEqual(self.answer_to(school, event["id"])["data"]["status"], "accepted")

    def test_subscribed_again_to_a_broker_that_forgot(self) -> None:
        log = self.folder / "broker.log"
        broker = self.start_broker(persistence=False, extra=[f"log_dest file {log}"])
        self.start(people=1)
        asked = [line for line in log.read_text().splitlines() if "/trigger/" in line]
        self.assertEqual([line.split("\t")[-1].split(": ")[-1] for line in asked if "(QoS" in line], ["pokana/v1/trigger/+ (QoS 1)"])  # no $share
        broker.kill()
        self.gateway.wait_log("event=disconnected")
        broker.start()
        self.wait_connected()
        self.accepted(self.school(), self.event())

    def test_the_broker_tells_of_a_gateway_that_died(self) -> None:
        # MQTT 3.1.1 knows no delay of a will; with MQTT 5 it is 30 s, and a quick restart is not told.
        self.start(people=0, broker={"protocol": "4"})
        observer = self.observer()
        observer.wait(is_state("online"), "that say online")
        self.gateway.kill()
        told = observer.wait(is_state("offline"), "that say offline")
        self.assertIn("lost", json.loads(told.payload)["why"])
        # Retained: who comes later knows as well.
        self.assertTrue(self.observer().wait(is_state("offline"), "kept by the broker").retain)

    def test_the_will_has_its_delay(self) -> None:
        self.start(people=0)
        observer = self.observer()
        observer.wait(is_state("online"), "that say online")
        self.gateway.kill()
        self.gateway.start()
        self.wait_connected()
        self.assertEqual(observer.messages.matching(is_state("offline")), [])

    def test_an_answer_that_was_committed_survives_a_crash(self) -> None:
        broker = self.start_broker()
        road = Road(broker.port)
        self.addCleanup(road.close)
        self.start(people=1, broker={"port": str(road.port)})
        school = self.school()
        self.gateway.run("pause", "--all")
        road.blocked = True
        event = self.event()
        self.publish(school, event, response_topic="pokana/v1/answer/school/first", correlation_data=b"\x00kept\xff")
        until("the trigger to be committed", lambda: self.ask("GET", "/v1/triggers")["triggers"])
        until("its answer to be on the way", lambda: road.swallowed > 0)
        self.assertGreater(self.status()["outbox"], 0)
        self.gateway.kill()
        road.blocked = False
        self.assertEqual(school.messages.matching(lambda message: "/answer/" in message.topic), [])
        self.gateway.start()
        answer = school.wait(lambda message: message.topic == "pokana/v1/answer/school/first" and b'"duplicate":false' in message.payload)
        self.assertEqual(answer.correlation_data, b"\x00kept\xff")
        self.assertEqual(json.loads(answer.payload)["causationid"], event["id"])
        # The broker had no acknowledgement either: the event comes again and is one trigger all the same.
        again = school.wait(lambda message: b'"duplicate":true' in message.payload)
        self.assertEqual(again.correlation_data, b"\x00kept\xff")
        self.assertEqual(len(self.ask("GET", "/v1/triggers")["triggers"]), 1)

    def test_the_older_protocol_answers_on_the_topic_of_the_sender(self) -> None:
        self.start(people=1)
        school = self.school(version=V311)
        event = self.event()
        self.publish(school, event)
        answer = school.wait(lambda message: message.topic == "pokana/v1/answer/school")
        self.assertEqual(json.loads(answer.payload)["causationid"], event["id"])


if __name__ == "__main__":
    unittest.main()
