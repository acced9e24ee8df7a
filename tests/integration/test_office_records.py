#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The records at a desk over HTTP, as adviser, approver, operator and the info point: reports and files of them, who came, the month's
numbers, people without numbers, the log. A group of three is hidden on every page; no page has a number; what somebody typed is
text everywhere."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import time
import unittest
from datetime import date, timedelta
from typing import Any

from test_signin import totp
from world import FAR, World, moment, number, until

from support.browser import Browser

KINDS: dict[str, Any] = {"event parent-meeting": {"topic": "parent-meetings", "public": "yes", "length": "90m", "name.nl": "ouderavond", "name.bg": "среща"}}
YES, NO, PEOPLE, FEW = 10, 6, 24, 3  # FEW of them live in one quarter
TITLE = "Ouderavond <script>alert(1)</script> & \"co\""
OWN_PAGES = ("/office/reports", "/office/indicators", "/office/people", "/office/audit")
PERSON = re.compile(r"/office/person/([0-9a-z]{13})")


class TestOfficeRecords(World):
    def begin(self) -> None:
        self.start(people=PEOPLE - FEW, start=False, with_broker=False, account={"currency": "EUR", "price": "* 0.07"}, **KINDS)
        self.import_people(FEW, first=PEOPLE - FEW + 1, tags="school:de-windroos|area:noord")
        self.gateway.start()
        self.addCleanup(self.end_gateway)
        for name, role in (("anna", "adviser"), ("boris", "approver"), ("dirk", "operator"), ("desk", "desk"), ("maria", "key-person")):
            self.gateway.run("users", "add", name, "--role", role)

    def sign_in(self, name: str) -> Browser:
        path = re.search(r"/staff/link/\S{43}", self.gateway.run("users", "link", name).out)
        assert path
        browser = Browser(self.public)
        browser.get(f"{path.group()}?language=nl")
        browser.post(path.group(), {})
        if "/staff/second" in browser.path:
            secret = re.search(r"<code>([A-Z2-7]+)</code>", browser.get("/staff/second"))
            assert secret, browser.body
            browser.post("/staff/second", {"code": totp(secret.group(1), int(time.time()) // 30)})
        return browser

    def ask_as(self, *words: str, by: str = "anna") -> Any:
        return json.loads(self.gateway.run(*words, "--json", "--by", by).out)

    def run_campaign(self) -> None:
        file = self.folder / "campaign.json"
        file.write_text(json.dumps({"name": "autumn", "topic": "parent-meetings", "people": 100,
                                    "values": {"begins": moment(days=7), "place": "De Windroos"},
                                    "steps": [{"when": f"at {moment(**FAR)}", "template": "parent-meeting-invitation"}]}))
        self.gateway.run("campaigns", "write", str(file), "--where", "school:de-windroos", "--by", "anna")
        self.gateway.run("campaigns", "submit", "autumn", "--by", "anna")
        self.gateway.run("campaigns", "approve", "autumn", "--digest", self.ask_as("campaigns", "show", "autumn")["digest"], "--by", "boris")
        self.gateway.run("campaigns", "start", "autumn", "--by", "anna")
        self.campaign_due("autumn")
        until("everybody to be told", lambda: len(self.received()) == PEOPLE, 60)
        self.deliver_all()
        for n in range(1, YES + NO + 1):
            self.says(n, "ДА 2" if n <= YES else "НЕ")
        until("all answers", lambda: self.ask_as("campaigns", "report", "autumn")["total"]["no"] == NO)

    def plan_event(self) -> str:
        """Three days ahead, and moved into the past behind the gateway's back."""
        event = self.ask_as("events", "add", "parent-meeting", "--title", TITLE, "--place", "De Windroos", "--day",
                            str(date.today() + timedelta(days=3)), "--from", "18:00")["id"]
        self.gateway.stop()
        with sqlite3.connect(self.gateway.folder / "pokana.db") as database:
            database.execute("UPDATE occurrence SET starts_ms = starts_ms - 4 * 86400000, ends_ms = ends_ms - 4 * 86400000")
        self.gateway.start()
        return event

    def has_no_number(self, browser: Browser) -> None:
        """No number of anybody's, in no form, on the page it is at."""
        for n in range(1, PEOPLE + 1):
            for form in (number(n), number(n)[1:], "0" + number(n)[3:], number(n)[3:]):
                self.assertNotIn(form, browser.body, browser.path)

    def row(self, page: str, label: str) -> list[str]:
        found = re.search(rf"<tr><th[^>]*>{label}</th>(.*?)</tr>", page, re.S)
        assert found, page
        return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found.group(1), re.S)]

    def fact(self, page: str, label: str) -> str:
        found = re.search(rf"<dt[^>]*>{label}</dt><dd[^>]*>(.*?)</dd>", page, re.S)
        assert found, page
        return found.group(1)

    # ---- reports ----

    def test_a_report(self) -> None:
        self.begin()
        self.run_campaign()
        for name in ("anna", "boris", "dirk"):
            browser = self.sign_in(name)
            self.assertIn("/office/report/campaign/autumn", browser.get("/office/reports"))
            page = browser.get("/office/report/campaign/autumn")
            self.assertEqual((browser.status, self.fact(page, "Kregen bericht"), self.fact(page, "Zeiden ja"), self.fact(page, "Zeiden nee")),
                             (200, str(PEOPLE), str(YES), str(NO)))
            self.assertEqual(self.fact(page, "Kosten"), "EUR 3,36")
            told = 1
            self.assertEqual([self.row(page, label)[told] for label in ("noord", "geen")], ["–verborgen: te weinig mensen"] * 2)  # three of them: the others tell it
            self.assertNotIn(f">{FEW}<", page.split("Per wijk")[1].split("</section>")[0])
            self.assertRegex(page, r'<rect class="office-chart__told" x="0" y="20" width="85%"')
            self.assertNotIn("style=", page)
            self.assertNotIn("<script", page)
            self.has_no_number(browser)
        file = list(csv.DictReader(io.StringIO(browser.get("/office/report/campaign/autumn?as=csv"))))
        self.assertEqual((file[0]["breakdown"], file[0]["told"]), ("total", str(PEOPLE)))
        self.assertEqual({row["told"] for row in file if row["breakdown"] == "area"}, {"hidden"})
        self.assertEqual(browser.headers["Content-Disposition"], 'attachment; filename="report-autumn.csv"')
        self.assertEqual(browser.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(browser.headers["Cache-Control"], "no-store")
        self.assertTrue(browser.headers["Content-Type"].startswith("text/csv"))
        self.assertEqual(browser.body, self.gateway.run("campaigns", "report", "autumn", "--csv", "--by", "anna").out.replace("\n", "\r\n").replace("\r\r", "\r"))
        document = json.loads(browser.get("/office/report/campaign/autumn?as=json"))
        self.assertEqual(document["total"], self.ask_as("campaigns", "report", "autumn")["total"])
        self.assertEqual(browser.headers["Content-Disposition"], 'attachment; filename="report-autumn.json"')
        browser.get("/office/report/campaign/nothing")
        self.assertEqual(browser.status, 404)
        browser.get("/office/report/date/x.y")
        self.assertEqual(browser.status, 404)

    def test_who_may_not(self) -> None:
        self.begin()
        anna = self.sign_in("anna")
        found = PERSON.search(anna.get("/office/people"))
        assert found
        person = found.group(1)
        desk, nobody = self.sign_in("desk"), Browser(self.public)
        for path in (*OWN_PAGES, f"/office/person/{person}", "/office/report/campaign/autumn", "/office/report/campaign/autumn?as=csv"):
            desk.get(path)
            self.assertEqual(desk.path, "/staff", path)
            nobody.get(path)
            self.assertEqual(nobody.path, "/staff/start", path)
        dirk = self.sign_in("dirk")
        for path in ("/office/people", f"/office/person/{person}"):
            dirk.get(path)
            self.assertEqual(dirk.status, 403, path)
        self.assertNotIn("/office/people", dirk.get("/office/reports"))
        dirk.get("/office/audit")
        form = dirk.form()
        for path in (f"/office/withdraw/{person}", f"/office/export/{person}"):
            dirk.post(path, {"how": "desk", "topic": "*"}, form=form)
            self.assertEqual(dirk.status, 403, path)
        self.assertIn(person, anna.get("/office/people"))

    def test_who_came(self) -> None:
        self.begin()
        event = self.plan_event()
        anna, boris = self.sign_in("anna"), self.sign_in("boris")
        page = anna.get("/office/reports")
        self.assertIn("Ouderavond &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;", page)
        self.assertNotIn("<script", page)
        path = f"/office/report/date/{event}.once"
        self.assertIn(path, page)
        self.assertNotIn("<script", anna.get(path))
        self.assertEqual(self.fact(anna.body, "Aanwezig"), "nog niet ingevuld")
        form = anna.form()
        self.assertIn("is bewaard", anna.post(path, {"count": "31"}))
        self.assertEqual(self.fact(anna.body, "Aanwezig"), "31")
        self.assertIn("is bewaard", anna.post(path, {"count": "31"}, form=form))  # a second tap shows what the first did
        self.assertIn("verouderd", anna.post(path, {"count": "99"}, form=form))
        for wrong in ("-1", "many", "1000000", ""):
            anna.get(path)
            self.assertIn("geheel getal", anna.post(path, {"count": wrong}))
        anna.get(path)
        anna.post(path, {"count": "28"})
        self.assertEqual(self.ask_as("events", "report", event)["total"]["came"], 28)
        self.assertNotIn('name="count"', boris.get(path))  # who approves does not count
        boris.post(path, {"count": "1"}, form=anna.form())
        self.assertEqual(boris.status, 403)
        self.assertEqual(self.ask_as("events", "report", event)["total"]["came"], 28)

    # ---- the month ----

    def test_indicators(self) -> None:
        self.begin()
        today = date.today()
        last = (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
        self.gateway.stop()
        with sqlite3.connect(self.gateway.folder / "pokana.db") as database:  # people agreed a month ago
            database.execute("UPDATE number SET value = ? WHERE name = 'indicators.first'", (int(last.replace("-", "")),))
            database.executescript("DROP TRIGGER ledger_fixed; UPDATE ledger SET at_ms = at_ms - 32 * 86400000;")
        self.gateway.start()
        until("the month to be frozen", lambda: self.ask_as("report", "indicators", "--month", last)["state"] == "frozen")
        anna = self.sign_in("anna")
        for language, people, hidden in (("nl", "Mensen met toestemming", "verborgen"), ("bg", "Хора със съгласие", "скрито"), ("en", "People with consent", "hidden")):
            page = anna.get(f"/office/indicators?month={last}&language={language}")
            self.assertIn(f"{people}: {PEOPLE}", page)
            self.assertIn(hidden, self.row(page, "noord")[0])
            self.has_no_number(anna)
        self.assertIn("still running", anna.get("/office/indicators"))
        self.assertIn(f"month={last}", anna.body)
        file = list(csv.DictReader(io.StringIO(anna.get(f"/office/indicators?month={last}&as=csv"))))
        self.assertEqual((file[0]["indicator"], file[0]["value"]), ("consent", str(PEOPLE)))
        self.assertEqual(anna.headers["Content-Disposition"], f'attachment; filename="indicators-{last}.csv"')
        self.assertEqual(anna.headers["X-Content-Type-Options"], "nosniff")
        for month, status in (("2019-01", 404), ("soon", 400)):
            anna.get(f"/office/indicators?month={month}")
            self.assertEqual(anna.status, status)

    # ---- people ----

    def test_people(self) -> None:
        self.begin()
        anna = self.sign_in("anna")
        page = anna.get("/office/people")
        people = list(dict.fromkeys(PERSON.findall(page)))
        self.assertEqual((len(people), self.fact(page, "Aangemelde mensen")), (PEOPLE, str(PEOPLE)))
        self.has_no_number(anna)
        for known in (number(1), number(999), "+1", "zzz"):  # a number finds nobody, known or not
            anna.get(f"/office/people?id={known.replace('+', '%2B')}")
            self.assertEqual((anna.status, "niemand met dit kenmerk" in anna.body), (404, True))
        person, other = people[0], people[1]
        self.assertIn("Toestemmingen nu", anna.get(f"/office/people?id={person}"))
        self.assertEqual(anna.path, f"/office/person/{person}")
        self.assertRegex(anna.body, r"\+31…\d\d")
        self.has_no_number(anna)
        self.assertIn("in het logboek", anna.body)
        # A consent ends with a word how; without one, or with a number in it, it does not.
        for wrong in ("", f"by {number(1)}"):
            anna.get(f"/office/person/{person}")
            self.assertIn("lukte niet", anna.post(f"/office/withdraw/{person}", {"topic": "*", "how": wrong}))
        anna.get(f"/office/person/{person}")
        self.assertIn("is ingetrokken", anna.post(f"/office/withdraw/{person}", {"topic": "*", "how": "brief"}))
        self.assertIn("nee of ingetrokken", anna.body)
        # The data goes to a file, by a form alone.
        form = anna.form()
        document = json.loads(anna.post(f"/office/export/{person}", {}, form=form))
        self.assertEqual(document["recipient"], person)
        self.assertEqual(anna.headers["Content-Disposition"], f'attachment; filename="person-{person}.json"')
        self.assertIn("verouderd", anna.post(f"/office/export/{person}", {}, form="A" * 43))
        anna.get(f"/office/export/{person}")
        self.assertEqual(anna.status, 404)
        # Erased with a reason and a tick, once.
        anna.get(f"/office/person/{person}")
        for fields in ({"why": "asked"}, {"sure": "yes"}, {"why": "none", "sure": "yes"}):
            self.assertIn("vink aan", anna.post(f"/office/erase/{person}", fields))
            self.assertEqual(anna.status, 422)
        self.assertIn("is gewist", anna.post(f"/office/erase/{person}", {"why": "ours", "sure": "yes"}))
        anna.get(f"/office/person/{person}")
        self.assertEqual(anna.status, 404)
        self.assertEqual(self.fact(anna.body, "Aangemelde mensen"), str(PEOPLE - 1))
        self.assertIn(other, anna.body)

    # ---- the log ----

    def test_the_log(self) -> None:
        self.begin()
        anna = self.sign_in("anna")
        anna.get("/office/people")
        page = anna.get("/office/audit")
        self.assertIn("recipient.list", page)
        self.has_no_number(anna)
        only = anna.get("/office/audit?action=recipient.list&who=anna")
        self.assertEqual(set(re.findall(r"<td[^>]*><code>([a-z.-]+)</code>", only)), {"recipient.list"})
        self.assertIn('value="recipient.list"', only)
        tomorrow = date.today() + timedelta(days=2)
        self.assertIn("niets dat hierbij past", anna.get(f"/office/audit?from={tomorrow}"))
        self.assertIn("recipient.list", anna.get(f"/office/audit?until={tomorrow}"))
        self.assertIn("Schrijf een dag", anna.get("/office/audit?from=yesterday"))
        self.assertIn("&quot;&gt;&lt;script&gt;", anna.get("/office/audit?who=%22%3E%3Cscript%3E"))
        self.assertNotIn("<script", anna.body)
        # Page after page, nothing twice.
        for n in range(60):
            anna.get("/office/people")
        first = anna.get("/office/audit?action=recipient.list")
        older = re.search(r'href="(/office/audit\?after=[^"]+)"', first)
        assert older
        self.assertIn("recipient.list", older.group(1))
        second = anna.get(older.group(1).replace("&amp;", "&"))
        self.assertEqual(first.count("<code>recipient.list</code>"), 50)
        self.assertEqual(second.count("<code>recipient.list</code>"), 11)
        self.assertIn("is ongeschonden", anna.get("/office/audit?verify=1"))
        self.gateway.stop()
        with sqlite3.connect(self.gateway.folder / "pokana.db") as database:
            database.executescript("DROP TRIGGER audit_fixed; UPDATE audit SET actor = '<i>maria</i>', detail = '<script>' WHERE id = (SELECT max(id) FROM audit) - 1;")
        self.gateway.start()
        self.assertIn("NIET ongeschonden", anna.get("/office/audit?verify=1"))
        self.assertIn("&lt;i&gt;maria&lt;/i&gt;", anna.body)
        self.assertNotRegex(anna.body, "<i>|<script")


if __name__ == "__main__":
    unittest.main()
