# SPDX-License-Identifier: EUPL-1.2
"""Chromium, driven by driver.mjs: one for a whole test program, ended with it. A reader is one person's browser: a window of a
width, with or without scripts, whose person only uses the keyboard."""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
WORK = Path(os.environ.get("POKANA_CONSOLE", ROOT / "build" / "console")).resolve()  # pictures and packages
PATIENCE_S = 120
SCRIPTS = ("driver.mjs", "looks.mjs")

sys.path.insert(0, str(HERE.parent))

from support.packages import install  # noqa: E402


class Chrome:
    _one: "Chrome | None" = None

    @classmethod
    def get(cls) -> "Chrome":
        """The one of this program. Skips the test where it cannot be."""
        program = shutil.which("chromium")
        if not program:
            raise unittest.SkipTest("no chromium here")
        if cls._one is None:
            install(HERE, WORK / "work", *SCRIPTS)
            cls._one = cls(program)
        return cls._one

    def __init__(self, program: str) -> None:
        self._child = subprocess.Popen(["node", "driver.mjs", program], cwd=WORK / "work", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._rest = b""
        atexit.register(self.end)

    def order(self, order: str, **more: Any) -> Any:
        assert self._child.stdin
        self._child.stdin.write(json.dumps({"order": order, **more}).encode() + b"\n")
        self._child.stdin.flush()
        answer = json.loads(self._line(order))
        if "error" in answer:
            raise AssertionError(f"{order} {more}: {answer['error']}")
        return answer["value"]

    def _line(self, order: str) -> bytes:
        assert self._child.stdout
        while b"\n" not in self._rest:
            if not select.select([self._child.stdout], [], [], PATIENCE_S)[0]:
                raise AssertionError(f"the browser did not answer {order} within {PATIENCE_S} s")
            got = os.read(self._child.stdout.fileno(), 1 << 16)
            if not got:
                raise AssertionError(f"the browser ended at {order}")
            self._rest += got
        line, self._rest = self._rest.split(b"\n", 1)
        return line

    def end(self) -> None:
        """It ends with its input, and Chromium with it."""
        if self._child.stdin:
            self._child.stdin.close()
        try:
            self._child.wait(15)
        except subprocess.TimeoutExpired:
            self._child.terminate()  # its handler ends Chromium
            self._child.wait(15)


class Reader:
    """Selectors are those of a style sheet; `field` is a name, `button` the path its form goes to or "name=value" of its own."""

    def __init__(self, chrome: Chrome, name: str, origin: str, *, language: str, width: int, scheme: str, scripts: bool) -> None:
        self.chrome, self.name, self.origin, self.language = chrome, name, origin, language
        self._looks = 0
        self.flaws: list[str] = []
        chrome.order("reader", name=name, origin=origin, language=language, width=width, scheme=scheme, scripts=scripts)

    def _order(self, order: str, **more: Any) -> Any:
        return self.chrome.order(order, name=self.name, **more)

    # ---- steps ----

    def go(self, path: str, status: int = 200) -> None:
        got = self._order("go", path=path)
        assert got == status, f"{path} answers {got}"

    def enter(self, path: str, status: int = 200) -> None:
        """A first page, in this reader's language."""
        self.go(f"{path}{'&' if '?' in path else '?'}language={self.language}", status)

    def fill(self, field: str, text: str) -> None:
        self._order("fill", selector=f'main [name="{field}"]', text=text)

    def tick(self, field: str, value: str) -> None:
        self._order("tick", selector=f'main [name="{field}"][value="{value}"]')

    def choose(self, field: str, value: str) -> None:
        self._order("choose", selector=f'main select[name="{field}"]', value=value)

    def press(self, button: str) -> None:
        if button.startswith("/"):
            self._order("press", selector=f'form[action="{button}"] button')
        else:
            name, value = button.split("=")
            self._order("press", selector=f'button[name="{name}"][value="{value}"]' if name else "main form button")

    def follow(self, path: str) -> None:
        """A link that begins so."""
        self._order("press", selector=f'a[href^="{path}"]')

    def until(self, selector: str) -> None:
        self._order("until", selector=selector)

    # ---- what is there ----

    def where(self) -> str:
        return self._order("where")

    def text(self) -> str:
        return self._order("text")

    def html(self) -> str:
        return self._order("html")

    def links(self, selector: str) -> list[str]:
        return self._order("links", selector=selector)

    def bytes(self) -> int:
        """Bodies of the page it is at and of what it loaded with it, as they were sent."""
        return self._order("bytes")

    def look(self, state: str) -> None:
        """Everything that is looked at in a state of a page: see looks.mjs. Flaws are collected, so that one run names all."""
        self._looks += 1
        file = WORK / f"{self.name}-{self._looks:02d}-{state}.png"
        self.flaws += [f"{self.name}, {state} ({self.where()}): {flaw}" for flaw in self._order("look", file=str(file))]

    def printed(self, state: str) -> bytes:
        file = WORK / f"{self.name}-{state}.pdf"
        self._order("print", file=str(file))
        return file.read_bytes()
