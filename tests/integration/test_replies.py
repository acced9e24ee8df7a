# SPDX-License-Identifier: EUPL-1.2
"""What people write back: yes, no and how many; STOP at once and for everything; START; the opt-in question; a stranger;
the same reply twice."""

from __future__ import annotations

import threading
import unittest

from world import World, number, until
from support.answers import accept


class TestReplies(World):
    def invited(self, people: int = 3) -> str:
        self.start(people=people)
        self.client = self.school()
        trigger = self.accepted(self.client, self.event())
        self.provider.wait_accepted(people)
        self.deliver_all()
        self.wait_counts(delivered=people)
        return trigger

    def replies(self, trigger: str) -> dict[str, int]:
        return self.trigger(trigger)["replies"]

    def test_yes_and_no_are_counted_and_answered(self) -> None:
        trigger = self.invited()
        self.says(1, "ДА")
        self.says(2, "da 3")
        self.says(3, "не")
        until("three answers", lambda: self.replies(trigger) == {"yes": 2, "no": 1, "heads": 4})
        self.wait_text_to(1, "Записахме")
        # The last answer wins.
        self.says(2, "НЕ")
        until("the change", lambda: self.replies(trigger) == {"yes": 1, "no": 2, "heads": 1})
        self.gateway.assert_never_said([number(1), number(2), "Записахме"])

    def test_a_yes_that_overtakes_the_providers_answer_counts(self) -> None:
        self.start(people=1)
        self.provider.in_turn(accept(before=lambda request: self.says(1, "ДА 2")), then=accept())
        trigger = self.accepted(self.school(), self.event())
        until("the answer to count", lambda: self.replies(trigger) == {"yes": 1, "no": 0, "heads": 2})
        self.wait_text_to(1, "Записахме")

    def test_the_same_reply_twice_counts_once(self) -> None:
        trigger = self.invited(1)
        for _ in range(3):
            self.says(1, "ДА", reply="the-same")
        until("one answer", lambda: self.replies(trigger)["yes"] == 1)
        self.wait_text_to(1, "Записахме")
        self.assertEqual(len(self.texts_to(1)), 2)

    def test_a_stop_under_a_used_id_is_heard(self) -> None:
        self.invited(1)
        self.says(1, "ДА", reply="one")
        self.says(1, "СТОП", reply="one")
        self.wait_text_to(1, "СТАРТ")

    def test_stop_ends_everything_at_once(self) -> None:
        self.invited(2)
        self.says(1, "CTOП")  # Latin and Cyrillic mixed
        confirmation = self.wait_text_to(1, "СТАРТ")
        self.says(1, "стоп")  # confirmed once
        self.says(1, "стоп!")
        trigger = self.accepted(self.client, self.event())
        until("the second trigger to be planned", lambda: self.trigger(trigger)["planned"] == 1)
        self.provider.wait_accepted(4)
        self.assertEqual(self.texts_to(1)[1:], [confirmation])
        self.assertEqual(len(self.texts_to(2)), 2)

    def test_stop_catches_what_is_queued_already(self) -> None:
        self.start(people=2)
        school = self.school()
        self.gateway.run("pause", "--all")
        self.accepted(school, self.event())
        self.wait_counts(queued=2)
        self.says(1, "STOP")
        self.wait_counts(queued=2, suppressed=1)  # the other's, and the confirmation
        self.gateway.run("resume", "--all")
        self.provider.wait_accepted(2)
        self.wait_text_to(2, "среща")
        self.assertEqual([text for text in self.texts_to(1) if "среща" in text], [])
        self.assertEqual(len(self.texts_to(1)), 1)

    def test_start_brings_back_what_was_stopped(self) -> None:
        self.invited(1)
        self.says(1, "СТОП")
        self.wait_counts(accepted=1)
        self.says(1, "СТАРТ")
        until("an answer to START", lambda: len(self.texts_to(1)) == 3)
        trigger = self.accepted(self.client, self.event())
        until("the next trigger to reach them", lambda: self.trigger(trigger)["planned"] == 1)
        until("the invitation", lambda: len(self.texts_to(1)) == 4)

    def test_stop_of_one_topic_leaves_the_others(self) -> None:
        self.start(people=0)
        self.import_people(1, topics="parent-meetings|festival")
        school = self.school()
        self.gateway.run("pause", "--all")
        self.accepted(school, self.event())
        self.accepted(school, self.event(data={"template": "festival-invitation", "topic": "festival"}))
        self.wait_counts(queued=2)
        self.says(1, "CTOП cpeщи")  # Latin and Cyrillic mixed
        self.wait_counts(queued=2, suppressed=1)  # the festival and the answer
        self.gateway.run("resume", "--all")
        self.wait_text_to(1, "Няма да Ви пишем за родителски срещи. Другите съобщения остават.")
        self.wait_text_to(1, "естивал")
        self.assertEqual(len(self.texts_to(1)), 2)
        trigger = self.accepted(school, self.event())
        until("nobody to be planned", lambda: self.trigger(trigger)["state"] == "completed")
        self.assertEqual(self.trigger(trigger)["planned"], 0)
        self.says(1, "СТАРТ срещи")
        self.wait_text_to(1, "ще Ви пише за родителски срещи и фестивала.")
        trigger = self.accepted(school, self.event())
        until("the next one to reach them", lambda: self.trigger(trigger)["planned"] == 1)

    def test_a_stranger_starts_with_a_topics_word(self) -> None:
        self.start(people=0, gateway={"start_topics": "festival"})
        school = self.school()
        self.says(7, "START sreshti")  # the topic's word in Latin letters
        self.wait_text_to(7, "ще Ви пише за родителски срещи.")
        self.says(8, "aan")
        self.wait_text_to(8, "over het festival.")
        trigger = self.accepted(school, self.event(data={"tags": {"all": ["school:de-windroos"], "any": [], "none": []}}))
        until("an answer", lambda: self.trigger(trigger)["state"] in ("completed", "expanded"))
        self.gateway.assert_never_said([number(7), "sreshti"])

    def test_what_a_text_would_cost(self) -> None:
        self.start(people=6, account={"price": "0.065 EUR"})
        self.import_people(2, first=20, language="tr", script="plain")
        values = self.folder / "values.json"
        values.write_text('{"begins": "2026-12-15T17:30:00Z", "place": "De Windroos"}')
        ask = ["templates", "cost", "parent-meeting-invitation", "--values", str(values), "--topic", "parent-meetings"]
        shown = self.gateway.run(*ask, "--tag", "school:de-windroos").out
        self.assertRegex(shown, r"bg +Cyrillic +6 +\d+ +2\n")
        self.assertRegex(shown, r"tr +Cyrillic +<5 ")  # two, who get the Bulgarian text: there is no Turkish one
        self.assertIn("people: 7 to 10, parts: 14 to 20, cost: 0.91 EUR to 1.30 EUR\n0.065 EUR a part, by price of [account main]\n", shown)
        self.assertIn("bg: Cyrillic: 2 parts, Latin: 1 part\n  all of them Cyrillic: 0.91 EUR to 1.30 EUR\n"
                      "  all of them Latin: 0.455 EUR to 0.65 EUR\n", shown)
        nobody = self.gateway.run(*ask, "--tag", "school:de-windroos", "--tag=school:other").out
        self.assertIn("Nobody with these tags has agreed to this topic.", nobody)
        wrong = self.gateway.run(*ask[:-1], "festival", check=False)
        self.assertIn("Its topic is parent-meetings.", wrong.err)
        self.assertEqual(self.texts_to(1), [])

    def test_a_strangers_stop_is_heard(self) -> None:
        self.start(people=1)
        school = self.school()
        self.says(9, "стоп")
        self.wait_text_to(9, "СТАРТ")
        # Whoever signs them up later does not get through either.
        done = self.import_people(1, first=9, confirmed=False)
        self.assertIn("1", done.out)
        self.accepted(school, self.event())
        self.provider.wait_accepted(2)
        self.assertEqual(len(self.texts_to(9)), 1)

    def test_opt_in_needs_a_clear_yes(self) -> None:
        self.start(people=0)
        school = self.school()
        self.import_people(2, confirmed=False)
        for n in (1, 2):
            self.wait_text_to(n, "ДА")
        self.deliver_all()
        self.wait_counts(delivered=2)
        self.says(1, "добре")  # good enough to come, not to consent
        self.says(2, "ДА")
        until("the answers", lambda: len(self.texts_to(1)) == 2 and len(self.texts_to(2)) == 2)
        trigger = self.accepted(school, self.event())
        until("it to be planned", lambda: self.trigger(trigger)["planned"] == 1)
        until("the invitation", lambda: len(self.texts_to(2)) == 3)
        self.assertEqual(len(self.texts_to(1)), 2)
        # The question is asked once, however often somebody signs them up.
        self.import_people(2, confirmed=False, tags="school:het-koraal")
        self.assertEqual(len(self.texts_to(1)), 2)

    def test_nonsense_is_answered_once_a_day(self) -> None:
        self.start(people=1)
        for text in ("какво?", "asdf", "👀 hm", "Liked “ ... ”"):
            self.says(1, text)
        self.says(1, "ПОМОЩ")
        until("both answers", lambda: len(self.texts_to(1)) == 2)
        self.wait_counts(accepted=2)

    def test_answers_have_a_daily_cap(self) -> None:
        self.start(people=1, limits={"answers_per_day": "3"})
        for cry in ("ПОМОЩ", "помощ!", "помощ моля", "помогнете", "инфо", "информация"):
            self.says(1, cry)
        self.says(1, "СТОП")
        until("the STOP's confirmation, which no cap holds back", lambda: len(self.texts_to(1)) == 4)

    def test_many_at_once(self) -> None:
        trigger = self.invited(40)
        threads = [threading.Thread(target=self.says, args=(n, "ДА" if n % 2 else "НЕ")) for n in range(1, 41)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until("forty answers", lambda: self.replies(trigger) == {"yes": 20, "no": 20, "heads": 20})
        self.provider.wait_accepted(80)
        self.assertEqual(self.provider.doubles(), {})


if __name__ == "__main__":
    unittest.main()
