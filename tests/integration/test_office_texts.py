#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Texts of the city's own over HTTP: an adviser writes one and sees it as a telephone would, somebody whose language it is reads it
aloud, and only then it leaves. What was planned keeps its words; two who write at once lose nothing; what is typed is never markup."""

from __future__ import annotations

import html
import json
import re
import signal
import time
import unittest
from typing import Any

from world import World, moment

from support.browser import Browser
from test_signin import STEP, totp

NAME = "parent-meeting-invitation"
PAGE = f"/office/texts/{NAME}"
BG = "{org}: елате на среща {begins_on_day}, {begins_time} Място: {place}. Идвате ли? Пишете ДА или НЕ. Край: СТОП"
NL = "{org}: welkom op de ouderbijeenkomst {begins_on_day}, {begins_time}. Plaats: {place}. Komt u? Schrijf JA of NEE. Geen berichten meer: STOP"
AREA = re.compile(r'<textarea[^>]* name="((?:head|text)-[a-z]+)"[^>]*>(.*?)</textarea>', re.S)
EDITION = re.compile(r'name="edition" value="(\d+)"')
SEEN = re.compile(r'name="seen" value="([0-9a-f]{16})"')


class TestOfficeTexts(World):
    def begin(self, **sections: Any) -> None:
        self.start(people=0, with_broker=False, **sections)
        for name, role in (("adviser", "adviser"), ("boris", "approver"), ("colleague", "desk")):
            self.gateway.run("users", "add", name, "--role", role)

    def sign_in(self, name: str, role: str, *more: str, language: str = "nl") -> Browser:
        out = self.gateway.run("users", "add", name, "--role", role, *more).out
        path = re.search(r"/staff/link/\S{43}", out)
        assert path, out
        browser = Browser(self.public)
        browser.get(f"{path.group()}?language={language}")
        browser.post(path.group(), {})
        secret = re.search(r"<code>([A-Z2-7]+)</code>", browser.body)
        if secret:  # who works at a desk has a second step
            browser.post("/staff/second", {"code": totp(secret.group(1), int(time.time()) // STEP)})
        return browser

    def fields(self, browser: Browser, **texts: str) -> dict[str, str]:
        """What the form holds, with these texts typed over it."""
        fields = {name: html.unescape(value) for name, value in AREA.findall(browser.body)}
        edition = EDITION.search(browser.body)
        assert edition, browser.body
        return {**fields, "edition": edition.group(1), **{name.replace("_", "-"): value for name, value in texts.items()}}

    def save(self, browser: Browser, page: str = PAGE, act: str = "save", **texts: str) -> str:
        browser.get(page)
        return browser.post(page, {**self.fields(browser, **texts), "act": act})

    def read(self, browser: Browser, name: str = NAME, act: str = "right", **more: str) -> str:
        page = browser.get(f"/staff/texts/{name}")
        seen = SEEN.search(page)
        assert seen, page
        return browser.post(f"/staff/texts/{name}", {"seen": seen.group(1), "act": act, **more})

    def text(self) -> Any:
        return self.gateway.control("GET", f"/v1/templates/{NAME}", headers={"Pokana-By": "adviser"}).json

    def campaign(self, name: str) -> None:
        file = self.folder / "campaign.json"
        file.write_text(json.dumps({"name": name, "topic": "parent-meetings", "people": 50, "values": {"begins": "2027-03-02T17:30:00Z", "place": "De Kern"},
                                    "steps": [{"when": f"at {moment(seconds=8)}", "template": NAME}]}))
        self.gateway.run("campaigns", "write", str(file), "--where", "school:de-windroos", "--by", "adviser")
        self.gateway.run("campaigns", "submit", name, "--by", "adviser")

    def approve(self, name: str, **options: Any) -> Any:
        digest = json.loads(self.gateway.run("campaigns", "show", name, "--json", "--by", "boris").out)["digest"]
        return self.gateway.run("campaigns", "approve", name, "--digest", digest, "--by", "boris", **options)

    # ---- the way of a text ----

    def test_written_read_aloud_sent(self) -> None:
        self.begin()
        self.import_people(2)
        anna, maria, jan = self.sign_in("anna", "adviser"), self.sign_in("maria", "key-person", "--language", "bg", language="bg"), \
            self.sign_in("jan", "desk", "--language", "nl")
        self.campaign("early")
        self.approve("early")
        self.assertIn("Meegeleverd", anna.get("/office/texts"))
        self.assertIn(f'href="{PAGE}"', anna.body)
        # She writes both languages, and it counts at once; what was approved notices.
        self.assertIn("De tekst is opgeslagen", self.save(anna, text_bg=BG, text_nl=NL))
        self.assertIn("Wacht op een lezer", anna.body)
        shown = json.loads(self.gateway.run("campaigns", "show", "early", "--json", "--by", "boris").out)
        self.assertTrue(shown["textsChanged"])
        refused = self.gateway.run("campaigns", "start", "early", "--by", "adviser", check=False)
        self.assertIn("no longer those that were approved", refused.err)
        # Nobody read it: a new campaign is not approved.
        self.campaign("later")
        refused = self.approve("later", check=False)
        self.assertIn('was not read aloud in "bg"', refused.err)
        # A reader hears that something is wrong, and the adviser sees it.
        self.assertIn("елате на", maria.get("/staff/texts"))
        self.assertIn("(1)", maria.get("/staff"))
        self.assertIn("Напишете накратко", self.read(maria, act="wrong"))
        self.assertEqual(maria.status, 422)
        self.assertIn("Съветникът ще види", self.read(maria, act="wrong", note="По-топло: <i>елате</i>!"))
        self.assertIn("По-топло: &lt;i&gt;елате&lt;/i&gt;!", anna.get(PAGE))
        # It is read aloud in both languages, in every script; then it goes.
        self.assertIn("вече се води прочетен", self.read(maria))
        refused = self.approve("later", check=False)
        self.assertIn('was not read aloud in "nl"', refused.err)
        self.read(jan)
        self.assertNotIn("Wacht op een lezer", anna.get(PAGE))
        self.assertIn("gelezen door maria", anna.body)
        self.assertIn("Няма текст", maria.get("/staff/texts"))
        self.campaign("now")  # the moment of the one before has passed
        self.approve("now")
        self.gateway.run("campaigns", "start", "now", "--by", "adviser")
        self.wait_text_to(1, "елате на среща")
        self.wait_text_to(2, "елате на среща")
        # Taken back, the shipped one counts again.
        anna.get(PAGE)
        self.assertIn("Uw eigen tekst is ingetrokken", anna.post(PAGE, {"edition": self.fields(anna)["edition"], "act": "withdraw"}))
        self.assertNotIn("елате на", self.fields(anna)["text-bg"])
        done = [json.loads(line) for line in self.gateway.run("audit", "export").out.splitlines()]
        acts = [line["action"] for line in done if line["action"].startswith("template.")]
        self.assertEqual(acts.count("template.edit"), 4)
        self.assertIn("template.fault", acts)
        self.assertIn("template.read", acts)

    def test_who_wrote_it_does_not_read_it(self) -> None:
        self.begin()
        anna = self.sign_in("anna", "adviser", "--language", "bg")
        self.save(anna, text_bg=BG, text_nl=NL)
        anna.get("/staff/texts")
        self.assertEqual(anna.status, 403)  # an adviser does not read aloud
        self.gateway.run("users", "change", "anna", "--role", "desk", check=False)
        refused = self.gateway.run("templates", "read", NAME, "--language", "bg", "--by", "anna", check=False)
        self.assertNotEqual(refused.status, 0)

    # ---- two at once ----

    def test_two_editors_lose_nothing(self) -> None:
        self.begin()
        anna, petra = self.sign_in("anna", "adviser"), self.sign_in("petra", "adviser")
        anna.get(PAGE)
        petra.get(PAGE)
        first, second = self.fields(anna, text_bg=BG, text_nl=NL), self.fields(petra, text_nl=NL.replace("welkom", "kom"))
        self.assertIn("De tekst is opgeslagen", anna.post(PAGE, {**first, "act": "save"}))
        page = petra.post(PAGE, {**second, "act": "save"})
        self.assertEqual(petra.status, 409)
        self.assertIn("Iemand anders heeft deze tekst intussen gewijzigd", page)
        self.assertIn(": kom op de ouderbijeenkomst", self.fields(petra)["text-nl"])  # hers is still there
        self.assertIn("welkom op de ouderbijeenkomst", html.unescape(page))  # and so is the other's
        self.assertIn("welkom", self.text()["texts"][-1]["text"] + json.dumps(self.text()))
        # A form that was used, or is of another page, keeps what was typed as well.
        used = petra.post(PAGE, {**self.fields(petra), "act": "save"}, form="A" * 43)
        self.assertEqual(petra.status, 409)
        self.assertIn("Er is niets opgeslagen", used)
        self.assertIn(": kom op de ouderbijeenkomst", self.fields(petra)["text-nl"])
        self.assertIn("De tekst is opgeslagen", petra.post(PAGE, {**self.fields(petra), "act": "save"}))

    def test_etag(self) -> None:
        self.begin()
        by = {"Pokana-By": "adviser", "Content-Type": "application/json"}
        got = self.gateway.control("GET", f"/v1/templates/{NAME}", headers=by)
        self.assertEqual(got.headers["etag"], '"0"')
        texts = {text["language"]: text["content"] for text in got.json["texts"]}
        change = {"texts": {**texts, "nl": texts["nl"].replace("Komt u?", "Bent u erbij?")}}
        put = lambda match: self.gateway.control("PUT", f"/v1/templates/{NAME}", change, headers={**by, **({"If-Match": match} if match else {})})  # noqa: E731
        self.assertEqual(put(None).status, 428)
        self.assertEqual(put('"x"').status, 400)
        written = put('"0"')
        self.assertEqual(written.status, 200, written.text)
        self.assertEqual(put('"0"').status, 412)
        self.assertEqual(put(written.headers["etag"]).status, 200)  # nothing new: no version
        self.assertEqual(self.gateway.control("GET", f"/v1/templates/{NAME}", headers=by).headers["etag"], written.headers["etag"])
        broken = self.gateway.control("PUT", f"/v1/templates/{NAME}", {"texts": {"nl": texts["nl"].replace("STOP", "niets")}}, headers={**by, "If-Match": "*"})
        self.assertEqual(broken.status, 422 if broken.status == 422 else 400, broken.text)
        self.assertIn(f"nl/{NAME}.txt:", broken.text)
        self.assertEqual(self.gateway.control("DELETE", f"/v1/templates/{NAME}", headers={**by, "If-Match": '"0"'}).status, 412)
        self.assertEqual(self.gateway.control("DELETE", f"/v1/templates/{NAME}", headers=by).status, 200)
        self.assertEqual(self.gateway.control("DELETE", f"/v1/templates/{NAME}", headers=by).status, 404)
        self.assertEqual(self.gateway.control("PUT", f"/v1/templates/{NAME}", change, headers={**by, "If-Match": "*", "Pokana-By": "boris"}).status, 403)

    # ---- what is typed ----

    def test_checked_while_typing_and_never_markup(self) -> None:
        self.begin()
        anna, boris = self.sign_in("anna", "adviser"), self.sign_in("bea", "approver")
        bad = "<script>alert(1)</script>{nowhere} ёë</textarea><b>"
        anna.get(PAGE)
        page = anna.post(PAGE, {**self.fields(anna, text_bg=bad), "act": "check"})
        self.assertEqual(anna.status, 200)
        self.assertIn("Er klopt iets niet", page)
        self.assertEqual(self.fields(anna)["text-bg"], bad)
        self.assertNotIn("<script>alert", page)
        self.assertNotIn("</textarea><b>", page)
        self.assertIn("regel 1 van de tekst", page)
        # The same while typing, as a piece of a page; no form is used up, and nothing is kept.
        form = anna.form()
        piece = anna.post(f"/office/check-text/{NAME}", self.fields(anna, text_bg=BG, text_nl=NL))
        self.assertNotIn("<html", piece)
        self.assertIn("елате на", piece)
        self.assertIn("elate na", piece)
        self.assertIn('lang="bg-Latn"', piece)
        self.assertRegex(piece, r"\d sms-delen, \d+ tekens")
        self.assertNotIn("елате на", html.unescape(json.dumps(self.text(), ensure_ascii=False)))
        anna.get(PAGE)
        self.assertNotEqual(anna.form(), "")
        self.assertTrue(form)
        # Too much, a mistake, markup that is well-formed: told, kept in the form, or shown as it is.
        self.save(anna, text_bg=BG.replace("{place}", "{place}" + " много" * 80))
        self.assertEqual(anna.status, 422)
        self.assertIn("Er is niets opgeslagen", anna.body)
        self.save(anna, text_bg="x" * 5000)
        self.assertIn(anna.status, (413, 422))
        self.save(anna, text_bg=BG.replace("елате на", "<b>на</b>"), text_nl=NL)
        self.assertIn("De tekst is opgeslagen", anna.body)
        self.assertNotIn("<b>на", anna.body)
        self.assertIn("&lt;b&gt;на", anna.body)
        # Who approves sees it, and does not write.
        self.assertIn("&lt;b&gt;на", boris.get(PAGE))
        self.assertNotIn('value="save"', boris.body)
        boris.post(PAGE, {**self.fields(boris, text_bg=BG), "act": "save"})
        self.assertEqual(boris.status, 403)
        for path in ("/office/texts/nothing", "/office/texts/%3Cscript%3E", "/office/texts/..%2F..%2Fetc"):
            self.assertNotIn("<script>alert", anna.get(path))
            self.assertEqual(anna.status, 404, path)
        stranger = Browser(self.public)
        stranger.get(PAGE)
        self.assertEqual(stranger.path, "/staff/start")

    # ---- files ----

    def test_files_out_and_in(self) -> None:
        self.begin()
        self.save(self.sign_in("anna", "adviser"), text_bg=BG, text_nl=NL)
        out = self.folder / "own"
        self.assertIn("2 texts", self.gateway.run("templates", "export", str(out), "--by", "adviser").out)
        self.assertEqual(sorted(str(path.relative_to(out)) for path in out.rglob("*.txt")), [f"bg/{NAME}.txt", f"nl/{NAME}.txt"])
        self.assertIn(BG, (out / "bg" / f"{NAME}.txt").read_text())
        before = self.text()
        self.gateway.run("templates", "withdraw", NAME, "--by", "adviser")
        self.assertFalse(self.text()["own"])
        self.gateway.run("templates", "import", str(out), "--by", "adviser")
        self.assertEqual([text["content"] for text in self.text()["texts"]], [text["content"] for text in before["texts"]])
        edition = self.text()["edition"]
        self.gateway.run("templates", "import", str(out), "--by", "adviser")  # says nothing new
        self.assertEqual(self.text()["edition"], edition)
        (out / "nl" / f"{NAME}.txt").write_text("kind: notice\n\nNiets.\n")
        refused = self.gateway.run("templates", "import", str(out), "--by", "adviser", check=False)
        self.assertIn(f"nl/{NAME}.txt:", refused.err)
        # They stay over a restart and a reload.
        self.gateway.stop()
        self.gateway.start()
        self.assertIn("елате на", json.dumps(self.text(), ensure_ascii=False))
        self.gateway.signal(signal.SIGHUP)
        self.gateway.wait_log("reload.done")
        self.assertTrue(self.text()["own"])

    def test_nobody_need_read_where_the_configuration_says_so(self) -> None:
        self.begin(gateway={"read_aloud": "no"})
        self.import_people(1)
        self.save(self.sign_in("anna", "adviser"), text_bg=BG, text_nl=NL)
        self.campaign("soon")
        self.approve("soon")
        self.gateway.run("campaigns", "start", "soon", "--by", "adviser")
        self.wait_text_to(1, "елате на")
        self.assertEqual(len(self.texts_to(1)), 1)


if __name__ == "__main__":
    unittest.main()
