# SPDX-License-Identifier: EUPL-1.2
"""Notices by e-mail through a real mail server: what is in the mails, what a server's refusals come to, and that one press at a
mail's link ends them."""

from __future__ import annotations

import http.client
import re
import unittest
from email.message import EmailMessage
from typing import Any

from world import World, json, until
from support.mail_server import DOMAIN, MailServer

PASSWORD = "s3cret-of-the-relay"
LINK = re.compile(r"https://gw\.example\.nl(/u/[0-9a-f]{32})")


class TestMail(World):
    def start_mail(self, *, people: list[tuple[str, str]], secure: bool = False, password: str = PASSWORD, **post: Any) -> None:
        """people: mailbox and language."""
        self.mail = MailServer(self.folder / "mail", {"relay": PASSWORD, "ivanka": "a-password-1", "jan": "a-password-2"})
        self.mail.start()
        self.addCleanup(self.mail.stop)
        where = {"url": f"smtps://localhost:{self.mail.tls_port}/gw.example.nl", "ca_file": str(self.mail.authority.ca.cert),
                 "username": f"relay@{DOMAIN}", "password": "file:relay.password"} if secure else {
                 "url": f"smtp://127.0.0.1:{self.mail.port}/gw.example.nl"}
        account = {"adapter": "email", "provider": "somebody", "from": f"relay@{DOMAIN}", "from_name": "Община Заандам", "replies": "no",
                   "footer.bg": "Спиране на имейлите:", "retry_first": "100ms", "retry_max": "400ms", "later_wait": "1s", "timeout": "5s",
                   "connect_timeout": "2s", "attempts": "20", **where, **post}
        (self.folder / "gateway").mkdir(exist_ok=True)
        (self.folder / "gateway/relay.password").write_text(password + "\n")
        (self.folder / "gateway/relay.password").chmod(0o600)
        self.start(people=0, start=False, gateway={"public_url": "https://gw.example.nl", "page": "https://gw.example.nl/a"},
                   publisher={"route": "email"},
                   **{"account post": account, "route email": {"channel": "email", "accounts": "post"}})
        rows = [f"email;{name}@{DOMAIN};{language};;school:de-windroos;parent-meetings;paper;form 1;2026-09-07;desk;" for name, language in people]
        self.import_people(0, more=rows)
        self.gateway.start()
        self.addCleanup(self.end_gateway)
        self.wait_connected()

    def assert_discreet(self) -> None:
        super().assert_discreet()
        log = self.gateway.log_text()
        self.assertIsNone(re.search(rf"(ivanka|jan|nobody)@|{PASSWORD}|/[ua]/[0-9A-Za-z]{{8}}", log))

    def notice(self, **data: Any) -> str:
        event = {"id": "parents-117", "sequence": 0}
        return self.accepted(self.publisher, self.event(data={"event": event, **data}))

    @property
    def publisher(self) -> Any:
        if not hasattr(self, "_publisher"):
            self._publisher = self.school()
        return self._publisher

    def text_of(self, mail: EmailMessage) -> str:
        part = mail.get_body(("plain",))
        assert part
        return part.get_content().replace("\r\n", "\n").rstrip("\n")

    def calendar_of(self, mail: EmailMessage) -> dict[str, str]:
        """The event's properties, with their parameters; METHOD with them."""
        (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        raw = part.get_payload(decode=True)
        assert isinstance(raw, bytes)
        self.assertTrue(all(len(line) <= 75 for line in raw.split(b"\r\n")))
        self.assertNotIn(b"\n", raw.replace(b"\r\n", b""))
        text = raw.replace(b"\r\n ", b"").decode()
        found = dict(line.split(":", 1) for line in text[text.index("BEGIN:VEVENT"):text.index("END:VEVENT")].splitlines())
        found["METHOD"] = re.search(r"^METHOD:(.*?)\r?$", text, re.M)[1]  # type: ignore[index]
        self.assertEqual(part.get_param("method"), found["METHOD"])
        return found

    def press(self, path: str, method: str = "POST") -> tuple[int, str]:
        door = http.client.HTTPConnection("127.0.0.1", self.public, timeout=10)
        self.addCleanup(door.close)
        body = "List-Unsubscribe=One-Click" if method == "POST" else None
        door.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"} if body else {"Accept-Language": "en"})
        answer = door.getresponse()
        return answer.status, answer.read().decode()

    # ---- what is in them ----

    def test_an_event_from_invitation_to_cancellation(self) -> None:
        self.start_mail(people=[("ivanka", "bg"), ("JAN", "nl")], secure=True)
        trigger = self.notice()
        (mail,) = self.mail.wait("ivanka")
        self.assertEqual(str(mail["To"]), f"ivanka@{DOMAIN}")
        self.assertEqual((mail["From"].addresses[0].display_name, mail["From"].addresses[0].addr_spec), ("Община Заандам", f"relay@{DOMAIN}"))
        self.assertEqual(mail["Subject"], "Zaanstad: родителска среща във вторник, 15 декември, 18:30 ч.")
        self.assertEqual((mail["Auto-Submitted"], mail["Content-Language"]), ("auto-generated", "bg"))
        link = LINK.search(mail["List-Unsubscribe"])
        assert link
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        text, answer = re.subn(r"https://gw\.example\.nl/a/\S{22}", "LINK", self.text_of(mail))
        self.assertEqual((text, answer), ("Zaanstad: родителска среща във вторник, 15 декември, 18:30 ч. Място: De Windroos. "
                                          f"Отговор: LINK\n\n-- \nСпиране на имейлите: {link[0]}", 1))
        event = self.calendar_of(mail)
        self.assertEqual((event["METHOD"], event["UID"], event["SEQUENCE"], event["STATUS"]), ("REQUEST", f"parents-117@{DOMAIN}", "0", "CONFIRMED"))
        self.assertEqual((event["DTSTART;TZID=Europe/Amsterdam"], event["DTEND;TZID=Europe/Amsterdam"]), ("20261215T183000", "20261215T203000"))
        self.assertEqual((event["SUMMARY"], event["LOCATION"]), (mail["Subject"].replace(",", "\\,"), "De Windroos"))
        self.assertFalse(any("gw.example.nl" in value for value in event.values()))  # a calendar is seen by others
        attendees = [value for name, value in event.items() if name.startswith("ATTENDEE")]
        self.assertEqual(attendees, [f"mailto:ivanka@{DOMAIN}"])

        (other,) = self.mail.wait("jan")
        self.assertIn("ouderbijeenkomst", other["Subject"])
        self.assertNotEqual(LINK.search(other["List-Unsubscribe"])[0], link[0])  # type: ignore[index]
        names = {message["id"] for message in self.messages()}
        self.assertEqual({str(one["Message-ID"]) for one in (mail, other)}, {f"<{name}@{DOMAIN}>" for name in names})
        self.wait_counts(handed_over=2)

        self.notice(template="parent-meeting-cancelled", values={"begins": "2026-12-15T17:30:00Z"}, event={"id": "parents-117", "sequence": 1})
        cancelled = self.calendar_of(self.mail.wait("ivanka", 2)[1])
        self.assertEqual((cancelled["METHOD"], cancelled["UID"], cancelled["SEQUENCE"], cancelled["STATUS"]),
                         ("CANCEL", event["UID"], "1", "CANCELLED"))

    def test_consent_is_asked_by_mail_and_counts_when_the_button_says_so(self) -> None:
        self.start_mail(people=[("jan", "nl")])
        rows = [f"email;ivanka@{DOMAIN};bg;;school:de-windroos;parent-meetings;paper;form 1;2026-09-07;desk;"]
        self.import_people(0, more=rows, confirmed=False)
        (mail,) = self.mail.wait("ivanka")
        link = re.search(r"https://gw\.example\.nl(/a/\S{22})", self.text_of(mail))
        assert link
        self.assertEqual((mail["Content-Language"], "List-Unsubscribe" in mail), ("bg", True))  # who is asked can end it as well
        # Whoever looks has agreed to nothing: nobody is told.
        self.assertEqual(self.press(link[1], "GET")[0], 200)
        self.assertEqual(self.asked(self.notice()), 1)  # jan
        status, page = self.decide(link[1], "yes")
        self.assertIn(status, (200, 303), page)
        until("the yes to be confirmed", lambda: len(self.mail.wait("ivanka", 2)) == 2)
        self.assertEqual(self.asked(self.notice()), 2)
        self.assertIn("родителска среща", self.mail.wait("ivanka", 3)[2]["Subject"])

    def asked(self, trigger: str) -> int:
        """How many people a trigger is for, once that is known."""
        until("it to be planned", lambda: self.trigger(trigger)["state"] not in ("expanding", "held"))
        return int(self.trigger(trigger)["planned"])

    def decide(self, path: str, answer: str) -> tuple[int, str]:
        door = http.client.HTTPConnection("127.0.0.1", self.public, timeout=10)
        self.addCleanup(door.close)
        door.request("POST", path, f"answer={answer}", {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "bg"})
        reply = door.getresponse()
        return reply.status, reply.read().decode()

    def test_an_event_without_a_name_has_no_entry(self) -> None:
        self.start_mail(people=[("ivanka", "bg")])
        self.notice(event="absent")
        (mail,) = self.mail.wait("ivanka")
        self.assertEqual(mail.get_content_type(), "text/plain")
        answer = self.event(data={"event": {"id": "No Name"}})
        self.publish(self.publisher, answer)
        told = self.answer_to(self.publisher, answer["id"])
        self.assertEqual((told["data"]["reason"], told["data"]["detail"]), ("data", "data.event.id: missing or not a name"))

    # ---- what the server says ----

    def test_no_such_mailbox(self) -> None:
        self.start_mail(people=[("nobody", "bg"), ("ivanka", "bg")])
        self.notice()
        self.mail.wait("ivanka")
        until("the other to be refused", lambda: self.counts().get("failed") == 1)
        (refused,) = self.messages(state="failed")
        self.assertEqual(refused["reason"], "invalid-recipient")
        self.notice()  # the address is not tried again
        self.mail.wait("ivanka", 2)
        self.assertEqual(len(self.messages()), 3)

    def test_a_wrong_password_loses_nothing(self) -> None:
        self.start_mail(people=[("ivanka", "bg")], secure=True, password="wrong-password")
        self.notice()
        until("the account to be paused", lambda: any(account["name"] == "post" and account["state"] == "paused" for account in self.ask("GET", "/v1/accounts")["accounts"]))
        self.assertEqual(self.mail.to("ivanka"), [])
        self.assertEqual(self.counts(), {"deferred": 1})

    def test_a_server_that_is_away_for_a_while(self) -> None:
        self.start_mail(people=[("ivanka", "bg")])
        self.mail.stop()
        self.notice()
        until("the mail to be put off", lambda: self.counts() == {"deferred": 1})
        self.mail.start()
        self.mail.wait("ivanka")
        until("it to be handed over", lambda: not self.counts().get("deferred"))
        self.assertEqual(len(self.mail.to("ivanka")), 1)

    # ---- one press ----

    def test_one_press_ends_the_mails(self) -> None:
        self.start_mail(people=[("ivanka", "bg"), ("jan", "nl")])
        self.notice()
        (mail,) = self.mail.wait("ivanka")
        path = LINK.search(mail["List-Unsubscribe"])[1]  # type: ignore[index]
        self.mail.wait("jan")

        status, page = self.press(path, "GET")  # a scanner looks
        self.assertEqual((status, f'action="{path}"' in page), (200, True))
        self.notice()
        self.mail.wait("ivanka", 2)

        status, page = self.press(path)
        self.assertEqual(status, 200)
        self.assertIn("Stopped. You get no more e-mails.", page)
        self.notice()
        self.mail.wait("jan", 3)
        self.assertEqual(len(self.mail.to("ivanka")), 2)

        self.assertEqual(self.press(path)[0], 200)  # programs repeat
        status, page = self.press("/u/" + "0" * 32)
        self.assertEqual((status, "does not work any more" in page), (404, True))
        self.assertEqual(self.press("/u/" + "x" * 40)[0], 404)
        kept = b"".join(file.read_bytes() for file in self.gateway.folder.glob("pokana.db*"))
        self.assertNotIn(bytes.fromhex(path[3:]), kept)
        self.assertNotIn(path[3:].encode(), kept)
        self.import_again("ivanka")
        self.notice()
        self.mail.wait("jan", 4)
        self.assertEqual(len(self.mail.to("ivanka")), 2)

    def import_again(self, name: str) -> None:
        """Somebody finds the old list: who ended it stays out."""
        self.gateway.stop()
        self.import_people(0, more=[f"email;{name}@{DOMAIN};bg;;school:de-windroos;parent-meetings;paper;form 1;2026-09-07;desk;"])
        self.gateway.start()
        self.wait_connected()


if __name__ == "__main__":
    unittest.main()
