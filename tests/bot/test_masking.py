"""Enough to recognise, never enough to use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import masking


@pytest.mark.parametrize(
    ("full", "masked"),
    [("王小明", "王**"), ("欧阳修", "欧**"), ("王", "王**"), ("", "")],
)
def test_a_name_keeps_its_first_character(full, masked):
    assert masking.name(full) == masked


@pytest.mark.parametrize(
    ("full", "masked"),
    [("13800138000", "138****8000"), ("053612345678", "053****5678"), ("12345", "****45"), ("", "")],
)
def test_a_phone_keeps_its_ends(full, masked):
    assert masking.phone(full) == masked


def test_an_identity_number_keeps_its_first_and_last_character():
    assert masking.id_number("11010519491231002X") == "1****************X"


@given(st.text(), st.text())
def test_free_words_keep_no_mobile_number(before, after):
    masked = masking.text(f"{before}，13812345678，138-1234-5678，11010519491231002X，{after}")
    for personal in ("13812345678", "138-1234-5678", "11010519491231002X"):
        assert personal not in masked


def test_the_filers_own_name_is_masked_in_their_words():
    assert masking.text("我叫王小明", person="王小明") == "我叫王**"


@pytest.mark.parametrize(
    "said",
    ["登记成功，编号 WF261121000017，查询码 {}，请保存好。", "编号：WF261121000017\n查询码：{}", "查询码是{}"],
)
def test_a_query_code_that_we_told_is_hidden_and_the_case_number_is_not(said):
    assert masking.told_code(said.format("988727")) == said.format("******")


@pytest.mark.parametrize(
    "heard",
    [
        "WF261121000017 {}",
        "{} wf-261121-000017",
        "编号WF261121000017，码{}查下",
        "查询码{}",
        " {} ",
        "ＷＦ261121000017，{}",
    ],
)
@pytest.mark.parametrize("code", ["988727", "９８８７２７"])
def test_a_query_code_that_a_person_writes_is_hidden(heard, code):
    assert masking.heard_code(heard.format(code)) == heard.format("******")


@pytest.mark.parametrize("heard", ["邮编261000那边", "欠薪123456元", "WF261121000017", "13800138000", ""])
def test_other_digits_that_a_person_writes_stay(heard):
    assert masking.heard_code(heard) == heard
