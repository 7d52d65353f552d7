"""Who leaves an account: what they began goes at once, their talk later, and what is filed stays."""

import uuid
from datetime import timedelta

import pytest

from bot.delivery.sweeper import Sweeper
from channels.messages import Inbound, Kind, Media, Purpose
from dialogs.outcome import CallPerson, Unlink
from storage.attachment_records import ATTACHMENTS
from storage.contacts import CONTACT_EVENTS
from storage.records import Conversation, DeliveryState, OutboxEntry

LONG = timedelta(days=31)


class Town:
    """The office, with people who talk and leave."""

    def __init__(self, office) -> None:
        self.office, self.store = office, office.store
        self.sweeper = Sweeper(store=self.store, queue=self, deliver=self, resume=self, clock=office.clock)

    async def kick(self, _ids) -> bool:
        return True

    async def __call__(self, _key) -> None:
        """Nothing is delivered or heard here."""

    async def talks(self, sender: str) -> Conversation:
        """Somebody sent a picture and was answered."""
        conversation, now = await self.office.resident(sender), self.office.clock()
        message = Inbound(
            address=conversation.address,
            message_id=uuid.uuid4().hex,
            kind=Kind.IMAGE,
            sent_at=now,
            received_at=now,
            media=Media(id="m1"),
        )
        [kept] = await self.store.inbox.add([message])
        done = self.store.inbox.done([kept.arrived.id], turn_id="t", reply_id=None, at=now)
        entry = OutboxEntry(
            id=uuid.uuid4().hex,
            conversation_id=conversation.id,
            address=conversation.address,
            purpose=Purpose.REPLY,
            text="图片收到了",
            created_at=now,
            due_at=now,
            state=DeliveryState.SENT,
        )
        want = self.store.attachments.want(kept.arrived, case_numbers=(), now=now, unfiled=timedelta(days=365))
        await self.store.committer.commit([*done, self.store.outbox.put(entry), want])
        return conversation

    async def goes(self, conversation: Conversation, *, back: bool = False) -> None:
        """They leave, or come back, by a turn of their own."""
        settled = await self.office.turn(conversation, *([] if back else [Unlink()]))
        held = await self.store.conversations.take(conversation.address, token="t", seconds=5, now=self.office.clock())
        advance = self.store.conversations.advance(
            held,
            state={},
            release=True,
            now=self.office.clock(),
            reachable=settled.reachable is not False,
            also=self.store.conversations.facts(conversation.id, **settled.known),
        )
        await self.store.committer.commit([advance])

    async def left_of(self, conversation: Conversation) -> tuple[bool, int, int, int]:
        """Whether the conversation is there, and how many of its messages, answers and attachments."""
        there = await self.store.conversations.get(conversation.id) is not None
        messages = await self.store.inbox.history(conversation.id, limit=9)
        answers = await self.store.outbox.history(conversation.id, limit=9)
        files = await self.store.database[ATTACHMENTS].count({"conversation_id": conversation.id}, limit=9)
        return there, len(messages), len(answers), files

    async def later(self, span: timedelta) -> None:
        self.office.started += span
        await self.sweeper.sweep()


@pytest.fixture
def town(office):
    return Town(office)


async def test_the_talk_of_who_left_is_erased_after_its_time_and_not_before(town):
    gone, stays = await town.talks("oGone"), await town.talks("oStays")
    await town.goes(gone)
    await town.later(timedelta(days=29))
    assert await town.left_of(gone) == (True, 1, 1, 1)
    await town.later(timedelta(days=2))
    assert await town.left_of(gone) == (False, 0, 0, 0)
    assert await town.left_of(stays) == (True, 1, 1, 1)
    events = await town.store.database[CONTACT_EVENTS].find({}, limit=9)
    assert [each["kind"] for each in events] == ["left"]


async def test_who_came_back_in_time_loses_nothing(town):
    person = await town.talks("oBack")
    await town.goes(person)
    await town.goes(person, back=True)
    await town.later(LONG)
    assert await town.left_of(person) == (True, 1, 1, 1)


async def test_who_filed_something_is_left_as_they_are_and_looked_at_once(town):
    person = await town.talks("oFiled")
    case = await town.office.filed(person)
    await town.goes(person)
    await town.later(LONG)
    assert await town.left_of(person) == (True, 1, 1, 1)
    assert (await town.store.conversations.get(person.id)).left_at is None
    assert (await town.office.case(case.number)).filer.conversation_id == person.id


async def test_an_open_call_is_waited_for(town):
    person = await town.talks("oCalls")
    await town.office.turn(person, CallPerson(reason="danger", danger=True))
    await town.goes(person)
    await town.later(LONG)
    assert await town.left_of(person) == (True, 1, 1, 1)
    [call] = await town.store.calls.open(9)
    await town.store.committer.commit([town.store.calls.closed(call.id, "李科长", town.office.clock())])
    await town.later(LONG)
    assert await town.left_of(person) == (False, 0, 0, 0)


async def test_what_was_added_from_another_account_of_the_filer_stays_with_the_case(town):
    filer, other = await town.talks("oFiler"), await town.talks("oOther")
    case = await town.office.filed(filer)
    contacts, now = town.store.contacts, town.office.clock()
    await contacts.ensure(filer.id, now=now)
    joined = [contacts.place(each.id, filer.id, was=None) for each in (filer, other)]
    [picture] = await town.store.attachments.unfiled(other.id)
    tied = town.store.attachments.tie(picture, [case.number], now=now)
    await town.store.committer.commit([*joined, tied])

    await town.goes(await town.store.conversations.get(other.id))
    await town.later(LONG)
    assert await town.left_of(other) == (True, 1, 1, 1)


async def test_of_one_account_of_several_without_a_case_only_the_talk_goes(town):
    first, other = await town.talks("oFirst"), await town.talks("oOther")
    await town.store.contacts.ensure(first.id, now=town.office.clock())
    joined = [town.store.contacts.place(each.id, first.id, was=None) for each in (first, other)]
    await town.store.committer.commit(joined)
    await town.goes(await town.store.conversations.get(other.id))
    await town.later(LONG)
    assert await town.left_of(other) == (True, 0, 0, 0)
    assert await town.left_of(first) == (True, 1, 1, 1)
