# SPDX-License-Identifier: EUPL-1.2
"""What every check of the house shares: the files there are, and how a finding is told. A check is a module with a
function check(root) that yields findings "place: what is wrong; what to do"; run as a program it prints them and ends
with status 1 when there are any."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent.parent


def files(root: Path, *suffixes: str) -> Iterator[Path]:
    """Files of the tree, by path: those git knows or would add; without git every file outside build folders."""
    for path in sorted(_listed(root)):
        if (not suffixes or path.suffix in suffixes) and (root / path).is_file():
            yield path


def _listed(root: Path) -> Iterable[Path]:
    if (root / ".git").exists():
        done = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=root, capture_output=True, check=True)
        return {Path(name) for name in done.stdout.decode().split("\0") if name}
    return {path.relative_to(root) for path in root.rglob("*") if path.is_file() and not path.parts[len(root.parts)].startswith("build")}


def text(root: Path, path: Path) -> str:
    return (root / path).read_text(encoding="utf-8", errors="replace")


_TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code(source: str, keep_strings: bool = False) -> str:
    """C without its comments, and without what strings hold; lines keep their numbers."""

    def blank(found: re.Match[str]) -> str:
        piece = found.group()
        if piece[0] in "\"'":
            return piece if keep_strings else piece[0] + piece[0]
        return "\n" * piece.count("\n") or " "

    return _TOKENS.sub(blank, source)


def line_of(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1


def main(check: Callable[[Path], Iterable[str]]) -> None:
    findings = list(check(ROOT))
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
