#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Writes the descriptions of the public API into a C source, without their blanks; what is no JSON ends the build. The first is
openapi.json, which requests are held against; the others are served as they are, by the names of their files."""

import json
import sys
from pathlib import Path


def compact(path: Path) -> bytes:
    return json.dumps(json.loads(path.read_text()), ensure_ascii=True, separators=(",", ":")).encode()


def array(name: str, text: bytes) -> str:
    lines = "\n".join("    " + " ".join(f"{byte}," for byte in text[at:at + 24]) for at in range(0, len(text), 24))
    return f"{name}[] = {{\n{lines} 0\n}};\n"


def main() -> None:
    target, first, *others = map(Path, sys.argv[1:])
    text = compact(first)
    made = ['/* Made by embed.py. */\n#include "gateway/api/v1.h"\n', array("const char pk_openapi_text", text), f"const size_t pk_openapi_len = {len(text)};\n"]
    rows = []
    for at, path in enumerate(others):
        made.append(array(f"static const char document_{at}", compact(path)))
        rows.append(f'    {{ "{path.stem}", document_{at}, {len(compact(path))} }},\n')
    made.append("const struct pk_document pk_documents[] = {\n" + "".join(rows) + f"}};\nconst size_t pk_document_count = {len(rows)};\n")
    target.write_text("\n".join(made))


main()
