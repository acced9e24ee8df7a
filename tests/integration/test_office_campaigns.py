#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The adviser's and the approver's pages over HTTP: an event is planned, its invitation written, counted, looked at, asked for,
approved as it was seen, started, and received. What is tapped twice, old, forged or of somebody else changes nothing; and a page
never says whose a number is, nor runs what somebody typed."""

from __future__ import annotations

import html
import json
import re
import time
import unittest
from datetime import date, timedelta
from typing import Any

from test_signin import totp
from world import FAR, World, moment, number, until

from support.browser import Browser

SOON = date.today() + timedelta(days=30)
EVIL = "<script>alert(1)</script>"
SECTIONS: dict[str, Any] = {
    "event parent-meeting": {"topic": "parent-meetings", "public": "yes", "length": "90m", "name.nl": "ouderavond", "name.bg": "родителска среща"},
    "choice school": {"name.bg": "Училище", "name.nl": "School", "tags": "school:de-windroos, school:het-kompas", "labels.nl": "De Windroos, Het Kompas",
                      "labels.bg": "Windroos, Kompas"},
    "limits": {"changes_wait": "1s"},
    "account": {"currency": "EUR", "price": "NL 0.0725, * 0.12", "rate": "1"},
}
DIGEST = re.compile(r'name="digest" value="([0-9a-f]{32})"')
INPUT = re.compile(r"<input\b[^>]*>")
SELECT = re.compile(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.S)


def attribute(tag: str, name: str) -> str | None:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found.group(1)) if found else None


def fields_of(page: str, action: str) -> list[tuple[str, str]]:
    """What a browser would send of the form to this path that has the most fields; without its token and buttons."""
    forms = [body for body in re.findall(rf'<form method="post" action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.S)]
    form = max(forms, key=len)
    fields: list[tuple[int, str, str]] = []
    for found in INPUT.finditer(form):
        tag, name = found.group(), attribute(found.group(), "name")
        if name and name != "form" and (attribute(tag, "type") not in ("checkbox", "radio") or " checked" in tag):
            fields.append((found.start(), name, attribute(tag, "value") or ""))
    for found in SELECT.finditer(form):
        options = re.findall(r"<option\b[^>]*>", found.group(2))
        chosen = next((option for option in options if " selected" in option), options[0] if options else "")
        fields.append((found.start(), found.group(1), attribute(chosen, "value") or ""))
    return [(name, value) for _, name, value in sorted(fields)]


def changed(fields: list[tuple[str, str]], **values: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields if name not in values] + list(values.items())


class TestOfficeCampaigns(World):
    def begin(self, people: int = 6, **sections: Any) -> None:
        self.start(people=people, with_broker=False, **{**SECTIONS, **sections})
        for name, role in (("adviser", "adviser"), ("colleague", "adviser")):
            self.gateway.run("users", "add", name, "--role", role)

    def sign_in(self, name: str, role: str, language: str = "nl") -> Browser:
        out = self.gateway.run("users", "add", name, "--role", role).out
        path = re.search(r"/staff/link/\S{43}", out)
        assert path, out
        browser = Browser(self.public)
        browser.get(f"{path.group()}?language={language}")
        browser.post(path.group(), {})
        if browser.path == "/staff/second":
            secret = re.search(r"<code>([A-Z2-7]{32})</code>", browser.body)
            assert secret, browser.body
            browser.post("/staff/second", {"code": totp(secret.group(1), int(time.time()) // 30)})
        return browser

    def plan(self, adviser: Browser, **changes: str) -> str:
        """An event by its page; its id."""
        adviser.get("/office/events/new")
        adviser.post("/office/events/new", {"kind": "parent-meeting", "title": "Ouderavond", "place": "De Kern", "day": str(SOON), "from": "18:30",
                                            "act": "save", **changes})
        found = re.search(r"/office/events/([0-9a-z]{13})\?saved=1", adviser.path)
        assert found, adviser.body
        return found.group(1)

    def write(self, adviser: Browser, event: str, name: str = "parents", **changes: str) -> str:
        """An invitation about it as it is proposed, but for these fields; the page that shows it."""
        page = adviser.get(f"/office/invite/{event}")
        return adviser.post(f"/office/invite/{event}", changed(fields_of(page, f"/office/invite/{event}"), name=name, act="save", **changes))

    def act(self, browser: Browser, act: str, name: str = "parents", **fields: str) -> str:
        browser.get(f"/office/campaigns/{name}")
        return browser.post(f"/office/campaigns/{name}", {"act": act, **fields})

    def state(self, name: str = "parents") -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.gateway.run("campaigns", "show", name, "--json", "--by", "adviser").out)
        return shown

    # ---- from an event to people's telephones ----

    def test_written_approved_started_received(self) -> None:
        self.begin()
        self.import_people(5, first=20, topics="festival")
        anna, boris = self.sign_in("anna", "adviser"), self.sign_in("boris", "approver")
        event = self.plan(anna)
        self.assertIn(f'href="/office/invite/{event}"', anna.body)
        page = anna.get(f"/office/invite/{event}")
        self.assertIn(f'value="parent-meeting-{SOON}"', page)
        self.assertIn("Ouderbijeenkomst: uitnodiging", page)
        page = self.write(anna, event, tag="school:de-windroos")
        self.assertEqual(anna.path, "/office/campaigns/parents?done=save#texts")
        # The count, and why the others are left out.
        self.assertIn('<p class="office-big">6</p>', page)
        self.assertIn("Van 11 mensen in deze groep", page)
        self.assertRegex(page, r"geen toestemming voor dit onderwerp</dt><dd[^>]*>5<")
        # Bubbles in both scripts with their parts and price.
        self.assertRegex(page, r'<p class="office-bubble" lang="bg">Zaanstad: родителска среща[^<]*De Kern[^<]*</p>\n<p[^>]*>2 sms-delen · €')
        self.assertRegex(page, r'<p class="office-bubble" lang="bg-Latn">Zaanstad: roditelska sreshta[^<]*</p>\n<p[^>]*>1 sms-deel · €')
        self.assertIn('<p class="office-bubble" lang="nl">', page)
        # The contract: who gets what when, what it may cost.
        self.assertRegex(page, r"7 dagen ervoor om 18:00")
        self.assertRegex(page, r"<p>6 · \w+ \d+ \w+, 18:00 uur</p>")
        self.assertIn("Een tweede persoon ziet precies deze pagina", page)
        self.assertLess(len(page.encode()), 60_000)
        self.assertNotIn("61234", page)
        # Asked for; whoever asked does not approve.
        self.assertIn("Goedkeuring is gevraagd", self.act(anna, "submit"))
        self.assertIn("Iemand anders moet haar goedkeuren", anna.body)
        self.assertNotIn('value="approve"', anna.body)
        anna.post("/office/campaigns/parents", {"act": "approve", "digest": self.state()["digest"]})
        self.assertEqual((anna.status, self.state()["state"]), (403, "awaiting-approval"))
        # The approver's list says whose turn it is, and the page is the same contract.
        self.assertIn("Wacht op uw goedkeuring", boris.get("/office/campaigns"))
        self.assertLess(len(boris.body.encode()), 20_000)
        page = boris.get("/office/campaigns/parents")
        self.assertNotIn('id="campaign"', page)
        self.assertIn("School: <strong>De Windroos</strong>", page)
        self.assertRegex(page, r"geen toestemming voor dit onderwerp</dt><dd[^>]*>5<")
        digest = DIGEST.findall(page)[0]
        form = boris.form()
        self.assertIn("Goedgekeurd", boris.post("/office/campaigns/parents", {"act": "approve", "digest": digest}))
        self.assertEqual(self.state()["approvedBy"], "boris")
        # Tapped twice: the same page, and nothing more.
        self.assertIn("Goedgekeurd", boris.post("/office/campaigns/parents", {"act": "approve", "digest": digest}, form=form))
        self.assertEqual(boris.status, 200)
        self.assertIn("Gestart", self.act(anna, "start"))
        self.assertRegex(anna.body, r'href="/office/campaigns/[0-9a-z]{13}/live"')
        self.assertEqual(self.state()["state"], "running")
        self.assertRegex(anna.get("/office/campaigns"), r"Loopt</span> Gaat vanzelf.*\n<p>Volgende bericht: \w+ \d+ \w+, 18:00 uur</p>")

    def test_it_starts_once_and_people_receive_it(self) -> None:
        self.begin()
        anna, boris = self.sign_in("anna", "adviser"), self.sign_in("boris", "approver", "bg")
        event = self.plan(anna)
        file = self.folder / "campaign.json"
        steps = [{"when": f"at {moment(**FAR)}", "template": "parent-meeting-invitation"}, {"when": "on change", "template": "parent-meeting-changed"}]
        file.write_text(json.dumps({"name": "parents", "topic": "parent-meetings", "people": 50, "event": event, "values": {}, "steps": steps}))
        self.gateway.run("campaigns", "write", str(file), "--where", "school:de-windroos", "--by", "anna")
        self.act(anna, "submit")
        page = boris.get("/office/campaigns/parents")
        self.assertIn("Чака вашето одобрение", page)
        self.assertIn("Одобрено", boris.post("/office/campaigns/parents", {"act": "approve", "digest": DIGEST.findall(page)[0]}))
        anna.get("/office/campaigns/parents")
        form = anna.form()
        for _ in range(2):  # the second tap is shown what the first did
            self.assertIn("Gestart", anna.post("/office/campaigns/parents", {"act": "start"}, form=form))
        self.campaign_due("parents")
        for n in range(1, 7):
            self.wait_text_to(n, "De Kern")
        self.assertEqual(len(self.received()), 6)
        # The event moves: six people know the old day, and are told when the adviser says so.
        later = str(SOON + timedelta(days=1))
        page = anna.get(f"/office/events/{event}")
        page = anna.post(f"/office/events/{event}", changed(fields_of(page, f"/office/events/{event}"), day=later, act="save"))
        self.assertIn("6 mensen weten het zoals het was", page)
        self.assertEqual(json.loads(self.gateway.run("events", "show", event, "--json", "--by", "anna").out)["day"], str(SOON))  # only asked
        asked = fields_of(page, f"/office/events/{event}")
        self.assertIn("Bewaard", anna.post(f"/office/events/{event}", changed(asked, tell="yes")))
        for n in range(1, 7):
            self.wait_text_to(n, "Промяна!")
        # A place that was written wrong is put right, and nobody hears of it.
        page = anna.get(f"/office/events/{event}")
        page = anna.post(f"/office/events/{event}", changed(fields_of(page, f"/office/events/{event}"), place="Het Koraal", act="save"))
        self.assertIn("6 mensen", page)
        anna.post(f"/office/events/{event}", changed(fields_of(page, f"/office/events/{event}"), tell="no"))
        self.assertEqual(self.state()["values"]["place"], "Het Koraal")
        self.assertEqual(self.state()["steps"][1]["state"], "listening")
        self.assertEqual(len(self.received()), 12)

    # ---- what was seen is what is approved ----

    def test_an_edit_meanwhile_approves_nothing(self) -> None:
        self.begin()
        anna, boris = self.sign_in("anna", "adviser"), self.sign_in("boris", "approver")
        self.write(anna, self.plan(anna))
        self.act(anna, "submit")
        seen = DIGEST.findall(boris.get("/office/campaigns/parents"))[0]
        form = boris.form()
        page = anna.get("/office/campaigns/parents")
        self.assertIn("dan wordt het weer een concept", page)
        page = anna.post("/office/campaigns/parents", changed(fields_of(page, "/office/campaigns/parents"), people="400", act="save"))
        self.assertEqual(self.state()["state"], "draft")
        self.act(anna, "submit")
        page = boris.post("/office/campaigns/parents", {"act": "approve", "digest": seen}, form=form)
        self.assertIn("Er is niets veranderd", page)
        self.assertEqual(self.state()["state"], "awaiting-approval")
        self.assertNotEqual(DIGEST.findall(page)[0], seen)
        boris.post("/office/campaigns/parents", {"act": "approve", "digest": seen})  # a form of this page, the digest of the other
        self.assertEqual(self.state()["state"], "awaiting-approval")
        # Sent back with a sentence, which the adviser reads until it is asked for again.
        self.assertIn("Schrijf in één zin waarom", self.act(boris, "return", why="bel +31 6 0000 1234"))
        self.assertEqual(self.state()["state"], "awaiting-approval")
        self.assertIn("Teruggestuurd", self.act(boris, "return", why=f"De plaats klopt niet {EVIL}"))
        page = anna.get("/office/campaigns/parents")
        self.assertIn("De plaats klopt niet &lt;script&gt;", page)
        self.assertIn("Teruggestuurd", anna.get("/office/campaigns"))
        self.act(anna, "submit")
        self.assertNotIn("De plaats klopt niet", anna.body)
        # A form of another user, and an old one, do nothing.
        theirs = boris.form()
        anna.post("/office/campaigns/parents", {"act": "submit"}, form=theirs)
        self.assertIn("Er is niets veranderd", anna.body)

    def test_what_is_typed_is_looked_at_and_not_kept(self) -> None:
        self.begin()
        anna = self.sign_in("anna", "adviser")
        event = self.plan(anna)
        page = anna.get(f"/office/invite/{event}")
        fields = changed(fields_of(page, f"/office/invite/{event}"), name="parents")
        count = anna.post("/office/look/count", fields + [("tag", "school:de-windroos")], form="")
        self.assertNotIn("<html", count)
        self.assertIn('<p class="office-big">6</p>', count)
        self.assertIn("minder dan 5", anna.post("/office/look/count", fields + [("tag", "school:het-kompas")], form=""))
        self.assertIn("De groep klopt niet", anna.post("/office/look/count", changed(fields, line="school:x and ("), form=""))
        texts = anna.post("/office/look/texts", fields, form="")
        self.assertIn("родителска среща", texts)
        self.assertIn("roditelska sreshta", texts)
        self.assertIn("De Kern", texts)
        short = anna.post("/office/look/texts", [(n, v + "-short" if v == "parent-meeting-reminder" else v) for n, v in fields], form="")
        self.assertIn("één sms", short)
        self.assertNotIn("role=\"alert\"", short)
        self.assertIn("Een tekst of een tijd klopt niet", anna.post("/office/look/texts", [(n, "x" if n == "count" else v) for n, v in fields], form=""))
        self.assertNotEqual(self.gateway.run("campaigns", "show", "parents", "--by", "adviser", check=False).status, 0)
        # What is wrong is said beside what was typed.
        page = anna.post(f"/office/invite/{event}", changed(fields, name="Parents & co", people="77", act="save"), form=(anna.get(f"/office/invite/{event}"), anna.form())[1])
        self.assertEqual(anna.status, 400)
        self.assertIn("De korte naam klopt niet", page)
        self.assertIn('value="77"', page)
        anna.post(f"/office/invite/{event}", changed(fields, act="save"))
        self.assertEqual(anna.status, 200)
        page = self.write(anna, event)  # a second one of that name does not take its place
        self.assertIn("bestaat al", page)
        # Boxes come back as they were ticked; what no boxes say stays a line.
        self.write(anna, event, name="ticked", tag="school:het-kompas", language="bg", without="school:de-windroos")
        page = anna.get("/office/campaigns/ticked")
        self.assertRegex(page, r'name="tag" value="school:het-kompas" checked')
        self.assertRegex(page, r'name="without" value="school:de-windroos" checked')
        self.assertEqual(self.state("ticked")["where"], "language:bg and school:het-kompas and not school:de-windroos")
        self.write(anna, event, name="lined", line="school:de-windroos or language:nl")
        self.assertIn('name="line" value="language:nl or school:de-windroos"', anna.get("/office/campaigns/lined"))

    def test_a_trial_goes_to_oneself(self) -> None:
        self.begin(people=1)
        anna = self.sign_in("anna", "adviser", "bg")
        self.write(anna, self.plan(anna))
        page = self.act(anna, "trial", address=number(9999), step="1", language="bg-Latn")
        self.assertIn("Пробното съобщение", page)
        self.assertNotIn("9999", page + anna.path)
        until("the trial to arrive", lambda: [body["to"] for body in self.received()] == [number(9999)])
        self.assertIn("roditelska", self.received()[0]["text"])
        self.assertIn("До този номер", self.act(anna, "trial", address="nobody", step="1", language="bg"))

    # ---- events ----

    def test_an_event_is_proposed_planned_and_called_off(self) -> None:
        self.begin(people=0)
        anna = self.sign_in("anna", "adviser")
        anna.get("/office/events/new")
        fields = {"kind": "parent-meeting", "title": "Ouderavond", "place": "De Kern", "day": str(SOON), "from": "18:30", "act": "draft"}
        form = anna.form()
        anna.post("/office/events/new", fields)
        event = re.search(r"/office/events/([0-9a-z]{13})", anna.path)
        assert event, anna.body
        anna.post("/office/events/new", fields, form=form)  # tapped twice: one event
        self.assertEqual(len(re.findall(r"<article", anna.get("/office/events"))), 1)
        self.assertIn("niemand hoort ervan", anna.get(f"/office/events/{event.group(1)}"))
        self.assertIn("Bewaard", anna.post(f"/office/events/{event.group(1)}", {"act": "accept"}))
        self.assertIn("/office/invite/", anna.body)
        page = anna.post(f"/office/events/{event.group(1)}", {"act": "cancel"})
        self.assertIn("Weet u zeker", page)
        self.assertIn("Niemand is hierover al bericht", page)
        self.assertIn("Afgezegd", anna.post(f"/office/events/{event.group(1)}", changed(fields_of(page, f"/office/events/{event.group(1)}"), tell="yes")))
        self.plan(anna, repeat="week", until=str(SOON + timedelta(days=15)))
        dates = re.findall(r"/office/events/(\w{13}\.[0-9-]{10})", anna.body)
        self.assertEqual([day.split(".")[1] for day in dates], [str(SOON + timedelta(days=n)) for n in (0, 7, 14)])
        page = anna.get(f"/office/events/{dates[1]}")
        anna.post(f"/office/events/{dates[1]}", changed(fields_of(page, f"/office/events/{dates[1]}"), place="Het Koraal", act="save"))
        self.assertIn("Het Koraal", anna.get(f"/office/events/{dates[1].split('.')[0]}"))
        self.assertIn("De Kern", self.write(anna, dates[2], name="third"))
        anna.get("/office/events/new")
        self.assertIn("Kijk de velden na", anna.post("/office/events/new", {**fields, "from": "25:00"}))
        self.assertEqual(anna.status, 400)

    # ---- who may, and what may be typed ----

    def test_nothing_typed_runs_and_others_may_not(self) -> None:
        self.begin(people=1)
        anna = self.sign_in("anna", "adviser")
        event = self.plan(anna, title=f"Avond {EVIL}", place="De <b>Kern")
        self.write(anna, event, name="evil", line='school:de-windroos or "><script>')
        self.assertNotIn("<script>", anna.body.replace('<script type="module"', ""))
        self.write(anna, event, name="evil", tag="school:de-windroos")
        for path in ("/office/events", f"/office/events/{event}", "/office/campaigns", "/office/campaigns/evil", f"/office/invite/{event}"):
            page = anna.get(path)
            self.assertEqual(anna.status, 200, path)
            self.assertIn("Avond &lt;script&gt;", page)
            self.assertNotIn("<script>", page)
            self.assertNotIn("<b>", page)
            self.assertIn("default-src 'none'", anna.headers["Content-Security-Policy"])
        for name, role in (("olga", "desk"), ("maria", "key-person")):
            other = self.sign_in(name, role)
            for path in ("/office/events", "/office/campaigns", "/office/campaigns/evil", f"/office/invite/{event}"):
                other.get(path)
                self.assertEqual(other.path, "/staff", path)
            for path in ("/office/campaigns/evil", "/office/look/count", "/office/look/texts", f"/office/events/{event}", "/office/events/new"):
                other.get("/staff")
                other.post(path, {"act": "submit", "topic": "parent-meetings"})
                self.assertEqual(other.path, "/staff", path)
        self.assertEqual(self.state("evil")["state"], "draft")
        boris = self.sign_in("boris", "approver")
        boris.get("/office/campaigns")
        for path in (f"/office/invite/{event}", f"/office/events/{event}", "/office/look/texts"):
            boris.post(path, {"act": "save", "topic": "parent-meetings"})
            self.assertEqual(boris.status, 403, path)
            boris.get("/office/campaigns")
        stranger = Browser(self.public)
        stranger.get("/office/campaigns/evil")
        self.assertEqual(stranger.path, "/staff/start")


if __name__ == "__main__":
    unittest.main()
