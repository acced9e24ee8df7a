# SPDX-License-Identifier: EUPL-1.2
"""The peers against each other: a tool that misreports would make every suite that leans on it worthless.
Run: python3 tests/support/test_support.py"""

from __future__ import annotations

import http.client
import json
import os
import stat
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import answers  # noqa: E402
from support.answers import Hold, accept, refuse, taken_but  # noqa: E402
from support.broker import Broker  # noqa: E402
from support.certificates import Authority  # noqa: E402
from support.gateway import Gateway, forms  # noqa: E402
from support.mqtt import V311, Client, Refused  # noqa: E402
from support.process import Process  # noqa: E402
from support.provider import Provider  # noqa: E402
from support.wait import Events, TooLate, until  # noqa: E402
from support.webhook import Webhook  # noqa: E402


class WithFolder(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="pk-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class TestWait(unittest.TestCase):
    def test_says_what_was_missing(self) -> None:
        with self.assertRaisesRegex(TooLate, "waited 0.05 s for a miracle"):
            until("a miracle", lambda: False, 0.05)
        events: Events[int] = Events("numbers")
        events.add(1)
        with self.assertRaisesRegex(TooLate, "for 2 numbers above 0: 1 of 1 were right"):
            events.wait_many(2, lambda number: number > 0, "above 0", 0.05)
        self.assertEqual(events.wait(lambda number: number == 1), 1)


class TestMqtt(WithFolder):
    def test_properties_travel(self) -> None:
        with Broker(self.folder, persistence=False) as broker, broker.client() as observer, broker.client() as publisher:
            observer.subscribe("a/#")
            publisher.publish("a/b", "{}", content_type="application/json", response_topic="r/1", correlation_data=b"\x00\xff",
                              message_expiry=60, payload_format=1, user_properties=[("k", "1"), ("k", "2")])
            got = observer.wait(lambda message: message.topic == "a/b")
            self.assertEqual((got.payload, got.qos, got.retain), (b"{}", 1, False))
            self.assertEqual(got.properties, {"payload_format": 1, "message_expiry": 60, "content_type": "application/json",
                                              "response_topic": "r/1", "correlation_data": b"\x00\xff",
                                              "user_properties": [("k", "1"), ("k", "2")]})
            self.assertEqual(got.user("k"), ["1", "2"])
            self.assertEqual(publisher.publish("nobody/listens", b""), 16)

    def test_version_311(self) -> None:
        with Broker(self.folder, persistence=False) as broker, broker.client(version=V311) as client:
            client.subscribe("t")
            self.assertEqual(client.publish("t", "x" * 70000), 0)
            self.assertEqual(len(client.wait().payload), 70000)
            client.unsubscribe("t")
            client.publish("t", "y")
            client.ping()
            self.assertEqual(len(client.messages), 1)
            with self.assertRaises(ValueError):
                client.publish("t", "z", content_type="text/plain")

    def test_session_survives_restart(self) -> None:
        with Broker(self.folder) as broker:
            options = {"client_id": "keeper", "clean_start": False, "session_expiry": 3600}
            with broker.client(**options) as first:
                self.assertFalse(first.session_present)
                first.subscribe("t")
            with broker.client() as publisher:
                publisher.publish("t", "kept")
            broker.restart()
            with broker.client(**options) as second:
                self.assertTrue(second.session_present)
                self.assertEqual(second.wait().payload, b"kept")

    def test_credentials_and_rights(self) -> None:
        acl = ["user school", "topic write in/school", "topic read out/school", "user gateway", "topic read in/#"]
        with Broker(self.folder, users={"school": "secret-1", "gateway": "secret-2"}, acl=acl, persistence=False) as broker:
            for credentials in ({"username": "school", "password": "wrong"}, {"username": None}):
                with self.assertRaises(Refused) as refused:
                    broker.client(**credentials)
                self.assertEqual(refused.exception.reason, 135)
            with broker.client() as school, broker.client(username="gateway", password="secret-2") as gateway:
                gateway.subscribe("in/#")
                self.assertEqual(school.publish("in/other", "x", check=False), 135)
                self.assertEqual(school.publish("in/school", "x"), 0)
                gateway.wait(lambda message: message.topic == "in/school")
                gateway.ping()
                self.assertEqual(len(gateway.messages), 1)

    def test_tls(self) -> None:
        authority = Authority(self.folder / "ca")
        client = authority.client("school")
        with Broker(self.folder, persistence=False, tls=authority.server(), ca_file=authority.ca.cert,
                    client_certificates=True) as broker:
            with Client(broker.tls_port or 0, ca_file=str(authority.ca.cert), cert_file=str(client.cert),
                        key_file=str(client.key)) as connected:
                connected.subscribe("t")
                connected.publish("t", "over TLS")
                self.assertEqual(connected.wait().payload, b"over TLS")

    def test_killed_broker_is_noticed(self) -> None:
        with Broker(self.folder, persistence=False) as broker:
            client = broker.client()
            broker.kill()
            self.assertTrue(client.closed.wait(10))
            with self.assertRaises((Refused, OSError)):
                client.publish("t", "x")
            client.disconnect()
            broker.start()
            broker.client().disconnect()


class TestProvider(unittest.TestCase):
    def setUp(self) -> None:
        self.provider = Provider()
        self.addCleanup(self.provider.stop)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.provider.port, timeout=10)
        self.addCleanup(self.connection.close)

    def post(self, reference: str) -> tuple[int, dict[str, str], bytes]:
        self.connection.request("POST", "/send", json.dumps({"reference": reference}))
        with self.connection.getresponse() as answer:
            return answer.status, dict(answer.getheaders()), answer.read()

    def test_accepts_and_counts_doubles(self) -> None:
        self.assertEqual([self.post(name)[2] for name in ("a", "b", "a")], [b'{"id": "p-1"}', b'{"id": "p-2"}', b'{"id": "p-3"}'])
        self.provider.wait_accepted(3)
        self.assertEqual(self.provider.doubles(), {"a": 2})
        self.assertEqual({request.connection for request in self.provider.requests.all()}, {1})

    def test_script_in_turn(self) -> None:
        self.provider.in_turn(refuse(429, retry_after=7), refuse(500), accept("x-9", status=201))
        status, headers, _ = self.post("a")
        self.assertEqual((status, headers["Retry-After"]), (429, "7"))
        self.assertEqual(self.post("a")[0], 500)
        self.assertEqual(self.post("a")[::2], (201, b'{"id": "x-9"}'))
        self.assertEqual(self.post("b")[::2], (202, b'{"id": "p-1"}'))
        self.assertEqual(self.provider.doubles(), {}, "what was refused may come again")

    def test_broken_answers(self) -> None:
        for answer in (answers.close(), answers.reset(), answers.garbage(), taken_but(answers.HALF), taken_but(answers.CLOSE)):
            self.provider.script(answer)
            with self.assertRaises((http.client.HTTPException, ConnectionError), msg=answer.how):
                self.post("a")
            self.connection.close()
        self.assertEqual(len(self.provider.accepted()), 2)
        self.assertEqual(self.provider.doubles(), {"a": 2})

    def test_receipt_before_the_answer(self) -> None:
        hold, order = Hold(), []
        with Provider(reference=lambda request: None) as hook:
            webhook = Webhook(hook.url("/hooks/main"), lambda id, state: {"id": id, "state": state}, {"X-Key": "k"})
            self.addCleanup(webhook.close)
            self.provider.script(accept(held=hold, before=lambda request: order.append(
                webhook.send(id=request.given_id, state="delivered").status)))
            self.connection.request("POST", "/send", b"{}")
            self.provider.wait_requests(1)
            self.assertEqual(order, [])
            hold.release()
            self.assertEqual(self.connection.getresponse().status, 202)
            self.assertEqual(order, [202])
            webhook.twice(id="p-1", state="read")
            webhook.shuffled([{"id": "p-1", "state": str(number)} for number in range(5)], seed=1)
            got = hook.requests.all()
            self.assertEqual([request.json["state"] for request in got], ["delivered", "read", "read", "2", "3", "4", "0", "1"])
            self.assertEqual((got[0].path, got[0].headers["x-key"]), ("/hooks/main", "k"))

    def test_webhook_survives_restart_of_the_other_side(self) -> None:
        webhook = Webhook(self.provider.url("/"), lambda: {})
        self.assertEqual(webhook.send().status, 202)
        self.provider.stop()
        with self.assertRaises(ConnectionRefusedError):
            webhook.send()
        self.provider.start()
        self.assertEqual(webhook.send_taken().status, 202)
        webhook.close()

    def test_stop_ends_silence(self) -> None:
        self.provider.script(answers.silence())
        self.connection.request("POST", "/send", b"{}")
        self.provider.wait_requests(1)
        self.provider.stop()
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            self.connection.getresponse()


# Stands in for the daemon: answers /readyz on the control socket and says what it is told to say.
FAKE_DAEMON = """#!/usr/bin/env python3
import os, signal, socket, sys
if sys.argv[1] == "say":
    print("said: " + sys.argv[2])
    print("warned", file=sys.stderr)
    sys.exit(int(sys.argv[3]))
path = os.path.join(os.path.dirname(sys.argv[3]), "control.sock")
if os.path.exists(path):
    os.unlink(path)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("level=info event=start number=" + open(sys.argv[3]).read().strip(), flush=True)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(8)
while True:
    connection, _ = listener.accept()
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 18\\r\\n\\r\\n# x\\npokana_up 1.00\\n")
    connection.close()
"""


class TestGateway(WithFolder):
    def setUp(self) -> None:
        super().setUp()
        self.binary = self.folder / "pokana"
        self.binary.write_text(FAKE_DAEMON.replace("/usr/bin/env python3", sys.executable))
        self.binary.chmod(self.binary.stat().st_mode | stat.S_IXUSR)

    def gateway(self, config: str) -> Gateway:
        gateway = Gateway(self.folder / "g", config, binary=self.binary)
        self.addCleanup(gateway.kill)
        return gateway

    def test_life(self) -> None:
        gateway = self.gateway("nothing")
        gateway.start()
        self.assertTrue(gateway.ready())
        self.assertEqual(gateway.metrics(), {"pokana_up": 1.0})
        first = gateway.pid
        gateway.kill()
        self.assertFalse(gateway.ready())
        gateway.start()
        self.assertNotEqual(gateway.pid, first)
        gateway.stop()
        with self.assertRaises(ProcessLookupError):
            os.kill(first, 0)

    def test_commands(self) -> None:
        gateway = self.gateway("nothing")
        self.assertEqual(gateway.run("say", "hello", "0").out, "said: hello\n")
        with self.assertRaisesRegex(AssertionError, "pokana say no 3 ended with status 3"):
            gateway.run("say", "no", "3")
        self.assertEqual(gateway.run("say", "no", "3", check=False).status, 3)
        self.assertEqual(gateway.log_text(), "warned\n" * 3)

    def test_what_must_not_be_said(self) -> None:
        gateway = self.gateway("0031600000042")
        with gateway:
            gateway.wait_log("event=start")
            gateway.assert_never_said(["+31600000043", "Каним Ви"])
            with self.assertRaisesRegex(AssertionError, "entry 1 .* line 1"):
                gateway.assert_never_said(["+31600000043", "+31600000042"])
            with self.assertRaises(AssertionError):
                gateway.assert_never_said([])

    def test_fault_fails_the_stop(self) -> None:
        gateway = self.gateway("runtime error: shift exponent")
        gateway.start()
        with self.assertRaisesRegex(AssertionError, "runtime error:"):
            gateway.stop()

    def test_forms(self) -> None:
        self.assertEqual(forms("+31600000042"), {"+31600000042", "%2B31600000042", "31600000042", "600000042", "0000042"})
        self.assertIn("\\u041a\\u0430\\u043d\\u0438\\u043c", forms("Каним"))

    def test_deaf_process_is_killed(self) -> None:
        script = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
        process = Process([sys.executable, "-c", script], self.folder / "log")
        until("the child to be deaf", lambda: "deaf" in process.log.read_text())
        with self.assertRaisesRegex(AssertionError, "did not end within"):
            process.stop(0.1)
        self.assertEqual(process.exit_status(), -9)


if __name__ == "__main__":
    unittest.main()
