#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Writes the description of the public API into a C source, without its blanks; what is no JSON ends the build."""

import json
import sys
from pathlib import Path


def main() -> None:
    text = json.dumps(json.loads(Path(sys.argv[2]).read_text()), ensure_ascii=True, separators=(",", ":")).encode()
    lines = "\n".join("    " + " ".join(f"{byte}," for byte in text[at:at + 24]) for at in range(0, len(text), 24))
    Path(sys.argv[1]).write_text(f'/* Made by embed.py. */\n#include "gateway/api/v1.h"\n\nconst char pk_openapi_text[] = {{\n{lines} 0\n}};\n'
                                 f"const size_t pk_openapi_len = {len(text)};\n")


main()
