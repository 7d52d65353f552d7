"""Clarifications and reception days in the console, and on the page for everybody."""

import asyncio
import re
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from broadcast_kit import Phones, office_of
from console_client import Console

from bot.console.app import ROUTES
from bot.console.notices import NoticeParts, notices_feature
from bot.console.publications import PublicationParts, publications_feature
from bot.public import PublicParts, make_public_pages
from bot.publishing.desk import ReceptionDesk
from bot.publishing.office import PublicationOffice
from bot.publishing.telling import Teller
from storage.publication_records import BookingState
from storage.staff import Role

SAID = {
    "question": "自来水要停三天，是真的吗？",
    "answer": "不属实。只在11月24日夜间检修4小时。",
    "source": "市水务局",
    "day": "2026-11-23",
    "until": "2026-11-30",
}
DAY = {
    "leader": "李明",
    "post": "副市长",
    "matters": "城建、交通",
    "place": "市信访局一楼接待大厅",
    "day": "2026-11-26",
    "begins": "09:00",
    "ends": "11:30",
    "places": "2",
}
KEY = re.compile(r"/console(/(?:clarifications|receptions)/\w{32})")


@pytest.fixture
async def console(store, clock, passwords, tmp_path):
    phones = SimpleNamespace(capabilities=Phones(tmp_path / "taken").capabilities)
    channels: Any = {("sms", "main"): phones}
    kicked: list[str] = []

    async def kick(ids):
        kicked.extend(ids)

    work: dict[str, Any] = {"store": store, "clock": clock, "kick": kick}
    work["teller"] = Teller(store=store, channels=channels)
    parts = PublicationParts(store=store, office=PublicationOffice(**work), desk=ReceptionDesk(**work), clock=clock)
    notices = NoticeParts(store=store, office=office_of(store, channels, clock), clock=clock, categories=())
    made = Console(store, clock, passwords, features=(publications_feature(parts), notices_feature(notices)))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def public(store, clock):
    root = web.Application()
    root.add_subapp("/notices", make_public_pages(PublicParts(store=store, clock=clock, office="某市信访局")))
    client = TestClient(TestServer(root))
    await client.start_server()
    yield client
    await client.close()


@pytest.fixture
async def editor(console):
    return await console.signed_in("bianji", Role.NOTICE_EDITOR, name="孙丽")


@pytest.fixture
async def approver(console):
    return await console.signed_in("shenpi", Role.NOTICE_APPROVER, name="周涛")


async def published(editor, approver, path, form):
    page = await editor.post(path, form)
    assert page.status == 200, page.text
    one = KEY.match(page.path)[1]
    assert (await approver.post(f"{one}/approve")).status == 200
    return one


async def test_a_clarification_is_written_approved_read_by_all_and_withdrawn(console, editor, approver, public):
    page = await editor.post("/clarifications", SAID)
    one = KEY.match(page.path)[1]
    address = f"/notices/{one.rpartition('/')[2]}"
    assert page.says("自己写的不能自己批")
    assert (await editor.post(f"{one}/approve")).status == 403
    assert (await public.get(address)).status == 404
    assert (await approver.post(f"{one}/approve")).says("对外公布")
    answer = await public.get(address)
    assert SAID["answer"] in await answer.text()
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert SAID["question"] in await (await public.get("/notices")).text()
    form = await editor.get(f"/notices/new?publication={one.rpartition('/')[2]}")
    assert SAID["answer"] in form.text
    assert (await editor.post(f"{one}/withdraw", {"reason": "内容有变"})).says("内容有变")
    assert (await public.get(address)).status == 404
    assert SAID["question"] not in await (await public.get("/notices")).text()
    assert (await editor.get(f"/notices/new?publication={one.rpartition('/')[2]}")).text.find(SAID["answer"]) < 0
    actions = [line.action for line in await console.store.audit.newest(30) if line.target in one]
    assert actions == ["clarification.withdrawn", "clarification.published", "clarification.written"]


async def test_a_past_clarification_is_off(editor, approver, public, clock):
    one = await published(editor, approver, "/clarifications", SAID)
    clock.now = clock.now.replace(month=12, day=1)
    assert (await public.get(f"/notices/{one.rpartition('/')[2]}")).status == 404


async def test_a_reception_day_is_booked_by_hand_seen_masked_and_revealed_for_a_reason(
    console, editor, approver, public
):
    one = await published(editor, approver, "/receptions", DAY)
    desk = await console.signed_in("zuoxi", Role.OPERATOR, name="王芳")
    page = await desk.post(f"{one}/bookings", {"name": "张三丰", "phone": "13800138000", "matter": "物业"})
    assert page.says("约好了，第 1 号，已发短信告诉对方")
    assert "张三丰" not in page.text
    assert "138****8000" in page.text
    assert (await desk.post(f"{one}/bookings", {"name": "张三丰", "phone": "13800138000"})).says("当天已有预约")
    assert (await desk.post(f"{one}/reveal", {"reason": ""})).status == 422
    full = await desk.post(f"{one}/reveal", {"reason": "接待当天核对身份"})
    assert "张三丰" in full.text
    assert "13800138000" in full.text
    revealed = [line for line in await console.store.audit.newest(9) if line.action == "booking.revealed"]
    assert revealed[0].details == {"reason": "接待当天核对身份"}
    booking = (await console.store.bookings.of_reception(one.rpartition("/")[2]))[0]
    assert (await desk.post(f"{one}/bookings/{booking.id}/mark", {"state": "came"})).says("已到")
    assert (await desk.post(f"{one}/bookings/{booking.id}/mark", {"state": "booked"})).says("已预约")
    assert (await desk.post(f"{one}/bookings/{booking.id}/cancel")).says("名额已放出")
    assert (await console.store.bookings.get(booking.id)).state is BookingState.CANCELLED
    assert "还有 2 个名额" in await (await public.get(f"/notices/{one.rpartition('/')[2]}")).text()
    assert "张三丰" not in (await editor.get(one)).text
    assert not (await editor.get(one)).says("预约名单")


async def test_on_the_day_who_came_is_noted_and_a_supervisor_erases_at_their_wish(console, editor, approver, clock):
    one = await published(editor, approver, "/receptions", DAY)
    desk = await console.signed_in("zuoxi", Role.OPERATOR)
    await desk.post(f"{one}/bookings", {"name": "张三丰", "phone": "13800138000", "matter": "物业"})
    assert not (await desk.get(one)).says("没来")
    clock.now = clock.now.replace(day=26, hour=0)  # eight in the morning of the day
    desk = await console.signed_in("zuoxi-2", Role.OPERATOR)
    assert (await desk.get(one)).says("没来")
    [booking] = await console.store.bookings.of_reception(one.rpartition("/")[2])
    own = f"{one}/bookings/{booking.id}"
    came = await desk.post(f"{own}/mark", {"state": "came"})
    assert came.says("改回")
    assert not came.says("取消预约")
    assert (await desk.post(f"{own}/erase", {"reason": "本人要求"})).status == 403
    supervisor = await console.signed_in("duban", Role.SUPERVISOR)
    assert (await supervisor.post(f"{own}/erase", {"reason": ""})).status == 422
    assert (await supervisor.post(f"{own}/erase", {"reason": "本人要求"})).says("（已删除）")
    assert (await supervisor.post(f"{own}/mark", {"state": "missed"})).status == 404
    assert (await console.store.bookings.get(booking.id)).phone == ""


async def test_a_change_waits_for_a_second_person(console, editor, approver, public):
    one = await published(editor, approver, "/receptions", DAY)
    form = await editor.get(f"{one}/change")
    assert 'value="市信访局一楼接待大厅"' in form.text
    assert (await editor.post(f"{one}/change", {**DAY, "places": "x"})).status == 422
    page = await editor.post(f"{one}/change", {**DAY, "place": "市信访局二楼", "opens_at": "2026-11-23T10:00"})
    assert page.says("待审批的更改")
    assert "一楼" in await (await public.get(f"/notices/{one.rpartition('/')[2]}")).text()
    assert (await editor.post(f"{one}/approve")).status == 403
    assert (await approver.post(f"{one}/approve")).says("更改已生效")
    assert "二楼" in await (await public.get(f"/notices/{one.rpartition('/')[2]}")).text()


async def test_a_wrong_form_says_what_is_wrong_and_loses_nothing(editor):
    page = await editor.post("/receptions", {**DAY, "places": "很多"})
    assert page.status == 422
    assert page.says("名额填 1 到 100 的数字")
    assert 'value="李明"' in page.text
    page = await editor.post("/clarifications", {**SAID, "answer": ""})
    assert (page.status, page.says("请填写官方答复")) == (422, True)
    evil = "<script>alert(1)</script>"
    page = await editor.post("/clarifications", {**SAID, "question": evil, "answer": evil})
    assert evil not in page.text


async def test_an_office_below_sees_its_own(console, editor, approver):
    one = await published(editor, approver, "/receptions", DAY)
    below = await console.signed_in("kuiwen", Role.NOTICE_EDITOR, unit="kw")
    own = KEY.match((await below.post("/receptions", DAY)).path)[1]
    assert (await below.get(one)).status == 404
    assert (await editor.get(own)).status == 200
    operator = await console.signed_in("kw-zuoxi", Role.OPERATOR, unit="kw")
    assert (await operator.post(f"{one}/bookings", {"name": "张三", "phone": "13800138000"})).status == 404


async def test_every_route_is_shut_to_the_roles_that_may_not(console, editor, approver):
    """The router walked: every route, every role; what it may open is told by the route's own permission."""
    one = await published(editor, approver, "/receptions", DAY)
    said = await published(editor, approver, "/clarifications", SAID)
    for role in Role:
        browser = await console.signed_in(f"x-{role.value.replace('_', '-')}", role)
        editors = role in {Role.NOTICE_EDITOR, Role.NOTICE_APPROVER}
        receives = role in {Role.OPERATOR, Role.SUPERVISOR}
        for route in console.app[ROUTES]:
            if not route.path.startswith(("/clarifications", "/receptions")):
                continue
            key = (one if route.path.startswith("/receptions") else said).rpartition("/")[2]
            path = route.path.replace("{id}", key).replace("{booking}", "0")
            shut = not (editors or (receives and route.path.startswith("/receptions")))
            written = route.method == "POST" and not ("bookings" in route.path or "reveal" in route.path)
            if not shut and not (receives and (written or route.path.endswith(("/new", "/change")))):
                continue
            page = await (browser.get(path) if route.method == "GET" else browser.post(path, DAY))
            assert page.status == 403, (role, route.method, route.path, page.status)


@pytest.mark.parametrize(("path", "form"), [("/clarifications", SAID), ("/receptions", DAY)])
async def test_a_form_that_is_sent_twice_makes_one_publication(editor, path, form):
    page = await editor.get(f"{path}/new")
    key = {"once": re.search(r'name="once" value="(\w{32})"', page.text)[1]}
    first = await editor.post(path, {**form, **key})
    assert first.status == 200
    assert (await editor.post(path, {**form, **key})).path == first.path
    both = await asyncio.gather(
        *(editor.post(path, {**form, **key, "leader": "赵刚", "source": "市水务局"}) for _ in range(2))
    )
    assert KEY.match(both[0].path)[1] == KEY.match(both[1].path)[1] != KEY.match(first.path)[1]
    assert KEY.match((await editor.post(path, form)).path)[1] != KEY.match(first.path)[1]
