#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The adviser's and the approver's pages over HTTP: an event is planned, its invitation written, counted, looked at, asked for,
approved as it was seen, started, and received. What is tapped twice, old, forged or of somebody else changes nothing; and a page
never says whose a number is, nor runs what somebody typed."""

from __future__ import annotations

import html
import json
import re
import unittest
from datetime import date, timedelta
from typing import Any

from world import World, number, until

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
        self.assertRegex(page, r"<p>6 · \w+ \d+ \w+, 18:00 – 18:00</p>")
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
        self.assertRegex(page, r"geen toestemming voor dit onderwerp</dt><dd[^>]*>5<")
        digest = DIGEST.findall(page)[0]
        form = boris.form()
        self.assertIn("Goedgekeurd", boris.post("/office/campaigns/parents", {"act": "approve", "digest": digest}))
        self.assertEqual(self.state()["approvedBy"], "boris")
        # Tapped twice: the same page, and nothing more.
        self.assertIn("Goedgekeurd", boris.post("/office/campaigns/parents", {"act": "approve", "digest": digest}, form=form))
        self.assertEqual(boris.status, 200)
        # Started, with its invitation now instead of in three weeks: it is written anew, asked for and approved again.
        page = anna.get("/office/campaigns/parents")
        self.assertIn("dan wordt het weer een concept", page)
        fields = [(name, "at" if name == "when" and at == 0 else value) for at, (name, value) in enumerate_names(fields_of(page, "/office/campaigns/parents"))]
        fields = [(name, soon_field(name, at, value)) for at, (name, value) in enumerate_names(fields)]
        anna.post("/office/campaigns/parents", changed(fields, act="save"))
        self.assertEqual(self.state()["state"], "draft")
        self.act(anna, "submit")
        page = boris.get("/office/campaigns/parents")
        boris.post("/office/campaigns/parents", {"act": "approve", "digest": DIGEST.findall(page)[0]})
        page = anna.get("/office/campaigns/parents")
        form = anna.form()
        self.assertIn("Gestart", anna.post("/office/campaigns/parents", {"act": "start"}))
        self.assertIn("Gestart", anna.post("/office/campaigns/parents", {"act": "start"}, form=form))
        self.assertIn('href="/office/campaigns/parents/live"', anna.body)
        for n in range(1, 7):
            self.wait_text_to(n, "De Kern")
        self.assertEqual(len(self.received()), 6)
        self.assertIn("Loopt", anna.get("/office/campaigns"))


def enumerate_names(fields: list[tuple[str, str]]) -> list[tuple[int, tuple[str, str]]]:
    """Each field with its number among those of its name."""
    seen: dict[str, int] = {}
    out = []
    for name, value in fields:
        out.append((seen.get(name, 0), (name, value)))
        seen[name] = seen.get(name, 0) + 1
    return out


def soon_field(name: str, at: int, value: str) -> str:
    return value


if __name__ == "__main__":
    unittest.main()
