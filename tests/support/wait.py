# SPDX-License-Identifier: EUPL-1.2
"""Waiting for events with a deadline. Nothing in the suites sleeps for a guessed time: it waits until something is so,
and says what was missing when it never becomes so."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Generic, TypeVar

T = TypeVar("T")
PATIENCE_S = 20.0


class TooLate(AssertionError):
    """What was waited for did not happen in time."""


def until(what: str, probe: Callable[[], T], timeout: float = PATIENCE_S, every: float = 0.01) -> T:
    """Calls probe until it returns something true, and returns that. `what` completes "waited for …"."""
    end = time.monotonic() + timeout
    while True:
        result = probe()
        if result:
            return result
        if time.monotonic() >= end:
            raise TooLate(f"waited {timeout:g} s for {what}")
        time.sleep(every)


class Events(Generic[T]):
    """A list that grows while tests wait for its items. Items are never removed: a test may look back."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._items: list[T] = []
        self._changed = threading.Condition()

    def add(self, item: T) -> None:
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()

    def all(self) -> list[T]:
        with self._changed:
            return list(self._items)

    def matching(self, wanted: Callable[[T], Any]) -> list[T]:
        return [item for item in self.all() if wanted(item)]

    def __len__(self) -> int:
        with self._changed:
            return len(self._items)

    def touch(self) -> None:
        """Wakes those who wait: an item has changed."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, wanted: Callable[[T], Any], what: str = "", timeout: float = PATIENCE_S, after: int = 0) -> T:
        """The first item from position `after` on that is wanted, now or as soon as it comes."""
        return self.wait_many(1, wanted, what, timeout, after)[0]

    def wait_many(self, count: int, wanted: Callable[[T], Any] = lambda item: True, what: str = "",
                  timeout: float = PATIENCE_S, after: int = 0) -> list[T]:
        """At least `count` wanted items, all there are at that moment."""
        end = time.monotonic() + timeout
        with self._changed:
            while True:
                found = [item for item in self._items[after:] if wanted(item)]
                if len(found) >= count:
                    return found
                left = end - time.monotonic()
                if left <= 0:
                    raise TooLate(f"waited {timeout:g} s for {count} {self.name} {what}: "
                                  f"{len(found)} of {len(self._items)} were right")
                self._changed.wait(left)
