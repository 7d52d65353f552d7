"""What people say before they say anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.nlu.openers import says_there_is_a_question, says_there_is_something


@pytest.mark.parametrize(
    "text",
    [
        "说个事",
        "有件事想说说",
        "我有话要讲",
        "我有个想法",
        "跟你们说个事情",
        "有冤要诉",
        "想倒倒苦水",
        "您好，家里有困难",
    ],
)
def test_there_is_something_to_tell(text: str) -> None:
    assert says_there_is_something(text)
    assert not says_there_is_a_question(text)


@pytest.mark.parametrize(
    "text", ["我想咨询一下", "在吗，想问个事", "请教一下", "咨询", "能打听个事吗", "我想问几个问题"]
)
def test_there_is_something_to_ask(text: str) -> None:
    assert says_there_is_a_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "没事",
        "没有别的事了",
        "家里的事",
        "孩子的事情",
        "有话好好说",
        "问题很大",
        "我的事情办得怎么样",
        "有事找谁",
        "问谁",
    ],
)
def test_what_says_more_or_nothing_is_neither(text: str) -> None:
    assert not says_there_is_something(text)
    assert not says_there_is_a_question(text)


@given(st.text(alphabet="我们有想要跟你说讲谈个件事情话的了吧，", max_size=200))
def test_any_text_is_judged_at_once(text: str) -> None:
    assert says_there_is_something(text) in {True, False}
    assert says_there_is_a_question(text) in {True, False}
