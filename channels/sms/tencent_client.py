"""Tencent Cloud's API of text messages (version 2021-01-11): signed calls, and what each answer means."""

import json
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp
from pydantic import SecretStr

from channels.base import Clock
from channels.errors import OutcomeUnknown, SendFailed
from channels.gates import Gates
from channels.sms.cloud_calls import Answer, Post, post, wordless
from channels.sms.cloud_errors import looked_up, teach
from channels.sms.tencent_errcodes import FAMILIES, TABLE
from channels.sms.tencent_signing import authorization

VERSION = "2021-01-11"
SEND = "SendSms"
_JSON = "application/json"
_OK = "Ok"


class Login(Protocol):
    """What the client reads of the settings."""

    @property
    def api_base(self) -> str: ...
    @property
    def secret_id(self) -> str: ...
    @property
    def secret_key(self) -> SecretStr: ...
    @property
    def region(self) -> str: ...
    @property
    def call_seconds(self) -> float: ...


class TencentClient:
    """Calls the API in the name of one secret."""

    def __init__(self, login: Login, http: aiohttp.ClientSession, *, clock: Clock, gates: Gates) -> None:
        self._login = login
        self._http = http
        self._clock = clock
        self._gates = gates

    async def send(self, values: Mapping[str, Any]) -> str:
        """Hand one text to one number over; give the provider's number for it.

        Raises:
            SendFailed: one of its branches.
        """
        self._gates.enter(SEND)
        answer = await self.call(SEND, values)
        failure, everybody = self._failure(answer)
        teach(self._gates, SEND, failure, everybody=everybody)
        if failure is not None:
            raise failure
        number = _status(answer.values).get("SerialNo")
        return number if isinstance(number, str) else ""

    async def call(self, action: str, values: Mapping[str, Any]) -> Answer:
        """Make one signed call; give what stands in ``Response``.

        Raises:
            Busy: it never left.
            OutcomeUnknown: it left, and no answer came that could be read.
        """
        answer = await post(self._http, self.signed(action, values), seconds=self._login.call_seconds)
        response = answer.values.get("Response")
        return Answer(status=answer.status, values=response if isinstance(response, dict) else {})

    def signed(self, action: str, values: Mapping[str, Any]) -> Post:
        """The call as it goes over the wire."""
        address = urlsplit(self._login.api_base)
        body, now = json.dumps(values, ensure_ascii=False).encode(), self._clock()
        proof = authorization(
            key_id=self._login.secret_id,
            secret=self._login.secret_key.get_secret_value(),
            host=address.netloc,
            content_type=_JSON,
            body=body,
            at=now,
            path=address.path or "/",
        )
        headers = {
            "host": address.netloc,
            "content-type": _JSON,
            "authorization": proof,
            "x-tc-action": action,
            "x-tc-version": VERSION,
            "x-tc-timestamp": str(int(now.timestamp())),
            "x-tc-region": self._login.region,
        }
        return Post(url=f"{address.scheme}://{address.netloc}{address.path or '/'}", headers=headers, body=body)

    def _failure(self, answer: Answer) -> tuple[SendFailed | None, bool]:
        code = code_of(answer.values) or _code(_status(answer.values))
        if code == _OK:
            return None, False
        if not code:
            # "Response" was there: it was carried out, and what became of the number is not said.
            return (OutcomeUnknown("no status") if answer.values else wordless(answer.status)), False
        reaction = looked_up(code, TABLE, FAMILIES)
        return reaction.raised(code, now=self._clock()), reaction.everybody


def code_of(response: Mapping[str, Any]) -> str:
    """The code of an error that concerns the whole call; "" where there is none."""
    error = response.get("Error")
    return _code(error) if isinstance(error, dict) else ""


def _status(response: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is said of the one number."""
    found = response.get("SendStatusSet")
    return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}


def _code(values: Mapping[str, Any]) -> str:
    code = values.get("Code")
    return code if isinstance(code, str) else ""
