# SPDX-License-Identifier: EUPL-1.2
"""The world with chat networks in it: a Telegram server with people in front of it, WhatsApp and Viber as far as their calls and
what is handed to them go. People are still known by number, at the account main."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

from world import World, number, until
from support.telegram import Chat, Telegram
from support.webhook import Webhook

BOT = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT_SECRET = "bot0secret0bot0secret"
WA_PHONE = "106540352242922"
WA_SECRET = "whatsapp0app0secret"
WA_WORD = "whatsapp0verify0word"
VIBER = "44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3"
VOID = "Тази връзка вече не важи."


class ChatWorld(World):
    def start_chat(self, *, hook: bool = False, people: int = 1, topics: str = "parent-meetings", **sections: dict[str, str]) -> None:
        self.telegram = Telegram(BOT)
        self.addCleanup(self.telegram.stop)
        home = self.folder / "gateway"
        home.mkdir(exist_ok=True)
        for name, secret in (("bot.token", BOT), ("bot.secret", BOT_SECRET), ("wa.token", "wa-token-of-ours"), ("wa.secret", WA_SECRET),
                             ("wa.word", WA_WORD), ("viber.token", VIBER)):
            (home / name).write_text(secret + "\n")
            (home / name).chmod(0o600)
        ways = {"updates": "webhook", "webhook_secret": "file:bot.secret"} if hook else {"poll_wait": "1s"}
        chat = {
            "account telegram": {"adapter": "telegram", "provider": "somebody", "rate": "0", "url": self.telegram.url, "token": "file:bot.token",
                                 "retry_first": "100ms", "retry_max": "400ms", "chat_link": "https://t.me/gemeente_bot?start={code}", **ways},
            "route telegram": {"channel": "telegram", "accounts": "telegram"},
            "limits": {"default_route": "telegram"},
        }
        chat.update({name: {**chat.get(name, {}), **more} for name, more in sections.items()})
        self.start(people=0, start=False, **chat)
        if people:
            self.import_people(people, topics=topics)
        self.gateway.start()
        self.addCleanup(self.end_gateway)
        self.wait_connected()
        if hook:
            self.bot_hook = Webhook(f"http://127.0.0.1:{self.public}/hooks/telegram", lambda **fields: fields,
                                    {"X-Telegram-Bot-Api-Secret-Token": BOT_SECRET})
            self.addCleanup(self.bot_hook.close)
            self.telegram.webhook = self.bot_hook
        self.gateway.run("users", "add", "maria", "--role", "desk", "--language", "bg")
        self.gateway.run("users", "add", "jan", "--role", "adviser", "--language", "nl")
        self.client = self.school()

    # ---- people ----

    def person(self, n: int) -> str:
        found = self.gateway.run("consent", "show", "--address-from", "-", "--json", "--by", "maria", input=number(n) + "\n")
        return str(json.loads(found.out)["recipient"])

    def consents(self, id: str) -> dict[tuple[str, str], str]:
        shown = json.loads(self.gateway.run("consent", "show", id, "--json", "--by", "maria").out)
        return {(one["channel"], one["topic"]): one["state"] for one in shown["consents"]}

    def history(self, id: str, channel: str = "telegram") -> list[tuple[str, str, str, str]]:
        shown = json.loads(self.gateway.run("consent", "show", id, "--json", "--by", "maria").out)
        return [(one["event"], one["how"], one["by"], one["wording"]) for one in shown["history"] if one["channel"] == channel]

    def wait_state(self, id: str, wanted: str, channel: str = "telegram", topic: str = "parent-meetings") -> None:
        until(f"{channel} {topic} to be {wanted}", lambda: self.consents(id).get((channel, topic)) == wanted)

    # ---- links ----

    def link(self, id: str, *words: str, channel: str = "telegram") -> str:
        """Makes one, as the desk does; its code."""
        made = json.loads(self.gateway.run("recipients", "link", id, "--channel", channel, "--by", "maria", "--json", *words).out)
        found = re.search(r"([0-9a-f]{32})$", made["url"])
        assert found, "the link ends in no code"
        return found.group(1)

    def link_state(self, id: str) -> list[str]:
        shown = json.loads(self.gateway.run("recipients", "links", id, "--by", "maria", "--json").out)
        return [one["state"] for one in shown["links"]]

    def bound(self, n: int = 1) -> tuple[str, Chat]:
        """Person n, whose chat n is bound to them by a link."""
        id, chat = self.person(n), self.telegram.chat(n)
        chat.start(self.link(id))
        chat.wait_text("ще Ви пише за родителски срещи")
        return id, chat

    # ---- invitations ----

    def invite(self, begins: str = "2026-12-15T17:30:00Z", place: str = "De Windroos", **data: Any) -> str:
        return self.accepted(self.client, self.event(data={"values": {"begins": begins, "place": place}, **data}))

    def replies(self, trigger: str) -> dict[str, int]:
        return self.trigger(trigger)["replies"]

    def planned(self, trigger: str) -> int:
        until("the trigger to be planned", lambda: self.trigger(trigger)["state"] in ("expanded", "completed"))
        return int(self.trigger(trigger)["planned"])


def meta_signature(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(WA_SECRET.encode(), body, hashlib.sha256).hexdigest()}


def viber_signature(body: bytes) -> dict[str, str]:
    return {"X-Viber-Content-Signature": hmac.new(VIBER.encode(), body, hashlib.sha256).hexdigest()}
