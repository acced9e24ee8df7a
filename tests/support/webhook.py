# SPDX-License-Identifier: EUPL-1.2
"""Calls a webhook like a provider: receipts and replies, now, late, twice, in any order, or before the provider's own
answer (give Answer.before a function that calls send()). Waiting and repeating are the test's."""

from __future__ import annotations

import http.client
import json
import random
import threading
from dataclasses import dataclass
from typing import Any, Callable
from urllib.parse import urlsplit

from .wait import PATIENCE_S, until


@dataclass
class Called:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


class Webhook:
    """make(**fields) -> what is sent: bytes as they are, else JSON. sign(body) -> headers, for providers that sign."""

    def __init__(self, url: str, make: Callable[..., Any], headers: dict[str, str] | None = None,
                 sign: Callable[[bytes], dict[str, str]] | None = None, timeout: float = PATIENCE_S) -> None:
        self.url = url
        self.make = make
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self.sign = sign
        self.timeout = timeout
        self._local = threading.local()  # a keep-alive connection per calling thread
        self._all: list[http.client.HTTPConnection] = []

    def send(self, **fields: Any) -> Called:
        return self.post(self.make(**fields))

    def send_taken(self, **fields: Any) -> Called:
        """Repeats, as providers do, until it is answered with 2xx."""

        def attempt() -> Called | None:
            try:
                called = self.send(**fields)
            except OSError:
                return None
            return called if 200 <= called.status < 300 else None

        return until("the webhook to take a body", attempt, self.timeout, every=0.05)

    def twice(self, **fields: Any) -> tuple[Called, Called]:
        return self.send(**fields), self.send(**fields)

    def shuffled(self, many: list[dict[str, Any]], seed: int) -> list[Called]:
        order = list(many)
        random.Random(seed).shuffle(order)
        return [self.send(**fields) for fields in order]

    def post(self, body: Any, headers: dict[str, str] | None = None, method: str = "POST") -> Called:
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        all_headers = {**self.headers, **(self.sign(data) if self.sign else {}), **(headers or {})}
        try:
            return self._exchange(method, data, all_headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if not self._reused():
                raise
            # The kept connection had been closed meanwhile, by a restart for instance: once more over a new one.
            self._drop()
            return self._exchange(method, data, all_headers)

    def refuses_size(self, body: bytes) -> bool:
        """Is so much refused? The door may close before all of it was sent; then nobody reads what it said."""
        try:
            return self.post(body).status == 413
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            return True

    def close(self) -> None:
        """Closes every thread's connection; the next call opens another."""
        for connection in self._all:
            connection.close()
        self._all.clear()

    def _exchange(self, method: str, data: bytes, headers: dict[str, str]) -> Called:
        parts = urlsplit(self.url)
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=self.timeout)
            self._local.connection, self._local.used = connection, 0
            self._all.append(connection)
        try:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            called = Called(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        except OSError:
            self._local.failed_after = self._local.used
            self._drop()
            raise
        self._local.used += 1
        return called

    def _reused(self) -> bool:
        return getattr(self._local, "failed_after", 0) > 0

    def _drop(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local.connection = None
