"""Cutting texts: never too long, never within what the eye takes for one character."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.messages import Address, Outbound, Via
from channels.wechat.rendering import TEXT_LIMIT, clip, clip_bytes, rendered
from channels.wechat.settings import Template
from channels.wechat.templates import LIMITS, keyword_value, template_data

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("。\n😀\u200d\ufe0f\u0301汉"), max_size=300)


@given(TEXT, st.integers(4, 200))
def test_bytes_are_never_exceeded_and_nothing_is_cut_in_vain(text, limit):
    cut = clip_bytes(text, limit)
    assert len(cut.encode()) <= limit
    assert cut == text or len(text.encode()) > limit
    assert cut == text or text.startswith(cut[:-1])


@given(TEXT, st.integers(1, 100))
def test_characters_are_never_exceeded(text, limit):
    cut = clip(text, limit)
    assert len(cut) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_a_choice_is_not_parted_from_its_number_by_the_end_of_a_line():
    address = Address(channel="wechat", account="main", sender="o1")
    message = Outbound(
        id="1", address=address, via=Via.PASSIVE, text="1 确认　2 取消", buttons=(("确认", ""), ("取消", ""))
    )
    shown = re.sub("<[^>]*>", "", rendered(message, tap_links=True))
    assert shown == "1\u00a0确认　2\u00a0取消"


def test_a_family_is_not_torn_apart():
    family = "👨\u200d👩\u200d👧"
    assert clip("家" + family + "安", 5) == "家…"


@given(st.text(max_size=1200), st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=5))
def test_whatever_is_said_fits_and_can_be_put_into_xml(text, buttons):
    message = Outbound(
        id="1",
        address=Address(channel="wechat", account="main", sender="o"),
        via=Via.PASSIVE,
        text=text,
        buttons=tuple(buttons),
    )
    shown = rendered(message, tap_links=True)
    assert len(shown.encode()) <= TEXT_LIMIT
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", shown)


def test_a_link_to_the_case_is_added_once():
    def shown(text):
        address = Address(channel="wechat", account="main", sender="o")
        message = Outbound(id="1", address=address, via=Via.PASSIVE, text=text, url="https://a.cn/r/x")
        return rendered(message, tap_links=True)

    assert shown("已受理。") == "已受理。\n查看详情：https://a.cn/r/x"
    assert shown("已受理，见 https://a.cn/r/x 。") == "已受理，见 https://a.cn/r/x 。"


@pytest.mark.parametrize(
    ("keyword", "fact", "value"),
    [
        ("thing3", "奎文区东风东街某小区路灯坏了一个多月晚上太黑", "奎文区东风东街某小区路灯坏了一个多月晚…"),
        ("thing3", "路灯\n坏了", "路灯 坏了"),
        ("thing3", "", "无"),
        ("phrase2", "不予受理了吗", "不予受理了"),
        ("character_string1", "WF261121001237", "WF261121001237"),
        ("character_string1", "编号WF26", "WF26"),
        ("character_string1", "编号", "-"),
        ("character_string12", "1" * 40, "1" * 32),
        ("name1", "欧阳" * 6, "欧阳" * 5),
        ("time4", "2026-11-21T02:00:00+00:00", "2026年11月21日 10:00"),
        ("time4", "2026-11-21T10:00:00", "2026年11月21日 10:00"),
        ("time4", "2026-11-20 18:30", "2026年11月20日 18:30"),
        ("time4", "15:01", "15:01"),
        ("time4", "2026年11月21日 10:00", "2026年11月21日 10:00"),
        ("time4", "2026-99-99Tx", "2026年11月21日 10:00"),
        ("time4", "", "2026年11月21日 10:00"),
        ("date1", "2026-11-20T23:00:00+00:00", "2026年11月21日"),
        ("keyword1", "旧式模板", "旧式模板"),
    ],
)
def test_a_fact_fits_its_keyword(keyword, fact, value):
    assert keyword_value(keyword, fact, now=NOW) == value


@given(st.sampled_from(sorted(LIMITS)), st.text(max_size=80))
def test_no_value_is_empty_or_too_long(kind, fact):
    assert 0 < len(keyword_value(kind + "1", fact, now=NOW)) <= LIMITS[kind]


def test_a_template_takes_facts_by_its_field_map():
    address = Address(channel="wechat", account="main", sender="o")
    message = Outbound(
        id="1", address=address, via=Via.TEMPLATE, text="正文", notice="progress", fields={"title": "路灯"}
    )
    template = Template(id="T", fields={"thing1": "title", "thing2": "text", "thing3": "note"})
    assert template_data(template, message, now=NOW) == {
        "thing1": {"value": "路灯"},
        "thing2": {"value": "正文"},
        "thing3": {"value": "无"},
    }


def test_of_a_payload_every_ascii_character_that_means_something_in_an_address_is_escaped_and_no_other():
    payload = "/" + "".join(map(chr, range(0x20, 0x7F))) + "中文é"
    shown = rendered(
        Outbound(
            id="1",
            address=Address(channel="wechat", account="main", sender="o"),
            via=Via.PASSIVE,
            text="选",
            buttons=(("好", payload),),
        ),
        tap_links=True,
    )
    expected = "".join(quote(each, safe="") if each.isascii() else each for each in payload)
    assert f'&msgmenuid={expected}"' in shown
