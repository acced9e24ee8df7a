# SPDX-License-Identifier: EUPL-1.2
"""What the house does not use: calls without a bound, a locale or a thread; chance and time from anywhere but base;
promises to finish something later."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator

import tree

CALLS = {
    "sprintf": "snprintf", "vsprintf": "vsnprintf", "strcpy": "a pk_buf or snprintf", "strcat": "a pk_buf", "strncpy": "snprintf or memcpy",
    "strtok": "pk_slice_cut", "gets": "nothing", "atoi": "pk_parse_int", "atol": "pk_parse_int", "atof": "pk_parse_int",
    "system": "nothing", "popen": "nothing", "alloca": "a pk_buf", "rand": "base/random.h", "srand": "base/random.h", "random": "base/random.h",
    "localtime": "localtime_r", "gmtime": "gmtime_r", "ctime": "pk_time_format", "asctime": "pk_time_format", "strerror": "strerror_r",
    "sleep": "an event", "usleep": "an event", "nanosleep": "an event", "setlocale": "nothing: no code depends on the locale",
}
# Only the gateway keeps to these; tests and the bench have clocks and chance of their own.
GATEWAY_CALLS = {
    "time": "base/clock.h", "gettimeofday": "base/clock.h", "clock_gettime": "base/clock.h", "getrandom": "base/random.h",
    "malloc": "pk_alloc", "calloc": "pk_alloc_array", "realloc": "pk_realloc_array", "strdup": "pk_strdup", "strndup": "pk_strndup",
}
OWNERS = {"gateway/base/clock.c", "gateway/base/random.c", "gateway/base/mem.c"}
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
CALL = re.compile(r"(?<![\w.>])(\w+)\s*\(")


def check(root: Path) -> Iterator[str]:
    for path in tree.files(root, ".c", ".h", ".cpp"):
        whole = tree.text(root, path)
        source = tree.code(whole)
        banned = dict(CALLS)
        if path.parts[0] == "gateway" and str(path) not in OWNERS:
            banned.update(GATEWAY_CALLS)
        for found in CALL.finditer(source):
            if found.group(1) in banned:
                yield f"{path}:{tree.line_of(source, found.start())}: {found.group(1)}() is not used here; take {banned[found.group(1)]}"
        for found in LATER.finditer(whole):
            yield f"{path}:{tree.line_of(whole, found.start())}: {found.group()}: finish it, or leave it out"
    for path in tree.files(root, ".py"):
        if path.parts[:2] in (("tests", "lint"), ("tests", "bench")) or str(path) == "tests/support/wait.py":
            continue  # this folder quotes what it looks for; the bench measures time
        source = tree.text(root, path)
        for found in re.finditer(r"\btime\.sleep\(", source):
            yield f"{path}:{tree.line_of(source, found.start())}: time.sleep(): wait for an event (tests/support/wait.py)"


if __name__ == "__main__":
    tree.main(check)
