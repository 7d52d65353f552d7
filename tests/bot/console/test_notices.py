"""Notices in the console: one writes, another lets pass, both see what became of each."""

import asyncio
import json
import re
from datetime import timedelta

import pytest
from broadcast_kit import Phones, office_of, phone, runs_of, texters
from console_client import UNITS, Console
from waiting import soon

from bot.console.app import ROUTES
from bot.console.notices import NoticeParts, notices_feature
from channels.base import Capabilities
from channels.messages import Address, Via
from storage.audit import AuditFilter
from storage.broadcast_records import BroadcastState, Counts
from storage.staff import Role
from storage.store import Store

FORM = [
    ("title", "停水通知"),
    ("text", "明日8时至18时东风东街停水，请提前储水。"),
    ("channel", "sms"),
    ("whom", "all"),
]


@pytest.fixture
def phones(tmp_path):
    return Phones(tmp_path / "taken")


@pytest.fixture
async def console(database, vault, clock, passwords, phones):
    store = await Store.open(database, vault)
    await store.units.put(UNITS)
    office = office_of(store, {("sms", "main"): phones}, clock)
    parts = NoticeParts(store=store, office=office, clock=clock, categories=("城乡建设/路灯照明",), sms_fen=5)
    made = Console(store, clock, passwords, features=(notices_feature(parts),))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def editor(console):
    return await console.signed_in("bianji", Role.NOTICE_EDITOR, name="孙丽")


@pytest.fixture
async def approver(console):
    return await console.signed_in("shenpi", Role.NOTICE_APPROVER, name="周涛")


async def written(browser, *changes):
    """Write a draft; give its path."""
    names = {name for name, _ in changes}
    page = await browser.post("/notices", [*(each for each in FORM if each[0] not in names), *changes])
    assert page.status == 200, page.text
    return re.match(r"/console(/notices/\w{32})", page.path)[1], page


async def test_a_notice_from_draft_to_what_became_of_each(console, editor, approver, phones, clock):
    assert (await editor.get("/notices")).says("还没有通知")
    await texters(console.store, range(3))
    one, page = await written(editor)
    assert page.says("现在会发给 3 个收件人（短信 3），0 个不发")
    assert page.says("短信共 3 条，约 0.15 元")
    assert page.says("每人 1 条短信")
    assert '<div class="said">【某市信访局】' in page.text, "as it appears on the phone"
    assert page.says("自己写的不能自己批")
    assert (await editor.post(f"{one}/approve")).status == 403
    assert (await approver.post(f"{one}/start")).status == 403
    assert (await editor.post(f"{one}/start")).says("还没有审批")
    assert (await approver.get("/notices")).says("停水通知")
    assert (await approver.post(f"{one}/approve")).says("已审批通过")
    assert (await editor.post(f"{one}/start")).says("正在登记收件人")
    await _sent(console, one, phones, clock)
    page = await approver.get(one)
    assert page.says("已发完")
    assert page.says("100%")
    listed = await editor.get(f"{one}/recipients?state=sent")
    assert listed.text.count("139****") == 3
    assert phone(1) not in listed.text
    assert (await editor.get(f"{one}/recipients?state=failed")).says("没有这样的收件人")
    exported = await editor.get(f"{one}/export")
    assert exported.text.count("已发出") == 3
    assert phone(1) not in exported.text
    key = one.rpartition("/")[2]
    actions = [line.action for line in await console.store.audit.newest(9, wanted=AuditFilter(target=key))]
    assert actions == ["broadcast.exported", "broadcast.started", "broadcast.approved", "broadcast.written"]


async def _sent(console, one, phones, clock):
    import asyncio

    key, stop = one.rpartition("/")[2], asyncio.Event()
    runs = runs_of(console.store, {("sms", "main"): phones}, clock=clock)
    working = asyncio.create_task(runs.run(stop))

    async def done():
        return (await console.store.broadcasts.get(key)).state is BroadcastState.DONE

    await soon(done, "it is done")
    stop.set()
    await working


async def test_progress_is_told_to_the_script_and_by_loading_anew(console, editor, approver):
    await texters(console.store, range(4))
    one, _ = await written(editor)
    await approver.post(f"{one}/approve")
    await editor.post(f"{one}/start")
    page = await editor.get(one)
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert f'data-progress="/console{one}/progress"' in page.text
    told = (await editor.get(f"{one}/progress")).text
    assert '"state": "running"' in told
    assert (await approver.post(f"{one}/pause")).says("周涛 暂停了发送")
    assert (await editor.post(f"{one}/resume")).says("发送中")
    assert (await editor.post(f"{one}/cancel", {"reason": "改期"})).says("孙丽 取消了：改期")
    assert (await editor.post(f"{one}/resume")).status == 422
    assert "data-confirm" not in (await editor.get(one)).text


async def test_who_watches_one_being_sent_costs_no_count_of_all_recipients(console, editor, approver, monkeypatch):
    await texters(console.store, range(4))
    one, _ = await written(editor)
    await approver.post(f"{one}/approve")
    await editor.post(f"{one}/start")
    kept = Counts(total=9, queued=4, sent=5)
    await console.store.broadcasts.progress(one.rpartition("/")[2], counts=kept, rate=2.0)
    monkeypatch.setattr(console.store.ledger, "counts", None)
    told = json.loads((await editor.get(f"{one}/progress")).text)
    assert (told["total"], told["queued"], told["sent"]) == (9, 4, 5)


async def test_nobody_approves_what_they_wrote_even_with_both_roles(console):
    both = await console.signed_in("liangyang", Role.NOTICE_EDITOR, Role.NOTICE_APPROVER)
    one, page = await written(both)
    assert "/approve" not in page.text
    assert (await both.post(f"{one}/approve")).says("不能审批自己写的通知")
    key = one.rpartition("/")[2]
    assert (await console.store.broadcasts.get(key)).state is BroadcastState.DRAFT


async def test_a_wrong_form_says_what_is_wrong_and_loses_nothing(editor):
    for change, words in (
        (("whom", "some"), "请说明发给谁"),
        (("title", ""), "标题要填"),
        (("channel", ""), "没有"),
        (("text", "长" * 600), "短信内容太长"),
        (("at", "tomorrow"), "发送时间写得不对"),
        (("whom", "list"), "请选择号码名单的文件"),
    ):
        page = await editor.post("/notices", [*(each for each in FORM if each[0] != change[0]), change])
        assert page.status == 422
        assert page.says(words), (change, words)
        if change[0] != "title":
            assert 'value="停水通知"' in page.text
    assert (await editor.get("/notices")).says("还没有通知")


async def test_an_uploaded_list_is_checked_line_by_line(console, editor):
    from aiohttp import FormData

    def form(content):
        made = FormData([*(each for each in FORM if each[0] != "whom"), ("whom", "list")])
        made.add_field("file", content.encode(), filename="名单.csv")
        return made

    wrong = await editor.post("/notices", form("手机号\n13800138000\n1380013\n+86 139 0013 9000\n"))
    assert wrong.status == 422
    assert wrong.says("第 3 行：不是 11 位手机号")
    page = await editor.post("/notices", form("手机号\n13800138000\n138 0013 8000\n+86 139 0013 9000\n"))
    assert page.says("现在会发给 2 个收件人")
    assert page.says("上传的号码名单")


async def test_the_same_words_again_and_a_time(console, editor, approver, clock):
    at = (clock() + timedelta(days=1, hours=8)).strftime("%Y-%m-%dT%H:%M")
    one, page = await written(editor, ("at", at))
    assert page.says("预定 2026年11月24日 10:00")
    again = await editor.get(f"/notices/new?from={one.rpartition('/')[2]}")
    assert 'value="停水通知"' in again.text
    await approver.post(f"{one}/approve")
    assert (await editor.post(f"{one}/start")).says("定于 2026年11月24日 10:00")
    key = one.rpartition("/")[2]
    assert (await console.store.broadcasts.get(key)).state is BroadcastState.SCHEDULED


async def test_an_office_below_tells_its_own_districts_and_sees_its_own_notices(console, editor):
    below = await console.signed_in("kuiwen", Role.NOTICE_EDITOR, unit="kw")
    beside = await console.signed_in("weicheng", Role.NOTICE_EDITOR, unit="wc")
    citywide, _ = await written(editor)
    assert (await below.get(citywide)).status == 404
    assert (await below.post(f"{citywide}/cancel")).status == 404
    assert (await below.post("/notices", FORM)).says("只能通知本区县的人")
    own, _ = await written(below, ("whom", "some"), ("district", "奎文区"))
    assert (await beside.get(own)).status == 404
    assert (await editor.get(own)).status == 200


async def test_every_route_is_shut_to_the_roles_that_may_not(console, editor):
    """The router walked: every route, every role that has nothing to do with notices."""
    one, _ = await written(editor)
    key = one.rpartition("/")[2]
    outside = [role for role in Role if role not in {Role.NOTICE_EDITOR, Role.NOTICE_APPROVER}]
    for role in outside:
        browser = await console.signed_in(f"x-{role.value.replace('_', '-')}", role)
        for route in console.app[ROUTES]:
            if not route.path.startswith("/notices"):
                continue
            path = route.path.replace("{id}", key)
            page = await (browser.get(path) if route.method == "GET" else browser.post(path, FORM))
            assert page.status == 403, (role, route.path, page.status)
    assert (await console.store.broadcasts.get(key)).state is BroadcastState.DRAFT
    assert await console.store.ledger.counts(key) == Counts()


async def test_what_is_written_is_shown_as_it_is_and_never_run(editor):
    evil = "<script>alert(1)</script>{{7*7}}"
    one, page = await written(editor, ("title", evil), ("text", evil))
    for path in (one, "/notices", f"{one}/recipients", f"/notices/new?from={one.rpartition('/')[2]}"):
        assert "<script>alert" not in (await editor.get(path)).text
    assert "{{7*7}}" in page.text


def _key_of(page):
    return re.search(r'name="once" value="(\w{32})"', page.text)[1]


async def test_a_form_that_is_sent_twice_makes_one_notice_and_another_text_makes_another(console, editor):
    key = _key_of(await editor.get("/notices/new"))
    first, _ = await written(editor, ("once", key))
    assert (await written(editor, ("once", key)))[0] == first
    both = await asyncio.gather(*(written(editor, ("once", key), ("title", "停气通知")) for _ in range(2)))
    assert both[0][0] == both[1][0] != first
    assert len((await console.store.broadcasts.list()).items) == 2
    elsewhere = await console.signed_in("bianji2", Role.NOTICE_EDITOR, name="吴迪")
    assert (await written(elsewhere, ("once", key)))[0] not in {first, both[0][0]}


async def test_two_forms_that_say_the_same_make_two_notices_where_that_is_meant(editor):
    keys = [_key_of(await editor.get("/notices/new")) for _ in range(2)]
    assert (await written(editor, ("once", keys[0])))[0] != (await written(editor, ("once", keys[1])))[0]
    assert (await written(editor))[0] != (await written(editor))[0]


class Followers:
    """An official account that may tell many at once, four times a month."""

    capabilities = Capabilities(
        passive=True,
        answer_within=4,
        ways=(Via.CUSTOMER_SERVICE,),
        text_limit=2048,
        notices=frozenset({"broadcast"}),
        mass_monthly=4,
    )

    async def send(self, message):
        raise AssertionError("a dry run sends nothing")

    async def send_to_many(self, text, people, *, key):
        raise AssertionError("a dry run sends nothing")


async def test_a_dry_run_says_how_many_are_told_by_a_mass_message(database, vault, clock, passwords):
    store = await Store.open(database, vault)
    for name in ("oOne", "oTwo", "oThree"):
        address = Address(channel="wechat", account="main", sender=name)
        held = await store.conversations.take(address, token="t", seconds=9, now=clock())
        assert held is not None
        await store.committer.commit([store.conversations.advance(held, state={}, release=True, now=clock())])
    await store.units.put(UNITS)
    office = office_of(store, {("wechat", "main"): Followers()}, clock)
    parts = NoticeParts(store=store, office=office, clock=clock, categories=(), sms_fen=5)
    console = Console(store, clock, passwords, features=(notices_feature(parts),))
    await console.start()
    editor = await console.signed_in("bianji", Role.NOTICE_EDITOR, name="孙丽")
    _, page = await written(editor, ("channel", "wechat"))
    assert page.says("现在会发给 3 个收件人（微信 3），0 个不发")
    assert page.says("其中微信 3 人 48 小时内没来过消息，用群发送达，占公众号本月一次群发")
    await console.stop()


async def test_a_notice_goes_to_those_who_follow_a_topic(console, editor):
    first, second = await texters(console.store, range(2))
    await console.store.database["conversations"].update_one({"_id": first}, {"$set": {"topics": ["供暖"]}})
    page = await editor.get("/notices/new")
    assert page.says("订阅了哪个主题")
    assert page.says("供暖（1 个账号订阅）")
    assert page.says("停水停电（0 个账号订阅）")
    _, page = await written(editor, ("whom", "some"), ("topic", "供暖"))
    assert page.says("订阅了“供暖”通知的人")
    assert page.says("现在会发给 1 个收件人")
    assert first != second
