"""A notice to many makes way for people who write meanwhile, and goes on at full speed when they are answered quickly."""

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from broadcast_kit import office_of, phone, started, state_of, texters
from stage import Stage
from waiting import PATIENCE_S, soon

from bot.broadcasts import courtesy
from bot.broadcasts.courtesy import BITE, LATE_S, LEAST_PER_SECOND, Courtesy
from bot.turns import pulse
from bot.turns.pulse import BEAT_S, Pulse
from storage.broadcast_records import BroadcastState
from storage.errors import StorageAway


class Told:
    """What turns tell, one after another; the last one again and again. None: the store is away."""

    def __init__(self, *seconds: float | None) -> None:
        self.seconds = list(seconds)
        self.asked = 0
        self.beats: list[float] = []

    async def slowest(self) -> float:
        self.asked += 1
        found = self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]
        if found is None:
            raise StorageAway("pulses")
        return found

    async def beat(self, seconds: float) -> None:
        self.beats.append(seconds)


async def rests(told: Told, looks: int, *, people: int = 100, step: float = 1.0, breath: float = 0.0) -> list[float]:
    """How long it rests before each of so many portions, ``step`` seconds apart."""
    taken, moment = [], [0.0]

    async def nap(seconds: float) -> None:
        taken[-1] = seconds

    polite = Courtesy(told, monotonic=lambda: moment[0])
    for _ in range(looks):
        taken.append(0.0)
        await polite.rest(nap, people, breath=breath)
        moment[0] += step
    return taken


async def test_while_turns_are_quick_or_nobody_writes_it_never_rests():
    assert await rests(Told(0.0), 5) == [0.0] * 5
    assert await rests(Told(LATE_S), 5) == [0.0] * 5


async def test_while_turns_are_late_it_rests_ever_longer_but_never_falls_behind_the_least():
    taken = await rests(Told(1.0), 12)
    assert taken == sorted(taken)
    assert 0 < taken[0] < taken[3]
    assert taken[-1] == 100 / LEAST_PER_SECOND
    assert (await rests(Told(1.0), 12, people=10))[-1] == 10 / LEAST_PER_SECOND


async def test_once_turns_are_quick_again_the_rests_shrink_to_nothing():
    taken = await rests(Told(*[1.0] * 5, 0.0), 40)
    after = taken[4:]
    assert after == sorted(after, reverse=True)
    assert after[1] > 0
    assert after[-1] == 0


async def test_it_looks_a_few_times_a_second_only_and_rests_as_before_where_the_store_is_away():
    told = Told(1.0)
    taken = await rests(told, 10, step=0.01)
    assert told.asked == 1
    assert set(taken) == {taken[0]}
    assert len(set(await rests(Told(1.0, None), 10))) == 1


async def test_while_people_write_it_takes_a_breath_for_each_recipient_though_no_turn_is_late():
    assert await rests(Told(0.0), 3, breath=0.001) == [0.0] * 3
    assert await rests(Told(LATE_S / 2), 3, breath=0.001) == [pytest.approx(0.1)] * 3
    assert await rests(Told(LATE_S / 2), 3, breath=1.0) == [100 / LEAST_PER_SECOND] * 3
    assert (await rests(Told(1.0), 12, breath=0.001))[-1] == 100 / LEAST_PER_SECOND


async def test_while_people_write_it_goes_on_in_small_bites():
    told = Told(0.0, LATE_S / 2, 0.0)
    polite = Courtesy(told, monotonic=itertools.count().__next__)
    bites = []
    for _ in range(3):
        await polite.rest(never, 1, breath=0.0)
        bites.append((polite.bite(100), polite.bite(3)))
    assert bites == [(100, 3), (BITE, 3), (100, 3)]


async def never(seconds: float) -> None:
    raise AssertionError(seconds)


async def test_a_broadcast_beside_people_is_written_down_and_sent_in_bites(
    store, phones, channels, worker, monkeypatch
):
    monkeypatch.setattr(courtesy, "BITE", 2)
    await texters(store, range(7))
    broadcast = await started(office_of(store, channels))
    object.__setattr__(store, "pulses", Told(LATE_S / 2))
    written = sizes(store.ledger, "write", 1, monkeypatch)
    marked = sizes(store.ledger, "turn", 2, monkeypatch)
    async with worker():

        async def done():
            return await state_of(store, broadcast) is BroadcastState.DONE

        await soon(done, "it is done")
    assert sorted(phones.taken()) == [phone(number) for number in range(7)]
    assert (sum(written), sum(marked)) == (7, 7)
    assert max(written) == 2
    assert max(marked) == 2


def sizes(ledger, name, place, monkeypatch) -> list[int]:
    """How many recipients each call of the ledger's method ``name`` is about."""
    taken, real = [], getattr(ledger, name)

    async def counted(*given, **named):
        taken.append(len(given[place]))
        return await real(*given, **named)

    object.__setattr__(ledger, name, counted)
    return taken


async def test_a_broadcast_among_late_turns_reaches_everybody(store, phones, channels, worker):
    await texters(store, range(3))
    late = Told(9.0)
    broadcast = await started(office_of(store, channels))
    object.__setattr__(store, "pulses", late)
    async with worker():

        async def done():
            return await state_of(store, broadcast) is BroadcastState.DONE

        await soon(done, "it is done")
    assert sorted(phones.taken()) == [phone(number) for number in range(3)]
    assert late.asked


async def test_what_is_told_is_the_slowest_of_the_processes_and_soon_forgotten(store):
    assert await store.pulses.slowest() == 0.0
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    await store.database["pulses"].insert_one({"_id": -1, "seconds": 9.0, "at": long_ago})
    await store.database["pulses"].insert_one({"_id": -2, "seconds": 0.5, "at": long_ago + timedelta(days=1)})
    await store.pulses.beat(0.25)
    assert await store.pulses.slowest() == 0.5


async def test_a_process_tells_its_slowest_commit_beside_the_next_one():
    told, moment = Told(0.0), [0.0]

    async def commit(seconds: float) -> None:
        await asyncio.sleep(0)
        moment[0] += seconds

    mine = Pulse(told, monotonic=lambda: moment[0])
    for seconds in (0.015625, 0.125, 0.03125):
        await mine.over(commit(seconds))
    assert told.beats == []
    moment[0] += BEAT_S
    await mine.over(commit(0.0625))
    assert told.beats == [0.125]
    moment[0] += BEAT_S
    with pytest.raises(StorageAway):
        await mine.over(away())
    assert told.beats == [0.125, 0.0625]


async def away() -> None:
    raise StorageAway("turns")


async def test_turns_tell(store, monkeypatch):
    monkeypatch.setattr(pulse, "BEAT_S", 0.0)
    stage = Stage(replace(store), "")
    process = stage.process()
    for text in ("你好", "在吗"):
        assert await process.turns.reply_for(await stage.keep(text), seconds=PATIENCE_S) is not None
    told = await store.database["pulses"].find_one({})
    assert told is not None
    assert told["seconds"] > 0
    await stage.close()
