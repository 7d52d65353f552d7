"""Binding a phone by a code: what it joins, what it lets be seen and done, and how it is taken back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from stage import PERSON, Platform, Stage, now
from waiting import PATIENCE_S

from bot.casework.announcing import notices_for
from bot.casework.casebook import Casebook
from bot.casework.contacts import PROOF_HOLDS, ContactBook, NothingToUndo, SameContact
from bot.casework.effects import EffectRefused, changes_for
from bot.casework.notices import Notice
from bot.turns.beforehand import Beforehand
from bot.turns.binding import PhoneBinding
from channels.base import Capabilities, Limit
from channels.messages import Address, Purpose, Via
from dialogs.outcome import AddToCase, FileCase
from storage.records import Conversation
from storage.store import Store

SMS = Capabilities(
    passive=False,
    answer_within=0,
    ways=(Via.SMS,),
    text_limit=134,
    text_unit="utf16",
    limits={Purpose.CODE: Limit(minute=1, hour=5, day=10)},
)
CHANNELS = {
    ("sms", "main"): Platform(capabilities=SMS),
    ("weibo", "main"): Platform(capabilities=Capabilities(passive=False, answer_within=0, ways=(), text_limit=300)),
}
NUMBER = "13800138000"
TEXTED = Address(channel="sms", account="main", sender=NUMBER)
UID = Address(channel="weibo", account="main", sender="1234567890")


class Codes:
    def query_code(self) -> str:
        return "246810"


class Town:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.store = stage.store
        self.book = ContactBook(store=stage.store, clock=now)
        self.casebook = Casebook(store=stage.store, clock=now)

    async def says(self, text: str, address: Address = PERSON) -> str:
        binding = PhoneBinding(store=self.store, channels=CHANNELS, book=self.book, chance=Codes())
        process = self.stage.process(
            channels=CHANNELS, beforehand=Beforehand(store=self.store, clock=now, binding=binding)
        )
        arrived = await self.stage.keep(text, address=address)
        process.turns.start(arrived)
        await process.turns.drain(PATIENCE_S)
        reply = await self.store.outbox.reply_to(arrived.id)
        assert reply is not None
        return reply.text

    async def person(self, address: Address = PERSON) -> Conversation:
        return await self.store.conversations.ensure(address, now=now())

    async def bind(self, address: Address = PERSON) -> str:
        await self.says(f"绑定手机 {NUMBER}", address)
        return await self.says("246810", address)

    async def file(self, address: Address, **given: object) -> str:
        number = await self.store.numbers.draw(message_id=f"{address.channel}{given}", at=now())
        filed = FileCase(**{"number": number, "code": "123456", "title": "路灯", "content": "坏了", **given})
        await self.turn(address, filed)
        return number

    async def turn(self, address: Address, effect: FileCase | AddToCase) -> None:
        conversation = await self.person(address)
        settled = await changes_for(
            [effect], conversation=conversation, store=self.store, now=now(), office="某市信访局"
        )
        await self.store.committer.commit(settled.changes)

    async def sees(self, address: Address) -> dict[str, bool]:
        conversation = await self.person(address)
        return {case.number: case.full for case in await self.casebook.mine(conversation.id)}


@pytest.fixture
async def town(database, vault, servers) -> AsyncIterator[Town]:
    stage = Stage(await Store.open(database, vault), servers.redis_url)
    yield Town(stage)
    await stage.close()


async def test_a_phone_is_bound_by_the_code_that_was_sent_to_it(town: Town) -> None:
    asked = await town.says(f"绑定手机：+86 {NUMBER}")
    assert "138****8000" in asked
    assert NUMBER not in asked
    texted = await town.person(TEXTED)
    [entry] = await town.store.outbox.onward(texted.id, limit=9)
    assert (entry.purpose, entry.address, entry.fields) == (Purpose.CODE, TEXTED, {"code": "246810"})
    assert (await town.person()).contact_id is None
    assert "已绑定" in await town.says(" ２４６８１０ ")
    person, texted = await town.person(), await town.person(TEXTED)
    assert person.contact_id == texted.contact_id == person.id
    assert person.binding is None
    contact = await town.store.contacts.get(person.id)
    assert contact is not None
    assert contact.phone == NUMBER
    assert town.stage.script.heard == []


async def test_the_number_may_be_said_afterwards_and_other_talk_goes_on_meanwhile(town: Town) -> None:
    assert "11位" in await town.says("绑定手机")
    assert await town.says("路灯坏了") == "听到：路灯坏了"
    assert "138****8000" in await town.says(NUMBER)
    assert await town.says("那个") == "听到：那个"
    assert "已绑定" in await town.says("246810")


async def test_without_a_binding_under_way_six_digits_are_the_dialogs(town: Town) -> None:
    assert await town.says("246810") == "听到：246810"
    await town.says(f"绑定手机{NUMBER}")
    assert "不绑定" in await town.says("取消绑定")
    assert await town.says("246810") == "听到：246810"


async def test_five_wrong_codes_end_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def heard(asker, number, at, is_right):
        return await is_right()

    monkeypatch.setattr(town.store.code_tries, "heard", heard)
    await town.says(f"绑定手机 {NUMBER}")
    replies = [await town.says(f"00000{digit}") for digit in range(5)]
    assert "还可以试4次" in replies[0]
    assert "作废" in replies[-1]
    assert await town.says("246810") == "听到：246810"
    assert (await town.person()).contact_id is None


async def test_wrong_codes_are_slowed(town: Town) -> None:
    await town.says(f"绑定手机 {NUMBER}")
    replies = [await town.says("000000") for _ in range(5)]
    assert any("太快" in reply for reply in replies)
    assert "太快" in await town.says("246810")


async def test_codes_are_not_sent_more_often_than_the_limits_say(town: Town) -> None:
    await town.says(f"绑定手机 {NUMBER}")
    assert "太频繁" in await town.says(f"绑定手机 {NUMBER}")
    assert "太频繁" in await town.says(f"绑定手机 {NUMBER}", UID)
    texted = await town.person(TEXTED)
    assert len(await town.store.outbox.onward(texted.id, limit=9)) == 1


async def test_the_person_sees_and_adds_to_their_cases_from_each_channel(town: Town) -> None:
    by_text, in_chat = await town.file(TEXTED), await town.file(PERSON)
    secret = await town.file(PERSON, accusation=True)
    assert await town.sees(PERSON) == {in_chat: True, secret: True}
    await town.bind()
    assert await town.sees(PERSON) == {by_text: True, in_chat: True, secret: True}
    # whoever texts may be forged: the state alone, and of an accusation nothing
    assert await town.sees(TEXTED) == {by_text: True, in_chat: False}
    await town.turn(PERSON, AddToCase(number=by_text, text="还有一盏"))
    await town.turn(TEXTED, AddToCase(number=in_chat, text="也有一盏"))
    for number, note in ((by_text, "还有一盏"), (in_chat, "也有一盏")):
        assert (await town.store.cases.timeline(number))[-1].note == note
    with pytest.raises(EffectRefused):
        await town.turn(TEXTED, AddToCase(number=secret, text="x"))


async def test_a_stranger_sees_and_adds_nothing(town: Town) -> None:
    number = await town.file(PERSON)
    await town.bind()
    assert await town.sees(UID) == {}
    with pytest.raises(EffectRefused):
        await town.turn(UID, AddToCase(number=number, text="x"))


@pytest.mark.parametrize("words", [f"绑定 {NUMBER}", f"绑定{NUMBER}", f"我要绑定手机{NUMBER}。"])
async def test_binding_begins_with_the_number_alone_or_a_wish(town: Town, words: str) -> None:
    assert "验证码已发到" in await town.says(words, UID)


async def test_a_wish_to_bind_asks_for_the_number(town: Town) -> None:
    assert "手机号码（11位）" in await town.says("我要绑定手机", UID)


@pytest.mark.parametrize("words", ["解绑", "解绑手机", "取消绑定", " 解除绑定手机号 "])
async def test_a_phone_is_unbound_by_a_word_and_may_be_bound_again(town: Town, words: str) -> None:
    by_text, in_chat = await town.file(TEXTED), await town.file(PERSON)
    await town.bind()
    told = await town.says(words)
    assert "138****8000" in told
    assert NUMBER not in told
    assert await town.sees(PERSON) == {in_chat: True}
    assert await town.sees(TEXTED) == {by_text: True}
    contact = await town.store.contacts.get((await town.person()).id)
    assert contact is not None
    assert (contact.phone, contact.phone_proved_at) == ("", None)
    events = (await town.book.read((await town.person()).id)).events
    assert [event.kind for event in events] == ["unbound", "bound"]
    assert "没有绑定" in await town.says(words)
    town.store.counts.spend = _never_limited  # type: ignore[method-assign]
    await town.bind()
    assert await town.sees(PERSON) == {by_text: True, in_chat: True}
    assert town.stage.script.heard == []


async def test_unbinding_parts_the_phone_and_nobody_else(town: Town) -> None:
    number = await town.file(UID)
    await town.bind()
    await town.book.merge((await town.person()).id, (await town.person(UID)).id, by="李科长", reason="本人说明")
    await town.says("解绑手机", UID)
    assert await town.sees(PERSON) == {number: True}
    assert (await town.person(TEXTED)).contact_id is None


async def test_by_text_nobody_unbinds_for_senders_can_be_forged(town: Town) -> None:
    await town.bind()
    assert await town.says("解绑手机", TEXTED) == "听到：解绑手机"
    assert (await town.person(TEXTED)).contact_id == (await town.person()).id


async def test_who_proves_the_same_phone_lately_is_the_same_person(town: Town) -> None:
    number = await town.file(PERSON)
    await town.bind()
    town.store.counts.spend = _never_limited  # type: ignore[method-assign]
    await town.bind(UID)
    assert (await town.person(UID)).contact_id == (await town.person()).id
    assert await town.sees(UID) == {number: True}
    await town.book.unmerge((await town.person()).id, by="李科长", reason="不是同一个人")
    assert await town.sees(UID) == {}
    assert (await town.person(TEXTED)).contact_id == (await town.person()).id


async def _never_limited(*_given: object, **_named: object) -> None:
    return None


async def test_a_proof_of_long_ago_joins_nobody_to_the_numbers_next_holder(town: Town, monkeypatch) -> None:
    number = await town.file(PERSON)
    await town.bind()
    town.store.counts.spend = _never_limited  # type: ignore[method-assign]
    town.book = ContactBook(store=town.store, clock=lambda: now() + PROOF_HOLDS + timedelta(days=1))
    await town.bind(UID)
    assert number not in await town.sees(UID)
    before = await town.store.contacts.get((await town.person()).id)
    assert before is not None
    assert before.phone == ""
    assert (await town.person(TEXTED)).contact_id == (await town.person(UID)).id


async def test_staff_merge_and_take_it_back_with_both_histories_kept(town: Town) -> None:
    first, second = await town.file(PERSON), await town.file(UID)
    one, two = await town.person(), await town.person(UID)
    merged = await town.book.merge(one.id, two.id, by="李科长", reason="本人来电说明")
    assert {each.id for each in merged.conversations} == {one.id, two.id}
    assert await town.sees(PERSON) == {first: True, second: True}
    assert (merged.events[0].kind, merged.events[0].by, merged.events[0].reason) == (
        "merged",
        "李科长",
        "本人来电说明",
    )
    with pytest.raises(SameContact):
        await town.book.merge(one.id, two.id, by="李科长", reason="x")
    parted = await town.book.unmerge(two.id, by="王科长", reason="弄错了")
    assert [each.id for each in parted.conversations] == [one.id]
    assert [event.kind for event in parted.events] == ["unmerged", "merged"]
    assert parted.events[1].undone
    assert await town.sees(PERSON) == {first: True}
    assert await town.sees(UID) == {second: True}
    with pytest.raises(NothingToUndo):
        await town.book.unmerge(one.id, by="王科长", reason="弄错了")


async def test_a_phone_follows_its_holder_into_a_merge_and_back(town: Town) -> None:
    await town.bind(UID)
    one, two = await town.person(), await town.person(UID)
    merged = await town.book.merge(one.id, two.id, by="李科长", reason="同一人")
    assert merged.contact.phone == NUMBER
    assert len(merged.conversations) == 3
    parted = await town.book.unmerge(one.id, by="李科长", reason="弄错了")
    assert parted.contact.phone == ""
    back = await town.book.read(two.id)
    assert (back.contact.phone, len(back.conversations)) == (NUMBER, 2)


async def test_two_merges_at_once_leave_one_whole(town: Town) -> None:
    people = [await town.person(replace(UID, sender=str(number))) for number in range(3)]
    results = await asyncio.gather(
        town.book.merge(people[0].id, people[2].id, by="a", reason="x"),
        town.book.merge(people[1].id, people[2].id, by="b", reason="x"),
        return_exceptions=True,
    )
    assert sum(not isinstance(result, Exception) for result in results) >= 1
    holder = (await town.store.conversations.get_many([people[2].id]))[0].contact_id
    assert holder in {people[0].id, people[1].id}


async def test_who_follows_from_two_conversations_is_told_once_where_they_filed(town: Town) -> None:
    number = await town.file(PERSON)
    await town.bind()
    texted = await town.person(TEXTED)
    case = await town.store.cases.get(number)
    assert case is not None
    followed = replace(case, followers=(texted.id, *case.followers))
    entries = await notices_for(town.store, followed, lambda own: Notice(text=str(own), fields={}), seq=2, at=now())
    assert [(entry.address, entry.text) for entry in entries] == [(PERSON, "True")]
