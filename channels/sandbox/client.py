"""The sandbox for programs: open a phone, do things on it, wait for what it shows."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Self

import aiohttp

from channels.sandbox.errors import SandboxAway, SandboxRefused

_CALL_SECONDS = 25.0
_POLL_SECONDS = 20.0
_SPARE_SECONDS = 5.0
_BAD = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing a phone shows. ``kind``: passive, customer_service, template, subscribe, system, own;
    ``type``: text, image, voice, location, menu, article, card, line; ``data``: rows of a card, choices of a menu…
    """

    kind: str
    type: str
    text: str
    data: Mapping[str, Any]
    at: str


class SandboxClient:
    """Talks to the control API at ``base_url``. An ``async with`` of it owns its connections.

    ``control``: "/_ctl" holds the WeChat phones, "/_ctl/weibo" those on Weibo.

    Every method raises SandboxAway where the sandbox or the bot behind it is not there, SandboxRefused where
    it will not do what is asked.
    """

    def __init__(self, base_url: str, *, control: str = "/_ctl") -> None:
        self._base = base_url.rstrip("/") + control
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http:
            await self._http.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        data: bytes | None = None,
        params: Mapping[str, str] | None = None,
        seconds: float = _CALL_SECONDS,
    ) -> dict[str, Any]:
        """One control call (``path`` after ``control``)."""
        if self._http is None:
            raise SandboxRefused("SandboxClient 要在 async with 里使用")
        try:
            async with self._http.request(
                method,
                self._base + path,
                json=json,
                data=data,
                params=params,
                timeout=aiohttp.ClientTimeout(total=seconds),
            ) as answer:
                return _checked(answer.status, await answer.json())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SandboxAway("连不上本地沙箱") from error

    async def wait_ready(self, seconds: float) -> None:
        """Return once the bot has passed the URL check."""
        end = monotonic() + seconds
        while True:
            status = await self.call("GET", "/status")
            if status["bot"] == "ready":
                return
            if monotonic() >= end:
                raise SandboxAway(str(status["detail"]))
            await asyncio.sleep(0.2)

    async def open(self, name: str = "") -> "Phone":
        """The phone of ``name`` (made where there is none), or the first one."""
        items = (await self.call("GET", "/phones"))["items"]
        found = next((p for p in items if name in ("", p["name"], p["id"])), None)
        found = found or await self.call("POST", "/phones", json={"name": name})
        feed = await self.call("GET", "/feed")
        return Phone(self, found["id"], found["name"], found.get("openid") or found["uid"], int(feed["rev"]))


class Phone:
    """One resident's phone; what it showed before it was opened here is not told again."""

    def __init__(self, client: SandboxClient, phone_id: str, name: str, openid: str, rev: int) -> None:
        self._client = client
        self.id = phone_id
        self.name = name
        self.openid = openid
        self._rev = rev

    async def say(self, text: str, *, menu_id: str = "") -> None:
        await self._do("text", {"text": text, "menu_id": menu_id})

    async def location(self, latitude: float, longitude: float, label: str = "") -> None:
        await self._do("location", {"latitude": latitude, "longitude": longitude, "label": label})

    async def picture(self, content: bytes) -> None:
        await self._client.call("POST", f"/phones/{self.id}/picture", data=content)

    async def voice(self) -> None:
        await self._do("voice", {})

    async def click(self, key: str) -> None:
        await self._do("click", {"key": key})

    async def follow(self) -> None:
        await self._do("follow", {})

    async def scan(self, scene: str) -> None:
        await self._do("scan", {"scene": scene})

    async def unfollow(self) -> None:
        await self._do("unfollow", {})

    async def next(self, seconds: float) -> list[Seen]:
        """What appeared since the last call that is not the resident's own; waits at most ``seconds`` for it.
        Empty when nothing came.
        """
        end = monotonic() + seconds
        while True:
            left = max(0.0, end - monotonic())
            seen = await self._poll(min(left, _POLL_SECONDS))
            if seen or monotonic() >= end:
                return seen

    async def _poll(self, seconds: float) -> list[Seen]:
        params = {"after": str(self._rev), "phone": self.id, "wait": f"{seconds:.3f}"}
        feed = await self._client.call("GET", "/feed", params=params, seconds=seconds + _SPARE_SECONDS)
        self._rev = int(feed["rev"])
        return [
            Seen(**{key: item[key] for key in ("kind", "type", "text", "data", "at")})
            for item in feed["items"]
            if item["kind"] != "own"
        ]

    async def _do(self, deed: str, data: Mapping[str, Any]) -> None:
        await self._client.call("POST", f"/phones/{self.id}/{deed}", json=data)


def _checked(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    if status < _BAD:
        return answer
    sentence, code = str(answer.get("sentence", "沙箱出错")), str(answer.get("error", ""))
    if status == SandboxAway.status:
        raise SandboxAway(sentence, code=code)
    raise SandboxRefused(sentence, code=code, http=status)
