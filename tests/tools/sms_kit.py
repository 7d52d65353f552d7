"""What the tests of text messages share: an account, calls as a gateway makes them, and stand-ins on real sockets."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from waiting import PATIENCE_S, WaitedTooLong

from channels.base import Tools, WebhookRequest
from channels.messages import Address, Outbound, Via
from channels.sms import factory

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
KEY = "hook-key.of~the_account"
SETTINGS: Mapping[str, Any] = {
    "provider": "kannel",
    "number": "1069001",
    "sign": "某市信访局",
    "webhook_key": KEY,
    "sendsms_url": "http://127.0.0.1:9/cgi-bin/sendsms",
    "username": "tester",
    "password": "foobar-3f9a",
}
PHONE = "13800138000"


def first_of_each(query: str) -> dict[str, str]:
    """As the web server's mapping answers: the first of each name."""
    return dict(reversed(parse_qsl(query, keep_blank_values=True)))


@dataclass
class Kit:
    """Makes channels and calls."""

    settings: Mapping[str, Any] = field(default_factory=lambda: dict(SETTINGS))
    now: datetime = NOW
    key: str = KEY
    phone: str = PHONE

    def channel(self, http: Any = None, **settings: Any) -> Any:
        tools = Tools(http=http, shared=None, clock=lambda: self.now, base_url="https://petition.example.gov.cn")
        return factory("main", {**self.settings, **settings}, tools)

    def call(self, query: Mapping[str, str] | str, **more: Any) -> WebhookRequest:
        """A call with ``query``, given as it stands in the address or as a mapping; the key is added to a mapping."""
        string = query if isinstance(query, str) else urlencode({"key": self.key, **query})
        pairs = first_of_each(string)
        whole = {"method": "GET", "path": "", "headers": {}, "body": b"", "received_at": self.now} | more
        return WebhookRequest(query=pairs, query_string=string, **whole)

    def outbound(self, text: str = "您好", to: str = PHONE, **more: Any) -> Outbound:
        address = Address(channel="sms", account="main", sender=to)
        return Outbound(**{"id": "f" * 32, "address": address, "via": Via.SMS, "text": text} | more)


@dataclass
class Calls:
    """What somebody called, and how it is answered: ``answer`` may be exchanged at any time."""

    url: str = ""
    made: list[WebhookRequest] = field(default_factory=list)
    answer: Callable[[WebhookRequest], tuple[int, bytes]] = field(default=lambda _request: (200, b""))
    news: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, count: int, *, path: str | None = None, seconds: float = PATIENCE_S) -> list[WebhookRequest]:
        """The calls (of ``path``), when there are ``count``."""

        def found() -> list[WebhookRequest]:
            return [call for call in self.made if path is None or call.path == path]

        with self.news:
            there = self.news.wait_for(lambda: len(found()) >= count, seconds)
        if not there:
            raise WaitedTooLong(f"{count} calls were to come, {len(found())} came")
        return found()


@contextmanager
def listening() -> Iterator[Calls]:
    """A server on a free port of this machine, in a thread of its own."""
    calls = Calls()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(calls))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    calls.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield calls
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(calls: Calls) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            request = WebhookRequest(
                method=self.command,
                path=address.path.removeprefix("/channels/sms/main").strip("/"),
                query=first_of_each(address.query),
                query_string=address.query,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
                received_at=datetime.now(UTC),
            )
            status, body = calls.answer(request)
            with calls.news:
                calls.made.append(request)
                calls.news.notify_all()
            with contextlib.suppress(ConnectionError):  # whoever called may wait no longer
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if self.close_connection:  # asked for by whoever called
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None:
            return

    return Handler
