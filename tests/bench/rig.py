# SPDX-License-Identifier: EUPL-1.2
"""What is measured and what measures it: a broker, the release gateway with the `http` adapter, the bench's own provider,
publisher and receipt sender, all on the loopback and in one folder that is removed at the end. Also the clocks: processor
time of a process, what the neighbours used meanwhile, resident memory, and a database at rest."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Iterator

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.broker import program as broker_program, wait_turning  # noqa: E402
from support.gateway import Gateway  # noqa: E402
from support.net import free_port  # noqa: E402
from support.process import Process  # noqa: E402
from support.webhook import Webhook  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = "urn:example:bench"
HOOK_SECRET = "hook0secret0hook0secret"
MARK = "bench-"  # the place named in a trigger starts so; the provider finds it in the text
PATIENCE_S = 600.0
TICKS = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1


def until(what: str, probe: Any, patience_s: float = PATIENCE_S, every_s: float = 0.02) -> Any:
    end = time.monotonic() + patience_s
    while not (found := probe()):
        if time.monotonic() > end:
            raise SystemExit(f"bench: waited {patience_s:g} s for {what}")
        time.sleep(every_s)
    return found


# ---- clocks ----

def cpu_s(pid: int) -> float:
    """User and system time of a process, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb(pid: int, name: str = "VmRSS") -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) / 1024


def busy_s() -> float:
    """Time all processors worked since the machine started, for whomever."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


class Neighbours:
    """The share of the processors that went to processes that are none of ours; `own_cpu_s` tells what went to ours."""

    def __init__(self, own_cpu_s: Callable[[], float]) -> None:
        self.own_cpu_s = own_cpu_s
        self.began, self.busy, self.own = time.monotonic(), busy_s(), own_cpu_s()

    def share(self, ended_cpu_s: float = 0.0) -> float:
        """ended_cpu_s: processor time of programs that ran and ended in between."""
        theirs = busy_s() - self.busy - (self.own_cpu_s() - self.own) - ended_cpu_s
        return max(0.0, theirs) / max(0.01, (time.monotonic() - self.began) * CORES)


# ---- programs ----

class Provider:
    """The bench's provider, or its message centre with smpp=True. Commands go to its standard input."""

    def __init__(self, programs: Path, *options: str, smpp: bool = False) -> None:
        command = [str(programs / "bench_smsc")] if smpp else [str(programs / "bench_provider"), "--reference", "reference"]
        self._child = subprocess.Popen([*command, *options],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._child.stdin and self._child.stdout
        self._in, self._out = self._child.stdin, self._child.stdout
        self.port: int = json.loads(self._out.readline())["port"]

    @property
    def pid(self) -> int:
        return self._child.pid

    def _say(self, command: str) -> None:
        self._in.write(command + "\n")
        self._in.flush()

    def stats(self) -> dict[str, int]:
        self._say("stats")
        return json.loads(self._out.readline())

    def reset(self) -> None:
        self._say("reset")

    def wait(self, **at_least: int) -> dict[str, int]:
        """Until each of these counters has got that far."""

        def probe() -> dict[str, int] | None:
            stats = self.stats()
            return stats if all(stats[name] >= count for name, count in at_least.items()) else None

        return until(f"the provider to count {at_least}", probe)

    def stop(self) -> None:
        if self._child.poll() is None:
            self._say("quit")
            self._child.wait(10)


def run_json(command: list[str]) -> dict[str, Any]:
    """A program that prints one JSON line. What it could not do stands in the counts, so any status is taken."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    if not done.stdout.startswith("{"):
        raise SystemExit(f"bench: {command[0]} failed:\n{done.stderr}")
    return json.loads(done.stdout)


# ---- all of them together ----

class Rig:
    """build: a build folder made with -Dbuildtype=release -Dbench=true."""

    def __init__(self, build: Path, folder: Path) -> None:
        self.programs = build / "tests" / "bench"
        self.binary = build / "gateway" / "app" / "pokana"
        self.folder = folder
        self.home = folder / "gateway"
        self.home.mkdir(parents=True)
        self.database = self.home / "pokana.db"
        self.public, self.mqtt = free_port(), free_port()
        self.started_us = 0  # when the gateway was last started, on the clock the programs use
        self.provider: Provider | None = None
        self.replies = False  # whether the account takes what people write
        (self.home / "hook.secret").write_text(HOOK_SECRET + "\n")
        (self.home / "hook.secret").chmod(0o600)
        self.gateway = Gateway(self.home, "", binary=self.binary)
        self.gateway.run("keys", "new", str(self.home / "pokana.keys"), config=False)
        self._broker = self._start_broker()

    def close(self) -> None:
        self.stop()
        self._broker.kill()

    def _start_broker(self) -> Process:
        folder = self.folder / "broker"
        folder.mkdir()
        lines = ["log_type error", "max_queued_messages 0", "max_inflight_messages 256", "set_tcp_nodelay true", "allow_anonymous true",
                 "persistence true", f"persistence_location {folder}/", "autosave_interval 1800", f"listener {self.mqtt} 127.0.0.1"]
        if os.geteuid() == 0:
            lines.insert(0, "user root")
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        found = broker_program()
        if not found:
            raise SystemExit("bench: mosquitto is not installed")
        broker = Process([found, "-c", str(folder / "mosquitto.conf")], folder / "mosquitto.log")
        wait_turning(self.mqtt)
        return broker

    @property
    def hook(self) -> str:
        return f"http://127.0.0.1:{self.public}/hooks/main/{HOOK_SECRET}"

    def own_cpu_s(self) -> float:
        own = sum(os.times()[:2])
        pids = [self._broker.pid] + ([self.provider.pid] if self.provider else []) + ([self.gateway.pid] if self.gateway.running() else [])
        return own + sum(cpu_s(pid) for pid in pids)

    # ---- the gateway and its provider ----

    def _account(self, port: int, connections: int, smpp: bool) -> dict[str, str]:
        common = {"provider": "somebody", "window": str(connections), "rate": "0", "timeout": "60s", "breaker_after": "1000"}
        if smpp:
            return {"adapter": "smpp", **common, "host": "127.0.0.1", "port": str(port), "tls": "no", "system_id": "bench",
                    "password": "file:hook.secret", "sender": "Gemeente", "long_messages": "payload"}
        body = '{"to":"{to}","from":"{sender}","text":"{text}","reference":"{message_id}"}'
        return {"adapter": "http", **common, "url": f"http://127.0.0.1:{port}/send", "body": body, "sender": "Gemeente", "answer_id": "id",
                "webhook_secret": "file:hook.secret", "receipt_id": "id", "receipt_state": "state", "receipt.delivered": "delivered"}

    def configure(self, port: int, connections: int, broker: bool, smpp: bool = False) -> None:
        sections: dict[str, dict[str, str]] = {
            "gateway": {"instance": "bench", "source": "urn:example:gateway", "organisation": "Gemeente", "database": "pokana.db",
                        "keys": "pokana.keys", "control": "control.sock", "templates": str(ROOT / "templates"),
                        "public": f"127.0.0.1:{self.public}", "public_url": f"http://127.0.0.1:{self.public}"},
            "topic parent-meetings": {"consent": "730d"},
            "provider somebody": {"company": "Somebody", "country": "NL", "contract": "2026-01-31", "keeps": "30d"},
            "account main": self._account(port, connections, smpp),
            "route sms": {"channel": "sms", "accounts": "main"},
            "limits": {"validity": "24h"},
        }
        if self.replies:
            sections["account main"] |= {"reply_from": "from", "reply_text": "text", "reply_id": "reply"}
        if broker:
            sections["broker"] = {"host": "127.0.0.1", "port": str(self.mqtt), "client_id": "bench-gateway"}
            sections["publisher bench"] = {"source": SOURCE, "templates": "*", "topics": "*", "tags": "*", "max_recipients": "1000000",
                                           "per_minute": "0"}
        self.gateway.write_config("".join(f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
                                          for name, keys in sections.items()))

    def start(self, *provider_options: str, connections: int = 256, broker: bool = True, ready: bool = True,
              smpp: bool = False) -> Provider:
        """A provider and a gateway that hands over to it."""
        self.provider = Provider(self.programs, *provider_options, smpp=smpp)
        self.configure(self.provider.port, connections, broker, smpp)
        self.start_gateway(ready=ready)
        if broker and ready:
            until("the gateway to reach the broker", lambda: self.status()["broker"]["connected"])
        return self.provider

    def start_gateway(self, ready: bool) -> None:
        self.started_us = time.monotonic_ns() // 1000
        self.gateway.start(ready=ready)

    def stop(self) -> None:
        """In good order: the database is one file afterwards."""
        if self.gateway.running():
            self.gateway.stop(timeout=60.0)
        if self.provider:
            self.provider.stop()
            self.provider = None

    def status(self) -> dict[str, Any]:
        return self.gateway.control("GET", "/v1/status", timeout=30.0).json

    def hold(self, all_: bool) -> None:
        reply = self.gateway.control("PUT", "/v1/hold", {"all": all_}, timeout=30.0)
        assert reply.status == 200, reply.text

    def wait_count(self, state: str, count: int, every_s: float = 0.1) -> None:
        until(f"{count} messages to be {state}", lambda: self.status()["messages"].get(state, 0) >= count, every_s=every_s)

    # ---- people, triggers, receipts ----

    def import_people(self, groups: dict[str, int]) -> None:
        """So many people of each tag, all with a confirmed consent. The gateway must not run."""
        self.configure(1, 1, broker=False)
        file = self.home / "people.csv"
        n = 0
        with open(file, "w") as out:
            out.write("channel;address;language;script;tags;topics;how;wording;given_at;by;until\n")
            for tag, count in groups.items():
                for n in range(n + 1, n + 1 + count):
                    out.write(f"sms;+3161{n:07d};bg;;{tag};parent-meetings;paper;form 1;2026-01-07;desk;\n")
        self.gateway.run("recipients", "import", str(file), "--by", "bench", "--already-confirmed", "--second-person", "colleague",
                         timeout=PATIENCE_S)
        file.unlink()

    def _template(self, tag: str) -> Path:
        valid_until = (datetime.now(timezone.utc) + timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
        event = {"specversion": "1.0", "id": f"{tag}-{{n}}-{time.monotonic_ns()}", "source": SOURCE, "type": "nl.notices.notice-requested.v1",
                 "datacontenttype": "application/json",
                 "data": {"template": "parent-meeting-invitation", "topic": "parent-meetings",
                          "tags": {"all": [tag], "any": [], "none": []},
                          "values": {"begins": "2027-10-14T17:30:00Z", "place": MARK + "{n}"}, "sendAt": None, "validUntil": valid_until}}
        path = self.folder / "trigger.json"
        path.write_text(json.dumps(event))
        return path

    def publish(self, tag: str, count: int, **options: object) -> dict[str, Any]:
        """Publishes triggers to everybody with this tag and waits for the gateway's answers."""
        command = [str(self.programs / "bench_publisher"), "--port", str(self.mqtt), "--topic", "pokana/v1/trigger/bench",
                   "--answers", "pokana/v1/answer/bench", "--template", str(self._template(tag)), "--count", str(count), "--id-prefix", MARK]
        for name, value in options.items():
            command += [f"--{name.replace('_', '-')}", str(value)]
        result = run_json(command)
        if result["accepted"] != count:
            raise SystemExit(f"bench: {count} triggers were published, and {result['accepted']} accepted: {result}")
        return result

    def send_receipts(self, count: int, connections: int, batch: int = 1) -> dict[str, Any]:
        options = ["--batch", str(batch)] + (["--wrap", "[{items}]"] if batch > 1 else [])
        return run_json([str(self.programs / "bench_hook_load"), "--url", self.hook, "--count", str(count), "--connections", str(connections),
                         *options])

    # ---- databases at rest ----

    def keep(self, name: str) -> Path:
        """A copy of the stopped gateway's database."""
        kept = self.folder / f"{name}.db"
        shutil.copyfile(self.database, kept)
        return kept

    def put(self, kept: Path) -> None:
        for end in ("-wal", "-shm"):
            self.database.with_name(self.database.name + end).unlink(missing_ok=True)
        shutil.copyfile(kept, self.database)
        os.sync()
        rest_disk(self.folder)

    @contextmanager
    def running(self, *provider_options: str, **options: Any) -> Iterator[Provider]:
        try:
            yield self.start(*provider_options, **options)
        finally:
            self.stop()


def sync_times_ms(folder: Path, count: int) -> list[float]:
    """How long the disk alone takes to keep 64 KiB, asked for once a millisecond; sorted."""
    path, block, times = folder / "probe", bytes(65536), []
    with open(path, "wb", buffering=0) as file:
        file.write(block * 64)
        os.fsync(file.fileno())
        for at in range(count):
            began = time.monotonic()
            os.pwrite(file.fileno(), block, at % 64 * len(block))
            os.fdatasync(file.fileno())
            took = time.monotonic() - began
            times.append(took * 1000)
            time.sleep(max(0.0, 0.001 - took))
    path.unlink()
    return sorted(times)


def rest_disk(folder: Path, patience_s: float = 30.0) -> None:
    """Copying databases about keeps the disk busy for a while after the last sync has returned; the run that follows is
    not to pay for it."""
    end = time.monotonic() + patience_s
    while sync_times_ms(folder, 1000)[-1] > 5.0 and time.monotonic() < end:
        pass


def used_bytes(database: Path) -> int:
    """Of all tables and indexes; free pages do not count."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        pages, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
    finally:
        connection.close()
    return (pages - free) * size


def lift_hold(database: Path) -> None:
    """What `pokana resume --all` does, without a gateway that would start sending before it is measured."""
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("DELETE FROM number WHERE name = 'hold.all'")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
