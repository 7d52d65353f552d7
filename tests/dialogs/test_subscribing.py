"""Notices by topic: what is heard as such a wish, and what is said and done then."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from dialogs.build import build_manager
from dialogs.evaluating.city import OFFICE, CasesInMemory, FixedChance
from dialogs.evaluating.phone import Phone
from dialogs.nlu.subscribing import Wish, wish_of_topics
from dialogs.outcome import FollowTopic, UnfollowTopic
from dialogs.subscriptions import Followed

TOPICS = ("停水停电", "供暖", "公交改线")


class InMemory:
    """What is offered and followed."""

    offered: Sequence[str] = TOPICS
    followed = Followed()

    async def of(self, conversation_id: str) -> Followed:
        return self.followed


@pytest.fixture(scope="module")
def made() -> Any:
    topics, cases = InMemory(), CasesInMemory()
    return build_manager(cases, FixedChance(), office=OFFICE, variation=Random(0), subscriptions=topics), cases, topics


@pytest.fixture
def phone(made: Any) -> Any:
    manager, cases, topics = made
    topics.offered, topics.followed = TOPICS, Followed()
    return Phone(manager=manager, cases=cases, first_contact=False)


@pytest.fixture
def topics(made: Any) -> InMemory:
    _, _, topics = made
    return topics


def said(outcome: Any) -> str:
    return "\n".join(reply.text for reply in outcome.replies)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("订阅", Wish(intent="follow_topic")),
        ("我要订阅停水通知", Wish(intent="follow_topic", topic="停水停电")),
        ("请帮我订阅供暖的消息", Wish(intent="follow_topic", topic="供暖")),
        ("怎么订阅公交线路调整通知", Wish(intent="follow_topic", topic="公交改线")),
        ("想收到停电提醒", Wish(intent="follow_topic", topic="停水停电")),
        ("关注供暖", Wish(intent="follow_topic", topic="供暖")),
        ("订阅天气预警", Wish(intent="follow_topic")),
        ("有什么可以订阅的", Wish(intent="show_topics")),
        ("能订阅哪些通知？", Wish(intent="show_topics")),
        ("我订阅了什么", Wish(intent="show_topics")),
        ("我的订阅", Wish(intent="show_topics")),
        ("取消订阅", Wish(intent="unfollow_topic")),
        ("取消订阅停水通知", Wish(intent="unfollow_topic", topic="停水停电")),
        ("取消全部订阅", Wish(intent="unfollow_topic", everything=True)),
        ("取消所有的订阅", Wish(intent="unfollow_topic", everything=True)),
        ("退订供暖", Wish(intent="unfollow_topic", topic="供暖")),
        ("别再给我发停水通知了", Wish(intent="unfollow_topic", topic="停水停电")),
        ("不想再收供暖通知了", Wish(intent="unfollow_topic", topic="供暖")),
    ],
)
def test_wishes_about_topics_are_heard(text: str, wish: Wish) -> None:
    assert wish_of_topics(text, TOPICS) == wish


@pytest.mark.parametrize(
    "text",
    [
        "请关注我们小区供暖问题",
        "怎么收不到通知",
        "我想收到处理结果的通知",
        "停水了没人通知",
        "希望领导关注停水的事",
        "别停水了",
        "不想停水",
        "家里停水三天了",
        "订了报纸没送来",
        "收到供暖通知但是没暖气",
        "取消关注",
        "不要订报纸",
        "不要停电",
        "什么时候供暖",
        "不要通知",
    ],
)
def test_who_tells_of_trouble_or_asks_for_news_wishes_for_no_topic(text: str) -> None:
    assert wish_of_topics(text, TOPICS) is None


async def test_a_topic_is_followed_by_its_name(phone: Phone) -> None:
    done = await phone.says("订阅停水通知")
    assert list(done.effects) == [FollowTopic(topic="停水停电")]
    assert "订好了" in said(done)
    assert "停水停电" in said(done)


async def test_traditional_characters_are_heard_alike(phone: Phone) -> None:
    assert list((await phone.says("請幫我訂閱供暖的通知")).effects) == [FollowTopic(topic="供暖")]


async def test_who_names_none_is_shown_all_and_chooses_by_number(phone: Phone) -> None:
    shown = said(await phone.says("订阅"))
    assert all(line in shown for line in ("1 停水停电", "2 供暖", "3 公交改线"))
    assert list((await phone.says("2")).effects) == [FollowTopic(topic="供暖")]


async def test_what_is_followed_is_shown_and_only_the_rest_is_offered(phone: Phone, topics: InMemory) -> None:
    topics.followed = Followed(topics=("供暖",))
    shown = said(await phone.says("我的订阅"))
    assert "您订阅了：供暖" in shown
    assert "1 停水停电\n2 公交改线" in shown


async def test_a_topic_is_followed_once(phone: Phone, topics: InMemory) -> None:
    topics.followed = Followed(topics=("供暖",))
    done = await phone.says("订阅供暖")
    assert not done.effects
    assert "已经订阅" in said(done)


async def test_who_opted_out_is_told_how_to_hear_it_nevertheless(phone: Phone, topics: InMemory) -> None:
    topics.followed = Followed(stopped=True)
    done = await phone.says("订阅供暖")
    assert list(done.effects) == [FollowTopic(topic="供暖")]
    assert "退订过" in said(done)


async def test_where_nothing_is_offered_it_says_so(phone: Phone, topics: InMemory) -> None:
    topics.offered = ()
    done = await phone.says("订阅停水通知")
    assert not done.effects
    assert "没有可以订阅" in said(done)


async def test_the_only_topic_is_left_by_one_word_and_one_of_several_by_number(phone: Phone, topics: InMemory) -> None:
    topics.followed = Followed(topics=("供暖",))
    assert list((await phone.says("取消订阅")).effects) == [UnfollowTopic()]
    topics.followed = Followed(topics=("停水停电", "供暖"))
    assert "1 停水停电\n2 供暖" in said(await phone.says("取消订阅"))
    assert list((await phone.says("2")).effects) == [UnfollowTopic(topic="供暖")]
    assert list((await phone.says("取消全部订阅")).effects) == [UnfollowTopic()]


async def test_who_follows_nothing_is_told_so(phone: Phone) -> None:
    assert "没有订阅" in said(await phone.says("取消订阅"))
    assert "没有订阅“供暖”" in said(await phone.says("取消订阅供暖"))


async def test_within_a_petition_a_topic_is_followed_and_the_question_asked_again(phone: Phone) -> None:
    await phone.says("我要投诉小区物业乱收停车费")
    done = await phone.says("订阅供暖")
    assert list(done.effects) == [FollowTopic(topic="供暖")]
    assert "地点" in said(done).splitlines()[-1]


async def test_what_one_follows_is_told_to_who_asks_what_is_kept(phone: Phone, topics: InMemory) -> None:
    topics.followed = Followed(topics=("供暖",))
    assert "供暖" in said(await phone.says("你们保存了我的哪些信息"))
