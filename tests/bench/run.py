#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Measures the gateway on this machine: every row of the table in README.md, each at least three times, with its range and
what the neighbours took of the processors meanwhile. Nothing is asserted about time."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import measures
from measures import Numbers, Size, Stock
from rig import ROOT, Rig

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"


@dataclass(frozen=True)
class Row:
    run: str  # the measurement it comes from
    number: str
    what: str
    unit: str
    target: float | None = None
    at_least: bool = True  # of the target; else at most
    neighbours: str = "neighbours"


ROWS = [
    Row("at_once", "per_s", "hand-over, provider answers at once", "messages/s", 12_000),
    Row("bound", "per_s", "- the bound beside it", "messages/s"),
    Row("at_once", "of_bound", "- of the bound", "", 0.6),
    Row("smpp", "alone_per_s", "hand-over by SMPP, window 64, without the store", "messages/s", 20_000),
    Row("smpp", "per_s", "- with it", "messages/s"),
    Row("smpp", "of_http", "- of the same by HTTP", "", 1.0),
    Row("delayed", "per_s", "hand-over, provider takes 20 ms, 256 connections", "messages/s", 8_000),
    Row("bound_delayed", "per_s", "- the bound beside it", "messages/s"),
    Row("delayed", "of_bound", "- of the bound", "", 0.6),
    Row("latency", "p50_ms", "trigger to provider request at 1,000/s, median", "ms", 1.0, False),
    Row("latency", "p99_ms", "- 99th percentile", "ms", 3.0, False),
    Row("latency", "max_ms", "- slowest", "ms"),
    Row("latency", "disk_p99_ms", "- the disk alone, 99th percentile of keeping 64 KiB", "ms"),
    Row("saturation", "per_s", "triggers of one recipient, flat out", "triggers/s", 5_000),
    Row("at_once", "receipts_per_s", "receipts by webhook, one a call, durable before the 200", "receipts/s", 10_000, True, "receipts_neighbours"),
    Row("cpu_groups", "cpu_s_per_1000", "processor per 1,000 messages, triggers of 1,000 recipients", "s", 0.1, False),
    Row("cpu_singles", "cpu_s_per_1000", "processor per 1,000 messages, triggers of one", "s", 0.2, False),
    Row("at_once", "cpu_s_per_1000", "- of it claim to settled", "s"),
    Row("at_once", "receipts_cpu_s_per_1000", "- of it receipts", "s", None, True, "receipts_neighbours"),
    Row("backlog", "resident_mb", "resident memory with the backlog queued, at most", "MB", 64, False),
    Row("backlog", "first_ms", "start to first hand-over with it", "ms", 1000, False),
    Row("recovery", "first_ms", "after kill -9: start to sending again", "ms", 1000, False),
    Row("at_once", "bytes_per_message", "data per finished message, indexes included", "bytes", 500, False),
    Row("stop", "max_ms", "a STOP under full load: from the word to its effect, slowest of 200", "ms", 1000, False),
    Row("stop", "p50_ms", "- median", "ms"),
    Row("watched", "of_unwatched", "hand-over of a campaign while 200 people watch it live, of the same unwatched", "", 0.9),
    Row("watched", "per_s", "- the rate", "messages/s"),
    Row("language", "render_us", "writing a text with a number and a day, in Latin letters", "µs", 10, False),
    Row("language", "segment_us", "cutting a text of 134 units into parts", "µs", 2, False),
    Row("language", "reply_us", "understanding a reply", "µs", 20, False),
    Row("language", "phone_us", "reading a phone number", "µs"),
    Row("ledger", "state_p99_ms", "consent ledger: what stands for one person, 99th percentile", "ms", 1, False),
    Row("ledger", "verify_s", "- its whole chain verified", "s", 10, False),
    Row("audience", "count_ms", "an audience of a city counted, with everybody's reason", "ms", 1000, False),
    Row("audience", "rule_ms", "- by a rule with language and not", "ms"),
    Row("audience", "two_schools_ms", "- two schools of fifty", "ms"),
    Row("audience", "step_max_ms", "- its longest step", "ms"),
    Row("audience", "pages_per_s", "- its pages read, as for expansion", "people/s", 40_000),
]


def runs(rig: Rig, stock: Stock, size: Size) -> dict[str, Callable[[], Numbers]]:
    """What needs a broker. The bound runs right after what it is compared with, under the same load of neighbours."""
    return {
        "at_once": lambda: measures.at_once(rig, stock, size),
        "smpp": lambda: measures.smpp(rig, stock, size),
        "bound": lambda: measures.bound(rig, size),
        "delayed": lambda: measures.delayed(rig, stock, size),
        "bound_delayed": lambda: measures.bound(rig, size, "--delay-ms", "20"),
        "latency": lambda: measures.latency(rig, stock, size),
        "saturation": lambda: measures.saturation(rig, stock, size),
        "cpu_groups": lambda: measures.cpu_groups(rig, stock, size),
        "cpu_singles": lambda: measures.cpu_singles(rig, stock, size),
        "backlog": lambda: measures.backlog(rig, stock, size),
        "recovery": lambda: measures.recovery(rig, stock, size),
        "stop": lambda: measures.stop(rig, stock, size),
        "watched": lambda: measures.watched(rig, stock, size),
    }


def runs_alone(build: Path, folder: Path, size: Size) -> dict[str, Callable[[], Numbers]]:
    """What needs nothing beside it."""
    programs = build / "tests" / "bench"
    return {"language": lambda: measures.language(programs), "ledger": lambda: measures.ledger(programs, folder, size),
            "audience": lambda: measures.audience(programs, folder, size)}


def compare(found: dict[str, list[Numbers]]) -> None:
    """Run by run: both of a pair met the same neighbours."""
    for name, beside in (("at_once", "bound"), ("delayed", "bound_delayed")):
        for own, other in zip(found.get(name, []), found.get(beside, [])):
            own["of_bound"] = own["per_s"] / other["per_s"]
    for own, other in zip(found.get("smpp", []), found.get("at_once", [])):
        own["of_http"] = own["per_s"] / other["per_s"]


# ---- telling ----

def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3f}" if value < 1 else f"{value:.2f}"


def cells(row: Row, found: dict[str, list[Numbers]]) -> list[str] | None:
    values = [numbers[row.number] for numbers in found.get(row.run, []) if row.number in numbers]
    if not values:
        return None
    middle = statistics.median(values)
    neighbours = statistics.median(numbers.get(row.neighbours, 0.0) for numbers in found[row.run])
    target = "" if row.target is None else ("≥ " if row.at_least else "≤ ") + f"{row.target:,g}"
    met = "" if row.target is None else "yes" if (middle >= row.target if row.at_least else middle <= row.target) else "no"
    return [row.what, f"{number(middle)} {row.unit}".strip(), f"{number(min(values))} … {number(max(values))}", target, met, f"{neighbours:.0%}"]


HEAD = ["work", "median", "range", "to reach", "met", "neighbours"]


def table(found: dict[str, list[Numbers]]) -> list[list[str]]:
    return [HEAD] + [line for row in ROWS if (line := cells(row, found))]


def print_table(lines: list[list[str]]) -> None:
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def page(lines: list[list[str]], found: dict[str, list[Numbers]], made: Numbers, size: Size, times: int) -> str:
    out = ["# What was measured", "",
           f"{os.cpu_count()} cores, Linux {'.'.join(platform.release().split('.')[:2])}, everything on the loopback of one machine, the database on its disk with",
           f"`synchronous=FULL`. Medians of {times} runs with their range; *neighbours* is the share of the processors that went to processes",
           f"that have nothing to do with the measurement. {size.queued:,} messages are handed over, {size.backlog:,} are the backlog,",
           f"{size.recovered:,} wait at the kill. Repeat with", "", "    meson setup build-bench -Dbuildtype=release -Dbench=true && ninja -C build-bench",
           f"    tests/bench/run.py build-bench --runs {times} --write", ""]
    out += ["| " + " | ".join(lines[0]) + " |", "|---" * len(HEAD) + "|"] + ["| " + " | ".join(line) + " |" for line in lines[1:]]
    if made:
        out += ["", "Prepared on the way: " + ", ".join(f"{number(value)} {name.replace('_per_s', '/s').replace('_', ' ')}"
                                                        for name, value in made.items()) + "."]
    out += ["", "## Every run", ""]
    for name, all_ in found.items():
        for at, numbers in enumerate(all_, 1):
            out.append(f"- {name} {at}: " + ", ".join(f"{key} {value:.4g}" if value < 1000 else f"{key} {value:.0f}" for key, value in numbers.items()))
    return "\n".join(out) + "\n"


def main() -> int:
    known = list(dict.fromkeys(row.run for row in ROWS))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", nargs="?", type=Path, default=ROOT / "build-bench", help="folder built with -Dbuildtype=release -Dbench=true")
    parser.add_argument("--quick", action="store_true", help="one small run of each, in two minutes")
    parser.add_argument("--runs", type=int, default=3, help="how often each is repeated (default: 3)")
    parser.add_argument("--only", metavar="NAME,…", help="these measurements: " + ", ".join(known))
    parser.add_argument("--folder", type=Path, help="where to work; on the disk that is to be measured (default: the system's)")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    size, times = (measures.QUICK, 1) if options.quick else (Size(), options.runs)
    if not (options.build / "tests" / "bench" / "bench_provider").exists():
        parser.error(f"{options.build} has no bench programs: meson setup {options.build} -Dbuildtype=release -Dbench=true")
    wanted = options.only.split(",") if options.only else known
    found: dict[str, list[Numbers]] = {}
    stock: Stock | None = None
    with tempfile.TemporaryDirectory(prefix="pokana-bench-", dir=options.folder, ignore_cleanup_errors=True) as folder:
        to_run, rig = runs_alone(options.build, Path(folder), size), None
        try:
            if not to_run.keys() >= set(wanted):
                rig = Rig(options.build.resolve(), Path(folder))
                print(f"preparing {size.queued:,} people and {size.backlog:,} messages", file=sys.stderr)
                stock = measures.prepare(rig, size)
                to_run = runs(rig, stock, size) | to_run
            for at in range(times):
                for name, run in to_run.items():
                    if name not in wanted:
                        continue
                    began = time.monotonic()
                    found.setdefault(name, []).append(run())
                    told = ", ".join(f"{key} {number(value)}" for key, value in found[name][-1].items())
                    print(f"{name} {at + 1}/{times} in {time.monotonic() - began:.0f} s: {told}", file=sys.stderr)
        finally:
            if rig:
                rig.close()
    compare(found)
    lines = table(found)
    print_table(lines)
    if options.write:
        RESULTS.write_text(page(lines, found, stock.made if stock else {}, size, times))
    return 0


if __name__ == "__main__":
    sys.exit(main())
