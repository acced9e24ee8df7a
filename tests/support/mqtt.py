# SPDX-License-Identifier: EUPL-1.2
"""An MQTT client, versions 5 and 3.1.1, for tests: publisher and observer. Blocking calls with a deadline; a thread of
its own reads, acknowledges and collects. It does what it is told and no more: no reconnecting, no queue, no keep-alive
(the session is short), so that a test sees what really happened."""

from __future__ import annotations

import itertools
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any, Callable

from . import mqtt_wire as wire
from .mqtt_wire import V5, V311
from .stream import Stream
from .wait import PATIENCE_S, Events

_numbers = itertools.count(1)


class Refused(AssertionError):
    """The broker said no; `reason` is its code."""

    def __init__(self, what: str, reason: int) -> None:
        super().__init__(f"{what} was refused with reason {reason}")
        self.reason = reason


@dataclass
class Message:
    topic: str
    payload: bytes
    qos: int
    retain: bool
    duplicate: bool
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def content_type(self) -> str | None:
        return self.properties.get("content_type")

    @property
    def correlation_data(self) -> bytes | None:
        return self.properties.get("correlation_data")

    def user(self, name: str) -> list[str]:
        return [value for key, value in self.properties.get("user_properties", []) if key == name]


@dataclass
class _Reply:
    kind: int
    packet_id: int
    reasons: list[int]
    properties: dict[str, Any]


class Client:
    """Connects at once. As a context manager it disconnects at the end."""

    def __init__(self, port: int, *, host: str = "127.0.0.1", version: int = V5, client_id: str | None = None,
                 username: str | None = None, password: str | None = None, clean_start: bool = True,
                 session_expiry: int | None = None, receive_maximum: int | None = None, keep_alive: int = 0,
                 ca_file: str | None = None, cert_file: str | None = None, key_file: str | None = None,
                 timeout: float = PATIENCE_S) -> None:
        self.version = version
        self.timeout = timeout
        self.client_id = client_id or f"test-{next(_numbers)}"
        self.messages: Events[Message] = Events("messages")
        self.closed = threading.Event()
        self.disconnect_reason: int | None = None
        self.end: Exception | None = None  # what ended the reading
        self._replies: Events[_Reply] = Events("replies of the broker")
        self._packet_ids = itertools.cycle(range(1, 65536))
        connected = socket.create_connection((host, port), timeout)
        if ca_file:
            context = ssl.create_default_context(cafile=ca_file)
            if cert_file:
                context.load_cert_chain(cert_file, key_file)
            connected = context.wrap_socket(connected, server_hostname=host)
        self._stream = Stream(connected)
        self._reader = threading.Thread(target=self._read, name=f"mqtt {self.client_id}", daemon=True)
        self._reader.start()
        self._send(self._connect_packet(username, password, clean_start, session_expiry, receive_maximum, keep_alive))
        answer = self._replies.wait(lambda reply: reply.kind in (wire.CONNACK, 0), "(CONNACK)", timeout)
        if answer.kind == 0 or answer.reasons[0] != 0:
            self.close()
            raise Refused("the connection", answer.reasons[0])
        self.session_present = answer.packet_id == 1
        self.broker_properties = answer.properties

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.disconnect()

    # ---- what a test calls ----

    def publish(self, topic: str, payload: bytes | str, *, qos: int = 1, retain: bool = False, check: bool = True,
                **properties: Any) -> int:
        """Publishes and, with QoS 1, waits for the acknowledgement, whose reason is returned (0; 16 = nobody was
        subscribed). A reason of 128 or more raises Refused unless check is False. Properties by their names in
        mqtt_wire.PROPERTIES: content_type, response_topic, correlation_data, message_expiry, payload_format,
        user_properties."""
        packet_id, mark = self.publish_nowait(topic, payload, qos=qos, retain=retain, **properties)
        return self.wait_published(packet_id, mark, check=check) if qos else 0

    def publish_nowait(self, topic: str, payload: bytes | str, *, qos: int = 1, retain: bool = False,
                       **properties: Any) -> tuple[int, int]:
        """What it returns goes to wait_published(). The window of messages under way is the caller's affair."""
        if properties and self.version != V5:
            raise ValueError("MQTT 3.1.1 knows no properties")
        mark = len(self._replies)
        packet_id = next(self._packet_ids) if qos else 0
        body = wire.text(topic) + (packet_id.to_bytes(2, "big") if qos else b"")
        if self.version == V5:
            body += wire.properties(properties)
        body += payload.encode() if isinstance(payload, str) else payload
        self._send(wire.packet(wire.PUBLISH, qos << 1 | int(retain), body))
        return packet_id, mark

    def wait_published(self, packet_id: int, mark: int, *, check: bool = True) -> int:
        reply = self._wait_reply(wire.PUBACK, packet_id, mark)
        if check and reply.reasons[0] >= 128:
            raise Refused("a message", reply.reasons[0])
        return reply.reasons[0]

    def subscribe(self, *filters: str, qos: int = 1) -> list[int]:
        """Waits for the grant; raises Refused when one of them is refused."""
        mark = len(self._replies)
        packet_id = next(self._packet_ids)
        body = packet_id.to_bytes(2, "big") + (wire.properties({}) if self.version == V5 else b"")
        body += b"".join(wire.text(one) + bytes([qos]) for one in filters)
        self._send(wire.packet(wire.SUBSCRIBE, 2, body))
        reasons = self._wait_reply(wire.SUBACK, packet_id, mark).reasons
        for reason in reasons:
            if reason >= 128:
                raise Refused("a subscription", reason)
        return reasons

    def unsubscribe(self, *filters: str) -> None:
        mark = len(self._replies)
        packet_id = next(self._packet_ids)
        body = packet_id.to_bytes(2, "big") + (wire.properties({}) if self.version == V5 else b"")
        self._send(wire.packet(wire.UNSUBSCRIBE, 2, body + b"".join(wire.text(one) for one in filters)))
        self._wait_reply(wire.UNSUBACK, packet_id, mark)

    def wait(self, wanted: Callable[[Message], Any] = lambda message: True, what: str = "",
             timeout: float | None = None, after: int = 0) -> Message:
        """The first message received (from position `after` of self.messages on) that is wanted."""
        return self.messages.wait(wanted, what, timeout or self.timeout, after)

    def ping(self) -> None:
        """A round trip. Messages the broker sent before it answered have then been received."""
        mark = len(self._replies)
        self._send(wire.packet(wire.PINGREQ, 0, b""))
        self._wait_reply(wire.PINGRESP, 0, mark)

    def disconnect(self) -> None:
        """In good order; the will is not sent."""
        if not self.closed.is_set():
            try:
                self._send(wire.packet(wire.DISCONNECT, 0, b""))
            except OSError:
                pass  # the broker went first
        self.close()

    def close(self) -> None:
        """Without a word, like a process that dies."""
        self._stream.end()
        self._reader.join(5.0)
        self._stream.close()

    # ---- packets ----

    def _connect_packet(self, username: str | None, password: str | None, clean_start: bool, session_expiry: int | None,
                        receive_maximum: int | None, keep_alive: int) -> bytes:
        flags = (0x80 if username is not None else 0) | (0x40 if password is not None else 0) | (2 if clean_start else 0)
        body = wire.text("MQTT") + bytes([self.version, flags]) + keep_alive.to_bytes(2, "big")
        if self.version == V5:
            body += wire.properties({"session_expiry": session_expiry, "receive_maximum": receive_maximum})
        body += wire.text(self.client_id)
        body += b"".join(wire.text(value) for value in (username, password) if value is not None)
        return wire.packet(wire.CONNECT, 0, body)

    def _send(self, data: bytes) -> None:
        if self.closed.is_set():
            raise ConnectionError("the connection has ended")
        self._stream.write(data)

    def _wait_reply(self, kind: int, packet_id: int, mark: int) -> _Reply:
        """Looks from `mark` on: packet ids are used again after a while."""
        reply = self._replies.wait(lambda one: one.kind == 0 or (one.kind == kind and one.packet_id == packet_id),
                                   f"(packet type {kind})", self.timeout, mark)
        if reply.kind == 0:
            raise Refused("a packet (the connection ended)", reply.reasons[0])
        return reply

    def _read(self) -> None:
        try:
            while True:
                first = self._stream.read(1)[0]
                length = shift = 0
                while True:
                    byte = self._stream.read(1)[0]
                    length |= (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        break
                self._take(first >> 4, first & 15, wire.Reader(self._stream.read(length)))
        except (OSError, IndexError, KeyError) as error:
            self.end = error
        finally:
            self.closed.set()
            # Type 0 does not exist: it tells those who wait that nothing will come.
            self._replies.add(_Reply(0, 0, [self.disconnect_reason or 0], {}))

    def _take(self, kind: int, flags: int, body: wire.Reader) -> None:
        if kind == wire.PUBLISH:
            self._take_publish(flags, body)
        elif kind == wire.CONNACK:
            present, reason = body.number(1), body.number(1)
            self._replies.add(_Reply(kind, present, [reason], body.properties() if self.version == V5 else {}))
        elif kind in (wire.PUBACK, wire.SUBACK, wire.UNSUBACK):
            self._take_ack(kind, body)
        elif kind == wire.PINGRESP:
            self._replies.add(_Reply(kind, 0, [], {}))
        elif kind == wire.DISCONNECT:
            self.disconnect_reason = body.number(1) if body.left() else 0

    def _take_ack(self, kind: int, body: wire.Reader) -> None:
        packet_id = body.number(2)
        if kind == wire.PUBACK:
            reasons = [body.number(1)] if body.left() else [0]
            found = body.properties() if body.left() else {}
        else:
            found = body.properties() if self.version == V5 else {}
            reasons = list(body.take(body.left()))
        self._replies.add(_Reply(kind, packet_id, reasons, found))

    def _take_publish(self, flags: int, body: wire.Reader) -> None:
        qos = flags >> 1 & 3
        topic = body.text()
        packet_id = body.number(2) if qos else 0
        found = body.properties() if self.version == V5 else {}
        message = Message(topic, body.take(body.left()), qos, bool(flags & 1), bool(flags & 8), found)
        if qos:
            self._send(wire.packet(wire.PUBACK, 0, packet_id.to_bytes(2, "big")))
        self.messages.add(message)


__all__ = ["Client", "Message", "Refused", "V5", "V311"]
