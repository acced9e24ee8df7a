# SPDX-License-Identifier: EUPL-1.2
"""Free ports on the loopback, and waiting until somebody listens.

A program of ours is told its port and opens it a moment later. A port the kernel picks is free only until somebody's outgoing
connection is given the same number, and suites beside this one make many. So ports come from below the range the kernel gives
connections, and each is leased while this process lives: its name is bound in the abstract socket namespace, which parts the
same networks as ports do and is let go by the kernel when the process ends."""

from __future__ import annotations

import os
import socket

from .wait import PATIENCE_S, until

# tests/unit/io/support.c takes from the same numbers by the same names.
FIRST, AFTER_LAST = 10_000, 30_000

_leases: dict[int, socket.socket] = {}


def _lease(port: int) -> socket.socket | None:
    lease = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        lease.bind(f"\0pokana-test-port-{port}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
        return lease
    except OSError:
        lease.close()
        return None


def free_port() -> int:
    """A port nobody listens on and no other suite is given while this process lives."""
    span = AFTER_LAST - FIRST
    start = os.getpid() * 97 % span
    for step in range(span):
        port = FIRST + (start + step) % span
        if port not in _leases and (lease := _lease(port)):
            _leases[port] = lease
            return port
    raise AssertionError(f"no free port between {FIRST} and {AFTER_LAST}")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_listening(port: int, what: str, timeout: float = PATIENCE_S) -> None:
    until(f"{what} to listen on port {port}", lambda: listens(port), timeout)
