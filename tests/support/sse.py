# SPDX-License-Identifier: EUPL-1.2
"""Server-sent events as a browser hears them: a request, then events as they come, each with its id and its data."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from typing import Any

from support.browser import Browser
from support.wait import Events, TooLate, until


class Heard:
    """One event."""

    def __init__(self, id: int, data: Any) -> None:
        self.id, self.data = id, data


class Stream:
    """Who listens, with the cookies of a browser. events grows; over is set when the other side ended it."""

    def __init__(self, browser: Browser, path: str, last: int | None = None) -> None:
        self.events: Events[Heard] = Events(f"events of {path}")
        self.beats, self.retry, self.over = 0, 0, threading.Event()
        connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        connection.request("GET", path, headers={"Cookie": cookies, "Accept": "text/event-stream", **({"Last-Event-ID": str(last)} if last else {})})
        self.socket: socket.socket = connection.sock
        self.answer = connection.getresponse()
        self.status, self.type = self.answer.status, self.answer.headers.get("Content-Type", "")
        self.thread = threading.Thread(target=self._listen, daemon=True)
        if self.type.startswith("text/event-stream"):
            self.thread.start()
        else:
            self.body = self.answer.read().decode()
            self.over.set()

    def _listen(self) -> None:
        id, data = 0, ""
        try:
            while line := self.answer.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    id = int(value)
                elif name == "data":
                    data = value
                elif name == "retry":
                    self.retry = int(value)
                elif name == ":":
                    self.beats += 1
                elif name == "" and data:
                    self.events.add(Heard(id, json.loads(data)))
                    data = ""
        except (OSError, ValueError, http.client.HTTPException):
            pass
        self.over.set()

    def heard(self) -> list[Heard]:
        return self.events.all()

    def wait(self, what: str, **wanted: Any) -> Heard:
        """The first event that says all of this."""
        def said() -> Heard | None:
            return next((event for event in self.heard() if all(event.data.get(name) == value for name, value in wanted.items())), None)

        try:
            return until(f"an event of {what}: {wanted}", said)  # type: ignore[return-value]
        except TooLate as late:
            raise TooLate(f"{late}; the last one of {len(self.events)} was {[event.data for event in self.heard()[-1:]]}") from None

    def close(self) -> None:
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        if self.thread.is_alive():
            self.thread.join(10)
