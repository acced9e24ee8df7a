# SPDX-License-Identifier: EUPL-1.2
"""Requests made up by a description of an API: good ones, ones with something odd in them, and ones that are no HTTP at all. Whatever is
chosen is chosen by the chance given, so that a seed makes the same requests again."""

from __future__ import annotations

import http.client
import json
import random
import socket
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from support.control import Reply
from support.schema import follow, made_up

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "get", "BREW"]
ELSEWHERE = ["/hold", "/keys/rotate", "/users", "/tokens", "/backup", "/inbox", "/", "", "//status", "/status/", "/%2e%2e/metrics", "/events/%00",
             "/recipients/find", "/recipients/erase", "/accounts/main/pause", "/messages/release", "/campaigns/parents/approve", "/campaigns/a/b/c/d"]
MEDIA = ["text/plain", "application/json;", "application/json; charset=utf-16", "", "application/cloudevents-batch+json", "multipart/form-data", "x"]
TEXTS = ["", "*", "щ" * 100, "\xff\xfe", "a" * 200, "\"", "\t", "W/\"x\"", "\"x\", \"y\"", "%00", "a" * 6000]
NAMES = ["If-Match", "If-None-Match", "Idempotency-Key", "Accept", "Pokana-By", "X-Forwarded-For", "traceparent", "Cookie", "Range", "Expect2", "Origin"]

PATIENCE = 0.5  # with a request that has no end


@dataclass
class Request:
    method: str
    target: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None
    operation: dict[str, Any] | None = None  # that it is a request to, however odd; None: to none for certain
    framed: bool = True  # its lengths are what they say
    cut: bool = False  # it ends before its announced end

    def wire(self) -> bytes:
        lines = [f"{self.method} {self.target} HTTP/1.1", "Host: gateway"] + [f"{name}: {value}" for name, value in self.headers]
        if self.framed and self.body is not None:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + (self.body or b"")


class Maker:
    """known: words worth trying, by the name of what they stand for; of a place in a path as well by what it begins with, "events:id".
    tokens: with the scopes they have."""

    def __init__(self, document: dict[str, Any], chance: random.Random, known: dict[str, list[Any]], tokens: list[tuple[str, list[str]]]) -> None:
        self.document, self.chance, self.known, self.tokens = document, chance, known, tokens
        self.tokens_only = [token for token, _ in tokens]
        self.operations = [(path, method.upper(), operation) for path, methods in document["paths"].items() for method, operation in methods.items()]

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def word(self, schema: dict[str, Any], oddity: float, name: str) -> str:
        return quote(str(made_up(self.document, schema, self.chance, oddity, self.known, name)), safe="", errors="replace")

    def target(self, path: str, operation: dict[str, Any]) -> str:
        front = path.split("/")[1]
        places = {name: self.word({"type": "string"}, self.chance.choice([0, 0, 0, 0.2]), f"{front}:{name}" if f"{front}:{name}" in self.known else name) or "x"
                  for name in ("id", "name", "day")}
        query = [f"{one['name']}={self.word(one['schema'], self.chance.choice([0, 0.15]), one['name'])}" for one in operation.get("parameters", [])
                 if one["in"] == "query" and self.often(0.5)]
        if query and self.often(0.1):
            query += query[:1]
        if self.often(0.02):
            query.append(self.chance.choice(["=", "&&", "a", "%", "%zz=1", "limit=%00", "x=" + "y" * 9000]))
        return "/v1" + path.format(**places) + ("?" + "&".join(query) if query else "")

    def value(self, schema: dict[str, Any]) -> bytes:
        """A body as JSON, and now and then nearly so."""
        made = made_up(self.document, schema, self.chance, self.chance.choice([0, 0, 0.05, 0.3]), self.known)
        text = json.dumps(made, ensure_ascii=self.often(0.5)).encode("utf-8", "surrogatepass")
        if isinstance(made, dict) and made and self.often(0.04):  # a member twice
            name, part = self.chance.choice(list(made.items()))
            text = text[:-1] + f",{json.dumps(name)}:{json.dumps(part)}}}".encode()
        if self.often(0.04):
            at = self.chance.randrange(len(text) + 1)
            text = text[:at] + bytes(self.chance.randrange(256) for _ in range(self.chance.randrange(4))) + text[at + self.chance.randrange(3):]
        if self.often(0.01):
            text = self.chance.choice([b"[" * 5000, b'{"a":' * 5000, text + b" " * 70_000, b'"' + b"x" * 300_000 + b'"', b"", b"null", b"1e999", b"\xef\xbb\xbf" + text])
        return text

    def identify(self, request: Request, operation: dict[str, Any]) -> None:
        scope = operation.get("description", "").removeprefix("Scope: `").removesuffix("`.")
        fitting = [token for token, scopes in self.tokens if scope in scopes]
        if self.often(0.95):
            request.headers.append(("Authorization", f"Bearer {self.chance.choice(fitting if fitting and self.often(0.9) else self.tokens_only)}"))
        elif self.often(0.5):
            request.headers.append(("Authorization", self.chance.choice(["Bearer", "Bearer x", "Basic eA==", "Bearer " + "a" * 3000, "Bearer pokana_" + "0" * 64, "щ"])))
        a, b = self.chance.randrange(65536), self.chance.randrange(65536)
        request.headers.append(("X-Forwarded-For", f"2001:db8:{a:x}:{b:x}::1"))

    def fill(self, request: Request, operation: dict[str, Any]) -> None:
        wanted = operation.get("requestBody")
        if not (wanted and self.often(0.97 if wanted["required"] else 0.6)) and not self.often(0.03):
            return
        contents = wanted["content"] if wanted else {"application/json": {"schema": {}}}
        media, content = self.chance.choice(list(contents.items()))
        request.body = self.value(follow(self.document, content["schema"]))
        request.headers.append(("Content-Type", media if self.often(0.95) else self.chance.choice(MEDIA)))
        if media == "application/json" and len(contents) > 1:  # an event in binary mode: its attributes are headers
            request.headers += [("ce-specversion", "1.0"), ("ce-source", self.known["source"][0]), ("ce-type", self.known["type"][0]),
                                ("Idempotency-Key", f"r-{self.chance.randrange(500)}")]

    def decorate(self, request: Request) -> None:
        for one in (request.operation or {}).get("parameters", []):
            if one["in"] == "header" and not one["name"].startswith("ce-") and self.often(0.15):
                request.headers.append((one["name"], self.chance.choice(self.known.get(one["name"], []) + TEXTS)))
        if self.often(0.05):
            request.headers.append((self.chance.choice(NAMES), self.chance.choice(TEXTS)))
        if request.headers and self.often(0.03):
            request.headers.append(self.chance.choice(request.headers))
        if self.often(0.01):
            request.headers += [(f"X-{n}", "y" * self.chance.choice([1, 50])) for n in range(80)]

    def misframe(self, request: Request) -> None:
        """Lengths that contradict each other, or what comes."""
        request.framed, request.operation = False, None
        body = request.body = request.body or b"{}"
        length = self.chance.choice([[str(len(body)), str(len(body) + 1)], [str(len(body)), str(len(body))], ["-1"], ["0x2"], ["99999999999999999999"], [f"+{len(body)}"],
                                     [f"{len(body)}, {len(body)}"], [str(len(body) + 40)], ["1 2"], []])
        request.headers += [("Content-Length", one) for one in length]
        if not length or self.often(0.4):
            request.headers.append(("Transfer-Encoding", self.chance.choice(["chunked", "Chunked, identity", "identity", "gzip, chunked", "xchunked"])))
            request.body = self.chance.choice([b"2\r\n{}\r\n0\r\n\r\n", b"zz\r\n{}\r\n", b"ffffffffffffffff\r\n{}", b"2\r\n{}", body])
        request.cut = True

    def make(self) -> Request:
        path, method, operation = self.chance.choice(self.operations)
        request = Request(method, self.target(path, operation), operation=operation)
        self.identify(request, operation)
        self.fill(request, operation)
        self.decorate(request)
        if self.often(0.04):
            request.method, request.operation = self.chance.choice(METHODS), None
        if self.often(0.04):
            request.target, request.operation = "/v1" + self.chance.choice(ELSEWHERE), None
        if self.often(0.02):
            self.misframe(request)
        return request


class Line:
    """A connection that sends bytes as they are. One that the other side ended between two requests is made anew, as every client does."""

    def __init__(self, port: int, timeout: float = 20) -> None:
        self.port, self.timeout, self.renewed = port, timeout, 0
        self.socket: socket.socket | None = None
        self.used = False

    def close(self) -> None:
        if self.socket:
            self.socket.close()
        self.socket, self.used = None, False

    def send(self, request: Request) -> None:
        if not self.socket:
            self.socket = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        try:
            self.socket.sendall(request.wire())
            if request.cut:
                self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before its end: the answer may be there

    def read(self, request: Request) -> Reply | None:
        assert self.socket
        self.socket.settimeout(PATIENCE if request.cut else self.timeout)
        answer = http.client.HTTPResponse(self.socket, method=request.method)
        try:
            answer.begin()
            reply = Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        except (http.client.HTTPException, ConnectionError):
            return None
        except TimeoutError:
            if not request.cut:
                raise
            return None  # its end is waited for until the listener's own patience ends
        finally:
            answer.close()
        self.used = True
        if request.cut or answer.will_close:
            self.close()
        return reply

    def hear(self, request: Request) -> Reply | None:
        """None: it was ended without an answer, which is right only where the request had no end."""
        reply = self.read(request)
        if reply is None:
            again = self.used and not request.cut
            self.close()
            if again:
                self.renewed += 1
                self.send(request)
                reply = self.read(request)
                if reply is None:
                    self.close()
        return reply
