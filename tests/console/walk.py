# SPDX-License-Identifier: EUPL-1.2
"""A walk: somebody's work from the first page to what came of it, in a real browser. It is a test of a Walk: steps (`go`, `fill`,
`press`) and a `look` in every state a page can be in, for each of `self.readers(NAME)`. Flaws of all states fail it at its end."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Iterator

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))

from chrome import WORK, Chrome, Reader  # noqa: E402
from test_signin import totp  # noqa: E402
from world import World, json, moment, number, until  # noqa: E402

# A Dutch reader at a desk whose browser has no scripts, and a Bulgarian one with a small telephone, at night.
KINDS = {"nl": {"width": 1280, "scheme": "light", "scripts": False}, "bg": {"width": 320, "scheme": "dark", "scripts": True}}
CHOICES = {"choice school": {"name.bg": "Училище", "name.nl": "School", "tags": "school:de-windroos, school:het-kompas",
                             "labels.nl": "Basisschool De Windroos aan de Zuiddijk, Het Kompas", "labels.bg": "Windroos, Kompas"}}


class Walk(World):
    def setUp(self) -> None:
        self.chrome = Chrome.get()
        super().setUp()
        self._readers: list[Reader] = []

    def tearDown(self) -> None:
        flaws = [flaw for reader in self._readers for flaw in reader.flaws]
        looks = sum(reader._looks for reader in self._readers)
        self.assertTrue(looks > 0 or not self._readers, "nothing was looked at")
        self.assertFalse(flaws, f"{len(flaws)} flaws in {looks} states; pictures are in {WORK}\n" + "\n".join(flaws))

    def reader(self, name: str, language: str) -> Reader:
        reader = Reader(self.chrome, f"{name}-{language}", f"http://127.0.0.1:{self.public}", language=language, **KINDS[language])
        self._readers.append(reader)
        return reader

    def readers(self, name: str) -> Iterator[tuple[Reader, int]]:
        """With each a number of its own, from 1."""
        for n, language in enumerate(KINDS, 1):
            with self.subTest(language):
                yield self.reader(name, language), n

    def link_for(self, name: str, role: str, *more: str) -> str:
        """A new user's first way in."""
        found = re.search(r"/staff/link/\S{43}", self.gateway.run("users", "add", name, "--role", role, *more).out)
        assert found
        return found.group()

    def code_for(self, n: int) -> str:
        return until(f"a code to person {n}", lambda: next((found.group() for text in self.texts_to(n) if "10 " in text and
                                                            (found := re.search(r"\b\d{6}\b", text))), None)) or ""


__all__ = ["CHOICES", "KINDS", "Reader", "WORK", "Walk", "json", "moment", "number", "totp", "until"]
