# SPDX-License-Identifier: EUPL-1.2
"""JSON Schema as far as the gateway's own description of its API uses it: what of a value does not fit, and values made up by a
schema, good ones and bad ones."""

from __future__ import annotations

import random
from typing import Any, Iterator

KINDS = {"string": str, "object": dict, "array": list, "boolean": bool, "null": type(None)}


def follow(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def types(schema: dict[str, Any]) -> list[str]:
    wanted = schema.get("type", [])
    return [wanted] if isinstance(wanted, str) else wanted


def is_of(value: Any, kind: str) -> bool:
    if kind in ("integer", "number"):
        return isinstance(value, int if kind == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind])


def faults(document: dict[str, Any], schema: dict[str, Any], value: Any, where: str = "") -> Iterator[str]:
    """What does not fit. An object may have members the schema does not name only where it says so: a member that came
    into an answer belongs into the description."""
    schema = follow(document, schema)
    if types(schema) and not any(is_of(value, kind) for kind in types(schema)):
        yield f"{where}: {type(value).__name__} is not {types(schema)}"
        return
    if "enum" in schema and value is not None and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str) and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1 << 30):
        yield f"{where}: its length is {len(value)}"
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from faults(document, schema.get("items", {}), item, f"{where}/{at}")
    if isinstance(value, dict):
        named = schema.get("properties", {})
        yield from (f"{where}/{name}: is missing" for name in schema.get("required", []) if name not in value)
        for name, part in value.items():
            if name in named:
                yield from faults(document, named[name], part, f"{where}/{name}")
            elif "additionalProperties" in schema and isinstance(schema["additionalProperties"], dict):
                yield from faults(document, schema["additionalProperties"], part, f"{where}/{name}")
            elif schema.get("properties") is not None and not schema.get("additionalProperties"):
                yield f"{where}/{name}: is not described"


DEEP: list[Any] = []
for _ in range(60):
    DEEP = [DEEP]
STRANGE: list[Any] = [None, True, 0, -1, 1 << 62, 1 << 70, -(1 << 63), 1.5, 1e300, "", "a", "x" * 300, "x" * 20_000, "щ" * 40, "\u202e", "\u0000", "\ud800", "a\nb", "%s%n",
                      "'; --", "../..", "{}", "2026-02-30", "99:99", "2026-12-25T18:30:00+25:00", [], {}, [[]], {"a": 1}, {"": None}, DEEP, ["a"] * 500]


def made_up(document: dict[str, Any], schema: dict[str, Any], chance: random.Random, oddity: float, known: dict[str, list[str]],
            name: str = "") -> Any:
    """A value that fits, but for the share `oddity` of its parts, which may be anything. known: words worth trying, by name."""
    schema = follow(document, schema)
    if chance.random() < oddity:
        return chance.choice(STRANGE)
    if known.get(name) and chance.random() < (0.7 if oddity else 0.97):
        return chance.choice(known[name])
    if "enum" in schema:
        return chance.choice(schema["enum"])
    kind = chance.choice(types(schema) or ["object"])
    if kind == "object":
        made = {key: made_up(document, part, chance, oddity, known, key) for key, part in schema.get("properties", {}).items()
                if key in schema.get("required", []) or chance.random() < 0.5}
        if chance.random() < oddity:
            made["field" + str(chance.randrange(9))] = chance.choice(STRANGE)
        return made
    if kind == "array":
        return [made_up(document, schema.get("items", {}), chance, oddity, known, name) for _ in range(chance.randrange(4))]
    if kind == "integer":
        return chance.randint(schema.get("minimum", 0), min(schema.get("maximum", 1000), 1 << 40))
    if kind == "string":
        return "".join(chance.choice("abcdefgh-0123456789") for _ in range(chance.randint(max(schema.get("minLength", 1), 1), min(schema.get("maxLength", 20), 20))))
    return None if kind == "null" else chance.random() < 0.5
