"""The office's side, over the HTTP API."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from deployment import http
from waiting import WaitedTooLong, until

_CALL_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class OfficeApi:
    """The API at ``url`` with a bearer token."""

    url: str
    token: str = field(repr=False)

    def call(self, method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        status, answer = http(method, f"{self.url}/api/v1{path}", body=body, headers=headers, seconds=_CALL_SECONDS)
        if not status:
            raise WaitedTooLong(f"nobody answered {method} {path}")
        return status, json.loads(answer)

    def get(self, path: str) -> dict[str, Any]:
        status, answer = self.call("GET", path)
        assert status == 200, answer
        return answer

    def case(self, number: str) -> dict[str, Any]:
        return self.get(f"/cases/{number}")

    def attachments(self, number: str) -> list[dict[str, Any]]:
        """What came with a case besides words, when none of it is under way any more."""

        def settled() -> list[dict[str, Any]]:
            found = list(self.get(f"/cases/{number}/attachments")["items"])
            return [] if "wanted" in {each["state"] for each in found} else found

        return list(until(settled, "nothing is being fetched"))

    def content(self, url: str) -> bytes:
        status, answer = http("GET", f"{self.url}{url}", headers={"Authorization": f"Bearer {self.token}"})
        assert status == 200, answer
        return answer

    def move(self, number: str, to: str, **more: object) -> dict[str, Any]:
        status, answer = self.call("POST", f"/cases/{number}/transitions", as_json({"to": to, **more}))
        assert status == 200, answer
        return answer

    def timeline(self, number: str) -> list[dict[str, Any]]:
        return list(self.get(f"/cases/{number}/timeline")["items"])

    def wait_notices(self, number: str, *, receipts: bool = False) -> list[tuple[str, str]]:
        """By which way each notice of a move went and what became of it, when none is under way any more.

        ``receipts``: where the network tells what became of a text, "sent" is not the end of its way.
        """
        under_way = {"queued", "sending"} | ({"sent"} if receipts else set())

        def settled() -> list[tuple[str, str]]:
            told = [one for step in self.timeline(number) if step["kind"] == "moved" for one in step["told"]]
            ways = [(one["via"], one["state"]) for one in told]
            return ways if not under_way & {state for _, state in ways} else []

        return list(until(settled, "nothing is under way"))

    def conversations(self, sender: str, account: str = "main", channel: str = "wechat") -> list[dict[str, Any]]:
        query = urlencode({"channel": channel, "account": account, "sender": sender})
        return list(self.get(f"/conversations?{query}")["items"])

    def messages(self, conversation_id: str) -> list[dict[str, Any]]:
        return list(self.get(f"/conversations/{quote(conversation_id, safe='')}/messages")["items"])


def as_json(data: Mapping[str, object]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()
