# SPDX-License-Identifier: EUPL-1.2
"""The pages against whoever means ill: every path of the console's table for nobody, a person and every role, allowed or refused as
the rights say (paths.txt); every form from another site, without its page's token or with another's; whatever people wrote
shown on every page as words; a planted session that is not taken over. What the server itself refuses is in
tests/unit/io/test_http_server_limits.c and test_hostile.py, guessing and flooding in test_signin.py and test_own.py."""

from __future__ import annotations

import http.client
import json
import re
import time
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any

from test_signin import totp
from world import FAR, ROOT, World, moment, number, until

from support.browser import Browser

NOW = datetime.now(timezone.utc)
ZONE = f"Etc/GMT{NOW.hour - 12:+d}"  # where it is about noon, whenever this runs
TODAY = (NOW - timedelta(hours=NOW.hour - 12)).date()
EVIL = "<img src=x onerror=alert(1)>\"'&{{org}}"
RAW = re.compile(r"<img src=x|onerror=alert\(1\)[^&]")
STEP_S = 30
FEED = "GET /office/campaigns/{}/events"
SHOWN_AGAIN = ("POST /join", "POST /staff/second", "POST /staff/inbox/{}", "POST /office/invite/{}", "POST /office/events/new", "POST /office/events/{}", "POST /office/texts/{}")
STAFF = ("key-person", "desk", "adviser", "approver", "operator")
WHO = ("nobody", "person", *STAFF)
SECOND = ("adviser", "approver", "operator")  # roles with an app's code
# What ends the session it is sent in: tried last, in a session of its own.
ENDS = ("POST /staff/leave", "POST /staff/everywhere", "POST /me/stop", "POST /me/delete", "POST /me/leave")
CONSTANTS = {"PK_STAFF_LINK_PATH": "/staff/link/", "PK_LINK_PATH": "/a/", "PK_UNSUBSCRIBE_PATH": "/u/", "PK_OFFICE_PATH": "/office"}
SECTIONS: dict[str, Any] = {
    "gateway": {"zone": ZONE, "organisation": "Zaanstad"}, "limits": {"changes_wait": "1s", "signups_per_day": "500"},
    "event parent-meeting": {"topic": "parent-meetings", "public": "yes", "length": "90m", "name.bg": "родителска среща"},
    "event info-point": {"topic": "festival", "public": "yes", "place": EVIL},
    "choice school": {"name.bg": EVIL, "tags": "school:de-windroos, school:het-kompas", "labels.bg": f"{EVIL}, Kompas"},
    "account": {"chat_link": "sms:+3197000000000?body=START%20{code}"}}


def console_paths() -> list[str]:
    """"GET /me" for every row of the tables, as the compiler reads them."""
    source = (ROOT / "gateway" / "console" / "console.c").read_text()
    rows = re.findall(r'^    \{ "(GET|POST)", ((?:PK_\w+|"[^"]*"|\s)+), pk_\w+, ', source, re.M)
    found = [f"{method} " + "".join(CONSTANTS[word] if word in CONSTANTS else word.strip('"') for word in path.split()) for method, path in rows]
    assert len(found) == len(re.findall(r'^    \{ "', source, re.M)), "a row of the table is written in another way"
    return found


def expectations() -> dict[str, list[str]]:
    lines = [line for line in (ROOT / "tests" / "integration" / "paths.txt").read_text().splitlines() if line and not line.startswith("#")]
    return {path: words.split() for path, words in (line.split(": ") for line in lines)}


def rights() -> dict[str, set[str]]:
    lines = [line for line in (ROOT / "tests" / "unit" / "service" / "rights.txt").read_text().splitlines() if line and not line.startswith("#")]
    return {action: {role.rstrip("*") for role in roles.split()} for action, roles in (line.split(": ") for line in lines)}


def may(path: str, words: list[str]) -> set[str]:
    words = [word for word in words if word != "untied"]
    if words in (["everybody"], ["person"]):
        return set(WHO) if words == ["everybody"] else {"person"}
    return set.intersection(*(rights()[action] for action in words)) & set(SECOND if " /office" in path else STAFF)


class TestSecurity(World):
    def begin(self) -> None:
        """A key person with a circle of one, an event it was invited to, hours that are open today, an answer that waits."""
        self.start(people=9, with_broker=False, **SECTIONS)
        for name, role in (("anna", "adviser"), ("boris", "approver"), ("adviser", "adviser"), ("colleague", "desk")):
            self.gateway.run("users", "add", name, "--role", role)
        self.paths, self.callers, self.shown = expectations(), 0, set[str]()
        self.sessions = {role: self.sign_in(role) for role in STAFF}
        maria = self.sessions["key-person"]
        maria.get("/staff/signup/form")
        maria.post("/staff/signup/form", {"number": number(30), "channel": "sms", "language": "bg", "topic": "parent-meetings",
                                          "tag": "school:de-windroos", "age": "16"})
        self.wait_text_to(30, "кръг")
        self.says(30, "ДА")
        self.wait_text_to(30, "Благодарим")
        self.invite()
        self.says(1, f"Къде е училището? {EVIL}")
        desk = self.sessions["desk"]
        item = until("the answer to wait", lambda: re.search(r"/staff/inbox/([0-9a-z]{13})", desk.get("/staff/inbox")))
        event = re.search(r"/staff/event/([0-9a-z]{13})", maria.get("/staff"))
        hours = re.search(r"/staff/close/([0-9a-z]{13})", desk.get("/staff/closed"))
        assert item and event and hours
        self.places = {"event": event.group(1), "send": event.group(1), "share": event.group(1), "events": self.event, "inbox": item.group(1),
                       "close": hours.group(1), "way": "parent-meetings", "calendar": "parent-meetings.ics", "docs": "adviser"}
        self.add_places_of_the_office()
        planned = re.search(r'name="planned" value="(\d+)"', maria.get(f"/staff/send/{event.group(1)}"))
        assert planned
        self.fields = {"POST /staff/send/{}": {"planned": planned.group(1)}, "POST /staff/event/{}": {"count": "1"}, "POST /me/delete": {"sure": "yes"},
                       "POST /office/texts/{}": {"edition": "0"}, "POST /office/gateway/account/{}": {"act": "resume"},
                       "POST /office/gateway/lift": {"sure": "yes"}, "POST /office/webhooks/{}": {"act": "test"},
                       "POST /join": {"number": number(40), "topic": "parent-meetings", "language": "bg", "age": "16"}}

    def add_places_of_the_office(self) -> None:
        adviser = self.sessions["adviser"]
        found = {page: re.findall(pattern, adviser.get(page)) for page, pattern in (
            ("/office", r"/office/campaigns/([0-9a-z]{13})/live"), ("/office/people", r"/office/person/([0-9a-z]{13})"),
            ("/office/gateway", r'/office/gateway/account/([^"/]+)'))}
        for page, ids in found.items():
            self.assertTrue(ids, f"{page} leads nowhere")
        campaign, person, account = (ids[-1] for ids in found.values())
        live = {f"/office/campaigns/{{}}/{more}": campaign for more in ("live", "events", "live/pause", "live/resume", "live/cancel")}
        self.places |= {"campaigns": "parents", **live, "invite": self.event, "texts": "parent-meeting-invitation", "check-text": "parent-meeting-invitation",
                        "/office/report/campaign/{}": campaign, "/office/report/date/{}": self.event, "person": person, "withdraw": person,
                        "erase": person, "export": person, "account": account, "webhooks": "nowhere", "resend": self.event}

    def invite(self) -> None:
        def ask(*words: str, by: str = "anna") -> Any:
            return json.loads(self.gateway.run(*words, "--json", "--by", by).out)

        ask("events", "add", "info-point", "--title", EVIL, "--day", str(TODAY), "--from", "13:00", "--to", "17:00", "--rule", "FREQ=DAILY;COUNT=9")
        event = ask("events", "add", "parent-meeting", "--title", EVIL, "--place", "De Kern", "--day", str(TODAY + timedelta(days=30)), "--from", "18:30")["id"]
        steps = [{"when": f"at {moment(**FAR)}", "template": "parent-meeting-invitation"}, {"when": "1 day before at 18:00", "template": "parent-meeting-reminder"},
                 {"when": "on cancel", "template": "parent-meeting-cancelled"}]
        self.event = event
        file = self.folder / "campaign.json"
        file.write_text(json.dumps({"name": "parents", "topic": "parent-meetings", "people": 50, "event": event, "values": {}, "steps": steps}))
        ask("campaigns", "write", str(file), "--where", "school:de-windroos")
        ask("campaigns", "submit", "parents")
        ask("campaigns", "approve", "parents", "--digest", ask("campaigns", "show", "parents", by="boris")["digest"], by="boris")
        ask("campaigns", "start", "parents")
        self.campaign_due("parents")
        self.wait_text_to(30, "De Kern")

    # ---- who ----

    def browser(self) -> Browser:
        """From an address of its own: tries are counted by it."""
        self.callers += 1
        browser, send = Browser(self.public), Browser.send
        address = f"192.0.2.{self.callers % 250 + 1}"
        browser.send = lambda *words, **headers: send(browser, *words, **{"X-Forwarded-For": address, **headers})  # type: ignore[method-assign]
        return browser

    def sign_in(self, role: str) -> Browser:
        name = f"user-{role}"
        known = hasattr(self, "secrets") and role in self.secrets
        out = self.gateway.run("users", *(("link", name) if known else ("add", name, "--role", role))).out
        path = re.search(r"/staff/link/\S{43}", out)
        assert path, out
        browser = self.browser()
        browser.get(path.group() + "?language=nl")
        browser.post(path.group(), {})
        if not hasattr(self, "secrets"):
            self.secrets: dict[str, tuple[str, int]] = {}
        if role in SECOND:
            found = re.search(r"<code>([A-Z2-7]{32})</code>", browser.body)
            secret, step = (found.group(1), int(time.time()) // STEP_S) if found else (self.secrets[role][0], self.secrets[role][1] + 1)
            self.secrets[role] = (secret, step)
            browser.post("/staff/second", {"code": totp(secret, step)})
        else:
            self.secrets[role] = ("", 0)
        browser.get("/staff")
        self.assertIn(name, browser.body)
        return browser

    def sign_in_person(self, n: int) -> Browser:
        browser = self.browser()
        browser.get("/me/start?language=nl")
        browser.post("/me/ask", {"number": number(n)})
        code = until(f"a code to {n}", lambda: next((found.group() for text in self.texts_to(n) if "10 " in text and
                                                     (found := re.search(r"\b\d{6}\b", text))), None))
        self.assertIn("Mijn gegevens", browser.post("/me/enter", {"code": code or ""}))
        return browser

    # ---- what comes of it ----

    def filled(self, path: str) -> tuple[str, str]:
        method, place = path.split(" ")
        before = place.split("/{}")[0].rsplit("/", 1)[1] if "{}" in place else ""
        return method, place.replace("{}", self.places.get(place) or self.places.get(before, "A" * 22))

    def token(self, browser: Browser, who: str, path: str) -> str:
        """Of the page the form stands on."""
        start = {"POST /staff/known": "/staff/start", "POST /me/ask": "/me/start", "POST /me/enter": "/me/code", "POST /staff/ask": "/staff/start", "POST /staff/enter": "/staff/code",
                 "POST /join": "/join", "POST /staff/link/{}": "/staff/link/" + "A" * 22}.get(path, "/me" if who == "person" else "/staff/account")
        browser.get(start)
        return browser.form()

    def outcome(self, browser: Browser, path: str, form: str, **headers: str) -> str:
        method, place = self.filled(path)
        if path == FEED:
            return self.outcome_of_feed(browser, place)
        if method == "GET":
            browser.get(place, **headers)
        else:
            browser.post(place, self.fields.get(path, {}), form=form, **headers)
        if "html" in browser.headers["Content-Type"]:
            self.assertNotRegex(browser.body, RAW, path)
            if "&lt;img src=x" in browser.body:
                self.shown.add(path)
        self.assertLess(browser.status, 500, path)
        if 'action="/staff/ask"' in browser.body or 'action="/me/ask"' in browser.body:
            return "way in"
        if place.startswith("/office") and browser.path == "/staff":
            return "refused"  # a desk's pages are not for who has a telephone's
        if browser.status == 403 or (browser.status == 404 and self.is_own(path)):
            return "refused"  # what is not one's own is not there
        return "old" if "old=1" in browser.path else "allowed"

    def outcome_of_feed(self, browser: Browser, place: str) -> str:
        """It never ends by itself: its head says it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.public, timeout=10)
        connection.request("GET", place, headers={"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())})
        answer = connection.getresponse()
        kind, where = answer.getheader("Content-Type", ""), answer.getheader("Location", "")
        connection.close()
        if answer.status == 200:
            self.assertIn("text/event-stream", kind)
            return "allowed"
        return "refused" if answer.status == 403 or where == "/staff" else "way in" if where == "/staff/start" else f"{answer.status} {where}"

    def is_own(self, path: str) -> bool:
        return path.split(" ")[1].startswith(("/staff/event/", "/staff/send/", "/staff/share/"))

    # ---- the table ----

    def test_every_path_has_its_line(self) -> None:
        self.assertEqual(sorted(console_paths()), sorted(expectations()), "tests/integration/paths.txt says who may go to each path")
        for path, words in expectations().items():
            self.assertTrue(may(path, words), f"{path}: nobody may")

    def test_every_path_for_everybody(self) -> None:
        self.begin()
        self.sessions["person"] = self.sign_in_person(2)
        for who in WHO:
            browser = self.sessions.get(who) or self.browser()
            for path, words in self.paths.items():
                if path in ENDS:
                    continue
                with self.subTest(f"{path} by {who}"):
                    self.hold(who, browser, path, words)
        for path in ("/events", "/events/{}", "/me", "/staff", "/staff/event/{}", "/staff/closed", "/staff/close/{}", "/staff/inbox/{}",
                     "/staff/signup/form"):
            self.assertIn(f"GET {path}", self.shown)  # else what people wrote was not tried
        for at, path in enumerate(ENDS):
            for who in WHO:
                # "everywhere" ends what "leave" has left, so two sessions of a user are enough.
                if who in STAFF and path == "POST /staff/everywhere":
                    browser = self.sign_in(who)
                else:
                    browser = self.sign_in_person(3 + at) if who == "person" and path.startswith("POST /me") else self.sessions.get(who) or self.browser()
                with self.subTest(f"{path} by {who}"):
                    self.hold(who, browser, path, self.paths[path])

    def hold(self, who: str, browser: Browser, path: str, words: list[str]) -> None:
        form = self.token(browser, who, path) if path.startswith("POST") else ""
        found = self.outcome(browser, path, form)
        if who in may(path, words):
            way_in = path.split(" ")[1] in ("/me/start", "/me/ask", "/me/stopped", "/me/leave", "/staff/start", "/staff/ask", "/staff/leave", "/staff/everywhere")
            if who in ("adviser", "approver") and self.is_own(path):
                return  # who may see every campaign has other pages for it: these are of a circle's
            stands = "/live/" in path  # a campaign that another cancelled: as old as the page that shows it running
            self.assertIn(found, ("allowed", "way in") if way_in or "everybody" in words else ("allowed", "old") if stands else ("allowed",), browser.body[:400])
        elif "person" in words or who in ("nobody", "person"):
            self.assertEqual(found, "way in")
        else:
            self.assertEqual(found, "refused")
            if who in SECOND and path.startswith("GET /office"):
                self.assertIn("office-nav", browser.body)  # said in the frame, with what they may open

    # ---- forms that are not ours ----

    def test_forms_of_elsewhere_and_of_others(self) -> None:
        self.begin()
        self.fields["POST /office/erase/{}"] = {"sure": "yes", "why": "ours"}  # only its token is wrong
        person, stranger = self.sign_in_person(2), self.sign_in_person(3)
        other = self.browser()
        for path, words in self.paths.items():
            if not path.startswith("POST"):
                continue
            who = next(one for one in ("nobody", "person", *STAFF) if one in may(path, words))
            browser = {"nobody": other, "person": person}.get(who) or self.sessions[who]
            theirs = stranger if who in ("nobody", "person") else self.sessions["desk" if who != "desk" else "key-person"]
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
                with self.subTest(f"{path} {headers}"):
                    self.assertEqual(self.outcome(browser, path, self.token(browser, who, path), **headers), "refused")
            if "untied" in words:
                continue
            theirs.get("/me" if theirs is stranger else "/staff/account")
            for about, form in (("none", ""), ("another's", theirs.form()), ("made up", "A" * 43)):
                with self.subTest(f"{path} with the token of {about}"):
                    self.token(browser, who, path)
                    found = self.outcome(browser, path, form)
                    if path in SHOWN_AGAIN:  # with what is wrong with it
                        self.assertIn(browser.status, (409, 422))
                    else:
                        self.assertIn(found, ("refused", "old"), browser.status)
        self.assertEqual(self.texts_to(40), [])
        # Nobody was signed out, stopped or erased by any of it.
        for role, session in self.sessions.items():
            self.assertIn(f"user-{role}", session.get("/staff"))
        self.assertIn("Mijn gegevens", person.get("/me"))

    # ---- sessions ----

    def test_a_planted_session_is_not_taken_over(self) -> None:
        self.start(people=1, with_broker=False)
        self.callers = 0
        browser, thief, planted = self.browser(), self.browser(), "A" * 43
        browser.cookies["me"] = planted
        browser.get("/me/start?language=nl")
        browser.post("/me/ask", {"number": number(1)})
        code = re.search(r"\b\d{6}\b", self.wait_text_to(1, "10 "))
        assert code
        passed = dict(browser.cookies)
        self.assertIn("Mijn gegevens", browser.post("/me/enter", {"code": code.group()}))
        self.assertNotEqual(browser.cookies["me"], planted)
        thief.cookies["me"] = planted
        self.assertIn("/me/ask", thief.get("/me"))
        thief.cookies.update(passed)  # what a thief saw before the code was entered opens nothing after it
        self.assertIn("/me/ask", thief.get("/me"))
        thief.cookies.clear()
        thief.cookies["staff"] = browser.cookies["me"]
        self.assertIn("/staff/ask", thief.get("/staff"))

    def test_names_of_users_are_names(self) -> None:
        self.start(people=0, with_broker=False)
        for name in (EVIL, "<script>", "a b", "мария", "a\"b", "a" * 200, "../a", "a\nb"):
            self.assertNotEqual(self.gateway.run("users", "add", name, "--role", "desk", check=False).status, 0, name)


if __name__ == "__main__":
    unittest.main()
