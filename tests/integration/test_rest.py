# SPDX-License-Identifier: EUPL-1.2
"""The public API with the daemon, held against its own description: every operation in it answers as it says, good and bad; ten
thousand requests made up by it do no harm; tokens are made, used and revoked by the command line."""

from __future__ import annotations

import http.client
import json
import os
import random
import time
import unittest
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from world import SOURCE, TYPE, World, moment, number, until
from support.control import Reply
from support.net import free_port
from support.schema import faults, follow, made_up

REQUESTS = 10_000
TOKENS = 190  # as each may ask sixty times at once
TOKEN = r"^pokana_[0-9a-f]{64}$"
PUBLISHER = {"source": SOURCE, "templates": "*", "topics": "*", "tags": "school:*", "max_recipients": "100000", "per_minute": "0"}
ADVISER = ["status.view", "account.view", "message.view", "trigger.view", "template.view", "recipient.add", "circle.view", "rsvp.record",
           "consent.view", "report.view", "audience.count", "event.view", "event.propose", "event.edit", "event.closed", "event.came",
           "campaign.view", "campaign.edit", "campaign.start", "campaign.stop", "campaign.remind"]
KINDS = {"event parent-meeting": {"topic": "parent-meetings", "place": "De Windroos", "length": "90m"}}
SOON = date.today() + timedelta(days=30)
EVENT = {"kind": "parent-meeting", "title": "Ouderavond", "day": str(SOON), "from": "18:30"}
STEPS = [{"when": "7 days before at 18:00", "template": "parent-meeting-invitation"}, {"when": "1 day before at 18:00", "template": "parent-meeting-reminder"}]
BY = {"Pokana-By": "anna"}


class TestRest(World):
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

    # ---- tokens ----

    def test_a_token_from_its_making_to_its_end(self) -> None:
        self.start_rest()
        text = self.token("portal", "--publisher", "school", scopes=["trigger.publish", "trigger.view"])
        self.assertRegex(text, TOKEN)
        event = {**self.event(id="rest-1"), "source": SOURCE}
        taken = self.public_call("POST", "/v1/triggers", text, event, Content_Type="application/cloudevents+json")
        self.assertEqual(taken.status, 202, taken.text)
        self.provider.wait_accepted(2)
        again = self.public_call("POST", "/v1/triggers", text, event, Content_Type="application/cloudevents+json")
        self.assertEqual(again.json, {**taken.json, "duplicate": True})
        seen = self.public_call("GET", f"/v1/triggers/{taken.json['trigger']}", text).json
        self.assertEqual((seen["planned"], seen["publisher"]), (2, "school"))
        listed = self.gateway.run("tokens", "list").out
        self.assertIn(f"publisher school  valid  {(date.today() + timedelta(days=30)).isoformat()}", listed)
        self.assertNotIn(text[8:20], listed)
        for words in (["x", "--publisher", "school", "--scopes", "trigger.view"], ["x", "--scopes", "trigger.view", "--expires", "2026-12-01"],
                      ["x", "--publisher", "nobody", "--scopes", "trigger.view", "--expires", "2026-12-01"],
                      ["x", "--publisher", "school", "--scopes", "key.edit", "--expires", "2026-12-01"]):
            self.assertEqual(self.gateway.run("tokens", "add", *words, check=False).status, 2, words)
        self.assertEqual(self.gateway.run("tokens", "list", "--by", "anna", check=False).status, 6)
        self.gateway.stop()
        self.gateway.start()
        self.line.close()
        self.assertEqual(self.public_call("GET", "/v1/triggers", text).status, 200)
        self.gateway.run("tokens", "revoke", "portal")
        self.assertEqual(self.public_call("GET", "/v1/triggers", text).status, 401)
        trail = [(e["action"], e["object"], e["result"]) for e in self.ask("GET", "/v1/audit?limit=500")["entries"]]
        for wanted in (("token.add", "portal", "done"), ("token.revoke", "portal", "done"), ("none", "portal", "refused")):
            self.assertIn(wanted, trail)
        self.gateway.assert_never_said([text])
        database = b"".join(path.read_bytes() for path in (self.folder / "gateway").glob("pokana.db*") if path.is_file())
        self.assertNotIn(text.encode(), database)

    # ---- the description ----

    def examples(self) -> dict[str, tuple[str, dict[str, str], str, Any, int]]:
        """By operation: which token, places of the path, query, body, status."""
        message = self.messages()[0]
        trigger = self.ask("GET", "/v1/triggers")["triggers"][0]["id"]
        cost = {"topic": "parent-meetings", "tags": ["school:de-windroos"], "values": {"begins": "2026-12-15T17:30:00Z", "place": "De Windroos"}}
        person = {"id": message["recipient"]}
        delivery = self.ask("POST", "/v1/webhooks/portal/test", None, 202)["delivery"]
        weekly = {**EVENT, "rule": "FREQ=WEEKLY;COUNT=3"}
        event, series = (self.gateway.control("POST", "/v1/events", one, headers=BY).json["id"] for one in (EVENT, weekly))
        written = {"topic": "parent-meetings", "people": 50, "event": event, "values": {}, "steps": STEPS}
        self.gateway.control("PUT", "/v1/campaigns/parents", written, headers=BY)
        parents = {"name": "parents"}
        return {
            "countAudience": ("anna", {}, "", {"topic": "parent-meetings", "where": "school:de-windroos"}, 200),
            "listEvents": ("anna", {}, "?limit=1&state=planned&all=yes", None, 200), "addEvent": ("anna", {}, "", EVENT, 201),
            "exportEvents": ("anna", {}, "", None, 200), "getEvent": ("anna", {"id": event}, "", None, 200),
            "changeEvent": ("anna", {"id": event}, "", {"subject": "De brugklas", "tell": False}, 200),
            "cancelEvent": ("anna", {"id": event}, "", {"dryRun": True}, 200),
            "changeDate": ("anna", {"id": series, "day": str(SOON)}, "", {"place": "De Kern"}, 200),
            "cancelDate": ("anna", {"id": series, "day": str(SOON)}, "", {"dryRun": True}, 200),
            "recordCame": ("anna", {"id": series, "day": str(SOON)}, "", {"count": 12}, 409),
            "listCampaigns": ("anna", {}, "?limit=1", None, 200), "getCampaign": ("anna", parents, "", None, 200),
            "putCampaign": ("anna", parents, "", written, 200), "previewCampaign": ("anna", parents, "", None, 200),
            "submitCampaign": ("anna", parents, "", {}, 200), "startCampaign": ("anna", parents, "", {}, 409),
            "pauseCampaign": ("anna", parents, "", {}, 409), "resumeCampaign": ("anna", parents, "", {}, 409),
            "cancelCampaign": ("anna", parents, "", {}, 200), "moveCampaign": ("anna", parents, "", {"values": {}}, 409),
            "remindCircle": ("anna", parents, "", {"circle": "maria"}, 404),
            "getDescription": ("", {}, "", None, 200), "getStatus": ("anna", {}, "", None, 200), "getQueue": ("anna", {}, "", None, 200),
            "listAccounts": ("anna", {}, "", None, 200), "listMessages": ("anna", {}, "?limit=1&state=accepted", None, 200),
            "getMessage": ("anna", {"id": message["id"]}, "?language=bg", None, 200), "listTriggers": ("portal", {}, "?limit=5", None, 200),
            "getTrigger": ("portal", {"id": trigger}, "", None, 200),
            "publishTrigger": ("portal", {}, "", {**self.event(id="walk"), "source": SOURCE}, 202),
            "reckonCost": ("anna", {"name": "parent-meeting-invitation"}, "", cost, 200),
            "signUp": ("anna", {}, "", {"address": number(77), "language": "bg", "topics": "parent-meetings"}, 202),
            "listCircles": ("anna", {}, "", None, 200), "getCircle": ("anna", {"name": "maria"}, "", None, 200),
            "recordRsvp": ("anna", {}, "", {"trigger": trigger, "answer": "yes", "heads": 2, "recipient": message["recipient"]}, 202),
            "getConsents": ("anna", person, "", None, 200),
            "withdrawConsents": ("anna", person, "", {"topic": "parent-meetings", "how": "phone"}, 200),
            "getAsyncDescription": ("", {}, "", None, 200), "getSchema": ("", {"name": "event-planned"}, "", None, 200),
            "getCampaignReport": ("anna", {"name": "nothing"}, "", None, 404),
            "getIndicators": ("anna", {}, "", None, 200),
            "getDateReport": ("anna", {"id": trigger, "day": "2026-12-15"}, "", None, 404),
            "listWebhooks": ("otto", {}, "", None, 200), "listDeliveries": ("otto", {"name": "portal"}, "?limit=5&state=waiting", None, 200),
            "resendDelivery": ("otto", {"id": delivery}, "", None, 202), "testWebhook": ("otto", {"name": "portal"}, "", None, 202),
            "resumeWebhook": ("otto", {"name": "portal"}, "", None, 200),
            "getTopicLink": ("anna", {"name": "parent-meetings"}, "?channel=telegram", None, 409),
        }

    def test_every_operation_answers_as_it_is_described(self) -> None:
        self.start_rest()
        self.public_call("POST", "/v1/triggers", self.made("first", "publisher", "school", ["trigger.publish"]), {**self.event(id="first")}, Content_Type="application/cloudevents+json")
        self.provider.wait_accepted(2)
        examples = self.examples()
        walked: set[str] = set()
        for path, methods in self.description["paths"].items():
            for method, operation in methods.items():
                tokens = {"anna": self.made(f"anna-{len(walked)}", "user", "anna", [*ADVISER, "consent.withdraw"]),
                          "portal": self.made(f"portal-{len(walked)}", "publisher", "school", ["trigger.publish", "trigger.view"]),
                          "otto": self.made(f"otto-{len(walked)}", "user", "otto", ["webhook.view", "webhook.edit"]),
                          "other": self.made(f"other-{len(walked)}", "user", "anna", ["user.view"]), "": None}  # each may ask so often
                self.walk(path, method.upper(), operation, tokens, examples[operation["operationId"]])
                walked.add(operation["operationId"])
        self.assertEqual(walked, set(examples))

    def walk(self, path: str, method: str, operation: dict[str, Any], tokens: dict[str, str | None], example: tuple[str, dict[str, str], str, Any, int]) -> None:
        who, places, query, body, status = example
        token, what = tokens[who], f"{method} {path}"
        target = "/v1" + path.format(**places) + query
        event = {"Content_Type": "application/cloudevents+json"} if operation["operationId"] == "publishTrigger" else {}
        self.fits(operation, self.public_call(method, target, token, body, **event), what, status)
        self.fits(operation, self.public_call(method, target, token, body, Accept="text/html", **event), what, 406)
        if who:
            self.fits(operation, self.public_call(method, target, None, body, **event), what, 401)
            self.fits(operation, self.public_call(method, target, tokens["other"], body, **event), what, 403)
        if not event:
            self.fits(operation, self.public_call(method, target + ("&" if query else "?") + "unknown=1", token, body), what, 400)
        if body is not None:
            self.fits(operation, self.public_call(method, target, token, body, Content_Type="none"), what, 415)
            self.fits(operation, self.public_call(method, target, token, b"{" + b" " * 70_000 + b"}", **event), what, 413)
            self.fits(operation, self.public_call(method, target, token, b"{", **event), what, 400)
            self.fits(operation, self.public_call(method, target, token, {**body, "unknown": {}}, **event), what, 400)
        if places and method != "PUT":
            gone = "/v1" + path.format(**{name: "0000000000077" for name in places}) + query
            self.fits(operation, self.public_call(method, gone, token, body), what, 404)
        if "412" in operation["responses"]:
            self.fits(operation, self.public_call(method, target, token, body, If_Match='"another"'), what, 412)

    # ---- editions, keys, and a campaign from its event to its start ----

    def test_a_campaign_by_tokens_and_its_approval_by_a_person(self) -> None:
        self.start_rest()
        token = self.made("planner", "user", "anna", ADVISER)
        event = self.public_call("POST", "/v1/events", token, EVENT).json["id"]
        written = {"topic": "parent-meetings", "people": 50, "event": event, "values": {}, "steps": STEPS, "where": "school:de-windroos"}
        made = self.public_call("PUT", "/v1/campaigns/parents", token, written, If_None_Match="*")
        self.assertEqual((made.status, made.json["state"]), (200, "draft"))
        self.assertEqual(self.public_call("PUT", "/v1/campaigns/parents", token, written, If_None_Match="*").status, 412)
        seen = self.public_call("GET", "/v1/campaigns/parents", token)
        self.assertEqual(seen.headers["etag"], made.headers["etag"])
        edition = {"If_Match": seen.headers["etag"]}
        again = self.public_call("PUT", "/v1/campaigns/parents", token, {**written, "people": 40}, **edition)
        self.assertNotEqual(again.headers["etag"], seen.headers["etag"])
        for verb in ("submit", "start", "cancel"):
            self.assertEqual(self.public_call("POST", f"/v1/campaigns/parents/{verb}", token, {}, **edition).status, 412, verb)
        self.assertEqual(self.public_call("PUT", "/v1/campaigns/nobodys", token, written, **edition).status, 412)
        preview = self.public_call("GET", "/v1/campaigns/parents/preview", token).json
        self.assertIn("De Windroos", preview["steps"][0]["texts"][0]["text"])
        submitted = self.public_call("POST", "/v1/campaigns/parents/submit", token, {}, If_Match=again.headers["etag"])
        self.assertEqual(submitted.json["state"], "awaiting-approval")
        for verb in ("approve", "reject"):  # a person's
            self.assertEqual(self.public_call("POST", f"/v1/campaigns/parents/{verb}", token, {"digest": preview["digest"]}).status, 404, verb)
        self.assertEqual(self.public_call("POST", "/v1/campaigns/parents/start", token, {}).status, 409)
        self.gateway.run("campaigns", "approve", "parents", "--digest", preview["digest"], "--by", "boris")
        self.assertEqual(self.public_call("POST", "/v1/campaigns/parents/start", token, {}).json["state"], "running")
        stopper = self.made("stopper", "user", "anna", ["campaign.stop"])
        paused = self.public_call("POST", "/v1/campaigns/parents/pause", stopper, {})  # and hears no more than that
        self.assertEqual((paused.status, paused.json), (200, {"name": "parents", "state": "paused"}))
        self.assertEqual(self.public_call("POST", "/v1/campaigns/parents/resume", token, {}).json["state"], "running")
        moved = {"day": str(SOON + timedelta(days=1))}
        whole = self.public_call("GET", f"/v1/events/{event}", token)
        self.assertEqual(self.public_call("POST", f"/v1/events/{event}/change", token, moved, If_Match='"x", ' + whole.headers["etag"]).status, 200)
        self.assertEqual(self.public_call("POST", f"/v1/events/{event}/change", token, moved, If_Match=whole.headers["etag"]).status, 412)
        self.assertEqual(self.public_call("POST", f"/v1/events/{event}/cancel", token, {"tell": False}).json["state"], "cancelled")
        self.assertEqual(self.public_call("GET", "/v1/campaigns/parents", token).json["why"], "its date is called off")

    def test_pages_of_campaigns_and_events(self) -> None:
        self.start_rest()
        token = self.made("reader", "user", "anna", ADVISER)
        for n in range(5):
            event = self.public_call("POST", "/v1/events", token, {**EVENT, "title": f"Ouderavond {n}"}).json["id"]
            self.public_call("PUT", f"/v1/campaigns/c{n}", token, {"topic": "parent-meetings", "people": 50, "event": event, "values": {}, "steps": STEPS})
        for list_name, key in (("campaigns", "name"), ("events", "title")):
            found: list[str] = []
            place = ""
            while True:
                page = self.public_call("GET", f"/v1/{list_name}?limit=2{place}", token).json
                found += [one[key] for one in page[list_name]]
                if page["next"] is None:
                    break
                place = f"&after={page['next']}"
            self.assertEqual([name[-1] for name in found], list("01234"), list_name)

    def test_what_is_asked_twice_is_done_once(self) -> None:
        self.start_rest()
        token = self.made("planner", "user", "anna", ADVISER)
        other = self.made("other", "user", "anna", ADVISER)
        first = self.public_call("POST", "/v1/events", token, EVENT, Idempotency_Key="ouderavond-1")
        self.assertEqual(first.status, 201)
        self.gateway.kill()
        self.gateway.start()
        self.line.close()
        again = self.public_call("POST", "/v1/events", token, EVENT, Idempotency_Key="ouderavond-1")
        self.assertEqual((again.status, again.body), (201, first.body))
        self.assertEqual(len(self.public_call("GET", "/v1/events", token).json["events"]), 1)
        refused = self.public_call("POST", "/v1/events", token, {**EVENT, "title": "Iets anders"}, Idempotency_Key="ouderavond-1")
        self.assertEqual((refused.status, refused.json.get("detail")), (409, "another request was made with this Idempotency-Key"), refused.text)
        self.assertNotEqual(self.public_call("POST", "/v1/events", token, EVENT, Idempotency_Key="ouderavond-2").json["id"], first.json["id"])
        self.assertNotEqual(self.public_call("POST", "/v1/events", other, EVENT, Idempotency_Key="ouderavond-1").json["id"], first.json["id"])
        bad = self.public_call("POST", "/v1/events", token, {**EVENT, "day": "2026-02-30"}, Idempotency_Key="ouderavond-3")
        self.assertEqual(bad.status, 400)  # a refusal is not kept: mended, it goes
        self.assertEqual(self.public_call("POST", "/v1/events", token, EVENT, Idempotency_Key="ouderavond-3").status, 201)
        self.assertEqual(self.public_call("POST", "/v1/events", token, EVENT, Idempotency_Key="x" * 65).json["errors"][0]["parameter"], "Idempotency-Key")
        person = {"address": number(77), "language": "bg", "topics": "parent-meetings"}
        self.assertEqual(self.public_call("POST", "/v1/recipients", token, person, Idempotency_Key="p").status, 202)
        database = b"".join(path.read_bytes() for path in (self.folder / "gateway").glob("pokana.db*") if path.is_file())
        self.assertNotIn(number(77)[1:].encode(), database)

    # ---- ten thousand ----

    def state_of_things(self, people: list[str]) -> Any:
        """What no request of a service may change; whoever is signed up meanwhile is new."""
        return [self.ask("GET", "/v1/users"), self.ask("GET", "/v1/hold"), [key["id"] for key in self.ask("GET", "/v1/keys")["keys"]],
                [{**token, "usedOn": None} for token in self.ask("GET", "/v1/tokens")["tokens"]],
                [(account["name"], account["state"]) for account in self.ask("GET", "/v1/accounts")["accounts"]],
                [self.gateway.control("GET", f"/v1/consent/{person}", headers=BY).json["consents"] for person in people]]

    def random_request(self, chance: random.Random, operations: list[tuple[str, str, dict[str, Any]]], known: dict[str, list[str]],
                       tokens: list[str]) -> tuple[tuple[str, str, Any, dict[str, str]], dict[str, Any] | None]:
        path, method, operation = chance.choice(operations)
        places = {name: quote(str(made_up(self.description, {"type": "string"}, chance, 0.1, known, name)), safe="") or "x" for name in ("id", "name", "day")}
        query: list[str] = []
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query" and chance.random() < 0.5:
                value = made_up(self.description, parameter["schema"], chance, 0.15, known, parameter["name"])
                query.append(f"{parameter['name']}={quote(str(value))}")
        headers: dict[str, str] = {"X-Forwarded-For": f"2001:db8:{chance.randrange(65536):x}:{chance.randrange(65536):x}::1"}
        if chance.random() < 0.93:
            headers["Authorization"] = f"Bearer {chance.choice(tokens)}"
        elif chance.random() < 0.5:
            headers["Authorization"] = chance.choice(["Bearer", "Bearer x", "Basic eA==", "Bearer " + "a" * 3000, "Bearer pokana_" + "0" * 64])
        body: bytes | None = None
        if "requestBody" in operation and chance.random() < 0.95 or chance.random() < 0.05:
            media, content = chance.choice(list(operation.get("requestBody", {"content": {"application/json": {"schema": {}}}})["content"].items()))
            value = made_up(self.description, content["schema"], chance, chance.choice([0, 0.05, 0.3]), known)
            body = json.dumps(value).encode()
            if chance.random() < 0.05:
                body = body[:chance.randrange(len(body) + 1)] + bytes([chance.randrange(256)])
            headers["Content-Type"] = media if chance.random() < 0.95 else chance.choice(["text/plain", "application/json;", "", "application/cloudevents-batch+json"])
            if operation["operationId"] == "publishTrigger" and media == "application/json":
                headers.update({"ce-specversion": "1.0", "ce-source": SOURCE, "ce-type": TYPE, "Idempotency-Key": f"r-{chance.randrange(500)}"})
        whole = True
        if chance.random() < 0.05:
            method, whole = chance.choice(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"]), False
        if chance.random() < 0.05:
            path, whole = chance.choice(["/hold", "/keys/rotate", "/users", "/tokens", "/backup", "/inbox", "/", "", "//status", "/status/", "/%2e%2e/metrics",
                                         "/recipients/find", "/recipients/erase", "/accounts/main/pause", "/messages/release"]), False
        target = "/v1" + path.format(**places) + ("?" + "&".join(query) if query else "")
        return (method, target, body, headers), operation if whole else None

    def test_ten_thousand_requests_made_up_by_the_description(self) -> None:
        seed = int(os.environ.get("POKANA_SEED", time.time_ns() % 1_000_000_007))
        print(f"seed {seed}: POKANA_SEED={seed} makes the same requests", flush=True)
        chance = random.Random(seed)
        self.start_rest()
        tokens = [self.made(f"t{n}", "publisher", "school", ["trigger.publish", "trigger.view"]) if n % 2 else self.made(f"t{n}", "user", "anna", ADVISER)
                  for n in range(TOKENS)]
        self.public_call("POST", "/v1/triggers", tokens[1], {**self.event(id="first")}, Content_Type="application/cloudevents+json")
        self.provider.wait_accepted(2)
        until("both to be settled", lambda: self.counts().get("accepted") == 2)
        message = self.messages()[0]
        trigger = self.ask("GET", "/v1/triggers")["triggers"][0]["id"]
        known = {"id": [message["id"], message["recipient"], trigger], "name": ["maria", "parent-meetings", "parent-meeting-invitation"],
                 "template": ["parent-meeting-invitation"], "topic": ["parent-meetings", "festival"], "source": [SOURCE], "type": [TYPE], "trigger": [trigger],
                 "language": ["bg", "nl"], "channel": ["sms", "telegram"], "address": [number(88), number(99), "nobody"], "recipient": [message["recipient"]],
                 "topics": ["parent-meetings"], "values": [], "all": ["school:nowhere"], "sendAt": [], "validUntil": [moment(hours=3)], "after": [message["id"]],
                 "route": ["sms"]}
        people = sorted({message["recipient"] for message in self.messages()})
        before = self.state_of_things(people)
        operations = [(path, method.upper(), operation) for path, methods in self.description["paths"].items() for method, operation in methods.items()]
        seen: dict[int, int] = {}
        for n in range(REQUESTS):
            (method, target, body, headers), operation = self.random_request(chance, operations, known, tokens)
            what = f"seed {seed}, request {n}: {method} {target}"
            self.line.request(method, target, body, headers)
            answer = self.line.getresponse()
            reply = Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
            seen[reply.status] = seen.get(reply.status, 0) + 1
            self.assertLess(reply.status, 500, f"{what}: {reply.text}\n{body!r}")
            self.assertNotIn(number(1)[3:].encode(), reply.body, what)
            if operation is not None and "api-version" in reply.headers:
                self.fits(operation, reply, what)
        print("answers: " + ", ".join(f"{count} x {status}" for status, count in sorted(seen.items())), flush=True)
        for status in (200, 202, 400, 401, 403, 404, 405, 415):
            self.assertIn(status, seen)
        self.assertLess(seen.get(429, 0), REQUESTS // 20)
        self.assertEqual(self.state_of_things(people), before)
        self.assertIn("entries", self.gateway.run("audit", "verify").out)


if __name__ == "__main__":
    unittest.main()
