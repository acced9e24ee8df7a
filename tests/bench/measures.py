# SPDX-License-Identifier: EUPL-1.2
"""The rows of the table. Each function makes one run and returns what it measured by name; run.py repeats and prints them.
Every run begins with a fresh copy of a database that was prepared once, and counts what arrived: a run in which something
was lost or came twice is none."""

from __future__ import annotations

import os
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path

from rig import MARK, ROOT, Neighbours, Provider, Rig, Webhook, cpu_s, lift_hold, resident_mb, rest_disk, run_json, sync_times_ms, until, used_bytes
from watching import Watchers, make_campaign

EVERYBODY, GROUP, ALONE = "school:everybody", "school:group", "school:alone"
GROUP_SIZE = 1000


@dataclass
class Size:
    """How much is done: whole, and what --quick does."""

    queued: int = 200_000
    backlog: int = 1_000_000
    recovered: int = 100_000
    rate: int = 1000
    seconds: int = 60
    burst: int = 50_000
    groups: int = 100
    singles: int = 50_000
    events: int = 1_000_000
    audience: int = 1_000_000
    stops: int = 200
    watchers: int = 200


QUICK = Size(queued=20_000, backlog=50_000, recovered=10_000, seconds=5, burst=5_000, groups=10, singles=5_000, events=50_000, audience=50_000, stops=50)


@dataclass
class Stock:
    """Databases at rest, made once."""

    people: Path  # nobody is told anything yet
    queued: Path  # size.queued messages wait, everything is on hold
    backlog: Path  # size.backlog messages wait, nothing holds them
    bytes_before: int = 0
    made: dict[str, float] = field(default_factory=dict)  # how fast that went


Numbers = dict[str, float]


def _check(stats: dict[str, int], requests: int) -> None:
    if stats["requests"] != requests or stats["doubles"] or stats["broken"] or stats["unreferenced"]:
        raise SystemExit(f"bench: {requests} requests were to come, once each: {stats}")


def _rate(stats: dict[str, int]) -> float:
    return stats["requests"] / max(1e-6, (stats["last_us"] - stats["first_us"]) / 1e6)


# ---- preparing ----

def _queue(rig: Rig, triggers: int, messages: int) -> float:
    """Queues while everything is on hold; messages per second of expanding."""
    with rig.running():
        rig.hold(True)
        began = time.monotonic()
        rig.publish(EVERYBODY, triggers)
        rig.wait_count("queued", messages)
        return messages / (time.monotonic() - began)


def prepare(rig: Rig, size: Size) -> Stock:
    began = time.monotonic()
    rig.import_people({GROUP: GROUP_SIZE, EVERYBODY: size.queued, ALONE: 1})
    imported = size.queued / (time.monotonic() - began)
    people = rig.keep("people")
    before = used_bytes(people)
    expanded = _queue(rig, 1, size.queued)
    queued = rig.keep("queued")
    rig.put(people)
    triggers = max(1, size.backlog // size.queued)
    _queue(rig, triggers, triggers * size.queued)
    lift_hold(rig.database)
    return Stock(people, queued, rig.keep("backlog"), before, {"imported_per_s": imported, "expanded_per_s": expanded})


# ---- rows ----

def _hand_over(rig: Rig, provider: Provider, size: Size) -> Numbers:
    neighbours, cpu = Neighbours(rig.own_cpu_s), cpu_s(rig.gateway.pid)
    rig.hold(False)
    stats = provider.wait(accepted=size.queued)
    share = neighbours.share()
    rig.wait_count("accepted", size.queued)
    _check(stats, size.queued)
    return {"per_s": _rate(stats), "cpu_s_per_1000": (cpu_s(rig.gateway.pid) - cpu) * 1000 / size.queued, "neighbours": share}


def at_once(rig: Rig, stock: Stock, size: Size) -> Numbers:
    """Hand-over to a provider that answers at once; then a receipt for each by webhook; then what all that takes on disk."""
    rig.put(stock.queued)
    with rig.running("--expect", str(size.queued)) as provider:
        numbers = _hand_over(rig, provider, size)
        neighbours, cpu = Neighbours(rig.own_cpu_s), cpu_s(rig.gateway.pid)
        sent = rig.send_receipts(size.queued, 64)
        if sent["receipts_taken"] != size.queued:
            raise SystemExit(f"bench: {size.queued} receipts were sent, and {sent['receipts_taken']} taken")
        numbers |= {"receipts_per_s": sent["receipts_per_s"], "receipts_p99_ms": sent["latency_us"]["p99"] / 1000,
                    "receipts_cpu_s_per_1000": (cpu_s(rig.gateway.pid) - cpu) * 1000 / size.queued,
                    "receipts_neighbours": neighbours.share(sent["cpu_us"] / 1e6)}
        rig.wait_count("delivered", size.queued)
    numbers["bytes_per_message"] = (used_bytes(rig.database) - stock.bytes_before) / size.queued
    return numbers


def smpp(rig: Rig, stock: Stock, size: Size) -> Numbers:
    """Hand-over to a message centre that answers at once, a message a unit, 64 unanswered ones: without a store, then with it."""
    centre = Provider(rig.programs, "--expect", str(size.queued), smpp=True)
    try:
        alone = run_json([str(rig.programs / "bench_session"), "--port", str(centre.port), "--count", str(size.queued), "--window", "64",
                          "--folder", str(rig.folder)])
        _check(centre.stats(), size.queued)
    finally:
        centre.stop()
    rig.put(stock.queued)
    with rig.running("--expect", str(size.queued), smpp=True, connections=64) as provider:
        numbers = _hand_over(rig, provider, size)
    return numbers | {"alone_per_s": alone["per_s"], "alone_cpu_s_per_1000": alone["cpu_us"] / 1000 / size.queued}


def delayed(rig: Rig, stock: Stock, size: Size) -> Numbers:
    """Hand-over to a provider that takes 20 ms, over 256 connections."""
    rig.put(stock.queued)
    with rig.running("--delay-ms", "20", "--expect", str(size.queued)) as provider:
        return _hand_over(rig, provider, size)


def bound(rig: Rig, size: Size, *provider_options: str) -> Numbers:
    """The same library calls without the gateway's rules, over the same disk and connections."""
    database = rig.folder / "bound.db"
    rest_disk(rig.folder)
    rig.provider = Provider(rig.programs, "--expect", str(size.queued), *provider_options)
    try:
        neighbours = Neighbours(rig.own_cpu_s)
        result = run_json([str(rig.programs / "bench_bound"), "--url", f"http://127.0.0.1:{rig.provider.port}/send", "--database",
                           str(database), "--messages", str(size.queued), "--connections", "256"])
        return {"per_s": result["messages_per_s"], "cpu_s_per_1000": result["cpu_ms_per_1000"] / 1000,
                "neighbours": neighbours.share(result["cpu_ms_per_1000"] / 1e6 * size.queued)}
    finally:
        rig.stop()
        for end in ("", "-wal", "-shm"):
            database.with_name(database.name + end).unlink(missing_ok=True)


def _moments(log: Path) -> dict[int, int]:
    """hash -> microseconds, the first of each."""
    moments: dict[int, int] = {}
    for number, at_us in struct.iter_unpack("=QQ", log.read_bytes()):
        moments.setdefault(number, at_us)
    return moments


def latency(rig: Rig, stock: Stock, size: Size) -> Numbers:
    """From the moment a trigger was due to be published to its request at the provider, at a steady rate."""
    rig.put(stock.people)
    alone = sync_times_ms(rig.folder, 2000)
    sent_log, seen_log, count = rig.folder / "sent.log", rig.folder / "seen.log", size.rate * size.seconds
    with rig.running("--log", str(seen_log), "--mark", MARK) as provider:
        rig.publish(ALONE, 200, first=800_000_000)  # warm; not looked at
        provider.wait(requests=200)
        neighbours, cpu = Neighbours(rig.own_cpu_s), cpu_s(rig.gateway.pid)
        sent = rig.publish(ALONE, count, rate=size.rate, window=1000, log=sent_log)
        stats = provider.wait(requests=200 + count)
        share, cpu = neighbours.share(sent["cpu_us"] / 1e6), cpu_s(rig.gateway.pid) - cpu
        _check(stats, 200 + count)
    began, arrived = _moments(sent_log), _moments(seen_log)
    took = sorted(arrived[number] - at_us for number, at_us in began.items())
    return {"p50_ms": took[len(took) // 2] / 1000, "p99_ms": took[len(took) * 99 // 100] / 1000, "max_ms": took[-1] / 1000,
            "answer_p50_ms": sent["answer_us"]["p50"] / 1000, "disk_p50_ms": alone[len(alone) // 2],
            "disk_p99_ms": alone[len(alone) * 99 // 100], "cpu_s_per_1000": cpu * 1000 / count, "neighbours": share}


def saturation(rig: Rig, stock: Stock, size: Size) -> Numbers:
    """Triggers of one recipient as fast as they are taken, until the last one's request arrived."""
    rig.put(stock.people)
    with rig.running("--expect", str(size.burst)) as provider:
        neighbours = Neighbours(rig.own_cpu_s)
        sent = rig.publish(ALONE, size.burst, window=1000)
        stats = provider.wait(requests=size.burst)
        _check(stats, size.burst)
        seconds = (max(stats["last_us"], sent["last_us"]) - sent["first_us"]) / 1e6
        return {"per_s": size.burst / seconds, "neighbours": neighbours.share(sent["cpu_us"] / 1e6)}


def _whole_way(rig: Rig, stock: Stock, tag: str, triggers: int, messages: int) -> Numbers:
    """Processor time from intake to delivered, one webhook call per receipt."""
    rig.put(stock.people)
    with rig.running("--expect", str(messages), "--receipts", rig.hook, "--receipt-connections", "64") as provider:
        neighbours, cpu = Neighbours(rig.own_cpu_s), cpu_s(rig.gateway.pid)
        sent = rig.publish(tag, triggers, window=1000)
        stats = provider.wait(receipts_done=messages)
        rig.wait_count("delivered", messages)
        _check(stats, messages)
        return {"cpu_s_per_1000": (cpu_s(rig.gateway.pid) - cpu) * 1000 / messages, "neighbours": neighbours.share(sent["cpu_us"] / 1e6)}


def cpu_groups(rig: Rig, stock: Stock, size: Size) -> Numbers:
    return _whole_way(rig, stock, GROUP, size.groups, size.groups * GROUP_SIZE)


def cpu_singles(rig: Rig, stock: Stock, size: Size) -> Numbers:
    return _whole_way(rig, stock, ALONE, size.singles, size.singles)


def backlog(rig: Rig, stock: Stock, size: Size) -> Numbers:
    """Start with a large queue: time to the first request, and the most memory held while it goes on."""
    rig.put(stock.backlog)
    with rig.running("--delay-ms", "20", ready=False) as provider:
        neighbours = Neighbours(rig.own_cpu_s)
        first_us = provider.wait(requests=1)["first_us"]
        provider.wait(requests=min(50_000, size.backlog // 2))
        return {"first_ms": (first_us - rig.started_us) / 1000, "resident_mb": resident_mb(rig.gateway.pid, "VmHWM"),
                "neighbours": neighbours.share()}


def recovery(rig: Rig, stock: Stock, size: Size) -> Numbers:
    """kill -9 in the middle of a hand-over: from the next start to the first request."""
    rig.put(stock.queued)
    lift_hold(rig.database)
    seen_log = rig.folder / "seen.log"
    with rig.running("--log", str(seen_log)) as provider:
        provider.wait(requests=size.queued - size.recovered)
        rig.gateway.kill()
        neighbours = Neighbours(rig.own_cpu_s)
        rig.start_gateway(ready=False)
        flying = 512  # more than were under way: what comes behind them was opened after the start
        stats = provider.wait(requests=provider.stats()["requests"] + flying)
        first_us = next(at_us for _, at_us in struct.iter_unpack("=QQ", seen_log.read_bytes()) if at_us > rig.started_us)
        _check(stats | {"requests": 0}, 0)
        uncertain = rig.status()["messages"]["uncertain"]
        return {"first_ms": (first_us - rig.started_us) / 1000, "uncertain": uncertain, "neighbours": neighbours.share()}


def stop(rig: Rig, stock: Stock, size: Size) -> Numbers:
    """People write STOP while the queue is handed over: from the first byte of each one's call to its 200, which is given once
    the STOP is kept; from then on nothing opens for that person. Then to the confirmation at the provider, and what the
    counts say: whoever stopped in time got nothing."""
    rig.put(stock.queued)
    rig.replies = True
    took: list[float] = []
    try:
        with rig.running("--delay-ms", "20") as provider:
            hook = Webhook(rig.hook, lambda **fields: fields)
            neighbours = Neighbours(rig.own_cpu_s)
            rig.hold(False)
            for at in range(size.stops):
                began = time.monotonic()
                called = hook.send(**{"from": f"+3161{GROUP_SIZE + 1 + at * size.queued // size.stops:07d}", "text": "СТОП", "reply": f"stop-{at}"})
                took.append((time.monotonic() - began) * 1000)
                if called.status != 200:
                    raise SystemExit(f"bench: a STOP was answered {called.status}")
            hook.close()
            share = neighbours.share()
            rig.wait_count("accepted", size.queued - size.stops)
            counts = rig.status()["messages"]
            until("the queue to be empty", lambda: rig.status()["messages"]["queued"] == 0)
            counts = rig.status()["messages"]
            requests = provider.stats()["requests"]
            # Each STOP is confirmed once, and takes one message out of the queue unless that had left before.
            if requests != size.queued + size.stops - counts["suppressed"] or counts["suppressed"] == 0:
                raise SystemExit(f"bench: {requests} requests came, {counts['suppressed']} messages were kept back")
            took.sort()
            return {"p50_ms": took[len(took) // 2], "max_ms": took[-1], "kept_back": counts["suppressed"], "neighbours": share}
    finally:
        rig.replies = False


def watched(rig: Rig, stock: Stock, size: Size) -> Numbers:
    """Hand-over of a campaign that nobody watches, and right after it of the same one with people watching it live."""
    rates = []
    events = 0
    for watchers in (0, size.watchers):
        rig.put(stock.queued)
        make_campaign(rig.database)
        with rig.running("--expect", str(size.queued)) as provider:
            watching = Watchers(rig.gateway, rig.public, watchers) if watchers else None
            numbers = _hand_over(rig, provider, size)
            rates.append(numbers["per_s"])
            if watching:
                until("all of them to be told", lambda: watching.events >= watchers)
                if watching.ended:
                    raise SystemExit(f"bench: {watching.ended} of {watchers} streams ended")
                events = watching.events
                watching.close()
    return {"of_unwatched": rates[1] / rates[0], "per_s": rates[1], "events": events, "neighbours": numbers["neighbours"]}


def language(programs: Path) -> Numbers:
    """Texts, replies and numbers, one core and nothing beside it: neither broker nor gateway."""
    neighbours = Neighbours(lambda: sum(os.times()[:4]))  # children that ended among them
    numbers = run_json([str(programs / "bench_language"), "--templates", str(ROOT / "templates")])
    return numbers | {"neighbours": neighbours.share()}


def audience(programs: Path, folder: Path, size: Size) -> Numbers:
    """An audience at size: counted with everybody's reason, by rules, and read in pages. No gateway either."""
    database = folder / "audience.db"
    rest_disk(folder)
    try:
        neighbours = Neighbours(lambda: sum(os.times()[:4]))
        found = run_json([str(programs / "bench_audience"), "--database", str(database), "--people", str(size.audience)])
        return {name: value for name, value in found.items() if name not in ("people", "told")} | {"neighbours": neighbours.share()}
    finally:
        for end in ("", "-wal", "-shm", ".lock"):
            database.with_name(database.name + end).unlink(missing_ok=True)


def ledger(programs: Path, folder: Path, size: Size) -> Numbers:
    """The consent ledger at size: what stands for one person, and the whole chain verified step by step. No gateway either."""
    database = folder / "ledger.db"
    rest_disk(folder)
    try:
        neighbours = Neighbours(lambda: sum(os.times()[:4]))
        found = run_json([str(programs / "bench_ledger"), "--database", str(database), "--events", str(size.events)])
        return {"state_p50_ms": found["state_p50_us"] / 1000, "state_p99_ms": found["state_p99_us"] / 1000, "state_max_ms": found["state_max_us"] / 1000,
                "verify_s": found["verify_s"], "verify_step_max_ms": found["verify_step_max_ms"], "append_per_s": found["append_per_s"],
                "neighbours": neighbours.share()}
    finally:
        for end in ("", "-wal", "-shm", ".lock"):
            database.with_name(database.name + end).unlink(missing_ok=True)
