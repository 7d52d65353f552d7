"""Which questions are of how some paper is got, whoever's affair it is, and which only sound so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.nlu.formalities import asks_of_a_formality


@pytest.mark.parametrize(
    "text",
    [
        "停车证怎么办",
        "请问摆摊证去哪里办理？",
        "供暖补贴怎么申请呢",
        "怎么申请留守儿童补贴",
        "物业费怎么收",
        "养老院收费标准",
        "拆迁补偿政策",
        "居家办公证明需要什么材料",
        "停車證點樣辦",
    ],
)
def test_how_a_paper_or_an_allowance_is_got_is_known(text: str) -> None:
    assert asks_of_a_formality(text)


@pytest.mark.parametrize(
    "text",
    [
        "噪音扰民怎么办",
        "楼上漏水怎么办",
        "高龄补贴一直没发怎么办",
        "物业不给办停车证怎么办",
        "物业费怎么收这么多",
        "水费怎么这么高",
        "老年卡刷不了怎么办",
        "希望提高补贴标准",
        "你们登记要什么材料",
        "复查怎么申请",
    ],
)
def test_a_trouble_and_what_is_done_here_are_no_such_question(text: str) -> None:
    assert not asks_of_a_formality(text)


@given(st.text(alphabet="我想要请问怎么办证卡费补贴去哪申领的吗，？", max_size=200))
def test_any_text_is_judged_at_once(text: str) -> None:
    assert asks_of_a_formality(text) in {True, False}
