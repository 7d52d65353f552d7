"""The desk: what waits for whom, of the cases they see and of what colleagues wrote."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from case_office import open_case_office
from edit_lines import edit_line

from bot.console.figures import figures_feature
from storage.broadcast_records import Broadcast, BroadcastState, Segment
from storage.edits import Edit, EditAct, EditKind
from storage.figures import Figures
from storage.staff import Role

NOTHING = "现在没有等您办的"


@pytest.fixture
async def office(database, vault, clock, passwords):
    def further(store):
        return (figures_feature(store=store, figures=Figures(store.database), clock=clock),)

    async with open_case_office(database, vault, clock, passwords, further=further) as made:
        signed_in = made.console.signed_in
        people = {
            "zuoxi": await signed_in("zuoxi", Role.OPERATOR),
            "cg": await signed_in("chengban", Role.HANDLER, unit="cg", name="李强"),
            "kw": await signed_in("kuiwen", Role.HANDLER, unit="kw", name="赵敏"),
            "duban": await signed_in("duban", Role.SUPERVISOR, name="陈静"),
        }
        yield SimpleNamespace(store=made.store, file=made.file, console=made.console, **people)


async def act(browser, number: str, step: str, **form: str) -> None:
    page = await browser.post(f"/cases/{number}/{step}", form)
    assert page.status == 200, page.text
    assert "problem" not in page.text


def tile(page, label: str) -> int:
    return int(re.search(rf"<b>(\d+)\+?</b>\s*{label}<", page.text)[1])


async def waits(browser, label: str) -> bool:
    return (await browser.get("/desk")).says(label)


async def test_each_step_of_a_case_stands_on_the_desk_of_whoever_takes_the_next(office):
    assert await waits(office.zuoxi, NOTHING)
    number = await office.file()
    await act(office.zuoxi, number, "accept")
    await act(office.zuoxi, number, "assign", lead="kw")
    await act(office.kw, number, "return", words="不归我们管，应由城管局办理")
    assert await waits(office.zuoxi, "退回要重新转办（1）")
    assert number in (await office.zuoxi.get("/cases?waits=returned")).text
    assert await waits(office.kw, NOTHING)

    await act(office.zuoxi, number, "assign", lead="cg")
    assert await waits(office.zuoxi, NOTHING)
    await act(office.cg, number, "draft", words="已修好，联系人李强 0536-8000001。")
    assert await waits(office.zuoxi, "拟答复待审核（1）")
    await act(office.zuoxi, number, "send-back", unit="cg", words="写明哪天修好的")
    assert await waits(office.cg, "要修改或重新办理（1）")
    await act(office.cg, number, "ask-extension", days="5", words="等电缆到货")
    assert await waits(office.duban, "延期待审批（1）")
    await act(office.duban, number, "refuse-extension", words="按期办")
    assert not await waits(office.duban, "延期待审批（1）")
    await act(office.duban, number, "press", words="请三日内办结")
    assert await waits(office.cg, "督办待回复（1）")
    await act(office.cg, number, "press-answer", words="今天修好")
    await act(office.cg, number, "draft", words="11月23日修好，联系人李强 0536-8000001。")
    assert await waits(office.cg, NOTHING)

    await act(office.zuoxi, number, "answer", answer="11月23日修好，联系人李强 0536-8000001。", sure="on")
    assert await waits(office.zuoxi, NOTHING)
    await act(office.zuoxi, number, "reopen", note="来信人说还是不亮")
    assert await waits(office.cg, "要修改或重新办理（1）"), "what is handled again is the unit's to answer anew"
    assert await waits(office.zuoxi, NOTHING)


async def test_who_approves_finds_what_colleagues_wrote_and_nothing_else(office, clock):
    shenpi = await office.console.signed_in("shenpi", Role.NOTICE_APPROVER, name="周涛")
    page = await shenpi.get("/")
    assert page.path == "/console/desk"
    assert page.says("没有等您审批的")
    assert not page.says("已超期")
    own = await office.store.staff.of_login("shenpi")
    for number, author in enumerate(("m1", own.id)):
        await office.store.broadcasts.add(_notice(f"b{number}", author, clock.now))
    await office.store.broadcasts.add(_notice("b9", "m1", clock.now - timedelta(days=90)))
    edit = Edit(
        kind=EditKind.ANSWER,
        key="k1",
        number=0,
        act=EditAct.SET,
        content={"question": "停水怎么办"},
        author="m1",
        author_name="孙丽",
        made_at=clock.now,
    )
    await office.store.edits.propose(edit, edit_line)
    page = await shenpi.get("/desk")
    assert page.says("停水怎么办")
    assert "/console/notices/b0" in page.text
    assert "/console/notices/b1" not in page.text, "nobody passes their own"
    assert "/console/notices/b9" not in page.text
    assert await waits(office.duban, "停水怎么办")
    assert not await waits(office.zuoxi, "停水怎么办")


def _notice(key: str, author: str, at) -> Broadcast:
    return Broadcast(
        id=key,
        state=BroadcastState.DRAFT,
        title="停水通知",
        text="明日停水",
        channels=("sms",),
        segment=Segment(),
        authors=(author,),
        author_name="孙丽",
        unit="city",
        created_at=at,
    )


async def test_each_unit_is_told_what_it_has_to_do_and_by_when(office, clock):
    number = await office.file()
    await act(office.zuoxi, number, "accept")
    await act(office.zuoxi, number, "assign", lead="cg", assist="kw", note="请到现场看")
    await act(office.zuoxi, number, "charge", unit="kw", note="请查物业合同，问 13800138000", until="2026-11-26")
    page = await office.kw.get(f"/cases/{number}")
    assert page.says("交办：请查物业合同，问 138****8000")
    assert page.says("限 2026年11月26日 前回复")
    assert page.says("交办：请到现场看"), "the other unit's stays as it was"
    assert not page.says("交办说明和期限 要这个单位"), "units do not set their own"
    await act(office.zuoxi, number, "charge", unit="kw", note="请查物业合同，问 138****8000", until="2026-11-27")
    [lead, assist] = (await office.store.cases.get(number)).assignments
    assert (lead.due_at, assist.note) == (None, "请查物业合同，问 13800138000"), "what was masked is kept"
    clock.now += timedelta(days=5)
    await office.kw.sign_in("kuiwen")
    await office.zuoxi.sign_in("zuoxi")
    assert (await office.kw.get(f"/cases/{number}")).says("已超期 限 2026年11月27日 前回复")
    late = await office.zuoxi.post(f"/cases/{number}/charge", {"unit": "kw", "note": "", "until": "2026-11-01"})
    assert (late.status, late.says("期限应在今天以后")) == (422, True)
    assert (await office.kw.post(f"/cases/{number}/charge", {"unit": "kw", "note": "x"})).status == 403


async def test_what_a_unit_should_have_answered_by_a_day_of_its_own_is_counted_as_late_on_its_desk(office, clock):
    number = await office.file()
    await act(office.zuoxi, number, "accept")
    await act(office.zuoxi, number, "assign", lead="cg", assist="kw", note="请到现场看")
    await act(office.zuoxi, number, "charge", unit="kw", note="请查物业合同", until="2026-11-24")
    clock.now += timedelta(days=2)
    for browser, login in ((office.kw, "kuiwen"), (office.cg, "chengban"), (office.zuoxi, "zuoxi")):
        await browser.sign_in(login)
    assert tile(await office.kw.get("/desk"), "已超期") == 1
    assert number in (await office.kw.get("/cases?light=red")).text
    for browser in (office.cg, office.zuoxi):
        assert tile(await browser.get("/desk"), "已超期") == 0, "it is not theirs"
        assert number not in (await browser.get("/cases?light=red")).text
    await act(office.kw, number, "draft", words="物业合同里没有约定，联系人赵敏 0536-8000002。")
    assert tile(await office.kw.get("/desk"), "已超期") == 0
    assert number not in (await office.kw.get("/cases?light=red")).text


async def test_who_assigns_is_shown_first_which_units_answer_for_it(office):
    number = await office.file(category="市容环境/暴露垃圾", district="奎文区")
    await act(office.zuoxi, number, "accept")
    page = await office.zuoxi.get(f"/cases/{number}")
    group = re.search(r'<optgroup label="按类别和区县可能负责的">(.*?)</optgroup>', page.text)
    assert re.findall(r'value="(\w+)"', group[1]) == ["cg", "kw"]
    await act(office.zuoxi, number, "assign", lead="cg")
    assert (await office.store.cases.get(number)).assignments[0].unit_id == "cg"
