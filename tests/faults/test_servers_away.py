"""MongoDB or Redis away, of real processes, killed and cut off: all is acknowledged, heard once and in order."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import aiohttp
import pytest
import pytest_asyncio
from fault_cluster import MONGODB, REDIS, Cluster
from fault_people import Said, SmsWire, Talker, WeChatWire
from fault_proxy import Line
from fault_settling import left
from residents import Town
from waiting import WaitedTooLong, soon

from channels.messages import Address
from storage.conversations import conversation_id
from storage.records import ArrivalState
from storage.store import Store

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(servers, tmp_path_factory) -> AsyncIterator[Cluster]:
    room = {"BOT_SPOOL__ARRIVALS": "1000"}
    made = Cluster(tmp_path_factory.mktemp("away"), servers, webs=2, workers=1, env=room)
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


async def recovered(cluster: Cluster, http: aiohttp.ClientSession) -> None:
    """Nothing lies in a spool, and every web process takes what arrives straight into MongoDB."""
    spool = cluster.folder / "data" / "spool"

    async def direct(web) -> bool:
        async with http.get(f"{web.url}/readyz") as answer:
            return (await answer.json())["parts"]["spool"] == "ok"

    await soon(lambda: not list(spool.rglob("*.batch")), "spools drained")
    for web in cluster.webs:
        await soon(lambda web=web: direct(web), f"{web.name} has recovered")


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
        assert not [reply for said in talker.said[1:] for reply in said.replies]
        assert 1 <= sum(said.reassured for said in talker.said) <= 3, "told so, once by each process"
    os.kill(servers.pids["mongodb"], signal.SIGCONT)

    async with cluster.store() as store:
        expected = sum(len(talker.said) for talker in people)

        async def all_heard() -> bool:
            done = {"state": ArrivalState.DONE.value}
            return await store.database["arrivals"].count(done, limit=1_000) == expected and not await left(store)

        await soon(all_heard, "all heard and answered", 120)
        for talker in people:
            await heard_in_order(store, talker)
    await recovered(cluster, people[0].http)
    assert not list((cluster.folder / "data" / "spool").glob("aside/*"))
    assert cluster.died() == {}


async def test_one_process_cut_off_from_mongodb_alone_keeps_nobody_from_being_heard_in_order(
    cluster: Cluster, people: Sequence[Talker]
) -> None:
    first, second = cluster.webs
    first.lines[MONGODB].become(Line.CUT)
    for place in range(6, 10):
        await asyncio.gather(*(told(talker, (first, second)[place % 2].url, talker.mark(place)) for talker in people))
    async with cluster.store() as store:

        async def all_heard() -> bool:
            done = {"state": ArrivalState.DONE.value}
            expected = sum(len(talker.said) for talker in people)
            return await store.database["arrivals"].count(done, limit=1_000) == expected

        await soon(all_heard, "heard while it is cut off")
        cluster.heal()
        await recovered(cluster, people[0].http)
        for talker in people:
            await heard_in_order(store, talker)


async def test_redis_away_for_minutes_conversations_go_on_and_what_is_sent_is_sent_once(
    cluster: Cluster, people: Sequence[Talker]
) -> None:
    first, second = cluster.webs
    before, begun = len(people[0].said), datetime.now(UTC)

    async def all_say(place: int) -> None:
        for web in (first, second):
            answers = await asyncio.gather(*(told(talker, web.url, talker.mark(place)) for talker in people))
            if not all(said.replies for said in answers[:-1]):
                raise WaitedTooLong("no answer in the platform's own call")
            place += 1

    async with cluster.store() as store:
        for number, state in enumerate((Line.SILENT, Line.CUT)):
            for process in cluster.processes.values():
                process.lines[REDIS].become(state)
            await all_say(10 + 2 * number)

            async def nothing_left() -> bool:
                return not await left(store)

            await soon(nothing_left, "texts and marks without Redis", 120)
        cluster.heal()
        await all_say(14)
        await soon(nothing_left, "all sent", 120)
        for talker in people:
            assert len(talker.said) == before + 6
            await heard_in_order(store, talker)
            address = Address(channel=talker.wire.channel, account="main", sender=talker.sender)
            entries = await store.outbox.onward(conversation_id(store.vault, address), limit=100)
            assert not [entry.id for entry in entries if entry.created_at > begun and entry.maybe_twice]
    assert cluster.died() == {}
