# SPDX-License-Identifier: EUPL-1.2
"""What a resident does at their own page, through the real server: takes the data along, is erased, changes the number by two
codes, chooses a school; and what is forged, sent twice, cut off or too much does nothing. Nobody learns whose a number is."""

from __future__ import annotations

import http.client
import random
import re
import shutil
import sqlite3
import unittest
from collections import Counter
from typing import Any

from world import World, json, moment, number, until

from support.browser import Browser

FORM = re.compile(r'name="form" value="[^"]*"')
CHOICES = {"choice school": {"name.bg": "Училище", "name.nl": "School", "tags": "school:de-windroos, school:het-kompas",
                             "labels.nl": "De Roos, Het Kompas"},
           "choice area": {"name.bg": "Квартал", "tags": "area:noord, area:zuid", "labels.bg": "Север, Юг", "several": "no"}}
NEW = 50
SEED, ROUNDS = 20261125, 10_000


class TestOwn(World):
    def codes_to(self, n: int) -> list[str]:
        return [found.group() for text in self.texts_to(n) if (found := re.search(r"\b\d{6}\b", text)) and "10 " in text]

    def wait_code(self, n: int, count: int = 1) -> str:
        return until(f"code {count} to person {n}", lambda: len(self.codes_to(n)) >= count and self.codes_to(n)[count - 1]) or ""

    def signed_in(self, n: int = 1, code: int = 1) -> Browser:
        browser = Browser(self.public)
        browser.get("/me/start?language=nl")
        browser.post("/me/ask", {"number": number(n)})
        self.assertIn("Mijn gegevens", browser.post("/me/enter", {"code": self.wait_code(n, code)}))
        return browser

    def what(self, browser: Browser) -> str:
        found = re.search(r'name="what" value="([^"]+)"', browser.get("/me/address"))
        assert found, browser.body
        return found.group(1)

    def ask_number(self, browser: Browser, new: int) -> str:
        return browser.post("/me/address", {"what": self.what(browser), "address": number(new)})

    # ---- data ----

    def test_the_data_is_given_along(self) -> None:
        self.start(people=1)
        browser = self.signed_in()
        page, form = browser.body, browser.form()
        browser.get("/me/data")
        self.assertEqual(browser.status, 404)  # a link does nothing
        given = json.loads(browser.post("/me/data", {}, form=form))
        self.assertEqual(browser.status, 200)
        self.assertRegex(browser.headers["Content-Disposition"], r'^attachment; filename="pokana-\d{4}-\d\d-\d\d\.json"$')
        self.assertEqual(browser.headers["Cache-Control"], "no-store")
        self.assertEqual(given["addresses"][0]["address"], number(1))
        self.assertEqual([act["what"] for act in given["lookedAtOrChanged"]][-1], "recipient.export")
        self.assertIn("confirmed", [consent["what"] for consent in given["consents"]])
        self.assertNotIn(number(1), page)
        browser.post("/me/language", {"language": "nl"}, form=form)  # the page the file was taken from still works
        self.assertIn("Bewaard", browser.body)
        for forged in ("", "A" * 43, form, form[:-3]):
            self.assertIn("verouderd", browser.post("/me/data", {}, form=forged))
        stranger = Browser(self.public)
        self.assertIn("me/ask", stranger.post("/me/data", {}, form=form))

    # ---- looking ----

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that is kept, but that somebody looked: that is written down. Counters of the gateway's own are no one's data."""
        tables = [row[0] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {name: sorted(self.rows(f'SELECT * FROM "{name}"'), key=repr) for name in tables if name not in ("audit", "audit_anchor", "number", "cursor")}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        database = sqlite3.connect(f"file:{self.folder / 'gateway' / 'pokana.db'}?mode=ro", uri=True)
        rows = database.execute(sql).fetchall()
        database.close()
        return rows

    def test_looking_changes_nothing(self) -> None:
        self.start(people=1, **CHOICES)
        browser = self.signed_in()
        self.ask_number(browser, NEW)
        self.wait_code(NEW)
        until("everything left", lambda: all(row[0] > 2 for row in self.rows("SELECT state FROM message")))
        before = self.everything()
        self.assertTrue(before["session"])
        for path in ("/me", "/me?saved=1", "/me/address", "/me/stop", "/me/delete", "/me/address/codes", "/me/stopped", "/me/deleted", "/me/code",
                     "/me/start", "/join", "/"):
            browser.get(path)
            self.assertEqual(browser.status, 200, path)
        for path in ("/me/data", "/me/leave", "/me/language", "/me/topic", "/me/choose", "/me/channel", "/me/circle", "/me/enter", "/me/ask"):
            browser.get(path)  # what a form does, no link does
            self.assertIn(browser.status, (404, 405), path)
        for name, rows in self.everything().items():
            self.assertEqual(rows, before[name], name)
        browser.get("/me")
        browser.post("/me/language", {"language": "nl"})
        self.assertNotEqual(self.everything()["session"], before["session"])  # a button keeps it open

    # ---- the end ----

    def test_who_asks_is_erased_and_told(self) -> None:
        self.start(people=2)
        browser = self.signed_in()
        browser.get("/me/delete")
        self.assertIn("Mijn gegevens", browser.get("/me"))  # looking at the question answers nothing
        browser.get("/me/delete")
        form = browser.form()
        self.assertIn("vinkje", browser.post("/me/delete", {"never": "yes"}))
        self.assertEqual(browser.status, 422)
        self.assertIn("verouderd", browser.post("/me/delete", {"sure": "yes"}, form="B" * 43))
        self.assertIn("zijn gewist", browser.post("/me/delete", {"sure": "yes"}, form=form))
        self.assertNotIn("me", browser.cookies)
        self.wait_text_to(1, "изтри")
        self.assertIn("me/ask", browser.post("/me/delete", {"sure": "yes"}, form=form))
        again = Browser(self.public)
        again.get("/me/start")
        again.post("/me/ask", {"number": number(1)})
        self.signed_in(2)  # behind it in the queue
        self.assertEqual(len(self.codes_to(1)), 1)

    def test_stopping_is_asked_once_more(self) -> None:
        self.start(people=1)
        browser = self.signed_in()
        browser.get("/me/stop")
        form = browser.form()
        self.assertIn("U krijgt berichten", browser.get("/me"))
        self.assertIn("verouderd", browser.post("/me/stop", {}, form=form[::-1]))
        self.assertIn("geen berichten meer", browser.post("/me/stop", {}, form=form))

    # ---- another number ----

    def test_a_number_changes_by_two_codes(self) -> None:
        self.start(people=1)
        browser, other = self.signed_in(), self.signed_in(code=2)
        self.assertIn("twee codes", self.ask_number(browser, NEW))
        old, new = self.wait_code(1, 3), self.wait_code(NEW)
        self.assertIn("kloppen niet", browser.post("/me/address/codes", {"old": old, "new": "000000" if new != "000000" else "111111"}))
        self.assertEqual(browser.status, 422)
        session = browser.cookies["me"]
        self.assertIn("Bewaard", browser.post("/me/address/codes", {"old": new, "new": old}))  # in whichever order
        self.assertNotEqual(browser.cookies["me"], session)
        self.assertIn("U krijgt berichten", browser.body)
        self.assertIn("me/ask", other.get("/me"))  # every other session ended
        stolen = Browser(self.public)
        stolen.cookies["me"] = session
        self.assertIn("me/ask", stolen.get("/me"))
        given = json.loads(browser.post("/me/data", {}))
        self.assertEqual([address["address"] for address in given["addresses"]], [number(NEW)])
        self.assertEqual([consent["what"] for consent in given["consents"]][-2:], ["corrected", "confirmed"])
        browser.get("/me/address/codes")
        browser.post("/me/address/codes", {"old": old, "new": new})
        self.assertEqual(browser.status, 422)  # they fit once
        before = len(self.texts_to(1))
        self.accepted(self.school(), self.event())
        self.wait_text_to(NEW, "Windroos")
        self.assertEqual(len(self.texts_to(1)), before)
        self.gateway.run("consent", "verify")

    def test_a_backup_put_back_does_not_write_to_the_number_that_was_left(self) -> None:
        self.start(people=2)
        browser, home, copy = self.signed_in(), self.folder / "gateway", self.folder / "copy.db"
        self.gateway.run("backup", str(copy))
        self.ask_number(browser, NEW)
        browser.post("/me/address/codes", {"old": self.wait_code(1, 2), "new": self.wait_code(NEW)})
        self.assertIn("Bewaard", browser.body)
        self.gateway.stop()
        journal = self.folder / "kept.journal"
        shutil.copyfile(home / "pokana.journal", journal)
        for name in ("pokana.db", "pokana.db-wal", "pokana.db-shm", "pokana.journal"):
            (home / name).unlink(missing_ok=True)
        self.gateway.run("restore", str(copy), "--journal", str(journal))
        self.gateway.start()
        self.wait_connected()
        self.gateway.run("resume", "--after-restore")
        before = len(self.texts_to(1))
        # Times are told in whole seconds: one of the restore's own second may have been run before, and would be held.
        self.accepted(self.school(), self.event(time=moment(seconds=2)))
        self.wait_text_to(2, "Windroos")
        self.assertEqual((len(self.texts_to(1)), len(self.texts_to(NEW))), (before, 1))

    def test_nobody_learns_whose_a_number_is(self) -> None:
        self.start(people=5)
        self.says(4, "СТОП")
        self.wait_text_to(4, "СТАРТ")
        said = len(self.texts_to(4))
        pages, heads = [], []
        for who, wanted in ((1, 2), (3, 4), (5, NEW)):  # somebody's; one that said STOP; nobody's
            browser = self.signed_in(who)
            asked = self.ask_number(browser, wanted)
            heads.append((browser.status, sorted(key for key in browser.headers if key not in ("Date",))))
            old = self.wait_code(who, 2)
            wrong = browser.post("/me/address/codes", {"old": old, "new": "000000"})
            pages.append((FORM.sub("", asked), FORM.sub("", wrong)))
            self.assertEqual(browser.status, 422)
        self.assertEqual(pages[0], pages[1])
        self.assertEqual(pages[0], pages[2])
        self.assertEqual(heads[0], heads[1])
        self.assertEqual(heads[0], heads[2])
        self.assertEqual(self.codes_to(2), [])
        self.assertEqual(len(self.texts_to(4)), said)
        self.assertEqual(len(self.codes_to(NEW)), 1)

    def test_codes_are_guessed_five_times_and_asked_for_three_times_a_day(self) -> None:
        self.start(people=1)
        browser = self.signed_in()
        self.ask_number(browser, NEW)
        old, new = self.wait_code(1, 2), self.wait_code(NEW)
        for _ in range(5):
            browser.post("/me/address/codes", {"old": old, "new": "00000"})
            self.assertEqual(browser.status, 422)
        browser.post("/me/address/codes", {"old": old, "new": new})
        self.assertEqual(browser.status, 422)
        for _ in range(2):
            self.ask_number(browser, NEW + 1)
            self.assertEqual(browser.status, 200)
        self.ask_number(browser, NEW + 1)
        self.assertEqual(browser.status, 429)
        self.assertEqual(browser.headers["Retry-After"], "3600")
        for wrong in ("12", "", "075 123 4567", "x" * 300):
            browser.post("/me/address", {"what": self.what(browser), "address": wrong})
            self.assertIn(browser.status, (422, 429))

    def test_what_is_no_address_of_theirs_is_not_changed(self) -> None:
        self.start(people=2)
        mine, theirs = self.signed_in(1), self.signed_in(2)
        foreign = self.what(theirs)
        for what in (foreign, "change-", "change-0000000000000", "add-sms", "add-telegram", "add-", "nothing", ""):
            mine.get("/me/address")
            mine.post("/me/address", {"what": what, "address": number(NEW)})
            self.assertEqual(mine.status, 422, what)
        mine.get("/me/address")
        mine.post("/me/address", {"what": self.what(mine), "address": "12"})
        self.assertEqual(mine.status, 422)
        self.assertEqual(self.texts_to(NEW), [])

    # ---- school and area ----

    def test_schools_and_areas_are_chosen_from_those_offered(self) -> None:
        self.start(people=1, **CHOICES)
        browser = self.signed_in()
        self.assertIn("De Roos", browser.body)
        self.assertRegex(browser.body, r'value="school:de-windroos" checked')
        browser.post("/me/choose", [("group", "school"), ("tag", "school:het-kompas"), ("tag", "school:de-windroos")])
        self.assertRegex(browser.body, r'value="school:het-kompas" checked')
        browser.post("/me/choose", {"group": "school", "tag": "school:het-kompas"})
        self.assertNotRegex(browser.body, r'value="school:de-windroos" checked')
        browser.post("/me/choose", {"group": "area", "tag": "area:zuid"})
        self.assertRegex(browser.body, r'type="radio" name="tag" value="area:zuid" checked')
        for wrong in ([("group", "area"), ("tag", "area:noord"), ("tag", "area:zuid")], [("group", "school"), ("tag", "area:noord")],
                      [("group", "school"), ("tag", "vip")], [("group", "nothing"), ("tag", "x")], [("tag", "school:het-kompas")]):
            browser.get("/me")
            browser.post("/me/choose", wrong)
            self.assertEqual(browser.status, 400, wrong)
        browser.get("/me")
        browser.post("/me/choose", {"group": "school"})  # none is a choice too
        self.assertNotRegex(browser.body, r'value="school:[a-z-]+" checked')
        given = json.loads(browser.post("/me/data", {}))
        self.assertEqual(given["tags"], ["area:zuid"])
        browser.get("/me?language=bg-Latn")
        self.assertIn("Sever", browser.body)

    # ---- what is forged ----

    def test_a_form_counts_once_and_only_here(self) -> None:
        self.start(people=2)
        browser, other = self.signed_in(1), self.signed_in(2)
        form = browser.form()
        fields = {"topic": "parent-meetings", "answer": "no"}
        for forged in ("", other.form(), form[:-1], form + "x", "A" * 43, "%00", form.swapcase()):
            self.assertIn("verouderd", browser.post("/me/topic", fields, form=forged))
            self.assertIn("U krijgt berichten", browser.body)
        browser.post("/me/topic", fields, form=form, Origin="https://elsewhere.example")
        self.assertEqual(browser.status, 403)
        browser.post("/me/topic", fields, form=form, **{"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(browser.status, 403)
        self.assertIn("Bewaard", browser.post("/me/topic", fields, form=form))
        self.assertIn("verouderd", browser.post("/me/topic", {**fields, "answer": "yes"}, form=form))
        self.assertNotIn("U krijgt berichten", browser.body)

    def test_what_is_cut_off_or_too_much_does_nothing(self) -> None:
        self.start(people=1)
        browser = self.signed_in()
        page = browser.body
        for path in ("/me/topic", "/me/channel", "/me/choose", "/me/language", "/me/address", "/me/address/codes"):
            browser.get("/me")
            form = browser.form()
            for body in ("", "form", f"form={form}", f"form={form}&topic", f"form={form}&topic=%", f"form={form}&topic=%f",
                         f"form={form}&topic=%ff%fe&answer=no", f"form={form}&topic={'x' * 5000}&answer=no", "&&&==&",
                         f"form={form}&topic=parent-meetings&answer=maybe", f"form={form}&channel=nothing&answer=no"):
                browser.send("POST", path, body)
                self.assertIn(browser.status, (200, 400, 413, 422), (path, body[:40]))
                browser.get("/me")
                form = browser.form()
        browser.send("POST", "/me/topic", "x" * 300_000)
        self.assertEqual(browser.status, 413)
        for path in ("/me/topic", "/me/channel", "/me/choose", "/me/circle", "/me/language", "/me/data", "/me/leave", "/me/enter", "/me/ask"):
            browser.get(path)
            self.assertEqual(browser.status, 404, path)
        self.assertEqual(FORM.sub("", browser.get("/me")), FORM.sub("", page))

    def test_ten_thousand_forged_forms_change_nothing(self) -> None:
        """Made up, replayed, cut off and blown up, with the right cookie and with others; afterwards all is as it was."""
        self.start(people=1, **CHOICES)
        browser = self.signed_in()
        old = browser.form()
        browser.post("/me/language", {"language": "nl"})
        good, cookie = browser.form(), "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        until("everything left", lambda: all(row[0] > 2 for row in self.rows("SELECT state FROM message")))
        before, chance, seen = self.everything(), random.Random(SEED), Counter[int]()
        connection = http.client.HTTPConnection("127.0.0.1", self.public, timeout=30)
        self.addCleanup(connection.close)
        for n in range(ROUNDS):
            path, body, theirs = self.forged(chance, good, old)
            headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": f"198.51.{n % 200}.{n % 250}",
                       "Cookie": cookie if theirs else "me=" + "".join(chance.choice("ABCabc012-_") for _ in range(43))}
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                status, place = answer.status, answer.headers.get("Location")
                answer.read()
            except (http.client.HTTPException, OSError):
                connection.close()
                continue  # closed on us: too long
            self.assertIn((status, place), {(303, "/me?old=1"), (303, "/me/start"), (404, None), (413, None), (422, None), (400, None)},
                          f"round {n}: {path} {body!r:.200}")
            seen[status] += 1
        self.assertGreater(seen[303], ROUNDS // 2)
        for name, rows in self.everything().items():
            self.assertEqual(rows, before[name], name)
        self.assertIn("Bewaard", browser.post("/me/language", {"language": "nl"}, form=good))  # what is ours still works

    def forged(self, chance: random.Random, good: str, old: str) -> tuple[str, bytes, bool]:
        """A path, a form that is wrong somehow, and whether the right cookie comes with it."""
        fields = {"/me/language": "language=en", "/me/topic": "topic=parent-meetings&answer=no", "/me/channel": "channel=sms&answer=no",
                  "/me/circle": "", "/me/choose": "group=school&tag=school:het-kompas", "/me/data": "", "/me/stop": "",
                  "/me/delete": "sure=yes&never=yes", "/me/address": f"what=add-sms&address={number(60)[1:]}", "/me/address/codes": "old=111111&new=111111"}
        path = chance.choice(list(fields))
        rest = fields[path] + chance.choice(["", "&form=", "&&&=&", "&x=%ff%fe%", "&" + "y" * chance.randrange(400)])
        kind = chance.randrange(6)
        if kind == 0:  # the right form, and somebody else's cookie
            return path, f"form={good}&{rest}".encode(), False
        at = chance.randrange(42)  # the last letter has bits that are nobody's
        wrong = good[:at] + chance.choice([c for c in "ABCabc012-_" if c != good[at]]) + good[at + 1:]
        form = {1: wrong, 2: old, 3: good[:chance.randrange(len(good) - 1)], 4: good + "A" * chance.randrange(1, 100), 5: ""}[kind]
        body = f"form={form}&{rest}" if form or chance.random() < .5 else rest.lstrip("&").replace("form=", "from=")
        return path, body.encode() + b"z" * (chance.randrange(1 << 18) if chance.random() < .002 else 0), True

    def test_who_asks_for_codes_all_the_time_has_to_wait(self) -> None:
        self.start(people=1)
        browser = Browser(self.public)
        browser.get("/me/start?language=nl")
        for _ in range(120):
            browser.post("/me/enter", {"code": "1"}, **{"X-Forwarded-For": "192.0.2.1, 198.51.100.7"})
            self.assertEqual(browser.status, 422)
        browser.post("/me/enter", {"code": "1"}, **{"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
        self.assertEqual(browser.status, 429)
        self.assertIn("Te veel pogingen", browser.body)
        browser.get("/me/start")
        browser.post("/me/ask", {"number": number(77)}, **{"X-Forwarded-For": "198.51.100.7"})
        self.assertEqual(browser.status, 429)  # for a number nobody knows as for any other
        browser.get("/me/start")
        browser.post("/me/ask", {"number": number(77)}, **{"X-Forwarded-For": "198.51.100.8"})
        self.assertEqual(browser.status, 200)


if __name__ == "__main__":
    unittest.main()
