"""Kannel's ``sendsms``, and what each of its answers means.

Texts are posted, each by a connection of its own: an HTTP client may repeat a GET by itself when a connection breaks,
and the text would go out twice with nobody knowing. Nothing of a text or a number stands in an address then, either.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

import aiohttp
import structlog
from pydantic import SecretStr

from channels.errors import AccountBroken, Busy, OutcomeUnknown, PayloadRejected, RecipientGone, SendFailed

_CONNECT_SECONDS = 3.0
_LARGEST_ANSWER = 4096
_LONGEST_DETAIL = 120
_OK, _ACCEPTED, _BAD_REQUEST, _FORBIDDEN, _TOO_MANY = 200, 202, 400, 403, 429
_SERVER_ERRORS, _GATEWAY_TIMEOUT = 500, 504
_PLAIN = {"Content-Type": "text/plain; charset=UTF-8", "Connection": "close"}
_TAKEN = re.compile(r"(0|3): ")
"""0: accepted for delivery. 3: queued, for the SMSC is down at the moment."""

REFUSALS: Mapping[str, type[SendFailed]] = MappingProxyType(
    {
        "authorization failed": AccountBroken,
        "sender missing": AccountBroken,
        "account field": AccountBroken,
        "dlr-url field": AccountBroken,
        "denied by white- and/or black-lists": RecipientGone,
        "missing receiver": RecipientGone,  # "… number, rejected", and of a post "…(s) number(s), rejected"
        "empty receiver": RecipientGone,
    }
)
"""What a refusal of a request says (400), by what stands in it; any other is the content's fault."""


class Login(Protocol):
    """What the client reads of the settings."""

    @property
    def sendsms_url(self) -> str: ...
    @property
    def username(self) -> str: ...
    @property
    def password(self) -> SecretStr: ...
    @property
    def call_seconds(self) -> float: ...


class KannelClient:
    """Calls one smsbox in the name of one sendsms user."""

    def __init__(self, login: Login, http: aiohttp.ClientSession) -> None:
        self._login = login
        self._http = http

    async def send(self, fields: Mapping[str, str], text: str) -> None:
        """Hand one text over; ``fields`` by the names of Kannel's headers, without their ``X-Kannel-``.

        Raises:
            SendFailed: one of its branches.
        """
        status, answer = await self._call(fields, text)
        failure = failure_of(status, answer)
        if failure is not None:
            raise failure

    async def check(self) -> Sequence[str]:
        """Ask for a text to nobody: Kannel looks at user and password first, then refuses it."""
        url = self._login.sendsms_url
        try:
            status, answer = await self._call({}, "")
        except SendFailed as error:
            return [f"连不上 Kannel 的 sendsms（{url}，{error.detail}）：请检查 sendsms_url，以及 smsbox 是否在运行"]
        if status == _FORBIDDEN:
            return ["username 或 password 不对：Kannel 拒绝登录（请核对 sendsms-user 一节，含 user-allow-ip）"]
        if status == _BAD_REQUEST and "receiver" in answer.lower():
            return []
        return [f"{url} 的回答不像 Kannel 的 sendsms（HTTP {status}）：请检查 sendsms_url"]

    async def _call(self, fields: Mapping[str, str], text: str) -> tuple[int, str]:
        """Status and answer.

        Raises:
            Busy: nothing was sent.
            OutcomeUnknown: it was sent, but no answer came.
        """
        login = {"Username": self._login.username, "Password": self._login.password.get_secret_value()}
        headers = {f"X-Kannel-{name}": value for name, value in {**login, **fields}.items()}
        seconds = self._login.call_seconds
        limits = aiohttp.ClientTimeout(total=seconds, connect=min(_CONNECT_SECONDS, seconds / 2))
        try:
            async with self._http.post(
                self._login.sendsms_url,
                data=text.encode(),
                headers={**headers, **_PLAIN},
                timeout=limits,
                allow_redirects=False,
            ) as response:
                return response.status, await _read(response.content)
        # The messages of aiohttp's errors can quote what they choke on: only their names go on.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Busy(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise OutcomeUnknown(type(error).__name__) from None


async def _read(content: aiohttp.StreamReader) -> str:
    """What there is of the answer's words; the status alone says whether the text was taken."""
    answer = bytearray()
    try:
        while len(answer) < _LARGEST_ANSWER and (chunk := await content.read(_LARGEST_ANSWER)):
            answer += chunk
    except (aiohttp.ClientError, TimeoutError):
        structlog.get_logger().warning("kannel.answer_cut_short")
    return answer[:_LARGEST_ANSWER].decode("utf-8", "replace")


def failure_of(status: int, answer: str) -> SendFailed | None:
    """What an answer of sendsms means; None: the text was taken."""
    code = f"http_{status}"
    if status == _ACCEPTED or (status == _OK and _TAKEN.match(answer)):
        return None
    if status == _BAD_REQUEST:
        return _refusal(answer)
    kind: type[SendFailed] = AccountBroken
    if status == _GATEWAY_TIMEOUT:
        kind = OutcomeUnknown
    elif status == _TOO_MANY or status >= _SERVER_ERRORS:
        kind = Busy
    return kind(f"HTTP {status}", provider_code=code)


def _refusal(answer: str) -> SendFailed:
    said = answer.lower()
    kind = next((error for words, error in REFUSALS.items() if words in said), PayloadRejected)
    # Kannel's refusals are fixed sentences; digits in one would be somebody's number.
    detail = re.sub(r"[\x00-\x1f\x7f]+|\d{3,}", " ", answer).strip()[:_LONGEST_DETAIL]
    return kind(detail, provider_code="http_400")
