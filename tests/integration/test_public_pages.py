# SPDX-License-Identifier: EUPL-1.2
"""Pages for everybody with the daemon: what is coming, an event of its own in five spellings, closed today, moved, full, called off;
its calendar file read back; the poster's picture is that of its address; and nothing of a draft, no cookie, no script, no markup
of whoever wrote a title."""

from __future__ import annotations

import contextlib
import ctypes
import html
import json
import re
import shutil
import sqlite3
import subprocess
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any

from world import FAR, World, moment, number, until

from support.browser import Browser

NOW = datetime.now(timezone.utc)
ZONE = f"Etc/GMT{NOW.hour - 12:+d}"  # where it is about noon, whenever this runs
TODAY = (NOW - timedelta(hours=NOW.hour - 12)).date()
SOON = TODAY + timedelta(days=30)
SENDER = "+3197000000000"
SECTIONS: dict[str, Any] = {
    "gateway": {"zone": ZONE, "phone": "075-0000000"},
    "event parent-meeting": {"topic": "parent-meetings", "public": "yes", "length": "90m", "name.nl": "ouderavond", "name.bg": "родителска среща"},
    "event info-point": {"topic": "festival", "public": "yes", "place": "Stadhuisplein 100"},
    "event training": {"topic": "festival", "place": "De Kern"},
    "account": {"sender": SENDER, "chat_link": f"sms:{SENDER}?body=START%20{{code}}"}}
MONTHS = {"bg": "яну фев мар апр май юни юли авг сеп окт ное дек", "bg-Latn": "yanu fev mar apr may yuni yuli avg sep okt noe dek",
          "nl": "jan feb maa apr mei jun jul aug sep okt nov dec", "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
          "tr": "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara"}


class Encoded(ctypes.Structure):
    """QRcode of qrencode.h"""
    _fields_ = [("version", ctypes.c_int), ("width", ctypes.c_int), ("data", ctypes.POINTER(ctypes.c_ubyte))]


def encoded(text: str) -> set[tuple[int, int]]:
    """The dark modules of a text, as the library makes them at level M."""
    library = ctypes.CDLL("libqrencode.so.4")
    library.QRcode_encodeData.restype = ctypes.POINTER(Encoded)
    code = library.QRcode_encodeData(len(text), text.encode(), 0, 1).contents
    return {(at % code.width, at // code.width) for at in range(code.width ** 2) if code.data[at] & 1}


class TestPublicPages(World):
    def begin(self, people: int = 0) -> Browser:
        self.start(people=people, with_broker=False, **SECTIONS)
        for name, role in (("anna", "adviser"), ("boris", "approver"), ("adviser", "adviser"), ("maria", "key-person"), ("kalina", "desk")):
            self.gateway.run("users", "add", name, "--role", role)
        return Browser(self.public)

    def events(self, *words: str, by: str = "anna") -> dict[str, Any]:
        return json.loads(self.gateway.run("events", *words, "--json", "--by", by).out)

    def plan(self, *words: str, by: str = "anna", title: str = "Ouderavond", place: str = "De Windroos") -> str:
        return self.events("add", "parent-meeting", "--title", title, "--place", place, "--day", str(SOON), "--from", "18:00", *words, by=by)["id"]

    def open(self, *words: str) -> str:
        return self.events("add", "info-point", "--title", "Infopunt", "--day", str(TODAY), "--from", "13:00", "--to", "17:00",
                           "--rule", "FREQ=DAILY;COUNT=20", *words)["id"]

    def dates(self, page: str) -> list[str]:
        """What stands of each date, without markup."""
        listed = re.search(r'<ul class="dates">(.*?)</ul>', page, re.S)
        return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", item)).split()) for item in re.findall(r"<li>(.*?)</li>", listed.group(1), re.S)] if listed else []

    def assert_for_everybody(self, browser: Browser) -> None:
        self.assertEqual(browser.status, 200, browser.body)
        self.assertIsNone(browser.headers["Set-Cookie"])
        self.assertEqual((browser.headers["Cache-Control"], browser.headers["Vary"]), ("public, max-age=60", "Accept-Language"))
        self.assertNotIn("<script", browser.body)
        self.assertNotIn("noindex", browser.body)
        self.assertEqual(browser.cookies, {})

    # ---- in five spellings ----

    def test_an_event_in_five_spellings(self) -> None:
        browser = self.begin()
        event = self.plan()
        words = {"bg": ("Какво предстои", "родителска среща", "от 18:00 до 19:30"), "bg-Latn": ("Kakvo predstoi", "roditelska sreshta", "ot 18:00 do 19:30"),
                 "nl": ("Wat er komt", "ouderavond", "18:00"), "tr": ("Yakında neler var", "", "18:00"), "en": ("What is coming", "", "6:00|18:00")}
        for language, (heading, kind, hours) in words.items():
            page = browser.get(f"/events?language={language}")
            self.assert_for_everybody(browser)
            self.assertIn(f'<html lang="{language}">', page)
            self.assertIn(heading, page)
            self.assertIn(f'href="/events/{event}?language={language}" lang="nl">Ouderavond</a>', page)
            page = browser.get(f"/events/{event}?language={language}")
            self.assert_for_everybody(browser)
            self.assertIn(kind, page)
            self.assertIn('<h1 lang="nl">Ouderavond</h1>', page)
            self.assertIn('<dd lang="nl">De Windroos</dd>', page)
            self.assertEqual(len(self.dates(page)), 1)
            self.assertRegex(self.dates(page)[0], hours)
            self.assertRegex(self.dates(page)[0], rf"\b{SOON.day}\b")
            self.assertIn(MONTHS[language].split()[SOON.month - 1].lower()[:3], self.dates(page)[0].lower())
            self.assertIn(f'href="/join?language={language}"', page)
            self.assertIn("START parent-meetings", page)
            said = {"bg": ("bg", "родителски срещи"), "bg-Latn": ("bg-Latn", "roditelski sreshti"), "nl": ("nl", "ouderbijeenkomsten"),
                    "en": ("nl", "ouderbijeenkomsten"), "tr": ("bg", "родителски срещи")}  # where it has no name of its own, its language says so
            self.assertIn('<strong lang="{}">{}</strong>'.format(*said[language]), page)
            self.assertIn(SENDER, page)
            self.assertIn(f"sms:{SENDER}?body=START%20parent-meetings_{language}", page)
        # Without a language in the address: what the browser reads.
        self.assertIn('<html lang="tr">', browser.get("/events", **{"Accept-Language": "tr;q=0.9, fr"}))
        self.assertIn('<html lang="bg">', browser.get("/events"))
        self.assertIn('<a class="button quiet" href="/events?language=', Browser(self.public).get("/"))

    def test_what_it_says_to_write_signs_up(self) -> None:
        browser = self.begin()
        found = re.search(r"START [a-z-]+", browser.get(f"/events/{self.plan()}?language=bg"))
        assert found, browser.body
        self.says(9, found.group())
        self.assertIn("родителски срещи", self.wait_text_to(9, ""))

    def test_a_title_in_cyrillic_says_so(self) -> None:
        browser = self.begin()
        event = self.plan(title="Среща с родители")
        self.assertIn('<h1 lang="bg">Среща с родители</h1>', browser.get(f"/events/{event}?language=nl"))
        self.assertIn('<h1 lang="bg-Latn">Sreshta s roditeli</h1>', browser.get(f"/events/{event}?language=bg-Latn"))

    # ---- how it is now ----

    def test_closed_today(self) -> None:
        browser = self.begin()
        event = self.open()
        page = browser.get(f"/events/{event}?language=nl")
        self.assertNotIn("gesloten", page.lower())
        self.assertEqual(len(self.dates(page)), 10)
        self.assertIn("vandaag", self.dates(page)[0])
        self.events("cancel", event, "--date", str(TODAY), by="kalina")
        self.events("change", event, "--date", str(TODAY + timedelta(days=1)), "--from", "14:30", "--place", "De Kern")
        self.events("cancel", event, "--date", str(TODAY + timedelta(days=2)))
        page = browser.get(f"/events/{event}?language=nl")
        self.assertIn("Vandaag gesloten.", page)
        dates = self.dates(page)
        self.assertIn("gesloten", dates[0])
        self.assertRegex(dates[1], r"14:30.*gewijzigd De Kern")
        self.assertIn("gesloten", dates[2])
        self.assertNotIn("gesloten", "".join([dates[1], *dates[3:]]))
        self.assertNotIn("gewijzigd", "".join([dates[0], *dates[2:]]))
        self.assertIn("Vandaag gesloten.", browser.get("/events?language=nl"))
        self.assertIn("Днес е затворено.", browser.get("/events?language=bg"))

    def test_moved_and_called_off(self) -> None:
        browser = self.begin()
        event = self.plan()
        self.assertNotIn("changed", browser.get(f"/events/{event}?language=en"))
        self.events("change", event, "--day", str(SOON + timedelta(days=1)), "--from", "20:00")
        date = self.dates(browser.get(f"/events/{event}?language=en"))[0]
        self.assertRegex(date, rf"\b{(SOON + timedelta(days=1)).day}\b.*changed")
        self.events("cancel", event)
        page = browser.get(f"/events/{event}?language=en")  # whoever comes from a poster
        self.assert_for_everybody(browser)
        self.assertIn("it was called off", page)
        self.assertNotIn("/join", page)
        self.assertIn("does not take place", self.dates(page)[0])
        self.assertNotIn(event, browser.get("/events?language=en"))
        self.assertIn("Nothing is planned now", browser.body)

    def test_a_full_event(self) -> None:
        browser = self.begin(people=2)
        event = self.plan("--capacity", "2")
        self.assertNotIn("full", self.dates(browser.get(f"/events/{event}?language=en"))[0])
        file = self.folder / "campaign.json"
        file.write_text(json.dumps({"name": "parents", "topic": "parent-meetings", "people": 50, "event": event, "values": {},
                                    "steps": [{"when": f"at {moment(**FAR)}", "template": "parent-meeting-invitation"},
                                              {"when": "on cancel", "template": "parent-meeting-cancelled"}]}))
        ask = lambda *words, by="anna": json.loads(self.gateway.run(*words, "--json", "--by", by).out)  # noqa: E731
        ask("campaigns", "write", str(file), "--where", "school:de-windroos")
        ask("campaigns", "submit", "parents")
        ask("campaigns", "approve", "parents", "--digest", ask("campaigns", "show", "parents", by="boris")["digest"], by="boris")
        ask("campaigns", "start", "parents")
        self.campaign_due("parents")
        self.wait_text_to(1, "De Windroos")
        self.says(1, "ДА 2")
        until("it to be full", lambda: "full" in self.dates(browser.get(f"/events/{event}?language=en"))[0])
        self.assertIn("няма места", self.dates(browser.get(f"/events/{event}?language=bg"))[0])
        self.assertIn("full", browser.get("/events?language=en"))
        self.assertNotIn(number(1)[-8:], browser.body)

    # ---- worked out once ----

    def rename(self, event: str, title: str) -> None:
        """Behind the gateway's back: what it works out anew has it, what it kept has not."""
        with contextlib.closing(sqlite3.connect(self.gateway.folder / "pokana.db")) as database:
            database.execute("UPDATE event SET title = ?", (title,))
            database.commit()

    def test_a_page_is_kept_until_an_event_changes(self) -> None:
        browser = self.begin()
        event = self.plan()
        paths = [f"/events?language={language}" for language in ("nl", "bg")] + [f"/events/{event}?language=en", f"/events/{event}.ics", "/calendar.ics"]
        first = {path: browser.get(path) for path in paths}
        self.rename(event, "Andere avond")
        for path in paths:
            self.assertEqual(browser.get(path), first[path])
        self.assertIn("Andere avond", browser.get("/events?language=tr"))  # nobody asked for this one before
        self.open()
        for path in paths:
            self.assertIn("Andere avond", browser.get(path), path)
        self.events("cancel", event)
        self.assertNotIn("Andere avond", browser.get("/events?language=nl"))

    def test_who_has_it_already_is_told_so(self) -> None:
        browser = self.begin()
        path = f"/events/{self.plan()}?language=nl"
        page = browser.get(path)
        mark = browser.headers["ETag"]
        self.assertRegex(mark, r'^"[0-9a-f]{32}"$')
        for again in (mark, f'"x", W/{mark}', "*"):
            self.assertEqual(browser.get(path, **{"If-None-Match": again}), "")
            self.assertEqual((browser.status, browser.headers["ETag"], browser.headers["Vary"]), (304, mark, "Accept-Language"))
            self.assertEqual(browser.headers["Cache-Control"], "public, max-age=60")
        self.assertEqual(browser.get(path, **{"If-None-Match": '"x"'}), page)
        self.assertEqual(browser.status, 200)
        browser.get(path.replace("nl", "bg"), **{"If-None-Match": mark})
        self.assertEqual(browser.status, 200)
        for _ in range(2):
            self.assertEqual(browser.send("HEAD", path), "")
            self.assertEqual((browser.status, browser.headers["ETag"], browser.headers["Content-Length"]), (200, mark, str(len(page.encode()))))
        browser.get("/events/0000000000001")
        self.assertEqual((browser.status, browser.headers["ETag"], browser.headers["Cache-Control"]), (404, None, "no-store"))

    # ---- what is nobody's to see ----

    def test_no_draft_and_no_other_kind(self) -> None:
        browser = self.begin()
        draft, put_away = self.plan(by="maria"), self.plan(by="maria")
        self.events("cancel", put_away)
        closed = self.events("add", "training", "--title", "Voor weinigen", "--day", str(SOON), "--from", "9:00")["id"]
        for name in (draft, put_away, closed, "0000000000001", "1", "x" * 13, f"{draft}.ics", f"{closed}.ics", ".ics"):
            page = browser.get(f"/events/{name}?language=en")
            self.assertEqual(browser.status, 404, name)
            self.assertIn("There is no such page", page)
            self.assertEqual(browser.headers["Cache-Control"], "no-store")
        page = browser.get("/events")
        for words in (draft, put_away, closed, "Ouderavond", "Voor weinigen", "maria"):
            self.assertNotIn(words, page)
        self.gateway.run("events", "accept", draft, "--by", "anna")
        self.assertIn("Ouderavond", browser.get(f"/events/{draft}"))
        self.assertNotIn("maria", browser.body)

    def test_no_markup_of_anybodys(self) -> None:
        browser = self.begin()
        evil = "<script>alert(1)</script>\"'&{{org}}"
        event = self.plan(title=evil, place='"><img src=x onerror=alert(2)>')
        for path in ("/events", f"/events/{event}"):
            page = browser.get(path)
            self.assertNotRegex(page, r"<script|<img")
            self.assertIn("&lt;script&gt;alert(1)", page)
            self.assertIn("{{org}}", page)
        self.assertIn("default-src 'none'", browser.headers["Content-Security-Policy"])

    # ---- the file, and the poster ----

    def test_the_calendar_file(self) -> None:
        browser = self.begin()
        event, other = self.plan(title="Ouderavond groep 5"), self.open()
        text = browser.get(f"/events/{event}.ics")
        self.assertEqual((browser.status, browser.headers["Content-Type"]), (200, "text/calendar; charset=utf-8"))
        self.assertEqual(browser.headers["Cache-Control"], "public, max-age=300")
        self.assertEqual(text.count("BEGIN:VEVENT"), 1)
        self.assertIn("SUMMARY:Ouderavond groep 5\r\n", text)
        self.assertIn(f"UID:{event}@", text)
        mark = browser.headers["ETag"]
        browser.get(f"/events/{event}.ics", **{"If-None-Match": mark})
        self.assertEqual(browser.status, 304)
        file = self.folder / "event.ics"
        file.write_text(text, newline="")
        read = self.gateway.run("events", "import", str(file), "--by", "anna").out
        self.assertIn("0 planned, 0 changed, 1 unchanged", read)
        self.assertNotIn("Ouderavond", browser.get(f"/events/{other}.ics"))

    def test_the_poster_is_of_its_address(self) -> None:
        browser = self.begin()
        event = self.plan()
        address = f"http://127.0.0.1:{self.public}/events/{event}"
        page = browser.get(f"/events/{event}?language=tr")
        self.assertIn(f'<span class="address">{address}</span>', page)
        found = re.search(r'viewBox="0 0 (\d+) \1".*?<path d="([^"]+)"', page)
        assert found, page
        side, path = int(found.group(1)), found.group(2)
        drawn = {(int(x) + i, int(y)) for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path) for i in range(int(width))}
        self.assertEqual({x for x, _ in drawn} | {y for _, y in drawn}, set(range(4, side - 4)))
        self.assertEqual(drawn, {(x + 4, y + 4) for x, y in encoded(address)})
        if not shutil.which("zbarimg"):
            return  # it is what the library makes of this address, but nobody reads it back
        scale = 8
        image = self.folder / "poster.pgm"
        rows = [bytes(0 if (x // scale, y // scale) in drawn else 255 for x in range(side * scale)) for y in range(side * scale)]
        image.write_bytes(f"P5 {side * scale} {side * scale} 255\n".encode() + b"".join(rows))
        read = subprocess.run(["zbarimg", "--quiet", "--raw", str(image)], capture_output=True, text=True, timeout=60, check=True).stdout.strip()
        self.assertEqual(read, address)

    # ---- is it real ----

    def test_is_this_message_real(self) -> None:
        browser = self.begin()
        for language, word in (("bg", "парола"), ("bg-Latn", "parola"), ("nl", "wachtwoord"), ("tr", "parola"), ("en", "password")):
            page = browser.get(f"/real?language={language}")
            self.assert_for_everybody(browser)
            self.assertIn(word, page)
            self.assertEqual(page.count(SENDER), 1, page)
            self.assertIn("Zaanstad", page)
            self.assertIn("075-0000000", page)
            self.assertIn(f"http://127.0.0.1:{self.public}<", page)
        for secret in ("t0ken", "provider.token", "/send", "hook"):
            self.assertNotIn(secret, page)
        browser.send("POST", "/real", "x=1")
        self.assertEqual(browser.status, 404)


if __name__ == "__main__":
    unittest.main()
