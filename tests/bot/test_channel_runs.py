"""Who runs what channels do besides webhooks: one process at a time, taken over when it dies."""

import asyncio
import contextlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from waiting import awaited, soon, within

from bot.channel_runs import ChannelRuns, Pace, links_said
from channels.base import LinkState
from storage.errors import StorageAway
from storage.leases import LEASES, Leases

SAID = "住在中山路的王小明"
QUICK = Pace(lease=4.0, renew=0.6, look=0.05, end=1.2, first=0.05, longest=0.2)
"""Between an owner's end and the next one's beginning lies a second: a busy machine may lose as much."""


class Bound:
    """A channel that runs until it is told to end, and says who runs it."""

    name, account = "sms", "main"

    def __init__(self, log: list[str], who: str, *, failures: int = 0) -> None:
        self.log, self.who, self.failures = log, who, failures
        self.runs, self.over = asyncio.Event(), asyncio.Event()

    async def run(self, take):
        self.log.append(f"{self.who} begins")
        if self.failures:
            self.failures -= 1
            raise RuntimeError(SAID)
        self.runs.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)  # a goodbye takes time
            self.log.append(f"{self.who} ends")
            self.runs.clear()
            self.over.set()


class Idle(Bound):
    async def run(self, take):
        self.log.append("nothing to do")
        self.runs.set()


async def take(arrival) -> None:
    return None


@contextlib.asynccontextmanager
async def process(leases, channel, pace=QUICK):
    """One worker, until the block ends or the test stops it."""
    stop = asyncio.Event()
    runs = ChannelRuns({("sms", "main"): channel}, leases, take, chance=random.Random(7), pace=pace)
    running = asyncio.create_task(runs.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await awaited(running, "it ends")


class Dying(Leases):
    """The leases as a process sees them that is cut off from the database."""

    cut = False

    async def hold(self, name, owner, *, seconds, note=""):
        if self.cut:
            raise StorageAway
        return await super().hold(name, owner, seconds=seconds, note=note)

    async def release(self, name, owner):
        if self.cut:
            raise StorageAway
        await super().release(name, owner)


@pytest.fixture
def log() -> list[str]:
    return []


async def test_one_of_two_processes_runs_a_channel_and_the_other_when_it_stops(database, log):
    first, second = Bound(log, "a"), Bound(log, "b")
    async with within("the channel is run"), process(Leases(database), first) as stop:
        await first.runs.wait()
        async with process(Leases(database), second):
            await asyncio.sleep(0.4)
            assert not second.runs.is_set()
            stop.set()
            await second.runs.wait()
    assert log == ["a begins", "a ends", "b begins", "b ends"]


async def test_an_owner_that_is_cut_off_ends_before_another_begins(database, log):
    cut = Dying(database)
    first, second = Bound(log, "a"), Bound(log, "b")
    async with within("the channel is run"), process(cut, first):
        await first.runs.wait()
        async with process(Leases(database), second):
            cut.cut = True
            await second.runs.wait()
            assert log == ["a begins", "a ends", "b begins"]


async def test_an_owner_whose_lease_is_another_s_ends_at_once_and_begins_no_more(database, log):
    channel = Bound(log, "a")
    async with within("the channel is run"), process(Leases(database), channel, replace(QUICK, lease=60)):
        await channel.runs.wait()
        far = datetime.now(UTC) + timedelta(hours=1)
        await database[LEASES].update_one({"_id": "run:sms.main"}, {"$set": {"owner": "b", "until": far}})
        await channel.over.wait()
        await asyncio.sleep(0.3)
    assert log == ["a begins", "a ends"]


async def test_a_run_that_fails_is_begun_again_and_what_it_says_is_not_logged(database, log, capsys):
    channel = Bound(log, "a", failures=3)
    async with within("the channel is run"), process(Leases(database), channel):
        await channel.runs.wait()
    assert log == ["a begins"] * 4 + ["a ends"]
    said = capsys.readouterr().out
    assert said.count("channel.run_failed") == 3
    assert "RuntimeError" in said
    assert SAID not in said


async def test_a_channel_with_nothing_to_run_holds_nothing(database, log):
    idle = Idle(log, "a")
    async with within("the channel is run"), process(Leases(database), idle):
        await idle.runs.wait()
        await asyncio.sleep(0.2)
        assert await Leases(database).hold("run:sms.main", "somebody", seconds=1)
    assert log == ["nothing to do"]


class Linked(Bound):
    """Holds a link that went down at ``down_since``."""

    link = LinkState()


async def test_readiness_is_told_how_the_link_is_and_when_nobody_holds_it(database, log):
    leases, channel = Leases(database), Linked(log, "a")

    async def said() -> str:
        return (await links_said([channel, Bound(log, "none")], leases))["sms.main"]

    assert (await said()).startswith("no worker holds the bind")
    async with process(leases, channel):
        await awaited(channel.runs.wait(), "the channel runs")
        assert await said() == "ok"
        channel.link = LinkState(down_since=datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC))

        async def is_told() -> bool:
            return (await said()).startswith("unbound since 2026-11-22T01:02:03+00:00")

        await soon(is_told, "the owner says that the link is down")
    assert (await said()).startswith("no worker holds the bind")
    assert await links_said([Bound(log, "none")], leases) == {}
