"""Calls to the platform: what is posted, and what each answer means."""

import asyncio
import json
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from structlog.testing import capture_logs
from waiting import awaited, quicker_than

from channels.errors import (
    AccountBroken,
    Busy,
    DailyQuotaUsed,
    OutcomeUnknown,
    PayloadRejected,
    RecipientGone,
    WayShut,
)
from channels.messages import Via
from channels.wechat.transport import Transport

CUSTOM = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"
SUBSCRIBE = "/cgi-bin/message/subscribe/bizsend"
NOTICE = {
    "notice": "progress",
    "fields": {"number": "WF261121001237", "state": "已受理", "title": "路灯坏了", "time": "2026年11月21日 10:00"},
}


@pytest.fixture
def channel(make_channel, platform):
    return make_channel(
        api_base=platform.base,
        templates={"progress": "TPL"},
        subscribe_templates={"progress": {"id": "SUB", "fields": {"thing1": "title"}}},
    )


async def test_a_customer_service_text_is_posted_as_plain_utf_8(channel, platform, kit):
    sent = await channel.send(kit.outbound(text="您的“诉求”已收到😀"))
    call = platform.calls[-1]
    assert (call.path, call.token) == (CUSTOM, "TOKEN-1")
    assert call.json == {
        "touser": kit.PERSON,
        "msgtype": "text",
        "text": {"content": "您的“诉求”已收到😀"},
    }
    assert "您的“诉求”已收到😀".encode() in call.body
    assert sent.provider_id == ""


async def test_buttons_go_into_the_text(channel, platform, kit):
    await channel.send(kit.outbound(text="满意吗？", buttons=(("满意", "/rate5"),)))
    assert "msgmenuid=%2Frate5" in platform.calls[-1].json["text"]["content"]


async def test_a_template_message_carries_our_id_the_link_and_fitting_values(channel, platform, kit):
    sent = await channel.send(kit.outbound(Via.TEMPLATE, url="https://a.cn/r/x", **NOTICE))
    call = platform.calls[-1]
    assert call.path == TEMPLATE
    assert call.json == {
        "touser": kit.PERSON,
        "template_id": "TPL",
        "client_msg_id": "0f" * 16,
        "url": "https://a.cn/r/x",
        "data": {
            "character_string1": {"value": "WF261121001237"},
            "phrase2": {"value": "已受理"},
            "thing3": {"value": "路灯坏了"},
            "time4": {"value": "2026年11月21日 10:00"},
            "thing5": {"value": "无"},
        },
    }
    assert sent.provider_id == "200163836"


async def test_a_subscribe_message_uses_its_own_template(channel, platform, kit):
    await channel.send(kit.outbound(Via.SUBSCRIBE, url="https://a.cn/r/x", **NOTICE))
    call = platform.calls[-1]
    assert call.path == SUBSCRIBE
    assert call.json == {
        "touser": kit.PERSON,
        "template_id": "SUB",
        "page": "https://a.cn/r/x",
        "data": {"thing1": {"value": "路灯坏了"}},
    }


@pytest.mark.parametrize("via", [Via.TEMPLATE, Via.SUBSCRIBE, Via.PASSIVE, Via.SMS])
async def test_a_way_that_is_not_there_is_shut_without_a_call(channel, platform, kit, via):
    with pytest.raises(WayShut):
        await channel.send(kit.outbound(via, notice="unheard_of"))
    assert not platform.calls


async def test_an_empty_text_is_never_posted(channel, platform, kit):
    with pytest.raises(PayloadRejected):
        await channel.send(kit.outbound(text=" \x00 "))
    assert not platform.calls


CODES = {
    -1: Busy,
    45011: Busy,
    45066: Busy,
    40013: AccountBroken,
    40125: AccountBroken,
    40164: AccountBroken,
    40243: AccountBroken,
    48004: AccountBroken,
    50002: AccountBroken,
    45009: DailyQuotaUsed,
    45015: WayShut,
    45047: WayShut,
    43101: WayShut,
    48001: WayShut,
    40200: WayShut,
    43004: RecipientGone,
    43019: RecipientGone,
    48002: RecipientGone,
    40003: RecipientGone,
    46004: RecipientGone,
    40007: PayloadRejected,
    44004: PayloadRejected,
    45002: PayloadRejected,
    47001: PayloadRejected,
    47003: PayloadRejected,
    987654: PayloadRejected,
}


@pytest.mark.parametrize("code", CODES)
async def test_an_error_inside_http_200_is_an_error(channel, platform, kit, code):
    platform.fail(CUSTOM, code)
    with pytest.raises(CODES[code]) as failed:
        await channel.send(kit.outbound())
    assert failed.value.provider_code == str(code)
    assert "rid: 6a-1b-2c" in failed.value.detail
    assert platform.count("custom/send") == 1


async def test_a_code_given_as_text_is_a_code(channel, platform, kit):
    platform.script[CUSTOM].append({"errcode": "45015", "errmsg": ""})
    with pytest.raises(WayShut):
        await channel.send(kit.outbound())


async def test_a_message_sent_before_counts_as_sent(channel, platform, kit):
    platform.fail(CUSTOM, 45065)
    assert await channel.send(kit.outbound())


async def test_the_daily_quota_ends_at_midnight_in_china_and_stops_that_api_only(channel, platform, kit, clock):
    platform.fail(CUSTOM, 45009)
    with pytest.raises(DailyQuotaUsed) as failed:
        await channel.send(kit.outbound())
    assert failed.value.retry_after == 14 * 3600  # it is 10:00 there
    clock.advance(3600)
    with pytest.raises(DailyQuotaUsed) as failed:
        await channel.send(kit.outbound())
    assert failed.value.retry_after == 13 * 3600
    assert platform.count("custom/send") == 1
    assert await channel.send(kit.outbound(Via.TEMPLATE, **NOTICE))
    clock.now = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert await channel.send(kit.outbound())


async def test_an_api_this_account_may_not_use_is_left_alone_for_a_while(channel, platform, kit, clock):
    platform.fail(TEMPLATE, 48001)
    for _ in range(3):
        with pytest.raises(WayShut):
            await channel.send(kit.outbound(Via.TEMPLATE, **NOTICE))
    assert platform.count("template/send") == 1
    assert await channel.send(kit.outbound())
    clock.advance(601)
    assert await channel.send(kit.outbound(Via.TEMPLATE, **NOTICE))


async def test_a_closed_window_shuts_nothing_for_others(channel, platform, kit):
    platform.fail(CUSTOM, 45015, 45047, 43004)
    for error in (WayShut, WayShut, RecipientGone):
        with pytest.raises(error):
            await channel.send(kit.outbound())
    assert await channel.send(kit.outbound())


async def test_a_broken_account_is_left_alone_but_for_one_probe(channel, platform, kit, clock):
    platform.fail(CUSTOM, 48004, 48004)

    async def outcome():
        try:
            return await channel.send(kit.outbound())
        except AccountBroken as error:
            return error

    first = await outcome()
    assert (first.provider_code, first.alarm) == ("48004", True)
    kept_back = [await outcome() for _ in range(5)]
    assert {each.provider_code for each in kept_back} == {"48004"}
    assert kept_back[0].retry_after == 60
    assert platform.count("custom/send") == 1
    clock.advance(61)
    probes = await asyncio.gather(*(outcome() for _ in range(5)))
    assert all(isinstance(each, AccountBroken) for each in probes)
    assert platform.count("custom/send") == 2
    clock.advance(61)
    assert not isinstance(await outcome(), AccountBroken), "the account was mended"
    assert not isinstance(await outcome(), AccountBroken)


async def test_a_probe_that_says_nothing_of_the_account_leaves_it_alone(channel, platform, kit, clock):
    platform.fail(CUSTOM, 48004, -1)
    with pytest.raises(AccountBroken):
        await channel.send(kit.outbound())
    clock.advance(61)
    with pytest.raises(Busy):
        await channel.send(kit.outbound())
    with pytest.raises(AccountBroken):
        await channel.send(kit.outbound())
    assert platform.count("custom/send") == 2


async def _drop(request):
    request.transport.close()
    return web.Response()


async def _hang(request):
    await asyncio.sleep(30)
    return web.Response()


async def _endless(request):
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"{" + b" " * 80_000 + b'"errcode": 0}')
    return response


BAD_ANSWERS = {
    "http 500": (web.Response, {"status": 500}, Busy),
    "http 502 page": (web.Response, {"status": 502, "text": "<html>bad gateway"}, Busy),
    "http 503": (web.Response, {"status": 503}, Busy),
    "http 429": (web.Response, {"status": 429}, Busy),
    "http 504": (web.Response, {"status": 504}, OutcomeUnknown),
    "http 404": (web.Response, {"status": 404}, AccountBroken),
    "http 407": (web.Response, {"status": 407}, AccountBroken),
    "a redirect": (web.Response, {"status": 302, "headers": {"Location": "/elsewhere"}}, AccountBroken),
    "a page": (web.Response, {"text": "<html>please log in"}, OutcomeUnknown),
    "nothing": (web.Response, {"text": ""}, OutcomeUnknown),
    "a list": (web.Response, {"text": "[]"}, OutcomeUnknown),
    "deep json": (web.Response, {"text": "[" * 40_000}, OutcomeUnknown),
    "a strange code": (web.Response, {"text": '{"errcode": {}}'}, OutcomeUnknown),
    "bytes": (web.Response, {"body": b"\xff\xfe"}, OutcomeUnknown),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_an_answer_that_is_none_is_never_taken_for_success(channel, platform, kit, name):
    make, arguments, error = BAD_ANSWERS[name]
    platform.script[CUSTOM].append(make(**arguments))
    with pytest.raises(error):
        await channel.send(kit.outbound())
    assert platform.count("custom/send") == 1
    assert platform.count("elsewhere") == 0


@pytest.mark.parametrize("answer", [_drop, _endless])
async def test_a_lost_answer_leaves_the_outcome_unknown(channel, platform, kit, answer):
    platform.script[CUSTOM].append(answer)
    with pytest.raises(OutcomeUnknown):
        await channel.send(kit.outbound())
    assert platform.count("custom/send") == 1


async def test_a_call_ends_in_time(make_channel, platform, kit):
    channel = make_channel(api_base=platform.base, call_seconds=0.3)
    platform.script[CUSTOM].append(_hang)
    with quicker_than(20, "a call without an answer"), pytest.raises(OutcomeUnknown):
        await channel.send(kit.outbound())


async def test_a_token_that_does_not_come_in_time_is_only_busy(make_channel, platform, kit):
    channel = make_channel(api_base=platform.base, call_seconds=0.3)
    platform.script["/cgi-bin/stable_token"].append(_hang)
    with pytest.raises(Busy):
        await channel.send(kit.outbound())


async def test_a_call_with_token_and_repeat_ends_in_time_all_in_all(make_channel, platform, kit):
    channel = make_channel(api_base=platform.base, call_seconds=2)

    def slowly(answer):
        async def wait(request):
            await asyncio.sleep(1.2)  # each alone would be in time
            return web.json_response(answer)

        return wait

    platform.script["/cgi-bin/stable_token"].append(slowly({"access_token": "T", "expires_in": 7200}))
    platform.script[CUSTOM].append(slowly({"errcode": 0}))
    with pytest.raises((OutcomeUnknown, Busy)) as ended:
        await channel.send(kit.outbound())
    # On a busy machine the token alone may take so long: then nothing had left.
    assert ended.type is OutcomeUnknown or platform.count("custom/send") == 0


async def test_nobody_listening_is_busy(make_channel, kit):
    with pytest.raises(Busy):
        await make_channel(api_base="http://127.0.0.1:9").send(kit.outbound())


async def test_what_never_left_is_busy_and_not_unknown():
    async with aiohttp.ClientSession() as http:
        with pytest.raises(Busy):
            await Transport(http, api_base="http://127.0.0.1:9").post("/x", {}, seconds=2)


async def test_a_connection_that_does_not_come_about_in_time_is_busy():
    class Nowhere(AbstractResolver):
        async def resolve(self, host, port=0, family=0):
            await asyncio.sleep(30)
            return []

        async def close(self):
            pass

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=Nowhere())) as http:
        with pytest.raises(Busy):
            await Transport(http, api_base="http://platform.invalid").post("/x", {}, seconds=0.4)


async def test_no_secret_and_no_openid_is_in_logs_or_errors(channel, platform, kit):
    platform.fail(CUSTOM, 40003, message=f"invalid openid {kit.PERSON} token TOKEN-1 rid: 6a-1b-2c")
    with capture_logs() as logs, pytest.raises(RecipientGone) as failed:
        await channel.send(kit.outbound(text="路灯坏了"))
    platform.script[CUSTOM].append(_drop)
    with capture_logs() as more, pytest.raises(OutcomeUnknown) as lost:
        await channel.send(kit.outbound(text="路灯坏了"))
    told = json.dumps([logs, more]) + repr([failed.value, lost.value, lost.value.__cause__])
    assert "6a-1b-2c" in told
    for secret in (*channel.secrets(), kit.PERSON, "路灯坏了"):
        assert secret not in told


async def test_all_secrets_are_named(channel, kit):
    await channel.send(kit.outbound())
    assert set(channel.secrets()) == {"the-app-secret", kit.TOKEN, kit.AES_KEY, "TOKEN-1"}


def test_capabilities_follow_the_settings(make_channel, channel):
    assert channel.capabilities.ways == (Via.CUSTOMER_SERVICE, Via.TEMPLATE, Via.SUBSCRIBE)
    assert channel.capabilities.notices == {"progress"}
    bare = make_channel().capabilities
    assert (bare.ways, bare.notices) == ((Via.CUSTOMER_SERVICE,), frozenset())
    assert (bare.passive, bare.answer_within, bare.text_limit, bare.text_unit) == (True, 4.5, 2048, "bytes")


async def test_there_is_nothing_to_run(channel):
    async def take(arrival):
        raise AssertionError

    await awaited(channel.run(take), "there is nothing to run")


FAULTS = {
    40013: "app_id",
    40125: "app_secret",
    40001: "app_secret",
    40243: "app_secret",
    40164: "203.0.113.7",
    48004: "48004",
}


@pytest.mark.parametrize("code", FAULTS)
async def test_doctor_is_told_what_to_mend(channel, platform, code):
    message = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6a-1b-2c"
    platform.fail("/cgi-bin/stable_token", code, message=message)
    (sentence,) = await channel.check()
    assert FAULTS[code] in sentence
    assert len(platform.calls) == 1


async def test_doctor_is_content_with_a_good_account_and_forces_nothing(channel, platform):
    assert await channel.check() == []
    assert platform.calls[-1].json["force_refresh"] is False


async def test_doctor_says_where_it_could_not_connect(make_channel):
    (sentence,) = await make_channel(api_base="http://127.0.0.1:9").check()
    assert "http://127.0.0.1:9" in sentence
