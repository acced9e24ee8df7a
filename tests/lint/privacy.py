# SPDX-License-Identifier: EUPL-1.2
"""Numbers of people stay out of the tree: every mobile number in it is one of the invented ones, which hold a run of zeros
or of rising digits, or repeat one digit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator

import tree

# +31 6 and +359 8x/9x in any of the ways people write them.
NUMBER = re.compile(r"(?<![\w+])(?:(?:\+|00)(31)[ .\-]?(?:\(0\)[ .\-]?)?(6[\d .\-]{7,13}\d)|(?:\+|00)(359)[ .\-]?(?:\(0\)[ .\-]?)?([89][\d .\-]{7,13}\d))(?!\d)")
SUFFIXES = (".c", ".h", ".cpp", ".py", ".json", ".csv", ".txt", ".md", ".ini", ".conf", ".sample", ".1", "")


def invented(country: str, digits: str) -> bool:
    rest = digits[1:] if country == "31" else digits[2:]
    return ("0000" if country == "31" else "000") in digits or "12345" in digits or len(set(rest)) <= 2


def check(root: Path) -> Iterator[str]:
    for path in tree.files(root):
        if path.suffix not in SUFFIXES:
            continue
        source = tree.text(root, path)
        for found in NUMBER.finditer(source):
            country = found.group(1) or found.group(3)
            digits = re.sub(r"\D", "", found.group(2) or found.group(4))
            if not invented(country, digits):
                yield f"{path}:{tree.line_of(source, found.start())}: a number that could be somebody's; take +31 6 0000 xxxx or +359 88 000 xxxx"


if __name__ == "__main__":
    tree.main(check)
