"""What the tests of text messages share: an account, a client, and somebody who listens on a real socket."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from sms_kit import Calls, Kit, listening


@pytest.fixture
def kit() -> Kit:
    return Kit()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(trust_env=False) as session:
        yield session


@pytest.fixture
def listener() -> Iterator[Calls]:
    with listening() as calls:
        yield calls
