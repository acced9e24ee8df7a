# SPDX-License-Identifier: EUPL-1.2
"""One's own page over HTTP: the code comes to the address, opens the page once, and the page changes what is sent. It tells
nobody who is known, a GET changes nothing, and a form from elsewhere is refused."""

from __future__ import annotations

import http.client
import re
import unittest
import urllib.parse

from world import World, number


class Browser:
    """Keeps cookies and follows 303, as a browser without scripts does."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.status, self.body, self.headers = port, {}, 0, "", {}

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        body = urllib.parse.urlencode(fields) if fields is not None else None
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        self.status, self.body, self.headers = answer.status, answer.read().decode(), answer.headers
        connection.close()
        for cookie in self.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return self.ask("GET", self.headers["Location"]) if self.status == 303 else self.body

    def get(self, path: str, **headers: str) -> str:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> str:
        return self.ask("POST", path, fields, **headers)


class TestPage(World):
    def browser(self) -> Browser:
        return Browser(self.public)

    def enter(self, browser: Browser, n: int, language: str = "nl") -> str:
        browser.get(f"/me/start?language={language}")
        browser.post("/me/ask", {"number": number(n)})
        self.assertEqual(browser.status, 200)
        text = self.wait_text_to(n, "10 ")
        code = re.search(r"\b\d{6}\b", text)
        assert code, text
        return browser.post("/me/enter", {"code": code.group()})

    def test_the_way_in_and_what_it_changes(self) -> None:
        self.start(people=1)
        browser = self.browser()
        self.assertIn("Mijn gegevens", self.enter(browser, 1))
        self.assertNotIn(number(1)[-8:], browser.body)
        self.assertIn("U krijgt berichten", browser.body)
        self.assertIn("default-src 'none'", browser.headers["Content-Security-Policy"])
        self.assertIn("Bewaard", browser.post("/me/topic", {"topic": "parent-meetings", "answer": "no"}))
        self.assertIn("U krijgt geen berichten", browser.get("/me"))
        browser.post("/me/topic", {"topic": "parent-meetings", "answer": "yes"})
        self.assertIn("U krijgt berichten", browser.body)
        browser.post("/me/language", {"language": "bg-Latn"})
        self.assertRegex(browser.body, r'value="bg-Latn" lang="bg-Latn" selected')
        browser.post("/me/language", {"language": "xx"})
        self.assertEqual(browser.status, 400)
        self.assertIn("geen berichten meer", browser.post("/me/stop", {}))
        self.assertIn("Stuur mij een code", browser.get("/me"))  # signed out with it

    def test_out_of_a_circle(self) -> None:
        self.start(people=0)
        self.gateway.run("users", "add", "maria", "--role", "key-person", "--language", "bg")
        file = self.folder / "number.txt"
        file.write_text(number(5) + "\n", encoding="utf-8")
        add = ["recipients", "add", "--address-from", str(file), "--language", "bg", "--topics", "parent-meetings"]
        self.assertEqual(self.gateway.run(*add, check=False).status, 6)  # an operator signs nobody up
        self.assertIn("taken", self.gateway.run(*add, "--by", "maria").out)
        self.wait_text_to(5, "записа в своя кръг")
        self.says(5, "ДА")
        self.wait_text_to(5, "Благодарим")
        self.assertRegex(self.gateway.run("circles", "show", "--by", "maria").out, r"people +1\n")
        recent = self.gateway.run("circles", "recent", "--by", "maria").out
        self.assertIn("answered", recent)
        self.assertNotIn(number(5)[-8:], recent)
        browser = self.browser()
        self.assertIn("stap uit de kring", self.enter(browser, 5))
        browser.get("/me/circle")  # a link changes nothing
        self.assertRegex(self.gateway.run("circles", "show", "--by", "maria").out, r"people +1\n")
        self.assertNotIn("stap uit de kring", browser.post("/me/circle", {}))
        self.assertIn("U krijgt berichten", browser.body)
        self.assertRegex(self.gateway.run("circles", "show", "--by", "maria").out, r"people +0\n")

    def test_it_tells_nobody_who_is_known(self) -> None:
        self.start(people=1)
        pages = []
        for n in (1, 77):
            browser = self.browser()
            browser.get("/me/start?language=nl")
            pages.append(browser.post("/me/ask", {"number": number(n)}))
            pages.append(browser.post("/me/enter", {"code": "000000"}))
            self.assertEqual(browser.status, 422)
        self.assertEqual(pages[0], pages[2])
        self.assertEqual(pages[1], pages[3])
        self.wait_text_to(1, "10 ")
        self.assertEqual(self.texts_to(77), [])

    def test_a_code_is_guessed_five_times_and_opens_once(self) -> None:
        self.start(people=1)
        browser = self.browser()
        browser.post("/me/ask", {"number": number(1)})
        code = re.search(r"\b\d{6}\b", self.wait_text_to(1, "10 "))
        assert code
        wrong = "000000" if code.group() != "000000" else "111111"
        for _ in range(5):
            browser.post("/me/enter", {"code": wrong})
            self.assertEqual(browser.status, 422)
        browser.post("/me/enter", {"code": code.group()})
        self.assertEqual(browser.status, 422)

    def test_nobody_who_said_stop_gets_a_code(self) -> None:
        self.start(people=2)
        self.says(1, "СТОП")
        self.wait_text_to(1, "СТАРТ")
        browser = self.browser()
        browser.post("/me/ask", {"number": number(1)})
        self.assertEqual(browser.status, 200)
        before = len(self.texts_to(1))
        other = self.browser()
        other.post("/me/ask", {"number": number(2)})  # behind the first in the queue
        self.wait_text_to(2, "10 ")
        self.assertEqual(len(self.texts_to(1)), before)

    def test_forms_from_elsewhere_and_strange_paths(self) -> None:
        self.start(people=1)
        browser = self.browser()
        browser.post("/me/ask", {"number": number(1)}, **{"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(browser.status, 403)
        browser.post("/me/ask", {"number": number(1)}, Origin="https://elsewhere.example")
        self.assertEqual(browser.status, 403)
        self.assertEqual(self.texts_to(1), [])
        # What a browser sends for a form on a page of ours, also where it hides from where.
        browser.post("/me/ask", {"number": "12"}, **{"Sec-Fetch-Site": "same-origin", "Origin": "null"})
        self.assertEqual(browser.status, 422)
        for path in ("/nothing", "/me/../etc", "/static/", "/static/pages/me.html", "/pages/me.html"):
            browser.get(path)
            self.assertEqual(browser.status, 404, path)
        browser.get("/?language=nl")
        self.assertIn('<html lang="nl">', browser.body)
        browser.get("/", **{"Accept-Language": "tr"})
        self.assertIn("Berichten", browser.body)  # what was chosen stays chosen
        self.assertLess(len(browser.get("/static/pokana.css")), 8192)


if __name__ == "__main__":
    unittest.main()
