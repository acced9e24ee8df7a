# SPDX-License-Identifier: EUPL-1.2
"""The public API with the daemon and tokens for it; what is answered is held against its own description."""

from __future__ import annotations

import http.client
import json
from datetime import date, timedelta
from typing import Any

from world import SOURCE, World
from support.control import Reply
from support.net import free_port
from support.schema import faults, follow

PUBLISHER = {"source": SOURCE, "templates": "*", "topics": "*", "tags": "school:*", "max_recipients": "100000", "per_minute": "0"}
ADVISER = ["status.view", "account.view", "message.view", "trigger.view", "template.view", "recipient.add", "circle.view", "rsvp.record",
           "consent.view", "report.view", "audience.count", "event.view", "event.propose", "event.edit", "event.closed", "event.came",
           "campaign.view", "campaign.edit", "campaign.start", "campaign.stop", "campaign.remind"]
KINDS = {"event parent-meeting": {"topic": "parent-meetings", "place": "De Windroos", "length": "90m"}}
SOON = date.today() + timedelta(days=30)
EVENT = {"kind": "parent-meeting", "title": "Ouderavond", "day": str(SOON), "from": "18:30"}
STEPS = [{"when": "7 days before at 18:00", "template": "parent-meeting-invitation"}, {"when": "1 day before at 18:00", "template": "parent-meeting-reminder"}]
BY = {"Pokana-By": "anna"}


class RestWorld(World):
    def start_rest(self, people: int = 2) -> None:
        home = self.folder / "gateway"
        home.mkdir()
        (home / "webhook.secret").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
        (home / "webhook.secret").chmod(0o600)
        webhook = {"url": f"http://127.0.0.1:{free_port()}/in", "publisher": "school", "secret": "file:webhook.secret", "network": "loopback"}
        self.start(people=people, with_broker=False, publisher=PUBLISHER, **{"webhook portal": webhook, **KINDS})
        self.gateway.run("users", "add", "anna", "--role", "adviser")
        self.gateway.run("users", "add", "otto", "--role", "operator")
        self.gateway.run("users", "add", "maria", "--role", "key-person", "--language", "bg")
        self.gateway.run("users", "add", "boris", "--role", "approver")
        self.line = http.client.HTTPConnection("127.0.0.1", self.public, timeout=20)
        self.addCleanup(self.line.close)
        self.description = self.public_call("GET", "/v1/openapi.json").json

    def token(self, name: str, *owner: str, scopes: list[str]) -> str:
        end = (date.today() + timedelta(days=30)).isoformat()
        return self.gateway.run("tokens", "add", name, *owner, "--scopes", ",".join(scopes), "--expires", end).out.strip()

    def made(self, name: str, kind: str, owner: str, scopes: list[str]) -> str:
        """The same without a command, for many."""
        end = (date.today() + timedelta(days=30)).isoformat()
        return self.ask("POST", "/v1/tokens", {"name": name, kind: owner, "scopes": ",".join(scopes), "expires": end}, 201)["token"]

    def public_call(self, method: str, path: str, token: str | None = None, body: Any = None, **headers: str) -> Reply:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        if data is not None and "Content-Type" not in sent:
            sent["Content-Type"] = "application/json"
        if sent.get("Content-Type") == "none":
            del sent["Content-Type"]
        self.line.request(method, path, data, sent)
        answer = self.line.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def fits(self, operation: dict[str, Any], reply: Reply, what: str, status: int | None = None) -> None:
        """The answer is one the description knows, in status, headers and shape."""
        if status is not None:
            self.assertEqual(reply.status, status, f"{what}: {reply.text}")
        described = operation["responses"].get(str(reply.status))
        self.assertIsNotNone(described, f"{what}: {reply.status} is not described: {reply.text}")
        described = follow(self.description, described)
        for name in described["headers"]:
            self.assertIn(name.lower(), reply.headers, f"{what}: {reply.status}")
        (media, content), = described["content"].items()
        self.assertEqual(reply.headers["content-type"], media, what)
        self.assertEqual(list(faults(self.description, content["schema"], reply.json)), [], f"{what}: {reply.text}")
        if reply.status >= 400:
            self.assertEqual(reply.json["status"], reply.status)
