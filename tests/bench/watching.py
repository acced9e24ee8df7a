# SPDX-License-Identifier: EUPL-1.2
"""People who watch a campaign live: the waiting messages are made a campaign's, users sign in, and a thread reads what each of
them is told."""

from __future__ import annotations

import http.client
import re
import selectors
import socket
import sqlite3
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.browser import Browser  # noqa: E402
from support.gateway import Gateway  # noqa: E402
from support.totp import totp  # noqa: E402

CAMPAIGN = 1 << 50
OF_ONE_SESSION = 8  # as many as a browser opens
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def id_text(id: int) -> str:
    return "".join(ALPHABET[id >> 5 * at & 31] for at in reversed(range(13)))


def make_campaign(database: Path) -> None:
    """Whatever waits was said by a step of it; another step is far off, so that it does not end."""
    connection = sqlite3.connect(database)
    with connection:
        trigger, topic, route = connection.execute("SELECT t.id, n.topic, t.route FROM trigger t JOIN notice n ON n.id = t.notice ORDER BY t.id DESC LIMIT 1").fetchone()
        connection.execute("INSERT INTO campaign(id, name, state, topic, route, starts_ms, people_max, edition, audience, vals, made_by, asked_by, approved_by,"
                           " approved, why, created_ms, updated_ms) VALUES(?, 'watched', 3, ?, ?, 0, 1000000, 0,"
                           " '{\"all\":[\"school:everybody\"],\"any\":[],\"none\":[]}', '{}', 'anna', 'anna', 'boris', zeroblob(32), '', 0, 0)", (CAMPAIGN, topic, route))
        for place, (moment, state, due) in enumerate((("at 2026-01-01T00:00:00Z", 2, 1767225600000), ("at 2099-01-01T00:00:00Z", 1, 4070908800000))):
            connection.execute("INSERT INTO campaign_step(id, campaign, place, moment, template, state, due_ms) VALUES(?, ?, ?, ?, 'parent-meeting-invitation', ?, ?)",
                               (CAMPAIGN + 1 + place, CAMPAIGN, place, moment, state, due))
        connection.execute("INSERT INTO campaign_trigger(trigger, campaign, step, edition) VALUES(?, ?, ?, 0)", (trigger, CAMPAIGN, CAMPAIGN + 1))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def sign_in(gateway: Gateway, port: int, name: str) -> Browser:
    found = re.search(r"/staff/link/\S{43}", gateway.run("users", "add", name, "--role", "approver").out)
    assert found
    browser = Browser(port)
    browser.get(found.group())
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", browser.post(found.group(), {}))
    assert secret, browser.body
    browser.post("/staff/second", {"code": totp(secret.group(1))})
    return browser


class Watchers:
    """So many streams, read by one thread. `events` is how many they were told, all of them together."""

    def __init__(self, gateway: Gateway, port: int, count: int) -> None:
        self.events, self.ended = 0, 0
        self._selector, self._stop = selectors.DefaultSelector(), threading.Event()
        for at in range(count):
            if at % OF_ONE_SESSION == 0:
                browser = sign_in(gateway, port, f"watcher{at // OF_ONE_SESSION}")
            self._selector.register(self._watch(browser), selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @staticmethod
    def _watch(browser: Browser) -> socket.socket:
        connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=30)
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        connection.request("GET", f"/office/campaigns/{id_text(CAMPAIGN)}/events", headers={"Cookie": cookies})
        stream: socket.socket = connection.sock
        head = b""
        while b"\r\n\r\n" not in head:
            head += stream.recv(4096)
        if b"text/event-stream" not in head:
            raise SystemExit(f"bench: nobody may watch: {head.decode()}")
        stream.setblocking(False)
        return stream

    def _read(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(0.5):
                stream: socket.socket = key.fileobj  # type: ignore[assignment]
                told = stream.recv(65536)
                self.events += told.count(b"data: ")
                if not told:
                    self.ended += 1
                    self._selector.unregister(stream)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()
