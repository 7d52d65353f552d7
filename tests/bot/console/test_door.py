"""Signing in to the console, and what guards every page of it."""

import re
from datetime import timedelta

import pyotp
import pytest
from console_client import PASSWORD

from bot.access.members import By
from bot.access.signing_in import IDLE, LOCKED_FOR, LONGEST_SESSION, TRIES
from bot.console.app import ROUTES
from storage.staff import Role


async def test_nobody_sees_a_page_without_signing_in_and_gets_there_afterwards(console):
    await console.member("wang", Role.OPERATOR)
    browser = await console.browser()
    asked = await browser.get("/me")
    assert asked.path == "/console/sign-in?next=/console/me"
    entered = await browser.sign_in("wang", next="/console/me")
    assert entered.path == "/console/me"
    assert entered.says("王芳")
    assert entered.says("某市信访局")


@pytest.mark.parametrize(
    "next_", ["https://evil.example", "//evil.example", "/console/../api", "/console/sign-in", "\\x"]
)
async def test_nobody_is_sent_to_another_site(console, next_):
    await console.member("wang", Role.OPERATOR)
    browser = await console.browser()
    entered = await browser.sign_in("wang", next=next_)
    assert entered.path.startswith("/console/")
    assert entered.status == 200


async def test_what_is_wrong_is_not_told_and_an_unknown_login_is_like_a_known_one(console):
    await console.member("wang", Role.OPERATOR)
    browser = await console.browser()
    wrong = await browser.sign_in("wang", "not the password")
    unknown = await browser.sign_in("nobody", "not the password")
    assert wrong.status == unknown.status == 403
    assert wrong.text.replace("wang", "X") == unknown.text.replace("nobody", "X")


async def test_too_many_wrong_tries_close_the_account_for_a_while(console, clock):
    await console.member("wang", Role.OPERATOR)
    browser = await console.browser()
    for _ in range(TRIES):
        await browser.sign_in("wang", "wrong wrong wrong")
    assert (await browser.sign_in("wang")).says("锁定")
    clock.now += LOCKED_FOR
    assert (await browser.sign_in("wang")).path == "/console/me"


async def test_an_administrator_opens_a_locked_account(console):
    member = await console.member("wang", Role.OPERATOR)
    browser = await console.browser()
    for _ in range(TRIES):
        await browser.sign_in("wang", "wrong wrong wrong")
    await console.members.unlock(await console.store.staff.get(member.id), by=By())
    assert (await browser.sign_in("wang")).path == "/console/me"


async def test_a_session_ends_unused_and_at_the_latest_after_a_day_of_work(console, clock):
    browser = await console.signed_in("wang", Role.OPERATOR)
    clock.now += IDLE - timedelta(minutes=1)
    assert (await browser.get("/me")).path == "/console/me"
    clock.now += IDLE - timedelta(minutes=1)
    assert (await browser.get("/me")).path == "/console/me"
    clock.now += IDLE
    assert "/sign-in" in (await browser.get("/me")).path
    await browser.sign_in("wang")
    ends = clock.now + LONGEST_SESSION
    while clock.now < ends - timedelta(minutes=50):
        assert (await browser.get("/me")).path == "/console/me"
        clock.now += timedelta(minutes=50)
    clock.now = ends
    assert "/sign-in" in (await browser.get("/me")).path


async def test_a_password_that_somebody_gave_must_be_changed_first(console):
    given = await console.members.add(login="li", name="李强", unit="kw", roles=[Role.HANDLER], by=By())
    browser = await console.browser()
    page = await browser.sign_in("li", given.password)
    assert page.path == "/console/me/password"
    assert (await browser.get("/me")).path == "/console/me/password"
    short = await browser.post("/me/password", {"old": given.password, "new": "short", "again": "short"})
    assert short.status == 422
    assert short.says("至少要 10 位")
    unlike = await browser.post("/me/password", {"old": given.password, "new": PASSWORD, "again": PASSWORD + "x"})
    assert unlike.says("不一样")
    done = await browser.post("/me/password", {"old": given.password, "new": PASSWORD, "again": PASSWORD})
    assert done.path == "/console/me"


async def test_a_new_password_ends_the_sessions_elsewhere(console):
    here = await console.signed_in("wang", Role.OPERATOR)
    elsewhere = await console.browser()
    await elsewhere.sign_in("wang")
    new = "another long one 9"
    told = await here.post("/me/password", {"old": PASSWORD, "new": new, "again": new})
    assert told.says("密码已修改")
    assert not (await here.get("/me")).says("密码已修改")
    assert "/sign-in" in (await elsewhere.get("/me")).path


async def test_with_one_time_codes_the_password_alone_opens_nothing(console, clock):
    browser = await console.signed_in("wang", Role.OPERATOR)
    page = await browser.get("/me/codes")
    secret = re.search(r'name="secret" value="([A-Z2-7]{32})"', page.text)[1]
    code = pyotp.TOTP(secret).at(clock.now)
    assert (await browser.post("/me/codes", {"secret": secret, "code": "000000"})).status == 422
    assert (await browser.post("/me/codes", {"secret": "not one", "code": code})).status == 422
    assert (await browser.post("/me/codes", {"secret": secret, "code": code})).says("动态码已启用")

    other = await console.browser()
    asked = await other.sign_in("wang")
    assert asked.says("动态码（手机验证器上的六位数字）")
    assert "/sign-in" in (await other.get("/me")).path
    # a code counts once: the one that proved the app is used up
    assert (await other.sign_in("wang", code=code)).status == 403
    clock.now += timedelta(seconds=30)
    assert (await other.sign_in("wang", code=pyotp.TOTP(secret).at(clock.now))).path == "/console/me"


async def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(console):
    await console.member("wang", Role.OPERATOR)
    browser = await console.browser()
    async with browser._client.post(
        "/console/sign-in",
        data={"login": "wang", "password": PASSWORD},
        headers={"Origin": str(browser._client.make_url("/")).rstrip("/")},
        allow_redirects=False,
    ) as answer:
        cookie = answer.headers["Set-Cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/console"):
        assert part in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
    ],
)
async def test_a_form_from_elsewhere_does_nothing(console, headers):
    browser = await console.signed_in("wang", Role.OPERATOR)
    page = await browser.post("/sign-out", headers=headers)
    assert page.status == 403
    assert (await browser.get("/me")).path == "/console/me"


async def test_every_answer_tells_the_browser_to_run_nothing_foreign(console):
    browser = await console.signed_in("wang", Role.OPERATOR)
    for path in ("/me", "/nowhere", "/static/console.css", "/sign-in"):
        page = await browser.get(path)
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"


async def test_no_page_holds_script_or_style_that_the_policy_forbids(console):
    browser = await console.signed_in("wang", Role.OPERATOR)
    for path in ("/me", "/me/password", "/me/codes", "/nowhere"):
        text = (await browser.get(path)).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src)", text)


async def test_every_route_is_shut_to_who_is_not_signed_in(console):
    browser = await console.browser()
    for route in console.app[ROUTES]:
        path = re.sub(r"{[^}]+}", "1", route.path)
        page = await (browser.get(path) if route.method == "GET" else browser.post(path))
        assert "/sign-in" in page.path, route.path


async def test_who_signs_in_and_out_stands_in_the_audit_log(console, store):
    browser = await console.signed_in("wang", Role.OPERATOR)
    await browser.sign_in("wang", "wrong wrong wrong")
    await browser.post("/sign-out")
    actions = [line.action for line in await store.audit.newest(3)]
    assert actions == ["staff.signed_out", "staff.wrong_try", "staff.signed_in"]
    assert (await store.audit.check())[1] is None


async def test_who_left_the_office_is_out_at_once(console, store):
    from dataclasses import replace

    browser = await console.signed_in("wang", Role.OPERATOR)
    member = await store.staff.of_login("wang")
    await console.members.change(replace(member, active=False), by=By())
    assert "/sign-in" in (await browser.get("/me")).path
    assert (await browser.sign_in("wang")).status == 403


async def test_whoever_is_signed_in_keeps_the_menu_where_nothing_was_found(console):
    browser = await console.signed_in("wang", Role.OPERATOR)
    lost = await browser.get("/no-such-page")
    assert (lost.status, lost.says("没有找到")) == (404, True)
    assert 'href="/console/me"' in lost.text
    stranger = await (await console.browser()).get("/no-such-page")
    assert stranger.status == 404
    assert 'href="/console/me"' not in stranger.text


async def test_the_keys_are_told_on_every_page_and_no_page_holds_script_of_its_own(console):
    page = await (await console.signed_in("wang", Role.OPERATOR)).get("/me")
    assert page.text.index("跳到正文") < page.text.index("<header")
    assert '<dialog class="keys"' in page.text
    assert re.findall(r"<script(?![^>]* src=)|\son\w+=|\sstyle=", page.text) == []
