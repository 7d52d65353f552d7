"""Members, units and the audit log in the console."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from console_client import PASSWORD, Console

from bot.access.members import By, Members
from bot.access.staff_import import MOST_AT_ONCE, ChangedMeanwhile, StaffImport
from bot.access.staff_table import HEADINGS, rows_of
from bot.api.kept_tokens import NOTED_EVERY, KeptTokens
from bot.console.app import ROUTES
from bot.console.people import people_feature
from bot.editing.places import PlaceOffice
from bot.tables import write_csv, write_xlsx
from dialogs.files import DialogFiles
from storage.audit import AuditLine
from storage.staff import Role


@pytest.fixture
async def console(store, clock, passwords):
    members = Members(store=store, passwords=passwords, clock=clock)
    importing = StaffImport(store=store, passwords=passwords, clock=clock)
    places = PlaceOffice(store=store, base=DialogFiles(), clock=clock, look=lambda: None)
    people = people_feature(store=store, members=members, importing=importing, places=places, clock=clock)
    made = Console(store, clock, passwords, features=(people,))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def admin(console):
    return await console.signed_in("guanli", Role.ADMINISTRATOR, name="管理员")


NEW = [("login", "li"), ("name", "李强"), ("unit", "kw"), ("role", "handler"), ("phone", "13800138000")]


async def test_a_member_is_added_with_a_password_shown_once_and_signs_in(console, admin):
    page = await admin.post("/staff", NEW)
    password = re.search(r"<b>([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</b>", page.text)[1]
    listed = await admin.get("/staff")
    assert listed.says("李强")
    assert password not in listed.text
    li = await console.browser()
    assert (await li.sign_in("li", password)).path == "/console/me/password"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("login", "x", "账号应为"),
        ("name", "", "姓名要填"),
        ("unit", "nowhere", "没有单位"),
        ("role", "king", "至少选一个"),
    ],
)
async def test_what_is_wrong_is_named_and_what_was_typed_stays(admin, field, value, sentence):
    form = [(name, value if name == field else given) for name, given in NEW]
    page = await admin.post("/staff", form)
    assert (page.status, page.says(sentence)) == (422, True)
    if field != "name":
        assert 'value="李强"' in page.text


async def test_a_change_of_roles_counts_at_the_next_click(console, admin, store):
    wang = await console.signed_in("wang", Role.OPERATOR)
    assert (await wang.get("/staff")).status == 403
    member = await store.staff.of_login("wang")
    form = [("name", "王芳"), ("unit", "kw"), ("role", "administrator"), ("active", "on")]
    assert (await admin.post(f"/staff/{member.id}", form)).says("wang 已保存")
    assert (await wang.get("/staff")).status == 200
    await admin.post(f"/staff/{member.id}", form[:-1])
    assert "/sign-in" in (await wang.get("/staff")).path


async def test_nobody_shuts_themselves_out(console, admin, store):
    me = await store.staff.of_login("guanli")
    form = [("name", "管理员"), ("unit", "city"), ("role", "operator"), ("active", "on")]
    assert (await admin.post(f"/staff/{me.id}", form)).status == 422
    assert (await admin.post(f"/staff/{me.id}/reset")).says("我的账号")
    assert (await admin.get("/staff")).status == 200


async def test_a_reset_ends_every_session_and_the_old_password(console, admin, store):
    wang = await console.signed_in("wang", Role.OPERATOR)
    member = await store.staff.of_login("wang")
    assert (await admin.post(f"/staff/{member.id}/reset")).says("一次性密码")
    assert "/sign-in" in (await wang.get("/me")).path
    assert (await wang.sign_in("wang", PASSWORD)).status == 403


async def test_units_go_out_and_in_as_a_table_and_wrong_lines_are_named(admin, store):
    table = "单位代码,单位名称,上级代码\nsj,市水利局,city\n"
    assert (await admin.upload("/units", "units.csv", table.encode("gb18030"))).says("现在共 6 个")
    lines = "!,x,city\nxx,某局,nobody\nsj,水利二局,city\n,没有代码,city\n"
    wrong = await admin.upload("/units", "units.csv", (table + lines).encode())
    assert wrong.status == 422
    assert wrong.says("第 3 行：单位代码“!”应为")
    assert wrong.says("第 4 行：没有代码为“nobody”的上级单位")
    assert wrong.says("第 5 行：单位代码“sj”和第 2 行重复")
    assert wrong.says("第 6 行：单位代码没有填")
    ring = await admin.upload("/units", "units.csv", (table + "city,某市信访局,sj\n").encode())
    assert ring.says("成了一个圈")
    assert (await admin.upload("/units", "units.xlsx", b"PK not one")).says("XLSX")
    assert (await admin.get("/units")).says("市水利局")
    assert len(await store.units.tree()) == 6
    told = await admin.upload("/units", "u.csv", "单位代码,单位名称,上级代码,级别\nsws,水务所,kw,0536\n".encode())
    assert told.says("请核对：水务所（sws）的级别“0536”不是常用的")


STAFF = "账号,姓名,单位代码,角色,手机,在岗\n"


async def test_a_table_of_people_is_checked_then_imported_with_passwords_shown_once(console, admin, store):
    table = STAFF + "Li,李强,kw,承办人、督办员,13800138000,\nzhao,赵敏,市城管局,坐席,,是\n"
    assert (await admin.upload("/staff/import", "人员.csv", table.encode(), check="1")).says("将新增 2 人，更新 0 人")
    assert await store.staff.of_login("li") is None
    page = await admin.upload("/staff/import", "人员.csv", table.encode("gb18030"))
    assert page.says("已新增 2 人")
    passwords = re.findall(r"<b>([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</b>", page.text)
    assert len(set(passwords)) == 2
    assert passwords[0] not in (await admin.get("/staff")).text
    li = await store.staff.of_login("li")
    assert (li.unit, li.roles, li.phone, li.active) == ("kw", (Role.HANDLER, Role.SUPERVISOR), "13800138000", True)
    browser = await console.browser()
    assert (await browser.sign_in("li", passwords[0])).path == "/console/me/password"
    log = await admin.get("/audit")
    assert log.says("导入人员表")
    assert log.says("账号：zhao")


async def test_people_imported_again_are_updated_and_keep_password_and_what_the_table_does_not_say(
    console, admin, store
):
    wang = await console.signed_in("wang", Role.OPERATOR)
    before = await store.staff.of_login("wang")
    short = "登录名,姓名,单位,角色\nwang,王方,市城管局,承办人\nguanli,管理员,city,管理员\n"
    page = await admin.upload("/staff/import", "people.csv", short.encode())
    assert page.says("已新增 0 人，更新 1 人，1 人没有变化")
    after = await store.staff.of_login("wang")
    assert (after.name, after.unit, after.roles, after.password) == ("王方", "cg", (Role.HANDLER,), before.password)
    assert (await wang.get("/me")).status == 200
    away = STAFF + "wang,王方,cg,承办人,13900139000,否\n"
    assert (await admin.upload("/staff/import", "people.csv", away.encode())).says("更新 1 人")
    assert "/sign-in" in (await wang.get("/me")).path
    assert (await admin.upload("/staff/import", "people.csv", away.encode())).says("1 人没有变化")


async def test_every_wrong_line_of_people_is_named_and_nobody_is_imported(admin, store):
    lines = "li,李强,kw,承办人,,\nLI,李强,kw,承办人,,\nx,,nowhere,局长,abc,也许\n,赵敏,,,,\nguanli,管理员,city,坐席,,\n"
    page = await admin.upload("/staff/import", "people.csv", (STAFF + lines.replace("guanli", "gl")).encode())
    assert page.status == 422
    for told in (
        "第 3 行：账号“li”和第 2 行重复",
        "第 4 行：“x”不能用",
        "第 4 行：姓名要填",
        "第 4 行：没有单位“nowhere”",
        "第 4 行：没有角色“局长”",
        "第 4 行：手机“abc”不像电话号码",
        "第 4 行：“在岗”应填 是 或 否，不是“也许”",
        "第 5 行：账号没有填",
        "第 5 行：单位代码没有填",
        "第 5 行：角色没有填",
    ):
        assert page.says(told), told
    mine = await admin.upload("/staff/import", "people.csv", (STAFF + "guanli,管理员,city,坐席,,\n").encode())
    assert mine.says("第 2 行：不能停用自己，也不能去掉自己的管理员角色")
    assert (await admin.upload("/staff/import", "people.csv", "姓名\n李强\n".encode())).says("表头）少了：账号")
    assert [member.login for member in await store.staff.all()] == ["guanli"]


async def test_more_people_than_one_table_may_bring_are_refused_before_any_password_is_made(admin, store):
    many = "".join(f"u{number},某某,kw,承办人,,\n" for number in range(MOST_AT_ONCE + 1))
    page = await admin.upload("/staff/import", "people.csv", (STAFF + many).encode())
    assert page.says(f"一次最多新增和更新 {MOST_AT_ONCE} 人")
    assert len(await store.staff.all()) == 1


async def test_who_is_changed_while_the_table_is_read_is_not_overwritten(console, admin, store, clock, passwords):
    await console.member("wang", Role.OPERATOR)
    importing = StaffImport(store=store, passwords=passwords, clock=clock)
    table = STAFF + "wang,王方,cg,承办人,,\nli,李强,kw,承办人,,\n"
    plan = await importing.plan(table.encode(), by=By())
    await store.staff.change(replace(await store.staff.of_login("wang"), name="王芬"))
    with pytest.raises(ChangedMeanwhile):
        await importing.do(plan, by=By())
    assert (await store.staff.of_login("wang")).name == "王芬"
    assert await store.staff.of_login("li") is None, "nothing of it, not a part"


async def test_people_go_out_as_a_table_that_comes_back_without_a_change(admin, store):
    await admin.post("/staff", NEW)
    members = await store.staff.all()
    for content in (
        write_csv(HEADINGS, rows_of(members)),
        write_xlsx(HEADINGS, rows_of(members), title="人员", made_at=datetime(2026, 1, 1, tzinfo=UTC)),
    ):
        assert (await admin.upload("/staff/import", "t", content)).says("更新 0 人，2 人没有变化")
    assert (await admin.get("/staff/export")).status == 200
    assert (await admin.get("/audit")).says("导出人员表")


PLACES = "区县,街道或镇,地名\n"


async def test_a_table_of_places_is_checked_imported_and_stands_in_place_of_the_file(admin, store):
    table = PLACES + "奎文区,东关街道,新城枫景\n奎文区,东关街道,四平路\n坊子区,石埠子镇,\n坊子区,,王家庄\n"
    assert (await admin.get("/units/places")).says("还没有地名")
    assert (await admin.upload("/units/places", "t.csv", table.encode(), check="1")).says("没有问题，共 4 行")
    assert await store.places.number() == 0
    page = await admin.upload("/units/places", "t.csv", table.encode("gb18030"))
    assert page.says("已导入 4 行地名")
    assert page.says("奎文区 1 个街道、镇 2 个地名")
    assert page.says("没有单位负责的区县：坊子区"), "the unit of 奎文区 is there"
    assert (await admin.get("/units/places/export")).status == 200
    assert (await admin.get("/audit")).says("导入地名表")
    assert (await admin.post("/units/places/drop")).says("还没有地名")


async def test_every_wrong_line_of_places_is_named_and_nothing_is_imported(admin, store):
    lines = "奎文区,东关街道,新城枫景\n,东关街道,四平路\n奎文区,,\n奎文区,东关街道,新城枫景\n奎文区,甲、乙,丙\n"
    page = await admin.upload("/units/places", "t.csv", (PLACES + lines).encode())
    assert page.status == 422
    for told in (
        "第 3 行：区县没有填",
        "第 4 行：街道或镇、地名至少填一个",
        "第 5 行：“奎文区东关街道新城枫景”和第 2 行重复",
        "第 6 行：街道或镇“甲、乙”应为 2 到 30 个字，一格只写一个",
        "第 6 行：地名“丙”应为",
    ):
        assert page.says(told), told
    assert await store.places.number() == 0


async def test_the_audit_log_tells_who_did_what_and_whether_it_is_whole(console, admin, database):
    await admin.post("/staff", NEW)
    page = await admin.get("/audit")
    assert page.says("添加人员")
    assert page.says("账号：li")
    assert page.says("操作记录完好"), "a short log is checked as it is opened"
    assert (await admin.post("/audit/check")).says("操作记录完好")
    await database["audit"].update_one({"_id": 2}, {"$set": {"actor": "somebody"}})
    assert (await admin.post("/audit/check")).says("第 2 条被改过")


async def test_only_administrators_come_in(console):
    for role in set(Role) - {Role.ADMINISTRATOR}:
        browser = await console.signed_in(role.value.replace("_", "-"), role)
        for route in console.app[ROUTES]:
            if route.needs is None:
                continue
            path = route.path.replace("{id}", "1")
            page = await (browser.get(path) if route.method == "GET" else browser.post(path))
            assert page.status == 403, (role, route.path)


async def test_a_page_that_is_another_roles_names_the_role_and_keeps_the_menu(console):
    wang = await console.signed_in("wang", Role.OPERATOR)
    refused = await wang.get("/staff")
    assert refused.says("看这个页面的是：管理员。您的角色是：坐席。")
    assert 'href="/console/me"' in refused.text
    assert (await wang.post("/audit/check")).says("做这一步的是：管理员。")


async def test_a_token_is_given_once_listed_with_its_last_use_and_taken_back(console, admin, store, clock):
    page = await admin.post("/tokens", {"name": "12345平台", "role": "operator", "unit": "city"})
    secret = re.search(r'id="secret" value="([\w-]{40,})"', page.text)[1]
    listed = await admin.get("/tokens")
    assert listed.says("12345平台 坐席 某市信访局")
    assert listed.says("没有用过")
    assert secret not in listed.text
    book = KeptTokens(store, {}, clock)
    assert (await book.caller(secret)).name == "12345平台"
    assert not (await admin.get("/tokens")).says("没有用过")
    [token] = await store.tokens.all()
    assert token.used_at == clock.now
    clock.now += NOTED_EVERY
    await book.caller(secret)
    assert (await store.tokens.all())[0].used_at == clock.now
    assert (await admin.post("/tokens/end", {"name": "12345平台"})).says("已收回，马上失效")
    assert await book.caller(secret) is None
    again = await admin.post("/tokens/end", {"name": "12345平台"})
    assert (again.status, again.says("没有在用的令牌")) == (422, True)
    told = await admin.get("/audit")
    assert told.says("给出接口令牌")
    assert told.says("收回接口令牌")
    assert secret not in told.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "名称要有"),
        ("role", "", "请选角色"),
        ("role", "discipline", "角色要选"),
        ("unit", "nowhere", "没有单位"),
    ],
)
async def test_what_is_wrong_with_a_token_is_named(admin, store, field, value, sentence):
    form = {"name": "平台", "role": "handler", "unit": "kw"} | {field: value}
    page = await admin.post("/tokens", form)
    assert (page.status, page.says(sentence)) == (422, True)
    assert list(await store.tokens.all()) == []


async def test_the_log_names_people_units_and_roles_and_is_narrowed(console, admin, store, clock):
    await admin.post("/staff", NEW)
    li, me = await store.staff.of_login("li"), await store.staff.of_login("guanli")
    for at, number, actor in ((1, "WF261123000017", li), (2, "WF261123000025", me)):
        await store.audit.add(
            AuditLine(
                at=clock.now + timedelta(days=at),
                actor=actor.id,
                name=actor.name,
                action="case.revealed",
                target=number,
                details={"reason": "电话核实"},
            )
        )
    page = await admin.get("/audit")
    assert page.says("李强（li）")
    assert page.says("单位：奎文区信访局；角色：承办人")
    assert f'<span title="{li.id}">' in page.text
    assert li.id not in re.sub(r"<[^>]*>", "", page.text), "an id is read where one points at the name"
    for query, seen, unseen in (
        (f"who={li.id}", "WF261123000017", "WF261123000025"),
        ("case=wf-2611-2300-0025", "WF261123000025", "WF261123000017"),
        ("kind=seen", "WF261123000025", "单位：奎文区信访局"),
        ("kind=people", "单位：奎文区信访局", "WF261123000025"),
        ("day=2026-11-24", "WF261123000017", "WF261123000025"),
        ("day=2026-11-25", "WF261123000025", "WF261123000017"),
        ("day=2026-11-25&kind=people", "没有符合条件的记录", "WF261123000025"),
    ):
        page = await admin.get(f"/audit?{query}")
        assert page.says(seen), query
        assert not page.says(unseen), query
    assert (await admin.get("/audit?day=never&kind=none&before=x")).says("WF261123000025")
