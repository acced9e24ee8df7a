#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A key person's pages over HTTP: she signs people up, sees her events, sends the reminder in two taps, writes down who told her
that they come, copies a text for her group, prints her month. What is tapped twice, of another user, of another circle or
forged does nothing; and what she sees says nothing of whose a number is."""

from __future__ import annotations

import html
import json
import re
import unittest
from datetime import date, datetime, timedelta, timezone
from typing import Any

from world import FAR, World, moment, number, until

from support.browser import Browser

NOW = datetime.now(timezone.utc)
ZONE = f"Etc/GMT{NOW.hour - 12:+d}"  # where it is about noon, whenever this runs
SOON = date.today() + timedelta(days=30)
CHOICES: dict[str, Any] = {"choice school": {"name.bg": "Училище", "tags": "school:de-windroos, school:het-kompas", "labels.nl": "De Windroos, Het Kompas",
                                             "labels.bg": "Windroos, Kompas"}}
SECTIONS: dict[str, Any] = {"event parent-meeting": {"topic": "parent-meetings", "public": "yes", "length": "90m", "name.nl": "ouderavond", "name.bg": "родителска среща"},
                            "limits": {"changes_wait": "1s"}, **CHOICES,
                            "account": {"chat_link": "sms:+3197000000000?body=START%20{code}"}}
REMINDED = "Родителската среща е"
ID = re.compile(r"/staff/event/([0-9a-z]{13})")


class TestKeyPerson(World):
    def begin(self, **sections: Any) -> None:
        self.start(people=0, with_broker=False, **{**SECTIONS, **sections})
        for name, role in (("anna", "adviser"), ("boris", "approver"), ("adviser", "adviser"), ("colleague", "desk")):
            self.gateway.run("users", "add", name, "--role", role)

    def sign_in(self, name: str, role: str, *more: str, language: str = "nl") -> Browser:
        out = self.gateway.run("users", "add", name, "--role", role, *more).out
        path = re.search(r"/staff/link/\S{43}", out)
        assert path, out
        browser = Browser(self.public)
        browser.get(f"{path.group()}?language={language}" if language else path.group())
        browser.post(path.group(), {})
        return browser

    def sign_up(self, browser: Browser, n: int, **changes: str) -> str:
        browser.get("/staff/signup/form")
        fields = {"number": number(n), "channel": "sms", "language": "bg", "topic": "parent-meetings", "tag": "school:de-windroos", "age": "16", **changes}
        return browser.post("/staff/signup/form", {key: value for key, value in fields.items() if value})

    def circle(self, browser: Browser, people: range) -> None:
        """Everybody of them said yes to her question."""
        for n in people:
            self.sign_up(browser, n)
            self.assertIn("aangenomen", browser.body)
        for n in people:
            self.wait_text_to(n, "кръг")
            self.says(n, "ДА")
        for n in people:
            self.wait_text_to(n, "Благодарим")

    def ask_as(self, *words: str, by: str = "anna") -> dict[str, Any]:
        return json.loads(self.gateway.run(*words, "--json", "--by", by).out)

    def invite(self, people: range) -> None:
        event = self.ask_as("events", "add", "parent-meeting", "--title", "Ouderavond <b>", "--place", "De Kern", "--day", str(SOON), "--from", "18:30")["id"]
        file = self.folder / "campaign.json"
        steps = [{"when": f"at {moment(**FAR)}", "template": "parent-meeting-invitation"},
                 {"when": "1 day before at 18:00", "template": "parent-meeting-reminder"},
                 {"when": "on cancel", "template": "parent-meeting-cancelled"}]
        file.write_text(json.dumps({"name": "parents", "topic": "parent-meetings", "people": 50, "event": event, "values": {}, "steps": steps}))
        self.ask_as("campaigns", "write", str(file), "--where", "school:de-windroos")
        self.ask_as("campaigns", "submit", "parents")
        self.ask_as("campaigns", "approve", "parents", "--digest", self.ask_as("campaigns", "show", "parents", by="boris")["digest"], by="boris")
        self.ask_as("campaigns", "start", "parents")
        self.campaign_due("parents")
        for n in people:
            self.wait_text_to(n, "De Kern")

    def event_id(self, browser: Browser) -> str:
        found = ID.search(browser.get("/staff"))
        assert found, browser.body
        return found.group(1)

    def reminders(self) -> int:
        return len([body for body in self.received() if REMINDED in body["text"] and "среща" in body["text"]])

    # ---- my events ----

    def test_the_reminder_goes_in_two_taps_and_once(self) -> None:
        self.begin()
        maria, petya, olga = self.sign_in("maria", "key-person"), self.sign_in("petya", "key-person"), self.sign_in("olga", "desk")
        self.assertIn("geen bijeenkomst voor uw kring", maria.get("/staff"))
        self.circle(maria, range(1, 7))
        self.circle(petya, range(11, 13))
        self.invite(range(1, 7))
        self.wait_text_to(12, "De Kern")
        event = self.event_id(maria)
        self.assertIn("Naar 6 mensen", maria.body)
        self.assertIn("Ouderavond &lt;b&gt;", maria.body)
        self.assertNotIn("61234", maria.body)
        self.assertIn("minder dan 5 mensen", petya.get("/staff"))
        page = maria.get(f"/staff/send/{event}")  # the first tap sends nothing
        self.assertIn("6 mensen van uw kring krijgen het", page)
        self.assertIn("Ouderavond", page)
        self.assertLess(len(page.encode()), 30_000)
        form, shown = maria.form(), {"planned": re.findall(r'name="planned" value="(\d+)"', page)[0]}
        self.assertIn("verouderd", maria.post(f"/staff/send/{event}", {"planned": "1"}, form=form))  # another reminder than the next
        self.assertEqual(self.reminders(), 0)
        self.assertIn("Verstuurd vandaag om", maria.post(f"/staff/send/{event}", shown, form=form))
        until("six reminders", lambda: self.reminders() == 6)
        self.assertIn("Naar 6 mensen", maria.get(f"/staff/event/{event}"))
        self.assertNotIn("/staff/send/", maria.body)
        # A second tap, and a tap on the page that stood open, show when it was sent.
        for again in (form, form, "A" * 43):
            self.assertIn("Verstuurd vandaag om", maria.post(f"/staff/send/{event}", shown, form=again))
        maria.get(f"/staff/send/{event}")
        self.assertEqual(maria.path, f"/staff/event/{event}")
        # Another circle's reminder is its own; another user's form, and who has no circle, send nothing.
        petya.get(f"/staff/send/{event}")
        theirs = petya.form()
        self.assertIn("verouderd", petya.post(f"/staff/send/{event}", shown, form=form))
        self.assertNotIn("Verstuurd", petya.body)
        olga.get("/staff")
        for call in (lambda: olga.get(f"/staff/event/{event}"), lambda: olga.post(f"/staff/send/{event}", shown, form=mine)):
            mine = (olga.get("/staff"), olga.form())[1]
            call()
            self.assertEqual(olga.status, 403)
        self.assertEqual(self.reminders(), 6)
        self.assertIn("Verstuurd", petya.post(f"/staff/send/{event}", shown, form=theirs))
        until("the others", lambda: self.reminders() == 8)
        sent = [line for line in self.gateway.run("audit", "export").out.splitlines() if json.loads(line)["action"] == "campaign.remind"]
        self.assertEqual([json.loads(line)["result"] for line in sent], ["done", "done", "refused"][:2])

    def test_an_event_of_another_circle_is_no_page(self) -> None:
        self.begin()
        maria, nina = self.sign_in("maria", "key-person"), self.sign_in("nina", "key-person")
        self.circle(maria, range(1, 3))
        self.invite(range(1, 3))
        event = self.event_id(maria)
        self.assertIn("geen bijeenkomst voor uw kring", nina.get("/staff"))
        for path in (f"/staff/event/{event}", f"/staff/send/{event}", f"/staff/share/{event}", "/staff/event/0000000000001", "/staff/event/x",
                     f"/staff/event/{event[:-1]}0", "/staff/send/" + "z" * 200):
            nina.get(path)
            self.assertEqual(nina.status, 404, path)
        for path in (f"/staff/send/{event}", f"/staff/event/{event}", "/staff/send/0000000000001", "/staff/event/" + "9" * 13):
            nina.get("/staff")
            nina.post(path, {"count": "3"})
            self.assertEqual(nina.status, 404, path)
        self.assertEqual(self.reminders(), 0)
        for path in ("/staff", f"/staff/event/{event}", "/staff/month", "/staff/signup/form"):
            stranger = Browser(self.public)
            self.assertIn("/staff/ask", stranger.get(path))

    # ---- who is coming ----

    def test_told_by_mouth_stands_apart(self) -> None:
        self.begin()
        maria = self.sign_in("maria", "key-person")
        self.circle(maria, range(1, 7))
        self.invite(range(1, 7))
        event = self.event_id(maria)
        for n in range(1, 6):
            self.says(n, "ДА 2")
        for n in range(1, 6):
            until(f"the yes of {n}", lambda n=n: len(self.texts_to(n)) >= 4)  # type: ignore[misc]
        page = maria.get(f"/staff/event/{event}")
        self.assertRegex(page, r"Zeiden ja</dt><dd>5<")
        self.assertRegex(page, r"meenemen</dt><dd>\d+<")
        form = maria.form()
        page = maria.post(f"/staff/event/{event}", {"count": "3"}, form=form)
        self.assertRegex(page, r"tegen mij</dt><dd>\+3<")
        self.assertRegex(page, r"Zeiden ja</dt><dd>5<")
        self.assertRegex(maria.post(f"/staff/event/{event}", {"count": "3"}, form=form), r"tegen mij</dt><dd>\+3<")  # a second tap
        self.assertNotIn("verouderd", maria.body)
        # Another number from a page that stood open: not taken, and said so.
        self.assertRegex(maria.post(f"/staff/event/{event}", {"count": "9"}, form=form), r"tegen mij</dt><dd>\+3<")
        self.assertIn("verouderd", maria.body)
        for wrong in ("100", "-1", "drie", "3 4", "1e1", "٣", "9" * 300):
            maria.get(f"/staff/event/{event}")
            maria.post(f"/staff/event/{event}", {"count": wrong})
            self.assertEqual(maria.status, 422, wrong)
        self.assertRegex(maria.get(f"/staff/event/{event}"), r"tegen mij</dt><dd>\+3<")
        maria.post(f"/staff/event/{event}", {"count": "0"})
        self.assertRegex(maria.body, r"tegen mij</dt><dd>\+0<")
        self.gateway.run("users", "remove", "maria")

    # ---- signing up ----

    def test_known_stopped_and_new_numbers_look_the_same(self) -> None:
        self.begin()
        self.import_people(2)
        self.says(2, "СТОП")
        self.wait_text_to(2, "СТАРТ")
        pages = []
        for name, n in (("maria", 1), ("petya", 2), ("nina", 3)):
            browser = self.sign_in(name, "key-person")
            self.sign_up(browser, n)
            pages.append(re.sub(r'value="[^"]+"|\+31\S+|[0-9:]+ uur|\d\d:\d\d|maria|petya|nina', "", browser.body))
        self.assertEqual(pages[0], pages[1])
        self.assertEqual(pages[0], pages[2])
        self.wait_text_to(3, "кръг")
        self.says(3, "НЕ")
        until("the answer", lambda: "er is antwoord" in browser.get("/staff/signup/asked"))
        self.assertNotIn(number(3), browser.body)
        self.assertEqual(len(self.texts_to(1)), 0)

    def test_a_form_is_taken_once_and_comes_back_when_it_is_wrong(self) -> None:
        self.begin(limits={"changes_wait": "1s", "signups_per_day": "3"})
        maria = self.sign_in("maria", "key-person")
        page = maria.get("/staff/signup/form")
        self.assertNotRegex(page, r'name="(topic|language|tag|age)" value="[^"]*" checked')  # nothing is ticked by us
        self.assertIn('<span lang="bg">Родителската среща е утре.', page)
        self.assertIn('<span lang="bg-Latn">Roditelskata sreshta e utre.', page)
        self.assertLess(len(page.encode()), 30_000)
        for change, words in (({"topic": ""}, "minstens één onderwerp"), ({"age": ""}, "16 jaar"), ({"language": ""}, "Kies één zin"),
                              ({"number": "12"}, "geen mobiel nummer"), ({"number": ""}, "geen mobiel nummer")):
            page = self.sign_up(maria, 1, **change)
            self.assertEqual(maria.status, 422, change)
            self.assertIn(words, html.unescape(page), change)
            if "topic" not in change:
                self.assertRegex(page, r'name="topic" value="parent-meetings" checked')
        maria.get("/staff/signup/form")
        form, fields = maria.form(), {"number": number(1), "channel": "sms", "language": "bg-Latn", "topic": "parent-meetings", "age": "16"}
        first = maria.post("/staff/signup/form", fields, form=form)
        again = maria.post("/staff/signup/form", fields, form=form)
        self.assertEqual(first.count("Nog geen antwoord"), 1)
        self.assertEqual(again.count("Nog geen antwoord"), 1)
        self.assertNotIn("verouderd", again)
        # Somebody else, from a second page that stood open: not asked, and nobody is told that they were.
        other = maria.post("/staff/signup/form", {**fields, "number": number(2)}, form=form)
        self.assertEqual(other.count("Nog geen antwoord"), 1)
        self.assertIn("verouderd", other)
        self.wait_text_to(1, "kra")  # in the script that was chosen
        self.assertEqual(self.texts_to(2), [])
        for forged in ("", "A" * 43, form[::-1]):
            self.assertIn("verouderd", maria.post("/staff/signup/form", {**fields, "number": number(2)}, form=forged))
        self.sign_up(maria, 2)
        self.sign_up(maria, 3)
        self.assertIn("Ga morgen verder", self.sign_up(maria, 4))
        self.assertEqual(maria.status, 429)
        self.assertEqual(self.texts_to(4), [])

    def test_she_writes_first(self) -> None:
        self.begin()
        maria = self.sign_in("maria", "key-person", "--topics", "parent-meetings")
        self.assertIn("/staff/way/parent-meetings", maria.get("/staff/signup"))
        self.assertNotIn("/staff/way/festival", maria.body)  # not hers
        page = maria.get("/staff/way/parent-meetings_bg-Latn")
        self.assertIn('href="sms:+3197000000000?body=START%20parent-meetings_bg-Latn"', page)
        self.assertRegex(page, r'<svg class="qr" [^>]*viewBox="0 0 (\d+) \1"[^>]*><path d="(M\d+ \d+h\d+v1h-\d+z)+" fill="#000"/></svg>')
        self.assertNotIn("unsafe-", maria.headers["Content-Security-Policy"])
        self.assertLess(len(page.encode()), 30_000)
        self.says(5, "START parent-meetings_bg-Latn")
        until("the answer", lambda: self.texts_to(5))
        self.assertRegex(self.texts_to(5)[0], r"^[\x00-\x7f]+$")  # in Latin letters
        self.assertEqual(len(self.texts_to(5)), 1)  # her own message is the proof: nothing is asked
        for path in ("/staff/way/nothing", "/staff/way/parent-meetings_xx", "/staff/way/" + "a" * 300):
            maria.get(path)
            self.assertEqual(maria.status, 404, path)
        maria.get("/staff/way/festival")
        self.assertEqual(maria.status, 403)

    def test_only_channels_that_work_are_offered(self) -> None:
        self.begin()
        maria = self.sign_in("maria", "key-person")
        self.assertIn("sms:", maria.get("/staff/way/festival"))
        self.gateway.run("accounts", "pause", "main", "--by", "anna")
        self.assertNotIn("sms:", maria.get("/staff/way/festival"))
        self.assertIn("geen code", maria.body)

    # ---- for the group, and the month ----

    def test_a_text_to_pass_on_and_a_page_to_print(self) -> None:
        self.begin()
        maria = self.sign_in("maria", "key-person")
        self.circle(maria, range(1, 3))
        self.invite(range(1, 3))
        event = self.event_id(maria)
        page = html.unescape(maria.get(f"/staff/share/{event}"))
        self.assertIn("Ouderavond <b>", page)
        self.assertIn("Plaats: De Kern.", page)
        self.assertIn(f"http://127.0.0.1:{self.public}/join", page)
        self.assertIn("whatsapp://send?text=Ouderavond%20%3Cb%3E", page)
        page = maria.get(f"/staff/send/{event}")
        maria.post(f"/staff/send/{event}", {"planned": re.findall(r'name="planned" value="(\d+)"', page)[0]})
        until("the reminder", lambda: self.reminders() == 2)
        page = maria.get("/staff/month")
        self.assertRegex(page, r"aanmeldde</dt><dd>2<")
        self.assertRegex(page, r"verstuurde</dt><dd>1<")
        self.assertRegex(page, r"kregen</dt><dd>minder dan 5<")
        self.assertNotIn("61234", page)

    # ---- the desk ----

    def test_closed_today_in_two_taps(self) -> None:
        self.begin(gateway={"zone": ZONE}, **{"event info-point": {"topic": "festival", "length": "30m", "name.bg": "инфопункт"}})
        kalina, maria = self.sign_in("kalina", "desk"), self.sign_in("maria", "key-person")
        self.assertIn("niets open", kalina.get("/staff/closed"))
        today = (NOW - timedelta(hours=NOW.hour - 12)).date()
        later = today + timedelta(days=7)
        self.ask_as("events", "add", "info-point", "--title", "Infopunt", "--place", "De Kern", "--day", str(today), "--from", "15:00", "--to", "18:00",
                    "--rule", "FREQ=WEEKLY;COUNT=5")
        self.ask_as("events", "add", "info-point", "--title", "Later", "--place", "De Kern", "--day", str(later), "--from", "10:00", "--rule",
                    "FREQ=WEEKLY;COUNT=5")
        page = kalina.get("/staff/closed")
        self.assertIn("Infopunt", page)
        self.assertNotIn("Later", page)
        event = re.findall(r"/staff/close/([0-9a-z]{13})", page)[0]
        page = kalina.get(f"/staff/close/{event}")  # the first tap closes nothing
        self.assertIn("niemand uitgenodigd", page)
        form = kalina.form()
        self.assertNotIn("Gemeld om", kalina.get("/staff/closed"))
        for forged in ("", "A" * 43, maria.form()):
            self.assertIn("verouderd", kalina.post(f"/staff/close/{event}", {}, form=forged))
        self.assertNotIn("Gemeld om", kalina.body)
        self.assertIn("Gemeld om", kalina.post(f"/staff/close/{event}", {}, form=form))
        self.assertIn("Gemeld om", kalina.post(f"/staff/close/{event}", {}, form=form))
        self.assertNotIn("verouderd", kalina.body)
        self.assertIn("Gemeld om", kalina.get(f"/staff/close/{event}"))
        dates = self.ask_as("events", "show", event)
        self.assertEqual(json.dumps(dates).count('"cancelled"'), 1)
        for call in (lambda: maria.get("/staff/closed"), lambda: maria.get(f"/staff/close/{event}"),
                     lambda: (maria.get("/staff"), maria.post(f"/staff/close/{event}", {}))):
            call()
            self.assertEqual(maria.status, 403)
        for path in ("/staff/close/0000000000001", "/staff/close/x"):
            kalina.get(path)
            self.assertEqual(kalina.status, 404)

    def test_the_inbox_is_read_and_answered_once(self) -> None:
        self.begin()
        kalina, maria = self.sign_in("kalina", "desk"), self.sign_in("maria", "key-person")
        self.import_people(2)
        self.says(1, "Къде е <script>училището</script>, моля?")
        self.says(2, "Благодаря, ще питам съседката за час")
        until("two to wait", lambda: kalina.get("/staff/inbox").count("/staff/inbox/") == 2)
        self.assertNotIn("училището", kalina.body)
        self.assertNotIn(number(1)[3:], kalina.body)
        items = re.findall(r"/staff/inbox/([0-9a-z]{13})", kalina.body)
        pages = {item: kalina.get(f"/staff/inbox/{item}") for item in items}
        item, other = sorted(items, key=lambda item: "училището" not in pages[item])
        self.assertIn("&lt;script&gt;училището", pages[item])
        kalina.get(f"/staff/inbox/{item}")
        form, fields = kalina.form(), {"subject": "school", "words": "Dam 12, от 9 часа.", "act": "answer"}
        self.assertIn("Klaar", kalina.post(f"/staff/inbox/{item}", fields, form=form))
        self.wait_text_to(1, "Dam 12")
        before = len(self.texts_to(1))
        self.assertIn("Klaar", kalina.post(f"/staff/inbox/{item}", fields, form=form))  # a second tap
        self.assertIn("al afgehandeld", kalina.get(f"/staff/inbox/{item}"))
        kalina.get(f"/staff/inbox/{other}")
        self.assertIn("kan niet worden verstuurd", kalina.post(f"/staff/inbox/{other}", {"subject": "other", "words": " ", "act": "answer"}))
        self.assertEqual(kalina.status, 422)
        self.assertIn("Klaar", kalina.post(f"/staff/inbox/{other}", {"subject": "other", "act": "close"}))
        self.assertIn("niets te beantwoorden", kalina.get("/staff/inbox"))
        self.assertEqual(len(self.texts_to(1)), before)
        for path in ("/staff/inbox", f"/staff/inbox/{item}"):
            maria.get(path)
            self.assertEqual(maria.status, 403)
        maria.get("/staff")
        maria.post(f"/staff/inbox/{other}", fields)
        self.assertEqual(maria.status, 403)
        trail = [json.loads(line) for line in self.gateway.run("audit", "export", "--actor", "kalina").out.splitlines()]
        self.assertGreaterEqual(len([entry for entry in trail if entry["action"] == "inbox.read"]), 2)

    def test_words_typed_on_an_old_page_are_not_lost(self) -> None:
        self.begin()
        kalina = self.sign_in("kalina", "desk")
        self.import_people(1)
        self.says(1, "Къде е училището, моля?")
        until("one to wait", lambda: kalina.get("/staff/inbox").count("/staff/inbox/") == 1)
        (item,) = re.findall(r"/staff/inbox/([0-9a-z]{13})", kalina.body)
        kalina.get(f"/staff/inbox/{item}")
        old, typed = "A" * len(kalina.form()), {"subject": "care", "words": "Dam 12 <b>от</b> 9 часа.", "act": "answer"}
        page = kalina.post(f"/staff/inbox/{item}", typed, form=old)
        self.assertEqual(kalina.status, 409)
        self.assertIn("Uw woorden staan er nog", page)
        self.assertRegex(page, r"<textarea[^>]*>Dam 12 &lt;b&gt;от&lt;/b&gt; 9 часа\.</textarea>")
        self.assertIn('<option value="care" selected>', page)
        self.assertNotIn("Dam 12", "".join(self.texts_to(1)))
        self.assertIn("Klaar", kalina.post(f"/staff/inbox/{item}", typed))  # the page it is shown on is a new one
        self.wait_text_to(1, "Dam 12")
        page = kalina.post(f"/staff/inbox/{item}", typed, form=old)
        self.assertEqual(kalina.status, 409)
        self.assertIn("Dit had u geschreven", page)
        self.assertRegex(page, r"<blockquote[^>]*>Dam 12 &lt;b&gt;от&lt;/b&gt; 9 часа\.</blockquote>")

    def test_the_desk_signs_up_with_a_paper_form(self) -> None:
        self.begin()
        kalina = self.sign_in("kalina", "desk")
        self.assertIn("papieren formulier", kalina.get("/staff/signup/form"))
        self.assertIn("aangenomen", self.sign_up(kalina, 7, paper="A-17"))
        self.wait_text_to(7, "ДА")
        trail = [json.loads(line) for line in self.gateway.run("audit", "export", "--actor", "kalina").out.splitlines()]
        self.assertEqual([entry["detail"] for entry in trail if entry["action"] == "recipient.add"], ["paper form A-17"])

    def test_who_chose_no_language_reads_their_own(self) -> None:
        self.begin()
        maria = self.sign_in("maria", "key-person", "--language", "bg", language="")
        self.assertIn("Моите събития", maria.get("/staff", **{"Accept-Language": "nl"}))
        for tag, word in (("bg-Latn", "Moite sabitia"), ("nl", "Mijn bijeenkomsten"), ("en", "My events"), ("tr", "Etkinliklerim")):
            self.assertIn(word, maria.get(f"/staff?language={tag}"))


if __name__ == "__main__":
    unittest.main()
