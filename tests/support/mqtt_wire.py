# SPDX-License-Identifier: EUPL-1.2
"""MQTT packets as bytes, versions 3.1.1 and 5 (OASIS standards). Encoding and decoding only; see mqtt.py."""

from __future__ import annotations

from typing import Any

V311 = 4
V5 = 5

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 10, 11, 12, 13, 14

# MQTT 5, section 2.2.2.2: number -> (our name, kind).
PROPERTIES: dict[int, tuple[str, str]] = {
    1: ("payload_format", "u8"),
    2: ("message_expiry", "u32"),
    3: ("content_type", "text"),
    8: ("response_topic", "text"),
    9: ("correlation_data", "bytes"),
    11: ("subscription_identifier", "varint"),
    17: ("session_expiry", "u32"),
    18: ("assigned_client_id", "text"),
    19: ("server_keep_alive", "u16"),
    21: ("authentication_method", "text"),
    22: ("authentication_data", "bytes"),
    23: ("request_problem_information", "u8"),
    24: ("will_delay", "u32"),
    25: ("request_response_information", "u8"),
    26: ("response_information", "text"),
    28: ("server_reference", "text"),
    31: ("reason_string", "text"),
    33: ("receive_maximum", "u16"),
    34: ("topic_alias_maximum", "u16"),
    35: ("topic_alias", "u16"),
    36: ("maximum_qos", "u8"),
    37: ("retain_available", "u8"),
    38: ("user_properties", "pair"),
    39: ("maximum_packet_size", "u32"),
    40: ("wildcard_available", "u8"),
    41: ("subscription_identifier_available", "u8"),
    42: ("shared_available", "u8"),
}
NUMBERS = {name: (number, kind) for number, (name, kind) in PROPERTIES.items()}
WIDTHS = {"u8": 1, "u16": 2, "u32": 4}


def varint(value: int) -> bytes:
    out = bytearray()
    while True:
        value, byte = divmod(value, 128)
        out.append(byte | (128 if value else 0))
        if not value:
            return bytes(out)


def text(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return len(raw).to_bytes(2, "big") + raw


def _property(kind: str, value: Any) -> bytes:
    if kind in WIDTHS:
        return int(value).to_bytes(WIDTHS[kind], "big")
    if kind == "varint":
        return varint(value)
    if kind == "pair":
        return text(value[0]) + text(value[1])
    return text(value)


def properties(values: dict[str, Any]) -> bytes:
    """user_properties is a list of pairs: names may repeat. A value of None is left out."""
    out = b""
    for name, value in values.items():
        if value is None:
            continue
        number, kind = NUMBERS[name]
        for one in value if kind == "pair" else [value]:
            out += varint(number) + _property(kind, one)
    return varint(len(out)) + out


def packet(kind: int, flags: int, body: bytes) -> bytes:
    return bytes([kind << 4 | flags]) + varint(len(body)) + body


class Reader:
    """Takes values from the front of a packet's body. Raises IndexError where it is too short."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        if count > self.left():
            raise IndexError("packet is too short")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def varint(self) -> int:
        value = 0
        for shift in range(0, 28, 7):
            byte = self.number(1)
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise IndexError("variable byte integer is too long")

    def binary(self) -> bytes:
        return self.take(self.number(2))

    def text(self) -> str:
        return self.binary().decode()

    def properties(self) -> dict[str, Any]:
        length = self.varint()
        end = self.at + length
        found: dict[str, Any] = {}
        while self.at < end:
            name, kind = PROPERTIES[self.varint()]
            if kind in WIDTHS:
                found[name] = self.number(WIDTHS[kind])
            elif kind == "varint":
                found[name] = self.varint()
            elif kind == "text":
                found[name] = self.text()
            elif kind == "bytes":
                found[name] = self.binary()
            else:
                found.setdefault(name, []).append((self.text(), self.text()))
        return found
