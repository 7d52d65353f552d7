"""Aliyun's API of text messages (version 2017-05-25): signed calls, and what each answer means."""

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp
from pydantic import SecretStr

from channels.base import Clock
from channels.errors import SendFailed
from channels.gates import Gates
from channels.sms.aliyun_errcodes import BUSINESS_LIMIT, FAMILIES, TABLE, limit_reached
from channels.sms.aliyun_signing import authorization, body_hash, canonical_query
from channels.sms.cloud_calls import Answer, Post, post, wordless
from channels.sms.cloud_errors import Reaction, looked_up, teach

VERSION = "2017-05-25"
SEND = "SendSms"
_OK = "OK"


class Login(Protocol):
    """What the client reads of the settings."""

    @property
    def api_base(self) -> str: ...
    @property
    def access_key_id(self) -> str: ...
    @property
    def access_key_secret(self) -> SecretStr: ...
    @property
    def call_seconds(self) -> float: ...


class AliyunClient:
    """Calls the API in the name of one access key. ``nonce`` gives a word that was never given before."""

    def __init__(
        self, login: Login, http: aiohttp.ClientSession, *, clock: Clock, gates: Gates, nonce: Callable[[], str]
    ) -> None:
        self._login = login
        self._http = http
        self._clock = clock
        self._gates = gates
        self._nonce = nonce

    async def send(self, query: Mapping[str, str]) -> str:
        """Hand one text over; give the provider's number for it.

        Raises:
            SendFailed: one of its branches.
        """
        self._gates.enter(SEND)
        answer = await self.call(SEND, query)
        failure, everybody = self._failure(answer)
        teach(self._gates, SEND, failure, everybody=everybody)
        if failure is not None:
            raise failure
        number = answer.values.get("BizId")
        return number if isinstance(number, str) else ""

    async def call(self, action: str, query: Mapping[str, str]) -> Answer:
        """Make one signed call.

        Raises:
            Busy: it never left.
            OutcomeUnknown: it left, and no answer came that could be read.
        """
        return await post(self._http, self.signed(action, query), seconds=self._login.call_seconds)

    def signed(self, action: str, query: Mapping[str, str]) -> Post:
        """The call as it goes over the wire."""
        address = urlsplit(self._login.api_base)
        path = address.path or "/"
        headers = {
            "host": address.netloc,
            "x-acs-action": action,
            "x-acs-content-sha256": body_hash(b""),
            "x-acs-date": self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self._nonce(),
            "x-acs-version": VERSION,
        }
        proof = authorization(
            key_id=self._login.access_key_id,
            secret=self._login.access_key_secret.get_secret_value(),
            method="POST",
            path=path,
            query=query,
            headers=headers,
        )
        url = f"{address.scheme}://{address.netloc}{path}?{canonical_query(query)}"
        return Post(url=url, headers={**headers, "accept": "application/json", "authorization": proof})

    def _failure(self, answer: Answer) -> tuple[SendFailed | None, bool]:
        code = code_of(answer.values)
        if not code:
            return wordless(answer.status), False
        if code == _OK:
            return None, False
        reaction = reaction_to(code, answer.values)
        return reaction.raised(code, now=self._clock()), reaction.everybody


def code_of(values: Mapping[str, Any]) -> str:
    """The code of an answer; "" where it has none."""
    code = values.get("Code")
    return code if isinstance(code, str) else ""


def reaction_to(code: str, values: Mapping[str, Any]) -> Reaction:
    """What to do about ``code``."""
    if code == BUSINESS_LIMIT:
        return limit_reached(str(values.get("Message", "")))
    return looked_up(code, TABLE, FAMILIES)
