# SPDX-License-Identifier: EUPL-1.2
"""What goes wrong outside: a provider that refuses, throttles, breaks off, falls silent or speaks nonsense; receipts late,
twice, out of order and too early; a database that cannot be written. Nothing is lost, nothing is silently double."""

from __future__ import annotations

import resource
import signal
import sqlite3
import unittest

from world import World, number, until
from support.answers import CLOSE, GARBAGE, HALF, RESET, Hold, accept, refuse, taken_but


class TestFaults(World):
    def send(self, people: int = 1, **sections: dict[str, str]) -> str:
        self.start(people=people, start=False, **sections)
        self.before_start()
        self.gateway.start()
        self.addCleanup(self.end_gateway)
        self.wait_connected()
        self.client = self.school()
        return self.accepted(self.client, self.event())

    def before_start(self) -> None:
        pass

    def scripted(self, *answers: object, people: int = 1, then: object = None, **sections: dict[str, str]) -> str:
        self.before_start = lambda: self.provider.in_turn(*answers, then=then or accept())  # type: ignore[method-assign]
        return self.send(people, **sections)

    # ---- the provider ----

    def test_temporary_refusals_are_tried_again(self) -> None:
        self.scripted(refuse(500), refuse(503), refuse(429, retry_after=1), accept())
        self.provider.wait_accepted(1)
        self.wait_counts(accepted=1)
        self.assertEqual(len(self.provider.requests), 4)
        message = self.messages()[0]
        self.assertEqual(message["attempts"], 3)  # being throttled is not counted against it
        states = [attempt["state"] for attempt in self.ask("GET", f"/v1/messages/{message['id']}")["attempts"]]
        self.assertEqual(states, ["refused-temporary"] * 3 + ["accepted"])

    def test_attempts_are_counted_and_end(self) -> None:
        self.scripted(then=refuse(500), account={"attempts": "3"})
        self.wait_counts(failed=1)
        self.assertEqual(len(self.provider.requests), 3)
        self.assertEqual(self.messages()[0]["reason"], "attempts-used-up")

    def test_a_permanent_refusal_is_final(self) -> None:
        self.scripted(refuse(400), people=1)
        self.wait_counts(failed=1)
        self.assertEqual(len(self.provider.requests), 1)

    def test_wrong_credentials_pause_the_account(self) -> None:
        self.scripted(refuse(401), people=3, account={"window": "1"})
        until("the account to be paused", lambda: self.status()["accounts"][0]["state"] == "paused")
        self.assertEqual(len(self.provider.requests), 1)
        self.wait_counts(deferred=1, queued=2)
        self.assertTrue(self.status()["condition"]["degraded"])
        # Durable: also after a restart; then a person resumes it and nothing was lost.
        self.gateway.restart()
        self.assertEqual(self.status()["accounts"][0]["state"], "paused")
        self.gateway.run("accounts", "resume", "main")
        self.provider.wait_accepted(3)
        self.assertEqual(self.provider.doubles(), {})

    def test_an_account_keeps_its_rate_and_its_window(self) -> None:
        self.scripted(people=4, account={"rate": "0.001"})  # one now, the next in a quarter of an hour
        self.wait_counts(accepted=1, queued=3)
        self.assertEqual(self.status()["accounts"][0]["state"], "waiting")
        self.gateway.write_config(self.gateway.config.read_text().replace("rate = 0.001", "rate = 0").replace("window = 16", "window = 2"))
        hold = Hold()
        self.addCleanup(hold.release)
        self.provider.script(accept(held=hold))
        self.gateway.signal(signal.SIGHUP)
        self.provider.requests.wait_many(3)
        self.wait_counts(accepted=1, submitting=2, queued=1)
        hold.release()
        self.wait_counts(accepted=4)

    def test_opted_out_at_the_provider(self) -> None:
        self.scripted(refuse(400, {"code": "optout"}))
        self.wait_counts(suppressed=1)
        trigger = self.accepted(self.client, self.event())
        until("the next to be planned for nobody", lambda: self.trigger(trigger)["state"] != "expanding")
        self.assertEqual(self.trigger(trigger)["planned"], 0)

    def test_no_answer_is_uncertain_and_not_repeated(self) -> None:
        self.scripted(taken_but(RESET), taken_but(CLOSE), taken_but(HALF), taken_but(GARBAGE), people=4, account={"window": "1"})
        self.wait_counts(uncertain=4)
        self.assertEqual(len(self.provider.requests), 4)
        self.assertEqual(self.provider.doubles(), {})
        first, second, third, fourth = sorted(message["id"] for message in self.messages())
        # A receipt, by our own reference, ends the doubt.
        reference = next(iter(self.provider.references()))
        self.assertEqual(self.hook.send(reference=reference, state="delivered").status, 200)
        self.wait_counts(uncertain=3, delivered=1)
        # Or a person does.
        rest = [message["id"] for message in self.messages(state="uncertain")]
        self.gateway.run("messages", "resolve", rest[0], "drop")
        self.gateway.run("messages", "resolve", rest[1], "sent")
        self.gateway.run("messages", "resolve", rest[2], "resend")
        self.wait_counts(uncertain=0, unconfirmed=1, sent=1, accepted=1)

    def test_a_timeout_is_not_a_failure(self) -> None:
        hold = Hold()
        self.addCleanup(hold.release)
        self.scripted(accept(held=hold), account={"timeout": "300ms", "connect_timeout": "200ms"})
        self.wait_counts(uncertain=1)
        self.assertEqual(len(self.provider.requests), 1)

    def test_resend_is_marked_for_ever(self) -> None:
        self.scripted(taken_but(RESET), account={"when_uncertain": "resend"})
        self.wait_counts(accepted=1)
        self.assertEqual(len(self.provider.doubles()), 0)  # another attempt has another reference
        self.assertEqual(len(self.provider.requests), 2)
        self.assertTrue(self.ask("GET", f"/v1/messages/{self.messages()[0]['id']}")["possibleDouble"])

    def test_an_idempotent_provider_is_asked_again(self) -> None:
        self.scripted(taken_but(RESET), account={"idempotency_header": "Idempotency-Key"})
        self.wait_counts(accepted=1)
        keys = [request.headers["idempotency-key"] for request in self.provider.requests.all()]
        self.assertEqual(len(keys), 2)
        self.assertEqual(keys[0], keys[1])

    def test_a_provider_that_is_away(self) -> None:
        self.before_start = lambda: self.provider.stop()  # type: ignore[method-assign]
        self.send(3, account={"breaker_after": "2", "breaker_window": "0s", "breaker_pause": "200ms", "breaker_pause_max": "400ms",
                              "attempts": "50"})
        until("the account to be seen as away", lambda: self.status()["accounts"][0]["state"] in ("waiting", "down"))
        self.assertEqual(self.provider.accepted(), [])
        self.provider.start()
        self.provider.wait_accepted(3)
        self.wait_counts(accepted=3)
        self.assertEqual(self.provider.doubles(), {})

    def test_the_next_account_takes_over(self) -> None:
        self.start_broker()
        self.start_provider()
        main = {"adapter": "http", "provider": "somebody", "url": "http://127.0.0.1:9/send", "breaker_after": "1", "breaker_window": "0s", "breaker_pause": "1h",
                "breaker_pause_max": "1h", "body": '{"to":"{to}","text":"{text}","reference":"{reference}"}', "retry_first": "100ms"}
        self.make_gateway(**{"account first": main, "route sms": {"accounts": "first, main"}})
        self.import_people(3)
        self.gateway.start()
        self.addCleanup(self.end_gateway)
        self.wait_connected()
        self.accepted(self.school(), self.event())
        self.provider.wait_accepted(3)
        self.assertEqual(self.provider.doubles(), {})

    # ---- receipts ----

    def test_receipts_late_twice_and_out_of_order(self) -> None:
        self.send(3)
        taken = self.provider.wait_accepted(3)
        self.wait_counts(accepted=3)
        first, second, third = (request.given_id or "" for request in taken)
        for state in ("delivered", "sent", "delivered", "failed", "later"):
            self.receipt(first, state)
        self.hook.twice(id=second, state="delivered")
        self.receipt(second, "read")
        self.receipt(third, "sent")
        self.receipt(third, "failed")
        self.wait_counts(delivered=1, read=1, undelivered=1)
        self.receipt("nobody-knows-this-id", "delivered")  # answered 200, kept for a while

    def test_receipts_that_overtake_the_answer(self) -> None:
        def early(request: object) -> None:
            self.receipt(request.given_id, "delivered")  # type: ignore[attr-defined]

        def early_by_reference(request: object) -> None:
            self.assertEqual(self.hook.send(reference=request.reference, state="delivered").status, 200)  # type: ignore[attr-defined]

        self.scripted(accept(before=early), accept(before=early_by_reference), people=2, account={"window": "1"})
        self.wait_counts(delivered=2)

    def test_undelivered_for_now_is_tried_again(self) -> None:
        self.send(1, account={"attempts": "2"})
        request = self.provider.wait_accepted(1)[0]
        self.wait_counts(accepted=1)
        self.receipt(request.given_id or "", "later")
        second = self.provider.wait_accepted(2)[1]
        self.wait_counts(accepted=1)
        self.receipt(second.given_id or "", "later")
        self.wait_counts(undelivered=1)

    def test_silence_is_never_success(self) -> None:
        self.send(2, account={"receipt_window": "1s"})
        self.provider.wait_accepted(2)
        self.wait_counts(unconfirmed=2)
        # A receipt that comes after all still counts.
        self.receipt(self.provider.accepted()[0].given_id or "", "delivered")
        self.wait_counts(unconfirmed=1, delivered=1)

    def test_webhooks_that_are_not_the_providers(self) -> None:
        self.send(1)
        request = self.provider.wait_accepted(1)[0]
        self.wait_counts(accepted=1)
        url = self.hook.url
        for wrong in (url[:-1] + "x", url.rsplit("/", 1)[0], url.replace("/main/", "/other/")):
            self.hook.url = wrong
            self.assertIn(self.hook.send(id=request.given_id, state="delivered").status, (401, 403, 404))
        self.hook.url = url
        self.assertEqual(self.hook.post(b"{nonsense").status, 400)
        self.assertEqual(self.counts(), {"accepted": 1})

    # ---- the database ----

    def test_a_locked_database_is_waited_for(self) -> None:
        self.send(1)
        self.provider.wait_accepted(1)
        self.wait_counts(accepted=1)
        thief = sqlite3.connect(self.gateway.folder / "pokana.db", isolation_level=None)
        self.addCleanup(thief.close)
        thief.execute("BEGIN IMMEDIATE")
        event = self.event()
        self.publish(self.client, event)
        until("the gateway to say that its database does not take anything", lambda: not self.gateway.ready())
        self.assertFalse(self.client.messages.matching(lambda m: event["id"].encode() in m.payload))
        thief.execute("ROLLBACK")
        answer = self.answer_to(self.client, event["id"])  # the broker sent it again by itself
        self.assertEqual(answer["data"]["status"], "accepted")
        self.provider.wait_accepted(2)
        until("health to be good again", self.gateway.ready)
        self.assertEqual(self.provider.doubles(), {})

    def test_a_full_disk_loses_nothing(self) -> None:
        self.send(1)
        given = self.provider.wait_accepted(1)[0].given_id or ""
        self.wait_counts(accepted=1)
        unlimited = resource.prlimit(self.gateway.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.gateway.pid, resource.RLIMIT_FSIZE, (4096, unlimited[1]))
        event = self.event()
        self.publish(self.client, event)
        until("the gateway to say so", lambda: not self.gateway.ready())
        # What comes in is refused in order, so that it is sent again.
        self.assertEqual(self.hook.send(id=given, state="delivered").status, 503)
        self.assertFalse(self.client.messages.matching(lambda m: event["id"].encode() in m.payload))
        resource.prlimit(self.gateway.pid, resource.RLIMIT_FSIZE, unlimited)
        self.assertEqual(self.answer_to(self.client, event["id"])["data"]["status"], "accepted")
        self.hook.send_taken(id=given, state="delivered")
        self.provider.wait_accepted(2)
        self.wait_counts(delivered=1, accepted=1)
        self.assertEqual(self.provider.doubles(), {})

    def test_nothing_of_it_is_in_the_log(self) -> None:
        self.scripted(taken_but(RESET), refuse(400, {"code": number(1), "message": f"no such number {number(1)}"}), people=2)
        self.wait_counts(uncertain=1, failed=1)
        self.gateway.stop()
        self.gateway.assert_never_said([number(1), number(2), "родителска среща", "De Windroos"])


if __name__ == "__main__":
    unittest.main()
