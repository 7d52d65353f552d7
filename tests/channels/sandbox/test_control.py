"""Faults, journal, reset, the staff panel's way out, who may come in, and the client for programs."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from waiting import PATIENCE_S, awaited

from channels.sandbox import Choice, SandboxAway, SandboxClient, SandboxRefused, split_choices

SEND = "/cgi-bin/message/custom/send"


async def test_an_errcode_is_answered_for_as_many_calls_as_were_asked(sandbox):
    await sandbox.login()
    await sandbox.say("你好")
    await sandbox.ctl("POST", "/faults", {"path": SEND, "errcode": -1, "times": 2})

    assert [(await sandbox.write("好"))["errcode"] for _ in range(3)] == [-1, -1, 0]
    assert (await sandbox.ctl("GET", "/faults"))["items"] == []


async def test_a_status_and_latency_can_be_asked_for(sandbox):
    await sandbox.ctl("POST", "/faults", {"path": "*", "status": 502, "latency": 0.2})
    url = f"{sandbox.url}/wechat{SEND}"

    with pytest.raises(TimeoutError):
        await sandbox.http.post(url, timeout=aiohttp.ClientTimeout(total=0.05))
    await sandbox.ctl("POST", "/faults", {"path": "*", "status": 502})
    async with sandbox.http.post(url) as answer:
        assert answer.status == 502


@pytest.mark.parametrize(("drop", "shown"), [("before", 0), ("after", 1)])
async def test_a_dropped_call_was_carried_out_or_not(sandbox, drop, shown):
    await sandbox.login()
    await sandbox.say("你好")
    await sandbox.ctl("POST", "/faults", {"path": SEND, "drop": drop})

    with pytest.raises(aiohttp.ClientError):
        await sandbox.write("到了吗")
    assert [item["text"] for item in await sandbox.shown()][1:] == ["到了吗"] * shown


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"path": "/etc"},
        {"path": "*", "times": 0},
        {"path": "*", "status": 200},
        {"path": "*", "drop": "x"},
        {"path": "*", "latency": "x"},
    ],
)
async def test_a_wrong_fault_is_refused(sandbox, fault):
    assert "sentence" in await sandbox.ctl("POST", "/faults", fault, expect=400)


async def test_the_journal_holds_both_directions_without_the_secret(sandbox, kit):
    await sandbox.login()
    query = {"grant_type": "client_credential", "appid": kit.APP_ID, "secret": kit.SECRET}
    await sandbox.rest("GET", "token", token="", **query)
    await sandbox.say("你好")
    await sandbox.write("好")

    items = (await sandbox.ctl("GET", "/journal"))["items"]
    kinds = [(e["direction"], e["path"]) for e in items]
    assert kinds == [
        ("call", "/cgi-bin/stable_token"),
        ("call", "/cgi-bin/token"),
        ("push", "/channels/wechat/main"),
        ("call", SEND),
    ]
    assert "你好" in items[2]["body"]
    assert items[2]["answer"] == "success"
    assert kit.SECRET not in str(items)


async def test_reset_forgets_everything(sandbox):
    await sandbox.login()
    await sandbox.say("你好")
    await sandbox.forward(3600)
    before = await sandbox.ctl("GET", "/feed")

    await sandbox.ctl("POST", "/reset", {})

    after = await sandbox.ctl("GET", "/feed")
    assert (after["items"], after["epoch"]) == ([], before["epoch"] + 1)
    assert (await sandbox.rest("GET", "user/info"))["errcode"] == 40001
    assert (await sandbox.ctl("GET", "/status"))["offset_seconds"] == 0


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/phones/none/text", {"text": "x"}),
        ("/phones/phone1/text", {"text": "  "}),
        ("/phones/phone1/text", {"text": "长" * 700}),
        ("/phones/phone1/text", []),
        ("/phones/phone1/location", {"latitude": "nan", "longitude": 1}),
        ("/phones/phone1/location", {"latitude": 91, "longitude": 1}),
        ("/phones/phone1/picture", {"not": "a picture"}),
        ("/phones/phone1/event", {"event": ""}),
        ("/phones/phone1/event", {"event": "X", "fields": {"a b": 1}}),
        ("/phones/phone1/event", {"event": "X", "fields": {"List": [None]}}),
        ("/phones", {"name": ""}),
        ("/clock", {"forward_seconds": 1e12}),
        ("/clock", {"seconds": 60}),
        ("/tokens", {"state": "x"}),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_sentence(sandbox, path, data):
    async with sandbox.http.post(f"{sandbox.url}/_ctl{path}", json=data) as answer:
        assert 400 <= answer.status < 500
        assert (await answer.json())["sentence"]


# who may come in


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil:1", ""])
async def test_foreign_host_names_are_refused(sandbox, host):
    async with sandbox.http.get(f"{sandbox.url}/_ctl/status", headers={"Host": host}) as answer:
        assert answer.status in {400, 421}


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8", "127.0.0.1", "[::1]", "[::1]:80"])
async def test_names_of_this_machine_are_taken(sandbox, host):
    async with sandbox.http.get(f"{sandbox.url}/_ctl/status", headers={"Host": host}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ],
)
async def test_writes_from_foreign_pages_are_refused(sandbox, headers, status):
    async with sandbox.http.post(f"{sandbox.url}/_ctl/reset", json={}, headers=headers) as answer:
        assert answer.status == status


async def test_the_own_page_may_write(sandbox):
    async with sandbox.http.post(f"{sandbox.url}/_ctl/reset", json={}, headers={"Origin": sandbox.url}) as answer:
        assert answer.status == 200


async def test_every_answer_carries_the_policy(sandbox):
    for path in ("/", "/static/main.js", "/_ctl/status"):
        async with sandbox.http.get(sandbox.url + path) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


# the staff panel's way to the API


async def _echo(request: web.Request) -> web.Response:
    body = await request.text()
    return web.json_response(
        {
            "path": request.path_qs,
            "who": request.headers["Authorization"],
            "key": request.headers.get("Idempotency-Key"),
            "body": body,
        }
    )


async def test_the_panel_reaches_cases_with_the_token_it_never_sees(sandbox, bot):
    bot.api = _echo
    url = f"{sandbox.url}/_staff/cases"
    async with sandbox.http.get(url, params={"limit": "50"}) as answer:
        listed = await answer.json()
    async with sandbox.http.post(
        f"{url}/WF1/transitions", json={"to": "accepted"}, headers={"Idempotency-Key": "k"}
    ) as answer:
        moved = await answer.json()

    assert (listed["path"], listed["who"]) == ("/api/v1/cases?limit=50", "Bearer staff-token")
    assert (moved["path"], moved["key"], moved["body"]) == ("/api/v1/cases/WF1/transitions", "k", '{"to": "accepted"}')


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "units"),
        ("POST", "cases"),
        ("DELETE", "cases/WF1"),
        ("GET", "cases/%2e%2e/units"),
        ("GET", "cases/WF1%2f..%2f..%2funits"),
        ("POST", "broadcasts"),
    ],
)
async def test_other_parts_of_the_api_stay_shut(sandbox, bot, method, path):
    from yarl import URL

    bot.api = _echo
    async with sandbox.http.request(method, URL(f"{sandbox.url}/_staff/{path}", encoded=True)) as answer:
        assert answer.status == 404


async def test_while_the_api_is_away_the_panel_is_told_to_wait(settings, open_sandbox):
    from dataclasses import replace

    sandbox = await open_sandbox(replace(settings, bot_url="http://127.0.0.1:9"))
    async with sandbox.http.get(f"{sandbox.url}/_staff/cases") as answer:
        assert (answer.status, (await answer.json())["title"]) == (503, "正在等待服务启动…")


# the client for programs


async def test_a_program_talks_and_sees_what_comes(sandbox, bot, kit):
    async def answering(message):
        return kit.sealed_reply(kit.text_reply(message, f"听到：{message['Content'] or message['MsgType']}"))

    bot.answering = answering
    async with SandboxClient(sandbox.url) as client:
        await client.wait_ready(PATIENCE_S)
        phone = await client.open()
        await phone.say("路灯坏了")
        (seen,) = await phone.next(PATIENCE_S)
        assert (seen.kind, seen.type, seen.text) == ("passive", "text", "听到：路灯坏了")
        await phone.location(36.7, 119.1, "东风东街")
        assert (await phone.next(PATIENCE_S))[0].text == "听到：location"
        await phone.picture(b"\xff\xd8\xff" + bytes(10))
        assert (await phone.next(PATIENCE_S))[0].text == "听到：image"
        assert await phone.next(0.05) == []


async def test_a_new_name_gets_a_phone_of_its_own(sandbox):
    async with SandboxClient(sandbox.url) as client:
        first, new, again = await client.open(), await client.open("赵大爷"), await client.open("赵大爷")

    assert first.name == "王阿姨"
    assert new.openid == again.openid != first.openid


async def test_the_client_says_who_is_away_and_what_is_refused(sandbox):
    async with SandboxClient("http://127.0.0.1:9") as nobody:
        with pytest.raises(SandboxAway):
            await nobody.open()
    async with SandboxClient(sandbox.url) as client:
        phone = await client.open()
        await phone.unfollow()
        with pytest.raises(SandboxRefused, match="关注"):
            await phone.say("还在吗")


async def test_waiting_ends_when_the_sandbox_does(sandbox, stack):
    async with SandboxClient(sandbox.url) as client:
        phone = await client.open()
        waiting = asyncio.create_task(phone.next(30))
        await sandbox.ctl("GET", "/status")
        await stack.aclose()
        with pytest.raises(SandboxAway):
            await awaited(waiting, "the waiting ends", 20)


def test_choices_in_a_text_are_told_apart_from_it():
    text = (
        '核对：<a href="weixin://bizmsgmenu?msgmenucontent=确认提交&msgmenuid=ok">好的</a>'
        "，或<a href='weixin://bizmsgmenu?msgmenucontent=%E6%94%B9&amp;msgmenuid=2'>修改</a>"
        '<a href="https://example.org">别处</a>'
    )

    plain, choices = split_choices(text)

    assert plain == '核对：好的，或修改<a href="https://example.org">别处</a>'
    assert choices == (
        Choice(label="好的", words="确认提交", menu_id="ok"),
        Choice(label="修改", words="改", menu_id="2"),
    )
