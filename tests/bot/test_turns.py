"""Turns on a real MongoDB: every kept message is heard once, in order, and answered by the way that is open."""

import asyncio

import pytest
from stage import PERSON, Stage, message, now
from waiting import PATIENCE_S

from channels.messages import Via
from dialogs.outcome import AddToCase, FileCase, Unlink
from storage.records import ArrivalState, ArrivedMessage, DeliveryState
from storage.store import Store


@pytest.fixture
async def stage(database, vault, servers):
    stage = Stage(await Store.open(database, vault), servers.redis_url)
    yield stage
    await stage.close()


async def test_a_message_is_answered_by_its_own_webhook(stage: Stage) -> None:
    process = stage.process()
    arrived = await stage.keep("你好")
    reply = await process.turns.reply_for(arrived, seconds=PATIENCE_S)
    assert reply is not None
    assert reply.text == "听到：你好"
    stored = await stage.store.outbox.get(reply.id)
    assert stored is not None
    assert (stored.state, stored.via) == (DeliveryState.SENDING, Via.PASSIVE)
    assert process.kicked == []
    done = await stage.store.inbox.get(arrived.id)
    assert done is not None
    assert done.state is ArrivalState.DONE


async def test_no_message_is_processed_twice_in_effect(stage: Stage) -> None:
    """Delivered three times at once to several processes: one turn, the same reply on each open request."""
    processes = [stage.process() for _ in range(4)]
    stage.script.hold = asyncio.Event()
    deliveries = [await stage.keep("路灯坏了", message_id="7001") for _ in range(3)]
    waiting = [
        asyncio.create_task(process.turns.reply_for(arrived, seconds=PATIENCE_S))
        for process, arrived in zip([*processes[:3]], deliveries, strict=True)
    ]
    await stage.script.begun.wait()
    stage.script.hold.set()
    replies = await asyncio.gather(*waiting)
    assert len({arrived.id for arrived in deliveries}) == 1
    assert stage.script.heard == [["路灯坏了"]]
    assert len({reply.id for reply in replies if reply}) == 1
    late = await processes[3].turns.reply_for(await stage.keep("路灯坏了", message_id="7001"), seconds=PATIENCE_S)
    assert late is not None
    assert late.text == "听到：路灯坏了"


async def test_a_reply_that_comes_too_late_takes_another_way(stage: Stage) -> None:
    process = stage.process()
    stage.script.hold = asyncio.Event()
    arrived = await stage.keep("慢一点")
    assert await process.turns.reply_for(arrived, seconds=0.05) is None
    stage.script.hold.set()
    await process.turns.drain(PATIENCE_S)
    entry = await stage.store.outbox.reply_to(arrived.id)
    assert entry is not None
    assert entry.state is DeliveryState.QUEUED
    assert entry.via is None
    assert process.kicked == [entry.id]
    repeated = await stage.keep("慢一点", message_id=arrived.message.message_id)
    assert await process.turns.reply_for(repeated, seconds=1) is None


async def test_a_late_reply_is_released_though_another_process_answered_the_webhook(stage: Stage) -> None:
    maker, answerer = stage.process(answer_within=1.0), stage.process()
    stage.script.hold = asyncio.Event()
    arrived = await stage.keep("两个进程")
    made = asyncio.create_task(maker.turns.reply_for(arrived, seconds=PATIENCE_S))
    await stage.script.begun.wait()
    assert await answerer.turns.reply_for(arrived, seconds=0.05) is None
    stage.script.hold.set()
    await made
    await maker.turns.drain(PATIENCE_S)
    entry = await stage.store.outbox.reply_to(arrived.id)
    assert entry is not None
    assert entry.state is DeliveryState.QUEUED


async def test_one_persons_messages_keep_their_order_over_several_processes(stage: Stage) -> None:
    processes = [stage.process() for _ in range(3)]
    arrived = [await stage.keep(str(number)) for number in range(30)]
    await asyncio.gather(
        *(
            processes[number % 3].turns.reply_for(one, seconds=PATIENCE_S)
            for number, one in reversed(list(enumerate(arrived)))
        )
    )
    assert stage.script.heard == [[str(number)] for number in range(30)]


async def test_fragments_of_a_telling_are_one_thought_answered_once(stage: Stage) -> None:
    process = stage.process(gather_seconds=PATIENCE_S, answer_within=2 * PATIENCE_S)
    first = await stage.keep("我家楼下…")
    early = asyncio.create_task(process.turns.reply_for(first, seconds=PATIENCE_S))
    second = await stage.keep("路灯坏了…")
    later = asyncio.create_task(process.turns.reply_for(second, seconds=PATIENCE_S))
    third = await stage.keep("一个多月了。")
    last = await process.turns.reply_for(third, seconds=PATIENCE_S)
    assert await early is None
    assert await later is None
    assert last is not None
    assert stage.script.heard == [["我家楼下…", "路灯坏了…", "一个多月了。"]]


async def test_a_lone_fragment_is_answered_when_nothing_follows(stage: Stage) -> None:
    process = stage.process(gather_seconds=0.1)
    reply = await process.turns.reply_for(await stage.keep("我家楼下…"), seconds=PATIENCE_S)
    assert reply is not None
    assert stage.script.heard == [["我家楼下…"]]


async def test_a_turn_that_breaks_apologises_and_calls_a_person(stage: Stage) -> None:
    process = stage.process()
    stage.script.broken = True
    arrived = await stage.keep("坏消息")
    reply = await process.turns.reply_for(arrived, seconds=PATIENCE_S)
    assert reply is not None
    assert "抱歉" in reply.text
    aside = await stage.store.inbox.get(arrived.id)
    assert aside is not None
    assert (aside.state, aside.tries) == (ArrivalState.FAILED, 3)
    assert [call.reason for call in await stage.store.calls.open(10)] == ["fault"]
    stage.script.broken = False
    assert await process.turns.reply_for(await stage.keep("再来"), seconds=PATIENCE_S) is not None


async def test_what_a_person_wrote_never_reaches_the_log(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    process = stage.process()
    stage.script.broken = True
    await process.turns.reply_for(await stage.keep("不要外传的事"), seconds=PATIENCE_S)
    logged = "".join(capsys.readouterr())
    assert "turn.failed" in logged
    assert "不要外传的事" not in logged
    assert PERSON.sender not in logged


async def test_nothing_is_said_where_the_dialog_says_nothing(stage: Stage) -> None:
    process = stage.process()
    stage.script.silent = True
    assert await process.turns.reply_for(await stage.keep("退订了"), seconds=PATIENCE_S) is None
    assert process.kicked == []


async def test_what_does_not_fit_one_message_follows_in_order_by_customer_service(stage: Stage) -> None:
    process = stage.process()
    stage.script.answer = lambda _: "办理须知。" * 300
    arrived = await stage.keep("须知")
    reply = await process.turns.reply_for(arrived, seconds=PATIENCE_S)
    assert reply is not None
    parts = await stage.store.outbox.onward(arrived.conversation_id, limit=10)
    assert [len(part.text.encode()) <= 2048 for part in parts] == [True, True, True]
    assert "".join(part.text for part in parts) == "办理须知。" * 300
    assert parts[0].id == reply.id
    assert process.kicked == []  # the second goes when the first has gone
    assert await stage.store.outbox.next_parts([arrived.id]) == [parts[1].id]


async def test_the_answer_that_tells_of_a_filing_is_found_with_the_case(stage: Stage) -> None:
    process = stage.process()
    number = await stage.store.numbers.draw(message_id="m", at=now())
    stage.script.effects = [FileCase(number=number, code="123456", title="路灯坏了", content="路灯坏了一个月")]
    reply = await process.turns.reply_for(await stage.keep("确认"), seconds=PATIENCE_S)
    assert reply is not None
    [told] = await stage.store.outbox.for_case(number)
    [filed] = await stage.store.cases.timeline(number)
    assert (told.id, told.case_seq) == (reply.id, filed.seq)
    stage.script.effects = [AddToCase(number=number, text="还没修")]
    await process.turns.reply_for(await stage.keep("还没修"), seconds=PATIENCE_S)
    assert [entry.id for entry in await stage.store.outbox.for_case(number)] == [reply.id]


async def test_whoever_left_and_writes_again_is_reached_again(stage: Stage) -> None:
    process = stage.process()
    stage.script.effects = [Unlink()]
    arrived = await stage.keep("")
    await process.turns.reply_for(arrived, seconds=PATIENCE_S)
    assert await _is_reachable(stage, arrived) is False
    left = await stage.store.conversations.get(arrived.conversation_id)
    assert left is not None
    assert left.state == {}
    stage.script.effects = ()
    await process.turns.reply_for(await stage.keep("我又回来了"), seconds=PATIENCE_S)
    assert await _is_reachable(stage, arrived) is True


async def _is_reachable(stage: Stage, arrived: ArrivedMessage) -> bool:
    conversation = await stage.store.conversations.get(arrived.conversation_id)
    assert conversation is not None
    return conversation.reachable


async def test_messages_left_behind_are_taken_up(stage: Stage) -> None:
    process = stage.process()
    arrived = await stage.keep("没人听到")
    await process.turns.resume(arrived.conversation_id)
    assert stage.script.heard == [["没人听到"]]


async def test_another_process_lease_that_ended_is_taken_over(stage: Stage) -> None:
    """The process that held the conversation died: its lease ends, and the message is heard."""
    process = stage.process()
    arrived = await stage.keep("还在吗")
    dead = await stage.store.conversations.take(PERSON, token="dead", seconds=0.3, now=now())
    assert dead is not None
    reply = await process.turns.reply_for(arrived, seconds=PATIENCE_S)
    assert reply is not None


async def test_what_comes_while_spools_are_brought_overtakes_nothing_that_lies_there(stage: Stage) -> None:
    """Just when they had been looked at, the second went into another's spool, and the third into the store."""
    spool, stamps, later = list[int](), stage.store.inbox.stamps, list[ArrivedMessage]()

    async def write_on() -> None:
        spool.append(stamps.take())
        later.append(await stage.keep("第三句"))

    async def calm() -> bool:
        lay = list(spool)
        if stage.script.heard and not later:
            await write_on()
        for stamp in lay:
            await stage.store.inbox.add([message("第二句", "2")], stamp=stamp)
        return True

    process = stage.process(calm=calm)
    first, stage.script.hold = await stage.keep("第一句"), asyncio.Event()
    process.turns.start(first)
    await stage.script.begun.wait()
    process.turns.start(first)  # whoever makes its turn looks for more
    stage.script.hold.set()
    await process.turns.drain(PATIENCE_S)
    if not later:
        await write_on()
    process.turns.start(later[0])
    await process.turns.drain(PATIENCE_S)
    assert stage.script.heard == [["第一句"], ["第二句"], ["第三句"]]
