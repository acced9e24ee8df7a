# SPDX-License-Identifier: EUPL-1.2
"""Outbound webhooks with the daemon and receivers that check the signatures themselves: taken, tried again with the same id, turned
off, asked to wait, not redirected, not led to this machine, and sent once more after a kill -9."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import signal
import ssl
import subprocess
import threading
import time
import unittest
from http.client import HTTPConnection
from typing import Any, Callable

from world import World, number, until
from support.certificates import Authority
from support.net import free_port

FIRST = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECOND = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
ORIGIN = "127.0.0.1"


class Answer:
    def __init__(self, status: int = 204, headers: dict[str, str] | None = None, body: bytes = b"", held: threading.Event | None = None) -> None:
        self.status, self.headers, self.body, self.held = status, headers or {}, body, held


class Receiver:
    """Keeps what comes; answers in turn as the script says, then 204."""

    def __init__(self, tls: tuple[str, str] | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self.script: list[Answer] = []
        self.always: Callable[[dict[str, Any]], Answer] = lambda request: self.script.pop(0) if self.script else Answer()
        self.lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def take(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                request = {"method": self.command, "path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body,
                           "at": time.time()}
                with receiver.lock:
                    answer = receiver.always(request)
                    receiver.requests.append(request)
                if answer.held:
                    answer.held.wait(30)
                try:
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(answer.body)))
                    self.end_headers()
                    self.wfile.write(answer.body)
                except OSError:
                    self.close_connection = True  # whoever asked waits no longer

            do_POST = do_OPTIONS = do_GET = take

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass  # a client that leaves in the middle of a handshake

        self.port = free_port()
        self.server = Server(("127.0.0.1", self.port), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "https" if tls else "http"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, host: str = "127.0.0.1", path: str = "/in") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def wait(self, count: int) -> list[dict[str, Any]]:
        until(f"{count} requests at the receiver", lambda: len(self.requests) >= count)
        return self.requests


def signature(secret: str, request: dict[str, Any]) -> str:
    headers = request["headers"]
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request["body"]
    return "v1," + base64.b64encode(hmac.new(base64.b64decode(secret.removeprefix("whsec_")), content, hashlib.sha256).digest()).decode()


class TestWebhooks(World):
    def receiver(self, **options: Any) -> Receiver:
        found = Receiver(**options)
        self.addCleanup(found.stop)
        return found

    def secret(self, name: str, text: str) -> None:
        home = self.folder / "gateway"
        home.mkdir(exist_ok=True)
        (home / name).write_text(text + "\n")
        (home / name).chmod(0o600)

    def begin(self, receiver: Receiver, people: int = 0, webhook: dict[str, str] | None = None, **sections: dict[str, str]) -> None:
        self.secret("webhook.secret", FIRST)
        self.secret("webhook.next", SECOND)
        self.settings = {"url": receiver.url(), "publisher": "school", "secret": "file:webhook.secret", "network": "loopback", "timeout": "5s",
                         **(webhook or {})}
        self.sections: dict[str, Any] = {"publisher": {"source": "urn:example:school-portal", "templates": "*", "topics": "*", "tags": "school:*"}, **sections}
        self.start(people=people, with_broker=False, **{"webhook portal": self.settings}, **self.sections)

    def reload(self, **changes: str | None) -> None:
        self.settings.update(changes)  # type: ignore[arg-type]
        self.gateway.write_config(self.config(**{"webhook portal": self.settings}, **self.sections))
        before = self.gateway.log_text().count("reload.done")
        self.gateway.signal(signal.SIGHUP)
        until("the reload", lambda: self.gateway.log_text().count("reload.done") > before)

    def verified(self, request: dict[str, Any], *secrets: str) -> dict[str, Any]:
        """Signed by these secrets, fresh, and the event whose id the header names."""
        self.assertEqual(request["method"], "POST")
        headers = request["headers"]
        self.assertEqual(headers["content-type"], "application/cloudevents+json; charset=UTF-8")
        self.assertEqual(headers["webhook-signature"].split(" "), [signature(secret, request) for secret in secrets or (FIRST,)])
        self.assertLess(abs(int(headers["webhook-timestamp"]) - request["at"]), 60)
        self.assertNotIn(".", headers["webhook-id"])
        self.assertLess(len(request["body"]), 20_000)
        event = json.loads(request["body"])
        self.assertEqual((event["specversion"], event["id"]), ("1.0", headers["webhook-id"]))
        for n in range(1, 4):
            self.assertNotIn(number(n)[-8:], request["body"].decode())
        return event

    def try_event(self) -> str:
        """An event that goes to this webhook alone; the id of its delivery."""
        return self.ask("POST", "/v1/webhooks/portal/test", None, 202)["delivery"]

    def deliveries(self, state: str = "") -> list[Any]:
        return self.ask("GET", "/v1/webhooks/portal/deliveries" + (f"?state={state}" if state else ""))["deliveries"]

    def wait_state(self, id: str, state: str, **more: Any) -> Any:
        def probe() -> Any:
            found = next(one for one in self.deliveries() if one["id"] == id)
            return found if found["state"] == state and all(found[name] == value for name, value in more.items()) else None

        return until(f"delivery {id} to be {state} {more}", probe)

    def webhook(self) -> Any:
        return self.ask("GET", "/v1/webhooks")["webhooks"][0]

    # ---- taken ----

    def test_what_a_publisher_hears_it_hears_here(self) -> None:
        receiver = self.receiver()
        self.begin(receiver, people=2)
        end = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
        token = self.gateway.run("tokens", "add", "portal", "--publisher", "school", "--scopes", "trigger.publish", "--expires", end).out.strip()
        self.assertEqual(self.publish_rest(token, self.event(id="e-1")), 202)
        planned = self.verified(receiver.wait(1)[0])
        self.assertEqual((planned["type"], planned["causationid"], planned["source"]), ("nl.notices.trigger-planned.v1", "e-1", "urn:example:gateway"))
        self.assertEqual(planned["data"]["messages"], 2)
        self.provider.wait_accepted(2)
        self.wait_counts(accepted=2)
        self.deliver_all()
        completed = self.verified(receiver.wait(2)[1])
        self.assertEqual((completed["type"], completed["data"]["messages"]), ("nl.notices.trigger-completed.v1", {"delivered": 2}))
        until("both to be told", lambda: len(self.deliveries("delivered")) == len(receiver.requests))
        self.assertEqual({one["event"] for one in self.deliveries()}, {request["headers"]["webhook-id"] for request in receiver.requests})
        listed = self.gateway.run("webhooks", "list").out
        self.assertRegex(listed, r"portal +127\.0\.0\.1 +school +on")
        self.assertIn("nl.notices.trigger-completed.v1", self.gateway.run("webhooks", "deliveries", "portal", "--state", "delivered").out)
        self.assertEqual(self.gateway.metrics()['pokana_webhook_tries_total{outcome="taken"}'], len(receiver.requests))
        self.gateway.assert_never_said([FIRST, receiver.url(), token])

    def publish_rest(self, token: str, event: dict[str, Any]) -> int:
        line = HTTPConnection("127.0.0.1", self.public, timeout=20)
        self.addCleanup(line.close)
        line.request("POST", "/v1/triggers", json.dumps(event), {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"})
        return line.getresponse().status

    # ---- tried again ----

    def test_a_failure_is_tried_again_with_the_same_id(self) -> None:
        receiver = self.receiver()
        receiver.script = [Answer(500)]
        self.begin(receiver)
        id = self.try_event()
        self.wait_state(id, "waiting", outcome="refused", status=500, tries=1)
        first, second = receiver.wait(2)[:2]  # five seconds later
        self.assertEqual(self.verified(first)["id"], self.verified(second)["id"])
        self.assertEqual(first["body"], second["body"])
        self.assertGreater(second["at"] - first["at"], 4.5)
        self.assertEqual(self.wait_state(id, "delivered")["tries"], 2)
        again = self.gateway.run("webhooks", "resend", id).out
        self.assertIn("is sent again", again)
        self.assertEqual(self.verified(receiver.wait(3)[2])["id"], self.verified(first)["id"])
        trail = [(entry["action"], entry["object"]) for entry in self.ask("GET", "/v1/audit?limit=100")["entries"]]
        self.assertIn(("webhook.resend", "portal"), trail)
        self.assertIn(("webhook.test", "portal"), trail)

    def test_gone_turns_it_off_until_somebody_turns_it_on(self) -> None:
        receiver = self.receiver()
        receiver.script = [Answer(410)]
        self.begin(receiver)
        id = self.try_event()
        self.wait_state(id, "failed", outcome="gone", tries=1)
        found = self.webhook()
        self.assertEqual((found["state"], found["offReason"]), ("off", "gone"))
        condition = self.status()["condition"]
        self.assertIn("webhook portal is off: gone", json.dumps(condition))
        line = self.gateway.wait_log("turned_off")
        self.assertIn("portal", line)
        self.assertEqual(self.gateway.run("webhooks", "test", "portal", check=False).status, 5)
        self.gateway.restart()
        self.assertEqual(self.webhook()["state"], "off")
        self.assertIn("portal is on; 1 event is on the way", self.gateway.run("webhooks", "resume", "portal").out)
        self.verified(receiver.wait(2)[1])
        self.wait_state(id, "delivered")
        self.assertEqual(self.webhook()["state"], "on")

    def test_who_asks_for_time_gets_it(self) -> None:
        receiver = self.receiver()
        receiver.script = [Answer(429, {"Retry-After": "8"})]
        self.begin(receiver)
        id = self.try_event()
        self.wait_state(id, "waiting", outcome="busy", status=429)
        other = self.try_event()  # waits as well
        first, second = receiver.wait(2)[:2]
        self.assertGreater(second["at"] - first["at"], 7.5)
        self.wait_state(id, "delivered")
        self.wait_state(other, "delivered")

    # ---- where it does not go ----

    def test_a_redirect_is_not_followed(self) -> None:
        other = self.receiver()
        receiver = self.receiver()
        receiver.script = [Answer(302, {"Location": other.url()}), Answer(307, {"Location": "http://169.254.169.254/latest"})]
        self.begin(receiver)
        id = self.try_event()
        self.wait_state(id, "waiting", outcome="redirected", status=302)
        receiver.wait(2)
        self.wait_state(id, "waiting", outcome="redirected", status=307)
        self.assertEqual(other.requests, [])

    def test_a_name_does_not_lead_to_this_machine(self) -> None:
        pair = Authority(self.folder / "ca").server()
        receiver = self.receiver(tls=(str(pair.cert), str(pair.key)))
        self.begin(receiver, webhook={"url": receiver.url("localhost"), "network": "public"}, gateway={"ca_file": str(self.folder / "ca" / "ca.crt")})
        id = self.try_event()
        self.wait_state(id, "waiting", outcome="not-sent", status=None)
        self.assertEqual(receiver.requests, [])
        self.reload(network="private")  # by the same name and certificate
        self.gateway.run("webhooks", "resend", id)
        self.verified(receiver.wait(1)[0])
        self.wait_state(id, "delivered")

    def test_an_address_without_tls_is_no_configuration(self) -> None:
        receiver = self.receiver()
        self.begin(receiver)
        for changes, why in (({"network": "public"}, "events are not sent unencrypted"), ({"network": "private"}, "events are not sent unencrypted"),
                             ({"url": "https://hooks.example/in"}, "not an address of this machine"), ({"secret": "file:provider.token"}, "no secret for a webhook"),
                             ({"publisher": "nobody"}, 'no publisher "nobody"'), ({"events": "nl.notices.nothing"}, "no event is of type")):
            with self.subTest(why=why):
                self.gateway.write_config(self.config(**{"webhook portal": {**self.settings, **changes}}, **self.sections))
                checked = self.gateway.run("check-config", check=False)
                self.assertEqual(checked.status, 3)
                self.assertIn(why, checked.err)

    # ---- slow and large ----

    def test_slow_ones_and_large_answers_hold_nobody_up(self) -> None:
        receiver = self.receiver()
        held = threading.Event()
        self.addCleanup(held.set)
        receiver.always = lambda request: Answer(held=held)
        self.begin(receiver, people=2, webhook={"timeout": "2s"})
        ids = [self.try_event() for _ in range(6)]
        receiver.wait(4)
        self.assertEqual(len(receiver.requests), 4)  # so many at once; the others wait
        end = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
        token = self.gateway.run("tokens", "add", "portal", "--publisher", "school", "--scopes", "trigger.publish", "--expires", end).out.strip()
        self.assertEqual(self.publish_rest(token, self.event(id="e-1")), 202)
        self.provider.wait_accepted(2)  # people are told meanwhile
        self.wait_state(ids[0], "waiting", outcome="no-answer", status=None)
        held.set()
        receiver.always = lambda request: Answer(200, body=b"x" * 100_000)
        self.wait_state(ids[0], "waiting", outcome="no-answer", tries=2)
        receiver.always = lambda request: Answer(200, body=b"x" * 10_000)
        self.gateway.run("webhooks", "resend", ids[0])
        self.wait_state(ids[0], "delivered")

    # ---- secrets ----

    def test_a_secret_is_changed_with_both_in_use(self) -> None:
        receiver = self.receiver()
        self.begin(receiver)
        self.try_event()
        self.verified(receiver.wait(1)[0], FIRST)
        self.reload(secret="file:webhook.next", secret_before="file:webhook.secret")
        self.assertTrue(self.webhook()["rotating"])
        self.try_event()
        self.verified(receiver.wait(2)[1], SECOND, FIRST)
        self.reload(secret_before=None)
        self.try_event()
        self.verified(receiver.wait(3)[2], SECOND)

    def test_a_public_key_verifies_what_ed25519_signed(self) -> None:
        receiver = self.receiver()
        self.secret("webhook.key", "whsk_" + base64.b64encode(bytes(range(32))).decode())
        self.begin(receiver, webhook={"secret": "file:webhook.key", "secret_before": "file:webhook.secret"})
        self.try_event()
        request = receiver.wait(1)[0]
        ed25519, hmac_sha256 = request["headers"]["webhook-signature"].split(" ")
        self.assertEqual(hmac_sha256, signature(FIRST, request))  # each receiver takes the one it knows
        (public,) = self.webhook()["publicKeys"]
        self.assertRegex(public, "^whpk_")
        key, signed, content = (self.folder / name for name in ("key.der", "signed", "content"))
        key.write_bytes(bytes.fromhex("302a300506032b6570032100") + base64.b64decode(public.removeprefix("whpk_")))
        signed.write_bytes(base64.b64decode(ed25519.removeprefix("v1a,")))
        content.write_bytes(f"{request['headers']['webhook-id']}.{request['headers']['webhook-timestamp']}.".encode() + request["body"])
        check = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", str(key), "-rawin", "-in", str(content), "-sigfile", str(signed)]
        self.assertEqual(subprocess.run(check, capture_output=True, timeout=30).returncode, 0)
        content.write_bytes(content.read_bytes() + b" ")
        self.assertNotEqual(subprocess.run(check, capture_output=True, timeout=30).returncode, 0)

    def test_it_is_asked_before_the_first_event(self) -> None:
        receiver = self.receiver()
        receiver.script = [Answer(200), Answer(200, {"WebHook-Allowed-Origin": ORIGIN})]
        self.begin(receiver, webhook={"handshake": "yes"})
        id = self.try_event()
        self.wait_state(id, "waiting", outcome="not-permitted")
        asked, again, event = receiver.wait(3)[:3]
        for request in (asked, again):
            self.assertEqual((request["method"], request["headers"]["webhook-request-origin"], request["body"]), ("OPTIONS", ORIGIN, b""))
            self.assertNotIn("webhook-signature", request["headers"])
        self.verified(event)
        self.wait_state(id, "delivered")
        self.try_event()
        self.assertEqual(receiver.wait(4)[3]["method"], "POST")  # it said yes for good

    # ---- a crash ----

    def test_a_kill_between_sending_and_writing_down_sends_once_more(self) -> None:
        receiver = self.receiver()
        held = threading.Event()
        self.addCleanup(held.set)
        receiver.script = [Answer(held=held), Answer(held=held)]
        self.begin(receiver)
        ids = [self.try_event(), self.try_event()]
        receiver.wait(2)
        self.gateway.kill()  # both arrived, and nobody here knows
        held.set()
        self.gateway.start()
        for id in ids:
            self.assertEqual(self.wait_state(id, "delivered")["tries"], 1)
        seen = [self.verified(request)["id"] for request in receiver.wait(4)]
        self.assertEqual(sorted(seen[:2]), sorted(seen[2:4]))
        self.assertEqual(len(set(seen)), 2)
        self.gateway.restart()
        self.assertEqual(self.deliveries("waiting"), [])
        self.assertEqual(len(receiver.requests), 4)


if __name__ == "__main__":
    unittest.main()
