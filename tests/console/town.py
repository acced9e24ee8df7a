# SPDX-License-Identifier: EUPL-1.2
"""What stands around a user's work: events that are planned and stand open, a campaign that invites, people of a circle."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from walk import CHOICES, Walk, json, moment, number
from support.browser import Browser

NOW = datetime.now(timezone.utc)
ZONE = f"Etc/GMT{NOW.hour - 12:+d}"  # where it is about noon, whenever this runs
TODAY = (NOW - timedelta(hours=NOW.hour - 12)).date()
SOON = TODAY + timedelta(days=30)
SENDER = "+3197000000000"
SECTIONS: dict[str, Any] = {
    "gateway": {"zone": ZONE, "phone": "075-0000000"},
    "event parent-meeting": {"topic": "parent-meetings", "public": "yes", "length": "90m", "name.nl": "ouderavond", "name.bg": "родителска среща"},
    "event info-point": {"topic": "festival", "public": "yes", "place": "Stadhuisplein 100", "name.bg": "инфопункт"},
    "account": {"sender": SENDER, "chat_link": f"sms:{SENDER}?body=START%20{{code}}"},
    "limits": {"changes_wait": "1s"}, **CHOICES}
TITLE, PLACE = "Среща с родителите & <учителите>", "De Windroos"


class Town(Walk):
    def begin(self, **sections: Any) -> None:
        self.start(people=0, with_broker=False, **{**SECTIONS, **sections})
        for name, role in (("anna", "adviser"), ("boris", "approver"), ("adviser", "adviser"), ("colleague", "desk")):
            self.gateway.run("users", "add", name, "--role", role)

    def ask_as(self, *words: str, by: str = "anna") -> Any:
        return json.loads(self.gateway.run(*words, "--json", "--by", by).out)

    def plan(self, *words: str, title: str = TITLE, place: str = PLACE) -> str:
        return self.ask_as("events", "add", "parent-meeting", "--title", title, "--place", place, "--day", str(SOON), "--from", "18:30", *words)["id"]

    def open_hours(self, title: str = "Infopunt") -> str:
        return self.ask_as("events", "add", "info-point", "--title", title, "--day", str(TODAY), "--from", "13:00", "--to", "17:00",
                           "--rule", "FREQ=DAILY;COUNT=20")["id"]

    def invite(self, event: str, *people: int) -> None:
        """A campaign that is approved by another, and has reached these."""
        file = self.folder / "campaign.json"
        steps = [{"when": f"at {moment(seconds=4)}", "template": "parent-meeting-invitation"},
                 {"when": "1 day before at 18:00", "template": "parent-meeting-reminder"}, {"when": "on cancel", "template": "parent-meeting-cancelled"}]
        file.write_text(json.dumps({"name": "parents", "topic": "parent-meetings", "people": 50, "event": event, "values": {}, "steps": steps}))
        self.ask_as("campaigns", "write", str(file), "--where", "school:de-windroos")
        self.ask_as("campaigns", "submit", "parents")
        self.ask_as("campaigns", "approve", "parents", "--digest", self.ask_as("campaigns", "show", "parents", by="boris")["digest"], by="boris")
        self.ask_as("campaigns", "start", "parents")
        for n in people:
            self.wait_text_to(n, "De Windroos")

    def circle(self, link: str, *people: int) -> None:
        """Whoever opens this link signs them up, and they say yes."""
        browser = Browser(self.public)
        browser.get(link)
        browser.post(link, {})
        for n in people:
            browser.get("/staff/signup/form")
            browser.post("/staff/signup/form", {"number": number(n), "channel": "sms", "language": "bg", "topic": "parent-meetings",
                                                "tag": "school:de-windroos", "age": "16"})
        for n in people:
            self.wait_text_to(n, "кръг")
            self.says(n, "ДА")
            self.wait_text_to(n, "Благодарим")

    def new_link(self, name: str) -> str:
        found = re.search(r"/staff/link/\S{43}", self.gateway.run("users", "link", name).out)
        assert found
        return found.group()
