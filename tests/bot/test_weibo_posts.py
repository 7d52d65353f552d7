"""微博播报: what may be told of a case in public, and that it is told without whoever filed it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.weibo_posts import PUBLISHED, NotForPublic, post_of
from storage.cases import Actor, ActorKind, Case, CaseState, EntryKind, Filer, Source, TimelineEntry

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
URL = "https://petition.example.gov.cn"
STAFF = Actor(kind=ActorKind.STAFF, name="李科长")
CASE = Case(
    number="WF261121001237",
    title="东风东街218号院3号楼路灯坏了，王秀兰13812345678",
    content="我叫王秀兰，东风东街218号院3号楼2单元501室门口的路灯坏了",
    created_at=AT,
    updated_at=AT,
    source=Source(channel="weibo", account="main"),
    filer=Filer(name="王秀兰", phone="13812345678", address="东风东街218号院3号楼2单元501室", on_behalf_of="张桂英"),
    state=CaseState.ANSWERED,
)


def answered(note="王女士反映的路灯已于11月20日修好，电话13812345678已回访，张桂英老人表示满意。", **bent):
    entry = TimelineEntry(
        at=AT + timedelta(days=1),
        actor=STAFF,
        kind=EntryKind.MOVED,
        to_state=CaseState.ANSWERED,
        note=note,
        public=True,
    )
    return [replace(entry, **bent)]


def test_the_post_tells_of_the_matter_and_not_of_the_filer():
    post = post_of(CASE, answered(), url=URL)
    assert post.text.startswith("【微博播报】“")
    assert post.text.endswith(f"（编号WF261121001237）{URL}")
    assert "路灯已于11月20日修好" in post.text
    assert len(post.text) <= 140
    hidden = ("王秀兰", "王女士", "张桂英", "13812345678", "218号", "3号楼", "501")
    assert [one for one in hidden if one in post.text] == []


def test_a_long_answer_is_shortened_and_the_address_stays_whole():
    post = post_of(CASE, answered("经核查，" + "该处路灯已纳入改造计划。" * 40), url=URL)
    assert len(post.text) <= 140
    assert post.text.endswith(URL)
    assert "…（编号" in post.text


def test_no_topic_is_made_of_what_somebody_wrote():
    assert "#" not in post_of(replace(CASE, title="#路灯# 坏了"), answered(), url=URL).text


REFUSED = {
    "an accusation": (replace(CASE, accusation=True), answered(), "检举控告"),
    "confidential": (replace(CASE, confidential=True), answered(), "保密"),
    "not answered": (replace(CASE, state=CaseState.IN_PROGRESS), answered(), "办理中"),
    "reopened": (replace(CASE, state=CaseState.REOPENED), answered(), "重新办理"),
    "answered within the house": (CASE, answered(public=False), "内部"),
    "answered without a word": (CASE, answered(note=" "), "没有内容"),
    "closed without an answer": (replace(CASE, state=CaseState.CLOSED), [], "没有内容"),
    "published before": (
        CASE,
        [*answered(), TimelineEntry(at=AT, actor=STAFF, kind=EntryKind.NOTED, note=f"{PUBLISHED}已发布")],
        "已经播报过",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_must_stay_within_is_refused_with_the_reason(why):
    case, timeline, words = REFUSED[why]
    with pytest.raises(NotForPublic) as caught:
        post_of(case, timeline, url=URL)
    assert words in caught.value.sentence


def test_an_address_that_leaves_no_room_is_refused():
    with pytest.raises(NotForPublic):
        post_of(CASE, answered(), url=URL + "/" + "x" * 100)


def test_the_seal_names_one_text_alone():
    first, second = post_of(CASE, answered(), url=URL), post_of(CASE, answered("路灯已修好。"), url=URL)
    assert first.seal == post_of(CASE, answered(), url=URL).seal
    assert first.seal != second.seal
