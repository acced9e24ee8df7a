# SPDX-License-Identifier: EUPL-1.2
"""npm packages for the peers, by the lock file beside this one: installed by a test, into a folder of its own, never at run
time."""

from __future__ import annotations

import shutil
import subprocess
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
NPM_CI = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=20000"]


def install(work: Path, *scripts: str, source: Path = HERE) -> None:
    """Puts the scripts and the packages of a lock file into the folder; skips the test where there is no npm, or nothing to be had
    from it."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise unittest.SkipTest("no node and npm here")
    work.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", *scripts):
        shutil.copy(source / name, work / name)
    done = subprocess.run(NPM_CI, cwd=work, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise unittest.SkipTest("npm could not install: " + done.stderr.strip().split("\n")[0])
