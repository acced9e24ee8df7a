# SPDX-License-Identifier: EUPL-1.2
"""What an operator does: checks a configuration, pauses and resumes, reloads, stops, backs up and restores, and asks."""

from __future__ import annotations

import json
import os
import signal
import stat
import threading
import unittest

from world import World, number, until
from support.answers import Hold, accept, refuse
from support.certificates import Authority
from support.gateway import Finished


class TestOperator(World):
    def test_every_mistake_is_told_at_once(self) -> None:
        self.start_provider()
        self.make_gateway()
        text = self.config(account={"windw": "3", "rate": "fast", "header.Authorization": "plain-secret-here"},
                           publisher={"route": "nowhere", "source": None}, limits={"answers_per_day": "-1"}, **{"topic Bad Name": {}})
        self.gateway.write_config(text)
        done = self.gateway.run("check-config", check=False)
        self.assertEqual(done.status, 3)
        for part in ('[account main] windw: ', 'Did you mean', "[account main] rate: ", "[account main] header.Authorization: ",
                     "[publisher school] source: ", "[publisher school] route: ", "[limits] answers_per_day: ", "Bad Name", "hint: ",
                     "pokana.conf:"):
            self.assertIn(part, done.err)
        self.assertNotIn("plain-secret-here", done.err)
        self.assertNotIn("Traceback", done.err)
        self.assertEqual(self.gateway.run("serve", check=False).status, 3)

    def test_pause_all_and_resume(self) -> None:
        self.start()
        school = self.school()
        self.gateway.run("pause", "--all")
        self.accepted(school, self.event())
        self.wait_counts(queued=3)
        self.gateway.restart()  # durable
        self.wait_connected()
        self.assertEqual(self.ask("GET", "/v1/hold"), {"all": True, "restored": False})
        self.assertEqual(self.received(), [])
        self.assertIn("hold", self.status()["condition"]["why"])
        self.gateway.run("resume", "--all")
        self.provider.wait_accepted(3)

    def test_reload_keeps_what_flies_and_refuses_what_is_wrong(self) -> None:
        self.start(people=6, account={"window": "2"})
        school, hold = self.school(), Hold()
        self.addCleanup(hold.release)
        self.provider.script(lambda request: accept(held=hold))
        self.accepted(school, self.event())
        self.provider.requests.wait_many(2)
        good = self.gateway.config.read_text()
        self.gateway.write_config(good.replace("window = 2", "window = none"))
        self.gateway.signal(signal.SIGHUP)
        self.gateway.wait_log("reload.refused")
        self.assertTrue(self.gateway.ready())
        self.gateway.write_config(good.replace("window = 2", "window = 4").replace("per_minute = 0", "per_minute = 77"))
        self.gateway.signal(signal.SIGHUP)
        self.gateway.wait_log("reload.done")
        hold.release()
        self.provider.wait_accepted(6)
        self.wait_counts(accepted=6)
        self.assertEqual(self.provider.doubles(), {})
        self.assertEqual(self.status()["accounts"][0]["window"], 4)

    def test_stop_lets_what_flies_land(self) -> None:
        self.start(people=2)
        school, hold = self.school(), Hold()
        self.addCleanup(hold.release)
        self.provider.script(lambda request: accept(held=hold))
        self.accepted(school, self.event())
        self.provider.requests.wait_many(2)
        self.gateway.signal(signal.SIGTERM)
        self.gateway.wait_log("stopping")
        hold.release()
        self.assertEqual(self.gateway.wait_end(), 0)
        self.gateway.assert_no_faults()
        self.gateway.start()
        self.wait_connected()
        self.wait_counts(accepted=2)

    def test_one_gateway_at_a_time(self) -> None:
        self.start(people=0)
        done = self.gateway.run("serve", check=False)
        self.assertEqual(done.status, 5)
        self.assertIn("in use", done.err)
        self.assertTrue(self.gateway.ready())
        mode = stat.S_IMODE(os.stat(self.gateway.socket).st_mode)
        self.assertEqual(mode, 0o600)

    def test_a_socket_left_behind_is_no_hindrance(self) -> None:
        self.start(people=0)
        self.gateway.kill()
        self.assertTrue(self.gateway.socket.exists())
        self.gateway.start()

    def test_backup_and_restore(self) -> None:
        self.start(people=3)
        school = self.school()
        self.gateway.run("pause", "--all")
        trigger = self.accepted(school, self.event())
        self.wait_counts(queued=3)
        copy = self.folder / "copy.db"
        self.gateway.run("backup", str(copy))
        self.assertEqual(stat.S_IMODE(copy.stat().st_mode), 0o600)
        self.assertEqual(self.gateway.run("backup", str(copy), check=False).status, 5)  # never replaces
        self.gateway.run("resume", "--all")
        self.provider.wait_accepted(3)
        self.wait_counts(accepted=3)
        self.assertEqual(self.gateway.run("restore", str(copy), "--without-journal", check=False).status, 5)  # not while it runs
        self.gateway.stop()
        journal = str(self.folder / "gateway" / "pokana.journal")
        done = self.gateway.run("restore", str(copy), "--journal", journal)
        self.assertIn("3", done.out)
        self.gateway.start()
        self.wait_connected()
        # Nothing is sent by itself: it may have been sent since the backup, and here it was.
        self.wait_counts(uncertain=3)
        self.assertEqual(self.ask("GET", "/v1/hold"), {"all": True, "restored": True})
        self.gateway.run("resume", "--all")
        self.gateway.run("messages", "drop", "--held")
        self.wait_counts(unconfirmed=3)
        self.gateway.run("resume", "--after-restore")
        self.assertEqual(len(self.provider.accepted()), 3)
        self.assertEqual(self.trigger(trigger)["counts"], {"unconfirmed": 3})
        self.accepted(school, self.event())
        self.provider.wait_accepted(6)

    def test_importing_again_changes_nothing(self) -> None:
        self.start(people=3)
        first = self.status()["recipients"]
        again = self.import_people(3)
        self.assertIn("3 lines taken, 0 refused", again.out)
        self.assertEqual(self.status()["recipients"], first)

    def test_a_bad_row_names_its_line_and_nothing_is_half_done(self) -> None:
        self.start(people=0)
        with self.assertRaises(AssertionError) as caught:
            self.import_people(2, more=["sms;06 no number;bg;;;parent-meetings;paper;f;2026-09-07;desk;"])
        self.assertIn("4", str(caught.exception))
        self.assertNotIn("no number", self.gateway.log_text())
        self.assertEqual(self.status()["recipients"], 0)

    def test_account_test_message(self) -> None:
        self.start(people=0)
        def delivered(request: object) -> None:
            self.receipt(request.given_id, "delivered")  # type: ignore[attr-defined]
            self.says(77, "Ок, дойде")

        self.provider.script(accept(after=delivered))
        done = self.gateway.run("accounts", "test", "main", "--to", number(77))
        self.assertEqual(done.out.count("✓"), 3, done.out)
        self.assertIn("> POST http://127.0.0.1:", done.out)
        self.assertIn("< 2", done.out)
        text = self.wait_text_to(77, "Zaanstad")
        for private in (number(77), number(77)[1:], str(text), "Authorization: Bearer"):
            self.assertNotIn(private, done.out)
        self.gateway.assert_never_said([number(77)])
        self.provider.script(accept())
        again = self.gateway.run("accounts", "test", "main", "--to", number(77), "--wait", "1s", "--json", check=False)
        legs = json.loads(again.out)
        self.assertEqual((again.status, legs["handedOver"], legs["arrived"], legs["answered"]), (9, "seen", "open", "open"), again.out)

    def test_an_account_of_the_simulator_shows_three_legs(self) -> None:
        self.start(people=0, **{"account practice": {"adapter": "simulator", "window": "4"}, "route practice": {"channel": "sms", "accounts": "practice"},
                                "route sms": {"countries": "BG"}})
        done: list[Finished] = []
        tester = threading.Thread(target=lambda: done.append(self.gateway.run("accounts", "test", "practice", "--to", number(70), "--wait", "60s", timeout=90)))
        tester.start()
        self.addCleanup(tester.join)
        until("the test message to arrive", lambda: number(70) in self.gateway.run("accounts", "play", "practice").out)
        self.gateway.run("accounts", "play", "practice", "--answer", number(70), "Ок, дойде")
        tester.join()
        self.assertEqual((done[0].status, done[0].out.count("✓")), (0, 3), done[0].out)
        self.assertNotIn(number(70)[1:], done[0].out)

    def test_what_an_account_needs_is_told(self) -> None:
        self.start(people=0)
        told = self.gateway.run("accounts", "add", "cm", "--name", "office").out
        for line in ("[provider office]", "[account office]", "adapter = cm", "provider = office", "product_token = file:office.product_token",
                     "[route office]", "channel = sms", "install -m 600 /dev/stdin"):
            self.assertIn(line, told)
        self.assertRegex(told, r"https?://\S+/hooks/office/WEBHOOK-SECRET")
        self.assertNotIn("[provider", self.gateway.run("accounts", "add", "simulator").out)
        none = self.gateway.run("accounts", "add", "pigeon", check=False)
        self.assertEqual(none.status, 4)
        self.assertIn("There are androidgw, cm", none.err)

    def test_account_test_that_fails_names_the_remedy(self) -> None:
        self.start(people=0)
        self.provider.script(refuse(422))
        done = self.gateway.run("accounts", "test", "main", "--to", number(78), "--no-reply", check=False)
        self.assertNotEqual(done.status, 0)
        self.assertIn("✗ handed over", done.out)
        self.provider.script(refuse(401))
        done = self.gateway.run("accounts", "test", "main", "--to", number(79), check=False)
        self.assertEqual(done.status, 6)
        self.assertIn("✗ handed over: the provider does not let this account in, so it is paused.", done.out)
        self.assertIn("pokana accounts resume main", done.out)
        self.assertRegex(done.out, r"(?m)^< 401")

    def test_tls_with_client_certificate(self) -> None:
        authority = Authority(self.folder / "tls")
        client = authority.client("pokana")
        self.start_broker(tls=authority.server(), ca_file=authority.ca.cert, client_certificates=True)
        assert self.broker
        self.start(people=1, broker={"port": str(self.broker.tls_port), "ca_file": str(authority.ca.cert), "cert_file": str(client.cert),
                                     "key_file": str(client.key), "username": None, "password": None, "host": "localhost"})
        self.assertTrue(self.status()["broker"]["connected"])

    def test_commands_say_what_is_wrong(self) -> None:
        self.start(people=0)
        for words, status in ((["messages", "show", "0000000000001"], 4), (["messages", "show", "x"], 4), (["accounts", "pause", "gone"], 4),
                              (["nonsense"], 2), (["trigger", "/nowhere.json"], 4), (["accounts", "play", "main"], 12)):
            done = self.gateway.run(*words, check=False)
            self.assertEqual(done.status, status, f"{words}: {done.err}")
            self.assertTrue(done.err.startswith("pokana: "), done.err)
        self.gateway.stop()
        done = self.gateway.run("status", check=False)
        self.assertEqual(done.status, 8)
        self.assertIn("hint: ", done.err)


if __name__ == "__main__":
    unittest.main()
