# SPDX-License-Identifier: EUPL-1.2
"""Pages are light and keep to themselves: what browsers load weighs less than 150 kB together, no page has a script or a style of
its own in it, and nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator

import tree

CONSOLE = Path("gateway/console")
MOST_BYTES = 150_000
INLINE = re.compile(r"<style|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|\sstyle\s*=|javascript:", re.I)
ELSEWHERE = re.compile(r"""(?:\bsrc\s*=\s*["']?|<link[^>]*href\s*=\s*["']?|url\(\s*["']?|@import\s+["']?|\bimport\s*\(?\s*["']|fetch\(\s*["'])(?:https?:)?//""", re.I)


def check(root: Path) -> Iterator[str]:
    weight = sum((root / path).stat().st_size for path in tree.files(root) if path.parent == CONSOLE / "static")
    if weight >= MOST_BYTES:
        yield f"{CONSOLE / 'static'}: {weight} bytes together; leave out what no page needs (less than {MOST_BYTES})"
    for path in tree.files(root, ".html", ".css", ".js", ".svg"):
        if CONSOLE not in path.parents:
            continue
        source = tree.text(root, path)
        if path.suffix == ".html" and (found := INLINE.search(source)):
            yield f'{path}:{tree.line_of(source, found.start())}: "{found.group().strip()}" is refused by our own policy; put it into static/'
        if found := ELSEWHERE.search(source):
            yield f"{path}:{tree.line_of(source, found.start())}: loaded from elsewhere; pages ask nobody else"


if __name__ == "__main__":
    tree.main(check)
