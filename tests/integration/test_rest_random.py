# SPDX-License-Identifier: EUPL-1.2
"""Ten thousand requests made up by the description of the public API, good, odd and broken: none of them is answered with a 5xx, each
answer is one the description knows, and nothing changes that no service may change. Sixty thousand with POKANA_LONG. The seed is printed
and makes the same requests again."""

from __future__ import annotations

import os
import random
import time
import unittest
from typing import Any

from rest_world import ADVISER, BY, EVENT, SOON, STEPS, RestWorld
from support.control import Reply
from support.requests import Line, Maker, Request
from support.schema import follow
from world import SOURCE, TYPE, moment, number, until

REQUESTS = 60_000 if os.environ.get("POKANA_LONG") else 10_000
TOKENS = 190  # as each may ask sixty times at once
LINES = 10  # so many at a time
OWNERS = [("publisher", "school", ["trigger.publish", "trigger.view"]), ("user", "otto", ["webhook.view", "webhook.edit", "status.view"]),
          *[("user", "anna", ADVISER)] * 4]
SEEN = (200, 201, 202, 400, 401, 403, 404, 405, 406, 409, 412, 413, 415)


class TestRestRandom(RestWorld):
    def state_of_things(self, people: list[str]) -> Any:
        """What no request of a service may change; whoever is signed up meanwhile is new."""
        return [self.ask("GET", "/v1/users"), self.ask("GET", "/v1/hold"), [key["id"] for key in self.ask("GET", "/v1/keys")["keys"]],
                [{**token, "usedOn": None} for token in self.ask("GET", "/v1/tokens")["tokens"]],
                [(account["name"], account["state"]) for account in self.ask("GET", "/v1/accounts")["accounts"]],
                [self.gateway.control("GET", f"/v1/consent/{person}", headers=BY).json["consents"] for person in people]]

    def things(self) -> dict[str, list[Any]]:
        """What there is, and words worth trying."""
        message = self.messages()[0]
        trigger = self.ask("GET", "/v1/triggers")["triggers"][0]["id"]
        events = [self.gateway.control("POST", "/v1/events", {**EVENT, **more}, headers=BY).json["id"] for more in ({}, {"rule": "FREQ=WEEKLY;COUNT=4"})]
        written = {"topic": "parent-meetings", "people": 50, "event": events[0], "values": {}, "steps": STEPS}
        edition = self.gateway.control("PUT", "/v1/campaigns/parents", written, headers=BY).headers["etag"]
        return {"id": [message["id"], message["recipient"], trigger, *events], "event": events, "events:id": events, "events:day": [str(SOON), "once"], "campaigns:name": ["parents", "second"],
                "templates:name": ["parent-meeting-invitation"], "triggers:id": [trigger], "consent:id": [message["recipient"]], "messages:id": [message["id"]], "topics:name": ["parent-meetings"],
                "title": ["Ouderavond"], "subject": ["De brugklas", ""], "place": ["De Kern", "De Windroos"], "placeShort": ["Kern"], "languages": ["bg, nl"], "endDay": [str(SOON)],
                "webhooks:name": ["portal"], "circles:name": ["maria"], "name": ["maria", "parent-meetings", "parent-meeting-invitation", "parents"],
                "template": ["parent-meeting-invitation", "parent-meeting-reminder"], "topic": ["parent-meetings", "festival"], "source": [SOURCE], "type": [TYPE],
                "trigger": [trigger], "language": ["bg", "nl"], "channel": ["sms", "telegram"], "channels": ["sms", "sms, viber"], "route": ["sms"],
                "address": [number(88), number(99), "nobody"], "recipient": [message["recipient"]], "topics": ["parent-meetings"], "all": ["school:nowhere", "yes"],
                "values": [{}, {"begins": moment(days=20), "place": "De Kern"}], "sendAt": [], "validUntil": [moment(hours=3)], "after": [message["id"], "a"],
                "kind": ["parent-meeting"], "day": [str(SOON), str(SOON), "once"], "from": ["18:30", "9:00"], "to": ["20:00"], "rule": ["FREQ=WEEKLY;COUNT=2", "FREQ=DAILY"],
                "where": ["school:de-windroos", "not school:x or language:bg", "("], "audience": ["school:de-windroos", {"any": ["school:x"]}, {"not": {"all": []}}],
                "when": ["7 days before at 18:00", "on change", "at " + moment(days=3)], "cost": ["12.50 EUR"], "circle": ["maria"], "month": ["2026-10"],
                "If-Match": [edition, "*"], "If-None-Match": ["*"], "Idempotency-Key": [f"k{n}" for n in range(9)]}

    def check(self, request: Request, reply: Reply | None, what: str) -> None:
        if reply is None:
            self.assertTrue(request.cut, f"{what}: no answer\nsent {request.headers} {(request.body or b'')[:600]!r}")
            return
        said = f"{what}: {reply.status} {reply.body[:600]!r}\nsent {request.headers} {(request.body or b'')[:600]!r}"
        self.assertLess(reply.status, 500, said)
        self.assertNotIn(number(1)[3:].encode(), reply.body, what)
        if "api-version" not in reply.headers:  # the listener refused it before it was looked what it is for
            self.assertIn(reply.status, (400, 405, 413, 414, 431), said)
        elif request.operation is not None and request.method != "HEAD":
            self.assertIn(str(reply.status), request.operation["responses"], said)
            self.assertTrue(follow(self.description, request.operation["responses"][str(reply.status)])["content"], said)
            self.fits(request.operation, reply, said)
        elif reply.status >= 400 and request.method != "HEAD":
            self.assertEqual(reply.headers["content-type"], "application/problem+json", said)

    def test_ten_thousand_requests_made_up_by_the_description(self) -> None:
        seed = int(os.environ.get("POKANA_SEED", time.time_ns() % 1_000_000_007))
        print(f"seed {seed}: POKANA_SEED={seed} makes the same requests", flush=True)
        self.start_rest()
        tokens = [(self.made(f"t{n}", *OWNERS[n % len(OWNERS)]), OWNERS[n % len(OWNERS)][2]) for n in range(TOKENS)]
        self.public_call("POST", "/v1/triggers", tokens[0][0], {**self.event(id="first")}, Content_Type="application/cloudevents+json")
        self.provider.wait_accepted(2)
        until("both to be settled", lambda: self.counts().get("accepted") == 2)
        maker = Maker(self.description, random.Random(seed), self.things(), tokens)
        people = sorted({message["recipient"] for message in self.messages()})
        before, begun = self.state_of_things(people), time.monotonic()
        lines = [Line(self.public) for _ in range(LINES)]
        for line in lines:
            self.addCleanup(line.close)
        seen: dict[int, int] = {}
        for n in range(0, REQUESTS, LINES):
            requests = [maker.make() for _ in lines]
            for line, request in zip(lines, requests):
                line.send(request)
            for at, (line, request) in enumerate(zip(lines, requests)):
                reply = line.hear(request)
                self.check(request, reply, f"seed {seed}, request {n + at}: {request.method} {request.target[:200]}")
                seen[reply.status if reply else 0] = seen.get(reply.status if reply else 0, 0) + 1
        print(f"{REQUESTS} in {time.monotonic() - begun:.1f} s: " + ", ".join(f"{count} x {status}" for status, count in sorted(seen.items())), sum(line.renewed for line in lines), "renewed", flush=True)
        self.assertEqual([status for status in SEEN if status not in seen], [])
        self.assertLess(seen.get(429, 0), REQUESTS // 20)
        self.assertLess(sum(line.renewed for line in lines), REQUESTS // 100, "connections were ended unasked")
        self.assertEqual(self.state_of_things(people), before)
        self.assertIn("entries", self.gateway.run("audit", "verify").out)


if __name__ == "__main__":
    unittest.main()
