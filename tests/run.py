# SPDX-License-Identifier: EUPL-1.2
"""Runs the suites of a build one after the other and counts what is in them: cmocka's tests, unittest's tests, and a
program that says no number as one. Prints a line a suite with its time, the output of what failed, and at the end
exactly "N passed, N failed" (", N skipped" when any were).

    tests/run.py BUILD [--long] [SUITE]..."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUITES = ["lint", "unit", "io", "plugins", "adapters", "fuzz", "support", "integration", "crash", "seasons", "peers", "console"]
SKIPPED = 77  # the exit status of a program that could not be tried here
FUZZ_SECONDS = 60  # each target, with --long
SEASON_DAYS = 10000  # with --long


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Count") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")


def count(record: dict) -> Count:
    """What one program's output says; a program that ended badly has failed at least once."""
    output = record.get("stdout", "") + record.get("stderr", "")
    found = Count()
    for passed in re.findall(r"^\[  PASSED  \] (\d+) test", output, re.M):
        found.passed += int(passed)
    for failed in re.findall(r"^\[  FAILED  \] (\d+) test", output, re.M):
        found.failed += int(failed)
    for skipped in re.findall(r"^\[  SKIPPED \] (\d+) test", output, re.M):
        found.skipped += int(skipped)
    for passed, failed in re.findall(r"^(\d+) passed, (\d+) failed$", output, re.M): # pokana adapters test
        found.passed += int(passed)
        found.failed += int(failed)
    for ran, rest in re.findall(r"^Ran (\d+) tests? in .*\n\n(.*)$", output, re.M):
        details = {name: int(number) for name, number in re.findall(r"(failures|errors|skipped|unexpected successes)=(\d+)", rest)}
        bad = details.get("failures", 0) + details.get("errors", 0) + details.get("unexpected successes", 0)
        found.failed += bad
        found.skipped += details.get("skipped", 0)
        found.passed += int(ran) - bad - details.get("skipped", 0)
    if record["result"] == "SKIP":
        return Count(skipped=1)
    good = record["result"] in ("OK", "EXPECTEDFAIL")
    if good and found.passed + found.failed + found.skipped == 0:
        found.passed = 1
    if not good and found.failed == 0:
        found.failed = 1
    return found


def reasons(record: dict) -> set[str]:
    """Why tests of one program were skipped, where it says so."""
    output = record.get("stdout", "") + record.get("stderr", "")
    return {reason for _, reason in re.findall(r"""skipped (['"])(.+)\1$""", output, re.M)}


def run_suite(build: Path, suite: str, wrapper: list[str] | None = None) -> Count:
    begun = time.monotonic()
    log = build / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    command = ["meson", "test", "-C", str(build), "--no-rebuild", "--suite", suite, "--num-processes", "2"]
    if wrapper:
        command += ["--wrap", " ".join(wrapper), "--timeout-multiplier", "10"]
    # meson colours and summarises; the records tell the same without both.
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, "MESON_TESTTHREADS": "2"})
    total, why = Count(), set()
    records = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    for record in records:
        counted = count(record)
        total.add(counted)
        why |= reasons(record)
        if counted.failed:
            print(f"---- {record['name']}: {record['result']} ----\n{record.get('stdout', '')}{record.get('stderr', '')}".rstrip()[-20000:])
    if not records:
        print(f"---- {suite}: no test ran ----\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        total.failed += 1
    print(f"{suite:<12} {total!s:<32} {time.monotonic() - begun:6.1f} s", flush=True)
    for reason in sorted(why):
        print(f"{'':<12} skipped: {reason}", flush=True)
    return total


def built(folder: Path, environment: dict[str, str], *options: str) -> Count:
    """Builds the tree another way; counts as one test."""
    begun = time.monotonic()
    folder_text = str(folder)
    steps = [] if (folder / "build.ninja").exists() else [["meson", "setup", folder_text, *options]]
    for step in steps + [["ninja", "-C", folder_text]]:
        done = subprocess.run(step, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **environment})
        if done.returncode != 0:
            print(f"---- {folder.name} ----\n{done.stdout[-8000:]}{done.stderr[-4000:]}")
            return Count(failed=1)
    print(f"{folder.name:<12} {'built':<32} {time.monotonic() - begun:6.1f} s", flush=True)
    return Count(passed=1)


def run_fuzzers() -> Count:
    """Lets every fuzzer walk on from its corpus; what one dies of stays in its build, to become a corpus file."""
    if not shutil.which("clang"):
        return Count(skipped=1)
    build = ROOT / "build" / "fuzz"
    total = built(build, {"CC": "clang", "CXX": "clang++"}, "-Dfuzz=true", "-Db_sanitize=address,undefined", "-Db_lundef=false")
    for program in sorted(path for path in (build / "tests" / "fuzz").glob("fuzz_*") if path.is_file()):
        corpus = ROOT / "tests" / "fuzz" / "corpus" / program.name.removeprefix("fuzz_")
        with tempfile.TemporaryDirectory(prefix="pokana-fuzz-") as found:
            done = subprocess.run([program, f"-max_total_time={FUZZ_SECONDS}", "-timeout=10", f"-artifact_prefix={build}/", found, corpus],
                                  capture_output=True, text=True, errors="replace")
        good = done.returncode == 0
        total.add(Count(passed=int(good), failed=int(not good)))
        print(f"{program.name:<12} {'nothing found' if good else done.stderr[-8000:]}", flush=True)
    return total


def run_seasons(program: Path) -> Count:
    """Many more days, on two cores, from seeds that the suite did not play."""
    begun = time.monotonic()
    total = Count()
    halves = [subprocess.Popen([program, "--seed", str(seed), "--days", str(SEASON_DAYS // 2)], text=True, errors="replace",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for seed in (10001, 20001)]
    for half in halves:
        output = half.communicate()[0]
        total.add(Count(passed=int(half.returncode == 0), failed=int(half.returncode != 0)))
        if half.returncode != 0:
            print(f"---- seasons ----\n{output[-20000:]}")
    print(f"{'days':<12} {f'{SEASON_DAYS} played, {total}':<32} {time.monotonic() - begun:6.1f} s", flush=True)
    return total


def run_long() -> Count:
    total = Count()
    build = ROOT / "build"
    other = {
        "clang": ({"CC": "clang", "CXX": "clang++"}, ["-Dwerror=true", "-Db_sanitize=address,undefined", "-Db_lundef=false"]),
        "release": ({}, ["-Dbuildtype=release", "-Db_lto=true", "-Db_ndebug=true", "-Dwerror=true"]),
        "analyzer": ({}, ["-Dc_args=-fanalyzer", "-Dtests=false"]),
        "plain": ({}, ["-Dbuildtype=debug"]),
    }
    for name, (environment, options) in other.items():
        made = built(build / name, environment, *options)
        total.add(made)
        if made.failed or name == "analyzer":
            continue
        total.add(run_suite(build / name, "unit", ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full"] if name == "plain" else None))
    total.add(run_seasons(build / "release" / "tests" / "seasons" / "seasons"))
    total.add(run_fuzzers())
    return total


def main() -> None:
    words = sys.argv[1:]
    long = "--long" in words
    words = [word for word in words if word != "--long"]
    build, suites = (ROOT / words[0]).resolve(), words[1:] or SUITES
    total = Count()
    for suite in suites:
        total.add(run_suite(build, suite))
    if long:
        total.add(run_long())
    print(total)
    sys.exit(1 if total.failed else 0)


if __name__ == "__main__":
    main()
