# SPDX-License-Identifier: EUPL-1.2
"""The first thing a stranger runs does what it says, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class TestDemo(unittest.TestCase):
    def test_once(self) -> None:
        with tempfile.TemporaryDirectory(prefix="pk-") as folder:
            done = subprocess.run([str(ROOT / "demo"), "--once"], cwd="/", env={**os.environ, "TMPDIR": folder}, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=300)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("родителска среща", done.stdout)
            self.assertIn("roditelska sreshta", done.stdout)
            self.assertIn("5 delivered", done.stdout)
            self.assertEqual(os.listdir(folder), [])


if __name__ == "__main__":
    unittest.main()
