"""Eight processes need WeChat's access token at once: it is fetched once, however that comes about."""

import asyncio
import json
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import fault_token_peer
import pytest
from fault_platforms import Accounts, Platforms
from waiting import within

pytestmark = pytest.mark.timeout(180)
PROCESSES, AT_ONCE = 8, 5
SENT = PROCESSES * AT_ONCE
ALMOST_ENDED = 7200 - 120
"""Seconds: the platform gives the next token in the last 300 s of this one."""


@asynccontextmanager
async def platform():
    made = Platforms(accounts=Accounts(), web=lambda: "", chance=random.Random(1))
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


class Peers:
    """The processes; ``send`` has each send several messages at the same moment."""

    def __init__(self, processes) -> None:
        self._processes = processes

    async def send(self, *, later: float = 0) -> None:
        for process in self._processes:
            process.stdin.write(f"{later} {AT_ONCE}\n".encode())
        async with within("all are sent"):
            told = await asyncio.gather(*(process.stdout.readline() for process in self._processes))
        assert [json.loads(line) for line in told] == [[""] * AT_ONCE] * PROCESSES


@asynccontextmanager
async def peers(played, servers) -> AsyncIterator[Peers]:
    of = played.accounts
    settings = {"app_id": of.app_id, "app_secret": of.app_secret, "token": of.token, "encoding_aes_key": of.aes_key}
    given = {"settings": {**settings, "api_base": played.url}, "redis": f"{servers.redis_url}?db=12"}
    processes = []
    try:
        for _ in range(PROCESSES):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, fault_token_peer.__file__),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            )
            processes.append(process)
            process.stdin.write(json.dumps(given).encode() + b"\n")
        async with within("all processes are ready"):
            assert [json.loads(await process.stdout.readline()) for process in processes] == ["ready"] * PROCESSES
        yield Peers(processes)
    finally:
        for process in processes:
            process.kill()
            await process.wait()


async def test_each_token_is_fetched_once_whatever_ends_the_one_before(servers):
    """At a cold start; when it ends; when the platform refuses it (40001) before that."""
    async with platform() as played, peers(played, servers) as all_of_them:
        await all_of_them.send()
        assert (played.token_fetches, len(played.shown)) == (1, SENT)
        played.forget_tokens()
        await all_of_them.send(later=ALMOST_ENDED)
        assert (played.token_fetches, len(played.shown)) == (2, 2 * SENT)
        assert played.refused_tokens == 0, "it was renewed before it was refused"
        played.forget_tokens()
        await all_of_them.send()
        assert (played.token_fetches, len(played.shown)) == (3, 3 * SENT)
        assert 0 < played.refused_tokens <= SENT
