# SPDX-License-Identifier: EUPL-1.2
"""What accounts cost and may cost, at a real gateway: exactly so many leave, also when it is killed in between, and the rest
when the limit is lifted; who takes over; what people and programs are told of it."""

import signal
import unittest

from world import World, json, until

from support.answers import Hold, accept

PRICES = {"currency": "EUR", "price": "NL 0.0725, BG 0.0890, * 0.12"}


class Costs(World):
    def account(self, name: str = "main") -> dict:
        return next(account for account in self.ask("GET", "/v1/accounts")["accounts"] if account["name"] == name)

    def put_off(self) -> list[dict]:
        return [message for message in self.messages(state="deferred") if message["reason"] == "day-limit"]

    def reload(self, **changes: str) -> None:
        self.gateway.write_config(self.config(account={**PRICES, **changes}))
        self.gateway.signal(signal.SIGHUP)

    def test_exactly_so_many_leave_and_the_rest_when_the_limit_is_lifted(self) -> None:
        self.start(people=12, account={**PRICES, "messages_per_day": "7", "window": "4"})
        hold = Hold()
        self.provider.script(accept(held=hold))  # answers wait: four are in the air
        school = self.school()
        trigger = self.accepted(school, self.event())
        self.provider.wait_requests(4)
        self.gateway.kill()
        hold.release()
        self.gateway.start()
        self.wait_connected()
        until("the rest to be put off", lambda: len(self.put_off()) == 5)
        self.assertEqual(len({body["message"] for body in self.received()}), 7)
        account = self.account()
        self.assertEqual((account["state"], account["today"]["state"], account["today"]["messages"]), ("spent", "spent", 7))
        self.assertEqual(account["today"]["cost"], 7 * 2 * 725)
        told = self.ask("GET", f"/v1/messages/{self.put_off()[0]['id']}?language=bg")
        self.assertIn("Дневният лимит на акаунта е изчерпан", told["sentence"])
        self.assertIn("its limit of the day is reached", self.status()["condition"]["why"])
        self.assertIn('pokana_cost_limit_state{account="main",state="spent"} 1', self.gateway.control("GET", "/metrics").text)
        self.assertIn('pokana_cost_today{account="main",currency="EUR"} 1.0150', self.gateway.control("GET", "/metrics").text)
        self.gateway.kill()
        self.gateway.start()
        self.wait_connected()
        self.assertEqual(self.account()["today"]["messages"], 7)
        self.reload(messages_per_day="20", window="4")
        until("all to have left", lambda: len({body["message"] for body in self.received()}) == 12)
        self.assertEqual(self.trigger(trigger)["planned"], 12)
        self.assertEqual(self.account()["today"]["messages"], 12)
        listed = self.gateway.run("accounts", "list").out
        self.assertIn("NL 0.0725, BG 0.089, * 0.12 EUR a part", listed)
        self.assertIn("12 of 20", listed)
        self.assertIn("1.74 EUR", listed)

    def test_a_budget_stops_and_a_stop_is_confirmed(self) -> None:
        self.start(people=4, account={**PRICES, "budget_per_day": "0.30"})
        self.accepted(self.school(), self.event())
        until("two to be put off", lambda: len(self.put_off()) == 2)  # 0.145 each: two fit
        self.assertEqual(self.account()["today"]["cost"], 2 * 1450)
        first = next(n for n in range(1, 5) if self.texts_to(n))
        self.says(first, "СТОП")
        self.wait_text_to(first, "СТАРТ")
        shown = json.loads(self.gateway.run("--json", "messages", "show", self.messages(state="accepted")[0]["id"]).out)
        self.assertEqual(shown["attempts"][0]["currency"], "EUR")


if __name__ == "__main__":
    unittest.main()
