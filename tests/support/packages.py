# SPDX-License-Identifier: EUPL-1.2
"""npm packages for a suite, by the lock file in its folder: installed by a test, into a folder of its own, never at run time."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import unittest
from pathlib import Path

NPM_CI = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=20000"]
DONE = "installed.json"  # a copy of the lock file by which the packages beside it were installed


def install(suite: Path, work: Path, *scripts: str) -> None:
    """Puts the suite's scripts and packages into the folder; skips the test where there is no npm, or nothing to be had from it.
    Programs that run at the same time may share the folder: the first installs, the others wait."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise unittest.SkipTest("no node and npm here")
    work.mkdir(parents=True, exist_ok=True)
    with open(work / "lock", "w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        for name in ("package.json", "package-lock.json", *scripts):
            shutil.copy(suite / name, work / name)
        wanted = (work / "package-lock.json").read_text()
        if (work / DONE).is_file() and (work / DONE).read_text() == wanted:
            return
        (work / DONE).unlink(missing_ok=True)
        done = subprocess.run(NPM_CI, cwd=work, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise unittest.SkipTest("npm could not install: " + done.stderr.strip().split("\n")[0])
        (work / DONE).write_text(wanted)
