# SPDX-License-Identifier: EUPL-1.2
"""The gateway's descriptions of itself, linted by Spectral: its own rules for OpenAPI and AsyncAPI, and the Dutch API Design Rules as
lint/ruleset.yaml writes them down. A document that breaks them is refused by each, so that the rules are seen to work.
Skipped without npm. Usage: test_descriptions.py [WORK-FOLDER]."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from support.packages import install  # noqa: E402

API = HERE.parent.parent / "gateway" / "api"
WORK = Path(sys.argv.pop(1) if len(sys.argv) > 1 else HERE.parent.parent / "build" / "descriptions").resolve()
ERROR = 0


class TestDescriptions(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        install(HERE / "lint", WORK, "ruleset.yaml")

    def lint(self, *paths: Path) -> list[dict[str, Any]]:
        """What is found, errors only."""
        done = subprocess.run(["node_modules/.bin/spectral", "lint", "-q", "-r", "ruleset.yaml", "-f", "json", *map(str, paths)], cwd=WORK, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return [found for found in json.loads(done.stdout or "[]") if found["severity"] == ERROR]

    def test_no_errors(self) -> None:
        found = self.lint(API / "openapi.json", API / "asyncapi.json")
        self.assertEqual([f"{one['code']}: {'.'.join(map(str, one['path']))}: {one['message']}" for one in found], [])

    def test_every_rule_of_ours_is_broken_by_a_bad_document(self) -> None:
        document = json.loads((API / "openapi.json").read_text())
        document["info"]["version"] = "1"
        paths = document["paths"]
        paths["/Queue_Now/"] = paths.pop("/queue")
        paths["/status"]["fetch"] = paths["/status"]["get"]
        listed = paths["/messages"]["get"]
        listed["parameters"] += [{**listed["parameters"][0], "name": name} for name in ("sent_before", "phone")]
        listed["description"] = "messages"
        for status in ("401", "400"):
            del listed["responses"][status]
        del paths["/rsvps"]["post"]["responses"]["413"]
        del document["components"]["responses"]["Conflict"]["headers"]
        paths["/events"]["post"]["responses"]["409"] = {"description": "no", "headers": {"API-Version": {"schema": {}}}}
        problem = document["components"]["schemas"]["Problem"]["properties"]
        del problem["title"]
        document["components"]["schemas"]["Campaign"]["properties"]["updatedAt"]["format"] = "date"
        bad = WORK / "bad.json"
        bad.write_text(json.dumps(document))
        ours = set(re.findall(r"^  ((?:adr|own)-[a-z-]+):", (HERE / "lint" / "ruleset.yaml").read_text(), re.M))
        self.assertEqual(len(ours), 14)
        self.assertEqual(ours - {found["code"] for found in self.lint(bad)}, set())


if __name__ == "__main__":
    unittest.main()
