# SPDX-License-Identifier: EUPL-1.2
"""Reports with the daemon: a campaign goes, people answer, and the numbers are the same at the terminal, in a file, at the public
door and after a kill; a group of three is hidden everywhere; how many came is typed afterwards."""

from __future__ import annotations

import csv
import http.client
import io
import json
import sqlite3
import unittest
from datetime import date, timedelta

from world import FAR, World, moment, until

KINDS = {"event parent-meeting": {"topic": "parent-meetings", "public": "yes", "length": "90m"}}
YES, NO, PEOPLE, FEW = 10, 6, 24, 3  # FEW of them live in one quarter


class TestReports(World):
    def begin(self) -> None:
        self.start(people=PEOPLE - FEW, start=False, with_broker=False, account={"currency": "EUR", "price": "* 0.07"}, **KINDS)
        self.import_people(FEW, first=PEOPLE - FEW + 1, tags="school:de-windroos|area:noord")
        self.gateway.start()
        self.addCleanup(self.end_gateway)
        for name, role in (("anna", "adviser"), ("boris", "approver"), ("maria", "key-person")):
            self.gateway.run("users", "add", name, "--role", role)

    def report(self, *words: str, by: str = "anna") -> dict:
        return json.loads(self.gateway.run(*words, "--json", "--by", by).out)

    def run_campaign(self) -> None:
        file = self.folder / "campaign.json"
        file.write_text(json.dumps({"name": "autumn", "topic": "parent-meetings", "people": 100,
                                    "values": {"begins": moment(days=7), "place": "De Windroos"},
                                    "steps": [{"when": f"at {moment(**FAR)}", "template": "parent-meeting-invitation"}]}))
        self.gateway.run("campaigns", "write", str(file), "--where", "school:de-windroos", "--by", "anna")
        self.gateway.run("campaigns", "submit", "autumn", "--by", "anna")
        digest = self.report("campaigns", "show", "autumn")["digest"]
        self.gateway.run("campaigns", "approve", "autumn", "--digest", digest, "--by", "boris")
        self.gateway.run("campaigns", "start", "autumn", "--by", "anna")
        self.campaign_due("autumn")
        until("everybody to be told", lambda: len(self.received()) == PEOPLE)
        self.deliver_all()
        for n in range(1, YES + NO + 1):
            self.says(n, "ДА 2" if n <= YES else "НЕ")
        until("all answers", lambda: self.report("campaigns", "report", "autumn")["total"]["no"] == NO)

    def test_a_campaign(self) -> None:
        self.begin()
        self.run_campaign()
        report = self.report("campaigns", "report", "autumn")
        total = report["total"]
        self.assertEqual([total[field] for field in ("people", "told", "arrived", "yes", "no", "noAnswer", "heads", "came")],
                         [PEOPLE, PEOPLE, PEOPLE, YES, NO, PEOPLE - YES - NO, 2 * YES, None])
        self.assertEqual(total["cost"], [{"currency": "EUR", "tenThousandths": 1400 * PEOPLE}])
        areas = {group["group"]: group for group in next(part for part in report["breakdowns"] if part["by"] == "area")["groups"]}
        self.assertEqual({name: group["told"] for name, group in areas.items()}, {"area:noord": None, "none": None})
        shown = self.gateway.run("campaigns", "report", "autumn", "--by", "anna").out
        self.assertRegex(shown, rf"told +{PEOPLE}\n")
        area = self.gateway.run("campaigns", "report", "autumn", "--per", "area", "--by", "anna").out
        self.assertRegex(area, r"area:noord +hidden")
        table = list(csv.DictReader(io.StringIO(self.gateway.run("campaigns", "report", "autumn", "--csv", "--by", "anna").out)))
        self.assertEqual(table[0]["breakdown"] + table[0]["told"], f"total{PEOPLE}")
        self.assertEqual({row["told"] for row in table if row["breakdown"] == "area"}, {"hidden"})
        self.assertEqual(self.gateway.run("campaigns", "report", "autumn", "--by", "maria", check=False).status, 6)
        self.assertEqual(self.gateway.run("campaigns", "report", "none", "--by", "anna", check=False).status, 4)
        self.gateway.kill()
        self.gateway.start()
        again = self.report("campaigns", "report", "autumn")
        self.assertEqual((again["total"], again["breakdowns"]), (total, report["breakdowns"]))
        token = json.loads(self.gateway.run("tokens", "add", "dashboard", "--user", "anna", "--scopes", "report.view", "--expires",
                                            str(date.today() + timedelta(days=30)), "--json").out)["token"]
        link = http.client.HTTPConnection("127.0.0.1", self.public, timeout=20)
        for path, status in (("/v1/campaigns/autumn/report?by=language", 200), ("/v1/campaigns/autumn/report?by=age", 400), ("/v1/messages", 403)):
            link.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = link.getresponse()
            body = json.loads(answer.read())
            self.assertEqual(answer.status, status, body)
            if status == 200:
                self.assertEqual((body["total"], [part["by"] for part in body["breakdowns"]]), (total, ["language"]))
        link.close()

    def test_who_came(self) -> None:
        self.begin()
        event = self.report("events", "add", "parent-meeting", "--title", "Ouderavond", "--place", "De Windroos", "--day",
                            str(date.today() + timedelta(days=3)), "--from", "18:00")["id"]
        self.assertEqual(self.gateway.run("events", "came", event, "31", "--by", "anna", check=False).status, 5)
        self.gateway.stop()
        with sqlite3.connect(self.gateway.folder / "pokana.db") as database:
            database.execute("UPDATE occurrence SET starts_ms = starts_ms - 4 * 86400000, ends_ms = ends_ms - 4 * 86400000")
        self.gateway.start()
        for count in ("31", "28"):
            self.assertEqual(self.gateway.run("events", "came", event, count, "--by", "anna").out, f"{count} came\n")
        for count in ("-1", "many", "1000000"):
            self.assertNotEqual(self.gateway.run("events", "came", event, count, "--by", "anna", check=False).status, 0)
        self.gateway.kill()
        self.gateway.start()
        self.assertEqual(self.report("events", "report", event)["total"]["came"], 28)
        self.assertRegex(self.gateway.run("events", "report", event, "--by", "anna").out, r"came +28\n")

    # ---- indicators ----

    def set_first(self, month: str) -> None:
        """The gateway counts since this month, as if it had been there."""
        with sqlite3.connect(self.gateway.folder / "pokana.db") as database:
            database.execute("UPDATE number SET value = ? WHERE name = 'indicators.first'", (int(month.replace("-", "")),))

    def values_of(self, month: dict) -> dict:
        return {one["indicator"]: one["value"] for one in month["indicators"]}

    def test_indicators(self) -> None:
        self.begin()
        today = date.today()
        last = (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
        running = self.report("report", "indicators")
        self.assertEqual((running["month"], running["state"]), (today.strftime("%Y-%m"), "running"))
        self.assertEqual(self.values_of(running)["consent"], 0)  # up to this morning
        self.assertEqual(self.gateway.run("report", "indicators", "--month", last, "--by", "anna", check=False).status, 4)
        self.assertEqual(self.gateway.run("report", "indicators", "--month", "soon", "--by", "anna", check=False).status, 2)
        self.assertEqual(self.gateway.run("report", "indicators", "--by", "maria", check=False).status, 6)
        self.gateway.stop()
        self.set_first(last)
        with sqlite3.connect(self.gateway.folder / "pokana.db") as database:  # people agreed then
            database.executescript("DROP TRIGGER ledger_fixed; UPDATE ledger SET at_ms = at_ms - 32 * 86400000;")
        self.gateway.start()
        until("the month to be frozen", lambda: self.report("report", "indicators", "--month", last)["state"] == "frozen")
        frozen = self.report("report", "indicators", "--month", last)
        self.assertEqual(self.values_of(frozen)["consent"], PEOPLE)
        areas = {one["group"]: one["value"] for one in frozen["indicators"][0]["groups"] if one["by"] == "area"}
        self.assertEqual(areas, {"area:noord": None, "none": None})
        self.gateway.kill()
        self.gateway.start()
        self.assertEqual(self.report("report", "indicators", "--month", last), frozen)
        table = list(csv.DictReader(io.StringIO(self.gateway.run("report", "indicators", "--month", last, "--csv", "--by", "anna").out)))
        self.assertEqual(table[0]["indicator"] + table[0]["value"], f"consent{PEOPLE}")
        self.assertEqual({row["value"] for row in table if row["breakdown"] == "area"}, {"hidden"})
        with sqlite3.connect(self.gateway.folder / "pokana.db") as database:
            self.assertEqual(database.execute("SELECT count(*) FROM indicator_month").fetchone(), (1,))
        now = self.report("report", "indicators")
        self.assertEqual(self.values_of(now)["consent"], PEOPLE)


if __name__ == "__main__":
    unittest.main()
