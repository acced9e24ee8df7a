# SPDX-License-Identifier: EUPL-1.2
"""Free ports on the loopback, and waiting until somebody listens."""

from __future__ import annotations

import socket

from .wait import PATIENCE_S, until

_given: set[int] = set()


def free_port() -> int:
    """A port nobody listens on. The kernel gives another one each time; those given before are not given again."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_listening(port: int, what: str, timeout: float = PATIENCE_S) -> None:
    until(f"{what} to listen on port {port}", lambda: listens(port), timeout)
