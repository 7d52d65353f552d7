"""The audit log in the console: checked with a mark that was noted outside, and told in words a clerk reads."""

import re
from datetime import UTC, date, datetime, time

import pytest
from console_client import Console
from edit_lines import edit_line

from bot.access.members import Members
from bot.access.staff_import import StaffImport
from bot.console.people import people_feature
from bot.editing.places import PlaceOffice
from dialogs.files import DialogFiles
from storage.audit import AuditLine
from storage.edits import Edit, EditAct, EditKind
from storage.publication_records import Clarification, Publication, PublicationKind, PublicationState, Reception
from storage.staff import Role

RECEPTION = Reception(
    leader="周涛",
    post="副市长",
    day=date(2026, 12, 3),
    begins=time(9),
    ends=time(11),
    place="市信访局一楼",
    matters="城建",
    places=6,
    opens_at=datetime(2026, 11, 23, tzinfo=UTC),
    closes_at=datetime(2026, 12, 2, tzinfo=UTC),
)


@pytest.fixture
async def console(store, clock, passwords):
    members = Members(store=store, passwords=passwords, clock=clock)
    importing = StaffImport(store=store, passwords=passwords, clock=clock)
    places = PlaceOffice(store=store, base=DialogFiles(), clock=clock, look=lambda: None)
    people = people_feature(
        store=store, members=members, importing=importing, places=places, clock=clock, taken={"demo"}
    )
    made = Console(store, clock, passwords, features=(people,))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def admin(console):
    return await console.signed_in("guanli", Role.ADMINISTRATOR, name="管理员")


async def line(store, clock, action, target):
    await store.audit.add(AuditLine(at=clock.now, actor="m1", name="李强", action=action, target=target))


async def test_a_check_gives_a_mark_to_note_and_compares_one_noted_before(admin, store, clock, database):
    await line(store, clock, "case.revealed", "WF261123000017")
    page = await admin.post("/audit/check")
    assert page.says("操作记录完好")
    mark = re.search(r"现在的校验码：<b class=\"mono\">(\d+-[0-9a-f]{20})</b>", page.text)[1]
    assert mark == await store.audit.mark()
    await line(store, clock, "case.revealed", "WF261123000025")
    assert (await admin.post("/audit/check", {"mark": f" {mark} "})).says("记下的那一条还在，和当时一样")
    newest = await store.audit.mark()
    number = int(newest.partition("-")[0])
    await database["audit"].delete_many({"_id": {"$gte": number}})
    cut = await admin.post("/audit/check", {"mark": newest})
    assert cut.says("操作记录完好"), "no chain can show that its end is gone"
    assert cut.says("操作记录的末尾可能被删，请马上报告")
    assert "现在的校验码" not in cut.text, "what was cut is not to be noted as whole"
    assert (await admin.post("/audit/check", {"mark": "六十"})).says("“六十”不是校验码")


async def test_an_edit_is_told_by_its_words_not_by_its_key(admin, store, clock):
    contents = {
        EditKind.ANSWER: {"id": "pool_hours", "question": "游泳馆什么时候开门"},
        EditKind.WORDING: {"variants": [{"text": "已登记，编号{number}。"}]},
    }
    keys = {EditKind.ANSWER: "pool_hours", EditKind.WORDING: "utter_filed"}
    for kind, content in contents.items():
        for act in (EditAct.SET, EditAct.RESTORE):
            await store.edits.propose(
                Edit(
                    kind=kind,
                    key=keys[kind],
                    number=0,
                    act=act,
                    content=content if act is EditAct.SET else {},
                    author="m1",
                    made_at=clock.now,
                ),
                edit_line,
            )
    await line(store, clock, "edit.passed", "wording:utter_gone:7")
    page = await admin.get("/audit")
    for told in (
        "政策问答“游泳馆什么时候开门”第 1 版",
        "政策问答“游泳馆什么时候开门”第 2 版",
        "机器人用语“已登记，编号〔编号〕。”第 2 版",
        "机器人用语第 7 版",
    ):
        assert page.says(told), told
    seen = re.sub(r"<[^>]*>", "", page.text)
    assert "pool_hours" not in seen
    assert "utter_" not in seen


async def test_the_token_of_the_demo_is_called_what_it_is(admin):
    page = await admin.get("/tokens")
    assert page.says("还写着令牌：演示系统")
    refused = await admin.post("/tokens", {"name": "demo", "role": "operator", "unit": "city"})
    assert refused.says("也不能和设置文件里已有的令牌重名")
    assert "[api]" not in refused.text


async def test_what_was_published_is_told_by_its_title(admin, store, clock):
    said = Clarification(question="网传河东要停水一周？", answer="不停。", source="市水务局", day=date(2026, 11, 20))
    for kind, content in (
        (PublicationKind.CLARIFICATION, said),
        (PublicationKind.RECEPTION, RECEPTION),
    ):
        publication = Publication(
            id=f"{kind.value}-1",
            kind=kind,
            state=PublicationState.PUBLISHED,
            content=content,
            authors=("m1",),
            author_name="李强",
            unit="city",
            created_at=clock.now,
        )
        await store.publications.add(publication)
        await line(store, clock, f"{kind.value}.written", publication.id)
    await line(store, clock, "booking.added", "reception-1")
    await line(store, clock, "clarification.withdrawn", "gone-1")
    page = await admin.get("/audit")
    assert page.says("“网传河东要停水一周？”")
    assert page.text.count("“12月3日 副市长周涛接待”") == 2
    seen = re.sub(r"<[^>]*>", "", page.text)
    assert "reception-1" not in seen
    assert "clarification-1" not in seen
    assert "gone-1" in seen
