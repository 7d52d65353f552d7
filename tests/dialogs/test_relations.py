"""Whose son, parent or neighbour somebody is goes beside their name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.nlu.relations import is_relation, without_relation


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("我是他儿子，赵建国，13712341234", "赵建国，13712341234"),
        ("家长 姓方", "姓方"),
        ("业主，刘芳", "刘芳"),
        ("赵建国，他女儿", "赵建国，"),
        ("我是业主刘芳", "我是业主刘芳"),
        ("我是他儿子", "我是他儿子"),
        ("司机把我撞了，没人管", "司机把我撞了，没人管"),
    ],
)
def test_it_is_taken_off_a_name_and_nothing_else(text: str, left: str) -> None:
    assert without_relation(text) == left


@pytest.mark.parametrize(
    ("text", "only"), [("业主", True), ("我是家长", True), ("业主委员会", False), ("人民路", False)]
)
def test_where_nothing_else_is_said_it_is_known(text: str, only: bool) -> None:
    assert is_relation(text) is only


@given(st.text(alphabet="我是他儿子家长业主，赵建国 1", max_size=80))
def test_something_is_always_left(text: str) -> None:
    assert bool(without_relation(text).strip("，,、；;。 ")) == bool(text.strip("，,、；;。 "))
