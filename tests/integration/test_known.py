#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Users whom the organisation's sign-on let in, and the style of the house. A proxy's word counts with the shared secret and once; without
it, twice, for nobody we know or from another address it says nothing, and who it names has to be a user already."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import re
import signal
import time
import unittest
from typing import Any

from world import World, until

from support.browser import Browser

SECRET = "5ecret0of0the0proxy05ecret0of0the0proxy0"
USER, PROOF = "X-Pokana-User", "X-Pokana-Proof"


def totp(secret: str) -> str:
    digest = hmac.new(base64.b32decode(secret), (int(time.time()) // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[19] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


class Behind(Browser):
    """A browser whose every request comes by a proxy that says this."""

    def __init__(self, port: int, *headers: tuple[str, str]) -> None:
        super().__init__(port)
        self.said = list(headers)

    def send(self, method: str, path: str, body: str | None = None, **headers: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, path)
        connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        for name, value in self.said:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Type", "application/x-www-form-urlencoded")
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body.encode() if body is not None else None)
        answer = connection.getresponse()
        self.status, self.body, self.headers, self.path = answer.status, answer.read().decode(), answer.headers, path
        connection.close()
        for cookie in self.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return self.send("GET", self.headers["Location"]) if self.status == 303 else self.body


class TestKnown(World):
    def begin(self, on: bool = True, **changes: Any) -> None:
        home = self.folder / "gateway"
        home.mkdir(exist_ok=True)
        (home / "proxy.secret").write_text(SECRET + "\n")
        (home / "proxy.secret").chmod(0o600)
        self.sections = {"sign_in": {"header": USER, "secret": "file:proxy.secret", **changes}} if on else {}
        self.start(people=0, with_broker=False, **self.sections)
        for name, role in (("anna", "adviser"), ("maria", "key-person"), ("olga", "desk")):
            self.gateway.run("users", "add", name, "--role", role)

    def by(self, name: str, *more: tuple[str, str], proof: str = SECRET) -> Behind:
        browser = Behind(self.public, (USER, name), (PROOF, proof), *more)
        browser.get("/staff/start?language=nl")
        return browser

    def opened(self) -> list[str]:
        lines = [json.loads(line) for line in self.gateway.run("audit", "export").out.splitlines()]
        return [f"{line['object']}: {line['detail']}" for line in lines if line.get("action") == "session.open"]

    def test_who_it_names_goes_on_by_a_button(self) -> None:
        self.begin()
        maria = self.by("maria")
        self.assertIn("Verder als maria", maria.body)
        self.assertNotIn("staff", maria.cookies)  # looking opens nothing
        self.assertIn("maria (sleutelpersoon)", maria.post("/staff/known", {}))
        self.assertEqual(self.opened(), ["maria: whole, by the proxy"])
        anna = self.by("anna")
        anna.post("/staff/known", {})
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", anna.body)  # an adviser's app is asked for all the same
        assert secret, anna.body
        self.assertIn("anna", anna.post("/staff/second", {"code": totp(secret.group(1))}))
        self.gateway.assert_never_said([SECRET])

    def test_the_sign_on_may_ask_for_the_second_step_itself(self) -> None:
        self.begin(second="no")
        anna = self.by("anna")
        self.assertIn("anna, adviseur", anna.post("/staff/known", {}))

    def test_what_says_nothing(self) -> None:
        self.begin()
        said: dict[str, list[tuple[str, str]]] = {
            "no secret": [(USER, "anna")],
            "an empty one": [(USER, "anna"), (PROOF, "")],
            "another": [(USER, "anna"), (PROOF, SECRET[:-1])],
            "a longer one": [(USER, "anna"), (PROOF, SECRET + "0")],
            "twice": [(USER, "anna"), (PROOF, SECRET), (PROOF, SECRET)],
            "two names": [(USER, "anna"), (USER, "maria"), (PROOF, SECRET)],
            "two names, otherwise written": [(USER, "anna"), (USER.lower(), "anna"), (PROOF, SECRET)],
            "no name": [(PROOF, SECRET)],
            "an empty name": [(USER, ""), (PROOF, SECRET)],
        }
        for what, headers in said.items():
            browser = Behind(self.public, *headers)
            self.assertNotIn("/staff/known", browser.get("/staff/start?language=nl"), what)
            browser.post("/staff/known", {})
            self.assertEqual((browser.status, browser.cookies.get("staff")), (422, None), what)
        for name in ("nobody", "Anna", "anna,maria", "<b>", "a" * 500, "anna\tx", "1 OR 1"):
            browser = self.by(name)
            browser.post("/staff/known", {})
            self.assertEqual((browser.status, browser.cookies.get("staff")), (422, None), name)
            self.assertNotIn("<b>", browser.body)
        forged = self.by("anna")
        forged.post("/staff/known", {}, form="A" * 43)
        self.assertEqual((forged.status, forged.cookies.get("staff")), (403, None))
        self.assertEqual(self.opened(), [])
        self.assertNotIn("nobody", self.gateway.run("users", "list").out)  # nobody is made

    def test_from_another_address_it_says_nothing(self) -> None:
        self.begin(**{"from": "127.0.0.2"})
        browser = self.by("maria")
        self.assertNotIn("/staff/known", browser.body)
        browser.post("/staff/known", {})
        self.assertEqual((browser.status, browser.cookies.get("staff")), (422, None))

    def test_by_default_nobody_is_believed(self) -> None:
        self.begin(on=False)
        browser = self.by("maria")
        self.assertNotIn("/staff/known", browser.body)
        browser.post("/staff/known", {})
        self.assertEqual((browser.status, browser.cookies.get("staff")), (422, None))

    def test_somebody_else_at_the_same_browser(self) -> None:
        self.begin()
        maria = self.by("maria")
        maria.post("/staff/known", {})
        maria.said[0] = (USER, "olga")
        maria.get("/staff")
        self.assertEqual(maria.path, "/staff/start")
        maria.said[0] = (USER, "maria")
        self.assertIn("maria", maria.get("/staff"))
        self.gateway.run("users", "remove", "maria")
        maria.get("/staff")
        self.assertEqual(maria.path, "/staff/start")
        maria.post("/staff/known", {})
        self.assertEqual(maria.status, 422)

    # ---- the style of the house ----

    def test_the_style_of_the_house(self) -> None:
        self.start(people=0, with_broker=False)
        browser = Browser(self.public)
        self.assertNotIn("theme.css", browser.get("/staff/start"))
        browser.get("/static/theme.css")
        self.assertEqual(browser.status, 404)
        theme = self.folder / "gateway" / "theme.css"
        theme.write_text(":root { --own: #123456 }\n")
        self.gateway.write_config(self.config(gateway={"theme": "theme.css"}))
        for text, part, outcome in ((":root { --own: #123456 }\n", "#123456", "reload.done"), ("@import 'x';", "#123456", "reload.refused"),
                                    (":root { --own: #654321 }\n", "#654321", "reload.done")):
            theme.write_text(text)
            before = self.gateway.log_text().count(outcome)
            self.gateway.signal(signal.SIGHUP)
            until(outcome, lambda: self.gateway.log_text().count(outcome) > before)
            self.assertIn(part, browser.get("/static/theme.css"))
        self.assertEqual(browser.headers["Content-Type"], "text/css; charset=utf-8")
        for path in ("/staff/start", "/events", "/"):
            page = browser.get(path)
            self.assertGreater(page.index("/static/theme.css"), page.index("/static/pokana.css"), path)
        out = self.gateway.run("users", "add", "petra", "--role", "operator").out
        found = re.search(r"/staff/link/\S{43}", out)
        assert found, out
        browser.get(found.group())
        browser.post(found.group(), {})
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", browser.body)
        assert secret, browser.body
        browser.post("/staff/second", {"code": totp(secret.group(1))})
        page = browser.get("/office/gateway")
        self.assertGreater(page.index("/static/theme.css"), page.index("/static/office.css"))


if __name__ == "__main__":
    unittest.main()
