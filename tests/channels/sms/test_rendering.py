"""What a phone is given to show."""

from hypothesis import given
from hypothesis import strategies as st
from sms_kit import Kit

from channels.sms.rendering import MOST_MESSAGES, rendered
from channels.sms.text import segments, signed

SIGN = "某市信访局"


def shown(text, **more):
    return rendered(Kit().outbound(text, **more), sign=SIGN)


def test_a_text_stays_as_it_is():
    assert shown("请选择：\n1 确认\n2 修改", buttons=(("确认", "/yes"),)) == "请选择：\n1 确认\n2 修改"


def test_a_link_is_told_once():
    url = "https://petition.example.gov.cn/r/abc"
    assert shown("已受理。", url=url) == f"已受理。\n详情：{url}"
    assert shown(f"已受理，见 {url}", url=url) == f"已受理，见 {url}"


def test_what_no_phone_shows_is_left_out():
    assert shown("\x00您\x07好\r\n\t！\x1b\ud800") == "您好\n ！"


def test_what_is_too_long_ends_in_an_ellipsis_and_keeps_its_link():
    url = "https://petition.example.gov.cn/r/abc"
    text = shown("长" * 2000, url=url)
    assert text.endswith(f"……\n详情：{url}")
    assert segments(signed(text, SIGN)) == MOST_MESSAGES


@given(st.lists(st.sampled_from(["长", "😀", "e\u0301", "👨\u200d👩\u200d👧", "a", "。"]), max_size=900).map("".join))
def test_no_text_costs_more_than_carriers_take(text):
    made = shown(text)
    assert segments(signed(made, SIGN)) <= MOST_MESSAGES
    assert made == text.strip() or made.endswith("……")
    made.encode()
