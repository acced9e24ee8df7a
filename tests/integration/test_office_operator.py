#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The operator's pages over HTTP: how the gateway is doing, an account paused, resumed and tried, everything stopped and let go, and
what services were told, sent once more. An adviser looks at webhooks and changes none; an approver sees neither page."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
import time
import unittest
from typing import Any

from world import World, number, until

from support.browser import Browser
from test_webhooks import Answer, Receiver

PAGE, HOOKS = "/office/gateway", "/office/webhooks"
OWN = number(99)


def totp(secret: str) -> str:
    digest = hmac.new(base64.b32decode(secret), (int(time.time()) // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[19] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


class TestOfficeOperator(World):
    def begin(self, people: int = 0, **sections: Any) -> None:
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        home = self.folder / "gateway"
        home.mkdir(exist_ok=True)
        (home / "webhook.secret").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
        (home / "webhook.secret").chmod(0o600)
        webhook = {"url": self.receiver.url(), "publisher": "school", "secret": "file:webhook.secret", "network": "loopback", "timeout": "5s"}
        self.start(people=people, **{"webhook portal": webhook, **sections})

    def sign_in(self, name: str, role: str, language: str = "nl") -> Browser:
        out = self.gateway.run("users", "add", name, "--role", role).out
        path = re.search(r"/staff/link/\S{43}", out)
        assert path, out
        browser = Browser(self.public)
        browser.get(f"{path.group()}?language={language}")
        browser.post(path.group(), {})
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", browser.body)
        assert secret, browser.body
        browser.post("/staff/second", {"code": totp(secret.group(1))})
        return browser

    def account(self) -> dict[str, Any]:
        return self.ask("GET", "/v1/accounts")["accounts"][0]

    def audited(self) -> list[tuple[str, str, str]]:
        lines = [json.loads(line) for line in self.gateway.run("audit", "export").out.splitlines()]
        return [(line["action"], line["actor"], line["result"]) for line in lines if line.get("actor") in ("petra", "anna", "boris")]

    # ---- the gateway ----

    def test_how_it_is_doing(self) -> None:
        self.begin(people=3, account={"budget_per_day": "25.00", "price": "0.065 EUR", "messages_per_day": "400"})
        petra = self.sign_in("petra", "operator")
        school = self.school()
        self.accepted(school, self.event())
        self.wait_counts(accepted=3)
        page = petra.get(PAGE)
        self.assertEqual(petra.status, 200)
        for part in ("Alles werkt", "main", "werkt", "3 / 400", "aangenomen", "0,", "/ 25,00 EUR", "SQLite", "libcurl", "Het oudste", "0 van 16", "in orde"):
            self.assertIn(part, page)
        self.assertIn('aria-current="page">Systeem', page)
        self.assertNotIn("61234", page)
        self.assertIn("no-store", petra.headers["Cache-Control"])
        self.assertNotIn("nog niet sinds de start", page)
        for language, word in (("bg", "Всичко работи"), ("en", "Everything works")):
            self.assertIn(word, petra.get(f"{PAGE}?language={language}"))
        petra.get(f"{PAGE}?language=tr")
        self.assertIn('lang="en"', petra.body)  # these pages are in three languages

    def test_an_account_is_paused_resumed_and_tried(self) -> None:
        self.begin()
        petra = self.sign_in("petra", "operator")
        petra.get(PAGE)
        form = petra.form()
        self.assertIn("kon niet worden gelezen", petra.post(f"{PAGE}/account/main", {"act": "pause", "reason": "bel 0612345678"}))
        self.assertEqual((petra.status, self.account()["state"]), (422, "working"))
        self.assertIn("Gedaan", petra.post(f"{PAGE}/account/main", {"act": "pause", "reason": "storing <b>"}))
        self.assertEqual(self.account()["state"], "paused")
        self.assertIn("storing &lt;b&gt;", petra.body)
        self.assertIn("stilgezet", petra.body)
        petra.post(f"{PAGE}/account/main", {"act": "resume"}, form=form)  # of a page of before
        self.assertIn("intussen", petra.body)
        self.assertEqual(self.account()["state"], "paused")
        petra.post(f"{PAGE}/account/main", {"act": "test", "to": OWN})
        self.assertIn("intussen", petra.body)  # it is paused
        self.assertIn("Gedaan", petra.post(f"{PAGE}/account/main", {"act": "resume"}))
        self.assertEqual(self.account()["state"], "working")
        self.assertIn("kon niet", petra.post(f"{PAGE}/account/main", {"act": "test", "to": "<script>"}))
        self.assertIn("onderweg", petra.post(f"{PAGE}/account/main", {"act": "test", "to": OWN}))
        self.assertNotIn("61234", petra.body + petra.path)
        until("the test message", lambda: [body for body in self.received() if body["to"] == OWN])
        for name, act in (("nothing", "pause"), ("main", "drop"), ("main", ""), ("%00", "pause"), ("a" * 200, "pause")):
            petra.get(PAGE)
            petra.post(f"{PAGE}/account/{name}", {"act": act})
            self.assertEqual(petra.status, 404, (name, act))
        self.assertEqual([act for act, _, result in self.audited() if act.startswith("account.") and result == "done"],
                         ["account.pause", "account.resume", "account.test"])

    def test_everything_stopped_and_let_go(self) -> None:
        self.begin(people=2)
        petra = self.sign_in("petra", "operator")
        petra.get(PAGE)
        self.assertIn("Alle verzending staat stil", petra.post(f"{PAGE}/hold", {}))
        school = self.school()
        self.accepted(school, self.event())
        self.wait_counts(queued=2)
        self.assertIn("Wat nu wacht, gaat meteen weg", petra.get(f"{PAGE}/lift"))
        self.assertEqual(self.received(), [])
        petra.post(f"{PAGE}/lift", {})  # without saying that it is meant
        self.assertTrue(self.status()["hold"]["all"])
        petra.get(f"{PAGE}/lift")
        form = petra.form()
        self.assertIn("Gedaan", petra.post(f"{PAGE}/lift", {"sure": "yes"}))
        self.wait_counts(accepted=2)
        self.assertIn("Gedaan", petra.post(f"{PAGE}/lift", {"sure": "yes"}, form=form))  # a second tap shows what the first did
        self.assertFalse(self.status()["hold"]["all"])

    # ---- webhooks ----

    def test_what_services_were_told_is_sent_again(self) -> None:
        self.begin(people=1)
        self.receiver.always = lambda request: Answer(500)
        petra = self.sign_in("petra", "operator")
        school = self.school()
        self.accepted(school, self.event())
        self.receiver.wait(2)
        until("a refusal to be written", lambda: "geweigerd (500)" in petra.get(HOOKS))
        self.assertIn("127.0.0.1", petra.body)
        self.assertNotIn(":" + str(self.receiver.port), petra.body)
        self.receiver.always = lambda request: Answer(410)
        found = re.search(r"/office/webhooks/resend/([0-9a-z]{13})", petra.body)
        assert found, petra.body
        self.assertIn("Gedaan", petra.post(f"{HOOKS}/resend/{found.group(1)}", {}))
        until("it to be off", lambda: "Uit sinds" in petra.get(HOOKS))
        self.assertNotIn("/resend/", petra.body)
        petra.post(f"{HOOKS}/resend/{found.group(1)}", {})
        self.assertIn("staat uit", petra.body)
        self.receiver.always = lambda request: Answer(204)
        petra.post(f"{HOOKS}/portal", {"act": "resume"})
        until("all to be delivered", lambda: "Uit sinds" not in petra.get(HOOKS) and "mislukt</span>" not in petra.body and "wacht</span>" not in petra.body)
        before = len(self.receiver.requests)
        self.assertIn("Gedaan", petra.post(f"{HOOKS}/portal", {"act": "test"}))
        until("the test", lambda: any(b"webhook-tested" in request["body"] for request in self.receiver.requests[before:]))
        until("it to be written", lambda: "wacht</span>" not in petra.get(f"{HOOKS}?endpoint=portal&state="))
        shown = petra.get(f"{HOOKS}?endpoint=portal&state=delivered")
        self.assertIn("nl.notices.webhook-tested.v1", shown)
        self.assertIn("Er is niets", petra.get(f"{HOOKS}?endpoint=portal&state=expired"))
        for odd in ("?endpoint=%3Cscript%3E", "?state=x", "?after=zzz", "?endpoint=" + "a" * 300, "?after=" + "9" * 40):
            petra.get(HOOKS + odd)
            self.assertEqual(petra.status, 200, odd)
            self.assertNotIn("<script>", petra.body)
        for path in (f"{HOOKS}/resend/0000000000001", f"{HOOKS}/resend/x", f"{HOOKS}/nothing"):
            petra.get(HOOKS)
            petra.post(path, {"act": "test"})
            self.assertEqual(petra.status, 404, path)

    def test_without_webhooks(self) -> None:
        self.start(people=0, with_broker=False)
        petra = self.sign_in("petra", "operator")
        self.assertIn("geen webhooks ingesteld", petra.get(HOOKS))

    # ---- who may ----

    def test_each_role_is_shown_what_it_may(self) -> None:
        self.begin()
        petra, anna, boris = self.sign_in("petra", "operator"), self.sign_in("anna", "adviser"), self.sign_in("boris", "approver")
        self.assertIn("Systeem", petra.get(PAGE))
        anna.get(PAGE)
        for part in ("Stilzetten", "Alle verzending stilzetten", "Een proefbericht sturen"):
            self.assertIn(part, html.unescape(anna.body))
        self.assertIn(HOOKS, anna.body)
        self.assertNotIn('method="post" action="/office/webhooks', anna.get(HOOKS))
        self.assertEqual(anna.status, 200)
        for path, fields in ((f"{HOOKS}/portal", {"act": "test"}), (f"{HOOKS}/portal", {"act": "resume"}), (f"{HOOKS}/resend/0000000000001", {})):
            anna.get(PAGE)
            anna.post(path, fields)
            self.assertEqual(anna.status, 403, path)
        for path in (PAGE, HOOKS, f"{PAGE}/lift"):
            boris.get(path)
            self.assertEqual(boris.status, 403, path)
        boris.get("/staff/account")
        self.assertNotIn(PAGE, boris.body)
        for path, fields in ((f"{PAGE}/account/main", {"act": "pause"}), (f"{PAGE}/lift", {"sure": "yes"}), (f"{HOOKS}/portal", {"act": "test"})):
            boris.get("/staff/account")
            boris.post(path, fields)
            self.assertEqual(boris.status, 403, path)
        self.assertEqual(self.account()["state"], "working")
        self.assertEqual(len(self.receiver.requests), 0)
        nobody = Browser(self.public)
        for path in (PAGE, HOOKS, f"{PAGE}/lift"):
            self.assertIn("/staff/ask", nobody.get(path))
        for role in ("desk", "key-person"):
            out = self.gateway.run("users", "add", f"maria-{role[0]}", "--role", role).out
            browser, link = Browser(self.public), out[out.index("/staff/link/"):].split()[0]
            browser.get(link)
            browser.post(link, {})
            browser.get(PAGE)
            self.assertEqual(browser.path, "/staff")
            browser.post(f"{PAGE}/account/main", {"act": "pause"})
            self.assertEqual((browser.path, self.account()["state"]), ("/staff", "working"))
        self.assertEqual({result for act, who, result in self.audited() if act.startswith(("account.pause", "webhook."))}, {"refused"})
        # An approver may stop everything, but this page is not an approver's.
        boris.get("/staff/account")
        boris.post(f"{PAGE}/hold", {})
        self.assertFalse(self.status()["hold"]["all"])


if __name__ == "__main__":
    unittest.main()
