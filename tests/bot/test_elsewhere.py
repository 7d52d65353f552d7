"""A notice whose window is shut reaches its reader elsewhere: another account of theirs, or a text that says little."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from scripted import NOON, ScriptedChannel

from bot.casework.effects import changes_for
from bot.delivery.backoff import Backoff
from bot.delivery.deliverer import Deliverer
from bot.delivery.quiet import QuietHours
from bot.metrics import Metrics
from channels.base import Capabilities, Limit
from channels.errors import Busy, RecipientGone, WayShut
from channels.messages import Address, Grant, Purpose, Via
from channels.sms.text import segments, signed
from dialogs.outcome import FileCase
from storage.records import Conversation, DeliveryState, OutboxEntry, Stop
from storage.store import Store

WECHAT = Capabilities(passive=True, answer_within=4.5, ways=(Via.CUSTOMER_SERVICE, Via.TEMPLATE), text_limit=2048)
SMS = Capabilities(passive=False, answer_within=0, ways=(Via.SMS,), text_limit=134, text_unit="utf16")
OPENID = Address(channel="wechat", account="main", sender="oNobody-in-particular-0000003")
UID = Address(channel="weibo", account="main", sender="1234567890")
PHONE = "13800138000"
FIELDS = {"state": "已受理", "title": "东风东街路灯坏了", "time": "2026-11-21 12:00", "note": "电工明天来"}


class Town:
    """Somebody who filed on WeChat, and the accounts by which they might be reached."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOON
        self.wechat = ScriptedChannel(capabilities=WECHAT)
        self.weibo = ScriptedChannel(capabilities=replace(WECHAT, ways=(Via.CUSTOMER_SERVICE,)))
        self.sms = ScriptedChannel(capabilities=SMS)
        self.conversation: Conversation
        self.number = ""

    async def file(self, **given: object) -> None:
        self.conversation = await self.store.conversations.ensure(OPENID, now=self.now)
        self.number = await self.store.numbers.draw(message_id=uuid.uuid4().hex, at=self.now)
        fields = {"title": "路灯", "content": "路灯坏了", "name": "王小明", "phone": PHONE, **given}
        filed = FileCase(number=self.number, code="123456", **fields)
        settled = await changes_for(
            [filed], conversation=self.conversation, store=self.store, now=self.now, office="某市信访局"
        )
        await self.store.committer.commit(settled.changes)

    async def put(self, **given: object) -> OutboxEntry:
        entry = OutboxEntry(
            **{
                "id": uuid.uuid4().hex,
                "conversation_id": self.conversation.id,
                "address": OPENID,
                "purpose": Purpose.CASE_NOTICE,
                "text": "您反映的“东风东街路灯坏了”已由某市信访局受理。",
                "created_at": self.now,
                "due_at": self.now,
                "notice": "progress",
                "fields": {"number": self.number, **FIELDS},
                "case_number": self.number,
                **given,
            }
        )
        await self.store.committer.commit([self.store.outbox.put(entry)])
        return entry

    async def deliver(self, entry: OutboxEntry | None = None, **given: object) -> OutboxEntry:
        entry = entry or await self.put(**given)

        async def kick(ids: Sequence[str]) -> bool:
            return True

        deliverer = Deliverer(
            store=self.store,
            channels={("wechat", "main"): self.wechat, ("weibo", "main"): self.weibo, ("sms", "main"): self.sms},
            clock=lambda: self.now,
            chance=random.Random(1),
            backoff=Backoff(),
            quiet=QuietHours(span=None),
            kick=kick,
            metrics=Metrics(),
        )
        await deliverer.deliver(entry.id)
        found = await self.store.outbox.get(entry.id)
        assert found is not None
        return found

    async def known(self, address: Address, grant: Grant | None = None, **facts: object) -> Conversation:
        conversations = self.store.conversations
        taken = await conversations.take(address, token="t", seconds=9, now=self.now)
        assert taken is not None
        also = conversations.facts(taken.id, **facts)
        changes = [conversations.advance(taken, state={}, release=True, now=self.now, grant=grant, also=also)]
        await self.store.committer.commit(changes)
        found = await conversations.get(taken.id)
        assert found is not None
        return found

    async def bind(self, phone: str, *others: Address) -> None:
        contact = await self.store.contacts.ensure(self.conversation.id, now=self.now)
        changes = [self.store.contacts.bind(contact, phone, at=self.now)]
        for each in (OPENID, *others):
            one = await self.store.conversations.ensure(each, now=self.now)
            changes.append(self.store.contacts.place(one.id, contact.id, was=None))
        await self.store.committer.commit(changes)


@pytest.fixture
async def town(database, vault) -> Town:
    town = Town(await Store.open(database, vault))
    await town.file()
    return town


def reasons(entry: OutboxEntry) -> list[tuple[str, str, bool, str]]:
    return [(each.channel, each.via.value, each.taken, each.reason) for each in entry.decision]


async def test_a_shut_window_becomes_a_text_that_says_number_and_state_alone(town: Town) -> None:
    sent = await town.deliver()
    assert (sent.state, sent.via, sent.address.channel) == (DeliveryState.SENT, Via.SMS, "sms")
    assert town.wechat.tried == []
    [text] = town.sms.sent
    assert (text.address.sender, text.buttons, text.url) == (PHONE, (), "")
    assert town.number in text.text
    assert "已受理" in text.text
    assert "查询码" in text.text
    told = text.text + "".join(text.fields.values())
    assert not any(secret in told for secret in ("路灯", "电工", "王小明"))
    assert segments(signed(text.text, "某市信访局")) == 1
    assert reasons(sent) == [
        ("wechat", "customer_service", False, "window_shut"),
        ("wechat", "template", False, "no_template"),
        ("sms", "sms", True, "case_phone"),
    ]
    assert sent.attempts[-1].decision == sent.decision
    assert sent.meant_for == town.conversation.id


@pytest.mark.parametrize("given", [{"anonymous": True}, {"confidential": True}, {"accusation": True}, {"phone": ""}])
async def test_whoever_wants_to_stay_unknown_is_never_texted(town: Town, given: dict[str, object]) -> None:
    await town.file(**given)
    dead = await town.deliver()
    assert dead.state is DeliveryState.DEAD
    assert town.sms.tried == []


async def test_a_landline_is_not_texted(town: Town) -> None:
    await town.file(phone="0536-8123456")
    assert (await town.deliver()).state is DeliveryState.DEAD
    assert town.sms.tried == []


async def test_somebody_who_only_follows_is_not_texted_on_the_filers_phone(town: Town) -> None:
    other = await town.known(replace(OPENID, sender="oSomebody-else"))
    entry = await town.put(conversation_id=other.id, address=other.address)
    assert (await town.deliver(entry)).state is DeliveryState.DEAD
    assert town.sms.tried == []


async def test_the_bound_phone_goes_before_the_one_that_was_given(town: Town) -> None:
    await town.bind("13900139000")
    sent = await town.deliver()
    assert [text.address.sender for text in town.sms.sent] == ["13900139000"]
    assert "进度" in town.sms.sent[0].text
    assert reasons(sent)[-1] == ("sms", "sms", True, "bound_phone")


async def test_another_account_of_the_same_person_whose_window_is_open_gets_it_whole(town: Town) -> None:
    await town.known(UID, grant=Grant(messages=None, until=NOON + timedelta(hours=1)))
    await town.bind(PHONE, UID)
    sent = await town.deliver()
    [message] = town.weibo.sent
    assert "路灯" in message.text
    assert reasons(sent)[-1] == ("weibo", "customer_service", True, "other_channel")
    assert town.sms.tried == []


@pytest.mark.parametrize("failure", [WayShut(provider_code="45015"), RecipientGone(provider_code="43004")])
async def test_what_the_platform_refuses_for_good_goes_elsewhere_too(town: Town, failure: Exception) -> None:
    await town.known(OPENID, grant=Grant(messages=5, until=NOON + timedelta(hours=1)))
    town.wechat.script = {Via.CUSTOMER_SERVICE: [failure]}
    sent = await town.deliver()
    assert (sent.state, sent.via) == (DeliveryState.SENT, Via.SMS)
    assert reasons(sent)[0] == ("wechat", "customer_service", False, failure.code)


async def test_what_only_has_to_wait_does_not_go_elsewhere(town: Town) -> None:
    await town.known(OPENID, grant=Grant(messages=5, until=NOON + timedelta(hours=1)))
    town.wechat.script = {Via.CUSTOMER_SERVICE: [Busy()]}
    assert (await town.deliver()).state is DeliveryState.QUEUED
    assert town.sms.tried == []


async def test_a_phone_that_opted_out_of_notices_is_not_texted(town: Town) -> None:
    texted = Address(channel="sms", account="main", sender=PHONE)
    await town.known(texted, stopped={Purpose.BROADCAST: Stop(at=NOON)})
    assert (await town.deliver()).state is DeliveryState.SENT
    await town.known(texted, stopped={Purpose.CASE_NOTICE: Stop(at=NOON)})
    dead = await town.deliver()
    assert (dead.state, len(town.sms.tried)) == (DeliveryState.DEAD, 1)
    assert reasons(dead)[-1] == ("sms", "sms", False, "opted_out")


async def test_whoever_stopped_notices_where_they_filed_is_texted_on_no_other_number(town: Town) -> None:
    filed_from = Address(channel="sms", account="main", sender="13900139000")
    town.conversation = await town.known(filed_from, stopped={Purpose.CASE_NOTICE: Stop(at=NOON)})
    town.number = await town.store.numbers.draw(message_id=uuid.uuid4().hex, at=town.now)
    filed = FileCase(number=town.number, code="123456", title="路灯", content="路灯坏了", name="王小明", phone=PHONE)
    settled = await changes_for(
        [filed], conversation=town.conversation, store=town.store, now=town.now, office="某市信访局"
    )
    await town.store.committer.commit(settled.changes)
    dead = await town.deliver(address=filed_from)
    assert (dead.state, town.sms.tried) == (DeliveryState.FAILED, [])
    assert reasons(dead) == [("sms", "sms", False, "opted_out")]


async def test_a_stop_on_another_phone_of_the_same_person_is_not_passed_over(town: Town) -> None:
    other = Address(channel="sms", account="main", sender="13900139000")
    await town.known(other, stopped={Purpose.CASE_NOTICE: Stop(at=NOON)})
    await town.bind("13900139000", other)
    assert (await town.deliver()).state is DeliveryState.DEAD
    assert town.sms.tried == []


async def test_the_limit_of_the_number_holds_there_too(town: Town) -> None:
    town.sms.capabilities = replace(SMS, limits={Purpose.CASE_NOTICE: Limit(day=1)})
    await town.deliver()
    held = await town.deliver()
    assert (held.state, held.due_at) == (DeliveryState.QUEUED, NOON + timedelta(days=1))
    assert (held.address, held.attempts) == (OPENID, ())
    assert reasons(held)[-1] == ("sms", "sms", False, "limit_reached")
    town.now = held.due_at
    assert (await town.deliver(held)).via is Via.SMS


async def test_a_text_that_has_to_wait_stays_a_text_and_goes_once(town: Town) -> None:
    town.sms.script = {Via.SMS: [Busy()]}
    later = await town.deliver()
    assert (later.state, later.address.channel) == (DeliveryState.QUEUED, "sms")
    town.now = later.due_at
    assert (await town.deliver(later)).state is DeliveryState.SENT
    assert len(town.sms.sent) == 1


async def test_replies_and_broadcasts_go_nowhere_else(town: Town) -> None:
    assert (await town.deliver(purpose=Purpose.REPLY)).waits_for == town.conversation.id
    assert (await town.deliver(purpose=Purpose.BROADCAST)).state is DeliveryState.DEAD
    assert town.sms.tried == []


async def test_whoever_left_the_account_is_reached_by_text(town: Town) -> None:
    await town.store.conversations.mark_unreachable(town.conversation.id)
    sent = await town.deliver()
    assert (sent.state, sent.via) == (DeliveryState.SENT, Via.SMS)
    assert [reason for *_, reason in reasons(sent)] == ["left", "left", "case_phone"]


async def test_what_is_no_step_of_a_case_is_said_as_it_was_written(town: Town) -> None:
    await town.bind(PHONE)
    words = "提醒：您预约了明天9:00–11:30副市长李明接待，第2号。"
    sent = await town.deliver(case_number=None, notice="reception", text=words, fields={"state": "明天接待"})
    assert (sent.state, sent.via) == (DeliveryState.SENT, Via.SMS)
    assert [text.text for text in town.sms.sent] == [words]
