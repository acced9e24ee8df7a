#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Users sign in, through the real server: by a link of `pokana users add`, by a code to their own number, with an app's code
behind it; and what is guessed, sent twice, planted, forged or of somebody else opens nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import re
import sqlite3
import time
import unittest

from world import World, number, until

from support.browser import Browser

HERE = re.compile(r'name="(?:form|device)" value="[^"]*"|Date: .*')
ANNA, MARIA, OLGA = 61, 62, 63
STEP = 30


def totp(secret: str, step: int) -> str:
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[19] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


class TestSignIn(World):
    def add(self, name: str, role: str, *more: str) -> str:
        """The path of the link."""
        out = self.gateway.run("users", "add", name, "--role", role, *more).out
        found = re.search(rf"http://127.0.0.1:{self.public}(/staff/link/\S{{43}})", out)
        assert found, out
        return found.group(1)

    def setUp(self) -> None:
        super().setUp()
        self.start(people=0, with_broker=False)

    def codes_to(self, n: int) -> list[str]:
        return [found.group() for text in self.texts_to(n) if (found := re.search(r"\b\d{6}\b", text))]

    def asked(self, name: str, **headers: str) -> Browser:
        browser = Browser(self.public)
        browser.get("/staff/start?language=nl")
        browser.post("/staff/ask", {"name": name}, **headers)
        return browser

    def code(self, n: int, count: int = 1) -> str:
        return until(f"code {count} to {n}", lambda: len(self.codes_to(n)) >= count and self.codes_to(n)[count - 1]) or ""

    def signed_in(self, name: str, n: int, count: int = 1) -> Browser:
        browser = self.asked(name)
        browser.post("/staff/enter", {"code": self.code(n, count)})
        return browser

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        database = sqlite3.connect(f"file:{self.folder / 'gateway' / 'pokana.db'}?mode=ro", uri=True)
        rows = database.execute(sql).fetchall()
        database.close()
        return rows

    def secret(self, browser: Browser) -> str:
        found = re.search(r"<code>([A-Z2-7]{32})</code>", browser.body)
        assert found, browser.body
        return found.group(1)

    # ---- ways in ----

    def test_the_link_opens_once_and_a_look_uses_nothing(self) -> None:
        path = self.add("maria", "key-person", "--language", "bg")
        for _ in range(3):
            Browser(self.public).get(path)  # a scanner
        browser = Browser(self.public)
        browser.get(path + "?language=nl")
        self.assertIn("maria (sleutelpersoon)", browser.post(path, {}))
        again = Browser(self.public)
        again.get(path + "?language=nl")
        self.assertIn("werkt niet meer", again.post(path, {}))
        self.assertEqual(again.status, 422)
        self.assertNotIn("staff", again.cookies)
        fresh, other = (self.gateway.run("users", "link", "maria").out.split("/staff/link/")[1].strip() for _ in range(2))
        again.get("/staff/link/" + fresh)
        again.post("/staff/link/" + fresh, {})
        self.assertEqual(again.status, 422)  # the newer one ends it
        again.get("/staff/link/" + other)
        self.assertIn("maria", again.post("/staff/link/" + other, {}))
        self.assertNotIn(other, self.gateway.log_text())
        self.assertEqual(self.gateway.run("users", "link", "nobody", check=False).status, 4)

    def test_a_code_to_the_own_number(self) -> None:
        self.add("maria", "key-person", "--address", number(MARIA))
        browser = self.asked("maria")
        code, passed = self.code(MARIA), browser.cookies["staff-pass"]
        self.assertIn("klopt niet", browser.post("/staff/enter", {"code": "000000" if code != "000000" else "111111"}))
        self.assertIn("Mijn account", browser.post("/staff/enter", {"code": code}))
        thief = Browser(self.public)
        thief.get("/staff/code?language=nl")
        thief.cookies["staff-pass"] = passed
        self.assertIn("klopt niet", thief.post("/staff/enter", {"code": code}))  # used up
        self.assertNotIn("staff", thief.cookies)
        thief.cookies["me"] = browser.cookies["staff"]
        self.assertIn("/me/ask", thief.get("/me"))  # a user's session is nobody's own page
        self.assertEqual(self.rows("SELECT count(*) FROM user WHERE CAST(address AS TEXT) LIKE '%61234%'"), [(0,)])

    def test_unknown_names_look_the_same(self) -> None:
        self.add("maria", "key-person", "--address", number(MARIA))
        self.add("olga", "desk")
        pages = []
        for name in ("maria", "olga", "nobody", "<script>alert(1)</script>", "\u043c\u0430\u0440\u0438\u044f"):
            browser = self.asked(name)
            pages.append((browser.status, HERE.sub("", browser.body)))
            browser.post("/staff/enter", {"code": "000000"})
            pages.append((browser.status, HERE.sub("", browser.body)))
            self.assertNotIn("<script", browser.body)
        self.assertEqual(set(pages[0::2]), {pages[0]})
        self.assertEqual(set(pages[1::2]), {pages[1]})
        self.code(MARIA)
        self.assertEqual(len(self.provider.accepted()), 1)

    # ---- the second factor ----

    def test_the_app_s_code_counts_once(self) -> None:
        path = self.add("anna", "adviser", "--address", number(ANNA))
        browser = Browser(self.public)
        browser.get(path + "?language=nl")
        browser.post(path, {})
        first, secret = browser.cookies["staff"], self.secret(browser)
        self.assertRegex(browser.body, r'<svg class="qr" role="img" aria-label="[^"]+" viewBox="0 0 (\d+) \1"[^>]*><path d="M[^"]{200,}"')
        self.assertIn("no-store", browser.headers["Cache-Control"])  # the picture is the secret
        self.assertNotIn(secret, browser.path)
        self.assertIn("app", browser.get("/staff"))  # nothing is to be seen before it
        other = self.signed_in("anna", ANNA)
        self.assertNotEqual(self.secret(other), secret)
        self.assertNotIn("<svg", browser.get("/staff/second"))
        self.assertNotIn("<code>", browser.body)  # whose secret was replaced sees no other's
        secret = self.secret(other)
        step = int(time.time()) // STEP
        half = other.cookies["staff"]
        self.assertIn("Mijn account", other.post("/staff/second", {"code": totp(secret, step)}))
        self.assertNotEqual(other.cookies["staff"], half)
        for old in (half, first):
            browser.cookies["staff"] = old
            self.assertNotIn("Mijn account", browser.get("/staff"))
        again = self.signed_in("anna", ANNA, 2)
        self.assertNotIn("<code>", again.body)
        self.assertNotIn(secret, again.body)
        self.assertIn("al gebruikt", again.post("/staff/second", {"code": totp(secret, step)}))
        self.assertEqual(again.status, 422)
        self.assertIn("Mijn account", again.post("/staff/second", {"code": totp(secret, step + 1)}))
        sealed = self.rows("SELECT secret FROM factor")[0][0]
        self.assertNotIn(base64.b32decode(secret), bytes(sealed))  # type: ignore[arg-type]

    def test_guessing_ends_the_session_and_nobody_else_s(self) -> None:
        path = self.add("anna", "adviser", "--address", number(ANNA))
        mine = Browser(self.public)
        mine.get(path + "?language=nl")
        mine.post(path, {})
        secret, step = self.secret(mine), int(time.time()) // STEP
        self.assertIn("Mijn account", mine.post("/staff/second", {"code": totp(secret, step)}))
        thief = self.signed_in("anna", ANNA)
        for _ in range(5):
            self.assertNotIn("Mijn account", thief.post("/staff/second", {"code": "000000"}))
        thief.get("/staff/second")
        self.assertIn("/staff/ask", thief.body)
        self.assertIn("Mijn account", mine.get("/staff"))
        back = self.signed_in("anna", ANNA, 2)
        self.assertIn("Mijn account", back.post("/staff/second", {"code": totp(secret, step + 1)}))

    def test_who_floods_slows_down_themself(self) -> None:
        self.add("maria", "key-person", "--address", number(MARIA))
        for _ in range(6):
            self.asked("maria", **{"X-Forwarded-For": "192.0.2.7"})
        self.code(MARIA, 3)
        browser = self.asked("maria", **{"X-Forwarded-For": "192.0.2.8"})
        self.assertIn("Mijn account", browser.post("/staff/enter", {"code": self.code(MARIA, 4)}))
        self.assertEqual(len(self.codes_to(MARIA)), 4)

    # ---- what is planted, forged, ended ----

    def test_a_planted_session_is_not_taken_over(self) -> None:
        path = self.add("maria", "key-person")
        browser, planted = Browser(self.public), "A" * 43
        browser.cookies["staff"] = planted
        browser.get(path)
        browser.post(path, {})
        self.assertNotEqual(browser.cookies["staff"], planted)
        thief = Browser(self.public)
        thief.cookies["staff"] = planted
        self.assertIn("/staff/ask", thief.get("/staff"))
        cookie = re.compile(r"^staff=\S{43}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Strict$")
        fresh = self.gateway.run("users", "link", "maria").out.split("/staff/link/")[1].strip()
        thief.get("/staff/link/" + fresh)
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", self.public, timeout=30)
        connection.request("POST", "/staff/link/" + fresh, f"form={thief.form()}",
                           {"Cookie": f"form={thief.cookies['form']}", "Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        self.assertTrue(any(cookie.match(header) for header in answer.headers.get_all("Set-Cookie") or []), answer.headers)
        connection.close()
        token = browser.cookies["staff"]
        self.assertEqual(self.rows(f"SELECT count(*) FROM session WHERE CAST(token AS TEXT) LIKE '%{token[:8]}%'"), [(0,)])

    def test_forms_are_ours_and_count_once(self) -> None:
        path = self.add("maria", "key-person")
        browser = Browser(self.public)
        browser.get(path + "?language=nl")
        self.assertEqual((browser.post(path, {}, form="B" * 43), browser.status)[1], 403)
        browser.get(path)
        browser.post(path, {}, **{"Origin": "https://elsewhere.example"})
        self.assertEqual(browser.status, 403)
        browser.get(path)
        self.assertIn("Mijn account", browser.post(path, {}, **{"Sec-Fetch-Site": "same-origin"}))
        form = browser.form()
        for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
            browser.post("/staff/everywhere", {}, form=form, **headers)
            self.assertEqual(browser.status, 403)
        for forged in ("", "A" * 43, form[::-1]):
            self.assertIn("verouderd", browser.post("/staff/everywhere", {}, form=forged))
        for action in ("leave", "everywhere", "end", "ask", "enter"):
            browser.get(f"/staff/{action}")
            self.assertIn(browser.status, (404, 405))
        self.assertIn("Mijn account", browser.get("/staff"))
        browser.post("/staff/end", {"device": "0" * 16}, form=form)
        self.assertIn("verouderd", browser.post("/staff/end", {"device": "0" * 16}, form=form))  # a second tap

    def test_devices_are_seen_and_ended(self) -> None:
        self.add("maria", "key-person", "--address", number(MARIA))
        self.add("olga", "desk", "--address", number(OLGA))
        phone, laptop, olga = self.signed_in("maria", MARIA), self.signed_in("maria", MARIA, 2), self.signed_in("olga", OLGA)
        self.assertNotEqual(olga.get("/staff/account").count("Sinds"), 0)
        laptop.get("/staff/account")
        marks = re.findall(r'name="device" value="([0-9A-F]{16})"', laptop.body)
        self.assertEqual(len(marks), 1)
        olga.post("/staff/end", {"device": marks[0]})
        self.assertIn("Mijn account", phone.get("/staff"))  # another user's is out of reach
        laptop.post("/staff/end", {"device": marks[0]})
        self.assertIn("/staff/ask", phone.get("/staff"))
        token = laptop.cookies["staff"]
        laptop.post("/staff/everywhere", {})
        self.assertNotIn("staff", laptop.cookies)
        laptop.cookies["staff"] = token
        self.assertIn("/staff/ask", laptop.get("/staff"))
        olga.get("/staff")
        token = olga.cookies["staff"]
        olga.post("/staff/leave", {})
        olga.cookies["staff"] = token
        self.assertIn("/staff/ask", olga.get("/staff"))
        back = self.signed_in("olga", OLGA, 2)
        self.gateway.run("users", "remove", "olga")
        self.assertIn("/staff/ask", back.get("/staff"))
        days = self.rows("SELECT round((until_ms - created_ms) / 86400000.0) FROM session")
        self.assertEqual(days, [])
        self.signed_in("maria", MARIA, 3)
        self.assertEqual(self.rows("SELECT round((until_ms - created_ms) / 86400000.0) FROM session"), [(90.0,)])

    def test_every_language_has_the_page(self) -> None:
        for tag, word in (("bg", "\u0412\u0445\u043e\u0434"), ("bg-Latn", "Vhod"), ("nl", "Inloggen"), ("en", "Sign in"), ("tr", "giri\u015f")):
            browser = Browser(self.public)
            page = html.unescape(browser.get(f"/staff/start?language={tag}"))
            self.assertIn(word, page)
            self.assertIn(f'lang="{tag}"', page)

    def test_wrong_addresses_are_refused(self) -> None:
        for wrong in ("12", "a@", "mail@example.nl"):  # there is no route for mail here
            self.assertNotEqual(self.gateway.run("users", "add", "eva", "--role", "desk", "--address", wrong, check=False).status, 0)


if __name__ == "__main__":
    unittest.main()
