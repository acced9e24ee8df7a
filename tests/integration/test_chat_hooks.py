# SPDX-License-Identifier: EUPL-1.2
"""WhatsApp and Viber with the real daemon, by their signed calls: a link that binds, a button that answers, a network's stop that
ends its channel; unsigned, altered, repeated and cut calls change nothing."""

from __future__ import annotations

import json
import time
import unittest
from typing import Any

from chat_world import VIBER, VOID, WA_PHONE, WA_SECRET, WA_WORD, ChatWorld, meta_signature, viber_signature
from world import number, until
from support.answers import Answer
from support.http_wire import Request
from support.provider import Provider
from support.webhook import Called, Webhook


class HookWorld(ChatWorld):
    def start_network(self, name: str, section: dict[str, str], script: Any, sign: Any) -> None:
        self.network = Provider(lambda request: None)
        self.addCleanup(self.network.stop)
        self.network.script(script)
        account = {"provider": "somebody", "rate": "0", "url": self.network.url("").rstrip("/"), **section}
        self.start_chat(**{f"account {name}": account, f"route {name}": {"channel": name, "accounts": name}, "limits": {"default_route": name}})
        self.calls = Webhook(f"http://127.0.0.1:{self.public}/hooks/{name}", lambda **fields: fields, sign=sign)
        self.addCleanup(self.calls.close)

    def sent(self) -> list[Any]:
        return [request.json for request in self.network.accepted()]

    def post(self, body: Any, status: int = 200) -> Called:
        called = self.calls.post(body)
        self.assertEqual(called.status, status, called.body)
        return called

    def wait_sent(self, part: str) -> Any:
        return until(f'"{part}" to be sent', lambda: next((one for one in reversed(self.sent()) if part in json.dumps(one, ensure_ascii=False)), None))

    def refused_and_cut(self, body: dict[str, Any]) -> None:
        """Nothing of it is taken without its own signature, nor of any beginning of it."""
        data = json.dumps(body).encode()
        signed = self.calls.sign(data)
        name = next(iter(signed))
        for wrong in ("", "sha256=", signed[name][:-1], signed[name][:-2] + "00", "0" * 64):
            self.assertIn(self.calls.post(data, {name: wrong}).status, (401, 403))
        self.assertIn(self.calls.post(data + b" ", signed).status, (401, 403))
        for cut in range(1, len(data), 11):
            self.assertIn(self.calls.post(data[:cut]).status, (200, 400))
        self.assertTrue(self.calls.refuses_size(data + b" " * (2 << 20)))


class TestWhatsApp(HookWorld):
    def answer(self, request: Request) -> Answer:
        id = f"wamid.OUT{request.number}"
        return Answer(200, {"messaging_product": "whatsapp", "messages": [{"id": id}]}, accepts=True, given_id=id)

    def call(self, **value: Any) -> dict[str, Any]:
        return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": {
            "messaging_product": "whatsapp", "metadata": {"display_phone_number": "31201234567", "phone_number_id": WA_PHONE}, **value}}]}]}

    def message(self, **what: Any) -> dict[str, Any]:
        return self.call(messages=[{"from": number(1).lstrip("+"), "id": f"wamid.IN{next(self.numbers)}", "timestamp": str(int(time.time())), **what}])

    def words(self, text: str) -> dict[str, Any]:
        return self.message(type="text", text={"body": text})

    def press(self, sent: Any, index: int) -> dict[str, Any]:
        reply = sent["interactive"]["action"]["buttons"][index]["reply"]
        return self.message(type="interactive", interactive={"type": "button_reply", "button_reply": reply})

    def test_from_link_to_block(self) -> None:
        self.start_network("whatsapp", {
            "adapter": "whatsapp", "phone_number_id": WA_PHONE, "token": "file:wa.token", "app_secret": "file:wa.secret",
            "verify_token": "file:wa.word", "chat_link": "https://wa.me/31201234567?text=START%20{code}"}, self.answer, meta_signature)
        id = self.person(1)
        code = self.link(id, channel="whatsapp")
        self.refused_and_cut(self.words(f"START {code}"))
        self.assertEqual(self.link_state(id), ["open"])
        joins = self.words(f"start {code.upper()}")
        for _ in range(3):  # Meta repeats what it believes was not taken
            self.post(joins)
        self.wait_sent("ще Ви пише за родителски срещи")
        self.assertEqual(self.consents(id)[("whatsapp", "parent-meetings")], "granted")
        self.post(self.words(f"START {code}"))
        self.wait_sent(VOID)
        trigger = self.invite()
        card = self.wait_sent("15 декември")
        self.assertEqual([one["reply"]["title"] for one in card["interactive"]["action"]["buttons"]], ["ДА", "НЕ", "СТОП"])
        later = self.invite("2026-12-17T18:00:00Z")
        self.wait_sent("17 декември")
        pressed = self.press(card, 0)
        for _ in range(3):
            self.post(pressed)
        until("the old one's yes", lambda: self.replies(trigger) == {"yes": 1, "no": 0, "heads": 1})
        self.assertEqual(self.replies(later)["yes"], 0)
        self.assertIn("15 декември", self.wait_sent("Записахме")["text"]["body"])
        # "Stop" at WhatsApp itself ends WhatsApp; "resume" there is no word to us.
        for value in ("stop", "resume"):
            self.post(self.call(user_preferences=[{"wa_id": number(1).lstrip("+"), "category": "marketing_messages", "value": value,
                                                   "timestamp": "1791993950"}]))
        self.wait_state(id, "blocked-by-network", "whatsapp")
        self.assertEqual(self.consents(id)[("sms", "parent-meetings")], "granted")
        self.gateway.assert_never_said([number(1), WA_SECRET, WA_WORD, code, "Записахме"])


class TestViber(HookWorld):
    WHO = "Ab1Cd2Ef3Gh4Ij5Kl6Mn7A=="

    def answer(self, request: Request) -> Answer:
        return Answer(200, {"status": 0, "status_message": "ok", "message_token": 5_000_000 + request.number}, accepts=True,
                      given_id=str(5_000_000 + request.number))

    def event(self, event: Any = None, **fields: Any) -> Any:
        if not isinstance(event, str):
            return super().event(**fields)
        return {"event": event, "timestamp": 1791993900000, "message_token": 4_000_000 + next(self.numbers), **fields}

    def words(self, text: str) -> Any:
        return self.event("message", sender={"id": self.WHO, "name": "x"}, message={"type": "text", "text": text})

    def test_from_link_to_block(self) -> None:
        self.start_network("viber", {
            "adapter": "viber", "token": "file:viber.token", "sender": "Gemeente", "welcome": "Натиснете бутона", "welcome_button": "Да, искам",
            "chat_link": "viber://pa?chatURI=gemeente&context={code}"}, self.answer, viber_signature)
        id = self.person(1)
        code = self.link(id, channel="viber")
        opened = self.event("conversation_started", type="open", context=code, user={"id": self.WHO, "name": "x"}, subscribed=False)
        self.refused_and_cut(opened)
        welcome = json.loads(self.post(opened).body)
        # Opening is no consent; the button is.
        self.assertEqual(self.link_state(id), ["open"])
        self.assertEqual(self.sent(), [])
        button = welcome["keyboard"]["Buttons"][0]
        self.assertEqual(button["Text"], "Да, искам")
        joins = self.words(button["ActionBody"])
        for _ in range(3):
            self.post(joins)
        self.wait_sent("ще Ви пише за родителски срещи")
        self.assertEqual(self.link_state(id), ["used"])
        self.post(self.words(button["ActionBody"]))
        self.wait_sent(VOID)
        trigger = self.invite()
        card = self.wait_sent("15 декември")
        buttons = {one["Text"]: one["ActionBody"] for one in card["keyboard"]["Buttons"]}
        self.assertEqual(list(buttons), ["ДА", "НЕ", "СТОП"])
        self.post(self.words(buttons["НЕ"]))
        until("the no", lambda: self.replies(trigger) == {"yes": 0, "no": 1, "heads": 0})
        self.assertIn("15 декември", self.wait_sent("Записахме НЕ")["text"])
        self.post(self.event("unsubscribed", user_id=self.WHO))
        self.wait_state(id, "blocked-by-network", "viber")
        self.assertEqual(self.consents(id)[("sms", "parent-meetings")], "granted")
        self.post(self.event("subscribed", user={"id": self.WHO, "name": "x"}))
        self.assertEqual(self.planned(self.invite("2026-12-18T18:00:00Z")), 0)
        self.post(self.words("СТАРТ"))
        self.wait_sent("Добре дошли!")
        self.wait_state(id, "granted", "viber")
        self.gateway.assert_never_said([self.WHO, VIBER, code])


if __name__ == "__main__":
    unittest.main()
