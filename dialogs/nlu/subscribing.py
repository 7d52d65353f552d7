"""Wishes about notices by topic: to follow one, to be spared it, to see them. Short texts alone.

Who only wants to hear of their own case, or has trouble with a notice, wishes nothing of the kind: beside 订阅 itself,
the text must name a topic that the office offers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.text.clean import words_only

_LONGEST = 24
_ASKING = r"(?:你好|您好|请问|麻烦|请)*(?:帮|给|替|为)?(?:我|俺|咱)?(?:们)?(?:也|还|就|只)*"
_WANT = r"(?:想要|想|要|怎么样?|如何|怎样|可不可以|可以|能不能|能|需要|希望)"
_NOTICE = r"(?:方面|相关|有关)?的?(?:通知|消息|提醒|信息|推送|公告|预警|短信)*"
_NAMED = r"(?:方面|相关|有关)?的?(?:通知|消息|提醒|信息|推送|公告|预警|短信)"
_END = r"(?:一下|了)?(?:可以|行|好)?(?:吗|吧|么|啊|呀|谢谢)*"
_FOLLOW = re.compile(rf"{_ASKING}{_WANT}*订阅(?:一下|个|一个)?(?P<of>[^不没]{{0,10}}?){_NOTICE}{_END}")
_RECEIVE = re.compile(
    rf"{_ASKING}(?:{_WANT}*关注|{_WANT}+(?:接收|收到|收|订))(?:一下|个)?(?P<of>[^不没]{{2,10}}?){_NAMED}{_END}|"
    rf"{_ASKING}(?:{_WANT}*(?:关注|订))(?P<name>[^不没]{{2,10}}?){_END}"
)
_LEAVE = re.compile(
    rf"{_ASKING}{_WANT}*(?:取消|退掉|撤销|停止|停掉)(?:掉|一下)?(?:我的|这个)?(?P<all>全部|所有|全都|都)?的?订阅的?(?P<of>.{{0,10}}?){_NOTICE}{_END}|"
    rf"{_ASKING}(?:不想|不要|不用|别)(?:再)?订阅(?P<more>.{{0,10}}?){_NOTICE}{_END}|"
    rf"{_ASKING}{_WANT}*退订(?P<off>.{{2,10}}?){_NOTICE}{_END}"
)
_SPARE = re.compile(
    rf"{_ASKING}(?:取消|退订|退掉|取关|不想|不要|不用|不再|别|别再|不想再|不要再|不用再)"
    rf"(?:给我|再给我)?(?:关注|接收|收到|收|发|看到|看|推送|通知)?(?:我)?(?P<of>.{{2,10}}?){_NAMED}{_END}"
)
_SHOW = re.compile(
    r"(?:你好|您好|请问|这里|你们)*(?:我)?(?:现在)?(?:都)?(?:有什么|有啥|有哪些|什么|哪些|能|可以|可)(?:能|可以|可)?(?:让我)?订阅(?:的)?(?:什么|啥|哪些|哪几个)?"
    rf"(?:主题|{_NAMED})?(?:吗|呢|啊|呀)?|(?:查看|看看|看一下|查一下|查)?我(?:都)?(?:的订阅|订阅?了(?:什么|啥|哪些|哪几个)){_NOTICE}(?:呢|啊)?"
)
_ALL = re.compile(r"全部|所有|全都|都")
_ONLY_OBJECT = re.compile(r"^(?:什么|啥|哪些|几个|某个|一些|全部|所有|你们|这里|这个|这些|主题)+的?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """``topic``: the one that is meant, "" where that is open; ``everything``: all of theirs are to go."""

    intent: str
    topic: str = ""
    everything: bool = False


def wish_of_topics(text: str, offered: Sequence[str]) -> Wish | None:
    """The wish of a text that is surely about notices by topic."""
    bare = words_only(text)
    if len(bare) > _LONGEST:
        return None
    return Wish(intent="show_topics") if _SHOW.fullmatch(bare) else _left(bare, offered) or _wanted(bare, offered)


def _left(bare: str, offered: Sequence[str]) -> Wish | None:
    if found := _LEAVE.fullmatch(bare):
        of = found["of"] or found["more"] or found["off"] or ""
        everything = bool(found["all"] or _ALL.search(of))
        return Wish(intent="unfollow_topic", topic=_named(of, offered), everything=everything)
    found = _SPARE.fullmatch(bare)
    topic = _named(found["of"], offered) if found else ""
    return Wish(intent="unfollow_topic", topic=topic) if topic else None


def _wanted(bare: str, offered: Sequence[str]) -> Wish | None:
    if found := _FOLLOW.fullmatch(bare):
        return Wish(intent="follow_topic", topic=_named(found["of"], offered))
    found = _RECEIVE.fullmatch(bare)
    if found is None:
        return None
    bald = found["name"] or ""
    topic = _named(found["of"] or "", offered) or next((each for each in offered if bald and bald in each), "")
    return Wish(intent="follow_topic", topic=topic) if topic else None


def _named(words: str, offered: Sequence[str]) -> str:
    """The one offered topic that ``words`` mean; "" where it is none or several."""
    if len(words) < 2 or _ONLY_OBJECT.fullmatch(words):  # noqa: PLR2004 - one character names no topic
        return ""
    within = [topic for topic in offered if topic in words or words in topic]
    near = within or [topic for topic in offered if _pairs(topic) & _pairs(words)]
    return near[0] if len(near) == 1 else ""


def _pairs(words: str) -> set[str]:
    return {words[at : at + 2] for at in range(len(words) - 1)}
