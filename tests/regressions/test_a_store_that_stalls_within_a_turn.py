"""A stall of MongoDB within a turn once held the webhook beyond five seconds, and the reply for twenty more."""

import asyncio
import os
import signal
import uuid

import pytest
from stage import Stage, message
from waiting import PATIENCE_S, quicker_than

from storage.driver import connect
from storage.personal_data import Vault
from storage.records import DeliveryState
from storage.store import Store


@pytest.fixture
async def patient(database, vault: Vault) -> Store:
    """What the test itself asks: a busy machine takes longer than the impatient service waits."""
    return await Store.open(database, vault)


@pytest.fixture
async def stage(patient: Store, database, vault: Vault, servers):
    impatient = await connect(servers.mongodb_uri, timeout_ms=300, name=database.name)
    stage = Stage(await Store.open(impatient, vault), servers.redis_url)
    yield stage
    await stage.close()
    await impatient.close()


@pytest.fixture
def mongod(servers):
    yield servers.pids["mongodb"]
    os.kill(servers.pids["mongodb"], signal.SIGCONT)


async def test_the_webhook_is_acknowledged_in_time_and_the_reply_follows(
    stage: Stage, patient: Store, mongod: int
) -> None:
    process = stage.process()
    stage.script.hold = asyncio.Event()
    [kept] = await patient.inbox.add([message("放音响扰民", uuid.uuid4().hex)])
    arrived = kept.arrived
    waiting = asyncio.create_task(process.turns.reply_for(arrived, seconds=2.0))
    await stage.script.begun.wait()
    os.kill(mongod, signal.SIGSTOP)
    stage.script.hold.set()
    with quicker_than(4.5, "the acknowledgement"):
        assert await waiting is None
    os.kill(mongod, signal.SIGCONT)
    await process.turns.drain(PATIENCE_S)
    entry = await patient.outbox.reply_to(arrived.id)
    assert entry is not None
    assert entry.state is DeliveryState.QUEUED
    assert process.kicked == [entry.id]
