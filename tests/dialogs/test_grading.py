"""The question that a case ends with: a digit answers it, wherever the menu's digits do not stand after it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dialogs.outcome import FileCase, RateCase

NUMBER = "WF261121001237"


@pytest.fixture
def asked(resident: Any, helpers: dict[str, Any]) -> Any:
    """A resident whose lamp case has just been closed with the question."""
    case = helpers["case"](NUMBER, "路灯不亮", "closed", "已办结", is_open=False)
    start = helpers["start"]
    resident.cases.own = [replace(case, asked_at=start, grades_until=start + timedelta(days=7))]
    resident.now = start + timedelta(hours=1)
    return resident


def rated(outcome: Any) -> list[tuple[str, int]]:
    return [(each.number, each.grade) for each in outcome.effects if isinstance(each, RateCase)]


@pytest.mark.parametrize(
    ("text", "grade"),
    [("5", 5), ("4", 4), ("3分", 3), ("我打5分", 5), ("１", 1), ("5，师傅很负责", 5), ("2。灯又灭了", 2)],
)
async def test_a_digit_is_the_grade(asked: Any, text: str, grade: int) -> None:
    assert rated(await asked.says(text)) == [(NUMBER, grade)]


async def test_a_low_digit_alone_is_asked_for_its_reason_which_is_then_heard(
    asked: Any, helpers: dict[str, Any]
) -> None:
    outcome = await asked.says("1")
    assert rated(outcome) == [(NUMBER, 1)]
    assert "哪里没办好" in helpers["spoken"](outcome)
    outcome = await asked.says("师傅来了但是没修，还是黑的")
    assert [(each.grade, each.words) for each in outcome.effects if isinstance(each, RateCase)] == [
        (1, "师傅来了但是没修，还是黑的")
    ]


async def test_a_digit_after_the_menu_is_for_the_menu(asked: Any) -> None:
    asked.state = None
    await asked.says("菜单")
    assert rated(await asked.says("2")) == []


@pytest.mark.parametrize("text", ["6", "15", "1号楼的电梯坏了没人修"])
async def test_what_is_no_grade_is_none(asked: Any, text: str) -> None:
    assert rated(await asked.says(text)) == []


@pytest.mark.parametrize("text", ["6", "0", "９", "10分", "我打8分"])
async def test_a_number_that_is_no_grade_has_the_grades_told_and_the_question_stays(
    asked: Any, helpers: dict[str, Any], text: str
) -> None:
    outcome = await asked.says(text)
    assert rated(outcome) == []
    assert "5 非常满意" in helpers["spoken"](outcome)
    assert "请回复1到5" in helpers["spoken"](await asked.says("7"))
    assert rated(await asked.says("4")) == [(NUMBER, 4)]


async def test_in_the_middle_of_another_matter_a_digit_answers_that(asked: Any) -> None:
    await asked.says("我要反映问题，文化路有个井盖没了，很危险")
    outcome = await asked.says("1")
    assert rated(outcome) == [], [each for each in outcome.effects if not isinstance(each, FileCase)]


async def test_after_its_time_a_good_grade_is_thanked_for_and_not_taken(asked: Any, helpers: dict[str, Any]) -> None:
    asked.now += timedelta(days=8)
    for text in ("满意", "评价"):
        outcome = await asked.says(text)
        assert rated(outcome) == []
        assert "评价已经截止，谢谢您" in helpers["spoken"](outcome)
    assert rated(await asked.says("灯还是没修好")) == [(NUMBER, 2)]
