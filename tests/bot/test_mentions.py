"""Mentions in public on a real MongoDB: one fixed invitation, whatever was written, and nothing of it is understood."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from stage import Stage, now
from waiting import PATIENCE_S

from bot.delivery import planner
from bot.invitation import Invitation
from channels.base import Capabilities
from channels.messages import PUBLIC_INVITATION, Address, Event, EventName, Grant, Inbound, Kind, Via
from dialogs.files import DialogFiles
from storage.records import ArrivalState, ArrivedMessage, OutboxEntry
from storage.store import Store

TEXT = "您好，请私信我们。"
ASKED = "我的诉求WF261121001237办得怎么样了？@某市信访局 进度"


@dataclass
class Weibo:
    capabilities: Capabilities


def weibo(public_daily: int = 5) -> Any:
    ways = (Via.CUSTOMER_SERVICE, Via.PUBLIC)
    return Weibo(Capabilities(passive=True, answer_within=4.5, ways=ways, text_limit=300, public_daily=public_daily))


@pytest.fixture
async def stage(database, vault, servers):
    stage = Stage(await Store.open(database, vault), servers.redis_url)
    yield stage
    await stage.close()


def _process(stage: Stage, channel: Any = None) -> Any:
    async def invitation() -> str:
        return TEXT

    return stage.process(channels={("weibo", "main"): channel or weibo()}, invitation=invitation)


def _person(number: int = 1) -> Address:
    return Address(channel="weibo", account="main", sender=f"24895182{number:02}")


def _mention(key: str = "5200000000000001", by: str = "push", person: Address | None = None) -> Inbound:
    at = now()
    return Inbound(
        address=person or _person(),
        message_id=f"mention:comment:{key}",
        kind=Kind.EVENT,
        sent_at=at,
        received_at=at,
        text=ASKED,
        event=Event(
            name=EventName.MENTIONED, key=key, details={"kind": "comment", "by": by, "status": "5100000000000001"}
        ),
        grant=Grant(messages=1, until=at + timedelta(hours=48)) if by == "push" else None,
        reply_until=at + timedelta(seconds=16) if by == "push" else None,
    )


async def _keep(stage: Stage, message: Inbound) -> ArrivedMessage:
    [kept] = await stage.store.inbox.add([message])
    return kept.arrived


async def _sent(stage: Stage, arrived: ArrivedMessage) -> OutboxEntry | None:
    return await stage.store.outbox.reply_to(arrived.id)


async def test_a_pushed_mention_gets_the_invitation_alone_and_changes_no_state(stage: Stage) -> None:
    process, arrived = _process(stage), await _keep(stage, _mention())
    reply = await process.turns.reply_for(arrived, seconds=PATIENCE_S)
    assert reply is not None
    assert (reply.text, reply.via, reply.notice) == (TEXT, Via.PASSIVE, "")
    assert stage.script.heard == []
    conversation = await stage.store.conversations.get(arrived.conversation_id)
    assert conversation is not None
    assert conversation.state == {}
    assert conversation.grant_left == 1
    done = await stage.store.inbox.get(arrived.id)
    assert done is not None
    assert done.state is ArrivalState.DONE


async def test_a_mention_that_was_read_is_answered_where_it_stands_and_no_other_way(stage: Stage) -> None:
    process, arrived = _process(stage), await _keep(stage, _mention(by="poll"))
    process.turns.start(arrived)
    await process.turns.drain(PATIENCE_S)
    entry = await _sent(stage, arrived)
    assert entry is not None
    assert (entry.text, entry.notice) == (TEXT, PUBLIC_INVITATION)
    assert dict(entry.fields) == {"kind": "comment", "key": "5200000000000001", "status": "5100000000000001"}
    assert process.kicked == [entry.id]
    conversation = await stage.store.conversations.get(arrived.conversation_id)
    assert conversation is not None
    opened = replace(conversation, grant_until=now() + timedelta(hours=1))
    assert list(planner.ways(entry, opened, weibo().capabilities, now=now())) == [Via.PUBLIC]
    private = replace(entry, notice="")
    assert list(planner.ways(private, opened, weibo().capabilities, now=now())) == [Via.CUSTOMER_SERVICE]
    assert stage.script.heard == []


async def test_the_same_mention_pushed_and_read_is_answered_once(stage: Stage) -> None:
    process = _process(stage)
    pushed = await _keep(stage, _mention())
    assert await process.turns.reply_for(pushed, seconds=PATIENCE_S) is not None
    again = await _keep(stage, _mention(by="poll"))
    assert again.id == pushed.id
    process.turns.start(again)
    await process.turns.drain(PATIENCE_S)
    assert process.kicked == []


async def test_whoever_names_us_often_is_invited_once_a_day(stage: Stage) -> None:
    process = _process(stage)
    assert await process.turns.reply_for(await _keep(stage, _mention("1")), seconds=PATIENCE_S) is not None
    assert await process.turns.reply_for(await _keep(stage, _mention("2")), seconds=PATIENCE_S) is None
    assert (
        await process.turns.reply_for(await _keep(stage, _mention("3", person=_person(2))), seconds=PATIENCE_S)
        is not None
    )


async def test_in_public_no_more_are_invited_a_day_than_the_channel_says(stage: Stage) -> None:
    process = _process(stage, weibo(public_daily=2))
    arrived = [await _keep(stage, _mention(str(n), by="poll", person=_person(n))) for n in range(1, 5)]
    for one in arrived:
        process.turns.start(one)
        await process.turns.drain(PATIENCE_S)
    assert [await _sent(stage, one) is not None for one in arrived] == [True, True, False, False]


async def test_what_is_told_in_private_around_a_mention_stays_one_thought_and_the_mention_none(stage: Stage) -> None:
    async def invitation() -> str:
        return TEXT

    process = stage.process(channels={("weibo", "main"): weibo()}, invitation=invitation, gather_seconds=0.3)
    first = await stage.keep("我家楼下…", address=_person())
    named = await _keep(stage, _mention())
    second = await stage.keep("路灯坏了。", address=_person())
    for one in (first, named, second):
        process.turns.start(one)
    await process.turns.drain(PATIENCE_S)
    assert stage.script.heard == [["我家楼下…"], ["路灯坏了。"]]
    entry = await _sent(stage, named)
    assert entry is not None
    assert entry.text == TEXT


async def test_a_mention_does_not_narrow_the_window_that_a_message_opened(stage: Stage) -> None:
    process = _process(stage)
    told = Grant(messages=None, until=now() + timedelta(hours=40))
    await process.turns.reply_for(await _keep(stage, replace(_private(), grant=told)), seconds=PATIENCE_S)
    named = await _keep(stage, _mention())
    await process.turns.reply_for(named, seconds=PATIENCE_S)
    conversation = await stage.store.conversations.get(named.conversation_id)
    assert conversation is not None
    assert conversation.grant_left is None
    assert conversation.state == {"turns": 1}


def _private() -> Inbound:
    return replace(_mention(), message_id="private", kind=Kind.TEXT, event=None, text="你好")


async def test_after_a_mention_the_first_private_message_is_still_the_first_contact(stage: Stage) -> None:
    process = _process(stage)
    await process.turns.reply_for(await _keep(stage, _mention()), seconds=PATIENCE_S)
    await process.turns.reply_for(await _keep(stage, _private()), seconds=PATIENCE_S)
    assert stage.script.firsts == [True]


async def test_the_text_is_the_files_and_follows_an_edit(tmp_path: Path) -> None:
    shipped = await Invitation(DialogFiles(), office="某市信访局")()
    assert "某市信访局" in shipped
    assert "私信" in shipped
    assert len(shipped) <= 130
    assert not set("#{}") & set(shipped)
    assert "http" not in shipped
    file = tmp_path / "responses.yml"
    file.write_text("responses:\n  utter_public_invitation:\n    - text: 请私信{office}\n", "utf-8")
    invitation = Invitation(DialogFiles(folder=tmp_path), office="甲局")
    assert await invitation() == "请私信甲局"
    file.write_text("responses: [", "utf-8")
    assert await invitation() == "请私信甲局"
