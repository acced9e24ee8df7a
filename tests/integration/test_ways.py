# SPDX-License-Identifier: EUPL-1.2
"""The ways in and out that people find on a page: links in messages nobody can write back to, and the form for signing up.
A GET decides nothing for anybody, a link is used once, a form tells nothing of whose the number is, and whatever is sent to
them that is none of ours changes nothing."""

from __future__ import annotations

import http.client
import json
import random
import re
import sqlite3
import unittest
import urllib.parse

from world import World, number, until

SEED = 20261125
ROUNDS = 10_000
Fields = dict[str, str]
LINK = re.compile(r"http://127\.0\.0\.1:\d+(/a/[\w-]{22})")


class Answer:
    def __init__(self, status: int, body: str, headers: http.client.HTTPMessage) -> None:
        self.status, self.body, self.headers = status, body, headers


class Caller:
    """One connection that is kept, as fast as a scanner."""

    def __init__(self, port: int) -> None:
        self.port, self.connection = port, http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, body: Fields | bytes | None = None, **headers: str) -> Answer:
        sent = urllib.parse.urlencode(body).encode() if isinstance(body, dict) else body
        if sent is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        try:
            self.connection.request(method, path, sent, headers)
            answer = self.connection.getresponse()
            return Answer(answer.status, answer.read().decode(), answer.headers)
        except (http.client.HTTPException, OSError):
            self.connection.close()
            raise


class TestWays(World):
    def caller(self) -> Caller:
        caller = Caller(self.public)
        self.addCleanup(caller.connection.close)
        return caller

    def call(self, method: str, path: str, body: Fields | bytes | None = None, **headers: str) -> Answer:
        caller = Caller(self.public)
        try:
            return caller.ask(method, path, body, **headers)
        finally:
            caller.connection.close()

    def wait_link(self, n: int, part: str = "") -> str:
        found = LINK.search(self.wait_text_to(n, part or "/a/"))
        assert found
        return found.group(1)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(f"file:{self.folder / 'gateway' / 'pokana.db'}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def form(self, **headers: str) -> str:
        found = re.search(r'name="form" value="([\w-]{43})"', self.call("GET", "/join?language=nl", **headers).body)
        assert found
        return found.group(1)

    def fields(self, n: int, form: str | None = None, **changes: str) -> Fields:
        return {"form": form or self.form(), "number": number(n), "topic": "parent-meetings", "language": "bg", "age": "16", **changes}

    def state(self, n: int) -> list[tuple[object, ...]]:
        """What the ledger says, counted: kinds by how often."""
        return self.rows("SELECT kind, count(*) FROM ledger GROUP BY kind ORDER BY kind")

    # ---- links ----

    def test_a_question_that_nobody_can_write_back_to(self) -> None:
        self.start(people=0, account={"replies": "no"}, with_broker=False)
        self.gateway.run("recipients", "import", self.csv(1), "--by", "adviser")
        link = self.wait_link(1)
        self.assertNotIn("ДА", self.texts_to(1)[0])
        before = self.state(1)
        for method in ("GET", "HEAD", "GET"):  # a preview, a scanner, a person
            self.assertEqual(self.call(method, link).status, 200)
        self.assertEqual(self.state(1), before)
        page = self.call("GET", link)
        self.assertIn('<html lang="bg">', page.body)
        self.assertIn("родителски срещи", page.body)
        self.assertIn("no-store", page.headers["Cache-Control"])
        self.assertIn('<html lang="nl">', self.call("GET", link + "?language=nl").body)
        answer = self.call("POST", link, {"answer": "yes"})
        self.assertEqual((answer.status, answer.headers["Location"]), (303, link))
        self.assertIn("Записахме „да“", self.call("GET", link).body)
        self.assertEqual(self.call("POST", link, {"answer": "stop"}).status, 303)  # a second tap: the first one stands
        self.assertIn("Записахме „да“", self.call("GET", link).body)
        self.assertEqual(self.rows("SELECT kind, how FROM ledger ORDER BY id DESC LIMIT 1")[0][1], "link")
        # The confirmation has a link of its own, by which it ends again.
        stop = until("another link", lambda: next((found.group(1) for text in self.texts_to(1) if (found := LINK.search(text)) and
                                                   found.group(1) != link), None))
        self.assertEqual(self.call("POST", stop, {"answer": "stop"}).status, 303)
        self.assertIn("Спряхме", self.call("GET", stop).body)
        self.assertEqual(self.rows("SELECT count(*) FROM recipient WHERE stopped_ms > 0"), [(1,)])

    def csv(self, n: int) -> str:
        file = self.folder / f"one-{n}.csv"
        file.write_text("channel;address;language;script;tags;topics;how;wording;given_at;by;until\n"
                        f"sms;{number(n)};bg;;school:de-windroos;parent-meetings;paper;form 1;2026-09-07;desk;\n")
        return str(file)

    def test_an_invitation_is_answered_with_how_many(self) -> None:
        self.start(people=2, account={"replies": "BG"})  # numbers of people(1), (2) are Dutch
        school = self.school()
        trigger = self.accepted(school, self.event())
        link = self.wait_link(1)
        self.assertNotEqual(link, self.wait_link(2))
        page = self.call("GET", link).body
        self.assertIn("вторник, 15 декември, 18:30", page)
        self.assertIn("De Windroos", page)
        self.assertEqual(self.call("POST", link, {"answer": "yes", "heads": "999"}).status, 404)  # no such answer: nothing is used up
        self.assertEqual(self.call("POST", link, {"answer": "yes", "heads": "3"}).status, 303)
        self.assertEqual(self.rows("SELECT yes, heads FROM rsvp"), [(1, 3)])
        self.assertTrue(trigger)
        again = until("a link to change it", lambda: next((found.group(1) for text in self.texts_to(1)[1:] if (found := LINK.search(text))), None))
        self.assertEqual(self.call("POST", again, {"answer": "no"}).status, 303)
        self.assertEqual(self.rows("SELECT yes FROM rsvp ORDER BY id DESC LIMIT 1"), [(0,)])

    def test_links_that_do_not_work_are_one_page(self) -> None:
        self.start(people=1, account={"replies": "no"})
        self.accepted(self.school(), self.event())
        link = self.wait_link(1)
        self.call("POST", link, {"answer": "no"})
        self.later(minutes=11)
        used = self.call("GET", link, **{"Accept-Language": "bg"})
        forged = [self.call("GET", "/a/" + "A" * 22, **{"Accept-Language": "bg"}), self.call("POST", "/a/" + "B" * 22, {"answer": "stop"}, **{"Accept-Language": "bg"}),
                  self.call("POST", link, {"answer": "stop"}, **{"Accept-Language": "bg"}), self.call("GET", link[:-1] + "=", **{"Accept-Language": "bg"})]
        blank = re.compile(r'"/a/[^"]*"')
        for answer in forged:
            self.assertEqual((answer.status, blank.sub("", answer.body)), (404, blank.sub("", used.body)))
        self.assertEqual(self.rows("SELECT count(*) FROM recipient WHERE stopped_ms > 0"), [(0,)])

    def later(self, minutes: int) -> None:
        """The decision was made so long ago."""
        self.gateway.stop()
        with sqlite3.connect(self.folder / "gateway" / "pokana.db") as database:
            database.execute("UPDATE link SET decided_ms = decided_ms - ?", (minutes * 60_000,))
        database.close()
        self.gateway.start()

    def test_the_database_opens_no_link(self) -> None:
        self.start(people=1, account={"replies": "no"})
        self.accepted(self.school(), self.event())
        link = self.wait_link(1)
        self.call("GET", link)
        for name in ("pokana.db", "pokana.db-wal"):
            self.assertNotIn(link[3:].encode(), (self.folder / "gateway" / name).read_bytes())
        self.assertNotIn(link[3:], self.gateway.log_text())

    # ---- signing up ----

    def test_signing_up_asks_once_and_a_clear_yes_decides(self) -> None:
        self.start(people=0, with_broker=False)
        form = self.form()
        fields = self.fields(7, form, language="bg-Latn")
        self.assertEqual(self.rows("SELECT count(*) FROM joining"), [(0,)])  # the GET kept nothing
        for _ in range(2):  # a double tap
            answer = self.call("POST", "/join", fields)
            self.assertEqual((answer.status, answer.headers["Location"]), (303, "/join/asked"))
        self.wait_text_to(7, "iskate li saobshtenia za roditelski sreshti")
        self.assertEqual(self.rows("SELECT state, length(value), topics FROM joining"), [(1, 0, "")])  # of the number nothing stays
        self.says(7, "dobre")  # not clear enough
        self.wait_text_to(7, "otgovorete samo s")
        self.assertEqual(self.rows("SELECT kind, how FROM ledger"), [(1, "web-form")])
        self.says(7, "да")
        self.wait_text_to(7, "shte Vi pishe")
        self.assertEqual(sum("iskate li" in text for text in self.texts_to(7)), 1)

    def test_known_unknown_and_stopped_are_the_same(self) -> None:
        self.start(people=2)
        self.says(2, "СТОП")
        self.wait_text_to(2, "СТАРТ")
        before = len(self.texts_to(2))
        forms = {n: self.fields(n) for n in (1, 2, 77)}
        answers = {n: self.call("POST", "/join", fields) for n, fields in forms.items()}
        for n in forms:
            answer = answers[n]
            self.assertEqual(answer.status, 303)
            self.assertEqual((answer.status, answer.body, {k: v for k, v in answer.headers.items() if k != "Date"}),
                             (answers[77].status, answers[77].body, {k: v for k, v in answers[77].headers.items() if k != "Date"}))
        self.assertEqual(self.rows("SELECT count(DISTINCT length(token)), count(*) FROM joining"), [(1, 3)])
        self.wait_text_to(77, "искате ли съобщения")
        self.assertEqual(len(self.texts_to(2)), before)
        self.assertEqual(self.texts_to(1), [])  # agreed before
        self.assertEqual(self.rows("SELECT count(*) FROM recipient WHERE stopped_ms > 0"), [(1,)])

    def test_what_is_missing_is_said_beside_it(self) -> None:
        self.start(people=0, with_broker=False)
        for changes, words in (({"number": "12"}, "geen mobiel nummer"), ({"topic": "nothing"}, "minstens één onderwerp"),
                               ({"age": ""}, "16 jaar of ouder. Kruis"), ({"form": "A" * 43}, "stond lang open"), ({"language": "xx"}, "ontbreekt iets")):
            answer = self.call("POST", "/join?language=nl", self.fields(3, **changes))
            self.assertEqual(answer.status, 422, changes)
            self.assertIn(words, answer.body)
            if "number" not in changes:
                self.assertIn(number(3), answer.body)  # filled in as it was
        self.assertEqual(self.call("POST", "/join", self.fields(3), Origin="https://elsewhere.example").status, 403)
        self.assertEqual(self.rows("SELECT count(*) FROM joining"), [(0,)])

    def test_many_from_one_place_wait(self) -> None:
        self.start(people=0, with_broker=False)
        here, there = {"X-Forwarded-For": "203.0.113.9, 198.51.100.1"}, {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
        caller = self.caller()
        statuses = [caller.ask("POST", "/join", self.fields(100 + n), **here).status for n in range(122)]
        self.assertEqual(statuses, [303] * 120 + [429] * 2)
        self.assertEqual(caller.ask("POST", "/join", self.fields(300), **there).status, 303)  # what was called last counts

    # ---- the word at the desk ----

    def test_a_word_is_said_at_the_desk(self) -> None:
        self.start(people=0, with_broker=False, gateway={"desk_words": "yes"})
        self.gateway.run("recipients", "import", self.csv(1), "--by", "adviser")
        self.wait_text_to(1, "искате ли съобщения")
        self.gateway.run("users", "add", "maria", "--role", "desk")
        by = ["--by", "maria"]
        whom = json.loads(self.gateway.run(*by, "consent", "show", "--address-from", "-", "--json", input=number(1) + "\n").out)["recipient"]
        refused = self.gateway.run("consent", "grant", whom, "--topic", "parent-meetings", "--ask-word", check=False)
        self.assertNotEqual(refused.status, 0)  # an operator grants nothing
        self.assertIn("sent", self.gateway.run(*by, "consent", "grant", whom, "--topic", "parent-meetings", "--ask-word").out)
        word = re.search(r"думата (\w+ \d\d)\.", self.wait_text_to(1, "думата"))
        assert word
        wrong = self.gateway.run(*by, "consent", "grant", whom, "--word", "море 00x", check=False)
        self.assertIn("this is not the word", wrong.err)
        self.assertIn("granted", self.gateway.run(*by, "consent", "grant", whom, "--word", word.group(1).upper()).out)
        receipt = json.loads(self.gateway.run(*by, "consent", "receipt", whom, "--topic", "parent-meetings").out)
        self.assertIn(word.group(1), receipt["shown"]["text"])
        self.assertNotIn(word.group(1), self.gateway.log_text())

    # ---- what is none of ours ----

    def test_nothing_forged_changes_anything(self) -> None:
        """Seeded forms and links, whole, cut off, too long and made up; afterwards all is as it was."""
        self.start(people=3, account={"replies": "no"})
        self.accepted(self.school(), self.event())
        links = [self.wait_link(n) for n in (1, 2, 3)]
        good = self.form()
        before = [self.rows(sql) for sql in self.kept]
        chance = random.Random(SEED)
        caller = self.caller()
        seen: dict[int, int] = {}
        for n in range(ROUNDS):
            method, path, body = self.forged(chance, links, good)
            try:
                status = caller.ask(method, path, body, **{"X-Forwarded-For": f"198.51.{n % 200}.{n % 250}"}).status
            except (http.client.HTTPException, OSError):
                caller, status = self.caller(), 0  # closed on us: too long
            self.assertNotIn(status, (303, 500, 503), f"round {n}: {method} {path} {body!r:.200}")
            seen[status] = seen.get(status, 0) + 1
        self.assertGreater(seen[404], 1_000)
        self.assertGreater(seen[422], 1_000)
        self.assertEqual([self.rows(sql) for sql in self.kept], before)
        self.assertEqual(self.call("POST", links[0], {"answer": "yes"}).status, 303)  # and what is ours still works

    kept = ("SELECT * FROM ledger ORDER BY id", "SELECT * FROM recipient ORDER BY id", "SELECT * FROM address ORDER BY id", "SELECT * FROM joining",
            "SELECT * FROM suppression", "SELECT * FROM rsvp", "SELECT decided_ms, choice FROM link ORDER BY digest", "SELECT count(*) FROM message")

    def forged(self, chance: random.Random, links: list[str], good: str) -> tuple[str, str, bytes | None]:
        junk = "".join(chance.choice("АБвг<>&\"'%+=\x00\u202e;/\\abc123 ") for _ in range(chance.randrange(40)))
        link = chance.choice(links)
        fields = [("form", good), ("number", number(50)), ("topic", "parent-meetings"), ("language", "bg"), ("age", "16")]
        kind = chance.randrange(8)
        if kind == 0:  # a token of nobody's
            return "POST", "/a/" + "".join(chance.choice("ABCabc012-_") for _ in range(22)), b"answer=yes"
        if kind == 1:  # one letter of a link is another: never two spellings of one
            at = chance.randrange(3, 25)
            letter = chance.choice([c for c in "ABCDEFabcdef0123456789-_" if c != link[at]])
            return "POST", link[:at] + letter + link[at + 1:], b"answer=stop"
        if kind == 2:  # ours, with no answer it knows
            answer = chance.choice(["", "YES", "yes ", "start", "да", "2", junk])
            return "POST", link, urllib.parse.urlencode([("answer", answer), ("heads", chance.choice(["", "0", "-1", "21", "1e9", junk]))]).encode()
        if kind == 3:  # looked at
            return chance.choice(["GET", "HEAD"]), link + chance.choice(["", "?answer=yes", "?language=nl&answer=stop"]), None
        if kind == 4:  # a field of the form is missing or another
            drop = chance.randrange(5)
            value = chance.choice(["", junk, "x" * chance.randrange(1, 200)])
            changed = [(name, value if at == drop else kept) for at, (name, kept) in enumerate(fields) if at != drop or chance.random() < .5]
            return "POST", "/join", urllib.parse.urlencode(changed).encode()
        if kind == 5:  # cut off before its last field is whole, which is the age
            body = urllib.parse.urlencode(fields).encode()
            return "POST", "/join", body[:chance.randrange(len(body) - 1)]
        if kind == 6:  # a form's token with a bit of it changed
            at = chance.randrange(42)  # the last letter has bits that are nobody's
            forged = good[:at] + chance.choice([c for c in "ABCabc012-_" if c != good[at]]) + good[at + 1:]
            return "POST", "/join", urllib.parse.urlencode([("form", forged), *fields[1:]]).encode()
        if chance.random() < .02:
            return "POST", "/join", b"number=" + b"9" * chance.randrange(1 << 10, 1 << 16)
        return "POST", chance.choice(["/join", link]), bytes(chance.randrange(256) for _ in range(chance.randrange(200)))


if __name__ == "__main__":
    unittest.main()
