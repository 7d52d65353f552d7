"""What several processes share for speed, over Redis. When it is gone, each process goes on alone.

``RedisState`` fulfils ``channels.base.SharedState``; ``Wakeups`` tells waiting turns, here and elsewhere, to
look again. Nothing here is the only copy of anything.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from weakref import WeakValueDictionary

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

PREFIX = "petition:"
ANSWER_SECONDS = 0.5
"""Longer than this Redis is taken to be away: a webhook has 4.5 s altogether."""
REST_SECONDS = 1.0
"""After a failure nobody asks again for this long."""
_LOOK_AGAIN_S = 0.05
_RECONNECT_S = 0.3
_HEARTBEAT_S = 5.0
_CHANNEL = PREFIX + "wake"
_TOPICS_LIMIT = 10_000

_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


def connect(url: str) -> Redis:
    """A client that neither waits nor retries longer than a webhook can bear."""
    client: Redis = Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return client


class RedisState:
    """Shared keys and locks. ``url`` None: there is no Redis, and this process stands alone."""

    def __init__(self, url: str | None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = connect(url) if url else None
        self._monotonic = monotonic
        self._rest_until = 0.0
        self._away = False
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def get(self, key: str) -> str | None:
        """The kept value; None where none is kept, or Redis is away."""
        value = await self._ask(lambda client: client.get(PREFIX + key))
        return None if value is None else str(value)

    async def set(self, key: str, value: str, *, seconds: float) -> None:
        """Keep ``value`` for ``seconds`` (at least a millisecond)."""
        await self._ask(lambda client: client.set(PREFIX + key, value, px=_milliseconds(seconds)))

    async def delete(self, key: str) -> None:
        await self._ask(lambda client: client.delete(PREFIX + key))

    async def publish(self, topic: str, message: str) -> None:
        """Tell whoever listens to ``topic`` now; nobody may."""
        await self._ask(lambda client: client.publish(PREFIX + topic, message))

    async def reachable(self) -> bool:
        """Whether Redis answers, asked afresh unless it failed within the last second."""
        return bool(await self._ask(lambda client: client.ping()))

    @asynccontextmanager
    async def lock(self, key: str, *, seconds: float, wait: float) -> AsyncIterator[bool]:
        """Exclude others from ``key`` for at most ``seconds``; False inside: not had within ``wait`` seconds.

        The lease is not renewed: a block that outlasts ``seconds`` may share the key with another process.
        Where Redis is away the tasks of this process still exclude one another.
        """
        until = self._monotonic() + wait
        local = self._locks.setdefault(key, asyncio.Lock())
        if not await _acquired(local, wait):
            yield False
            return
        name = f"{PREFIX}lock:{key}"
        token: str | None = None
        try:
            token = await self._take(name, seconds, until)
            yield token is not None
        finally:
            try:
                if token:
                    await self._ask(lambda client: client.eval(_RELEASE, 1, name, token))
            finally:
                local.release()

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _take(self, name: str, seconds: float, until: float) -> str | None:
        """The token of the lease; "" where Redis is away; None where another holds it until the end."""
        token = uuid.uuid4().hex
        while True:
            if await self._ask(lambda client: client.set(name, token, nx=True, px=_milliseconds(seconds))):
                return token
            if self._client is None or self._away:
                return ""
            if self._monotonic() >= until:
                return None
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _ask(self, call: Callable[[Redis], Awaitable[Any]]) -> Any:
        """The answer, or None where Redis is away (``_away`` tells which)."""
        if self._client is None or self._monotonic() < self._rest_until:
            return None
        try:
            answer = await call(self._client)
        except (RedisError, OSError) as error:
            self._rest_until = self._monotonic() + REST_SECONDS
            self._note(away=True, error=type(error).__name__)
            return None
        self._note(away=False)
        return answer

    def _note(self, *, away: bool, error: str = "") -> None:
        if away == self._away:
            return
        self._away = away
        if away:
            structlog.get_logger().warning("redis.away", error=error)
        else:
            structlog.get_logger().info("redis.back")


class Wakeups:
    """Nudges between tasks and processes to look again: one subscription and one publisher a process.

    Topics are ids. A wake-up may be lost (Redis away, a burst beyond bounds): whoever waits gives a time-out,
    and looks for themselves when it ends. A process never hears its own wake-ups from Redis.
    """

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._me = uuid.uuid4().hex
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._to_tell: dict[str, None] = {}
        self._anything = asyncio.Event()
        self._telling = False
        self.listening = asyncio.Event()
        """Set while the subscription stands."""

    async def run(self) -> None:
        """Listen and tell until cancelled; reconnects by itself. While it does not run, only this process wakes."""
        if self._url is None:
            return
        self._telling = True
        try:
            async with asyncio.TaskGroup() as group:
                for work in (self._hear, self._publish):
                    group.create_task(_for_ever(self._url, work))
        finally:
            self._telling = False

    async def wake(self, topic: str) -> None:
        """Wake those who wait for ``topic``: here at once, elsewhere as soon as Redis has carried it."""
        self._wake_here(topic)
        if self._telling and len(self._to_tell) < _TOPICS_LIMIT:
            self._to_tell[topic] = None
            self._anything.set()

    async def wait(self, topic: str, seconds: float) -> bool:
        """True when woken, False after ``seconds``."""
        with self.watch(topic) as woken:
            try:
                async with asyncio.timeout(seconds):
                    return await woken.wait()
            except TimeoutError:
                return False

    @contextmanager
    def watch(self, topic: str) -> Iterator[asyncio.Event]:
        """An event set by every wake-up from now on: watch, look, then wait, and nothing is missed."""
        woken = asyncio.Event()
        self._waiting.setdefault(topic, set()).add(woken)
        try:
            yield woken
        finally:
            waiting = self._waiting[topic]
            waiting.discard(woken)
            if not waiting:
                del self._waiting[topic]

    def _wake_here(self, topic: str) -> None:
        for woken in self._waiting.get(topic, ()):
            woken.set()

    async def _hear(self, client: Redis) -> None:
        async with client.pubsub() as pubsub:
            await pubsub.subscribe(_CHANNEL)
            try:
                while True:
                    stop_if_cancelled()
                    message = await pubsub.get_message(timeout=_HEARTBEAT_S)
                    if message is None:
                        await pubsub.ping()
                    elif message["type"] == "subscribe":
                        self.listening.set()
                    elif message["type"] == "message":
                        self._heard(str(message["data"]))
            finally:
                self.listening.clear()

    def _heard(self, data: str) -> None:
        sender, *topics = data.split("\n")
        if sender != self._me:
            for topic in topics:
                self._wake_here(topic)

    async def _publish(self, client: Redis) -> None:
        """What gathered while the last call was under way goes out in one."""
        while True:
            stop_if_cancelled()
            await self._anything.wait()
            self._anything.clear()
            topics, self._to_tell = self._to_tell, {}
            await client.publish(_CHANNEL, "\n".join([self._me, *topics]))


async def _for_ever(url: str, work: Callable[[Redis], Awaitable[None]]) -> None:
    while True:
        async with connect(url) as client:
            with contextlib.suppress(RedisError, OSError):
                await work(client)
        stop_if_cancelled()
        await asyncio.sleep(_RECONNECT_S)


def stop_if_cancelled() -> None:
    """Raise what redis-py swallows: a cancellation that met it while connecting."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _acquired(lock: asyncio.Lock, wait: float) -> bool:
    try:
        async with asyncio.timeout(wait):
            return await lock.acquire()
    except TimeoutError:
        return False


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
