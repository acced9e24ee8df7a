# SPDX-License-Identifier: EUPL-1.2
"""The public API with the daemon, held against its own description: every operation in it answers as it says, good and bad; a campaign
goes from its event to its start; tokens are made, used and revoked by the command line."""

from __future__ import annotations

import unittest
from datetime import date, timedelta
from typing import Any

from rest_world import ADVISER, BY, EVENT, SOON, STEPS, RestWorld
from world import SOURCE, number

TOKEN = r"^pokana_[0-9a-f]{64}$"


class TestRest(RestWorld):
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
            "listTemplates": ("anna", {}, "", None, 200), "getTemplate": ("anna", {"name": "parent-meeting-invitation"}, "", None, 200),
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
        tokens: dict[str, str | None] = {}
        for path, methods in self.description["paths"].items():
            for method, operation in methods.items():
                if len(walked) % 2 == 0:  # each may ask so often, and there are only so many
                    tokens = {"anna": self.made(f"anna-{len(walked)}", "user", "anna", [*ADVISER, "consent.withdraw"]),
                              "portal": self.made(f"portal-{len(walked)}", "publisher", "school", ["trigger.publish", "trigger.view"]),
                              "otto": self.made(f"otto-{len(walked)}", "user", "otto", ["webhook.view", "webhook.edit"]),
                              "other": self.made(f"other-{len(walked)}", "user", "anna", ["user.view"]), "": None}
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


if __name__ == "__main__":
    unittest.main()
