# SPDX-License-Identifier: EUPL-1.2
"""`pokana text`: every case of tests/vectors through the command line, and everything that may go wrong between two lines.
No gateway runs and there is no configuration."""

from __future__ import annotations

import json
import os
import random
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any, Iterable

from world import ROOT
from support.gateway import FAULTS, program
from support.wait import PATIENCE_S

TEMPLATES = ["--templates", str(ROOT / "templates")]
VERBS = {"segments": [], "latin": [], "intent": TEMPLATES, "dates": TEMPLATES, "phone": []}
GOOD = {"segments": {"text": "a"}, "latin": {"text": "a"}, "intent": {"text": "a"}, "dates": {"utc": "2026-03-03T17:00:00Z"},
        "phone": {"input": "112", "region": "NL"}}
LINE_MAX = 65536


def vectors(name: str, group: str = "cases") -> list[dict[str, Any]]:
    return json.loads((ROOT / "tests" / "vectors" / f"{name}.json").read_text(encoding="utf-8"))[group]


def line(question: dict[str, Any], ascii: bool = False) -> bytes:
    return json.dumps(question, ensure_ascii=ascii).encode()


class TestText(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="pk-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        # Whatever the machine has configured is not what is tried.
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(("POKANA_", "LC_", "LANG")) and key != "TZ"}

    def command(self, verb: str, *options: str) -> list[str]:
        return [str(program()), "text", verb, *VERBS[verb], *options]

    def run_bytes(self, verb: str, text: bytes, *options: str, status: int = 0, env: dict[str, str] | None = None) -> list[bytes]:
        done = subprocess.run(self.command(verb, *options), input=text, capture_output=True, timeout=120, cwd=self.folder,
                              env={**self.env, **(env or {})})
        said = done.stderr.decode()
        self.assertFalse([fault for fault in FAULTS if fault in said], said)
        self.assertEqual((done.returncode, said), (status, ""))
        self.assertTrue(done.stdout == b"" or done.stdout.endswith(b"\n"))
        return done.stdout.splitlines()

    def ask(self, verb: str, questions: Iterable[dict[str, Any]], *options: str, env: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """Half of the lines spell every character as an escape: it says the same."""
        lines = [line(question, ascii=at % 2 == 1) for at, question in enumerate(questions)]
        answers = [json.loads(answer) for answer in self.run_bytes(verb, b"".join(one + b"\n" for one in lines), *options, env=env)]
        self.assertEqual(len(answers), len(lines))
        return answers

    def compare(self, cases: list[dict[str, Any]], answers: list[dict[str, Any]], wanted: Any) -> None:
        self.assertGreater(len(cases), 10)
        self.assertEqual(len(cases), len(answers))
        for case, answer in zip(cases, answers):
            self.assertEqual(answer, wanted(case), case["id"])

    # ---- the vectors ----

    def test_segmentation(self) -> None:
        cases = vectors("segmentation")
        keys = ("encoding", "units", "segments", "segment_units", "ref16")
        self.compare(cases, self.ask("segments", ({"text": case["text"]} for case in cases)), lambda case: {key: case[key] for key in keys})
        invalid = [bytes.fromhex(case["utf8_hex"]) for case in vectors("segmentation", "invalid_utf8")]
        self.assertGreater(len(invalid), 5)
        for answer in self.run_bytes("segments", b"".join(b'{"text":"' + one + b'"}\n' for one in invalid)):
            self.assertEqual(list(json.loads(answer)), ["error"])

    def test_what_forces_is_named_when_asked(self) -> None:
        cases = vectors("segmentation")
        for case, answer in zip(cases, self.ask("segments", ({"text": case["text"]} for case in cases), "--explain")):
            self.assertEqual("forces" in answer, case["encoding"] == "UCS2", case["id"])
            if "forces" in answer:
                self.assertEqual(case["text"][answer["forces"]["position"] - 1], answer["forces"]["character"], case["id"])
        answers = self.ask("segments", [{"text": "Zaandam: „“"}, {"text": "ideeën"}, {"text": "а"}], "--explain")
        self.assertEqual([answer["forces"] for answer in answers],
                         [{"character": "„", "position": 10, "suggestion": 'write "'},
                          {"character": "ë", "position": 5, "suggestion": "write e, or keep it and pay"},
                          {"character": "а", "position": 1, "suggestion": "latin"}])

    def test_transliteration(self) -> None:
        cases, safe = vectors("transliteration"), vectors("transliteration", "gsm_safe")
        answers = self.ask("latin", ({"text": case["bg"]} for case in cases + safe))
        for case, answer in zip(cases + safe, answers):
            self.assertEqual(sorted(answer), ["gsm", "latin"])
            self.assertEqual(answer["latin" if "latin" in case else "gsm"], case.get("latin", case.get("gsm_latin")), case["id"])
        self.assertGreater(len(safe), 10)
        for answer in self.ask("segments", ({"text": answer["gsm"]} for answer in answers)):
            self.assertEqual(answer["encoding"], "GSM7")

    def test_keywords(self) -> None:
        cases = vectors("keywords")
        answers = self.ask("intent", ({"text": case["text"]} for case in cases))
        told = [answer.pop("lang") for answer in answers]
        self.compare(cases, answers, lambda case: {"intent": case["intent"], "soft": case.get("soft", False), "count": case.get("count", 0)})
        # Two ways of reading letters of two alphabets may find the same word in two languages.
        self.assertLessEqual({case["id"] for case, lang in zip(cases, told) if case["lang"] != lang}, {"kw-037", "kw-044", "kw-140"})

    def test_dates(self) -> None:
        cases = vectors("dates_bg")
        answers = self.ask("dates", ({key: case[key] for key in ("utc", "utc_end") if key in case} for case in cases))
        self.compare(cases, answers, lambda case: {"bg": case["bg"], "latin": case["latin"]})

    def test_phones(self) -> None:
        cases = vectors("phones")
        answers = self.ask("phone", ({"input": case["input"], "region": case["default_region"]} for case in cases))
        for case, answer in zip(cases, answers):
            self.assertEqual(answer.pop("type") is None, case["e164"] is None, case["id"])
        self.compare(cases, answers, lambda case: {key: case[key] for key in ("status", "e164", "suggest")})

    def test_no_machine_matters(self) -> None:
        """Turkish has another i, and other zones another day; nothing of it shows."""
        moments = [{"utc": case["utc"]} for case in vectors("dates_bg")]
        words = [{"text": text} for text in ("STOP", "INFO", "iptal", "İPTAL", "IPTAL", "ДА")]
        odd = {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"}
        self.assertEqual(self.ask("dates", moments), self.ask("dates", moments, env=odd))
        for verb in ("intent", "latin", "segments"):
            self.assertEqual(self.ask(verb, words), self.ask(verb, words, env=odd))
        self.assertEqual(self.ask("intent", words), self.ask("intent", words, env={"LC_ALL": "C", "TZ": "nowhere/at-all"}))

    # ---- lines ----

    def test_bad_lines_end_nothing(self) -> None:
        bad = [b"", b" ", b"\r", b"hello", b"{", b'{"text":"a"', b"[]", b'"text"', b"null", b"3", b"{}", b'{"other":"a"}',
               b'{"text":null,"input":null,"utc":null}', b'{"text":"a","input":"a","utc":"a"}', b"\xff\xfe", b'{"text":"\xc0\xaf"}',
               b"\x00", b'{"text":"a\x00b"}', b'{"text":"\\u0000"}', b'{"text":"\\ud800"}', b'{"text":"\\udc00\\ud800"}',
               b'{"text":1}', b'{"text":1e999}', b'{"text":true}', b'{"text":["a"]}', b'{"text":{"text":"a"}}', b'{"text":"a"}{"text":"a"}',
               b'{"text":"a","text":"a"}', b"[" * 30_000, b'{"text":' + b"[" * 30_000 + b"]" * 30_000 + b"}", b"\xef\xbb\xbf{}",
               b'{"text":"' + b"a" * LINE_MAX + b'"}', b"x" * 1_000_000, b"{" * LINE_MAX]
        for verb, good in GOOD.items():
            wanted = self.run_bytes(verb, line(good))  # its end may be missing
            self.assertNotIn("error", json.loads(wanted[0]))
            # Between any two bad lines a good one is answered as if it stood alone.
            answers = self.run_bytes(verb, b"".join(one + b"\n" + line(good) + b"\n" for one in bad))
            self.assertEqual(len(answers), 2 * len(bad), verb)
            for at, one in enumerate(bad):
                self.assertEqual(list(json.loads(answers[2 * at])), ["error"], (verb, one[:40]))
                self.assertEqual(answers[2 * at + 1], wanted[0], (verb, one[:40]))

    def test_nothing_asked(self) -> None:
        for verb in VERBS:
            self.assertEqual(self.run_bytes(verb, b""), [])
            self.assertEqual(self.run_bytes(verb, b"\n"), [b'{"error":"the line is empty"}'])

    def test_the_longest_line(self) -> None:
        for extra, known in ((0, True), (1, False)):
            text = b'{"text":"' + b"a" * (LINE_MAX - 11 + extra) + b'"}'
            self.assertEqual(len(text), LINE_MAX + extra)
            for ending in (b"", b"\n"):
                answers = self.run_bytes("latin", text + ending)
                self.assertEqual([list(json.loads(answer)) for answer in answers], [["latin", "gsm"] if known else ["error"]])

    def test_ten_thousand_in_order(self) -> None:
        chance = random.Random(7)
        numbers = [chance.randrange(0, 400) for _ in range(10_000)]
        answers = self.run_bytes("segments", b"".join(line({"text": "a" * number}) + b"\n" for number in numbers))
        self.assertEqual([json.loads(answer)["units"] for answer in answers], numbers)

    def test_a_conversation(self) -> None:
        """Each answer comes before the next line is asked for, through a pipe as well."""
        with subprocess.Popen(self.command("intent"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.folder, env=self.env) as peer:
            assert peer.stdin and peer.stdout
            watch = threading.Timer(PATIENCE_S, peer.kill)  # an answer that is kept back would be waited for for ever
            watch.start()
            self.addCleanup(watch.cancel)
            for text, intent in (("стоп", "STOP"), ("да", "YES"), ("?", "HELP")):
                peer.stdin.write(line({"text": text}) + b"\n")
                peer.stdin.flush()
                self.assertEqual(json.loads(peer.stdout.readline())["intent"], intent)
            peer.stdin.close()
            self.assertEqual((peer.wait(PATIENCE_S), peer.stdout.read()), (0, b""))

    # ---- the ends of the pipe ----

    def ended_badly(self, words: list[str], **streams: Any) -> str:
        done = subprocess.run(words, stderr=subprocess.PIPE, timeout=60, cwd=self.folder, env=self.env, **streams)
        self.assertEqual(done.returncode, 10)
        return done.stderr.decode()

    def test_output_that_fails(self) -> None:
        asked = line(GOOD["latin"]) + b"\n"
        with open("/dev/full", "wb") as full:
            self.assertEqual(self.ended_badly(self.command("latin"), input=asked, stdout=full), "pokana: could not write to standard output\n")
        reader, writer = os.pipe()
        os.close(reader)  # whoever listened has left
        try:
            said = self.ended_badly(self.command("latin"), input=asked * 10_000, stdout=writer)
        finally:
            os.close(writer)
        self.assertEqual(said, "pokana: could not write to standard output\n")
        closed = ["sh", "-c", '"$@" >&-', "sh", *self.command("latin")]
        self.assertEqual(self.ended_badly(closed, input=asked), "pokana: could not write to standard output\n")

    def test_nobody_listens_any_more(self) -> None:
        """It ends when an answer cannot be given, and not only when there is nothing more to answer."""
        reader, writer = os.pipe()
        os.close(reader)
        with subprocess.Popen(self.command("latin"), stdin=subprocess.PIPE, stdout=writer, stderr=subprocess.PIPE, env=self.env) as peer:
            os.close(writer)
            assert peer.stdin and peer.stderr
            watch = threading.Timer(PATIENCE_S, peer.kill)
            watch.start()
            self.addCleanup(watch.cancel)
            peer.stdin.write(line(GOOD["latin"]) + b"\n")
            peer.stdin.flush()
            self.assertEqual(peer.stderr.read(), b"pokana: could not write to standard output\n")
            self.assertEqual(peer.wait(PATIENCE_S), 10)

    def test_input_that_fails(self) -> None:
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            self.assertEqual(self.ended_badly(self.command("phone"), stdin=folder, stdout=subprocess.DEVNULL),
                             "pokana: could not read standard input\n")
        finally:
            os.close(folder)

    # ---- words and folders ----

    def said(self, *words: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
        done = subprocess.run([str(program()), *words], input=line({"text": "стоп"}), capture_output=True, timeout=60, cwd=self.folder,
                              env={**self.env, **(env or {})})
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_words_that_make_no_sense(self) -> None:
        for words, part in ((["text"], "say first what is asked"), (["text", "--explain"], "say first what is asked"),
                            (["text", "letters"], 'text cannot "letters"'), (["text", "segmens"], "segments?"),
                            (["text", "latin", "a.txt"], "standard input"), (["text", "latin", "--explain"], "belongs to segments"),
                            (["text", "phone", "--region=NL"], "there is no option --region")):
            status, out, err = self.said(*words)
            self.assertEqual((status, out), (2, ""), words)
            self.assertIn(part, err)
            self.assertIn("usage: pokana text segments", err)

    def test_where_the_languages_come_from(self) -> None:
        stop = '{"intent":"STOP","lang":"bg","soft":false,"count":0}\n'
        beside = program().parent.parent.parent.parent / "templates"
        if beside.is_dir() and not Path("/etc/pokana/pokana.conf").exists():  # built in a folder of the tree, not installed
            self.assertEqual(self.said("text", "intent"), (0, stop, ""))
        status, out, err = self.said("text", "intent", "--templates", "nowhere")
        self.assertEqual((status, out), (10, ""))
        self.assertIn("hint: Name the folder of texts: --templates FOLDER.", err)
        # The configuration's folder, as the gateway has it; a broken one is told, and a folder that is named wins.
        config = self.folder / "pokana.conf"
        config.write_text(f"[gateway]\ninstance = test\norganisation = Gemeente\nsource = urn:test\ndatabase = db\nkeys = keys\n"
                          f"control = control.sock\ntemplates = {ROOT / 'templates'}\nzone = Europe/Sofia\n")
        self.assertEqual(self.said("text", "intent", "--config", str(config)), (0, stop, ""))
        done = subprocess.run([*self.command("dates")[:3], "--config", str(config)], input=line(GOOD["dates"]), capture_output=True, timeout=60)
        self.assertEqual(json.loads(done.stdout)["bg"]["time"], "19:00 ч.")
        # And its topics: a STOP may be of one of them.
        with open(config, "a") as more:
            more.write("[topic festival]\nwords.bg = фестивал\n")
        done = subprocess.run([*self.command("intent")[:3], "--config", str(config)], input=line({"text": "stop FESTIVAL"}), capture_output=True,
                              timeout=60)
        self.assertEqual(json.loads(done.stdout)["topic"], "festival")
        config.write_text("[gateway]\ntemplates = nowhere\n")
        status, out, err = self.said("text", "intent", env={"POKANA_CONFIG": str(config)})
        self.assertEqual((status, out), (3, ""))
        self.assertIn("pokana.conf:1: [gateway]", err)
        self.assertEqual(self.said("text", "intent", *TEMPLATES, env={"POKANA_CONFIG": str(config)}), (0, stop, ""))
        self.assertEqual(self.said("text", "intent", "--config", "gone.conf")[0], 4)


if __name__ == "__main__":
    unittest.main()
