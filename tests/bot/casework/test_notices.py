"""The words people read: what they must say, and what they must never say."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.casework.notices import Told, news, progress, registered
from bot.text import clip
from storage.cases import CASE_TYPES, Case, CaseState, Filer, Source

AT = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
TOLD = Told(
    note="请携带房产证复印件",
    ground="属于诉讼程序处理的事项",
    elsewhere="奎文区人民法院",
    unit="市城管局",
    answer="已安排更换灯具",
)


def case(state: CaseState, **given: object) -> Case:
    facts = {
        "number": "WF261121000014",
        "title": "东风东街路灯坏了一个多月晚上太黑影响出行安全",
        "content": "正文",
        "filer": Filer(name="王小明", phone="13800138000", id_number="11010519491231002X"),
        "source": Source(channel="wechat"),
        "state": state,
        "created_at": AT,
        "updated_at": AT,
    }
    return Case(**(facts | given))


def text(state: CaseState, told: Told = TOLD, *, own: bool = True, **given: object) -> str:
    return progress(case(state, **given), told, at=AT, own=own, office="某市信访局").text


@pytest.mark.parametrize("state", CaseState)
def test_every_step_names_the_case_and_fits_a_template(state):
    notice = progress(case(state), Told(), at=AT, own=True, office="某市信访局")
    assert "WF261121000014" in notice.text
    assert notice.fields["number"] == "WF261121000014"
    assert notice.fields["time"] == "2026-11-22 00:30", "in China"
    assert len(notice.fields["state"]) <= 5
    assert len(notice.fields["title"]) <= 20
    assert all(notice.fields.values()), "platforms refuse empty values"


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("kind", CASE_TYPES)
def test_no_notice_repeats_who_filed_or_claims_that_all_is_well(state, kind):
    words = text(state, type=kind) + str(progress(case(state), TOLD, at=AT, own=True, office="局").fields)
    for never in ("王小明", "13800138000", "11010519491231002X", "高兴", "圆满", "已解决", "恭喜"):
        assert never not in words


def test_a_refusal_names_the_ground_and_where_else_to_turn():
    words = text(CaseState.REFUSED)
    assert "不予受理" in words
    assert "理由：属于诉讼程序处理的事项" in words
    assert "奎文区人民法院" in words
    assert "说明：请携带房产证复印件" in words


def test_a_refusal_with_a_note_alone_gives_it_as_the_reason():
    assert "理由：不属于本局职权" in text(CaseState.REFUSED, Told(note="不属于本局职权"))


def test_asking_back_says_what_is_missing_and_that_the_clock_stands():
    words = text(CaseState.NEEDS_INFO, Told(note="请补充房产证照片"))
    assert "要补充的内容：请补充房产证照片" in words
    assert "暂停" in words


def test_an_answer_asks_for_a_grade_and_names_the_right_to_review():
    words = text(CaseState.ANSWERED)
    assert "答复：已安排更换灯具" in words
    assert "评价" in words
    assert "30日内" in words
    assert "复查" in words


@pytest.mark.parametrize("kind", ["咨询", "建议", "表扬", "举报"])
def test_rights_that_the_law_gives_to_claims_are_not_promised_to_others(kind):
    assert "复查" not in text(CaseState.ANSWERED, type=kind)
    assert "60日" not in text(CaseState.ACCEPTED, type=kind)


def test_acceptance_of_a_claim_names_who_accepted_and_the_time_limit():
    words = text(CaseState.ACCEPTED, Told())
    assert "某市信访局" in words
    assert "60日" in words
    assert "30日" in words


def test_a_follower_is_told_of_the_step_but_given_no_rights_in_it():
    words = text(CaseState.ANSWERED, own=False)
    assert words.startswith("您关注的")
    assert "评价" not in words
    assert "复查" not in words


@pytest.mark.parametrize("state", CaseState)
def test_of_an_accusation_number_and_state_are_told_and_nothing_else(state):
    one = case(state, accusation=True)
    for notice in (
        progress(one, TOLD, at=AT, own=True, office="某市信访局"),
        news(one, "核查组已进驻", at=AT, own=True),
    ):
        words = notice.text + "".join(notice.fields.values())
        assert one.number in words
        assert state.label in words
        for never in ("路灯", "房产证", "诉讼", "法院", "城管局", "灯具", "核查组", "检举", "控告", "举报"):
            assert never not in words


def test_registration_tells_number_and_query_code():
    words = registered(case(CaseState.SUBMITTED), "246810", at=AT).text
    assert "WF261121000014" in words
    assert "246810" in words


@given(st.text(max_size=60))
def test_a_clipped_title_is_one_line_and_never_too_long(title):
    clipped = clip(title)
    assert len(clipped) <= 20
    assert "\n" not in clipped


def test_all_that_was_said_stands_in_the_timeline_and_a_note_alone_as_it_was():
    assert Told(note="已派人查看").for_timeline() == "已派人查看"
    whole = TOLD.for_timeline()
    for words in ("请携带房产证复印件", "属于诉讼程序处理的事项", "奎文区人民法院", "市城管局", "已安排更换灯具"):
        assert words in whole
