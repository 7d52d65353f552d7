"""What the tests of Weibo share: an account, a clock, and the platform's API on a real socket."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import weibo_kit
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.base import Channel, Tools
from channels.weibo import factory


class MemoryState:
    """SharedState of one process."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.values.get(key)

    async def set(self, key: str, value: str, *, seconds: float) -> None:
        self.values[key] = value

    async def delete(self, key: str) -> None:
        self.values.pop(key, None)

    @asynccontextmanager
    async def lock(self, key: str, *, seconds: float, wait: float) -> AsyncIterator[bool]:
        yield True


@pytest.fixture
def kit() -> Any:
    return weibo_kit


@pytest.fixture
def clock() -> Any:
    return weibo_kit.SettableClock()


@pytest.fixture
def shared() -> MemoryState:
    return MemoryState()


@pytest.fixture
async def api() -> AsyncIterator[Any]:
    api = weibo_kit.Api()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.handle)
    async with TestServer(app) as server:
        api.base = str(server.make_url("")).rstrip("/")
        yield api


@pytest.fixture
async def make_channel(clock: Any, shared: MemoryState) -> AsyncIterator[Callable[..., Channel]]:
    async with aiohttp.ClientSession(trust_env=False) as http:

        def make(*, base: str = "", base_url: str = "", clock: Any = clock, **settings: Any) -> Channel:
            addresses = {"api_base": base, "upload_base": base} if base else {}
            tools = Tools(http=http, shared=shared, clock=clock, base_url=base_url)
            return factory("main", {**weibo_kit.SETTINGS, **addresses, **settings}, tools)

        yield make
