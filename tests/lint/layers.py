# SPDX-License-Identifier: EUPL-1.2
"""The layers hold: a file includes its own folder and lower ones only, by path from the root; a library's header is
included in the folder that owns the library and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator

import tree

LAYERS = {
    "gateway/include/pokana": 0, "adapters": 0,
    "gateway/base": 1,
    "gateway/language": 2, "gateway/model": 2,
    "gateway/store": 3, "gateway/io": 3,
    "gateway/plugin": 4,
    "gateway/service": 5, "gateway/contract": 5,
    "gateway/api": 6, "gateway/console": 6,
    "gateway/app": 7,
}
# Lower, and still not seen from there; or of the same layer, and seen.
CLOSED = {("gateway/plugin", "gateway/store"), ("gateway/plugin", "gateway/model"), ("gateway/plugin", "gateway/language"),
          ("gateway/io", "gateway/model"), ("gateway/io", "gateway/language")}
OPEN = {("gateway/model", "gateway/language"), ("gateway/console", "gateway/api"), ("adapters", "gateway/include/pokana")}

OWNERS = {
    "sqlite3.h": "gateway/store",
    "curl/": "gateway/io", "mosquitto.h": "gateway/io", "microhttpd.h": "gateway/io", "sys/epoll.h": "gateway/io",
    "unicode/": "gateway/language", "phonenumbers/": "gateway/language",
    "libical/": "gateway/model", "qrencode.h": "gateway/console",
    "jansson.h": "gateway/base", "openssl/": "gateway/base",
    "dlfcn.h": "gateway/plugin", "elf.h": "gateway/plugin",
}
# All an adapter may use of the C library: it does no I/O, holds no clock, starts no thread.
ADAPTER_HEADERS = {"ctype.h", "errno.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h",
                   "stdio.h", "stdlib.h", "string.h"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def folder_of(path: str) -> str | None:
    return next((name for name in LAYERS if path.startswith(name + "/")), None)


def adapter_of(path: str) -> str:
    return path.split("/")[1]


def allowed(own: str, path: str, target: str) -> str | None:
    """Why `path` in folder `own` may not include `target`; None when it may."""
    other = folder_of(target)
    if other is None:
        return "is in no layer"
    if own == "adapters" and other == "adapters":
        fine = adapter_of(target) in ("kit", adapter_of(path))
        return None if fine else "is another adapter's"
    if other == "adapters":
        return "is an adapter's: adapters are reached through their table"
    if other == own or (own, other) in OPEN:
        return None
    if (own, other) in CLOSED:
        return f"is in {other}, which {own} does not see"
    return None if LAYERS[other] < LAYERS[own] else f"is not in a lower layer than {own}"


def check(root: Path) -> Iterator[str]:
    for path in tree.files(root, ".c", ".h", ".cpp"):
        own = folder_of(str(path))
        if own is None:
            continue
        source = tree.code(tree.text(root, path), keep_strings=True)
        for found in INCLUDE.finditer(source):
            quote, target = found.groups()
            place = f"{path}:{tree.line_of(source, found.start(1))}"
            if quote == '"':
                why = allowed(own, str(path), target)
                if why:
                    yield f'{place}: "{target}" {why}'
                elif not (root / target).is_file() and not target.endswith("builtin.h"):
                    yield f'{place}: there is no "{target}"; include by path from the root'
                continue
            owner = next((owner for prefix, owner in OWNERS.items() if target.startswith(prefix)), None)
            if owner and owner != own:
                yield f"{place}: <{target}> belongs to {owner} alone"
            elif own == "adapters" and target not in ADAPTER_HEADERS:
                yield f"{place}: <{target}> is not for adapters: they do no I/O, hold no clock, start no thread"


if __name__ == "__main__":
    tree.main(check)
