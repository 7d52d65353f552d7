"""The cases in the console: what each role sees and does, from outside, as a browser without script."""

import re
from datetime import timedelta

import pytest
from console_client import Console

from bot.casework.service import Casework, Draft
from bot.casework.staffwork import StaffWork
from bot.chance import SecureChance
from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rules import Rules
from bot.console.app import ROUTES
from bot.console.cases import CaseParts, cases_feature
from storage.cases import Actor, ActorKind, CaseState, Filer
from storage.staff import Role
from storage.store import Store

RESIDENT = Actor(kind=ActorKind.RESIDENT)


class Office:
    """A console with cases, and somebody at the other end who files them."""

    def __init__(self, console: Console, casework: Casework, store: Store) -> None:
        self.console = console
        self.casework = casework
        self.store = store
        self._filed = 0

    async def file(self, **facts) -> str:
        self._filed += 1
        draft = {
            "content": "东风东街幸福里小区门口的路灯坏了一个多月，请打 13800138000 联系我。",
            "title": "幸福里小区门口路灯不亮",
            "category": "城乡建设/路灯照明",
            "district": "奎文区",
            "filer": Filer(name="张三丰", phone="13800138000"),
        }
        made = await self.casework.create(Draft(**(draft | facts)), actor=RESIDENT, key=f"k{self._filed}")
        return made.case.number

    async def case(self, number):
        return await self.store.cases.get(number)

    async def signed_in(self, login, *roles, unit="city"):
        return await self.console.signed_in(login, *roles, unit=unit)


@pytest.fixture
async def office(database, vault, clock, passwords):
    from console_client import UNITS

    setter = ClockSetter(calendar=WorkCalendar(), rules=Rules)
    store = await Store.open(database, vault, clockwork=setter)
    await store.units.put(UNITS)

    async def kick(_ids):
        return None

    casework = Casework(store=store, clock=clock, chance=SecureChance(), office="某市信访局", kick=kick)
    parts = CaseParts(
        store=store,
        casework=casework,
        staffwork=StaffWork(store=store, clock=clock, clocks=setter, kick=kick),
        clock=clock,
        categories=("城乡建设/路灯照明", "市容环境/暴露垃圾"),
    )
    console = Console(store, clock, passwords, features=(cases_feature(parts),))
    await console.start()
    yield Office(console, casework, store)
    await console.stop()


async def test_a_case_goes_from_filing_to_its_end_through_the_hands_of_four(office):
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    handler = await office.signed_in("chengban", Role.HANDLER, unit="cg")
    leader = await office.signed_in("lingdao", Role.LEADER)
    supervisor = await office.signed_in("duban", Role.SUPERVISOR)
    one = f"/cases/{number}"

    assert (await handler.get(one)).status == 404
    assert (await operator.get("/cases")).says(number)
    assert (await operator.post(f"{one}/accept", {"note": "我们尽快办"})).says("已受理")
    assert (await operator.post(f"{one}/assign", [("lead", "cg"), ("assist", "kw"), ("note", "请速办")])).says(
        "已转办市城管局"
    )
    assert (await office.case(number)).state is CaseState.ASSIGNED

    page = await handler.get(one)
    assert page.says("提交拟答复")
    assert not page.says("审核并发出答复")
    assert not page.says("回复督办")
    await leader.post(f"{one}/instruct", {"words": "请城管局三日内办结"})
    await supervisor.post(f"{one}/press", {"words": "请报进展"})
    page = await handler.get(one)
    assert page.says("领导批示： 请城管局三日内办结")
    assert page.says("督办，请回复： 请报进展")
    await handler.post(f"{one}/opinion", {"words": "先查电缆"})
    await handler.post(f"{one}/progress", {"note": "已到现场", "public": "on"})
    assert not (await handler.post(f"{one}/press-answer", {"words": "明日完工"})).says("督办，请回复")
    assert (await handler.post(f"{one}/draft", {"words": "路灯修好了"})).says("等待审核")
    assert (await handler.post(f"{one}/answer", {"answer": "路灯修好了"})).status == 403

    asked = await operator.post(f"{one}/answer", {"answer": "我们会尽快处理"})
    assert asked.says("来信人多半不会满意")
    assert asked.says("写明具体日期")
    assert (await office.case(number)).state is CaseState.IN_PROGRESS
    answer = "您反映的路灯3月5日已换好电缆恢复照明，如仍有问题请打市城管局照明科电话0536-8000000。"
    assert (await operator.post(f"{one}/answer", {"answer": answer})).says("答复已发出")
    assert (await operator.post(f"{one}/close")).says("已办结")
    timeline = await office.store.cases.timeline(number)
    assert [entry.kind.value for entry in timeline] == [
        "filed", "moved", "units", "moved", "instructed", "pressed", "opinion", "moved", "press_answered", "drafted",
        "moved", "moved",
    ]  # fmt: skip
    assert {entry.actor.name for entry in timeline if entry.kind.value == "drafted"} == {"市城管局 王芳"}


async def test_a_unit_sees_its_own_and_what_is_below_and_nothing_beside(office):
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{number}/accept")
    await operator.post(f"/cases/{number}/assign", {"lead": "kw-dg"})
    for unit, sees in (("kw-dg", True), ("kw", True), ("city", True), ("wc", False), ("cg", False)):
        browser = await office.signed_in(f"in-{unit}", Role.HANDLER, unit=unit)
        assert (await browser.get("/cases")).says(number) is sees
        assert (await browser.get(f"/cases/{number}")).status == (200 if sees else 404)
        assert (await browser.get(f"/cases/{number}/print")).status == (200 if sees else 404)
    assert (await operator.get("/cases/WF260101000013")).status == 404


async def test_names_and_phones_are_shown_for_a_reason_that_is_kept(office):
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    page = await operator.get(f"/cases/{number}")
    assert "张三丰" not in page.text
    assert "13800138000" not in page.text
    assert page.says("138****8000")
    without = await operator.post(f"/cases/{number}/reveal", {"reason": " "})
    assert without.status == 422
    assert "13800138000" not in without.text
    shown = await operator.post(f"/cases/{number}/reveal", {"reason": "核实地点"})
    assert "张三丰" in shown.text
    assert "13800138000" in shown.text
    assert "13800138000" not in (await operator.get(f"/cases/{number}")).text
    [line, *_] = await office.store.audit.newest(1)
    assert (line.action, line.target, line.name, line.details) == (
        "case.revealed", number, "王芳", {"reason": "核实地点"},
    )  # fmt: skip


async def test_of_a_confidential_case_the_unit_never_learns_who_filed_it(office):
    number = await office.file(confidential=True)
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{number}/accept")
    await operator.post(f"/cases/{number}/assign", {"lead": "cg"})
    handler = await office.signed_in("chengban", Role.HANDLER, unit="cg")
    page = await handler.get(f"/cases/{number}")
    assert page.says("要求保密")
    assert (await handler.post(f"/cases/{number}/reveal", {"reason": "想知道"})).status == 403
    assert "张三丰" in (await operator.post(f"/cases/{number}/reveal", {"reason": "核实"})).text


async def test_an_accusation_is_seen_by_the_discipline_role_alone(office):
    number = await office.file(accusation=True, title="举报某局长")
    for login, roles in (
        ("zuoxi", (Role.OPERATOR,)),
        ("duban", (Role.SUPERVISOR,)),
        ("lingdao", (Role.LEADER,)),
        ("admin", (Role.ADMINISTRATOR,)),
    ):
        browser = await office.signed_in(login, *roles)
        assert (await browser.get(f"/cases/{number}")).status in {403, 404}
        assert (await browser.get("/accusations")).status == 403
        assert not (await browser.get("/cases")).says(number)
        assert (await browser.post(f"/cases/{number}/accept")).status in {403, 404}
        assert number not in (await browser.get("/cases/export?as=csv")).text
    discipline = await office.signed_in("jijian", Role.DISCIPLINE)
    assert (await discipline.get("/accusations")).says(number)
    assert (await discipline.get(f"/cases/{number}")).says("不得将检举材料转给")
    assert (await discipline.post(f"/cases/{number}/accept")).says("已受理")
    assert (await discipline.get("/cases")).status == 403


async def test_nobody_is_refused_without_a_ground_and_an_address(office):
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    form = {"ground": "not_ours", "words": "不属于本机关职责范围", "elsewhere": ""}
    wrong = await operator.post(f"/cases/{number}/refuse", form)
    assert (wrong.status, wrong.says("可以向哪里提出")) == (422, True)
    assert (await operator.post(f"/cases/{number}/refuse", form | {"ground": "no such"})).status == 422
    await operator.post(f"/cases/{number}/refuse", form | {"elsewhere": "市供电公司 95598"})
    case = await office.case(number)
    assert case.state is CaseState.REFUSED
    assert "95598" in (await office.store.cases.timeline(number))[-1].note


async def test_what_is_late_stands_in_the_list_of_what_is_late(office, clock):
    number, fresh = await office.file(), None
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    clock.now += timedelta(days=20)
    await operator.sign_in("zuoxi")
    fresh = await office.file()
    page = await operator.get("/cases?light=red")
    assert page.says(number)
    assert not page.says(fresh)
    assert 'class="light red"' in page.text


async def test_a_phone_or_a_number_finds_its_cases(office):
    number, other = await office.file(), await office.file(filer=Filer(name="李四", phone="13900139000"))
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    for sought in ("138 0013 8000", "+8613800138000", number, number[:8] + "-" + number[8:]):
        page = await operator.get(f"/cases?q={sought.replace('+', '%2B').replace(' ', '+')}")
        assert page.says(number), sought
        assert not page.says(other), sought


async def test_several_are_assigned_at_once_and_what_cannot_be_is_counted(office):
    first, second, unaccepted = [await office.file() for _ in range(3)]
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    for number in (first, second):
        await operator.post(f"/cases/{number}/accept")
    chosen = [("number", number) for number in (first, second, unaccepted)]
    asked = await operator.post("/cases/assign", [*chosen, ("back", "state=all&q=13800138000&other=x")])
    assert asked.says("请先勾选诉求，再选主办单位")
    assert asked.path.startswith("/console/cases?state=all&s="), "the list as it was, without a phone in its address"
    page = await operator.post("/cases/assign", [*chosen, ("lead", "cg"), ("back", "state=accepted")])
    assert page.path == "/console/cases?state=accepted"
    assert page.says("2 件已转办市城管局，1 件的状态不能转办")
    assert (await office.case(unaccepted)).state is CaseState.SUBMITTED


async def test_the_register_goes_out_as_texts_and_is_audited(office):
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    page = await operator.get("/cases/export?as=csv")
    assert number in page.text
    assert "13800138000" not in page.text
    assert "138****8000" in page.text
    [line] = await office.store.audit.newest(1)
    assert (line.action, line.details["count"]) == ("cases.exported", 1)


async def test_an_extension_is_asked_by_the_unit_and_granted_by_the_supervisor(office):
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{number}/accept")
    await operator.post(f"/cases/{number}/assign", {"lead": "cg"})
    handler = await office.signed_in("chengban", Role.HANDLER, unit="cg")
    supervisor = await office.signed_in("duban", Role.SUPERVISOR)
    assert (await handler.post(f"/cases/{number}/extend", {"days": "10", "words": "x"})).status == 403
    assert (await handler.post(f"/cases/{number}/ask-extension", {"days": "10", "words": "要开挖"})).says("等待审批")
    refused = await supervisor.post(f"/cases/{number}/refuse-extension", {"words": "先做临时照明"})
    assert refused.says("已退回延期申请")
    assert not refused.says("等您审批延期")
    assert (await handler.post(f"/cases/{number}/refuse-extension", {"words": "x"})).status == 403
    assert (await handler.get(f"/cases/{number}")).says("延期没有批准")
    await handler.post(f"/cases/{number}/ask-extension", {"days": "10", "words": "要开挖"})
    asked = await supervisor.get(f"/cases/{number}")
    assert asked.says("等您审批延期： 申请延长 10 日：要开挖")
    assert re.search(r'name="days"[^>]*value="10"', asked.text)
    assert ">要开挖</textarea>" in asked.text
    wrong = await supervisor.post(f"/cases/{number}/extend", {"days": "31", "words": "要开挖"})
    assert wrong.says("延期天数应为 1 到 30")
    granted = await supervisor.post(f"/cases/{number}/extend", {"days": "10", "words": "要开挖", "stage": "close"})
    assert granted.says("已批准延期")
    assert not granted.says("等您审批延期")
    assert (await office.case(number)).clocks[-1].extension.amount == 10


async def test_a_correction_that_changes_nothing_masked_keeps_the_words(office):
    number = await office.file(place="幸福里3号楼张三丰家门口")
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    page = await operator.get(f"/cases/{number}")
    place = re.search(r'name="place"[^>]*value="([^"]*)"', page.text)[1]
    assert "张三丰" not in place
    form = {
        "title": "路灯不亮",
        "type": "投诉",
        "category": "",
        "district": "奎文区",
        "place": place,
        "urgency": "urgent",
    }
    assert (await operator.post(f"/cases/{number}/correct", form)).says("已更正")
    case = await office.case(number)
    assert (case.place, case.title, case.urgency) == ("幸福里3号楼张三丰家门口", "路灯不亮", "urgent")
    assert (await operator.post(f"/cases/{number}/correct", form | {"urgency": "x"})).status == 422


async def test_every_route_is_shut_to_the_roles_that_may_not_and_to_other_units(office):
    """The router walked: every route, every role, a case of another unit."""
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{number}/accept")
    await operator.post(f"/cases/{number}/assign", {"lead": "cg"})
    before = await office.case(number)
    for role in Role:
        browser = await office.signed_in(f"x-{role.value.replace('_', '-')}", role, unit="wc")
        for route in office.console.app[ROUTES]:
            if "{number}" not in route.path:
                continue
            path = route.path.replace("{number}", number).replace("{id}", "1")
            page = await (browser.get(path) if route.method == "GET" else browser.post(path, {"reason": "x"}))
            assert page.status in {403, 404}, (role, route.path, page.status)
    assert await office.case(number) == before


async def test_what_residents_wrote_is_never_run(office):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{7*7}}'
    number = await office.file(title=evil, content=evil, place=evil, filer=Filer(name=evil[:30], phone=evil[:20]))
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    for path in ("/cases", f"/cases/{number}", f"/cases/{number}/print"):
        text = (await operator.get(path)).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "49" not in re.findall(r"onerror=alert\(1\)&gt;(\S{2})", text)


async def test_the_page_says_until_when_a_unit_may_give_a_case_back_and_then_what_to_do(office, clock):
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{number}/accept")
    await operator.post(f"/cases/{number}/assign", {"lead": "cg"})
    handler = await office.signed_in("chengban", Role.HANDLER, unit="cg")
    page = await handler.get(f"/cases/{number}")
    assert page.says("交办后 2 个工作日内可以退回，最迟 2026年11月25日。")
    assert f"/cases/{number}/return" in page.text
    clock.now += timedelta(days=3)
    handler = await office.signed_in("chengban2", Role.HANDLER, unit="cg")
    page = await handler.get(f"/cases/{number}")
    assert page.says("不能再退回；确实不该本单位办的，请联系信访部门调整承办单位")
    assert f"/cases/{number}/return" not in page.text
    late = await handler.post(f"/cases/{number}/return", {"words": "应由东关街道办理"})
    assert late.says("最迟 2026年11月25日 退回，已经过了")


async def test_a_case_that_was_given_back_says_so_until_it_is_assigned_anew(office):
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{number}/accept")
    await operator.post(f"/cases/{number}/assign", {"lead": "cg"})
    handler = await office.signed_in("chengban", Role.HANDLER, unit="cg")
    await handler.post(f"/cases/{number}/return", {"words": "应由东关街道办理"})
    page = await operator.get(f"/cases/{number}")
    assert page.says("承办单位退回了，请重新转办： 市城管局：应由东关街道办理")
    assert "<details open><summary>调整承办单位" in page.text
    assert 'value="cg" selected' not in page.text, "not back to who gave it back by a careless click"
    assert not (await operator.post(f"/cases/{number}/assign", {"lead": "kw-dg"})).says("承办单位退回了")


async def test_a_unit_that_gave_it_back_stands_nowhere_as_the_one_that_has_it(office):
    """The list and the register named both; the filer was left with the wrong one, the answer without its draft."""
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{number}/accept")
    await operator.post(f"/cases/{number}/assign", {"lead": "cg"})
    handler = await office.signed_in("chengban", Role.HANDLER, unit="cg")
    await handler.post(f"/cases/{number}/return", {"words": "应由东关街道办理"})
    key = "0123456789abcdef0123456789abcdef"
    again = await operator.post(f"/cases/{number}/assign", {"lead": "kw-dg", "once": key})
    assert again.says("已转办东关街道")
    listed = await operator.get("/cases?state=all")
    assert listed.says("东关街道")
    assert not re.search("<td[^>]*>[^<]*市城管局", listed.text)
    assert "市城管局" not in (await operator.get("/cases/export?as=csv&state=all")).text
    [told] = [each for each in await office.store.cases.timeline(number) if each.public and "改为" in each.note]
    assert told.note == "承办单位改为：东关街道"
    other = await office.signed_in("jiedao", Role.HANDLER, unit="kw-dg")
    await other.post(f"/cases/{number}/draft", {"words": "路灯今天下午已经修好，可以打电话问刘工。"})
    page = await operator.get(f"/cases/{number}")
    assert "路灯今天下午已经修好，可以打电话问刘工。</textarea>" in page.text


async def test_another_note_for_the_same_unit_is_no_news_for_the_filer(office):
    number = await office.file()
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{number}/accept")
    for assist in ("kw", "kw-dg"):
        await operator.post(f"/cases/{number}/assign", {"lead": "cg", "assist": assist})
    assert not [each for each in await office.store.cases.timeline(number) if each.public and "改为" in each.note]


async def test_what_the_demo_filed_is_said_to_come_from_the_demo(office):
    number = await office.file()
    await office.casework.note(number, actor=Actor(kind=ActorKind.STAFF, name="demo"), note="已登记")
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    page = await operator.get(f"/cases/{number}")
    assert page.says("演示系统")
    assert not page.says("demo")


async def test_links_to_the_residents_page_are_made_void_with_a_reason(office):
    number = await office.file()
    zuoxi = await office.signed_in("lianjie", Role.OPERATOR)
    page = await zuoxi.post(f"/cases/{number}/take-links-back", {"reason": ""})
    assert (page.status, page.says("请写明作废链接的原因")) == (422, True)
    assert (await office.case(number)).links_taken_back == 0
    page = await zuoxi.post(f"/cases/{number}/take-links-back", {"reason": "来信人手机丢了"})
    assert page.says("作废网页链接：来信人手机丢了")
    assert (await office.case(number)).links_taken_back == 1
    handler = await office.signed_in("qita", Role.HANDLER, unit="cg")
    assert (await handler.post(f"/cases/{number}/take-links-back", {"reason": "x"})).status == 403


async def test_the_printed_sheet_tells_no_date_while_the_clock_is_stopped(office):
    number = await office.file()
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{number}/ask", {"note": "请补充楼号"})
    page = await operator.get(f"/cases/{number}/print")
    assert page.says("15日，暂停计时")
    assert not page.says("，，")
