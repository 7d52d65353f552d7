"""Calls the bot as platforms do: signed, within five seconds, three times at most; and as WeChat does: encrypted."""

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import aiohttp

from channels.sandbox.answers import AnswerReader, Reply
from channels.sandbox.bounded import read_bounded
from channels.sandbox.clock import PlatformClock
from channels.sandbox.crypto import Envelope, signature
from channels.sandbox.envelopes import Fields, build
from channels.sandbox.errors import SandboxAway, SandboxRefused, Unreadable
from channels.sandbox.journal import Entry, Journal
from channels.sandbox.settings import Mode, SandboxSettings

DELIVERIES = 3
_MOST_ANSWER = 1024 * 1024
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One try. ``verdict``: success, reply, timeout, unreachable, http_500, or what was wrong with the answer."""

    seconds: float
    verdict: str
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a push came to. ``reply`` is None for a bare acknowledgement, and wherever ``problem`` is set."""

    deliveries: tuple[Delivery, ...]
    reply: Reply | None = None
    problem: str = ""


class _TryAgain(Exception):
    """No answer, or no HTTP 200: the platform sends the same message again."""

    def __init__(self, verdict: str, status: int = 0) -> None:
        super().__init__(verdict)
        self.verdict = verdict
        self.status = status


class Pusher(ABC):
    """The platform's side of the server URL. ``verified`` once the URL passed the check with ``echostr``."""

    platform = "平台"

    def __init__(
        self,
        http: aiohttp.ClientSession,
        settings: SandboxSettings,
        clock: PlatformClock,
        journal: Journal,
        webhook_path: str,
    ) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock
        self._journal = journal
        self._path = webhook_path
        self._url = settings.bot_url.rstrip("/") + webhook_path
        self._limit = aiohttp.ClientTimeout(total=settings.answer_seconds)
        self.verified = False

    @abstractmethod
    def _signed(self) -> dict[str, str]:
        """What every call carries in its query."""

    @abstractmethod
    def _written(self, fields: Mapping[str, Any]) -> str:
        """The message as the bot is to read it."""

    @abstractmethod
    def _packed(self, person: str, content: str) -> tuple[dict[str, str], str, str]:
        """Query, body and content type of one delivery."""

    @abstractmethod
    def _read(self, body: bytes, person: str) -> Reply | None:
        """What the bot answered, or None for an acknowledgement.

        Raises:
            Unreadable: the platform would make nothing of it.
        """

    async def verify(self) -> None:
        """The URL check that comes before any push.

        Raises:
            SandboxAway: nobody answers there yet.
            SandboxRefused: somebody answers, but not with ``echostr``.
        """
        if self.verified:
            return
        echo = str(secrets.randbelow(10**18))
        query = {**self._signed(), "echostr": echo}
        try:
            async with self._http.get(self._url, params=query, timeout=self._limit) as answer:
                body = await read_bounded(answer, _MOST_ANSWER)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SandboxAway("正在等待服务启动…", code="bot_away") from error
        if answer.status != _OK or body.decode(errors="replace") != echo:
            raise SandboxRefused(
                f"服务没有通过{self.platform}的 URL 验证（HTTP {answer.status}）：请核对密钥和路径", code="not_verified"
            )
        self.verified = True

    async def push(self, person: str, fields: Mapping[str, Any]) -> Outcome:
        """Deliver one message until it is answered, three times at most, always with the same content."""
        content, tries = self._written(fields), list[Delivery]()
        for _ in range(DELIVERIES):
            began = monotonic()
            try:
                reply = await self._deliver(person, content)
            except _TryAgain as failure:
                tries.append(_delivery(began, failure.verdict, failure.status))
                await self._rest(failure)
            except Unreadable as error:
                tries.append(_delivery(began, error.reason, _OK))
                return Outcome(deliveries=tuple(tries), problem=error.sentence)
            else:
                tries.append(_delivery(began, "reply" if reply else "success", _OK))
                return Outcome(deliveries=tuple(tries), reply=reply)
        return Outcome(deliveries=tuple(tries), problem=f"{DELIVERIES} 次推送都没有得到回应")

    async def _rest(self, failure: _TryAgain) -> None:
        """After a time-out the repeat comes at once; after an error a moment later."""
        if failure.verdict == "unreachable":
            self.verified = False
        if failure.verdict != "timeout":
            await asyncio.sleep(self._settings.retry_seconds)

    async def _deliver(self, person: str, content: str) -> Reply | None:
        entry = self._journal.add(Entry(direction="push", at=self._clock.now(), method="POST", path=self._path))
        began = monotonic()
        try:
            reply = await self._call(person, content, entry)
        except _TryAgain as failure:
            entry.answer, entry.status = failure.verdict, failure.status
            raise
        except Unreadable as error:
            entry.answer, entry.status = error.reason, _OK
            raise
        finally:
            entry.seconds = round(monotonic() - began, 3)
        entry.answer, entry.status = ("reply" if reply else "success"), _OK
        return reply

    async def _call(self, person: str, content: str, entry: Entry) -> Reply | None:
        query, body, kind = self._packed(person, content)
        entry.query, entry.body = query, content
        try:
            # leaving the block by a time-out closes the connection, as the platform does
            async with self._http.post(
                self._url,
                params=query,
                data=body.encode(),
                headers={"Content-Type": kind},
                timeout=self._limit,
            ) as answer:
                answered = await read_bounded(answer, _MOST_ANSWER)
        except TimeoutError as error:
            raise _TryAgain("timeout") from error
        except aiohttp.ClientError as error:
            raise _TryAgain("unreachable") from error
        if answer.status != _OK:
            raise _TryAgain(f"http_{answer.status}", answer.status)
        return self._read(answered, person)


class WeChatPusher(Pusher):
    """Signed with the token, sealed as the mode says."""

    platform = "微信"

    def __init__(
        self,
        http: aiohttp.ClientSession,
        settings: SandboxSettings,
        clock: PlatformClock,
        journal: Journal,
        original_id: str,
    ) -> None:
        super().__init__(http, settings, clock, journal, settings.webhook_path)
        self._envelope = Envelope(settings.app_id, settings.encoding_aes_key)
        self._reader = AnswerReader(settings, self._envelope, original_id)

    def _read(self, body: bytes, person: str) -> Reply | None:
        return self._reader.read(body, person)

    def _written(self, fields: Fields) -> str:
        return build(fields)

    def _signed(self) -> dict[str, str]:
        time = str(int(self._clock.wall().timestamp()))
        nonce = str(secrets.randbelow(10**10))
        return {
            "signature": signature(self._settings.token, time, nonce),
            "timestamp": time,
            "nonce": nonce,
        }

    def _packed(self, person: str, content: str) -> tuple[dict[str, str], str, str]:
        query = {**self._signed(), "openid": person}
        return query, self._sealed(query, content), "text/xml"

    def _sealed(self, query: dict[str, str], xml: str) -> str:
        """The body in the account's mode; what it needs beside it is put into ``query``."""
        if self._settings.mode is Mode.PLAIN:
            return xml
        sealed = self._envelope.seal(xml)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = signature(self._settings.token, query["timestamp"], query["nonce"], sealed)
        tail = f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        if self._settings.mode is Mode.COMPATIBLE:
            return xml.removesuffix("</xml>") + tail
        to = xml[xml.index("<ToUserName>") : xml.index("</ToUserName>")] + "</ToUserName>"
        return f"<xml>{to}{tail}"


def _delivery(began: float, verdict: str, status: int) -> Delivery:
    return Delivery(seconds=round(monotonic() - began, 3), verdict=verdict, status=status)
