"""The platform's API as one call: token, gates, error codes, and a single bounded repeat where the token was dead."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import structlog

from channels.base import Tools
from channels.errors import AccountBroken, Busy, OutcomeUnknown, SendFailed
from channels.gates import Gates
from channels.wechat.errcodes import TABLE, error_for, reaction_to
from channels.wechat.settings import WeChatSettings
from channels.wechat.tokens import AccessTokens, Token
from channels.wechat.transport import LARGEST_ANSWER, ApiAnswer, Transport

STABLE_TOKEN = "/cgi-bin/stable_token"  # noqa: S105 - a path
_LONGEST_TOKEN = 2048
_LEAST_SECONDS = 0.1
_TOKEN_SECONDS = (1, 86_400)
_USUAL_TOKEN_SECONDS = 7200

Ask = Callable[[str, float], Awaitable[ApiAnswer]]
"""One exchange with the platform: by this token, within so many seconds."""


class WeChatApi:
    """Calls in the name of one official account."""

    def __init__(self, settings: WeChatSettings, tools: Tools) -> None:
        self._settings = settings
        self._clock = tools.clock
        self.transport = Transport(tools.http, api_base=settings.api_base)
        self._gates = Gates(tools.clock, rest_seconds=settings.rest_seconds)
        self.tokens = AccessTokens(
            self.fetch_token,
            # the host, so that a deployment that was pointed at a stand-in does not use its tokens later
            key=f"wechat:token:{settings.app_id}@{urlsplit(settings.api_base).netloc}",
            shared=tools.shared,
            clock=tools.clock,
        )

    async def call(self, api: str, payload: Mapping[str, object], *, person: str) -> Mapping[str, Any]:
        """Call ``api``, all in all within ``call_seconds``; ``person`` (openid) is kept out of what is logged.

        Raises:
            SendFailed: one of its branches.
        """

        async def post(token: str, seconds: float) -> ApiAnswer:
            return await self.transport.post(api, payload, token=token, seconds=seconds)

        return (await self.ask(api, post, seconds=self._settings.call_seconds, hide=(person,))).data

    async def get(self, api: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """What ``api`` tells to a GET, which may be asked again; all in all within ``call_seconds``.

        Raises:
            SendFailed: one of its branches, never OutcomeUnknown.
        """

        async def download(token: str, seconds: float) -> ApiAnswer:
            asked = {"access_token": token, **(query or {})}
            return await self.transport.download(api, asked, seconds=seconds, most=LARGEST_ANSWER)

        try:
            return (await self.ask(api, download, seconds=self._settings.call_seconds)).data
        except OutcomeUnknown as error:
            raise Busy(error.detail, provider_code=error.provider_code) from None

    async def ask(self, api: str, ask: Ask, *, seconds: float, hide: Sequence[str] = ()) -> ApiAnswer:
        """Ask with a token, and once more with another where the platform refused it; all in all within ``seconds``.

        ``hide``: values that are kept out of what is logged.

        Raises:
            SendFailed: one of its branches.
        """
        self._gates.enter(api)
        try:
            answer = await self._with_token(api, ask, seconds)
            self._check(answer, api, hide=(*hide, self.tokens.held))
        except SendFailed as error:
            self._gates.learn(api, error)
            raise
        self._gates.learn(api, None)
        return answer

    async def fetch_token(self, *, force: bool) -> Token:
        """Ask the platform for the token, past gates and caches. ``force`` kills the old one.

        Raises:
            SendFailed: never OutcomeUnknown: asking again is harmless.
        """
        secret = self._settings.app_secret.get_secret_value()
        payload = {"grant_type": "client_credential", "appid": self._settings.app_id, "secret": secret}
        try:
            answer = await self.transport.post(
                STABLE_TOKEN, payload | {"force_refresh": force}, seconds=self._settings.call_seconds
            )
        except OutcomeUnknown as error:
            raise Busy(error.detail, provider_code=error.provider_code) from None
        self._check(answer, STABLE_TOKEN, hide=(secret,))
        return self._token_in(answer)

    def _token_in(self, answer: ApiAnswer) -> Token:
        value, seconds = answer.data.get("access_token"), answer.data.get("expires_in")
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TOKEN:
            raise Busy("the answer holds no token")
        least, most = _TOKEN_SECONDS
        lasting = seconds if isinstance(seconds, int) and least <= seconds <= most else _USUAL_TOKEN_SECONDS
        return Token.lasting(value, lasting, now=self._clock())

    async def _with_token(self, api: str, ask: Ask, seconds: float) -> ApiAnswer:
        left = _countdown(seconds)
        token = await _in_time(self.tokens.get(), left())
        answer = await ask(token, left())
        if not reaction_to(answer.code).renew_token:
            return answer
        structlog.get_logger().warning("wechat.token_refused", api=api, code=answer.code)
        try:
            renewed = await _in_time(self.tokens.replace(token), left())
        except AccountBroken as error:
            raise AccountBroken(error.detail, provider_code=error.provider_code or str(answer.code)) from error
        return await ask(renewed, left())

    def _check(self, answer: ApiAnswer, api: str, *, hide: Sequence[str]) -> None:
        if answer.code == 0 or reaction_to(answer.code).done:
            return
        detail = answer.detail(hide)
        structlog.get_logger().warning(
            "wechat.refused", api=api, code=answer.code, detail=detail, known=answer.code in TABLE
        )
        raise error_for(answer.code, detail, now=self._clock())


def _countdown(seconds: float) -> Callable[[], float]:
    """Gives the seconds left, never none: a time limit of 0 means no limit to aiohttp."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    return lambda: max(_LEAST_SECONDS, end - loop.time())


async def _in_time(token: Awaitable[str], seconds: float) -> str:
    try:
        async with asyncio.timeout(seconds):
            return await token
    except TimeoutError:
        raise Busy("no token in time") from None
