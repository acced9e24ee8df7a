# SPDX-License-Identifier: EUPL-1.2
"""A socket, plain or TLS, that one thread reads while others write. OpenSSL must not be entered by two threads at once:
the socket does not block, a lock is held for each attempt, and waiting happens outside of it."""

from __future__ import annotations

import select
import socket
import ssl
import threading

_AGAIN = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Stream:
    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        self._socket = connected
        self._lock = threading.Lock()  # for one attempt
        self._whole = threading.Lock()  # for one packet: those of two threads must not mix
        self._data = b""

    def write(self, data: bytes) -> None:
        with self._whole:
            while data:
                try:
                    with self._lock:
                        data = data[self._socket.send(data):]
                except _AGAIN:
                    # With TLS it may be reading that is waited for; the reader does that, and we look again soon.
                    select.select([], [self._socket], [], 0.05)

    def read(self, count: int) -> bytes:
        """Exactly so many bytes; ConnectionError at the end of the stream."""
        while len(self._data) < count:
            try:
                with self._lock:
                    part = self._socket.recv(65536)
                if not part:
                    raise ConnectionError("the other side closed the connection")
                self._data += part
            except _AGAIN:
                select.select([self._socket], [], [])
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def end(self) -> None:
        """Wakes the reader, who then finds the end of the stream."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the other side was quicker

    def close(self) -> None:
        self._socket.close()
