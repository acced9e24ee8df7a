# SPDX-License-Identifier: EUPL-1.2
"""What accounts cost and may cost, at a real gateway: exactly so many leave, also when it is killed in between, and the rest
when the limit is lifted; who takes over; what people and programs are told of it."""

import signal
import unittest

from world import World, json, moment, until

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

    def test_a_ladder_is_told_with_both_prices_before_anything_is_sent(self) -> None:
        self.start_provider()
        (self.folder / "gateway").mkdir()
        for name in ("cm.token", "viber.token", "cm.hook", "viber.hook"):
            (self.folder / "gateway" / name).write_text(f"invented-{name}-of-this-test".replace(".", "-") + "\n")
            (self.folder / "gateway" / name).chmod(0o600)
        office = {"adapter": "cm", "provider": "somebody", "product_token": "file:cm.token", "webhook_secret": "file:cm.hook",
                  "price": "NL 0.0725, * 0.12", "currency": "EUR"}
        viber = {"adapter": "cm", "provider": "somebody", "channel": "viber", "sender": "Gemeente", "product_token": "file:viber.token",
                 "webhook_secret": "file:viber.hook", "fallback": "office", "price": "0.03 EUR"}
        self.start(with_broker=False, people=0, **{"account office": office, "account viber": viber, "route viber": {"channel": "viber", "accounts": "viber"},
                                                   "route sms": {"channel": "sms", "accounts": "office"}, "ladder": {"channels": "viber, sms"},
                                                   "limits": {"default_route": "sms"}})
        self.import_people(20)
        again = "viber;06 1234 0021;bg;;school:de-windroos;parent-meetings;paper;form 1;2026-09-07;desk;"
        self.import_people(8, first=21, channel="viber", more=[again])  # Viber goes by number here, however it is written
        values = self.folder / "values.json"
        values.write_text('{"begins": "2026-12-15T17:30:00Z", "place": "De Windroos"}')
        words = ("templates", "cost", "parent-meeting-invitation", "--topic", "parent-meetings", "--values", str(values))
        told = self.gateway.run(*words).out
        for part in (r"(?m)^viber +viber +8 +- +0.03 EUR a message +0.24 EUR$",
                     r"(?m)^sms +office +20 +40 +0.0725 EUR to 0.12 EUR a part +2.90 EUR to 4.80 EUR$",
                     r"(?m)^viber falls back to account office in the same call: both prices count until a receipt says which it was\.$",
                     r"(?m)^people: 28, parts: 40, cost: 3.14 EUR to 5.04 EUR$"):
            self.assertRegex(told, part)
        answer = json.loads(self.gateway.run(*words, "--json").out)
        self.assertEqual([(one["channel"], one["fallback"]) for one in answer["channels"]], [("viber", "office"), ("sms", None)])
        self.assertEqual(answer["cost"], {"least": 8 * 300 + 40 * 725, "most": 8 * 300 + 40 * 1200})
        self.gateway.run("users", "add", "anna", "--role", "adviser")
        file = self.folder / "campaign.json"
        document = {"name": "winter", "topic": "parent-meetings", "people": 40, "ladder": True, "where": "school:de-windroos",
                    "values": {"begins": moment(hours=48), "place": "De Windroos"},
                    "steps": [{"when": f"at {moment(minutes=60)}", "template": "parent-meeting-invitation"}]}
        file.write_text(json.dumps(document))
        self.gateway.run("campaigns", "write", str(file), "--by", "anna")
        told = self.gateway.run("campaigns", "preview", "winter", "--by", "anna").out
        self.assertRegex(told, r"(?m)^channels +viber, sms$")
        self.assertRegex(told, r"(?m)^costs +3.14 EUR$")  # nobody has both: there is no later channel
        self.assertIn("viber falls back to account office in the same call: both prices count until a receipt says which it was.", told)
        shown = json.loads(self.gateway.run("campaigns", "preview", "winter", "--json", "--by", "anna").out)
        self.assertEqual((shown["ladder"], shown["cost"], shown["later"]), (True, {"from": "3.14 EUR", "to": "3.14 EUR"}, "0.00 EUR"))
        self.assertEqual((shown["unpriced"], shown["fallbacks"], shown["mayPause"]), ([], [{"channel": "viber", "account": "office"}], False))
        self.gateway.run("campaigns", "submit", "winter", "--by", "anna")
        document.update(route="viber")
        file.write_text(json.dumps(document))
        refused = self.gateway.run("campaigns", "write", str(file), "--by", "anna", check=False)
        self.assertIn("either the ladder or a route", refused.err)
        alone = self.gateway.run(*words, "--route", "viber").out
        self.assertIn("0.03 EUR a message, by price of [account viber]", alone)
        self.assertNotIn("office", alone)


if __name__ == "__main__":
    unittest.main()
