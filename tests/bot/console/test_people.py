"""Members, units and the audit log in the console."""

import re
from datetime import timedelta

import pytest
from console_client import PASSWORD, Console

from bot.access.members import Members
from bot.api.kept_tokens import NOTED_EVERY, KeptTokens
from bot.console.app import ROUTES
from bot.console.people import people_feature
from storage.audit import AuditLine
from storage.staff import Role


@pytest.fixture
async def console(store, clock, passwords):
    members = Members(store=store, passwords=passwords, clock=clock)
    made = Console(store, clock, passwords, features=(people_feature(store=store, members=members, clock=clock),))
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
