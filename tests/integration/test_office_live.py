#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The first page at a desk and the page of a campaign while it runs, over HTTP: an adviser sees what is coming, watches the numbers
by server-sent events, loses the connection and goes on, pauses, resumes and cancels; and who may not see it learns nothing."""

from __future__ import annotations

import json
import re
import time
import unittest
from datetime import date, datetime, timedelta, timezone
from typing import Any

from world import World, moment, until

from support.browser import Browser
from support.sse import Stream
from support.totp import totp

NOW = datetime.now(timezone.utc)
ZONE = f"Etc/GMT{NOW.hour - 12:+d}"  # where it is about noon, whenever this runs
SOON = date.today() + timedelta(days=20)
SECTIONS: dict[str, Any] = {"event parent-meeting": {"topic": "parent-meetings", "public": "yes", "length": "90m", "name.nl": "ouderavond", "name.bg": "родителска среща"},
                            "limits": {"changes_wait": "1s"}, "gateway": {"zone": ZONE}}
LIVE = re.compile(r"/office/campaigns/([0-9a-z]{13})/live")
RUNNING, PAUSED, CANCELLED = 3, 4, 6


class TestOfficeLive(World):
    def begin(self, people: int) -> None:
        self.start(people=people, with_broker=False, **SECTIONS)
        for name, role in (("anna", "adviser"), ("boris", "approver"), ("adviser", "adviser"), ("colleague", "desk")):
            self.gateway.run("users", "add", name, "--role", role)

    def sign_in(self, name: str, role: str = "", language: str = "nl") -> Browser:
        out = self.gateway.run("users", "add", name, "--role", role).out if role else self.gateway.run("users", "link", name).out
        path = re.search(r"/staff/link/\S{43}", out)
        assert path, out
        browser = Browser(self.public)
        browser.get(f"{path.group()}?language={language}")
        page = browser.post(path.group(), {})
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
        if secret:
            browser.post("/staff/second", {"code": totp(secret.group(1))})
        return browser

    def ask_as(self, *words: str, by: str = "anna") -> Any:
        return json.loads(self.gateway.run(*words, "--json", "--by", by).out)

    def plan(self, name: str = "parents", start: bool = True, ahead: int = 8) -> None:
        event = self.ask_as("events", "add", "parent-meeting", "--title", "Ouderavond <b>", "--place", "De Kern", "--day", str(SOON), "--from", "18:30")["id"]
        steps = [{"when": f"at {moment(seconds=ahead)}", "template": "parent-meeting-invitation"},
                 {"when": "1 day before at 18:00", "template": "parent-meeting-reminder"},
                 {"when": "on cancel", "template": "parent-meeting-cancelled"}]
        file = self.folder / "campaign.json"
        file.write_text(json.dumps({"name": name, "topic": "parent-meetings", "people": 50, "event": event, "values": {}, "steps": steps}))
        self.ask_as("campaigns", "write", str(file), "--where", "school:de-windroos")
        self.ask_as("campaigns", "submit", name)
        if start:
            self.ask_as("campaigns", "approve", name, "--digest", self.ask_as("campaigns", "show", name, by="boris")["digest"], by="boris")
            self.ask_as("campaigns", "start", name)

    def live(self, browser: Browser) -> str:
        found = LIVE.search(browser.get("/office"))
        assert found, browser.body
        return found.group()

    def watch(self, browser: Browser, live: str, last: int | None = None) -> Stream:
        stream = Stream(browser, live.replace("/live", "/events"), last)
        self.addCleanup(stream.close)
        return stream

    # ---- what is coming ----

    def test_the_first_page_says_what_is_coming(self) -> None:
        self.begin(6)
        anna = self.sign_in("anna")
        self.assertEqual(anna.path, "/office")  # by way of /staff
        self.assertIn("Er staat niets gepland", anna.body)
        self.plan(start=False, ahead=7200)
        self.ask_as("events", "add", "parent-meeting", "--title", "Voorstel", "--place", "De Kern", "--day", str(SOON), "--from", "10:00", "--draft")
        page = anna.get(f"/office?month={SOON:%Y-%m}")
        self.assertIn("Ouderavond &lt;b&gt;", page)
        self.assertNotIn("Ouderavond <b>", page)
        cell = page[page.index(f'<time datetime="{SOON}">'):].split("</td>")[0]
        self.assertRegex(cell, r"(?s)10:00.*Voorstel.*voorstel.*18:30.*Ouderavond")
        self.assertEqual(page.count("<th class=\"utrecht-table__header-cell\" scope=\"col\"><abbr"), 7)
        self.assertLess(page.index('title="maandag"'), page.index('title="zondag"'))
        self.assertIn("Campagnes die op goedkeuring wachten: <strong>1</strong>", page)
        self.assertRegex(page, r"uitnodiging, [^<]*hoogstens 50 mensen")
        later = anna.get(re.findall(r'href="(/office\?month=[0-9-]+)"', page)[-1])
        self.assertIn("Deze maand", later)
        for odd in ("x", "2026-13", "9999-01", "0001-01", "%00", "2026-1"):
            anna.get(f"/office?month={odd}")
            self.assertEqual(anna.status, 200, odd)
        event = next(found["id"] for found in self.ask_as("events", "list")["events"] if found["title"] != "Voorstel")
        self.ask_as("events", "cancel", event)
        self.assertIn("afgezegd", anna.get(f"/office?month={SOON:%Y-%m}"))
        # Others: what they may; nobody else's pages.
        boris = self.sign_in("boris")
        self.assertIn("Ouderavond &lt;b&gt;", boris.get(f"/office?month={SOON:%Y-%m}"))
        self.assertNotIn("/staff/inbox", boris.body)
        otto = self.sign_in("otto", "operator", language="en")
        self.assertEqual(otto.path, "/office")
        self.assertNotIn("Ouderavond", otto.body)
        self.assertIn("adviser's work".replace("'", "&#39;"), otto.body.replace("&apos;", "&#39;").replace("&#x27;", "&#39;"))
        for name, role in (("olga", "desk"), ("maria", "key-person")):
            other = self.sign_in(name, role)
            other.get("/office")
            self.assertEqual(other.path, "/staff")
        self.assertIn("/staff/ask", Browser(self.public).get("/office"))

    # ---- live ----

    def test_the_numbers_come_by_themselves_and_go_on_after_a_break(self) -> None:
        self.begin(10)
        self.plan()
        anna = self.sign_in("anna")
        live = self.live(anna)
        stream = self.watch(anna, live)
        self.assertEqual((stream.status, stream.type), (200, "text/event-stream; charset=utf-8"))
        gone = stream.wait("all gone", state=RUNNING, made=10, gone=10)
        self.assertEqual(stream.retry, 3000)
        # Three that are not delivered yet are few, and the seven would tell them; how far it is stays exact.
        for request in self.provider.accepted()[:7]:
            self.receipt(request.given_id or "", "delivered")
        few = stream.wait("seven delivered", delivered=None)
        self.assertEqual([few.data[name] for name in ("made", "gone", "planned", "queued", "handedOver")], [10, 10, 0, 0, None])
        for request in self.provider.accepted()[7:]:
            self.receipt(request.given_id or "", "delivered")
        delivered = stream.wait("all delivered", delivered=10)
        self.assertEqual(delivered.data["steps"][0], {"state": 2, "made": 10, "gone": 10})
        self.assertEqual([delivered.data[name] for name in ("planned", "queued", "handedOver", "failed", "yes", "heads", "optedOut")], [0] * 7)
        ids = [event.id for event in stream.heard()]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertGreater(delivered.id, gone.id)
        page = anna.get(live)
        self.assertRegex(page, r'<strong data-n="gone">10</strong> van <span data-n="made">10</span>')
        self.assertRegex(page, r'data-n="delivered">10<.*data-bar="delivered" width="100"')
        self.assertNotRegex(page, r"<style|style=|<script>|onclick|https?://(?!www\.w3\.org)")
        # The connection breaks; who comes back with what they had hears nothing twice, and nothing is missing.
        stream.close()
        back = self.watch(anna, live, last=delivered.id)
        self.assertEqual(self.watch(anna, live).wait("the same, counted anew", delivered=10).id, delivered.id)
        for n in range(1, 6):
            self.says(n, "ДА 2")
        yes = back.wait("five yes", yes=5, heads=10)
        self.assertTrue(all(event.id > delivered.id for event in back.heard()))
        self.assertEqual((yes.data["no"], yes.data["noAnswer"]), (0, 5))
        # No answers of few: when four have not answered, neither they nor those who did are told; who comes is.
        self.says(6, "ДА")
        few = back.wait("four silent", heads=11)
        self.assertEqual([few.data[name] for name in ("yes", "noAnswer")], [None, None])
        self.assertRegex(anna.get(live), r'data-n="noAnswer">minder dan 5<.*data-bar="noAnswer" data-of="answers" width="0"')
        fresh = self.watch(anna, live)
        self.assertEqual(fresh.wait("all of it at once", heads=11).id, few.id)
        for text in (json.dumps(event.data) for event in back.heard()):
            self.assertNotRegex(text, r"61234|parents|Ouderavond|Kern")
        # Last-Event-ID of nothing there ever was.
        for odd in (1, 2 ** 62):
            self.watch(anna, live, last=odd).wait("everything", heads=11)

    def test_pause_resume_and_cancel(self) -> None:
        self.begin(6)
        self.plan()
        anna, boris = self.sign_in("anna"), self.sign_in("boris")
        live = self.live(anna)
        stream = self.watch(anna, live)
        stream.wait("all gone", gone=6)
        self.assertEqual(boris.get(live).count("<form method=\"post\" action=\"/office"), 1)  # an approver stops; starting is the adviser's
        page = anna.get(live)
        self.assertIn(f'action="{live}/pause"', page)
        self.assertNotIn(f'action="{live}/resume"', page)
        form = anna.form()
        anna.post(f"{live}/pause", {})
        self.assertEqual(anna.path, live)
        stream.wait("paused", state=PAUSED)
        self.assertIn("stilgezet", anna.body)
        anna.post(f"{live}/resume", {}, form="A" * 43)  # not of this page
        self.assertEqual(anna.path, f"{live}?old=1")
        self.assertIn("verouderd", anna.body)
        anna.post(f"{live}/pause", {}, form=form)  # a second tap
        self.assertEqual(anna.path, live)
        boris.get(live)
        boris.post(f"{live}/resume", {})
        self.assertEqual(boris.status, 403)
        anna.get(live)
        anna.post(f"{live}/resume", {})
        self.assertIn("loopt", anna.body)
        stream.wait("resumed", state=RUNNING)
        # Cancelling asks first, and a look does nothing.
        page = anna.get(f"{live}/cancel")
        self.assertIn("niet terugdraaien", page)
        self.assertEqual(self.ask_as("campaigns", "show", "parents")["state"], "running")
        anna.post(f"{live}/cancel", {})
        self.assertEqual(anna.path, live)
        self.assertIn("afgebroken", anna.body)
        stream.wait("cancelled", state=CANCELLED)
        self.assertNotIn("<form method=\"post\" action=\"/office", anna.body)
        self.assertIn("al voorbij", anna.get(f"{live}/cancel"))
        done = [json.loads(line) for line in self.gateway.run("audit", "export").out.splitlines()]
        self.assertEqual([(row["by"] if "by" in row else row["actor"]) for row in done if row["action"] == "campaign.cancel" and row["result"] == "done"], ["anna"])

    def test_who_may_not_learns_nothing(self) -> None:
        self.begin(6)
        self.plan()
        anna = self.sign_in("anna")
        live = self.live(anna)
        events = live.replace("/live", "/events")
        for name, role in (("olga", "desk"), ("maria", "key-person")):
            other = self.sign_in(name, role)
            for path in (live, events, f"{live}/cancel", live[:24] + "0" * 7 + "/live"):
                other.get(path)
                self.assertEqual(other.path, "/staff", path)
                self.assertNotIn("parents", other.body)
            other.post(f"{live}/cancel", {})
            self.assertEqual(other.path, "/staff")
            self.assertFalse(Stream(other, events).type.startswith("text/event-stream"))
        stranger = Browser(self.public)
        for path in (live, events, f"{live}/cancel"):
            self.assertIn("/staff/ask", stranger.get(path))
        for path in ("/office/campaigns/0000000000001/live", "/office/campaigns/x/events", "/office/campaigns//live", f"/office/campaigns/{'9' * 40}/live",
                     "/office/campaigns/0000000000001/events", "/office/campaigns/0000000000001/live/cancel"):
            anna.get(path)
            self.assertEqual(anna.status, 404, path)
        self.assertEqual(self.ask_as("campaigns", "show", "parents")["state"], "running")
        otto = self.sign_in("otto", "operator")  # numbers and the stop, not the campaign
        self.assertIn("/live/pause", otto.get(live))
        self.assertNotIn(f'href="{live[:-5]}"', otto.body)

    def test_a_stream_ends_with_its_session_and_with_the_gateway(self) -> None:
        self.begin(6)
        self.plan()
        anna, other = self.sign_in("anna"), self.sign_in("adviser")
        live = self.live(anna)
        mine, theirs = self.watch(anna, live), self.watch(other, live)
        mine.wait("all gone", gone=6)
        theirs.wait("all gone", gone=6)
        anna.get("/office")
        anna.post("/staff/leave", {})
        for n in range(1, 7):
            self.says(n, "ДА")
        theirs.wait("six yes", yes=6)
        self.assertTrue(mine.over.wait(20))
        self.assertNotIn(6, [event.data["yes"] for event in mine.heard()])
        self.assertFalse(theirs.over.is_set())
        # No more than a browser opens, and room again when one is closed.
        more = [self.watch(other, live) for _ in range(7)]
        self.assertEqual({stream.status for stream in more}, {200})
        refused = self.watch(other, live)
        self.assertEqual(refused.status, 503)
        more[0].close()
        until("room for one", lambda: self.watch(other, live).status == 200)
        # A user who is removed is told nothing more; a stop waits for nobody who watches.
        began = time.monotonic()
        self.gateway.stop()
        self.assertLess(time.monotonic() - began, 4)  # grace is 5 s
        self.assertTrue(theirs.over.wait(5))


if __name__ == "__main__":
    unittest.main(verbosity=2)
