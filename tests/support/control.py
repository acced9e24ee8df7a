# SPDX-License-Identifier: EUPL-1.2
"""HTTP over the daemon's control socket, a Unix socket."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Reply:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def request(path: Path, method: str, target: str, body: Any = None, headers: dict[str, str] | None = None,
            timeout: float = 10.0) -> Reply:
    """One request on a connection of its own. body: bytes as they are, else JSON. Raises OSError when nobody answers."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    sent = dict(headers or {})
    if data is not None and not any(name.lower() == "content-type" for name in sent):
        sent["Content-Type"] = "application/json"
    connection = _Connection(path, timeout)
    try:
        connection.request(method, target, data, sent)
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    except http.client.HTTPException as error:
        raise OSError(f"control socket: {error}") from error
    finally:
        connection.close()


def metrics(text: str) -> dict[str, float]:
    """The samples of a Prometheus page by name with labels, as they stand there."""
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found
