"""Parts of long messages: kept one by one, heard as one."""

import asyncio
from datetime import timedelta

import pytest

from channels.messages import Address, MessagePart
from storage.message_parts import WAIT, MessageParts

pytestmark = pytest.mark.usefixtures("each_driver")


@pytest.fixture
def part(inbound):
    def make(number, text, *, total=3, reference="7", **more):
        return MessagePart(inbound=inbound(text=text, **more), reference=reference, number=number, total=total)

    return make


async def text_of(store, *parts, now):
    """What the last of ``parts`` makes whole; those before it make nothing whole."""
    *before, last = parts
    assert [await store.parts.keep(each, now=now) for each in before] == [None] * len(before)
    whole = await store.parts.keep(last, now=now)
    return None if whole is None else whole.message.text


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
async def test_parts_in_any_order_become_one_text_in_theirs(store, part, now, order):
    words = {1: "路灯坏了，", 2: "晚上太黑，", 3: "请派人来修。"}
    assert await text_of(store, *(part(number, words[number]) for number in order), now=now) == "".join(words.values())


async def test_all_parts_at_once_make_one_whole(store, part, now):
    parts = [part(number, f"{number}。", total=6) for number in range(1, 7)]
    found = await asyncio.gather(*(store.parts.keep(each, now=now) for each in parts))
    [whole] = [each for each in found if each is not None]
    assert whole.message.text == "1。2。3。4。5。6。"


async def test_the_whole_is_from_the_same_person_and_as_old_as_its_first_part(store, part, now):
    first = part(1, "a", total=2, sent_at=now, received_at=now)
    second = part(2, "b", total=2, sent_at=now + timedelta(seconds=4), received_at=now + timedelta(seconds=5))
    await store.parts.keep(second, now=now)
    whole = await store.parts.keep(first, now=now)
    assert (whole.message.address, whole.message.sent_at) == (first.inbound.address, now)
    assert whole.message.received_at == second.inbound.received_at


async def test_parts_kept_by_a_process_that_died_are_there_for_the_next(store, part, now, database, vault):
    await store.parts.keep(part(1, "开头", total=2), now=now)
    whole = await MessageParts(database, vault).keep(part(2, "结尾", total=2), now=now)
    assert whole.message.text == "开头结尾"


async def test_a_part_that_comes_again_is_kept_once(store, part, now):
    assert await text_of(store, *(part(number, "好") for number in (1, 1, 2, 2, 1, 3)), now=now) == "好好好"


async def test_a_repeat_gives_the_same_whole_until_it_is_delivered_and_nothing_after(store, part, now):
    await store.parts.keep(part(1, "a", total=2), now=now)
    whole = await store.parts.keep(part(2, "b", total=2), now=now)
    again = await store.parts.keep(part(2, "b", total=2), now=now)
    assert again == whole
    await store.parts.delivered(whole.id, now=now)
    assert await store.parts.keep(part(1, "a", total=2), now=now) is None
    assert await store.parts.due(now + timedelta(days=2), limit=10) == []


async def test_what_waited_long_enough_is_heard_without_the_missing_part(store, part, now):
    await store.parts.keep(part(1, "开头"), now=now)
    await store.parts.keep(part(3, "结尾"), now=now + timedelta(seconds=5))
    assert await store.parts.due(now + WAIT, limit=10) == []
    [whole] = await store.parts.due(now + WAIT + timedelta(seconds=5), limit=10)
    assert whole.message.text == "开头……结尾"


async def test_a_part_that_comes_after_the_wait_is_heard_alone(store, part, now):
    await store.parts.keep(part(1, "开头", total=2), now=now)
    [early] = await store.parts.due(now + WAIT, limit=10)
    await store.parts.delivered(early.id, now=now)
    later = now + timedelta(minutes=3)
    assert await store.parts.keep(part(2, "结尾", total=2), now=later) is None
    [late] = await store.parts.due(later + WAIT, limit=10)
    assert late.message.text == "……结尾"
    assert late.message.message_id != early.message.message_id


async def test_a_late_part_adds_nothing_to_what_is_being_handed_over(store, part, now):
    await store.parts.keep(part(1, "开头", total=2), now=now)
    [early] = await store.parts.due(now + WAIT, limit=10)
    assert await store.parts.keep(part(2, "结尾", total=2), now=now + WAIT) is None
    [again] = await store.parts.due(now + WAIT + timedelta(seconds=15), limit=10)
    assert again == early


async def test_a_whole_that_nobody_handed_over_is_due_again(store, part, now):
    await store.parts.keep(part(1, "a", total=2), now=now)
    whole = await store.parts.keep(part(2, "b", total=2), now=now)
    assert await store.parts.due(now + timedelta(seconds=1), limit=10) == []
    assert await store.parts.due(now + timedelta(seconds=11), limit=10) == [whole]


async def test_a_reference_that_comes_round_begins_another_message(store, part, now):
    assert await text_of(store, part(1, "甲", total=2), part(2, "乙", total=2), now=now) == "甲乙"
    assert await text_of(store, part(1, "丙", total=2), part(2, "丁", total=2), now=now) == "丙丁"


async def test_a_message_never_finished_does_not_swallow_the_next_of_its_reference(store, part, now):
    await store.parts.keep(part(1, "没写完", total=2), now=now)
    assert await text_of(store, part(1, "新的", total=2), part(2, "一条", total=2), now=now) == "新的一条"
    due = await store.parts.due(now + timedelta(minutes=1), limit=10)
    assert [each.message.text for each in due if each.message.text != "新的一条"] == ["没写完……"]


async def test_two_people_with_one_reference_are_two(store, part, now):
    other = Address(channel="sms", account="main", sender="13900139000")
    await store.parts.keep(part(1, "甲", total=2), now=now)
    assert await store.parts.keep(part(2, "乙", total=2, address=other), now=now) is None


async def test_a_sign_cut_between_two_parts_is_whole_again(store, part, now):
    assert await text_of(store, part(1, "笑\ud83d", total=2), part(2, "\ude00脸", total=2), now=now) == "笑😀脸"


async def test_half_a_sign_that_is_left_does_not_keep_the_rest_from_being_heard(store, part, now):
    await store.parts.keep(part(1, "笑\ud83d", total=2), now=now)
    [whole] = await store.parts.due(now + WAIT, limit=10)
    assert whole.message.text.startswith("笑")
    whole.message.text.encode()


async def test_no_text_is_readable_at_rest_and_none_is_kept_after_delivery(store, part, now, database):
    await store.parts.keep(part(1, "secret-words", total=2), now=now)
    whole = await store.parts.keep(part(2, "b", total=2), now=now)
    assert b"secret-words" not in repr(await database["message_parts"].find({}, limit=5)).encode()
    await store.parts.delivered(whole.id, now=now)
    [left] = await database["message_parts"].find({}, limit=5)
    assert left["texts"] == {}


async def test_one_that_cannot_be_opened_does_not_keep_the_others_waiting(store, part, now, database):
    await store.parts.keep(part(1, "坏的", total=2), now=now)
    await database["message_parts"].update_many({}, {"$set": {"texts.1": b"damaged, damaged, damaged"}})
    await store.parts.keep(part(1, "好的", total=2, reference="8"), now=now + timedelta(seconds=1))
    [whole] = await store.parts.due(now + timedelta(minutes=1), limit=10)
    assert whole.message.text == "好的……"
