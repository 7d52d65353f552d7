"""What a clerk had typed was gone when the page refused it, and a double click without script wrote it down twice."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from case_office import open_case_office
from console_client import Clock
from multidict import MultiDict, MultiDictProxy

from bot.access.passwords import Passwords
from bot.console.sent_again import with_what_was_sent
from storage.staff import Role


@pytest.fixture
async def office(database, vault):
    weak = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    async with open_case_office(database, vault, Clock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)), weak) as made:
        yield made


def key_in(page) -> str:
    return re.search(r'name="once" value="([0-9a-f]{32})"', page.text)[1]


def form_of(page, action: str) -> str:
    return re.search(rf'<form[^>]*action="/console{action}".*?</form>', page.text, re.DOTALL)[0]


@pytest.mark.parametrize(
    ("step", "name", "more"),
    [
        ("note", "note", {}),
        ("ask", "note", {}),
        ("refuse", "words", {"ground": "litigation", "elsewhere": "市司法局窗口"}),
        ("press", "words", {}),
    ],
)
async def test_words_that_are_too_many_stand_in_their_form_again(office, step, name, more):
    number = await office.file()
    clerk = await office.console.signed_in("quan", Role.OPERATOR, Role.SUPERVISOR)
    words = "已联系<路灯>所\r\n" * 625 + "末尾"
    page = await clerk.post(f"/cases/{number}/{step}", {name: words, **more})
    assert page.status == 422
    form = form_of(page, f"/cases/{number}/{step}")
    area = re.search(rf"<textarea[^>]*name=\"{name}\"[^>]*>\n(.*?)</textarea>", form, re.DOTALL)
    assert area, form[:400]
    assert unescape(area[1]) == words.replace("\r\n", "\n")
    assert "autofocus" in area[0].partition(">")[0]
    assert "maxlength" in area[0].partition(">")[0]
    assert re.search(r'<div class="problem">[^<]+最多 5000 字</div>', form), "said again where the clerk is led to"
    assert page.text.count(" autofocus") == 1 + page.text.count('<button class="main" autofocus>知道了')
    assert all(value in unescape(form) for value in more.values())
    folded = page.text[: page.text.index(form)].rpartition("<details")[2]
    assert folded.startswith(" open"), "the form is unfolded"


async def test_line_breaks_count_once(office):
    number = await office.file()
    clerk = await office.console.signed_in("zuoxi", Role.OPERATOR)
    page = await clerk.post(f"/cases/{number}/note", {"note": "字\r\n" * 2_500})
    assert page.status == 200, "a browser counts 5,000, and lets them be sent"


async def test_where_the_case_moved_on_meanwhile_the_words_can_be_copied(office):
    number = await office.file()
    clerk = await office.console.signed_in("zuoxi", Role.OPERATOR)
    await clerk.post(f"/cases/{number}/accept")
    page = await clerk.post(f"/cases/{number}/ask", {"note": "请补充小区名称"})
    assert page.status == 422
    assert page.says("您刚才写的（没有保存）")
    assert "请补充小区名称</textarea>" in page.text


async def test_the_same_form_twice_at_once_makes_one_entry(office):
    number = await office.file()
    clerk = await office.console.signed_in("zuoxi", Role.OPERATOR)
    sent = {"once": key_in(await clerk.get(f"/cases/{number}")), "note": "已联系路灯所"}
    pages = await asyncio.gather(*(clerk.post(f"/cases/{number}/note", sent) for _ in range(6)))
    assert {page.status for page in pages} == {200}
    assert [each.note for each in await office.store.cases.timeline(number)].count("已联系路灯所") == 1


async def test_the_same_step_twice_is_answered_like_the_first(office):
    number = await office.file()
    clerk = await office.console.signed_in("zuoxi", Role.OPERATOR)
    sent = {"once": key_in(await clerk.get(f"/cases/{number}")), "note": ""}
    await clerk.post(f"/cases/{number}/accept", sent)
    again = await clerk.post(f"/cases/{number}/accept", sent)
    assert again.status == 200
    assert again.says("刚才已经做过，没有重复")
    assert [each.what for each in await _moves(office, number)] == ["accepted"]


async def test_assigning_by_one_key_is_two_entries_and_no_more(office):
    number = await office.file()
    clerk = await office.console.signed_in("zuoxi", Role.OPERATOR)
    await clerk.post(f"/cases/{number}/accept")
    sent = {"once": key_in(await clerk.get(f"/cases/{number}")), "lead": "cg"}
    pages = await asyncio.gather(*(clerk.post(f"/cases/{number}/assign", sent) for _ in range(3)))
    assert {page.status for page in pages} == {200}
    assert [each.kind.value for each in await office.store.cases.timeline(number)].count("units") == 1
    case = await office.store.cases.get(number)
    assert case.state.value == "assigned"


async def test_another_key_is_another_entry(office):
    number = await office.file()
    clerk = await office.console.signed_in("zuoxi", Role.OPERATOR)
    for _ in range(2):
        key = key_in(await clerk.get(f"/cases/{number}"))
        await clerk.post(f"/cases/{number}/note", {"once": key, "note": "打过电话，没有人接"})
    assert [each.note for each in await office.store.cases.timeline(number)].count("打过电话，没有人接") == 2


async def test_the_form_of_the_same_unit_is_filled():
    """Two units have a form each for the same address: what was sent goes back to its own."""
    page = "".join(
        f'<form method="post" action="/x"><input type="hidden" name="unit" value="{unit}">'
        f'<select name="how"><option>甲<option selected>乙</select><input type="checkbox" name="say" checked>'
        f'<textarea name="note">旧</textarea></form>'
        for unit in ("a", "b")
    )
    sent = MultiDictProxy(MultiDict({"unit": "b", "how": "甲", "note": "新 & 长"}))
    first, second = with_what_was_sent(page, "/x", sent).split('value="b"')
    assert ">旧<" in first
    assert "新 &amp; 长" in second
    assert "<option selected>甲" in second
    assert "<option>乙" in second
    assert "checked" not in second


async def _moves(office, number):
    entries = await office.store.cases.timeline(number)
    return [SimpleNamespace(what=each.to_state.value) for each in entries if each.kind.value == "moved"]


async def test_words_sent_after_the_session_ended_can_be_sent_once_more(office):
    number = await office.file()
    clerk = await office.console.signed_in("zuoxi", Role.OPERATOR)
    sent = {"once": key_in(await clerk.get(f"/cases/{number}")), "note": "已联系路灯所，<明天>修"}
    office.console.clock.now += timedelta(hours=3)
    page = await clerk.post(f"/cases/{number}/note", sent)
    assert page.status == 401
    assert page.says("您写的还没有保存")
    again = {
        **dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)),
        "note": unescape(re.search(r'<textarea name="note"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)[1]),
    }
    assert again == sent
    await clerk.sign_in("zuoxi")
    assert (await clerk.post(f"/cases/{number}/note", again)).says("已记录")
    assert (await office.store.cases.timeline(number))[-1].note == sent["note"]


def test_the_field_that_the_page_says_is_wrong_is_led_to():
    page = (
        '<form method="post" action="/x"><textarea name="words"></textarea>'
        '<input name="phone" aria-invalid="true"><input name="place" required></form>'
    )
    sent = MultiDictProxy(MultiDict(words="路灯不亮", phone="138", place=""))
    assert re.findall(r"<[^>]* autofocus>", with_what_was_sent(page, "/x", sent)) == [
        '<input name="phone" aria-invalid="true" value="138" autofocus>'
    ]
