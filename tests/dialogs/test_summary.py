"""What is shown before filing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialogs import nlu
from dialogs.actions.brief import brief_of
from dialogs.actions.draft import Draft
from dialogs.actions.summary import infer, summary_of
from dialogs.nlu.matter import Categories
from dialogs.understanding import CategoryJudgment, Understanding

_WORDS = Path(nlu.__file__).with_name("categories.yml")
_NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


class _Own:
    """A model that an office trained: knows lamps, and is sure of nothing else."""

    def judge(self, title: str, detail: str) -> CategoryJudgment:
        sure = "路灯" in title + detail
        return CategoryJudgment(label="市政设施", sure=sure, ranking=(("市政设施", 0.9 if sure else 0.2),))


def _categories() -> Categories:
    return Categories.load(_WORDS, Understanding(category=_Own()))


def test_an_office_s_own_category_is_shown_and_filed() -> None:
    draft = Draft(matter="门口的路灯坏了三天没人修", place="奎文区新华路")
    assert infer(draft, _categories()).category == "市政设施"
    assert "类别：求助，市政设施" in summary_of(draft, _categories(), now=_NOW).text


def test_where_the_office_s_model_is_not_sure_staff_decide() -> None:
    draft = Draft(matter="楼下烧烤店油烟扰民", place="奎文区新华路")
    assert infer(draft, _categories()).category == ""
    assert "（具体分类由工作人员确定）" in summary_of(draft, _categories(), now=_NOW).text


def test_a_category_that_the_person_chose_stays() -> None:
    draft = Draft(matter="楼下烧烤店油烟扰民", place="奎文区新华路", category="生态环境/油烟")
    assert infer(draft, _categories()).category == "生态环境/油烟"


@pytest.mark.parametrize("room", [62, 50, 44])
def test_by_sms_what_must_be_right_is_shown_and_of_the_rest_what_there_is_room_for(room: int) -> None:
    words = "小区的路灯坏了两个月，物业说没有钱修。希望尽快解决。" * 8
    draft = Draft(matter=words, place="奎文区新华路阳光花园12号楼3单元", name="王建国", phone="13800138000")
    brief = brief_of(draft, _categories(), now=_NOW, room=room)
    assert len(brief.text) <= room
    assert not brief.whole
    title, *_ = brief.text.split("\n")
    assert "路灯坏了" in title  # the place, where there is no room for it here, stands below
    assert "地点：奎文区新华路" in brief.text
    assert "王建国 138****8000" in brief.text
    assert "13800138000" not in brief.text


def test_by_sms_a_short_matter_is_shown_whole_and_said_once() -> None:
    draft = Draft(matter="奎文区新华路路灯坏了", place="奎文区新华路", name="王建国", phone="13800138000")
    brief = brief_of(draft, _categories(), now=_NOW, room=62)
    assert brief.whole
    assert brief.text.split("\n") == [
        "新华路路灯坏了",
        "类别：求助，市政设施",
        "地点：奎文区新华路",
        "王建国 138****8000",
    ]
