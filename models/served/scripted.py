"""A server that answers by rule, over real HTTP on loopback: for tests of what servers do wrong."""

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import log
from threading import Lock, Thread
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """What goes over the wire, whole or not."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0
    """Seconds."""

    cut_at: int | None = None
    """Bytes, after which the connection is reset."""


Rule = Callable[[Body, int], Sent]
"""The answer to what is asked; how often the same was asked before."""


@dataclass(eq=False)
class ScriptedServer:
    rule: Rule
    pages: Mapping[str, Body]
    base_url: str = ""
    asked: list[Body] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    most_at_once: int = 0
    _now: int = 0
    _counting: Lock = field(default_factory=Lock)

    def begin(self, body: Body, key: str) -> int:
        with self._counting:
            before = [one["messages"] for one in self.asked].count(body["messages"])
            self.asked.append(body)
            self.keys.add(key)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            return before

    def end(self) -> None:
        with self._counting:
            self._now -= 1


@contextmanager
def serving(rule: Rule, pages: Mapping[str, Body] | None = None) -> Iterator[ScriptedServer]:
    """`pages` by path, such as `/v1/models`."""
    script = ScriptedServer(rule, pages or {})
    http = _Server(("127.0.0.1", 0), _handler_of(script))
    script.base_url = f"http://127.0.0.1:{http.server_port}/v1"
    Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield script
    finally:
        http.shutdown()
        http.server_close()


def said(
    text: str | None, *, finish: str = "stop", tokens: list[Body] | None = None, **message: object
) -> Sent:
    """A completion as servers send it."""
    choice: Body = {"index": 0, "message": {"role": "assistant", "content": text, **message}}
    choice |= {"finish_reason": finish, "logprobs": {"content": tokens} if tokens else None}
    usage = {"prompt_tokens": 100, "completion_tokens": 4, "total_tokens": 104}
    about = {"id": "1", "object": "chat.completion", "created": 0, "model": "m"}
    return Sent(json.dumps({**about, "choices": [choice], "usage": usage}).encode())


def failed(status: int, **headers: str) -> Sent:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Sent(b'{"error": {"message": "not now"}}', status, named)


def token(text: str, likeliest: Mapping[str, float] | None = None) -> Body:
    """Written, and listed with its probability among the likeliest."""
    listed = {text: 1.0, **(likeliest or {})}
    top = [{"token": name, "logprob": log(share)} for name, share in listed.items()]
    return {"token": text, "logprob": log(listed[text]), "top_logprobs": top}


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients leave, which is what some tests are about."""


def _handler_of(script: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = script.pages.get(self.path)
            _send(self, Sent(b"{}", 404) if page is None else Sent(json.dumps(page).encode()))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            before = script.begin(body, self.headers.get("authorization", ""))
            try:
                _send(self, script.rule(body, before))
            finally:
                script.end()

        def log_message(self, *_: object) -> None: ...

    return Handler


def _send(handler: BaseHTTPRequestHandler, sent: Sent) -> None:
    time.sleep(sent.after)
    handler.send_response(sent.status)
    for name, value in {"content-type": "application/json", **sent.headers}.items():
        handler.send_header(name, value)
    handler.send_header("content-length", str(len(sent.body)))
    handler.end_headers()
    handler.wfile.write(sent.body[: sent.cut_at])
    if sent.cut_at is not None:
        at_once = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        handler.connection.close()
        handler.close_connection = True
