"""How many messages a petition takes: by text at most four of a cooperative filer, one and a confirmation of a complete
one; the same by private message on Weibo. Filers read the bot's words alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from channels.sms.text import segments, signed
from dialogs.build import build_manager
from dialogs.evaluating.city import OFFICE, CasesInMemory, FixedChance
from dialogs.evaluating.phone import Phone
from dialogs.evaluating.reading import Asked, asked_in
from dialogs.outcome import FileCase

MOST = 4


@dataclass(frozen=True, kw_only=True)
class Filer:
    """Somebody with a matter; each differs from the others in everything."""

    matter: str
    place: str
    name: str
    phone: str

    @property
    def whole(self) -> str:
        return f"{self.place}{self.matter}，{self.name}，{self.phone}"

    def answer(self, asked: frozenset[Asked]) -> str:
        """All that is asked for, in one message."""
        if Asked.CONFIRM in asked:
            return "确认"
        known = {
            Asked.MATTER: self.matter,
            Asked.PLACE: self.place,
            Asked.NAME: self.name,
            Asked.PHONE: self.phone,
            Asked.SINCE: "上个月",
        }
        return " ".join(words for kind, words in known.items() if kind in asked) or self.matter


FILERS = (
    Filer(matter="路灯坏了一个多月，晚上太黑", place="奎文区东风东街幸福小区", name="王建国", phone="13855010001"),
    Filer(matter="电梯停了三天，老人下不了楼", place="阳光花园3号楼", name="欧阳秀兰", phone="13955010002"),
    Filer(matter="楼下烧烤店油烟往屋里灌，开到凌晨两点", place="新华路12号", name="李志强", phone="15055010003"),
    Filer(matter="自来水浑得像泥汤，停了又来", place="城关镇北街", name="张桂英", phone="13655010004"),
    Filer(matter="工地半夜打桩，孩子睡不着", place="潍城区胜利西街金色家园", name="赵敏", phone="18855010005"),
    Filer(matter="老板拖了五个月工资不给", place="坊子区凤凰街道宏达厂", name="陈大勇", phone="17755010006"),
    Filer(matter="垃圾半个月没人清，都招苍蝇了", place="坊子区李家庄村口", name="刘洋", phone="13755010007"),
    Filer(matter="暖气不热，屋里才十三度", place="机床厂宿舍5号楼", name="孙淑珍", phone="13555010008"),
    Filer(matter="井盖丢了好几天，骑车都绕着走", place="北宫西街与东方路路口", name="周浩", phone="18655010009"),
    Filer(matter="公交站牌倒了没人扶", place="建设路小学门口", name="吴倩", phone="15255010010"),
    Filer(matter="河里的水发黑发臭，有人偷排", place="虞河路大桥下", name="郑伟", phone="13155010011"),
    Filer(matter="下雨路上积水，没过膝盖走不了", place="和平路菜市场", name="马红梅", phone="19955010012"),
    Filer(matter="低保停了半年没人说为什么", place="南湖区红星里社区", name="诸葛文", phone="13055010013"),
)
BY = ("sms", "weibo")


@pytest.fixture(scope="module")
def made() -> tuple[Any, CasesInMemory]:
    cases = CasesInMemory()
    return build_manager(cases, FixedChance(), office=OFFICE, variation=Random(0)), cases


@pytest.fixture
def phone(made: tuple[Any, CasesInMemory]) -> Callable[[str], Phone]:
    manager, cases = made
    CasesInMemory.__init__(cases)
    return lambda channel: Phone(manager=manager, cases=cases, channel=channel)


async def filed(phone: Phone, filer: Filer, opening: str) -> tuple[FileCase, int]:
    """What is filed, and how many messages it took."""
    words, text = opening, ""
    for count in range(1, 10):
        outcome = await phone.says(words)
        text = "\n".join(reply.text for reply in outcome.replies)
        assert phone.channel != "sms" or segments(signed(text, "某市信访局")) <= 2, text
        if found := [effect for effect in outcome.effects if isinstance(effect, FileCase)]:
            return found[0], count
        words = filer.answer(asked_in(text))
    pytest.fail(f"nothing was filed; at last: {text}")


@pytest.mark.parametrize("channel", BY)
@pytest.mark.parametrize("filer", FILERS, ids=lambda filer: str(filer.name))
async def test_a_complete_petition_is_one_message_and_a_confirmation(
    phone: Callable[[str], Phone], filer: Filer, channel: str
) -> None:
    case, count = await filed(phone(channel), filer, filer.whole)
    assert count == 2
    _is_theirs(case, filer)


@pytest.mark.parametrize("channel", BY)
@pytest.mark.parametrize("filer", FILERS, ids=lambda filer: str(filer.name))
async def test_a_full_petition_of_a_cooperative_filer_takes_at_most_four_messages(
    phone: Callable[[str], Phone], filer: Filer, channel: str
) -> None:
    case, count = await filed(phone(channel), filer, filer.matter)
    assert count <= MOST
    _is_theirs(case, filer)


@pytest.mark.parametrize("filer", FILERS, ids=lambda filer: str(filer.name))
async def test_who_only_greets_first_is_asked_for_no_more_than_it_takes(
    phone: Callable[[str], Phone], filer: Filer
) -> None:
    mine = phone("sms")
    await mine.says("你好")
    case, count = await filed(mine, filer, f"{filer.place}{filer.matter}")
    assert count + 1 <= MOST
    _is_theirs(case, filer)


def _is_theirs(case: FileCase, filer: Filer) -> None:
    assert (case.name, case.phone) == (filer.name, filer.phone)
    assert filer.matter.split("，")[0] in case.content
    assert case.place
    assert case.place in filer.place or filer.place in case.place
