# SPDX-License-Identifier: EUPL-1.2
"""A child process with its output in a file. Ended by its process id and in bounded time, also when the test fails
or is interrupted: whatever still runs when Python ends is killed."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
from pathlib import Path

_running: set["Process"] = set()


class Process:
    """Output of all lives is appended to `log`."""

    def __init__(self, command: list[str], log: Path, env: dict[str, str] | None = None, cwd: Path | None = None,
                 stdin: int = subprocess.DEVNULL) -> None:
        self.command = command
        self.log = log
        with open(log, "ab") as output:
            self._child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=stdin, env=env, cwd=cwd)
        _running.add(self)

    @property
    def pid(self) -> int:
        return self._child.pid

    def running(self) -> bool:
        return self._child.poll() is None

    def exit_status(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self._child.poll()

    def signal(self, number: int) -> None:
        if self.running():
            os.kill(self._child.pid, number)

    def wait(self, timeout: float) -> int:
        status = self._child.wait(timeout)
        _running.discard(self)
        return status

    def stop(self, timeout: float = 15.0) -> int:
        """Asks it to end (SIGTERM). One that does not obey is killed and reported."""
        self.signal(signal.SIGTERM)
        try:
            return self.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.command[0]} did not end within {timeout:g} s of SIGTERM") from None

    def kill(self) -> int:
        """SIGKILL; returns when it is gone."""
        self.signal(signal.SIGKILL)
        return self.wait(10.0)


def _end_all() -> None:
    for process in list(_running):
        process.kill()


atexit.register(_end_all)
