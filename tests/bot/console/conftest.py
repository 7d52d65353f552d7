"""What the console's tests share: a store with units, a cheap hasher, a console without features."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from console_client import UNITS, Clock, Console

from bot.access.passwords import Passwords
from storage.store import Store


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


@pytest.fixture
def passwords() -> Passwords:
    """Real argon2id, made weak: the tests hash a lot."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
async def store(database, vault) -> Store:
    made = await Store.open(database, vault)
    await made.units.put(UNITS)
    return made


@pytest.fixture
async def console(store: Store, clock: Clock, passwords: Passwords) -> AsyncIterator[Console]:
    made = Console(store, clock, passwords)
    await made.start()
    yield made
    await made.stop()
