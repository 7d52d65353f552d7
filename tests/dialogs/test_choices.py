"""What can be chosen is shown with its number and in the button's own words, so that it can be tapped in place."""

import copy
import re
from random import Random
from typing import Any

import pytest
from ruamel.yaml import YAML

from dialogs.build import build_manager
from dialogs.evaluating.city import OFFICE, CasesInMemory, FixedChance, view
from dialogs.evaluating.phone import Phone
from dialogs.files import DialogFiles
from dialogs.options import MENU

_LINE = re.compile(r"^(\d) (.+)$", re.MULTILINE)


def _with_buttons() -> list[Any]:
    responses = YAML(typ="safe").load(DialogFiles().path("responses.yml"))["responses"]
    return [
        pytest.param(variant, id=name)
        for name, variants in responses.items()
        for variant in variants
        if variant.get("buttons")
    ]


@pytest.mark.parametrize("response", _with_buttons())
def test_a_response_shows_its_buttons_by_number(response: Any) -> None:
    shown = [title for _, title in _LINE.findall(response["text"])]
    assert shown == [button["title"] for button in response["buttons"]]


def test_the_menu_of_digits_is_the_menu_that_is_shown() -> None:
    responses = YAML(typ="safe").load(DialogFiles().path("responses.yml"))["responses"]
    for menu in responses["utter_menu"]:
        assert [(b["title"], b["payload"]) for b in menu["buttons"]] == list(MENU)


# a number that is none of those shown

CASES = [
    {"number": "WF261101000017", "title": "东风东街路灯坏了"},
    {"number": "WF261102000027", "title": "阳光花园电梯坏了", "state": "submitted", "label": "待受理"},
]


@pytest.fixture(scope="module")
def made() -> tuple[Any, CasesInMemory]:
    cases = CasesInMemory()
    return build_manager(cases, FixedChance(), office=OFFICE, variation=Random(0)), cases


@pytest.fixture(params=["sms", "wechat"])
def phone(request: pytest.FixtureRequest, made: tuple[Any, CasesInMemory]) -> Phone:
    manager, cases = made
    CasesInMemory.__init__(cases)
    cases.own = [view(**known) for known in CASES]
    return Phone(manager=manager, cases=cases, channel=request.param, first_contact=False)


async def told(phone: Phone, text: str) -> str:
    return "\n".join(reply.text for reply in (await phone.says(text)).replies)


@pytest.mark.parametrize("number", ["3", "9", "0", "12", "０", "第五个", "选九", "回复3", "十"])
async def test_a_number_beyond_those_shown_is_told_which_there_are_and_the_question_stays_open(
    phone: Phone, number: str
) -> None:
    await told(phone, "撤回")
    for _ in range(2):
        answer = await told(phone, number)
        assert "请回复1或2" in answer
        assert "\n2 " in answer
        assert "东风东街路灯坏了" in answer
    assert "东风东街路灯坏了" in await told(phone, "2"), "the question was open"


async def test_in_a_form_too_the_question_stays_open(phone: Phone) -> None:
    await told(phone, "奎文区新华路井盖丢了三天，还有门口垃圾没人清运")
    assert "请回复1或2" in await told(phone, "7")
    assert "没有" not in await told(phone, "1")


@pytest.mark.parametrize("words", ["3号楼的路灯也坏了", "110", "13800138000", "三天了", "2"])
async def test_what_is_no_number_beyond_is_heard_as_ever(phone: Phone, words: str) -> None:
    await told(phone, "撤回")
    assert "没有" not in (await told(phone, words))[:2]


async def test_where_nothing_was_shown_last_a_number_is_heard_as_ever(phone: Phone) -> None:
    await told(phone, "撤回")
    await told(phone, "谢谢")
    assert "请回复1或2" not in await told(phone, "9")


async def test_the_choices_of_the_last_version_are_read_on(phone: Phone) -> None:
    await told(phone, "撤回")
    before = copy.deepcopy(phone.state)
    for each in before["options"]:
        del each["shown"]
    for number, wanted in (("1", True), ("9", False)):
        phone.state = copy.deepcopy(before)
        assert ("阳光花园电梯坏了" in await told(phone, number)) is wanted
