"""Opting out by text: the words never reach the dialog, and what they stop stays stopped until they are taken back."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest
from stage import PERSON, Platform, Stage, message
from waiting import PATIENCE_S

from bot.turns.loops import is_mobile
from bot.turns.stopping import Word, word_of
from channels.base import Capabilities
from channels.messages import Address, Event, EventName, Kind, Purpose, Via
from channels.sms.text import segments, signed
from dialogs.outcome import Unlink
from storage.contacts import CONTACT_EVENTS
from storage.records import ArrivalState, Conversation
from storage.store import Store

PHONE = Address(channel="sms", account="main", sender="13800138000")
SMS = Capabilities(passive=False, answer_within=0, ways=(Via.SMS,), text_limit=134, text_unit="utf16")
CHANNELS = {("sms", "main"): Platform(capabilities=SMS)}


@pytest.fixture
async def stage(database, vault, servers):
    stage = Stage(await Store.open(database, vault), servers.redis_url)
    yield stage
    await stage.close()


async def says(stage: Stage, *texts: str, address: Address = PHONE, gather_seconds: float = 0.0) -> list[str]:
    """What is answered to all of it."""
    process = stage.process(channels=CHANNELS, gather_seconds=gather_seconds)
    kept = [await stage.keep(text, address=address) for text in texts]
    for arrived in kept:
        process.turns.start(arrived)
    await process.turns.drain(PATIENCE_S)
    for arrived in kept:
        done = await stage.store.inbox.get(arrived.id)
        assert done is not None
        assert done.state is ArrivalState.DONE
    sent = await stage.store.outbox.onward(kept[0].conversation_id, limit=100)
    replies = {entry.reply_to: entry.text for entry in sent}
    return [replies.get(arrived.id, "") for arrived in kept]


async def person(stage: Stage, address: Address = PHONE) -> Conversation:
    found = await stage.store.conversations.find(address.channel, address.account, address.sender)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "word",
    ["T", "td", " TD\n", "退订", "r", "Ｎ", "ｔｄ", "0000", "００００", "　退订　", "退訂", "退订。", "TD！", "T. "],
)
async def test_an_opt_out_stops_broadcasts_and_never_reaches_the_dialog(stage: Stage, word: str) -> None:
    [reply] = await says(stage, word)
    assert "已退订" in reply
    assert stage.script.heard == []
    stopped = (await person(stage)).stopped
    assert set(stopped) == {Purpose.BROADCAST}


@pytest.mark.parametrize("text", ["TD吗", "我要退订", "T1", "000", "NO", "退 订", "恢复", "订阅", "[T]"])
async def test_what_is_not_the_word_to_the_letter_is_the_dialogs(stage: Stage, text: str) -> None:
    await says(stage, text)
    assert stage.script.heard == [[text]]
    assert (await person(stage)).stopped == {}


async def test_on_other_channels_the_words_are_words(stage: Stage) -> None:
    process = stage.process()
    await process.turns.reply_for(await stage.keep("TD"), seconds=PATIENCE_S)
    assert stage.script.heard == [["TD"]]
    assert (await person(stage, PERSON)).stopped == {}


async def test_a_second_opt_out_stops_case_notices_too_and_it_is_kept_when_and_by_what(stage: Stage) -> None:
    first, second = await says(stage, "TD", "R")
    assert "停止通知" in first
    assert "全部" in second
    stopped = (await person(stage)).stopped
    assert set(stopped) == {Purpose.BROADCAST, Purpose.CASE_NOTICE}
    assert stopped[Purpose.BROADCAST].at <= stopped[Purpose.CASE_NOTICE].at
    assert stopped[Purpose.BROADCAST].message_id != stopped[Purpose.CASE_NOTICE].message_id
    events = await stage.store.database[CONTACT_EVENTS].find({}, sort=(("at", 1),), limit=10)
    assert [event["kind"] for event in events] == ["opted_out", "opted_out"]
    assert events[1]["message_id"] == stopped[Purpose.CASE_NOTICE].message_id


async def test_no_notices_stops_all_and_back_takes_it_up_again(stage: Stage) -> None:
    await says(stage, "停止通知")
    assert set((await person(stage)).stopped) == {Purpose.BROADCAST, Purpose.CASE_NOTICE}
    [reply] = await says(stage, "恢复")
    assert "退订" in reply
    assert (await person(stage)).stopped == {}
    assert stage.script.heard == []


async def test_a_telling_is_not_mixed_with_an_opt_out_between_its_parts(stage: Stage) -> None:
    first, word, last = await says(stage, "我家楼下…", "TD", "路灯坏了。", gather_seconds=1.0)
    assert stage.script.heard == [["我家楼下…"], ["路灯坏了。"]]
    assert "已退订" in word
    assert first
    assert last


async def test_the_dialogs_state_is_not_touched(stage: Stage) -> None:
    await says(stage, "路灯坏了")
    before = (await person(stage)).state
    await says(stage, "TD")
    assert (await person(stage)).state == before


@pytest.mark.parametrize("texts", [["TD"], ["停止通知"], ["TD", "恢复"]])
async def test_each_answer_is_one_text_message(stage: Stage, texts: list[str]) -> None:
    for reply in await says(stage, *texts):
        assert segments(signed(reply, "某市信访局")) == 1


async def test_words_are_read_of_texts_alone() -> None:
    conversation = Conversation(id="c", address=PHONE, version=1, state={}, created_at=None)
    assert word_of(message("TD", "1", PHONE), conversation) is Word.OUT
    assert word_of(message("TD", "1", PERSON), conversation) is None


LANDLINE = Address(channel="sms", account="main", sender="053612345678")
BANK = Address(channel="sms", account="main", sender="10690000123")


@pytest.mark.parametrize("sender", [LANDLINE, BANK, Address(channel="sms", account="main", sender="CMCC")])
async def test_what_is_no_mobile_number_is_answered_once_a_day_and_heard_all_the_same(stage: Stage, sender) -> None:
    replies = await says(stage, "路灯坏了", "修好了吗", "谢谢", address=sender)
    assert [bool(reply) for reply in replies] == [True, False, False]
    assert len(stage.script.heard) == 3


async def test_two_equal_texts_of_a_machine_are_answered_once(stage: Stage) -> None:
    auto = "【某公司】您好，我正在开会，稍后回复您。"
    replies = await says(stage, auto, auto, "路灯坏了", "路灯坏了", auto)
    assert [bool(reply) for reply in replies] == [True, False, True, True, True]


async def test_a_machine_that_words_each_text_anew_is_left_in_peace_and_a_person_is_not(stage: Stage) -> None:
    texts = [f"【某公司】自动回复：您好，现在是10点0{minute}分，稍后联系您。" for minute in range(7)]
    replies = await says(stage, *texts, "路灯坏了", texts[0])
    assert [bool(reply) for reply in replies] == [True] * 3 + [False] * 4 + [True, True]
    assert len(stage.script.heard) == 9


async def test_two_machines_texts_in_turn_end_as_well(stage: Stage) -> None:
    replies = await says(stage, *["请勿回复", "已收到，请勿回复"] * 4)
    assert [bool(reply) for reply in replies] == [True] * 3 + [False] * 5


@pytest.mark.parametrize(
    ("sender", "mobile"),
    [("13800138000", True), ("85261234567", True), ("10086", False), ("053612345678", False), ("12345", False)],
)
def test_who_carries_a_phone(sender: str, mobile: bool) -> None:
    assert is_mobile(Address(channel="sms", account="main", sender=sender)) is mobile


async def test_a_refused_subscribe_notice_is_remembered_until_it_is_wanted_again(stage: Stage) -> None:
    for said, refused in (
        ({"A": "reject", "B": "accept"}, {"A"}),
        ({"B": "reject"}, {"A", "B"}),
        ({"A": "accept"}, {"B"}),
    ):
        await does(stage, EventName.CONSENT_CHANGED, said)
        assert (await person(stage, PERSON)).refused == refused
    assert stage.script.heard == []


async def does(stage: Stage, name: EventName, details: Mapping[str, str] = MappingProxyType({})) -> None:
    told = replace(message("", uuid.uuid4().hex), kind=Kind.EVENT, event=Event(name=name, details=details))
    [kept] = await stage.store.inbox.add([told])
    await stage.process().turns.reply_for(kept.arrived, seconds=PATIENCE_S)


async def test_a_switch_at_the_platform_stops_mass_messages_alone_and_subscribing_wants_them_again(
    stage: Stage,
) -> None:
    for _ in range(2):  # once more stops no more
        await does(stage, EventName.OPTED_OUT, {"subtype": "unsubscribe"})
        left = await person(stage, PERSON)
        assert (set(left.stopped), left.refused, left.reachable) == ({Purpose.BROADCAST}, frozenset(), True)
    assert stage.script.heard == []
    await does(stage, EventName.SUBSCRIBED)
    assert set((await person(stage, PERSON)).stopped) == {Purpose.BROADCAST}
    await does(stage, EventName.SUBSCRIBED, {"broadcasts": "wanted"})
    assert (await person(stage, PERSON)).stopped == {}
    assert len(stage.script.heard) == 2
    events = await stage.store.database[CONTACT_EVENTS].find({}, sort=(("at", 1),), limit=10)
    assert [event["kind"] for event in events] == ["opted_out", "opted_in"]


@pytest.mark.parametrize("name", [EventName.OPTED_OUT, EventName.CONSENT_CHANGED])
async def test_a_switch_that_is_told_after_somebody_left_does_not_bring_them_back(stage: Stage, name) -> None:
    stage.script.effects = [Unlink()]
    await does(stage, EventName.UNSUBSCRIBED)
    stage.script.effects = []
    await does(stage, name, {"A": "reject"})
    assert (await person(stage, PERSON)).reachable is False
