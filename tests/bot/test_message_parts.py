"""What comes in parts, through the intake and the sweeper to one turn."""

import asyncio
from datetime import timedelta

import pytest
from stage import Stage, message, now
from waiting import PATIENCE_S

from bot.delivery.sweeper import Sweeper
from bot.intake import Intake
from channels.base import Arrival
from channels.messages import MessagePart
from storage.errors import StorageAway
from storage.store import Store


@pytest.fixture
async def stage(database, vault, servers):
    made = Stage(await Store.open(database, vault), servers.redis_url)
    yield made
    await made.close()


@pytest.fixture
async def turns(stage):
    return stage.process().turns


def part(number, text, *, total=2, reference="7"):
    inbound = message(text, f"part-{reference}-{number}")
    return Arrival(parts=[MessagePart(inbound=inbound, reference=reference, number=number, total=total)])


def intake(stage, turns, clock=now):
    return Intake(store=stage.store, turns=turns, clock=clock)


async def test_the_last_part_starts_one_turn_of_the_whole(stage, turns):
    taking = intake(stage, turns)
    await taking.take(part(2, "晚上太黑"))
    assert stage.script.heard == []
    await taking.take(part(1, "路灯坏了，"))
    await turns.drain(PATIENCE_S)
    assert stage.script.heard == [["路灯坏了，晚上太黑"]]


async def test_parts_that_come_again_start_no_second_turn(stage, turns):
    taking = intake(stage, turns)
    for number in (1, 2, 2, 1):
        await taking.take(part(number, f"{number}。"))
    await turns.drain(PATIENCE_S)
    assert stage.script.heard == [["1。2。"]]


async def test_a_whole_that_was_not_handed_over_is_heard_after_all_and_once(stage, turns):
    await stage.store.parts.keep(part(1, "路灯坏了，").parts[0], now=now())
    await stage.store.parts.keep(part(2, "晚上太黑").parts[0], now=now())  # and here the process died
    later = now() + timedelta(minutes=1)
    for _ in range(2):
        await sweeper(stage, turns, later).sweep()
    await intake(stage, turns).take(part(2, "晚上太黑"))
    await turns.drain(PATIENCE_S)
    assert stage.script.heard == [["路灯坏了，晚上太黑"]]


async def test_what_there_is_is_heard_when_the_wait_is_over(stage, turns):
    await intake(stage, turns).take(part(1, "路灯坏了，"))
    await sweeper(stage, turns, now() + timedelta(minutes=1)).sweep()
    assert stage.script.heard == [["路灯坏了，……"]]


async def test_a_part_that_could_not_be_kept_is_not_acknowledged(stage, turns, monkeypatch):
    async def away(*_, **__):
        raise StorageAway

    monkeypatch.setattr(stage.store.parts, "keep", away)
    with pytest.raises(StorageAway):
        await intake(stage, turns).take(part(1, "路灯坏了，"))


async def test_parts_through_several_processes_at_once_are_one_turn(stage):
    processes = [stage.process().turns for _ in range(3)]
    await asyncio.gather(
        *(
            intake(stage, processes[number % 3]).take(part(number, f"{number}。", total=6))
            for number in (4, 1, 6, 2, 5, 3)
        )
    )
    for turns in processes:
        await turns.drain(PATIENCE_S)
    assert stage.script.heard == [["1。2。3。4。5。6。"]]


def sweeper(stage, turns, moment):
    class Queue:
        async def kick(self, _ids):
            return True

    async def deliver(_entry):
        raise AssertionError

    return Sweeper(store=stage.store, queue=Queue(), deliver=deliver, resume=turns.resume, clock=lambda: moment)
