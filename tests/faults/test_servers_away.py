"""MongoDB or Redis away, of real processes: one is killed and begun again meanwhile, all is heard once and in order."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest
import pytest_asyncio
from fault_cluster import REDIS, Cluster
from fault_people import Said, SmsWire, Talker, WeChatWire
from fault_proxy import Line
from fault_settling import left
from residents import Town
from waiting import WaitedTooLong, soon

from bot.spooling.reassurance import SENTENCE
from channels.messages import Address
from storage.conversations import conversation_id
from storage.records import ArrivalState
from storage.store import Store

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(servers, tmp_path_factory) -> AsyncIterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("away"), servers, webs=2, workers=1)
    try:
        await made.start()
        yield made
    finally:
        os.kill(servers.pids["mongodb"], signal.SIGCONT)
        await made.stop()
        await made.drop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(cluster: Cluster) -> AsyncIterator[Sequence[Talker]]:
    town, of = Town(), cluster.platforms.accounts
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as http:

        def talker(wire) -> Talker:
            resident = town.resident()
            sender = resident.openid if wire.channel == "wechat" else resident.phone
            return Talker(resident, sender, wire, cluster.addresses, http, cluster.chance)

        yield [*(talker(WeChatWire(of)) for _ in range(5)), talker(SmsWire(of))]


async def told(talker: Talker, web: str, text: str) -> Said:
    """Acknowledged at the first push, before the platform gives up."""
    said = await talker.push_to([web], text)
    if any("Timeout" in failure for failure in said.failures):
        raise WaitedTooLong(f"not acknowledged in time: {said.failures}")
    assert said.acknowledged, said.failures
    return said


async def heard_in_order(store: Store, talker: Talker) -> None:
    """Every message in its turn, one turn each, and the turns one after another."""
    address = Address(channel=talker.wire.channel, account="main", sender=talker.sender)
    arrived = await store.inbox.onward(conversation_id(store.vault, address), limit=100)
    assert [one.message.text for one in arrived] == [said.text for said in talker.said]
    assert {one.state for one in arrived} == {ArrivalState.DONE}
    assert len({one.turn_id for one in arrived}) == len(arrived)
    rows = await store.database["arrivals"].find({"conversation_id": arrived[0].conversation_id}, limit=100)
    done_at = {row["_id"]: row["done_at"] for row in rows}
    moments = [done_at[one.id] for one in arrived]
    assert moments == sorted(moments)


async def test_mongodb_away_for_minutes_messages_are_acknowledged_and_processed_in_order_afterwards(
    cluster: Cluster, people: Sequence[Talker], servers
) -> None:
    first, second = cluster.webs
    for talker in people:
        assert (await talker.say(talker.resident.all_at_once)).acknowledged
    os.kill(servers.pids["mongodb"], signal.SIGSTOP)

    async def goes_on_talking(talker: Talker) -> None:
        for place, web in enumerate((first, second, first, second)):
            await told(talker, web.url, talker.mark(place))

    await asyncio.gather(*(goes_on_talking(talker) for talker in people))
    first.kill()  # and begun again, while MongoDB is away still
    await soon(lambda: b"web.without_database" in first.log.read_bytes(), "begun without MongoDB")
    await asyncio.gather(*(told(talker, first.url, talker.mark(4)) for talker in people))
    await asyncio.gather(*(told(talker, second.url, talker.mark(5)) for talker in people))
    for talker in people[:-1]:
        replies = [reply for said in talker.said[1:] for reply in said.replies]
        assert set(replies) == {SENTENCE}
        assert len(replies) <= 3, "once from each process"
    os.kill(servers.pids["mongodb"], signal.SIGCONT)

    async with cluster.store() as store:
        expected = sum(len(talker.said) for talker in people)

        async def all_heard() -> bool:
            done = {"state": ArrivalState.DONE.value}
            return await store.database["arrivals"].count(done, limit=1_000) == expected and not await left(store)

        await soon(all_heard, "all heard and answered", 120)
        for talker in people:
            await heard_in_order(store, talker)
    spool = cluster.folder / "data" / "spool"
    await soon(lambda: not list(spool.rglob("*.batch")), "spools drained")
    assert not list(spool.glob("aside/*"))
    assert cluster.died() == {}


async def test_redis_away_for_minutes_conversations_go_on_and_what_is_sent_is_sent_once(
    cluster: Cluster, people: Sequence[Talker]
) -> None:
    first, second = cluster.webs
    before = len(people[0].said)

    async def all_say(place: int) -> None:
        for web in (first, second):
            answers = await asyncio.gather(*(told(talker, web.url, talker.mark(place)) for talker in people))
            assert all(said.replies for said in answers[:-1]), "the answer, in the platform's own call"
            place += 1

    async with cluster.store() as store:
        for number, state in enumerate((Line.SILENT, Line.CUT)):
            for process in cluster.processes.values():
                process.lines[REDIS].become(state)
            if state is Line.SILENT:
                first.kill()  # begun again without Redis
                await soon(lambda: not first.ready, "ended")
                await cluster.wait_ready()
            await all_say(6 + 2 * number)

            async def nothing_left() -> bool:
                return not await left(store)

            await soon(nothing_left, "texts and marks without Redis", 120)
        cluster.heal()
        await all_say(10)
        await soon(nothing_left, "all sent", 120)
        for talker in people:
            assert len(talker.said) == before + 6
            await heard_in_order(store, talker)
            address = Address(channel=talker.wire.channel, account="main", sender=talker.sender)
            entries = await store.outbox.onward(conversation_id(store.vault, address), limit=100)
            sent = [entry for entry in entries if entry.created_at > entries[0].created_at]
            assert not [entry.id for entry in sent if entry.maybe_twice]
    assert cluster.died() == {}
