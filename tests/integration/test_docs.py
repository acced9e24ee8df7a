# SPDX-License-Identifier: EUPL-1.2
"""Help at /docs: every page in every language it has, everything it links to is there, the documents for machines are shown whole, and
each command a guide tells is run: the operator's by pokana, the developer's by a shell."""

from __future__ import annotations

import html
import http.client
import os
import re
import shlex
import subprocess
import unittest

from rest_world import ADVISER, RestWorld
from world import number

GUIDES = {"adviser": {"nl", "bg", "en"}, "key-person": {"bg", "nl"}, "desk": {"nl", "bg", "en"}, "operator": {"en"}, "developer": {"en"}}
PAGES = ["/docs", "/docs/api", "/docs/events", *(f"/docs/{guide}" for guide in GUIDES)]
LANGUAGES = ["bg", "bg-Latn", "nl", "en", "tr"]


class TestDocs(RestWorld):
    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        line = http.client.HTTPConnection("127.0.0.1", self.public, timeout=20)
        line.request("GET", path)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def commands(self, guide: str, kind: str = "") -> list[str]:
        page = self.get(f"/docs/{guide}?language=en")[2]
        return [html.unescape(one) for one in re.findall(rf'<pre tabindex="0"{kind}><code>(.*?)</code></pre>', page, re.S)]

    def test_every_page_in_every_language(self) -> None:
        self.start_rest(people=0)
        links: set[str] = set()
        for path in PAGES:
            for language in LANGUAGES:
                status, head, page = self.get(f"{path}?language={language}")
                self.assertEqual(status, 200, f"{path} {language}: {page[:300]}")
                self.assertIn("default-src 'none'", head["content-security-policy"])
                self.assertNotIn("unsafe", head["content-security-policy"])
                self.assertNotIn("set-cookie", head)
                self.assertNotRegex(page, r"<script|style=|https?://(?!127\.0\.0\.1)|\{\{|\bon\w+=")
                self.assertIn(f'<html lang="{language}">', page)
                self.assertEqual(len(re.findall(r"<h1", page)), 1, path)
                guide = path.removeprefix("/docs/")
                if guide in GUIDES:
                    there = re.search(r'<article lang="([\w-]+)">', page)
                    assert there
                    self.assertIn(there[1], GUIDES[guide], path)
                    if language in GUIDES[guide]:
                        self.assertEqual(there[1], language)
                links |= {html.unescape(link) for link in re.findall(r'href="([^"]*)"', page)}
                marks = set(re.findall(r'id="([^"]*)"', page))
                for link in re.findall(r'href="#([^"]*)"', page):
                    self.assertIn(link, marks, f"{path}: #{link}")
        for link in sorted(link for link in links if not link.startswith("#")):
            self.assertTrue(link.startswith("/"), link)
            self.assertLess(self.get(link)[0], 400, link)
        self.assertEqual(self.get("/docs/nothing")[0], 404)

    def test_the_documents_are_shown_whole(self) -> None:
        self.start_rest(people=0)
        api = html.unescape(self.get("/docs/api")[2])
        for path, methods in self.description["paths"].items():
            for method, operation in methods.items():
                self.assertIn(f'<code><b>{method.upper()}</b> {path}</code>', api)
                self.assertIn(operation["summary"], api)
        for name, schema in self.description["components"]["schemas"].items():
            self.assertIn(f'id="{name}"', api)
            for field in schema.get("properties", {}):
                self.assertIn(f"<code>{field}</code>", api, name)
        events = html.unescape(self.get("/docs/events")[2])
        document = self.public_call("GET", "/v1/asyncapi.json").json
        for channel in document["channels"].values():
            self.assertIn(channel["address"], events)
        for name, message in document["components"]["messages"].items():
            self.assertIn(f'id="{name}"', events)
            self.assertIn(message["title"], events)

    def test_the_operators_commands(self) -> None:
        self.start_rest()
        for line in "\n".join(self.commands("operator")).replace("\\\n", "").splitlines():
            words = shlex.split(line.replace("/var/backups", str(self.folder)))
            if words[1:3] == ["users", "add"] and words[3] in ("otto", "anna"):
                words[3] += "-2"  # who is there already
            self.assertEqual(words[0], "pokana")
            self.gateway.run(*words[1:])
        self.assertTrue((self.folder / "pokana.db").stat().st_size > 0)

    def test_the_developers_commands(self) -> None:
        self.start_rest()
        user = self.made("a", "user", "anna", ADVISER)
        publisher = self.made("b", "publisher", "school", ["trigger.publish", "trigger.view"])
        gateway = re.search(r"GATEWAY=(\S+)", self.commands("developer")[0])
        assert gateway
        self.assertEqual(gateway[1], f"http://127.0.0.1:{self.public}")
        ran = 0
        for kind, token in ((' class="run"', user), (' class="run publisher"', publisher)):
            for command in self.commands("developer", kind):
                for _ in range(2):  # once more, as the guide says: nothing is done twice
                    done = subprocess.run(["sh", "-c", command], env={**os.environ, "GATEWAY": gateway[1], "TOKEN": token}, capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
                    self.assertNotIn(number(1), done.stdout)
                    ran += 1
        self.assertEqual(ran, 10)
        self.assertEqual(len(self.public_call("GET", "/v1/events", user).json["events"]), 1)
        self.assertEqual(len(self.public_call("GET", "/v1/triggers", publisher).json["triggers"]), 1)
        self.provider.wait_accepted(2)


if __name__ == "__main__":
    unittest.main()
