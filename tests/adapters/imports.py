# SPDX-License-Identifier: EUPL-1.2
"""An adapter does no I/O, holds no clock, starts no thread: its objects import nothing but what is listed here, and
what the kit and the adapter itself define. Arguments: the adapter's library, then the kit's."""

from __future__ import annotations

import re
import subprocess
import sys

ALLOWED = {
    "memcpy", "memmove", "memset", "memcmp", "memchr", "memmem", "strlen", "strcmp", "strncmp", "strchr", "strnlen", "explicit_bzero",
    "malloc", "calloc", "realloc", "reallocarray", "free", "snprintf", "vsnprintf",
}
# What the compiler adds by itself: checks of the stack, of string functions, and the sanitizers'.
COMPILER = re.compile(r"__stack_chk_fail|__\w+_chk|__(asan|ubsan|sanitizer|gcov|llvm)_\w+|_GLOBAL_OFFSET_TABLE_|__start_\w+|__stop_\w+")


def symbols(library: str, kind: str) -> set[str]:
    out = subprocess.run(["nm", "-P", kind, library], check=True, capture_output=True, text=True).stdout
    return {line.split()[0] for line in out.splitlines() if line.strip() and not line.rstrip().endswith(":")}


def main() -> int:
    libraries = sys.argv[1:]
    wanted = set().union(*(symbols(library, "-u") for library in libraries))
    defined = set().union(*(symbols(library, "--defined-only") for library in libraries))
    if not wanted or not any(name.startswith("pk_adapter_") for name in defined):
        print(f"{libraries[0]}: no adapter in it")
        return 1
    bad = sorted(name for name in wanted - defined if name not in ALLOWED and not COMPILER.fullmatch(name))
    for name in bad:
        print(f"{libraries[0]}: imports {name}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
