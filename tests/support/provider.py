# SPDX-License-Identifier: EUPL-1.2
"""A scripted provider: an HTTP/1.1 keep-alive server on 127.0.0.1 that records every request and answers as its script
says (answers.py). One thread per connection; enough for hundreds of them. Receipts go back through webhook.py."""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections import Counter
from typing import Any, Callable

from . import answers
from .answers import Answer, accept
from .http_wire import Malformed, Request, Stream, answer_bytes
from .net import free_port
from .wait import PATIENCE_S, Events


def json_member(*path: str) -> Callable[[Request], str | None]:
    """Finds the reference in a JSON body: json_member("message", "reference")."""

    def find(request: Request) -> str | None:
        try:
            value: Any = request.json
            for name in path:
                value = value[name]
        except (ValueError, KeyError, TypeError, IndexError):
            return None
        return str(value)

    return find


class Provider:
    """reference: how a request's reference is found, by which doubles are counted (None when it has none)."""

    def __init__(self, reference: Callable[[Request], str | None] = json_member("reference"), id_prefix: str = "p-") -> None:
        self.requests: Events[Request] = Events("requests")
        self.malformed: Events[str] = Events("malformed requests")
        self._reference = reference
        self._id_prefix = id_prefix
        self._script: Callable[[Request], Answer] = lambda request: accept()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._ids = itertools.count(1)
        self._stopped = threading.Event()
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self.port = free_port()
        self.start()

    def __enter__(self) -> "Provider":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    # ---- script ----

    def script(self, script: Callable[[Request], Answer] | Answer) -> None:
        """From now on; requests under way keep the answer they were given."""
        self._script = (lambda request: script) if isinstance(script, Answer) else script

    def in_turn(self, *given: Answer, then: Answer | None = None) -> None:
        self.script(answers.in_turn(*given, then=then))

    # ---- record ----

    def accepted(self) -> list[Request]:
        """Requests the provider took, whether or not its answer arrived."""
        return self.requests.matching(lambda request: request.given_id is not None)

    def doubles(self) -> dict[str, int]:
        """References that were taken more than once, and how often."""
        counts = Counter(request.reference for request in self.accepted() if request.reference is not None)
        return {reference: count for reference, count in counts.items() if count > 1}

    def references(self) -> set[str]:
        return {request.reference for request in self.accepted() if request.reference is not None}

    def wait_requests(self, count: int, timeout: float = PATIENCE_S) -> list[Request]:
        return self.requests.wait_many(count, timeout=timeout)

    def wait_accepted(self, count: int, timeout: float = PATIENCE_S) -> list[Request]:
        """Until so many were taken and their answers are out (or were broken off as scripted)."""
        return self.requests.wait_many(count, lambda request: request.given_id is not None and request.answered,
                                       "that are taken", timeout)

    # ---- life ----

    def start(self) -> None:
        """Again after stop(), on the same port."""
        self._stopped = threading.Event()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(512)
        self._listener = listener
        self._spawn(self._accept, listener, self._stopped)

    def stop(self) -> None:
        """Breaks every connection off; connecting is refused from here on."""
        self._stopped.set()
        if self._listener:
            # A blocked accept() does not notice close(): shutdown() wakes it.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # its thread was quicker
        for thread in self._threads:
            thread.join(5.0)
        self._threads.clear()

    def _spawn(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def _accept(self, listener: socket.socket, stopped: threading.Event) -> None:
        for number in itertools.count(1):
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            if stopped.is_set():
                connection.close()
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.add(connection)
            self._spawn(self._serve, connection, number, stopped)

    def _serve(self, connection: socket.socket, number: int, stopped: threading.Event) -> None:
        stream = Stream(connection)
        try:
            while not stopped.is_set():
                found = stream.read_request()
                if found is None:
                    return
                if not self._answer(stream, self._record(found, number), stopped):
                    return
        except Malformed as error:
            self.malformed.add(str(error))
        except OSError:
            pass  # the client left, or stop() broke the connection
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _record(self, found: tuple[str, str, dict[str, str], bytes], connection: int) -> tuple[Request, Answer]:
        method, path, headers, body = found
        request = Request(next(self._numbers), connection, method, path, headers, body, time.monotonic())
        request.reference = self._reference(request)
        answer = self._script(request)
        if answer.accepts:
            request.given_id = answer.given_id or f"{self._id_prefix}{next(self._ids)}"
        self.requests.add(request)
        return request, answer

    def _answer(self, stream: Stream, pair: tuple[Request, Answer], stopped: threading.Event) -> bool:
        """False when the connection ends here."""
        request, answer = pair
        if answer.held and not answer.held.wait(stopped):
            return False
        if answer.delay and stopped.wait(answer.delay):
            return False
        if answer.before:
            answer.before(request)
        stays = self._write(stream, request, answer, stopped)
        request.answered = True
        self.requests.touch()
        if answer.after:
            answer.after(request)
        return stays

    def _write(self, stream: Stream, request: Request, answer: Answer, stopped: threading.Event) -> bool:
        headers = {"Content-Type": "application/json", **answer.headers}
        data = answer_bytes(answer.status, headers, answers.body_bytes(answer.body, request.given_id))
        if answer.how == answers.WHOLE:
            stream.socket.sendall(data)
            return headers.get("Connection", "").lower() != "close"
        if answer.how == answers.HALF:
            head = data.index(b"\r\n\r\n") + 4
            stream.socket.sendall(data[:head + (len(data) - head) // 2])
        elif answer.how == answers.GARBAGE:
            stream.socket.sendall(b"\x00\xff not the protocol you expected \r\n\r\n")
        elif answer.how == answers.RESET:
            stream.reset()
        elif answer.how == answers.SILENCE:
            request.answered = True
            self.requests.touch()
            stopped.wait()
        return False

    def __str__(self) -> str:
        return json.dumps({"port": self.port, "requests": len(self.requests), "accepted": len(self.accepted()),
                           "doubles": len(self.doubles())})
