"""A stand-in for api.weixin.qq.com: it gives tokens and takes messages, on a socket of its own."""

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from waiting import PATIENCE_S, WaitedTooLong

CUSTOM, TEMPLATE = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"
WINDOW_SHUT = {"errcode": 45015, "errmsg": "response out of time limit or subscription is canceled rid: 1-2-3"}


@dataclass
class Platform:
    """What it was asked, and what it refuses: ``shut`` are people who wrote too long ago for a free message."""

    app_id: str
    app_secret: str
    url: str = ""
    shut: set[str] = field(default_factory=set)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _tokens: list[str] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def answer(self, path: str, token: str, call: Mapping[str, Any]) -> dict[str, Any]:
        if path == "/cgi-bin/stable_token":
            return self._give_token(call)
        if token not in self._tokens:
            return {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid"}
        with self._news:
            self.calls.append((path, dict(call)))
            self._news.notify_all()
        if path == CUSTOM:
            return WINDOW_SHUT if call["touser"] in self.shut else {"errcode": 0, "errmsg": "ok"}
        return {"errcode": 0, "errmsg": "ok", "msgid": 200163836 + len(self.calls)}

    def _give_token(self, call: Mapping[str, Any]) -> dict[str, Any]:
        if (call["appid"], call["secret"]) != (self.app_id, self.app_secret):
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        self._tokens = [*self._tokens[-1:], secrets.token_hex(32)]
        return {"access_token": self._tokens[-1], "expires_in": 7200}

    def sent(self, path: str, openid: str) -> list[dict[str, Any]]:
        """What was sent to one person, in order."""
        return [call for of, call in self.calls if of == path and call["touser"] == openid]

    def wait_sent(self, path: str, openid: str, count: int, seconds: float = PATIENCE_S) -> list[dict[str, Any]]:
        """As ``sent``, when there are ``count`` of them."""
        with self._news:
            there = self._news.wait_for(lambda: len(self.sent(path, openid)) >= count, seconds)
        if not there:
            raise WaitedTooLong(f"{count} calls of {path} were to come, {len(self.sent(path, openid))} came")
        return self.sent(path, openid)


@contextmanager
def served(platform: Platform) -> Any:
    """Serve it on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(platform.answer))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    platform.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(answer: Callable[[str, str, Mapping[str, Any]], dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def do_POST(self) -> None:
            address = urlsplit(self.path)
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            [token] = parse_qs(address.query).get("access_token", [""])
            body = json.dumps(answer(address.path, token, call)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json; encoding=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler
