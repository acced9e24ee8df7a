# SPDX-License-Identifier: EUPL-1.2
"""What is written about the program is true of it: every folder has its map, every path a page names exists, every command
of the program stands in the manual page and in the completion, and no page names one that does not exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator

import tree

MAPS = ["gateway", "gateway/base", "gateway/language", "gateway/model", "gateway/store", "gateway/io", "gateway/plugin",
        "gateway/service", "gateway/contract", "gateway/api", "gateway/app", "adapters", "templates", "tests", "config"]
MANUAL, COMPLETION = "config/pokana.1", "config/pokana.bash"
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:gateway|adapters|templates|tests|config)/[\w./\-]+)`")


def commands(root: Path) -> set[str]:
    found: set[str] = set()
    for path in tree.files(root, ".c"):
        if path.parts[:2] == ("gateway", "app"):
            source = tree.text(root, path)
            for table in re.finditer(r"const struct pk_command pk_command_\w+\s*=\s*\{(.*?)\};", source, re.S):
                name = re.search(r'\.name\s*=\s*"([^"]+)"', table.group(1))
                if name:
                    found.add(name.group(1))
    return found


def check(root: Path) -> Iterator[str]:
    for folder in MAPS:
        if (root / folder).is_dir() and not (root / folder / "README.md").is_file():
            yield f"{folder}: no README.md; say what is here, how data takes its way through it, and what to read first"
    for path in tree.files(root, ".md"):
        source = tree.text(root, path)
        for found in LINK.finditer(source):
            if not (root / path.parent / found.group(1)).exists():
                yield f"{path}:{tree.line_of(source, found.start())}: the link leads nowhere: {found.group(1)}"
        for found in NAMED.finditer(source):
            if not (root / found.group(1)).exists() and "*" not in found.group(1):
                yield f"{path}:{tree.line_of(source, found.start())}: there is no {found.group(1)}"
    names = commands(root)
    for page in (MANUAL, COMPLETION):
        if not (root / page).is_file():
            if names:
                yield f"{page}: missing"
            continue
        said = tree.text(root, Path(page)).replace("\\-", "-")
        for name in sorted(names):
            if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said):
                yield f'{page}: says nothing of the command "{name}"'
    for path in tree.files(root, ".md"):
        source = tree.text(root, path)
        for found in re.finditer(r"(?:^|[`\s])(?:\./)?pokana ([a-z][a-z-]+)(?=[ `\n])", source):
            before = source[:found.start()].count("```") % 2
            quoted = source[max(0, found.start()):found.start() + 1] == "`"
            if names and (before or quoted) and found.group(1) not in names | {"help"}:
                yield f'{path}:{tree.line_of(source, found.start(1))}: there is no command "{found.group(1)}"'


if __name__ == "__main__":
    tree.main(check)
