# SPDX-License-Identifier: EUPL-1.2
"""The real daemon and its smpp adapter against the message centre of the npm package `smpp`: binding, parts, window, throttling,
receipts in two notations, replies, drops, garbage, TLS, goodbyes. Usage: test_smpp.py [WORK-FOLDER]."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import unittest
from pathlib import Path
from typing import Any, Callable

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "integration"))
WORK = Path(sys.argv.pop(1) if len(sys.argv) > 1 else ROOT / "build" / "peers-smpp").resolve()

from world import World, number, until  # noqa: E402
from support.certificates import Authority  # noqa: E402
from support.packages import install  # noqa: E402

PASSWORD = "secret12"
THROTTLED, BAD_PASSWORD = 0x58, 0x0E


class Centre:
    """smsc.mjs at work. What it tells is kept, in order."""

    def __init__(self, *files: str) -> None:
        self.told: list[dict[str, Any]] = []
        self._done: queue.Queue[None] = queue.Queue()
        self._child = subprocess.Popen(["node", "smsc.mjs", *files], cwd=WORK, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._listen, daemon=True).start()
        self.port: int = self.wait("listening")["port"]

    def _listen(self) -> None:
        assert self._child.stdout
        for line in self._child.stdout:
            told = json.loads(line)
            if told["event"] == "done":
                self._done.put(None)
            else:
                self.told.append(told)

    def stop(self) -> None:
        assert self._child.stdin and self._child.stdout
        self._child.stdin.close()
        self._child.wait(10)
        self._child.stdout.close()

    def do(self, **command: Any) -> None:
        assert self._child.stdin
        self._child.stdin.write(json.dumps(command) + "\n")
        self._child.stdin.flush()
        self._done.get(timeout=10)

    def of(self, event: str) -> list[dict[str, Any]]:
        return [told for told in list(self.told) if told["event"] == event]

    def wait(self, event: str, count: int = 1, fits: Callable[[dict[str, Any]], bool] = lambda told: True) -> dict[str, Any]:
        """The event of that sort with that number."""
        return until(f"{count} {event}", lambda: (found := [told for told in self.of(event) if fits(told)]) and len(found) >= count
                     and found[count - 1])


class Smpp(World):
    @classmethod
    def setUpClass(cls) -> None:
        install(ROOT / "tests" / "peers", WORK, "smsc.mjs")

    def begin(self, *files: str, people: int = 3, rules: dict[str, Any] | None = None, **account: str | None) -> None:
        self.centre = Centre(*files)
        self.addCleanup(self.centre.stop)
        if rules:
            self.centre.do(set=rules)
        http = ["url", "body", "header.Authorization", "answer_id", "answer_code", "code.opted_out", "code.invalid_recipient", "webhook_secret",
                "receipt_id", "receipt_reference", "receipt_state", "receipt.sent", "receipt.delivered", "receipt.read",
                "receipt.undelivered_permanent", "receipt.undelivered_temporary", "reply_from", "reply_text", "reply_id"]
        home = self.folder / "gateway"
        home.mkdir(exist_ok=True)
        (home / "smpp.password").write_text(PASSWORD + "\n")
        (home / "smpp.password").chmod(0o600)
        settings = {"adapter": "smpp", "host": "127.0.0.1", "port": str(self.centre.port), "system_id": "city", "tls": "no",
                    "password": "file:smpp.password", "sender": "Zaanstad", **account}
        self.start(people=people, account={**{name: None for name in http}, **settings})  # type: ignore[dict-item]
        self.publisher = self.school()

    def end_gateway(self) -> None:
        super().end_gateway()
        self.assertNotIn(PASSWORD, self.gateway.log_text())

    def send(self, **data: Any) -> str:
        return self.accepted(self.publisher, self.event(data=data))

    def assert_each_once(self, count: int) -> None:
        """Every part of the text to every person."""
        sent = [(told["to"], told["udh"][-1][-2:] if told["udh"] else "") for told in self.centre.of("submit")]
        self.assertEqual(len(sent), len(set(sent)), sent)
        self.assertEqual({to for to, _ in sent}, {number(n)[1:] for n in range(1, count + 1)})

    def account(self) -> Any:
        return self.ask("GET", "/v1/accounts")["accounts"][0]

    # ---- the usual day ----

    def test_receipts_in_decimal_of_ids_in_hexadecimal(self) -> None:
        self.begin(rules={"receipts": "DELIVRD", "receiptIds": "dec"})
        bind = self.centre.wait("bind")
        self.assertEqual((bind["system_id"], bind["password"], bind["version"]), ("city", PASSWORD, 0x34))
        self.send()
        self.wait_counts(delivered=3)
        self.assert_each_once(3)
        first = self.centre.of("submit")[0]
        self.assertIn("родителска среща", first["text"])
        self.assertEqual((first["from"], first["coding"], first["registered"]), ("Zaanstad", 8, 1))
        self.assertTrue(first["validity"])
        until("the receipts to be answered", lambda: len(self.centre.of("answered")) == 6)
        self.assertEqual({told["status"] for told in self.centre.of("answered")}, {0})
        self.gateway.stop()
        self.centre.wait("unbind")

    def test_receipts_in_hexadecimal_of_ids_in_decimal(self) -> None:
        self.begin(rules={"receipts": "UNDELIV", "ids": "dec", "receiptIds": "hex"}, id_notation="decimal-hex")
        self.send()
        self.wait_counts(undelivered=3)

    def long_message(self, **account: str) -> list[dict[str, Any]]:
        self.begin(people=1, rules={"receipts": "DELIVRD"}, **account)
        self.send()
        self.wait_counts(delivered=1)
        return self.centre.of("submit")

    def test_parts_by_header(self) -> None:
        parts = self.long_message()
        self.assertEqual(len(parts), 2)
        headers = [told["udh"][-1] for told in parts]
        self.assertEqual([header[-4:] for header in headers], [f"{len(parts):02x}{n:02x}" for n in range(1, len(parts) + 1)])
        self.assertEqual(len({header[:-4] for header in headers}), 1)
        self.assertTrue(all(told["esm"] & 0x40 for told in parts))
        self.assertIn("Място: De Windroos", "".join(told["text"] for told in parts))

    def test_parts_by_parameters(self) -> None:
        parts = self.long_message(long_messages="sar")
        self.assertEqual([told["sar"][1:] for told in parts], [[len(parts), n] for n in range(1, len(parts) + 1)])
        self.assertIn("Място: De Windroos", "".join(told["text"] for told in parts))

    def test_a_restart_between_the_receipts_of_two_parts(self) -> None:
        self.begin(people=1, rules={"receipts": "DELIVRD", "keep": True})
        self.send()
        self.wait_counts(accepted=1)
        self.assertEqual(len(self.centre.of("submit")), 2)
        self.centre.do(receipt=1)
        self.wait_counts(sent=1)  # a part is not the whole
        self.gateway.kill()
        self.gateway.start()
        self.centre.wait("bind", 2)
        self.centre.do(receipt=0)
        self.wait_counts(delivered=1)
        self.assert_each_once(1)

    def test_a_notation_found_out_is_known_after_a_restart(self) -> None:
        self.begin(people=2, rules={"receipts": "DELIVRD", "receiptIds": "dec", "keep": True})
        self.send()
        self.wait_counts(accepted=2)
        self.centre.do(receipt=0)  # by which it is found out
        until("the notation to be remembered", lambda: "receipts name ids in decimal: remembered" in self.gateway.log_text())
        self.centre.wait("answered")  # after the commit that keeps it
        self.gateway.kill()
        self.gateway.start()
        self.centre.wait("bind", 2)
        before = self.counts()
        for n in range(1, len(self.centre.of("submit"))):  # of messages that this life has not handed over
            self.centre.do(receipt=n)
        self.wait_counts(delivered=2)
        self.assertLess(before.get("delivered", 0), 2)

    def test_a_tried_account_shows_what_was_exchanged(self) -> None:
        self.begin(people=0, rules={"receipts": "DELIVRD"})
        self.centre.wait("bind")
        shown = self.gateway.run("accounts", "test", "main", "--to", number(1), "--no-reply", "--wait", "30s").out
        sent = self.centre.of("submit")
        self.assertGreater(len(sent), 0)
        for told in sent:
            self.assertNotIn(told["text"], shown)
        parts = [""] if len(sent) == 1 else [f" part {n} of {len(sent)}" for n in range(1, len(sent) + 1)]
        lines = [line for line in shown.splitlines() if line[:2] in ("> ", "< ")]
        self.assertEqual(len(lines), 2 * len(sent), shown)
        for part, out, back in zip(parts, lines[::2], lines[1::2]):
            self.assertRegex(out, rf"^> submit_sm sequence \d+ bytes \d+{part}$")
            self.assertRegex(back, r"^< submit_sm_resp status ESME_ROK sequence \d+ bytes \d+$")
        self.assertNotIn(number(1)[-8:], shown)
        self.assertNotIn(PASSWORD, shown)

    def test_one_payload(self) -> None:
        parts = self.long_message(long_messages="payload")
        self.assertEqual(len(parts), 1)
        self.assertTrue(parts[0]["payload"])
        self.assertIn("Място: De Windroos", parts[0]["text"])

    def test_a_long_stop_is_heard_and_answered_when_stored(self) -> None:
        self.begin(people=1, rules={"receipts": "DELIVRD"})
        self.send()
        self.wait_counts(delivered=1)
        # Two parts that do not come in order; the word lies across both.
        fields = {"source_addr": number(1)[1:], "source_addr_ton": 1, "source_addr_npi": 1, "destination_addr": "Zaanstad", "esm_class": 0x40,
                  "data_coding": 8}
        for at, text in ((2, "ОП"), (1, "СТ")):
            self.centre.do(deliver={"fields": fields, "hex": f"0500032a02{at:02x}" + text.encode("utf-16-be").hex()})
        self.centre.wait("answered", 2, lambda told: told["about"] == "reply" and told["status"] == 0)
        self.wait_counts(delivered=2)  # the confirmation
        before = len(self.centre.of("submit"))
        self.send()
        self.settle()
        self.assertEqual(len(self.centre.of("submit")), before)

    def settle(self) -> None:
        """Whatever was on its way to the centre has come."""
        before = len(self.centre.of("alive"))
        self.centre.do(enquire=True)
        self.centre.wait("alive", before + 1)

    def test_both_ask_whether_the_other_is_there(self) -> None:
        self.begin(people=0, enquire_link="1s")
        self.centre.wait("enquire")
        self.centre.do(enquire=True)
        self.centre.wait("alive")

    def test_tls(self) -> None:
        authority = Authority(self.folder / "authority")
        server = authority.server()
        self.begin(str(server.key), str(server.cert), tls="yes", ca_file=str(authority.ca.cert), rules={"receipts": "DELIVRD"})
        self.send()
        self.wait_counts(delivered=3)

    def test_tls_of_somebody_else(self) -> None:
        server = Authority(self.folder / "authority").server()
        self.begin(str(server.key), str(server.cert), tls="yes", people=0)
        until("the account to be down", lambda: self.account()["state"] == "down" and "certificate" in self.account()["why"])
        self.assertEqual(self.centre.of("bind"), [])

    # ---- bad days ----

    def test_the_window_is_kept(self) -> None:
        self.begin(people=7, rules={"hold": True, "receipts": "DELIVRD"}, window="2")
        self.send()
        self.centre.wait("submit", 2)
        self.settle()
        self.assertEqual(len(self.centre.of("submit")), 2)
        self.centre.do(release=True)
        self.wait_counts(delivered=7)
        self.assert_each_once(7)

    def test_throttled_messages_come_again(self) -> None:
        self.begin(people=5, rules={"statuses": [THROTTLED, THROTTLED], "receipts": "DELIVRD"}, window="1")
        self.send()
        self.wait_counts(delivered=5)
        self.assertEqual(len(self.centre.of("refused")), 2)

    def test_a_drop_leaves_what_was_sent_in_doubt_and_sends_it_once(self) -> None:
        self.begin(people=3, rules={"hold": True})
        self.send()
        self.centre.wait("submit", 3)
        self.centre.do(set={"hold": False, "receipts": "DELIVRD"})
        self.centre.do(drop=True)
        self.wait_counts(uncertain=3)
        self.centre.wait("bind", 2)
        self.import_more(4)
        self.send(tags={"all": ["school:other"], "any": [], "none": []})
        self.wait_counts(uncertain=3, delivered=1)
        self.assert_each_once(4)

    def import_more(self, n: int) -> None:
        self.import_people(1, first=n, tags="school:other")

    def test_garbage_ends_the_link_and_not_the_gateway(self) -> None:
        self.begin(people=1, rules={"receipts": "DELIVRD"})
        self.centre.wait("bind")
        self.centre.do(garbage="474554202f20485454502f312e310d0a0d0a")
        self.centre.wait("bind", 2)
        self.centre.do(garbage="0000002b000000050000000000000001000101333136")  # half a unit, and the end
        self.centre.do(drop=True)
        self.centre.wait("bind", 3)
        self.send()
        self.wait_counts(delivered=1)
        self.assert_each_once(1)

    def test_a_wrong_password_pauses_the_account_until_it_is_resumed(self) -> None:
        self.begin(people=1, rules={"bind": BAD_PASSWORD, "receipts": "DELIVRD"})
        until("the account to be paused", lambda: self.account()["state"] == "paused")
        self.assertIn("check system_id and password", self.account()["why"])
        self.send()
        self.wait_counts(queued=1)
        self.centre.do(set={"bind": 0})
        self.ask("POST", "/v1/accounts/main/resume", {})
        self.wait_counts(delivered=1)
        self.assertEqual(len(self.centre.of("bind")), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
