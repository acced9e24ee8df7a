# SPDX-License-Identifier: EUPL-1.2
"""One subject a file: over 400 lines a file is named, over 600 (of an adapter over 350) it is refused, and so is a function of
over 100 lines. Every source file says its licence and opens with what it is for (a header or a source without a header of its own)."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Iterator

import tree

WARN_LINES, MOST_LINES, MOST_FUNCTION_LINES = 400, 600, 100
ADAPTER_LINES = 350  # a file of an adapter, its table of codes included
SOURCES = (".c", ".h", ".cpp", ".py")
LICENCE = "SPDX-License-Identifier: EUPL-1.2"


def functions(source: str) -> Iterator[tuple[str, int, int]]:
    """Name, first line and length of each function: a brace in column 0 after a line that ends a parameter list."""
    lines = tree.code(source).split("\n")
    for start, line in enumerate(lines):
        if line.rstrip() != "{" or start == 0 or not lines[start - 1].rstrip().endswith(")"):
            continue
        end = next((at for at in range(start, len(lines)) if lines[at].startswith("}")), len(lines) - 1)
        head = next((lines[at] for at in range(start - 1, -1, -1) if "(" in lines[at] and not lines[at].startswith(" ")), "")
        name = re.search(r"(\w+)\s*\(", head)
        yield (name.group(1) if name else "?"), start + 1, end - start - 1


def opens_with_purpose(source: str) -> bool:
    lines = source.split("\n")
    while lines and (lines[0].startswith("#!") or LICENCE in lines[0]):
        lines.pop(0)
    return "\n".join(lines).lstrip().startswith(("/*", '"""', "//"))


def check(root: Path) -> Iterator[str]:
    for path in tree.files(root, *SOURCES):
        source = tree.text(root, path)
        count = source.count("\n")
        if path.parts[0] == "adapters" and count > ADAPTER_LINES:
            yield f"{path}: {count} lines; put what others need too into adapters/kit, or divide it (at most {ADAPTER_LINES})"
        elif count > MOST_LINES:
            yield f"{path}: {count} lines; divide it by subject (at most {MOST_LINES})"
        elif count > WARN_LINES:
            print(f"note: {path} has {count} lines: is it still one subject?", file=sys.stderr)
        if LICENCE not in "\n".join(source.split("\n", 3)[:3]):
            yield f"{path}:1: no licence line; begin with /* {LICENCE} */"
        lonely = path.suffix != ".c" or not (root / path.with_suffix(".h")).is_file()
        if lonely and path.name != "__init__.py" and not opens_with_purpose(source):
            yield f"{path}:2: say first what this file is for"
        if path.suffix in (".c", ".cpp"):
            for name, line, length in functions(source):
                if length > MOST_FUNCTION_LINES:
                    yield f"{path}:{line}: {name}() has {length} lines; divide it (at most {MOST_FUNCTION_LINES})"


if __name__ == "__main__":
    tree.main(check)
