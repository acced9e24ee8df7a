# SPDX-License-Identifier: EUPL-1.2
"""The gateway as a process: what the service manager hears, what a reload leaves for a restart, how it starts and ends."""

from __future__ import annotations

import shutil
import signal
import socket
import sqlite3
import unittest
from contextlib import closing

from world import ROOT, World, until
from support.answers import Hold, accept


class Manager:
    """The service manager's end of the notification socket."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.settimeout(20)

    def hear(self, what: str) -> str:
        """The next datagram that begins with this, whatever came before it."""
        while True:
            said = self.socket.recv(4096).decode()
            if said.startswith(what):
                return said

    def close(self) -> None:
        self.socket.close()


class TestDaemon(World):
    def managed(self) -> Manager:
        self.start(with_broker=False, people=0, start=False)
        manager = Manager(str(self.folder / "notify"))
        self.addCleanup(manager.close)
        self.gateway.env.update(NOTIFY_SOCKET=str(self.folder / "notify"), WATCHDOG_USEC="400000")
        return manager

    def why(self) -> str:
        return self.status()["condition"]["why"]

    def test_the_service_manager_is_told(self) -> None:
        manager = self.managed()
        self.gateway.start(ready=False)
        manager.hear("READY=1")
        self.assertTrue(self.gateway.ready())  # said when it is so, not before
        for _ in range(3):
            manager.hear("WATCHDOG=1")
        good = self.gateway.config.read_text()
        self.gateway.write_config(good + "nonsense\n")
        self.gateway.signal(signal.SIGHUP)
        manager.hear("RELOADING=1")
        manager.hear("READY=1")
        manager.hear("STATUS=degraded: configuration: not taken over: ")
        self.gateway.write_config(good)
        self.gateway.signal(signal.SIGHUP)
        manager.hear("RELOADING=1")
        manager.hear("READY=1")
        manager.hear("STATUS=working")
        self.gateway.signal(signal.SIGTERM)
        self.assertIn("EXTEND_TIMEOUT_USEC=15000000", manager.hear("STOPPING=1"))
        self.assertEqual(self.gateway.wait_end(), 0)

    def test_nothing_is_said_of_a_start_that_failed(self) -> None:
        manager = self.managed()
        (self.gateway.folder / "pokana.keys").unlink()
        self.gateway.start(ready=False)
        self.assertEqual(self.gateway.wait_end(), 4)
        self.assertEqual(manager.hear(""), "STATUS=could not start")
        self.assertIn("hint: Make one with pokana keys new ", self.gateway.log_text())

    def test_what_waits_for_a_restart_is_said(self) -> None:
        self.start(with_broker=False, people=0)
        good = self.gateway.config.read_text()
        self.gateway.write_config(good.replace("pokana.db", "other.db").replace("control.sock", "other.sock"))
        self.gateway.signal(signal.SIGHUP)
        self.gateway.wait_log("reload.partly")
        self.assertEqual(self.why(), "configuration: a restart is needed for database, control")
        self.assertFalse((self.gateway.folder / "other.sock").exists())
        self.gateway.write_config(good)
        self.gateway.signal(signal.SIGHUP)
        until("the trouble to be over", lambda: self.why() == "")

    def test_texts_are_read_again_and_a_broken_one_changes_nothing(self) -> None:
        texts = self.folder / "texts"
        shutil.copytree(ROOT / "templates", texts)
        self.start(people=1, gateway={"templates": str(texts)})
        school = self.school()
        self.accepted(school, self.event())
        self.provider.wait_accepted(1)
        file = texts / "bg" / "parent-meeting-invitation.txt"
        head, _, body = file.read_text().partition("\n\n")
        file.write_text(head + "\n\n" + body.replace("{place}", "{plaec}"))
        self.gateway.signal(signal.SIGHUP)
        self.gateway.wait_log("reload.refused")
        self.gateway.wait_log("parent-meeting-invitation.txt")
        self.accepted(school, self.event())
        self.provider.wait_accepted(2)
        file.write_text(head + "\n\n" + body.replace("Идвате ли?", "Елате!"))
        self.gateway.signal(signal.SIGHUP)
        self.gateway.wait_log("reload.done")
        self.accepted(school, self.event())
        self.provider.wait_accepted(3)
        first, second, third = (body["text"] for body in self.received())
        self.assertEqual(second, first)
        self.assertEqual(third, first.replace("Идвате ли?", "Елате!"))

    def test_a_stop_leaves_one_whole_file(self) -> None:
        self.start(people=2)
        self.accepted(self.school(), self.event())
        self.provider.wait_accepted(2)
        self.wait_counts(accepted=2)
        log = self.gateway.folder / "pokana.db-wal"
        self.assertGreater(log.stat().st_size, 0)
        self.gateway.stop()
        self.assertFalse(log.exists() and log.stat().st_size > 0)
        # All of it is in the file itself: a copy of that alone is the gateway.
        copy = self.gateway.folder / "pokana.db"
        copy.rename(self.folder / "aside.db")
        shutil.copy(self.folder / "aside.db", copy)
        self.gateway.start()
        self.assertEqual(self.counts(), {"accepted": 2})

    def test_a_damaged_database_is_said_and_left_alone(self) -> None:
        self.start(people=2)
        self.gateway.stop()
        database = self.gateway.folder / "pokana.db"
        good = database.read_bytes()
        for damaged in (b"no database, and long enough to be looked at closely\n" * 40, good[:len(good) // 2], b"\0" * 100 + good[100:]):
            database.write_bytes(damaged)
            self.gateway.start(ready=False)
            self.assertEqual(self.gateway.wait_end(), 10)
            self.assertIn("the database is damaged\n  hint: ", self.gateway.tail(2))
            self.assertEqual(database.read_bytes(), damaged)
        database.write_bytes(good)
        self.gateway.start()

    def test_damage_found_while_it_runs_is_said_in_health_log_and_state(self) -> None:
        self.start(people=2)
        self.gateway.stop()
        database = self.gateway.folder / "pokana.db"
        with closing(sqlite3.connect(database)) as opened:
            page = opened.execute("PRAGMA page_size").fetchone()[0]
            root = opened.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'message'").fetchone()[0]
        with database.open("r+b") as file:
            file.seek((root - 1) * page)
            file.write(b"\xee" * page)
        observer = self.observer()
        self.gateway.start(ready=False)
        until("health to fail", lambda: self.gateway.running() and self.health() == 503)
        observer.wait(lambda message: message.topic == "pokana/v1/state/test" and b"the database is damaged" in message.payload)
        self.gateway.wait_log("the database is damaged")
        self.gateway.wait_log("event=commit.failed")
        self.assertTrue(self.gateway.running())

    def health(self) -> int:
        try:
            return self.gateway.control("GET", "/healthz").status
        except OSError:
            return 0

    def test_a_second_signal_does_not_wait(self) -> None:
        self.start(people=1, gateway={"grace": "5m"})
        school, hold = self.school(), Hold()
        self.addCleanup(hold.release)
        self.provider.script(lambda request: accept(held=hold))
        self.accepted(school, self.event())
        self.provider.requests.wait_many(1)
        self.gateway.signal(signal.SIGTERM)
        self.gateway.wait_log("event=stopping")
        self.assertTrue(self.gateway.running())
        self.gateway.signal(signal.SIGTERM)
        self.assertEqual(self.gateway.wait_end(), 0)
        self.gateway.start()
        self.wait_counts(uncertain=1)


if __name__ == "__main__":
    unittest.main()
