"""Weibo played by hand: signed pushes, and an address that answers API calls as it is told. Nothing of the channel's."""

import hashlib
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from channels.base import WebhookRequest
from channels.messages import Address, Outbound, Via

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SECRET, TOKEN, KEY = "the-app-secret-of-weibo", "2.00the-access-token", "1234567890"
UID, PERSON = "1902538057", "2489518277"
SETTINGS = {
    "app_key": KEY,
    "app_secret": SECRET,
    "access_token": TOKEN,
    "uid": UID,
    "api_base": "http://127.0.0.1:9",
    "upload_base": "http://127.0.0.1:9",
}
REPLY, CREATE, ANSWER = "/2/messages/reply.json", "/2/comments/create.json", "/2/comments/reply.json"


class SettableClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def signed(*, secret: str = SECRET, timestamp: str = "", nonce: str = "57155157", **more: str) -> dict[str, str]:
    timestamp = timestamp or str(int(NOW.timestamp() * 1000))
    signature = hashlib.sha1("".join(sorted([secret, timestamp, nonce])).encode()).hexdigest()
    return {"signature": signature, "timestamp": timestamp, "nonce": nonce, **more}


def request(body: Any = b"", *, method: str = "POST", query: dict[str, str] | None = None, path: str = "") -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return WebhookRequest(
        method=method,
        path=path,
        query=signed() if query is None else query,
        headers={},
        body=content,
        received_at=NOW,
    )


def pushed(kind: str = "text", text: str = "你好", data: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "receiver_id": int(UID),
        "sender_id": int(PERSON),
        "created_at": "Sat Nov 21 09:59:58 +0800 2026",
        "text": text,
        "data": {} if data is None else data,
        **more,
    }


def outbound(via: Via = Via.CUSTOMER_SERVICE, *, text: str = "您好", **more: Any) -> Outbound:
    address = Address(channel="weibo", account="main", sender=PERSON)
    return Outbound(id="0f" * 16, address=address, via=via, text=text, **more)


@dataclass
class Api:
    """``script[path]`` holds answers for the next calls: a dict, a Response, or a coroutine function."""

    base: str = ""
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    script: defaultdict[str, deque[Any]] = field(default_factory=lambda: defaultdict(deque))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        fields = {**request.query, **(await request.post())}
        self.calls.append((request.method, request.path, fields))
        answers = self.script[request.path]
        answer = answers.popleft() if answers else {"result": True, "idstr": "5200000000000123"}
        if callable(answer):
            answer = await answer(request)
        return web.json_response(answer) if isinstance(answer, dict) else answer

    def refuse(self, path: str, *codes: int | str, status: int = 400, text: str = "refused") -> None:
        for code in codes:
            body = {"request": path, "error_code": code, "error": text}
            self.script[path].append(web.json_response(body, status=status))

    def sent(self, path: str) -> list[dict[str, str]]:
        return [fields for _, called, fields in self.calls if called == path]
