"""What the tests of broadcasts share: a store, phones, the office's steps, and a worker under way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from broadcast_kit import Phones, office_of, runs_of

from bot.broadcasts.office import BroadcastOffice
from storage.store import Store


@pytest.fixture
async def store(database, vault) -> Store:
    return await Store.open(database, vault)


@pytest.fixture
def phones(tmp_path) -> Phones:
    return Phones(tmp_path / "taken")


@pytest.fixture
def channels(phones) -> Any:
    return {("sms", "main"): phones}


@pytest.fixture
def office(store, channels) -> BroadcastOffice:
    return office_of(store, channels)


@pytest.fixture
def worker(store, channels) -> Callable[..., Any]:
    """A worker within a block."""

    @asynccontextmanager
    async def working(**how: Any) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(runs_of(store, how.pop("channels", channels), **how).run(stop))
        try:
            yield
        finally:
            stop.set()
            await task

    return working
