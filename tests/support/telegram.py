# SPDX-License-Identifier: EUPL-1.2
"""A Bot API server on 127.0.0.1 with people in front of it: as much of Telegram as a bot meets. It keeps chats as Telegram does
(a bot may write only where somebody pressed Start and did not block it), hands updates out by getUpdates with its offset, or
calls a webhook with the bot's secret until it is answered 200, and says 403 and 429 in Telegram's own words."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .wait import PATIENCE_S, Events, until
from .webhook import Called, Webhook

LONGEST_POLL_S = 5.0
CHATS_FROM = 716_000_000


class Chat:
    """One person's chat with the bot. Whatever they do becomes an update; it returns the update's number."""

    def __init__(self, server: "Telegram", id: int) -> None:
        self.server = server
        self.id = id
        self.started = False
        self.blocked = False

    def start(self, token: str = "") -> int:
        """Opens the bot, by a link with a token or without."""
        self.blocked = False
        return self.says(f"/start {token}".strip())

    def says(self, text: str) -> int:
        self.started = True
        return self.server.update(message={"message_id": self.server.next_message(), "date": 1791993600, "text": text,
                                           "from": {"id": self.id, "is_bot": False}, "chat": {"id": self.id, "type": "private"}})

    def press(self, label: str, message: dict[str, Any] | None = None, data: str | None = None) -> int:
        """A button under a message (the newest that has one), or one with data of somebody's own making."""
        under = message or [one for one in self.messages() if self.buttons(one)][-1]
        if data is None:
            data = dict(self.buttons(under))[label]
        return self.server.update(callback_query={
            "id": f"press-{self.server.next_message()}", "from": {"id": self.id, "is_bot": False}, "chat_instance": "1", "data": data,
            "message": {"message_id": under["message_id"], "date": 1791993600, "chat": {"id": self.id, "type": "private"}}})

    def block(self) -> int:
        self.blocked = True
        return self._member("kicked")

    def allow(self) -> int:
        self.blocked = False
        return self._member("member")

    def _member(self, status: str) -> int:
        return self.server.update(my_chat_member={
            "chat": {"id": self.id, "type": "private"}, "from": {"id": self.id, "is_bot": False}, "date": 1791993600,
            "old_chat_member": {"status": "member"}, "new_chat_member": {"status": status}})

    # ---- what the bot wrote ----

    def messages(self) -> list[dict[str, Any]]:
        return self.server.sent.matching(lambda one: one["chat_id"] == self.id)

    def texts(self) -> list[str]:
        return [one["text"] for one in self.messages()]

    @staticmethod
    def buttons(message: dict[str, Any]) -> list[tuple[str, str]]:
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return [(button["text"], button["callback_data"]) for row in rows for button in row]

    def wait_text(self, part: str, count: int = 1) -> dict[str, Any]:
        """The newest of so many messages with this in it."""

        def probe() -> dict[str, Any] | None:
            found = [one for one in self.messages() if part in one["text"]]
            return found[-1] if len(found) >= count else None

        found = until(f'{count} messages with "{part}" in a chat', probe)
        assert found
        return found


class Telegram:
    """token: the bot's. Updates wait to be asked for until `webhook` is set, to which they are then carried."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.sent: Events[dict[str, Any]] = Events("messages")
        self.refused: Events[dict[str, Any]] = Events("refused messages")
        self.acknowledged: Events[str] = Events("acknowledged presses")
        self.webhook: Webhook | None = None
        self.answers: list[Called] = []
        self.slow_down = 0  # so many messages are answered 429 first
        self._chats: dict[int, Chat] = {}
        self._updates: list[dict[str, Any]] = []
        self._number = 0
        self._message = 4000
        self._changed = threading.Condition()
        self._stopped = False
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_POST(self) -> None:  # noqa: N802: the name is the library's
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, answer = server.call(self.path, json.loads(body or b"{}"))
                data = json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    pass  # the bot has gone

            do_GET = do_POST

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._http.shutdown()
        self._http.server_close()

    def chat(self, n: int) -> Chat:
        id = CHATS_FROM + n
        return self._chats.setdefault(id, Chat(self, id))

    def next_message(self) -> int:
        with self._changed:
            self._message += 1
            return self._message

    # ---- updates ----

    def update(self, **what: Any) -> int:
        with self._changed:
            self._number += 1
            update = {"update_id": 90_000 + self._number, **what}
            self._updates.append(update)
            self._changed.notify_all()
        if self.webhook:
            self.carry(update)
        return int(update["update_id"])

    def again(self, number: int) -> None:
        """The same update once more at the webhook, as after an answer that got lost."""
        self.carry(next(one for one in self._updates if one["update_id"] == number))

    def carry(self, update: dict[str, Any]) -> None:
        """To the webhook, until it is taken."""
        hook = self.webhook
        assert hook

        def attempt() -> bool:
            self.answers.append(hook.post(update))
            answer = self.answers[-1]
            if answer.status == 200 and answer.body:
                reply = json.loads(answer.body)
                self.call(f"/bot{self.token}/{reply.pop('method')}", reply)
            return answer.status == 200

        until("the webhook to take an update", attempt, PATIENCE_S, every=0.05)

    # ---- the Bot API ----

    def call(self, path: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        front, _, method = path.rpartition("/")
        if front != f"/bot{self.token}":
            return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        if method == "getUpdates":
            return self._get_updates(asked)
        if method == "sendMessage":
            return self._send(asked)
        if method == "answerCallbackQuery":
            self.acknowledged.add(asked["callback_query_id"])
            return 200, {"ok": True, "result": True}
        return 404, {"ok": False, "error_code": 404, "description": "Not Found"}

    def _get_updates(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.webhook:
            return 409, {"ok": False, "error_code": 409, "description": "Conflict: can't use getUpdates method while webhook is active"}
        offset = int(asked.get("offset", 0))
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or any(one["update_id"] >= offset for one in self._updates),
                                   min(float(asked.get("timeout", 0)), LONGEST_POLL_S))
            found = [one for one in self._updates if one["update_id"] >= offset][:int(asked.get("limit", 100))]
        return 200, {"ok": True, "result": found}

    def _send(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        chat = self._chats.get(int(asked["chat_id"]))
        with self._changed:
            slow = self.slow_down > 0
            self.slow_down -= 1 if slow else 0
        if slow:
            self.refused.add(asked)
            return 429, {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1", "parameters": {"retry_after": 1}}
        if not chat or not chat.started:
            self.refused.add(asked)
            return 400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}
        if chat.blocked:
            self.refused.add(asked)
            return 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
        message = {**asked, "message_id": self.next_message()}
        self.sent.add(message)
        return 200, {"ok": True, "result": {"message_id": message["message_id"], "date": 1791993600,
                                            "chat": {"id": chat.id, "type": "private"}, "text": asked["text"]}}
