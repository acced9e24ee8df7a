#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Writes the files of the pages into one C source, so that the program needs nothing beside it."""

import sys
from pathlib import Path

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".svg": "image/svg+xml", ".ini": "text/plain; charset=utf-8"}


def octets(data: bytes) -> str:
    return "\n".join("    " + " ".join(f"{byte}," for byte in data[at:at + 24]) for at in range(0, len(data), 24))


def main() -> None:
    out, root = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
    files = sorted(Path(name).resolve() for name in sys.argv[3:])
    parts = ["/* Made by embed.py. */", '#include "gateway/console/files.h"', ""]
    for at, file in enumerate(files):
        parts += [f"static const unsigned char data_{at}[] = {{", octets(file.read_bytes() + b"\0"), "};"]
    parts += ["", "const struct pk_file_embedded pk_files[] = {"]
    for at, file in enumerate(files):
        parts.append(f'    {{ "{file.relative_to(root).as_posix()}", "{TYPES[file.suffix]}", data_{at}, sizeof data_{at} - 1 }},')
    parts += ["};", f"const size_t pk_file_count = {len(files)};", ""]
    out.write_text("\n".join(parts))


main()
