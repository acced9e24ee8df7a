# SPDX-License-Identifier: EUPL-1.2
"""What the scripted provider may do with a request. A script is a function Request -> Answer, or answers in a row."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from typing import Any, Callable

from .http_wire import Request

# How the connection goes on.
WHOLE = "whole"  # the answer, and the connection stays
CLOSE = "close"  # nothing, and the connection is closed in good order
RESET = "reset"  # nothing, and the connection is reset
HALF = "half"  # the head and half of the body, then closed
GARBAGE = "garbage"  # bytes that are no HTTP, then closed
SILENCE = "silence"  # nothing, and the connection stays open until the provider stops


@dataclass(frozen=True)
class Answer:
    status: int = 202
    body: Any = None  # bytes, or what JSON can hold, in whose texts {id} stands for the given id
    headers: dict[str, str] = field(default_factory=dict)
    accepts: bool = False  # gives the request an id; counts as taken
    given_id: str | None = None  # the id, when it is not to be made up
    how: str = WHOLE
    delay: float = 0.0  # seconds; for providers that are slow, not for keeping two things apart: that is `held`
    held: "Hold | None" = None
    before: Callable[[Request], Any] | None = None  # called before the first byte leaves: receipts that overtake it
    after: Callable[[Request], Any] | None = None  # called after the last byte left

    def with_(self, **changes: Any) -> "Answer":
        return replace(self, **changes)


class Hold:
    """Keeps answers back until the test lets them go: the moment is the test's, not the clock's."""

    def __init__(self) -> None:
        self._open = threading.Event()

    def release(self) -> None:
        self._open.set()

    def wait(self, stopped: threading.Event) -> bool:
        """False when the provider stopped first."""
        while not self._open.wait(0.02):
            if stopped.is_set():
                return False
        return True


def accept(given_id: str | None = None, *, status: int = 202, body: Any = None, **options: Any) -> Answer:
    return Answer(status, {"id": "{id}"} if body is None else body, accepts=True, given_id=given_id, **options)


def refuse(status: int, body: Any = None, *, retry_after: int | str | None = None, **options: Any) -> Answer:
    headers = dict(options.pop("headers", {}))
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Answer(status, {"error": "scripted"} if body is None else body, headers, **options)


def taken_but(how: str, given_id: str | None = None, **options: Any) -> Answer:
    """The provider takes the message, but its answer does not arrive whole: the sender cannot know."""
    return accept(given_id, how=how, **options)


def close(**options: Any) -> Answer:
    return Answer(how=CLOSE, **options)


def reset(**options: Any) -> Answer:
    return Answer(how=RESET, **options)


def silence(**options: Any) -> Answer:
    return Answer(how=SILENCE, **options)


def garbage(**options: Any) -> Answer:
    return Answer(how=GARBAGE, **options)


def in_turn(*answers: Answer, then: Answer | None = None) -> Callable[[Request], Answer]:
    """Each answer once, then `then` (default: accept) for ever."""
    left = list(answers)
    lock = threading.Lock()

    def script(request: Request) -> Answer:
        with lock:
            return left.pop(0) if left else then or accept()

    return script


def body_bytes(body: Any, given_id: str | None) -> bytes:
    if isinstance(body, bytes):
        return body
    if body is None:
        return b""
    return json.dumps(_filled(body, given_id or ""), ensure_ascii=False).encode()


def _filled(value: Any, given_id: str) -> Any:
    if isinstance(value, str):
        return value.replace("{id}", given_id)
    if isinstance(value, list):
        return [_filled(one, given_id) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, given_id) for name, one in value.items()}
    return value
