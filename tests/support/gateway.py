# SPDX-License-Identifier: EUPL-1.2
"""The real daemon in a folder of the test: `pokana serve --config FILE`. The program is the one the environment names in
POKANA_BIN; the configuration's text is the test's. Its log and that of its commands is collected in one file, which is
searched for what must never stand in it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable
from urllib.parse import quote

from . import control
from .process import Process
from .wait import PATIENCE_S, until

# What a sanitizer says when it has found something.
FAULTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "WARNING: ThreadSanitizer")


def program() -> Path:
    found = os.environ.get("POKANA_BIN")
    if not found:
        raise AssertionError("POKANA_BIN does not name the pokana program")
    return Path(found).resolve()


@dataclass
class Finished:
    """A command that has ended."""

    status: int
    out: str
    err: str


class Gateway:
    """socket: the control socket the configuration names (default: control.sock in the folder). Nothing runs yet."""

    def __init__(self, folder: Path, config: str, *, socket: Path | None = None, binary: Path | None = None,
                 env: dict[str, str] | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "pokana.conf"
        self.socket = socket or folder / "control.sock"
        self.log = folder / "gateway.log"
        self.binary = binary or program()
        # The clock's zone and the language of messages must not be those of whoever runs the tests.
        self.env = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", **(env or {})}
        self._process: Process | None = None
        self.write_config(config)

    def __enter__(self) -> "Gateway":
        self.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.stop()
        else:
            self.kill()  # the test has failed already; its own message is the one to read

    def write_config(self, text: str) -> None:
        self.config.write_text(text)
        self.config.chmod(0o600)

    # ---- life ----

    @property
    def pid(self) -> int:
        assert self._process, "the gateway is not running"
        return self._process.pid

    def running(self) -> bool:
        return self._process is not None and self._process.running()

    def start(self, *, ready: bool = True, timeout: float = PATIENCE_S) -> None:
        """Returns when it says that it is ready, or with ready=False at once."""
        assert not self.running(), "the gateway is running already"
        self._process = Process([str(self.binary), "serve", "--config", str(self.config)], self.log, self.env, self.folder)
        if ready:
            self.wait_ready(timeout)

    def wait_ready(self, timeout: float = PATIENCE_S) -> None:
        def probe() -> bool:
            if not self.running():
                raise AssertionError(f"the gateway ended while starting:\n{self.tail()}")
            return self.ready()

        until("the gateway to be ready", probe, timeout)

    def ready(self) -> bool:
        try:
            return control.request(self.socket, "GET", "/readyz", timeout=5.0).status == 200
        except OSError:
            return False

    def stop(self, timeout: float = 15.0) -> None:
        """SIGTERM; fails unless it ends with status 0 and nothing wrong in its log."""
        if self._process is None:
            return
        process, self._process = self._process, None
        status = process.exit_status() if not process.running() else process.stop(timeout)
        assert status == 0, f"the gateway ended with status {status}:\n{self.tail()}"
        self.assert_no_faults()

    def kill(self) -> None:
        """SIGKILL; returns when it is gone. The control socket stays behind, as after a crash."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def wait_end(self, timeout: float = PATIENCE_S) -> int:
        """For daemons that end by themselves, by a kill at a named point for instance: the exit status."""
        assert self._process, "the gateway is not running"
        process, self._process = self._process, None
        return process.wait(timeout)

    def restart(self, **options: float) -> None:
        self.stop()
        self.start(**options)

    def signal(self, number: int) -> None:
        assert self._process, "the gateway is not running"
        self._process.signal(number)

    # ---- talking to it ----

    def run(self, *arguments: str, input: str | None = None, check: bool = True, config: bool = True,
            timeout: float = 30.0) -> Finished:
        """A command: `pokana ARGUMENTS… --config FILE`. With check a status other than 0 fails the test. What it prints
        to standard error is searched with the log."""
        command = [str(self.binary), *arguments] + (["--config", str(self.config)] if config else [])
        done = subprocess.run(command, input=input, stdin=subprocess.DEVNULL if input is None else None, text=True,
                              capture_output=True, env=self.env, cwd=self.folder, timeout=timeout)
        with open(self.log, "a") as log:
            log.write(done.stderr)
        if check:
            assert done.returncode == 0, (f"pokana {' '.join(arguments)} ended with status {done.returncode}:\n"
                                          f"{done.stderr}{done.stdout}")
        return Finished(done.returncode, done.stdout, done.stderr)

    def control(self, method: str, target: str, body: object = None, headers: dict[str, str] | None = None,
                timeout: float = 10.0) -> control.Reply:
        return control.request(self.socket, method, target, body, headers, timeout)

    def metrics(self) -> dict[str, float]:
        return control.metrics(self.control("GET", "/metrics").text)

    # ---- what it said ----

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.log_text().splitlines()[-lines:])

    def wait_log(self, part: str, timeout: float = PATIENCE_S) -> str:
        """The first line with this part."""

        def probe() -> str | None:
            return next((line for line in self.log_text().splitlines() if part in line), None)

        return until(f'the log to say "{part}"', probe, timeout) or ""

    def assert_no_faults(self) -> None:
        text = self.log_text()
        for fault in FAULTS:
            assert fault not in text, f"{fault} in the log:\n{text[text.index(fault) - 200:][:4000]}"

    def assert_never_said(self, secrets: Iterable[str]) -> None:
        """No number, text or secret in the log, in none of the forms it could take. The list must not be empty and
        entries not be trivial, else the check could not fail."""
        wanted = list(secrets)
        assert wanted, "nothing was given to look for"
        text = self.log_text()
        assert text, "there is no log to search"
        for place, secret in enumerate(wanted):
            for form in forms(secret):
                at = text.find(form)
                line = text.count("\n", 0, max(at, 0)) + 1
                assert at < 0, f"entry {place} of what must not be said stands in line {line} of {self.log}"


def forms(secret: str) -> set[str]:
    """How a text may show itself: as it is, URL-encoded, JSON-escaped, and a number without its plus, in national form,
    or only its last seven digits."""
    assert len(secret) >= 4, f'"{secret}" is too short to be looked for'
    found = {secret, quote(secret, safe=""), secret.encode("ascii", "backslashreplace").decode()}
    digits = "".join(letter for letter in secret if letter.isdigit())
    if len(digits) >= 9 and secret.lstrip("+").replace(" ", "").isdigit():
        found |= {digits, digits[-9:], digits[-7:]}
    return found
