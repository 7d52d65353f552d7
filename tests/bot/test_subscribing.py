"""Topics of notices that a person follows: kept with their conversation by the turn that takes the wish."""

import pytest
from pydantic import ValidationError
from stage import PERSON, Stage, now
from waiting import PATIENCE_S

from bot.settings_broadcasts import Broadcasts
from bot.subscribing import Topics
from channels.messages import Purpose
from dialogs.outcome import FollowTopic, UnfollowTopic, Unlink
from dialogs.subscriptions import Followed
from storage.conversations import conversation_id
from storage.records import Stop
from storage.store import Store


@pytest.fixture
async def stage(database, vault, servers):
    stage = Stage(await Store.open(database, vault), servers.redis_url)
    yield stage
    await stage.close()


async def _turn(stage: Stage, *effects: object) -> Followed:
    stage.script.effects = list(effects)
    arrived = await stage.keep("订阅")
    await stage.process().turns.reply_for(arrived, seconds=PATIENCE_S)
    return await Topics(store=stage.store, offered=("停水停电", "供暖")).of(arrived.conversation_id)


async def test_topics_are_followed_and_left_one_by_one_and_all_at_once(stage: Stage) -> None:
    both = await _turn(stage, FollowTopic(topic="供暖"), FollowTopic(topic="停水停电"))
    assert both.topics == ("停水停电", "供暖"), "in the office's order"
    assert (await _turn(stage, UnfollowTopic(topic="停水停电"))).topics == ("供暖",)
    assert (await _turn(stage, FollowTopic(topic="供暖"))).topics == ("供暖",)
    await _turn(stage, FollowTopic(topic="停水停电"))
    assert (await _turn(stage, UnfollowTopic())).topics == ()


async def test_what_is_not_offered_any_more_can_still_be_seen_and_left(stage: Stage) -> None:
    assert (await _turn(stage, FollowTopic(topic="防汛"), FollowTopic(topic="供暖"))).topics == ("供暖", "防汛")
    assert (await _turn(stage, UnfollowTopic(topic="防汛"))).topics == ("供暖",)


async def test_who_leaves_the_account_follows_nothing_any_more(stage: Stage) -> None:
    await _turn(stage, FollowTopic(topic="供暖"))
    assert await _turn(stage, Unlink()) == Followed()


async def test_it_is_known_who_opted_out_of_notices(stage: Stage) -> None:
    held = await stage.store.conversations.take(PERSON, token="t", seconds=9, now=now())
    assert held is not None
    facts = stage.store.conversations.facts(held.id, stopped={Purpose.BROADCAST: Stop(at=now(), message_id="m")})
    change = stage.store.conversations.advance(held, state={}, release=True, now=now(), also=facts)
    await stage.store.committer.commit([change])
    topics = Topics(store=stage.store, offered=())
    assert await topics.of(conversation_id(stage.store.vault, PERSON)) == Followed(stopped=True)
    assert await topics.of("wechat:main:nobody") == Followed()


@pytest.mark.parametrize("wrong", [("停",), ("停水", "停水"), ('停"水',), ("一二三四五六七八九十一二三",)])
def test_topics_are_plain_names_each_once(wrong: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="topics"):
        Broadcasts(topics=wrong)
    assert Broadcasts(topics=("停水停电", "供暖")).topics == ("停水停电", "供暖")
