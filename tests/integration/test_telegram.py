# SPDX-License-Identifier: EUPL-1.2
"""Telegram, from the link that binds a chat to a person to the block that ends it, with the real daemon: by asking and by
webhook. A link is used once and by one; buttons carry their own event; a block ends that channel and nothing else."""

from __future__ import annotations

import unittest

from chat_world import BOT, BOT_SECRET, VOID, ChatWorld
from world import number, until


class TestTelegram(ChatWorld):
    def walk(self) -> None:
        """A link, an invitation, its button, a second one, a block, and back."""
        id, chat = self.bound()
        self.assertEqual(self.consents(id), {("sms", "parent-meetings"): "granted", ("telegram", "parent-meetings"): "granted"})
        event, how, by, wording = self.history(id)[0]
        self.assertEqual((event, how, by, wording[:5]), ("confirmed", "deep-link", "self", "link "))
        self.assertEqual(self.link_state(id), ["used"])
        first = self.invite()
        card = chat.wait_text("15 декември")
        self.assertEqual([label for label, _ in chat.buttons(card)], ["ДА", "НЕ", "СТОП"])
        chat.press("ДА")
        self.assertIn("вторник, 15 декември, 18:30", chat.wait_text("Записахме")["text"])
        until("the yes", lambda: self.replies(first) == {"yes": 1, "no": 0, "heads": 1})
        second = self.invite("2026-12-17T18:00:00Z", "Het Baken")
        chat.wait_text("17 декември")
        # The old button is about its own evening, and the answer says which.
        chat.press("НЕ", card)
        self.assertIn("15 декември", chat.wait_text("Записахме НЕ")["text"])
        until("the change", lambda: self.replies(first) == {"yes": 0, "no": 1, "heads": 0})
        self.assertEqual(self.replies(second), {"yes": 0, "no": 0, "heads": 0})
        # Words are about the newer one.
        chat.says("да 2")
        until("the newer one", lambda: self.replies(second) == {"yes": 1, "no": 0, "heads": 2})
        self.assertIn("17 декември", chat.wait_text("2 души")["text"])
        self.assertEqual(len(self.telegram.acknowledged), 2)
        self.block_and_return(id)

    def block_and_return(self, id: str) -> None:
        chat = self.telegram.chat(1)
        said = len(chat.messages())
        chat.block()
        self.wait_state(id, "blocked-by-network")
        self.assertEqual(self.consents(id)[("sms", "parent-meetings")], "granted")
        self.assertEqual(self.planned(self.invite("2026-12-18T18:00:00Z")), 0)
        # Allowing the bot again is no word to us.
        chat.allow()
        self.assertEqual(self.planned(self.invite("2026-12-19T18:00:00Z")), 0)
        self.assertEqual(len(chat.messages()), said)
        chat.start()
        chat.wait_text("Добре дошли!")
        self.wait_state(id, "granted")
        self.invite("2026-12-20T18:00:00Z")
        chat.wait_text("20 декември")
        chat.press("СТОП")
        chat.wait_text("Спряхме съобщенията")
        self.assertEqual(set(self.consents(id).values()), {"withdrawn"})
        self.gateway.assert_never_said([BOT, BOT_SECRET, str(chat.id), number(1), "Записахме"])

    def test_by_asking(self) -> None:
        self.start_chat()
        self.walk()

    def test_by_webhook(self) -> None:
        self.start_chat(hook=True)
        self.walk()

    # ---- links ----

    def test_a_link_is_used_once_by_one_and_nobody_learns_why(self) -> None:
        self.start_chat(people=2)
        one, two = self.person(1), self.person(2)
        older = self.link(one)
        code = self.link(one)  # takes the older one's place
        chats = [self.telegram.chat(n) for n in range(6)]
        chats[1].start(code)
        chats[1].wait_text("ще Ви пише за родителски срещи")
        tokens = {2: code, 3: older, 4: "0" * 32, 5: "not-a-topic"}
        for n, token in tokens.items():
            chats[n].start(token)
            chats[n].wait_text(VOID)
        self.assertEqual(len({tuple(chats[n].texts()) for n in tokens}), 1)  # the very same words
        self.assertEqual(self.consents(two), {("sms", "parent-meetings"): "granted"})
        # Somebody else's link in a chat that is somebody's: it stays theirs, and the link is spent.
        passed_on = self.link(two)
        chats[1].start(passed_on)
        chats[1].wait_text(VOID)
        self.assertEqual(self.link_state(two), ["refused"])
        chats[0].start(passed_on)
        chats[0].wait_text(VOID)
        self.assertEqual(self.consents(two), {("sms", "parent-meetings"): "granted"})
        self.gateway.assert_never_said([code, older, passed_on])

    def test_a_stop_ends_what_is_open(self) -> None:
        self.start_chat()
        id = self.person(1)
        code = self.link(id)
        self.says(1, "СТОП")
        self.wait_state(id, "withdrawn", "sms")
        self.telegram.chat(1).start(code)
        self.telegram.chat(1).wait_text(VOID)
        refused = self.gateway.run("recipients", "link", id, "--channel", "telegram", "--topic", "festival", "--by", "maria", check=False)
        self.assertIn("this person said STOP", refused.err)
        self.assertEqual(self.consents(id), {("sms", "parent-meetings"): "withdrawn"})

    def test_a_topic_ended_since_is_not_brought_back(self) -> None:
        self.start_chat(topics="parent-meetings|festival")
        id = self.person(1)
        code = self.link(id)
        self.says(1, "СТОП фестивал")
        self.wait_state(id, "withdrawn", "sms", "festival")
        chat = self.telegram.chat(1)
        chat.start(code)
        self.assertNotIn("фестивала", chat.wait_text("ще Ви пише за")["text"])
        self.assertNotIn(("telegram", "festival"), self.consents(id))

    def test_who_may_make_one_and_what_is_missing(self) -> None:
        self.start_chat()
        id = self.person(1)
        words = ["recipients", "link", id, "--channel"]
        self.assertEqual(self.gateway.run(*words, "telegram", check=False).status, 6)  # the operator sees nobody
        self.assertIn("chat_link", self.gateway.run(*words, "sms", "--by", "maria", check=False).err)
        self.assertIn('no topic "opera"', self.gateway.run(*words, "telegram", "--topic", "opera", "--by", "maria", check=False).err)
        shown = self.gateway.run(*words, "telegram", "--topic", "festival", "--topic", "parent-meetings", "--by", "maria")
        self.assertRegex(shown.out, r"^https://t\.me/gemeente_bot\?start=[0-9a-f]{32}\n$")
        self.assertIn("agreeing to: festival, parent-meetings", shown.err)
        table = self.gateway.run("recipients", "links", id, "--by", "maria").out
        self.assertRegex(table, r"telegram +open .* maria +festival, parent-meetings")
        exported = self.gateway.run("recipients", "export", id, "--by", "jan").out
        self.assertIn('"chatLinks"', exported)
        self.assertNotIn(shown.out.strip()[-32:], table + exported)

    def test_a_poster(self) -> None:
        self.start_chat(people=0)
        poster = ["recipients", "link", "--channel", "telegram", "--poster"]
        self.assertEqual(self.gateway.run(*poster, "festival").out, "https://t.me/gemeente_bot?start=festival\n")
        self.assertEqual(self.gateway.run(*poster, "festival", "--language", "nl").out, "https://t.me/gemeente_bot?start=festival_nl\n")
        self.assertEqual(self.gateway.run(*poster, "opera", check=False).status, 4)
        one, two = self.telegram.chat(1), self.telegram.chat(2)
        one.start("festival")
        one.wait_text("ще Ви пише за фестивала")
        two.start("festival_nl")
        two.wait_text("schrijft u over het festival")

    # ---- what Telegram says to a hand-over ----

    def test_a_403_ends_the_channel(self) -> None:
        self.start_chat()
        id, chat = self.bound()
        chat.blocked = True  # and no update told of it
        self.invite()
        self.wait_state(id, "blocked-by-network")
        self.assertEqual(self.consents(id)[("sms", "parent-meetings")], "granted")
        self.wait_counts(suppressed=1)
        self.assertEqual(len(self.telegram.refused), 1)

    def test_a_429_waits_and_tries_again(self) -> None:
        self.start_chat()
        _, chat = self.bound()
        self.telegram.slow_down = 1
        self.invite()
        chat.wait_text("15 декември")
        self.assertEqual(len(self.telegram.refused), 1)

    # ---- buttons of nobody's ----

    def test_foreign_and_made_up_buttons_change_nothing(self) -> None:
        self.start_chat(people=2)
        _, chat = self.bound(1)
        _, other = self.bound(2)
        trigger = self.invite()
        mine, theirs = chat.wait_text("15 декември"), other.wait_text("15 декември")
        stranger = self.telegram.chat(9)
        yes_of_theirs = dict(other.buttons(theirs))["ДА"]
        chat.press("", mine, data=yes_of_theirs)  # the right notice under somebody else's message
        stranger.press("", mine, data=yes_of_theirs)
        attempt, choice = dict(chat.buttons(mine))["ДА"].split(":")[1:]
        chat.press("", mine, data=f"c:{attempt}:yes-0000000000001")  # another notice than the message's
        chat.press("", mine, data=f"c:zzzzzzzzzzzzz:{choice}")
        chat.press("", mine, data="c::")
        chat.press("", mine, data="x" * 64)
        chat.press("ДА", mine)
        until("the true one alone", lambda: self.replies(trigger) == {"yes": 1, "no": 0, "heads": 1})
        self.assertEqual(other.texts()[-1], theirs["text"])

    # ---- the webhook's door ----

    def test_forged_repeated_oversized_and_cut_calls(self) -> None:
        self.start_chat(hook=True)
        id, chat = self.person(1), self.telegram.chat(1)
        code = self.link(id)
        update = {"update_id": 70_001, "message": {"message_id": 1, "date": 1791993600, "text": f"/start {code}", "from": {"id": chat.id},
                                                   "chat": {"id": chat.id, "type": "private"}}}
        for secret in ("", "wrong" * 5, BOT_SECRET[:-1], BOT_SECRET + "x"):
            self.assertIn(self.bot_hook.post(update, {"X-Telegram-Bot-Api-Secret-Token": secret}).status, (401, 403))
        whole = str(update).replace("'", '"').encode()
        for cut in range(0, len(whole), 7):
            self.assertIn(self.bot_hook.post(whole[:cut]).status, (200, 400))
        self.assertTrue(self.bot_hook.refuses_size(b" " * (2 << 20)))
        self.assertEqual(self.link_state(id), ["open"])
        taken = chat.start(code)
        chat.wait_text("ще Ви пише за")
        for _ in range(3):
            self.telegram.again(taken)
        trigger = self.invite()
        chat.wait_text("15 декември")
        pressed = chat.press("ДА")
        for _ in range(3):
            self.telegram.again(pressed)
        chat.wait_text("Записахме")
        until("one answer", lambda: self.replies(trigger) == {"yes": 1, "no": 0, "heads": 1})
        self.wait_counts(handed_over=3)
        self.assertEqual(len(chat.messages()), 3)
        self.assertEqual([event for event, *_ in self.history(id)], ["confirmed"])


if __name__ == "__main__":
    unittest.main()
