"""Whom a broadcast reaches: by channel, tag and window; one person once; a post for everybody."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from broadcast_kit import Phones, approved, now, office_of, started, state_of, texters
from scripted import ScriptedChannel
from waiting import soon

from bot.broadcasts.office import BroadcastRefused
from channels.base import Capabilities
from channels.errors import OutcomeUnknown, SendFailed
from channels.messages import Address, Grant, Sent, Via
from channels.weibo.publishing import SaidBefore
from storage.broadcast_records import BroadcastState, Counts, Segment


@dataclass
class Wall:
    """A place for posts."""

    trouble: list[SendFailed] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    wrong: tuple[str, ...] = ()
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            passive=True, answer_within=4, ways=(Via.CUSTOMER_SERVICE,), text_limit=300
        )
    )

    def unpublishable(self, _text: str) -> tuple[str, ...]:
        return self.wrong

    async def publish(self, text: str) -> Sent:
        self.posts.append(text)
        if self.trouble:
            raise self.trouble.pop(0)
        return Sent(provider_id="5001")


async def follower(store, name, *, grant=None):
    address = Address(channel="wechat", account="main", sender=name)
    held = await store.conversations.take(address, token="t", seconds=9, now=now())
    change = store.conversations.advance(held, state={}, release=True, now=now(), grant=grant)
    await store.committer.commit([change])
    return held.id


async def test_a_shut_window_without_a_template_excludes_and_says_so(store, phones):
    office = office_of(store, {("wechat", "main"): ScriptedChannel()})
    await follower(store, "oShut")
    await follower(store, "oOpen", grant=Grant(messages=5, until=now() + timedelta(hours=48)))
    tally = await office.tried(await approved(office, channels=("wechat",)))
    assert (tally.to_send, tally.excluded) == ({"wechat": 1}, {("wechat", "window_shut"): 1})


async def test_one_person_with_two_accounts_is_told_once_where_they_are_reached(store, phones):
    office = office_of(store, {("wechat", "main"): ScriptedChannel(), ("sms", "main"): phones})
    shut = await follower(store, "oShut")
    [text] = await texters(store, [7])
    for each in (shut, text):
        await store.database["conversations"].update_one({"_id": each}, {"$set": {"contact_id": shut}})
    tally = await office.tried(await approved(office, channels=("wechat", "sms")))
    assert (tally.to_send, tally.excluded) == ({"sms": 1}, {})


async def test_a_tag_names_those_who_have_it(store, office):
    ids = await texters(store, range(5))
    await store.conversations.tag(ids[:2], "志愿者")
    tally = await office.tried(await approved(office, segment=Segment(tag="志愿者")))
    assert tally.sending == 2


async def follows(store, who, topic):
    await store.database["conversations"].update_one({"_id": who}, {"$set": {"topics": [topic]}})


async def test_a_topic_names_those_who_follow_it(store, office):
    ids = await texters(store, range(5))
    await follows(store, ids[0], "供暖")
    await follows(store, ids[3], "停水停电")
    tally = await office.tried(await approved(office, segment=Segment(topic="供暖")))
    assert tally.sending == 1


async def test_a_topic_and_a_district_name_those_of_both(store, office):
    ids = await texters(store, range(3))
    for each in ids[:2]:
        await store.database["cases"].insert_one(
            {"_id": f"c-{each}", "parties": [each], "district": "奎文区", "channel": "sms", "accusation": False}
        )
    for each in ids[1:]:
        await follows(store, each, "供暖")
    both = await office.tried(await approved(office, segment=Segment(topic="供暖", district="奎文区")))
    one = await office.tried(await approved(office, segment=Segment(district="奎文区")))
    assert (both.sending, one.sending) == (1, 2)


async def test_a_topic_that_nobody_can_follow_is_refused_and_the_others_named(office):
    with pytest.raises(BroadcastRefused) as refused:
        await approved(office, segment=Segment(topic="供水"))
    assert "停水停电、供暖" in refused.value.sentence


async def test_a_post_goes_out_once_though_nobody_knew_whether_it_had(store, worker):
    wall = Wall(trouble=[OutcomeUnknown(), SaidBefore()])
    channels = {("weibo", "main"): wall}
    broadcast = await started(office_of(store, channels), channels=("weibo",))
    async with worker(channels=channels):

        async def done():
            return await state_of(store, broadcast) is BroadcastState.DONE

        await soon(done, "it is done")
    assert len(wall.posts) == 2  # the second was turned down, because the first stood there
    assert await store.ledger.counts(broadcast.id) == Counts(total=1, sent=1)


async def test_what_the_platform_would_not_take_is_excluded(store):
    office = office_of(store, {("weibo", "main"): Wall(wrong=("要有网址",)), ("sms", "main"): Phones("unused")})
    await texters(store, [1])
    tally = await office.tried(await approved(office, channels=("weibo", "sms")))
    assert (tally.to_send, tally.excluded) == ({"sms": 1}, {("weibo", "unpublishable"): 1})
