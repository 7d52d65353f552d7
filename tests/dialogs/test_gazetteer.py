"""The office's list of districts, towns and estates."""

from pathlib import Path

import pytest

from dialogs.nlu.gazetteer import BadGazetteer, Gazetteer

_LIST = Gazetteer.of(
    {
        "奎文区": {"东关街道": ["李家街社区", "新城枫景"]},
        "坊子区": {"石埠子镇": ["前王村"], "凤凰街道": None},
        "寒亭区": {"固堤街道": ["前王村"]},
    }
)


@pytest.mark.parametrize(
    ("place", "whole"),
    [
        ("新城枫景3号楼", "奎文区东关街道新城枫景3号楼"),
        ("东关街道新城枫景", "奎文区东关街道新城枫景"),
        ("坊子区前王村村口", "坊子区石埠子镇前王村村口"),
        ("石埠子镇前王村", "坊子区石埠子镇前王村"),
        ("前王村", "前王村"),
        ("别的小区", "别的小区"),
        ("", ""),
    ],
)
def test_a_place_is_completed_where_there_is_one_alone(place: str, whole: str) -> None:
    assert _LIST.complete(place) == whole


def test_several_places_of_a_name_are_told() -> None:
    assert _LIST.choices("前王村村口") == ("坊子区石埠子镇前王村", "寒亭区固堤街道前王村")
    assert _LIST.choices("新城枫景") == ()


def test_a_name_without_a_suffix_is_found() -> None:
    assert [named.full for named in _LIST.find("我们新城枫景的电梯卡了三次")] == ["奎文区东关街道新城枫景"]


def test_a_file_that_is_no_list_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "places.yml"
    wrong.write_text("- 奎文区\n", encoding="utf-8")
    with pytest.raises(BadGazetteer, match=r"places\.yml"):
        Gazetteer.load(wrong)
    with pytest.raises(BadGazetteer):
        Gazetteer.load(tmp_path / "none.yml")
