"""The hand on a phone of the sandbox's Weibo, from outside."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deployment import http
from waiting import PATIENCE_S, WaitedTooLong, until

QUIET_SECONDS = 1.0
"""So long nothing more comes: the answer is whole."""


@dataclass
class WeiboPhone:
    """One person's phone. ``heard``: what the office wrote to it, in order, by which way."""

    sandbox_url: str
    id: str
    uid: str
    heard: list[tuple[str, str]] = field(default_factory=list)
    _rev: int = 0

    @classmethod
    def new(cls, sandbox_url: str, name: str) -> "WeiboPhone":
        made = control(sandbox_url, "POST", "/phones", {"name": name})
        rev = control(sandbox_url, "GET", "/feed")["rev"]
        return cls(sandbox_url=sandbox_url, id=made["id"], uid=made["uid"], _rev=rev)

    def say(self, words: str) -> str:
        """All that is answered to one private message."""
        begun = len(self.heard)
        told = self.do("text", text=words)
        assert not told["outcome"]["problem"], told
        until(lambda: self._listen() or len(self.heard) > begun, f"an answer to {words[:10]}")
        last = time.monotonic()
        while time.monotonic() - last < QUIET_SECONDS:
            last = time.monotonic() if self._listen() else last
        return "\n".join(text for _, text in self.heard[begun:])

    def hear(self, expected: str) -> tuple[str, str]:
        """What comes unasked, by which way, when ``expected`` is in it."""

        def found() -> Any:
            self._listen()
            return next(((way, text) for way, text in self.heard if expected in text), None)

        way, text = until(found, f"the phone shows {expected}")
        return str(way), str(text)

    def do(self, deed: str, **data: object) -> dict[str, Any]:
        return control(self.sandbox_url, "POST", f"/phones/{self.id}/{deed}?wait=1", data)

    def _listen(self) -> bool:
        feed = control(self.sandbox_url, "GET", f"/feed?after={self._rev}&phone={self.id}&wait=0.2")
        self._rev = feed["rev"]
        new = [(item["kind"], item["text"]) for item in feed["items"] if item["author"] == "office"]
        self.heard += new
        return bool(new)


def control(sandbox_url: str, method: str, path: str, data: Mapping[str, object] | None = None) -> dict[str, Any]:
    """One call of the sandbox's control API for Weibo."""
    body = None if data is None else json.dumps(data).encode()
    headers = {"Content-Type": "application/json"}
    status, answer = http(method, f"{sandbox_url}/_ctl/weibo{path}", body=body, headers=headers, seconds=PATIENCE_S)
    if not status:
        raise WaitedTooLong(f"nobody answered {path}")
    assert 200 <= status < 300, (path, status, answer)
    return dict(json.loads(answer))
