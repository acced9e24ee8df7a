# SPDX-License-Identifier: EUPL-1.2
"""A private, real mosquitto on 127.0.0.1 and a free port, in a folder of the test. Restarts keep the port, so that
whoever was connected finds it again."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import socket
from pathlib import Path
from typing import Any

from .certificates import Pair
from .mqtt import Client
from .net import free_port, wait_listening
from .process import Process
from .wait import PATIENCE_S


def program() -> str | None:
    """Path of mosquitto; Debian puts it where an ordinary user's PATH does not look."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def wait_turning(port: int) -> None:
    """Until its loop runs: it hangs up on who speaks no MQTT. Before that mosquitto 2.0 forgets a SIGTERM."""
    wait_listening(port, "mosquitto")
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as stranger:
        try:
            stranger.sendall(bytes(5))
            stranger.recv(1)
        except ConnectionResetError:
            pass


class Broker:
    """users: name -> password; without them everybody may connect. acl: lines of an ACL file. tls adds a second listener
    (tls_port) with this certificate, and with client_ca one that demands client certificates. Not started yet."""

    def __init__(self, folder: Path, *, users: dict[str, str] | None = None, acl: list[str] | None = None,
                 persistence: bool = True, extra: list[str] | None = None, tls: Pair | None = None,
                 ca_file: Path | None = None, client_certificates: bool = False) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.tls_port = free_port() if tls else None
        self.users = users
        self.log = folder / "mosquitto.log"
        self.config = folder / "mosquitto.conf"
        self._process: Process | None = None
        lines = self._common_lines(users, acl, persistence) + [f"listener {self.port} 127.0.0.1"]
        if tls:
            lines += [f"listener {self.tls_port} 127.0.0.1", f"certfile {tls.cert}", f"keyfile {tls.key}",
                      "tls_version tlsv1.2"]
        if tls and client_certificates:
            lines += [f"cafile {ca_file}", "require_certificate true", "use_identity_as_username true"]
        self.config.write_text("\n".join(lines + (extra or [])) + "\n")

    def _common_lines(self, users: dict[str, str] | None, acl: list[str] | None, persistence: bool) -> list[str]:
        lines = ["per_listener_settings false", "log_dest stdout", "log_type all", "connection_messages true",
                 "message_size_limit 131072", "set_tcp_nodelay true"]
        if os.geteuid() == 0:
            # Otherwise it becomes user mosquitto, who cannot write here, and would lose sessions with no more than a line.
            lines.append("user root")
        if users is None:
            lines.append("allow_anonymous true")
        else:
            password_file = self.folder / "passwords"
            password_file.write_text("".join(f"{name}:{_hashed(value)}\n" for name, value in users.items()))
            password_file.chmod(0o600)
            lines += ["allow_anonymous false", f"password_file {password_file}"]
        if acl is not None:
            acl_file = self.folder / "acl"
            acl_file.write_text("\n".join(acl) + "\n")
            acl_file.chmod(0o600)
            lines.append(f"acl_file {acl_file}")
        if persistence:
            lines += ["persistence true", f"persistence_location {self.folder}/", "autosave_interval 1800"]
        return lines

    def __enter__(self) -> "Broker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when it accepts connections."""
        found = program()
        if not found:
            raise AssertionError("mosquitto is not installed")
        self._process = Process([found, "-c", str(self.config)], self.log)
        wait_turning(self.port)
        if self.tls_port:
            wait_listening(self.tls_port, "mosquitto")

    def stop(self) -> None:
        """In good order: sessions and queued messages are saved where persistence is on."""
        if self._process and self._process.running():
            self._process.stop()
        self._process = None

    def kill(self) -> None:
        """Without saving: what was queued since the last save is gone."""
        if self._process:
            self._process.kill()
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def client(self, **options: Any) -> Client:
        """A connected client of this broker; the first user's credentials unless others are given."""
        if self.users and "username" not in options:
            name, password = next(iter(self.users.items()))
            options.update(username=name, password=password)
        return Client(self.port, **options)

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def _hashed(password: str) -> str:
    """The form of mosquitto_passwd: PBKDF2 with SHA-512. Few rounds, tests connect often."""
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
