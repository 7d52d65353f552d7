"""The web process's HTTP: webhooks, the API, health, metrics."""

import asyncio
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiohttp import web

from bot.answered import GRACE_S, hung_up, stays_whole
from bot.faults import frames_of
from bot.intake import Answer
from bot.metrics import CONTENT_TYPE, Metrics
from bot.passive_marks import PassiveMarks
from bot.quiet_server import QuietRunner
from channels.base import Channel, Clock, WebhookRequest
from channels.errors import WebhookRefused
from storage.errors import StorageError

BODY_LIMIT = 128 * 1024
"""Bytes of a webhook call; the channel's own limit is tighter."""
_BODY_TIMEOUT_S = 4.0
_LONGEST_LINE = 33 * 1024
"""Bytes of a request's first line: Kannel brings a long petition in the address, nine bytes to a character."""
_IDLE_SECONDS = 75.0
"""Between two calls on one connection: longer than proxies keep theirs, which would else find it closed."""
_API_BODY_LIMIT = 1024 * 1024 + 1024
_OF_PROXIES = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via")
_SAFE_TEXT = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}

Readiness = Callable[[], Awaitable[Mapping[str, str]]]
"""Gives for each part "ok", or what is the matter with it; a part that must work begins with "!"."""
Depths = Callable[[], Awaitable[Mapping[str, int]]]
"""Counts what waits, by queue; nothing where it cannot be counted now."""


def make_runner(app: web.Application, *, shutdown_seconds: float, quiet_seconds: float = 0.0) -> QuietRunner:
    """``app``, as this service runs it."""
    return QuietRunner(
        app,
        quiet_seconds=quiet_seconds,
        access_log=None,
        shutdown_timeout=shutdown_seconds,
        keepalive_timeout=_IDLE_SECONDS,
        # No platform compresses what it sends; what is small on the wire stays small.
        auto_decompress=False,
        max_line_size=_LONGEST_LINE,
    )


class TakesCalls(Protocol):
    """Answers a platform's call (fulfilled by ``bot.intake`` and ``bot.meanwhile``)."""

    async def handle(self, channel: Channel, request: WebhookRequest) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """What the web application is made of. ``marks``: None where no answer carries a reply."""

    channels: Mapping[tuple[str, str], Channel]
    intake: TakesCalls
    marks: PassiveMarks | None
    api: web.Application
    console: web.Application
    resident: web.Application
    public: web.Application
    metrics: Metrics
    readiness: Readiness
    depths: Depths
    tokens: frozenset[str]
    clock: Clock


def make_web(parts: WebParts) -> web.Application:
    """The application of ``web``: routes only, everything else is handed in."""
    app = web.Application(client_max_size=_API_BODY_LIMIT)
    webhooks = Webhooks(parts)
    health = Health(parts)
    app.router.add_route("*", "/channels/{channel}/{account}", webhooks.take)
    app.router.add_route("*", "/channels/{channel}/{account}/{rest:.*}", webhooks.take)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    app.router.add_get("/metrics", health.metrics)
    app.router.add_get("/", _front)
    app.add_subapp("/api", parts.api)
    app.add_subapp("/console", parts.console)
    app.add_subapp("/r", parts.resident)
    app.add_subapp("/notices", parts.public)
    return app


async def _front(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/console/")


class Webhooks:
    """Takes platforms' calls: bounded in size and time, answered by the channel alone."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one call; a refusal tells the caller nothing but its status."""
        channel = self._parts.channels.get((request.match_info["channel"], request.match_info["account"]))
        if channel is None:
            return web.Response(status=404)
        received_at = self._parts.clock()
        until = asyncio.get_running_loop().time() + channel.capabilities.answer_within + GRACE_S
        try:
            body = await _read(request)
        except TimeoutError:
            return self._refuse(channel, 408, "too_slow")
        except (web.RequestPayloadError, ConnectionError):
            return self._refuse(channel, 400, "broken_off")
        if body is None:
            return self._refuse(channel, 413, "too_large")
        call = WebhookRequest(
            method=request.method,
            path=request.match_info.get("rest", ""),
            query=request.query,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            received_at=received_at,
            query_string=request.rel_url.raw_query_string,
        )
        return await self._answer(request, channel, call, until)

    async def _answer(
        self, request: web.Request, channel: Channel, call: WebhookRequest, until: float
    ) -> web.StreamResponse:
        try:
            answer = await self._parts.intake.handle(channel, call)
        except WebhookRefused as refusal:
            return self._refuse(channel, refusal.status, refusal.code)
        except StorageError as error:
            # Not kept, so not acknowledged: the platform repeats the call.
            structlog.get_logger().error("webhook.not_kept", channel=channel.name, error=error.code)
            return self._unanswered(channel, 503, "not_kept")
        except Exception as error:  # noqa: BLE001 - the server's own log would quote the call
            structlog.get_logger().error(
                "webhook.broke", channel=channel.name, error=type(error).__name__, frames=frames_of(error)
            )
            return self._unanswered(channel, 500, "broke")
        self._count(channel, "answered")
        return await self._give(request, answer, until)

    async def _give(self, request: web.Request, answer: Answer, until: float) -> web.StreamResponse:
        in_vain = answer.reply is not None and hung_up(request)
        response = web.Response(
            status=answer.response.status,
            body=answer.response.body,
            headers={"Content-Type": answer.response.content_type, **_SAFE_TEXT},
        )
        await response.prepare(request)
        await response.write_eof()
        # Where the platform hung up before, this raised, or was in vain: its repeat, or a worker, gives the reply.
        in_vain = in_vain or asyncio.get_running_loop().time() > until
        if answer.reply is not None and self._parts.marks is not None and not in_vain:
            self._parts.marks.given(answer.reply, read=stays_whole(request))
        return response

    def _unanswered(self, channel: Channel, status: int, outcome: str) -> web.Response:
        self._count(channel, outcome)
        return web.Response(status=status, headers={"Retry-After": "2"})

    def _refuse(self, channel: Channel, status: int, code: str) -> web.Response:
        structlog.get_logger().warning("webhook.refused", channel=channel.name, status=status, code=code)
        self._count(channel, code)
        return web.Response(status=status)

    def _count(self, channel: Channel, outcome: str) -> None:
        self._parts.metrics.webhooks.labels(channel=channel.name, outcome=outcome).inc()


async def _read(request: web.Request) -> bytes | None:
    """The body; None where it is larger than ``BODY_LIMIT``.

    Raises:
        TimeoutError: it came too slowly.
        ConnectionError, web.RequestPayloadError: the caller hung up, or broke it.
    """
    if (request.content_length or 0) > BODY_LIMIT:
        return None
    if request.content.is_eof():  # it came whole with its head, as what is small does: nothing is to be waited for
        whole: bytes = request.content.read_nowait()
        return whole if len(whole) <= BODY_LIMIT else None
    body = bytearray()
    async with asyncio.timeout(_BODY_TIMEOUT_S):
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > BODY_LIMIT:
                return None
    return bytes(body)


class Health:
    """Liveness, readiness and figures."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts

    async def alive(self, _request: web.Request) -> web.Response:
        """The process answers."""
        return web.json_response({"alive": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """Whether residents' messages can be kept and answered; else 503, naming the part."""
        parts = await self._parts.readiness()
        ready = not any(state.startswith("!") for state in parts.values())
        body = {"ready": ready, "parts": {name: state.lstrip("!") for name, state in parts.items()}}
        return web.json_response(body, status=200 if ready else 503)

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus figures, for callers on this machine or with a token."""
        if not (_from_loopback(request) or self._has_token(request)):
            return web.Response(status=403)
        for queue, depth in (await self._parts.depths()).items():
            self._parts.metrics.queue_depth.labels(queue=queue).set(depth)
        return web.Response(body=self._parts.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE})

    def _has_token(self, request: web.Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        # bytes, and surrogates let pass: a hostile header must end in a refusal, not in an encoding error
        presented = given.encode("utf-8", "surrogatepass")
        matches = [hmac.compare_digest(presented, token.encode()) for token in self._parts.tokens]
        return scheme.lower() == "bearer" and any(matches)


def _from_loopback(request: web.Request) -> bool:
    # Behind a proxy every caller seems to be on this machine: then only a token counts.
    if any(name in request.headers for name in _OF_PROXIES):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
