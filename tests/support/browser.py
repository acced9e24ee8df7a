# SPDX-License-Identifier: EUPL-1.2
"""A browser without scripts, as far as the pages need one: cookies, forms with their hidden token, 303 followed."""

from __future__ import annotations

import http.client
import re
import urllib.parse

FORM = re.compile(r'name="form" value="([^"]+)"')
Fields = dict[str, str] | list[tuple[str, str]]


class Browser:
    """status, headers and body are those of the page it is at. A post carries the token of that page's forms, unless it
    says another."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.status, self.body, self.headers, self.path = port, {}, 0, "", {}, ""

    def form(self) -> str:
        found = FORM.search(self.body)
        return found.group(1) if found else ""

    def send(self, method: str, path: str, body: str | None = None, **headers: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection.request(method, path.split("#")[0], body, sent)
        answer = connection.getresponse()
        self.status, self.body, self.headers, self.path = answer.status, answer.read().decode(), answer.headers, path
        connection.close()
        for cookie in self.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return self.send("GET", self.headers["Location"]) if self.status == 303 else self.body

    def get(self, path: str, **headers: str) -> str:
        return self.send("GET", path, **headers)

    def post(self, path: str, fields: Fields, form: str | None = None, **headers: str) -> str:
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
        token = self.form() if form is None else form
        return self.send("POST", path, urllib.parse.urlencode(pairs + ([("form", token)] if token else [])), **headers)
