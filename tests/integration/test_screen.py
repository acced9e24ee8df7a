# SPDX-License-Identifier: EUPL-1.2
"""Information screens over a real broker: what a notice becomes on them, that a screen that comes later still sees it and one that
is over it does not, and a broker that does not let the gateway write there."""

from __future__ import annotations

import unittest
from typing import Any

from world import World, json, moment, until


class TestScreen(World):
    def start_screens(self, **account: str) -> None:
        self.start(people=1, publisher={"route": "screens", "tags": "*"}, gateway={"page": "https://gw.example.nl/a"},
                   **{"account hall": {"adapter": "mqttout", "provider": "somebody", "replies": "no", "retry_first": "100ms", "timeout": "5s",
                                       "connect_timeout": "2s", **account},
                      "route screens": {"channel": "screen", "accounts": "hall", "screens": "hall, desk", "languages": "bg, nl"},
                      "limits": {"default_route": "sms"}})

    def screen(self, *topics: str) -> Any:
        assert self.broker
        client = self.broker.client(username="observer", password="o-secret")
        self.addCleanup(client.close)
        client.subscribe(*topics)
        return client

    def shown(self, **data: Any) -> str:
        if not hasattr(self, "publisher"):
            self.publisher = self.school()
        fields = {"template": "parent-meeting-cancelled", "values": {"begins": "2026-12-15T17:30:00Z"}, "tags": "absent",
                  "event": {"id": "parents-117"}, **data}
        return self.accepted(self.publisher, self.event(data=fields))

    def test_every_screen_in_every_language(self) -> None:
        self.start_screens()
        hall = self.screen("screens/hall/#")
        trigger = self.shown()
        messages = {message.topic: message for message in (hall.wait(lambda m, lang=lang: m.topic == f"screens/hall/{lang}/parents-117") for lang in ("bg", "nl"))}
        body = json.loads(messages["screens/hall/bg/parents-117"].payload)
        self.assertEqual((body["v"], body["about"], body["step"], body["language"]), (1, "parents-117", "cancellation", "bg"))
        self.assertIn("15 декември", body["text"])
        self.assertEqual(messages["screens/hall/bg/parents-117"].content_type, "application/json")
        self.assertIn("15 december", json.loads(messages["screens/hall/nl/parents-117"].payload)["text"])
        self.wait_counts(handed_over=4)
        self.assertEqual(self.trigger(trigger)["counts"], {"handed-over": 4})
        self.assertEqual({message["class"] for message in self.messages()}, {"public"})
        self.assertEqual(self.received(), [])  # nobody's telephone

        # Whoever is switched on later sees it; what is said about the same event takes its place.
        self.assertTrue(self.screen("screens/desk/bg/#").wait(lambda m: m.topic == "screens/desk/bg/parents-117").retain)
        self.shown(template="parent-meeting-changed", values={"begins": "2026-12-16T17:30:00Z", "place": "De Windroos"})
        hall.wait(lambda m: m.topic == "screens/hall/bg/parents-117" and "16 декември" in json.loads(m.payload)["text"])
        late = self.screen("screens/hall/bg/#").wait(lambda m: m.topic == "screens/hall/bg/parents-117")
        self.assertIn("16 декември", json.loads(late.payload)["text"])

    def test_what_is_over_goes_by_itself(self) -> None:
        self.start_screens()
        hall = self.screen("screens/hall/bg/#")
        self.shown(validUntil=moment(seconds=3))
        hall.wait(lambda m: m.topic == "screens/hall/bg/parents-117")
        self.assertEqual(json.loads(hall.messages.matching(lambda m: True)[0].payload)["about"], "parents-117")

        def gone() -> bool:
            """A retained message comes before the one that is published now."""
            mark = f"mark-{next(self.numbers)}"
            late = self.screen("screens/hall/bg/#")
            late.publish(f"screens/hall/bg/{mark}", b"{}")
            late.wait(lambda m: m.topic.endswith(mark))
            return not late.messages.matching(lambda m: m.topic.endswith("parents-117"))

        until("the broker to have dropped it", gone)

    def test_an_audience_means_something_else(self) -> None:
        self.start_screens()
        publisher = self.school()
        event = self.event()
        self.publish(publisher, event)
        told = self.answer_to(publisher, event["id"])["data"]
        self.assertEqual((told["reason"], told["detail"]), ("audience", "data.tags: a screen has no audience; leave them out"))

    def test_a_broker_that_does_not_let_it(self) -> None:
        self.start_screens(topic="elsewhere/{screen}/{language}")
        self.shown()
        until("the account to be paused", lambda: any(account["name"] == "hall" and account["state"] == "paused" for account in self.ask("GET", "/v1/accounts")["accounts"]))
        self.assertEqual(self.counts().get("deferred"), 4)


if __name__ == "__main__":
    unittest.main()
