"""The platform's API as one call: the token, the gates, the error codes."""

from collections.abc import Mapping

import structlog

from channels.base import Fetched, Tools
from channels.errors import Busy, MediaGone, OutcomeUnknown, PayloadRejected, SendFailed
from channels.gates import Gates
from channels.weibo.errcodes import TABLE, error_for, reaction_to
from channels.weibo.settings import WeiboSettings
from channels.weibo.transport import ApiAnswer, Transport
from channels.weibo.wire import Fields

MEDIA = "/2/mss/msget"


class WeiboApi:
    """Calls in the name of one account."""

    def __init__(self, settings: WeiboSettings, tools: Tools) -> None:
        self._settings = settings
        self._token = settings.access_token.get_secret_value()
        self._clock = tools.clock
        self._transport = Transport(tools.http)
        self._gates = Gates(tools.clock, rest_seconds=settings.rest_seconds)

    async def post(self, api: str, fields: Mapping[str, str], *, person: str = "") -> Fields:
        """Call ``api`` ("/2/…"); ``person`` (uid) is kept out of what is logged.

        Raises:
            SendFailed: one of its branches.
        """
        return await self._through_gate("POST", api, fields, person)

    async def get(self, api: str, fields: Mapping[str, str]) -> Fields:
        """As ``post``; an answer that does not come is Busy, for asking again does no harm."""
        try:
            return await self._through_gate("GET", api, fields, "")
        except OutcomeUnknown as error:
            raise Busy(error.detail, provider_code=error.provider_code) from None

    async def ask(self, api: str) -> Fields:
        """Call ``api`` about the token itself, past the gates.

        Raises:
            SendFailed: never OutcomeUnknown.
        """
        try:
            answer = await self._exchange("POST", api, {})
        except OutcomeUnknown as error:
            raise Busy(error.detail, provider_code=error.provider_code) from None
        self._check(answer, api)
        return answer.data

    async def fetch(self, name: str) -> Fetched:
        """The picture or voice that the platform calls ``name`` (tovfid).

        Raises:
            MediaGone: it is not there any more. MediaTooLarge: it is larger than anybody takes.
            SendFailed: another of its branches.
        """
        self._gates.enter(MEDIA)
        try:
            found = await self._transport.media(
                self._settings.upload_base + MEDIA,
                {"access_token": self._token, "fid": name},
                seconds=self._settings.call_seconds,
            )
            if isinstance(found, ApiAnswer):
                self._check(found, MEDIA)
                raise MediaGone("an answer without content")
        except SendFailed as error:
            self._gates.learn(MEDIA, error)
            if isinstance(error, PayloadRejected):
                raise MediaGone(error.detail, provider_code=error.provider_code) from None
            raise
        self._gates.learn(MEDIA, None)
        return found

    async def _through_gate(self, method: str, api: str, fields: Mapping[str, str], person: str) -> Fields:
        self._gates.enter(api)
        try:
            answer = await self._exchange(method, api, fields)
            self._check(answer, api, person)
        except SendFailed as error:
            self._gates.learn(api, error)
            raise
        self._gates.learn(api, None)
        return answer.data

    async def _exchange(self, method: str, api: str, fields: Mapping[str, str]) -> ApiAnswer:
        return await self._transport.exchange(
            method,
            self._settings.api_base + api,
            {"access_token": self._token, **fields},
            seconds=self._settings.call_seconds,
        )

    def _check(self, answer: ApiAnswer, api: str, person: str = "") -> None:
        if answer.code == 0 or reaction_to(answer.code).done:
            return
        detail = answer.detail((person, self._token, self._settings.app_key))
        structlog.get_logger().warning(
            "weibo.refused", api=api, code=answer.code, detail=detail, known=answer.code in TABLE
        )
        raise error_for(answer.code, detail, now=self._clock())
