# SPDX-License-Identifier: EUPL-1.2
"""Routes by country and the ladder with the real daemon: a chat first, then the number; two accounts for numbers, by country.
A definite refusal goes on, once; a call without an answer stays; what a kill leaves in doubt is never told twice."""

from __future__ import annotations

import threading
import unittest
from typing import Any

from chat_world import ChatWorld
from world import number, until
from support.answers import Hold, accept
from support.provider import Provider

LADDER = {"ladder": {"channels": "telegram, sms"}, "limits": {"default_route": "sms"}}


class TestLadder(ChatWorld):
    """Answers of the bot's server to messages are the test's: None = as it would."""

    def begin(self, people: int = 1, **sections: dict[str, str]) -> None:
        self.start_chat(people=people, **{**LADDER, **sections})
        self.bot_says: Any = None
        self.bot_held: threading.Event | None = None
        self.bot_calls = 0
        ordinary = self.telegram.call

        def call(path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
            if not path.endswith("/sendMessage") or (self.bot_says is None and self.bot_held is None):
                return ordinary(path, body)
            self.bot_calls += 1
            if self.bot_held:
                self.bot_held.wait(30)
            return self.bot_says if self.bot_says else ordinary(path, body)

        self.telegram.call = call  # type: ignore[method-assign]

    @staticmethod
    def no(code: int, why: str) -> tuple[int, dict[str, Any]]:
        return code, {"ok": False, "error_code": code, "description": why}

    def sms_said(self, part: str) -> list[str]:
        return [request.json["to"] for request in self.provider.accepted() if part in request.json["text"]]

    def message(self) -> dict[str, Any]:
        found = [one for one in self.messages() if one["class"] == "notice"]
        self.assertEqual(len(found), 1)
        return dict(self.ask("GET", f"/v1/messages/{found[0]['id']}"))

    def wait_state_of(self, *states: str) -> dict[str, Any]:
        until(f"the message to be {states}", lambda: self.message()["state"] in states)
        return self.message()

    # ---- what goes on ----

    def test_a_refusal_goes_on_once(self) -> None:
        self.begin(people=2)
        _, chat = self.bound()
        self.bot_says = self.no(400, "Bad Request: chat not found")
        self.invite("2026-12-15T17:30:00Z")
        self.provider.requests.wait_many(2, lambda request: "15 декември" in request.json["text"] and request.given_id is not None)
        self.assertEqual(sorted(self.sms_said("15 декември")), [number(1), number(2)])  # one had no chat
        self.assertEqual(self.bot_calls, 1)
        self.assertEqual(self.provider.doubles(), {})
        for one in self.messages():
            if one["class"] == "notice":
                self.assertEqual(one["channel"], "sms")
        self.assertEqual(len([text for text in chat.texts() if "15 декември" in text]), 0)
        self.gateway.wait_log("message.next_channel")
        # That address is refused now: the next one begins with the number.
        self.bot_says = None
        self.invite("2026-12-17T18:00:00Z")
        self.provider.requests.wait_many(2, lambda request: "17 декември" in request.json["text"] and request.given_id is not None)
        self.gateway.assert_never_said([str(chat.id), number(1), number(2)])

    def test_who_may_be_met_in_the_chat_is_met_there_alone(self) -> None:
        self.begin(people=2)
        _, chat = self.bound()
        self.invite("2026-12-15T17:30:00Z")
        chat.wait_text("15 декември")
        self.provider.requests.wait_many(1, lambda request: "15 декември" in request.json["text"] and request.given_id is not None)
        until("both to be handed over", lambda: {one["state"] for one in self.messages() if one["class"] == "notice"} <= {"handed-over", "sent", "accepted"})
        self.assertEqual(self.sms_said("15 декември"), [number(2)])

    def test_a_block_does_not_go_on(self) -> None:
        self.begin()
        self.bound()
        self.bot_says = self.no(403, "Forbidden: bot was blocked by the user")
        self.invite("2026-12-15T17:30:00Z")
        self.assertEqual(self.wait_state_of("suppressed")["reason"], "opted-out")
        self.assertEqual(self.sms_said("15 декември"), [])

    # ---- what stays ----

    def test_a_timeout_stays(self) -> None:
        self.begin(**{"account telegram": {"timeout": "2s", "connect_timeout": "1s"}})
        self.bound()
        self.bot_held = threading.Event()
        self.addCleanup(self.bot_held.set)
        self.invite("2026-12-15T17:30:00Z")
        self.assertEqual(self.wait_state_of("uncertain")["channel"], "telegram")
        self.assertEqual(self.sms_said("15 декември"), [])
        self.assertEqual(self.bot_calls, 1)

    def test_a_kill_before_the_answer_stays(self) -> None:
        self.begin()
        self.bound()
        self.bot_held = threading.Event()
        self.addCleanup(self.bot_held.set)
        self.bot_says = self.no(400, "Bad Request: chat not found")
        self.invite("2026-12-15T17:30:00Z")
        until("the bot to be called", lambda: self.bot_calls == 1)
        self.gateway.kill()
        self.gateway.start()
        self.wait_state_of("uncertain")
        self.assertEqual(self.sms_said("15 декември"), [])
        self.assertEqual(self.bot_calls, 1)

    def test_a_kill_after_it_went_on_tells_nobody_twice(self) -> None:
        self.begin()
        self.bound()
        hold = Hold()
        self.addCleanup(hold.release)
        self.provider.script(accept(held=hold))
        self.bot_says = self.no(400, "Bad Request: chat not found")
        self.invite("2026-12-15T17:30:00Z")
        self.provider.requests.wait_many(1, lambda request: "15 декември" in request.json["text"])
        self.gateway.kill()
        hold.release()
        self.gateway.start()
        self.assertEqual(self.wait_state_of("uncertain")["channel"], "sms")
        self.assertEqual(self.bot_calls, 1)
        self.assertEqual(len(self.provider.requests.matching(lambda request: "15 декември" in request.json["text"])), 1)

    # ---- countries ----

    def test_a_country_has_its_account(self) -> None:
        self.start_broker()
        self.start_provider()
        far = Provider()
        self.addCleanup(far.stop)
        other = {"adapter": "http", "provider": "somebody", "url": far.url("/send"), "body": '{"to":"{to}","text":"{text}","reference":"{reference}"}',
                 "replies": "BG"}
        self.make_gateway(**{"account far": other, "route abroad": {"channel": "sms", "accounts": "far", "countries": "BG"}})
        told = self.gateway.run("check-config").out
        self.assertIn("route      abroad: sms by far to BG", told)
        self.import_people(2, more=["sms;+359880001234;bg;;school:de-windroos;parent-meetings;paper;form 1;2026-09-07;desk;"])
        self.gateway.start()
        self.addCleanup(self.end_gateway)
        self.wait_connected()
        self.accepted(self.school(), self.event())
        self.provider.wait_accepted(2)
        far.wait_accepted(1)
        self.assertEqual([request.json["to"] for request in far.accepted()], ["+359880001234"])
        self.assertEqual({request.json["to"] for request in self.provider.accepted()}, {number(1), number(2)})


if __name__ == "__main__":
    unittest.main()
