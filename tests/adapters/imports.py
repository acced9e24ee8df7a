# SPDX-License-Identifier: EUPL-1.2
"""An adapter does no I/O, holds no clock, starts no thread: its objects import nothing but what is listed here, and
what the kit and the adapter itself define. Arguments: the adapter's library, then the kit's. With --module and the object
that can be loaded: what it takes from outside once it is linked, and that it shows its table and nothing besides."""

from __future__ import annotations

import re
import subprocess
import sys

ALLOWED = {
    "memcpy", "memmove", "memset", "memcmp", "memchr", "memmem", "strlen", "strcmp", "strncmp", "strchr", "strnlen", "explicit_bzero",
    "malloc", "calloc", "realloc", "reallocarray", "free", "snprintf", "vsnprintf",
}
# What the compiler adds by itself: checks of the stack, of string functions, and the sanitizers'.
COMPILER = re.compile(r"__cxa_finalize|__gmon_start__|_ITM_\w+|_init|_fini|_edata|_end|__bss_start|__odr_asan\.\w+|__stack_chk_fail|__\w+_chk|__(asan|ubsan|sanitizer|gcov|llvm)_\w+|_GLOBAL_OFFSET_TABLE_|__start_\w+|__stop_\w+")


def symbols(library: str, *kind: str) -> set[str]:
    out = subprocess.run(["nm", "-P", *kind, library], check=True, capture_output=True, text=True).stdout
    return {line.split()[0] for line in out.splitlines() if line.strip() and not line.rstrip().endswith(":")}


def check_module(module: str) -> int:
    def names(kind: str) -> set[str]:
        return {name.partition("@")[0] for name in symbols(module, "-D", kind)}

    bad = [f"takes {name}" for name in sorted(names("-u")) if name not in ALLOWED and not COMPILER.fullmatch(name)]
    bad += [f"shows {name}" for name in sorted(names("--defined-only") ^ {"pk_adapter"}) if not COMPILER.fullmatch(name)]
    for line in bad:
        print(f"{module}: {line}")
    return 1 if bad else 0


def main() -> int:
    if sys.argv[1] == "--module":
        return check_module(sys.argv[2])
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
