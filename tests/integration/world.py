# SPDX-License-Identifier: EUPL-1.2
"""A small world to try the gateway in: a real broker, a scripted provider behind the `http` adapter, people with invented
numbers, and the daemon between them. A test asks for what is different; the rest has defaults."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import sys
import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.broker import Broker  # noqa: E402
from support.gateway import Finished, Gateway  # noqa: E402
from support.mqtt import Client, Message  # noqa: E402
from support.net import free_port  # noqa: E402
from support.provider import Provider, json_member  # noqa: E402
from support.wait import until  # noqa: E402
from support.webhook import Webhook  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
TYPE = "nl.notices.notice-requested.v1"
SOURCE = "urn:example:school-portal"
HOOK_SECRET = "hook0secret0hook0secret"
TOKEN = "t0ken-of-the-provider"
USERS = {"observer": "o-secret", "pokana": "p-secret", "school": "s-secret"}
ACL = ["user observer", "topic readwrite #", "user pokana", "topic readwrite pokana/v1/#", "topic write screens/#",
       "user school", "topic write pokana/v1/trigger/school", "topic read pokana/v1/answer/school/#",
       "topic read pokana/v1/status/school"]

# A number of ours in any of its forms, a piece of a text in each language, a secret.
LEAKS = re.compile(r"(?:\+|%2B|00)?(?:31|0)61234\d{4}|родителска|roditelska|ouderbijeenkomst|СТАРТ|De(?: |%20|\+)Windroos|"
                   + "|".join(map(re.escape, [HOOK_SECRET, TOKEN, *USERS.values()])))


# When the first step of a campaign is due that campaign_due() lets go: long after it was written, however slow the machine is.
FAR = {"hours": 12}


def number(n: int) -> str:
    """The invented number of person n."""
    return f"+3161234{n:04d}"


def moment(**ahead: float) -> str:
    return (datetime.now(timezone.utc) + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%SZ")


class World(unittest.TestCase):
    """account, publisher, limits: further lines of those sections, which win over the defaults."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="pk-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.broker: Broker | None = None
        self.public = free_port()
        self.numbers = iter(range(1, 10_000))

    # ---- the parts ----

    def start_broker(self, **options: Any) -> Broker:
        self.broker = Broker(self.folder / "broker", users=USERS, acl=ACL, **options)
        self.broker.start()
        self.addCleanup(self.broker.stop)
        return self.broker

    def start_provider(self) -> Provider:
        provider = Provider(json_member("reference"))
        self.addCleanup(provider.stop)
        self.provider = provider
        return provider

    def start(self, *, with_broker: bool = True, people: int = 3, start: bool = True, **sections: dict[str, str]) -> Gateway:
        if with_broker and not self.broker:
            self.start_broker()
        self.start_provider()
        self.make_gateway(**sections)
        if people:
            self.import_people(people)
        if start:
            self.gateway.start()
            self.addCleanup(self.end_gateway)
            if with_broker:
                self.wait_connected()
        self.hook = Webhook(f"http://127.0.0.1:{self.public}/hooks/main/{HOOK_SECRET}", lambda **fields: fields)
        self.addCleanup(self.hook.close)
        return self.gateway

    def end_gateway(self) -> None:
        if self.gateway.running():
            self.gateway.stop()
        self.gateway.assert_no_faults()
        self.assert_discreet()

    def assert_discreet(self) -> None:
        """Whatever a test was about: no number, no text and no secret stands in the log, at its most talkative level."""
        found = LEAKS.search(self.gateway.log_text())
        self.assertIsNone(found, f"the log says {found and self.gateway.log_text()[max(0, found.start() - 200):found.end() + 40]}")

    def make_gateway(self, **sections: dict[str, str]) -> Gateway:
        home = self.folder / "gateway"
        home.mkdir(exist_ok=True)
        for name, secret in (("hook.secret", HOOK_SECRET), ("provider.token", f"Bearer {TOKEN}"), ("broker.password", USERS["pokana"])):
            (home / name).write_text(secret + "\n")
            (home / name).chmod(0o600)
        self.gateway = Gateway(home, self.config(**sections))
        if not (home / "pokana.keys").exists():
            self.gateway.run("keys", "new", str(home / "pokana.keys"), config=False)
        return self.gateway

    def config(self, **sections: dict[str, str]) -> str:
        base: dict[str, dict[str, str]] = {
            "gateway": {"instance": "test", "source": "urn:example:gateway", "organisation": "Zaanstad", "database": "pokana.db",
                        "keys": "pokana.keys", "control": "control.sock", "templates": str(ROOT / "templates"),
                        "public": f"127.0.0.1:{self.public}", "public_url": f"http://127.0.0.1:{self.public}", "log_level": "debug", "grace": "5s"},
            "topic parent-meetings": {"consent": "730d", "name.bg": "родителски срещи", "name.nl": "ouderbijeenkomsten",
                                      "words.bg": "срещи, родителски срещи"},
            "topic festival": {"consent": "730d", "name.bg": "фестивала", "name.nl": "het festival", "words.bg": "фестивал"},
            "provider somebody": {"company": "Somebody", "country": "NL", "contract": "2026-01-31", "keeps": "30d"},
            "account main": {"adapter": "http", "provider": "somebody", "window": "16", "rate": "0", "timeout": "5s", "connect_timeout": "2s", "retry_first": "100ms",
                             "retry_max": "400ms", "attempts": "6", "breaker_after": "1000", "receipt_window": "48h",
                             "url": self.provider.url("/send"),
                             "body": '{"to":"{to}","text":"{text}","reference":"{reference}","message":"{message_id}","until":"{valid_until}"}',
                             "header.Authorization": "file:provider.token", "answer_id": "id", "answer_code": "code",
                             "code.opted_out": "optout", "code.invalid_recipient": "badnumber", "webhook_secret": "file:hook.secret",
                             "receipt_id": "id", "receipt_reference": "reference", "receipt_state": "state",
                             "receipt.sent": "sent", "receipt.delivered": "delivered", "receipt.read": "read",
                             "receipt.undelivered_permanent": "failed", "receipt.undelivered_temporary": "later",
                             "reply_from": "from", "reply_text": "text", "reply_id": "reply"},
            "route sms": {"channel": "sms", "accounts": "main"},
            "publisher school": {"source": SOURCE, "templates": "*", "topics": "*", "tags": "school:*", "max_recipients": "100000",
                                 "per_minute": "0", "status": "yes"},
        }
        if not self.broker:
            del base["publisher school"]
        else:
            base["broker"] = {"host": "127.0.0.1", "port": str(self.broker.port), "client_id": "pokana-test", "username": "pokana",
                              "password": "file:broker.password"}
        for name, more in sections.items():  # names with spaces are given as they are
            key = {"account": "account main", "publisher": "publisher school"}.get(name, name)
            base.setdefault(key, {}).update(more)
        lines: list[str] = []
        for name, keys in base.items():
            lines += [f"[{name}]"] + [f"{key} = {value}" for key, value in keys.items() if value is not None] + [""]
        return "\n".join(lines)

    def observer(self, **options: Any) -> Client:
        """Hears everything; subscribed before it returns."""
        assert self.broker
        client = self.broker.client(username="observer", password=USERS["observer"], **options)
        self.addCleanup(client.close)
        client.subscribe("pokana/v1/#")
        return client

    def school(self, **options: Any) -> Client:
        assert self.broker
        client = self.broker.client(username="school", password=USERS["school"], **options)
        self.addCleanup(client.close)
        client.subscribe("pokana/v1/answer/school/#", "pokana/v1/status/school")
        return client

    def wait_connected(self) -> None:
        until("the gateway to be connected to the broker", lambda: self.status()["broker"]["connected"])

    # ---- people ----

    def import_people(self, count: int, *, first: int = 1, tags: str = "school:de-windroos", language: str = "bg", script: str = "",
                      topics: str = "parent-meetings", channel: str = "sms", confirmed: bool = True, more: list[str] | None = None) -> Finished:
        rows = [f"{channel};{number(n)};{language};{script};{tags};{topics};paper;form 1;2026-09-07;desk;"
                for n in range(first, first + count)] + (more or [])
        file = self.folder / "people.csv"
        file.write_text("channel;address;language;script;tags;topics;how;wording;given_at;by;until\n" + "\n".join(rows) + "\n")
        words = ["--already-confirmed", "--second-person", "colleague"] if confirmed else []
        return self.gateway.run("recipients", "import", str(file), "--by", "adviser", *words, timeout=120)

    # ---- triggers ----

    def event(self, *, id: str | None = None, data: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """A trigger; changes of None take an attribute out. data: changes of the data's fields."""
        fields: dict[str, Any] = {
            "template": "parent-meeting-invitation", "topic": "parent-meetings",
            "tags": {"all": ["school:de-windroos"], "any": [], "none": []},
            "values": {"begins": "2026-12-15T17:30:00Z", "place": "De Windroos"}, "sendAt": None, "validUntil": moment(hours=4),
        }
        fields.update(data or {})
        event = {"specversion": "1.0", "id": id or f"event-{next(self.numbers)}", "source": SOURCE, "type": TYPE, "time": moment(),
                 "datacontenttype": "application/json", "data": {key: value for key, value in fields.items() if value != "absent"}}
        event.update(changes)
        return {key: value for key, value in event.items() if value is not None}

    def campaign_due(self, name: str) -> None:
        """The first step of a running campaign, planned for moment(**FAR), is due now: its moment is moved behind the gateway's back. A
        moment of a few seconds ahead would be over before a busy machine has started the campaign, and its step dropped."""
        self.gateway.stop()
        with contextlib.closing(sqlite3.connect(self.gateway.folder / "pokana.db")) as database:
            moved = database.execute("UPDATE campaign_step SET due_ms = ? WHERE place = (SELECT min(place) FROM campaign_step WHERE state = 1 AND"
                                     " campaign = (SELECT id FROM campaign WHERE name = ?)) AND state = 1 AND campaign = (SELECT id FROM campaign"
                                     " WHERE name = ?)", (int(time.time() * 1000), name, name)).rowcount
            database.commit()
        self.assertEqual(moved, 1)
        self.gateway.start()

    def publish(self, client: Client, event: dict[str, Any] | bytes, **options: Any) -> None:
        payload = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        if client.version == 5 and "content_type" not in options:
            options["content_type"] = "application/cloudevents+json; charset=utf-8"
        client.publish(options.pop("topic", "pokana/v1/trigger/school"), payload, **options)

    def answer_to(self, client: Client, event_id: str) -> dict[str, Any]:
        """The gateway's answer to an event."""
        found = client.wait(lambda message: message.topic.startswith("pokana/v1/answer/") and
                            json.loads(message.payload).get("causationid") == event_id, f"answering {event_id}")
        return json.loads(found.payload)

    def accepted(self, client: Client, event: dict[str, Any]) -> str:
        """Publishes, and returns the trigger's id."""
        self.publish(client, event)
        answer = self.answer_to(client, event["id"])
        self.assertEqual(answer["type"], "nl.notices.trigger-accepted.v1", answer)
        return answer["data"]["trigger"]

    # ---- what the gateway says ----

    def ask(self, method: str, target: str, body: Any = None, status: int = 200) -> Any:
        reply = self.gateway.control(method, target, body)
        self.assertEqual(reply.status, status, reply.text)
        return reply.json

    def status(self) -> Any:
        return self.gateway.control("GET", "/v1/status").json

    def trigger(self, id: str) -> Any:
        """With the states that occur only."""
        found = self.ask("GET", f"/v1/triggers/{id}")
        found["counts"] = {state: count for state, count in found["counts"].items() if count}
        return found

    def counts(self) -> dict[str, int]:
        return {state: count for state, count in self.status()["messages"].items() if count}

    def wait_counts(self, **wanted: int) -> None:
        """Until exactly so many messages are in each of these states (undelivered_temporary for undelivered-temporary)."""
        last: dict[str, int] = {}

        def probe() -> bool:
            nonlocal last
            last = self.counts()
            return all(last.get(state.replace("_", "-"), 0) == count for state, count in wanted.items())

        try:
            until(f"messages {wanted}", probe)
        except AssertionError as late:
            raise AssertionError(f"{late}; they are {last}") from None

    def messages(self, **filter: str) -> list[Any]:
        query = "&".join(f"{key}={value}" for key, value in filter.items())
        return self.ask("GET", "/v1/messages" + (f"?{query}" if query else ""))["messages"]

    def received(self) -> list[Any]:
        """What the provider took: the bodies."""
        return [request.json for request in self.provider.accepted()]

    def texts_to(self, n: int) -> list[str]:
        return [body["text"] for body in self.received() if body["to"] == number(n)]

    def wait_text_to(self, n: int, part: str) -> str:
        return until(f'a text to person {n} with "{part}"', lambda: next((text for text in self.texts_to(n) if part in text), None)) or ""

    def says(self, n: int, text: str, **more: str) -> None:
        """Person n writes."""
        called = self.hook.send(**{"from": number(n), "text": text, "reply": f"r-{next(self.numbers)}", **more})
        self.assertEqual(called.status, 200, called.body)

    def receipt(self, given_id: str, state: str) -> None:
        called = self.hook.send(id=given_id, state=state)
        self.assertEqual(called.status, 200, called.body)

    def deliver_all(self) -> None:
        for request in self.provider.accepted():
            self.receipt(request.given_id or "", "delivered")


def is_state(state: str) -> Any:
    return lambda message: message.topic == "pokana/v1/state/test" and json.loads(message.payload)["state"] == state


__all__ = ["World", "Message", "SOURCE", "TYPE", "TOKEN", "HOOK_SECRET", "USERS", "ROOT", "number", "moment", "until", "is_state", "json"]
