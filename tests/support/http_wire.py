# SPDX-License-Identifier: EUPL-1.2
"""HTTP/1.1 on a socket, as much as the provider needs: reading whole requests, writing answers, and the ways in which
real servers break off."""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

BODY_MAX = 8 << 20
HEAD_MAX = 64 << 10


class Malformed(Exception):
    """The client did not speak HTTP as it should."""


@dataclass
class Request:
    """One request as it came. `answered` becomes true when the whole answer has been handed to the kernel."""

    number: int
    connection: int
    method: str
    path: str
    headers: dict[str, str]  # names in lower case; repeated ones joined by ", "
    body: bytes
    at: float  # time.monotonic()
    reference: str | None = None
    given_id: str | None = None
    answered: bool = False
    captures: dict[str, Any] = field(default_factory=dict)  # room for a script's own notes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Stream:
    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._data = b""

    def read_request(self) -> tuple[str, str, dict[str, str], bytes] | None:
        """Method, path, headers and body; None when the client has gone."""
        while b"\r\n\r\n" not in self._data:
            if len(self._data) > HEAD_MAX:
                raise Malformed("head is too long")
            if not self._more():
                return None
        head, self._data = self._data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise Malformed("request line")
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon:
                raise Malformed("header line")
            name = name.lower()
            headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._chunked() if headers.get("transfer-encoding", "").lower() == "chunked" else self._sized(headers)
        return None if body is None else (parts[0], parts[1], headers, body)

    def _sized(self, headers: dict[str, str]) -> bytes | None:
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_MAX:
            raise Malformed("content length")
        return self._take(int(length))

    def _chunked(self) -> bytes | None:
        body = b""
        while True:
            while b"\r\n" not in self._data:
                if not self._more():
                    return None
            line, self._data = self._data.split(b"\r\n", 1)
            size = int(line.split(b";")[0], 16)
            if len(body) + size > BODY_MAX:
                raise Malformed("body is too long")
            part = self._take(size + 2)
            if part is None:
                return None
            if size == 0:
                return body
            body += part[:-2]

    def _take(self, count: int) -> bytes | None:
        while len(self._data) < count:
            if not self._more():
                return None
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def _more(self) -> bool:
        part = self.socket.recv(65536)
        self._data += part
        return bool(part)

    def reset(self) -> None:
        """Closes with a reset instead of an orderly end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def answer_bytes(status: int, headers: dict[str, str], body: bytes) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if not any(name.lower() == "content-length" for name in headers):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
