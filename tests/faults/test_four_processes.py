"""One message at several processes, one person over several, one that stops among several: nothing lost, doubled or turned."""

import asyncio

import pytest
from fault_audit import Auditor
from fault_balancer import Balancer
from fault_one_person import sprayed
from fault_proxy import Line
from fault_settling import settled
from residents import NUMBER
from waiting import WaitedTooLong, soon

from channels.messages import Address
from storage.conversations import conversation_id

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

STOP_SECONDS = 10.0
"""What containers give before they kill."""


async def arrived_of(store, talker):
    address = Address(channel=talker.wire.channel, account="main", sender=talker.sender)
    return await store.inbox.onward(conversation_id(store.vault, address), limit=5_000)


async def test_no_message_is_processed_twice_in_effect(four):
    """Each message three times at once, at three of the four processes: one turn, one case, the same reply each time."""
    talkers = [four.wechat() for _ in range(4)]

    async def thrice(talker, text):
        webs = four.cluster.chance.sample(four.cluster.addresses(), 3)
        said = await talker.push_to(webs, text)
        assert (said.pushes, len(said.replies), len(set(said.replies))) == (3, 3, 1), said
        return said.replies[0]

    async def files(talker):
        assert "确认" in await thrice(talker, talker.resident.all_at_once)
        return NUMBER.search(await thrice(talker, "确认"))[0]

    numbers = await asyncio.gather(*(files(talker) for talker in talkers))
    async with four.cluster.store() as store:
        for talker, number in zip(talkers, numbers, strict=True):
            arrived = await arrived_of(store, talker)
            assert len(arrived) == len({one.turn_id for one in arrived}) == 2
            conversation = arrived[0].conversation_id
            assert [case.number for case in await store.cases.of_conversation(conversation)] == [number]
            assert len(await store.outbox.onward(conversation, limit=10)) == 2
    await all_is_well(four.cluster, talkers)


async def test_one_persons_messages_keep_their_order(four):
    """Many texts of one person, each acknowledged before the next is sent, sprayed over four processes."""
    talker = four.sms()
    texts = await sprayed(talker, 150)
    async with four.cluster.store() as store:
        await settled(store)
        arrived = await arrived_of(store, talker)
        assert [one.message.text for one in arrived] == texts
        assert len({one.turn_id for one in arrived}) == len(texts)
        heard = {
            entry.reply_to: entry.created_at
            for entry in await store.outbox.onward(arrived[0].conversation_id, limit=5_000)
        }
        moments = [heard[one.id] for one in arrived]
        assert moments == sorted(moments)
        [case] = await store.cases.of_conversation(arrived[0].conversation_id)
        added = [entry.note for entry in await store.cases.timeline(case.number, limit=5_000) if entry.kind == "added"]
        assert added == [text.removeprefix("补充：") for text in texts[2:]]


async def all_is_well(cluster, talkers):
    async with cluster.store() as store:
        await settled(store)
        auditor = Auditor(store=store, talkers=talkers, shown=cluster.platforms.shown, heard=cluster.heard())
        figures = await auditor.people()
    assert figures.wrong == []


def ended(*stops):
    """Each by itself, and in time."""
    assert [code for code, _ in stops] == [0] * len(stops)
    if (longest := max(seconds for _, seconds in stops)) >= STOP_SECONDS:
        raise WaitedTooLong(f"a stop took {longest:.1f} s")


async def test_a_stop_lets_the_turns_under_way_end(four):
    """SIGTERM amid turns that a slow database draws out: all are acknowledged, and it is over within ten seconds."""
    web, talkers = four.cluster.webs[0], [four.wechat() for _ in range(8)]
    for talker in talkers:
        await talker.say(talker.resident.all_at_once)
    line = web.lines["mongodb"]
    line.slow_seconds = 0.04  # a turn takes a second
    line.become(Line.SLOW)
    try:
        async with four.cluster.store() as store:
            before = await store.inbox.depth(100)
            pushes = [asyncio.create_task(talker.push_to([web.url], "确认")) for talker in talkers]

            async def kept():
                return await store.inbox.depth(100) == before + len(talkers) or all(push.done() for push in pushes)

            await soon(kept, "all messages are kept")
        if all(push.done() for push in pushes):
            raise WaitedTooLong("the turns ended before anybody looked")
        code, seconds = await web.terminate()
        said = [await push for push in pushes]
    finally:
        line.become(Line.WHOLE)
        web.come_back()
    ended((code, seconds))
    assert [one.failures for one in said] == [[]] * len(talkers)
    await four.cluster.wait_ready()
    await all_is_well(four.cluster, talkers)


@pytest.mark.faults
async def test_a_rolling_restart_shows_no_error_to_any_platform(four):
    """One after the other ends and begins anew; what stands before them uses connections again, and repeats no call."""
    balancer, over, stops = Balancer([web.url for web in four.cluster.webs[:2]]), asyncio.Event(), []
    await balancer.start()
    talkers = [kind() for kind in (four.wechat, four.sms) for _ in range(6)]
    for talker in talkers:
        talker.webs = lambda: [balancer.url]
    try:
        async with asyncio.TaskGroup() as group:
            for talker in talkers:
                group.create_task(talker.live(over, (0.0, 0.1)))
            for web in four.cluster.webs[:2]:
                stops.append(await web.terminate())
                web.come_back()
                await four.cluster.wait_ready()
            over.set()
    finally:
        await balancer.stop()
    assert min(balancer.refused, balancer.used_again) > 0
    assert balancer.broken_off == 0
    failures = [failure for talker in talkers for said in talker.said for failure in said.failures]
    assert [failure for failure in failures if "Timeout" not in failure] == []
    await all_is_well(four.cluster, talkers)
    ended(*stops)
    if failures:
        raise WaitedTooLong(f"{len(failures)} answers took longer than platforms wait")
