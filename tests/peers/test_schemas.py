# SPDX-License-Identifier: EUPL-1.2
"""What the gateway publishes about itself for machines: the JSON Schemas of its events, held by ajv to the very events that the C
readers are held to (tests/vectors/triggers.json), and its AsyncAPI document, held to the schema of AsyncAPI itself.
Skipped without npm. Usage: test_schemas.py [WORK-FOLDER]."""

from __future__ import annotations

import json
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any, Iterator

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from support.packages import install  # noqa: E402

ROOT = HERE.parent.parent
API = ROOT / "gateway" / "api"
WORK = Path(sys.argv.pop(1) if len(sys.argv) > 1 else ROOT / "build" / "schemas").resolve()
ASYNCAPI = "node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"


def flaws(schemas: dict[str, Any], values: list[dict[str, Any]]) -> dict[str, list[str]]:
    done = subprocess.run(["node", "validate.mjs"], cwd=WORK, input=json.dumps({"schemas": schemas, "values": values}), capture_output=True,
                          text=True, check=True)
    return {line["about"]: line["errors"] for line in map(json.loads, done.stdout.splitlines())}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (target for name, target in value.items() if name == "$ref")
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


class TestSchemas(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        install(HERE, WORK, "validate.mjs")
        cls.schemas = {path.stem: json.loads(path.read_text()) for path in sorted((API / "schemas").glob("*.json"))}
        cls.vectors = json.loads((ROOT / "tests" / "vectors" / "triggers.json").read_text())
        cls.document = json.loads((API / "asyncapi.json").read_text())

    def values(self, name: str) -> list[dict[str, Any]]:
        return [{"schema": one["schema"], "about": f"{one['schema']}: {one['about']}", "value": one["event"]} for one in self.vectors[name]]

    def test_good_events_fit(self) -> None:
        self.assertEqual(flaws(self.schemas, self.values("valid")), {})

    def test_bad_events_do_not(self) -> None:
        values = self.values("invalid")
        self.assertEqual({one["about"] for one in values} - set(flaws(self.schemas, values)), set())

    def test_they_are_draft_07(self) -> None:
        draft = {"$ref": "http://json-schema.org/draft-07/schema#"}
        values = [{"schema": "draft", "about": name, "value": schema} for name, schema in self.schemas.items()]
        self.assertGreater(len(values), 15)
        self.assertEqual(flaws({"draft": draft}, values), {})
        self.assertEqual({schema["$schema"] for schema in self.schemas.values()}, {"http://json-schema.org/draft-07/schema#"})
        wrong = [{"schema": "draft", "about": "a type there is none", "value": {"type": "text"}}]
        self.assertEqual(set(flaws({"draft": draft}, wrong)), {"a type there is none"})

    def test_the_document_is_asyncapi(self) -> None:
        schema = json.loads((WORK / ASYNCAPI).read_text())
        wrong = {**self.document, "channels": {"triggers": {"adress": "x"}}}
        values = [{"schema": "asyncapi", "about": "ours", "value": self.document}, {"schema": "asyncapi", "about": "a wrong one", "value": wrong}]
        self.assertEqual(set(flaws({"asyncapi": schema}, values)), {"a wrong one"}, flaws({"asyncapi": schema}, values[:1]))

    def test_what_it_refers_to_is_there(self) -> None:
        named = set()
        for target in references(self.document):
            if target.startswith("#/"):
                part: Any = self.document
                for step in target[2:].split("/"):
                    self.assertIn(step, part, target)
                    part = part[step]
                continue
            named.add(target.removeprefix("./schemas/").removesuffix(".json"))
        self.assertEqual(named, set(self.schemas))
        for message in self.document["components"]["messages"].values():
            kind = self.schemas[message["title"]]["properties"].get("type", {}).get("const")
            self.assertEqual(kind, message["name"] if kind else None, message["title"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
