"""Beside a draft stand approved answers that may fit, and what was answered to similar cases; nothing goes by itself."""

from datetime import date

import pytest
from case_office import NAME, open_case_office

from dialogs.faq.answers import Answer
from storage.cases import Actor, ActorKind, Assignment, CaseState
from storage.staff import Role

STAFF = Actor(kind=ActorKind.STAFF, name="王芳")
CATEGORY = "城乡建设/路灯照明"


def answer(id_: str, text: str, **facts) -> Answer:
    known = {
        "question": "路灯坏了多久能修好",
        "variants": ("路灯不亮几天修好",),
        "source": "城市照明管理规定",
        "valid_from": date(2026, 1, 1),
    }
    return Answer(id=id_, text=text, **(known | facts))


ANSWERS = (
    answer("lamp", "路灯一般故障24小时内修复。"),
    answer("past", "旧规定：一周修复。", valid_to=date(2026, 11, 22)),
    answer("future", "新规定：12小时修复。", valid_from=date(2026, 11, 24)),
    answer("there", "潍城区：两天修复。", districts=("潍城区",)),
    answer("noise", "夜间22时至次日6时禁止施工。", question="夜里几点以后不能施工", variants=()),
)


@pytest.fixture
async def office(database, vault, clock, passwords):
    async with open_case_office(database, vault, clock, passwords, answers=ANSWERS) as made:
        yield made


async def accepted(office, **facts) -> str:
    facts = {"title": f"{NAME}问路灯坏了多久能修好", "category": CATEGORY} | facts
    number = await office.file(**facts)
    await office.casework.move(number, to=CaseState.ACCEPTED, actor=STAFF)
    return number


async def assigned(office, unit: str, **facts) -> str:
    number = await accepted(office, **facts)
    case = await office.store.cases.get(number)
    entry = (await office.store.cases.timeline(number))[0]
    given = Assignment(unit=unit, unit_id=unit, lead=True, at=office.console.clock())
    await office.store.committer.commit(office.store.cases.append(case, entry, assignments=(given,)))
    return number


async def test_only_answers_that_hold_now_and_here_are_proposed_with_source_and_date(office):
    number = await accepted(office)
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    page = await operator.get(f"/cases/{number}")
    assert page.says("路灯一般故障24小时内修复。")
    assert page.says("城市照明管理规定 2026-01-01 起施行")
    for text in ("一周修复", "12小时修复", "两天修复", "禁止施工"):
        assert not page.says(text), text
    there = await operator.get(f"/cases/{await accepted(office, district='潍城区')}")
    assert there.says("两天修复")


async def test_a_proposal_goes_into_the_draft_and_nowhere_else(office):
    number = await accepted(office)
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    before = await office.store.cases.get(number)
    page = await operator.get(f"/cases/{number}?fill=answer-lamp")
    draft = page.text.split('id="answer" data-draft>')[1].split("</textarea>")[0]
    assert draft.startswith("路灯一般故障24小时内修复。")
    assert "城市照明管理规定" in draft
    assert (await office.store.cases.get(number)) == before, "looked at, not sent"
    other = await operator.get(f"/cases/{number}?fill=answer-past")
    assert other.text.split('id="answer" data-draft>')[1].startswith("</textarea>")


async def test_the_answer_of_a_similar_case_can_begin_a_draft(office):
    old = await accepted(office, content="幸福里门口的路灯坏了，晚上太黑")
    for state in (CaseState.ASSIGNED, CaseState.IN_PROGRESS):
        await office.casework.move(old, to=state, unit="市城管局", actor=STAFF)
    await office.casework.move(old, to=CaseState.ANSWERED, answer=f"{NAME}您好，路灯已更换。", actor=STAFF)
    await office.casework.move(old, to=CaseState.CLOSED, actor=STAFF)
    number = await accepted(office, content="幸福里门口的路灯坏了，晚上很黑")
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    page = await operator.get(f"/cases/{number}?fill=case-{old}")
    draft = page.text.split('id="answer" data-draft>')[1].split("</textarea>")[0]
    assert "路灯已更换" in draft
    assert NAME not in draft


async def test_a_unit_fills_its_draft_and_who_drafts_nothing_is_shown_none(office):
    number = await assigned(office, "kw")
    handler = await office.console.signed_in("chengban", Role.HANDLER, unit="kw")
    page = await handler.get(f"/cases/{number}?fill=answer-lamp")
    assert 'id="draft" data-draft>路灯一般故障' in page.text
    assert "#draft" in page.text
    leader = await office.console.signed_in("lingdao", Role.LEADER)
    assert not (await leader.get(f"/cases/{number}")).says("填入草稿")


async def test_to_an_accusation_nothing_is_proposed(office):
    number = await office.file(title="路灯坏了多久能修好", accusation=True)
    discipline = await office.console.signed_in("jijian", Role.DISCIPLINE)
    page = await discipline.get(f"/cases/{number}")
    assert page.says(number)
    assert not page.says("24小时内修复")
