"""Notices as text messages: two at most, the signature counted, and what must be read stands in them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.casework.by_text import WHOLE, clipped, with_link
from bot.casework.notices import Told, news, progress, registered
from bot.delivery.brief import briefly
from channels.sms.settings import LONGEST_SIGN
from channels.sms.text import segments, signed, utf16_units
from storage.cases import CASE_TYPES, Case, CaseState, Filer, Source

AT = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
SIGN = "市" * LONGEST_SIGN
OFFICE = "某某省某某市某某区信访局群众来访接待服务中心"
LONG = "经现场核实，路灯控制箱进水短路，已安排更换线路和灯具二十三盏，预计本周五前恢复照明。" * 8
ALL_LONG = Told(note=LONG, ground=LONG, elsewhere=LONG, unit="某某区综合行政执法局市政设施管理服务中心", answer=LONG)
URL = "https://petition.example.gov.cn/r/WF261121000014-415-abcdefghijklmnopqrstuvwxyz"


def case(state: CaseState, **given: object) -> Case:
    facts = {
        "number": "ABCDEF261121000014",
        "title": "东风东街与幸福路交叉口东北角路灯坏了一个多月晚上太黑影响老人孩子出行安全",
        "content": "正文",
        "filer": Filer(conversation_id="c1"),
        "source": Source(channel="sms"),
        "state": state,
        "type": "投诉",
        "created_at": AT,
        "updated_at": AT,
    }
    return Case(**(facts | given))


def messages(text: str) -> int:
    return segments(signed(text, SIGN))


@pytest.mark.parametrize(
    "told", [Told(), Told(note="已派人查看"), Told(answer=LONG), ALL_LONG], ids=["none", "note", "answer", "all"]
)
@pytest.mark.parametrize("kind", CASE_TYPES)
@pytest.mark.parametrize("state", CaseState)
def test_each_step_takes_at_most_two_messages_whatever_was_written(state, kind, told):
    for own in (True, False):
        words = progress(case(state, type=kind), told, at=AT, own=own, office=OFFICE).brief
        assert messages(words) <= 2, words
        assert "ABCDEF261121000014" in words
        assert "东风东街" in words


def test_all_other_notices_take_at_most_two_messages():
    one = case(CaseState.IN_PROGRESS)
    made = [
        news(one, LONG, at=AT, own=True),
        news(one, "办理期限延长30日。原因：" + LONG, at=AT, own=False),
        registered(one, "246810", at=AT),
        progress(case(CaseState.ANSWERED, accusation=True), ALL_LONG, at=AT, own=True, office=OFFICE),
    ]
    short = [briefly({"number": one.number, "state": "需要补充"}, bound=bound).text for bound in (True, False)]
    assert [text for text in (*short, *(each.brief for each in made)) if messages(text) > 2] == []


def test_an_answer_that_fits_stands_whole_with_the_right_to_review_and_how_to_go_on():
    told = Told(answer="已更换灯具，今晚恢复照明。")
    words = progress(case(CaseState.ANSWERED), told, at=AT, own=True, office=OFFICE).brief
    assert "已更换灯具，今晚恢复照明。" in words
    assert "30日内" in words
    assert words.count("复查") == 1
    assert "评价" in words
    assert WHOLE not in words


def test_an_answer_that_is_cut_keeps_the_right_to_review_and_says_how_to_read_it_whole():
    words = progress(case(CaseState.ANSWERED), Told(answer=LONG), at=AT, own=True, office=OFFICE).brief
    assert "答复：经现场核实" in words
    assert "自收到书面答复之日起30日内" in words
    assert words.endswith(WHOLE)


@pytest.mark.parametrize("of", ["text", "brief"])
def test_the_right_to_review_is_said_once_where_staff_wrote_of_it_themselves(of):
    told = Told(answer="已修好。如不服，可自收到本答复之日起三十日内向市政府申请复查。")
    words = getattr(progress(case(CaseState.ANSWERED), told, at=AT, own=True, office=OFFICE), of)
    assert words.count("复查") == 1
    assert "市政府" in words


def test_what_is_asked_for_is_answered_by_a_reply_even_where_the_question_is_cut():
    words = progress(case(CaseState.NEEDS_INFO), Told(note=LONG), at=AT, own=True, office=OFFICE).brief
    assert "要补充的内容：经现场核实" in words
    assert "请直接回复" in words


def test_a_short_ground_stays_whole_beside_a_long_note():
    told = Told(ground="属于诉讼程序处理的事项", elsewhere="奎文区人民法院", note=LONG)
    words = progress(case(CaseState.REFUSED), told, at=AT, own=True, office="某市信访局").brief
    assert "属于诉讼程序处理的事项" in words
    assert "奎文区人民法院" in words


def test_a_link_is_whole_or_not_there():
    head = lambda limit: f"“{'题' * limit}”（WF261121000014）"  # noqa: E731 - as short as what it stands for
    assert with_link("请在网页查看：", head, LONG, URL).endswith(f"\n{URL}")
    assert messages(with_link("请在网页查看：", head, LONG, URL)) <= 2
    assert with_link("请在网页查看：", head, "", "https://" + "a" * 120) == ""


@given(
    st.text(alphabet=st.sampled_from("路灯a😀👨‍👩‍👧e\u0301\n "), max_size=200), st.integers(min_value=0, max_value=80)
)
def test_clipped_words_fit_and_end_in_no_half_sign(words, units):
    kept = clipped(words, units)
    assert utf16_units(kept) <= units or not kept
    kept.encode()
    assert words.startswith(kept.removesuffix("…"))
