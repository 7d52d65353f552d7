"""A place at a leader's reception day, booked and given back by chat."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from dialogs.build import build_manager
from dialogs.evaluating.city import OFFICE, START, CasesInMemory, FixedChance
from dialogs.evaluating.phone import Phone
from dialogs.nlu.reception_words import wish_in
from dialogs.outcome import BookReception, CancelBooking
from dialogs.receptions import BookingView, NoSeat, ReceptionView

MAYOR = ReceptionView(
    id="r1",
    when="11月26日（周四）9:00–11:00",
    who="市长李明",
    matters="城建、交通",
    place="市信访局一楼接待大厅",
    free=3,
)
CHIEF = ReceptionView(
    id="r2",
    when="11月27日（周五）14:00–16:00",
    who="住建局局长王强",
    matters="住房、物业",
    place="市信访局二楼",
    free=1,
)


class Days:
    """The reception days, in memory."""

    def __init__(self, *days: ReceptionView) -> None:
        self.days = list(days)
        self.own: list[BookingView] = []
        self.answer: int | NoSeat = 2

    async def coming(self) -> Sequence[ReceptionView]:
        return self.days

    async def seat(self, reception_id: str, *, conversation_id: str, phone: str) -> int | NoSeat:
        return self.answer if any(day.id == reception_id for day in self.days) else NoSeat.GONE

    async def mine(self, conversation_id: str) -> Sequence[BookingView]:
        return self.own


class Switched:
    """What one bot asks, whichever test's days they are: to make a bot takes a second."""

    days: Days

    async def coming(self) -> Sequence[ReceptionView]:
        return await self.days.coming()

    async def seat(self, reception_id: str, *, conversation_id: str, phone: str) -> int | NoSeat:
        return await self.days.seat(reception_id, conversation_id=conversation_id, phone=phone)

    async def mine(self, conversation_id: str) -> Sequence[BookingView]:
        return await self.days.mine(conversation_id)


@pytest.fixture(scope="module")
def made() -> Any:
    switched, cases = Switched(), CasesInMemory()
    manager = build_manager(cases, FixedChance(), office=OFFICE, variation=Random(0), receptions=switched)
    return manager, cases, switched


@pytest.fixture
def talking(made: Any) -> Any:
    def talk(days: Days, channel: str = "wechat", sender: str = "") -> Any:
        manager, cases, switched = made
        switched.days = days
        phone = Phone(manager=manager, cases=cases, first_contact=False, channel=channel)
        phone.sender = sender or phone.sender
        return phone

    return talk


@pytest.fixture
def days() -> Days:
    return Days(MAYOR, CHIEF)


@pytest.fixture
def phone(days: Days, talking: Any) -> Any:
    return talking(days)


def said(outcome: Any) -> str:
    return "\n".join(reply.text for reply in outcome.replies)


def own(day: ReceptionView, seat: int = 2) -> BookingView:
    return BookingView(id=f"b-{day.id}", seat=seat, when=day.when, who=day.who, place=day.place, name="张三丰")


async def test_a_place_is_booked_in_four_answers(phone: Any) -> None:
    shown = said(await phone.says("我想预约领导接待"))
    assert "1 11月26日（周四）9:00–11:00 市长李明（城建、交通）还有3个名额" in shown
    assert "姓名和电话" in said(await phone.says("2"))
    assert "什么事" in said(await phone.says("张三丰，13800138000"))
    booked = await phone.says("小区物业乱收费的事")
    effects = [
        BookReception(reception_id="r2", seat=2, name="张三丰", phone="13800138000", matter="小区物业乱收费的事")
    ]
    assert list(booked.effects) == effects
    assert all(words in said(booked) for words in ("第2号", CHIEF.when, CHIEF.place, "身份证", "取消预约"))


@pytest.mark.parametrize("chosen", ["27号的", "周五", "住建局局长王强", "第二个"])
async def test_a_day_is_chosen_by_number_date_weekday_or_leader(phone: Any, chosen: str) -> None:
    await phone.says("接待日")
    assert "姓名" in said(await phone.says(chosen))


async def test_by_text_the_phone_is_known_and_every_answer_takes_at_most_two_messages(days: Days, talking: Any) -> None:
    long = {
        "who": "市住房和城乡建设局党组书记、局长欧阳震华",
        "place": "东风东街与新华路交叉口市民服务中心三楼来访接待大厅",
    }
    days.days = [replace(MAYOR, **long), replace(CHIEF, **long), replace(CHIEF, id="r3", **long)]
    texter = talking(days, channel="sms", sender="13800138000")
    for text, asked in (("预约领导接待", "序号"), ("1", "怎么称呼"), ("张三丰", "什么事")):
        outcome = await texter.says(text)
        assert asked in said(outcome)
        assert len(outcome.replies) == 1
        assert len(said(outcome)) <= 120, said(outcome)
    booked = await texter.says("物业乱收费")
    assert booked.effects[0].phone == ""
    assert len(said(booked)) <= 120, said(booked)


async def test_a_place_that_went_meanwhile_is_not_promised(phone: Any, days: Days) -> None:
    await phone.says("预约领导接待")
    await phone.says("1")
    await phone.says("张三丰 13800138000")
    days.answer = NoSeat.FULL
    outcome = await phone.says("物业的事")
    assert not outcome.effects
    assert "约满" in said(outcome)


async def test_who_has_a_place_on_that_day_gets_no_other(phone: Any, days: Days) -> None:
    days.answer = NoSeat.BOOKED
    await phone.says("预约领导接待")
    assert "一人一天约一场" in said(await phone.says("1"))
    assert "不客气" in said(await phone.says("谢谢"))  # nothing is open any more


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([], "还没有公布"),
        ([replace(MAYOR, free=0)], "已约满"),
        ([replace(MAYOR, opens_at=START + timedelta(days=1))], "起可约"),
    ],
)
async def test_where_nothing_can_be_booked_it_is_said(talking: Any, days: list[ReceptionView], told: str) -> None:
    outcome = await talking(Days(*days)).says("预约领导接待")
    assert told in said(outcome)
    assert "姓名" not in said(outcome)


async def test_giving_up_forgets_and_a_question_in_between_is_answered(phone: Any) -> None:
    await phone.says("预约领导接待")
    await phone.says("1")
    assert "姓名和电话" in said(await phone.says("多久告知是否受理"))
    assert "不约了" in said(await phone.says("退出"))
    await phone.says("预约领导接待")
    assert "不约了" in said(await phone.says("取消预约吧"))


async def test_a_booking_is_shown_and_given_back_when_it_is_meant(phone: Any, days: Days) -> None:
    assert "没有查到" in said(await phone.says("取消预约"))
    days.own = [own(MAYOR)]
    assert "第2号" in said(await phone.says("我的预约"))
    assert "确定取消" in said(await phone.says("取消预约"))
    assert "预约还在" in said(await phone.says("2"))
    await phone.says("领导接待我去不了了，取消预约")
    outcome = await phone.says("确定")
    assert list(outcome.effects) == [CancelBooking(booking_id="b-r1")]
    assert "已取消" in said(outcome)


async def test_who_writes_traditional_is_answered_so_and_named_as_they_write(phone: Any) -> None:
    assert "預約" in said(await phone.says("我想預約領導接待"))
    await phone.says("1")
    await phone.says("張麗華 13800138000")
    booked = await phone.says("小區物業亂收費")
    assert (booked.effects[0].name, booked.effects[0].matter) == ("張麗華", "小區物業亂收費")


async def test_of_several_bookings_it_is_asked_which(phone: Any, days: Days) -> None:
    days.own = [own(MAYOR), own(CHIEF)]
    assert "哪一场" in said(await phone.says("取消预约"))
    assert CHIEF.when in said(await phone.says("2"))
    assert list((await phone.says("1")).effects) == [CancelBooking(booking_id="b-r2")]


@pytest.mark.parametrize(
    "text", ["领导接待日没人接待我，态度还很差", "预约挂号怎么弄", "领导从来不接待群众", "路灯坏了"]
)
def test_trouble_with_a_reception_is_no_wish_for_one(text: str) -> None:
    assert wish_in(text) is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("预约领导接待", "book_reception"),
        ("领导接待日是什么时候", "book_reception"),
        ("我想约见市长", "book_reception"),
        ("最近有接访吗", "book_reception"),
        ("取消我的预约", "cancel_reception"),
        ("26号的接待我去不了了，取消", "cancel_reception"),
        ("我的预约", "show_bookings"),
    ],
)
def test_wishes_are_heard(text: str, wish: str) -> None:
    assert wish_in(text) == wish
