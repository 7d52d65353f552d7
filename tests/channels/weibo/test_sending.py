"""Calls of the platform's API: what is sent, what each refusal means, and what a lost answer means."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from aiohttp import web

from channels.base import FetchesMedia, Publishes
from channels.errors import (
    AccountBroken,
    Busy,
    DailyQuotaUsed,
    MediaGone,
    MediaTooLarge,
    OutcomeUnknown,
    PayloadRejected,
    RecipientGone,
    SendFailed,
    WayShut,
)
from channels.messages import PUBLIC_INVITATION, Media, Via

UNTIL_HOUR, UNTIL_MIDNIGHT = 3600.0, 14 * 3600.0
"""From 10:00 in China, where the tests' clock stands."""

REACTIONS = {
    **dict.fromkeys((10001, 10002, 10003, 10009, 10010, 10011), (Busy, None)),
    **dict.fromkeys((10004, 10022), (DailyQuotaUsed, UNTIL_HOUR)),
    **dict.fromkeys((10023, 10024), (DailyQuotaUsed, UNTIL_MIDNIGHT)),
    **dict.fromkeys((10006, 21301, 21314, 21315, 21316, 21317, 21319, 21327, 21332), (AccountBroken, None)),
    **dict.fromkeys((10005, 10014, 21321), (WayShut, 3600.0)),
    **dict.fromkeys((10008, 10016, 10017, 20012, 20013, 20018, 20020, 20021, 21335), (PayloadRejected, None)),
    **dict.fromkeys((20101, 20201, 99999), (PayloadRejected, None)),
    20016: (Busy, 60.0),
    20003: (RecipientGone, None),
    **dict.fromkeys((20301, 20306), (WayShut, None)),
}


async def test_a_private_message_is_a_form_with_its_content_encoded_once(make_channel, api, kit) -> None:
    channel = make_channel(base=api.base)
    await channel.send(kit.outbound(text='办理中&"+%\n好'))
    [(method, path, fields)] = api.calls
    assert (method, path) == ("POST", kit.REPLY)
    assert json.loads(fields.pop("data")) == {"text": '办理中&"+%\n好'}
    assert fields == {
        "access_token": kit.TOKEN,
        "type": "text",
        "receiver_id": kit.PERSON,
        "save_sender_box": "1",
    }


def said(api, kit):
    return [json.loads(fields["data"])["text"] for fields in api.sent(kit.REPLY)]


async def test_a_long_answer_goes_out_as_several_that_lose_nothing(make_channel, api, kit) -> None:
    text = "经核查，该处路灯已纳入改造计划，请您放心。" * 30
    await make_channel(base=api.base).send(kit.outbound(text=text))
    assert "".join(said(api, kit)) == text
    assert all(len(part) <= 300 and part.endswith("。") for part in said(api, kit))
    assert len(said(api, kit)) == 3


async def test_what_is_beyond_all_measure_is_cut_and_shows_it(make_channel, api, kit) -> None:
    await make_channel(base=api.base).send(kit.outbound(text="字" * 5000, url="https://example.gov.cn/r/1"))
    assert len(said(api, kit)) <= 5
    assert said(api, kit)[-1].endswith("…\n查看详情：https://example.gov.cn/r/1")


async def test_what_breaks_off_in_the_middle_may_have_arrived(make_channel, api, kit) -> None:
    api.script[kit.REPLY].append({"result": True})
    api.refuse(kit.REPLY, 10001)
    with pytest.raises(OutcomeUnknown):
        await make_channel(base=api.base).send(kit.outbound(text="字" * 400))


@pytest.mark.parametrize("code", REACTIONS)
@pytest.mark.parametrize("form", [int, str])
async def test_every_code_says_what_to_do(make_channel, api, kit, code, form) -> None:
    error, retry_after = REACTIONS[code]
    api.refuse(kit.REPLY, form(code), status=400 if form is int else 403)
    with pytest.raises(SendFailed) as caught:
        await make_channel(base=api.base).send(kit.outbound())
    assert type(caught.value) is error
    assert (caught.value.provider_code, caught.value.retry_after) == (str(code), retry_after)


async def test_success_that_shows_later_is_success(make_channel, api, kit) -> None:
    api.refuse(kit.REPLY, 20032)
    await make_channel(base=api.base).send(kit.outbound())


@pytest.mark.parametrize("code", [20017, 20019, 20111])
async def test_the_same_words_again_are_varied_once_and_then_counted_as_said(make_channel, api, kit, code) -> None:
    api.refuse(kit.REPLY, code)
    channel = make_channel(base=api.base)
    await channel.send(kit.outbound(text="您好"))
    assert [json.loads(fields["data"])["text"] for fields in api.sent(kit.REPLY)] == ["您好", "您好（10:00）"]
    api.refuse(kit.REPLY, code, code)
    await channel.send(kit.outbound(text="字" * 300))
    assert [len(json.loads(fields["data"])["text"]) for fields in api.sent(kit.REPLY)[2:]] == [300, 300]


async def test_a_varied_message_that_is_refused_otherwise_is_refused(make_channel, api, kit) -> None:
    api.refuse(kit.REPLY, 20019, 20021)
    with pytest.raises(PayloadRejected) as caught:
        await make_channel(base=api.base).send(kit.outbound())
    assert caught.value.provider_code == "20021"


async def _drop(request: web.Request) -> web.Response:
    request.transport.abort()
    return web.Response()


async def _slow(_: web.Request) -> web.Response:
    await asyncio.sleep(1)
    return web.json_response({"result": True})


LOST = {
    "cut": (_drop, OutcomeUnknown),
    "too slow": (_slow, OutcomeUnknown),
    "no JSON": (web.Response(text="<html>"), OutcomeUnknown),
    "no object": (web.json_response([1]), OutcomeUnknown),
    "gateway time-out": (web.Response(status=504), OutcomeUnknown),
    "overloaded": (web.Response(status=502, text="bad gateway"), Busy),
    "too many": (web.Response(status=429), Busy),
    "not the platform": (web.Response(status=404, text="nginx"), AccountBroken),
    "a redirect": (web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"}), AccountBroken),
    "said not to be sent": ({"result": False}, PayloadRejected),
}


@pytest.mark.parametrize("name", LOST)
async def test_what_never_left_is_told_from_what_may_have_arrived(make_channel, api, kit, name) -> None:
    answer, error = LOST[name]
    api.script[kit.REPLY].append(answer)
    patience = 0.4 if answer is _slow else 30
    with pytest.raises(SendFailed) as caught:
        await make_channel(base=api.base, call_seconds=patience).send(kit.outbound())
    assert type(caught.value) is error


async def test_a_platform_that_is_not_there_was_sent_nothing(make_channel, kit) -> None:
    with pytest.raises(Busy):
        await make_channel().send(kit.outbound())


async def test_a_dead_token_is_not_tried_again_and_again(make_channel, api, clock, kit) -> None:
    api.refuse(kit.REPLY, 21327)
    channel = make_channel(base=api.base)
    for _ in range(3):
        with pytest.raises(AccountBroken):
            await channel.send(kit.outbound())
    assert len(api.calls) == 1
    clock.advance(61)
    await channel.send(kit.outbound())


@pytest.mark.parametrize("via", [Via.TEMPLATE, Via.SUBSCRIBE, Via.SMS])
async def test_there_is_no_other_way(make_channel, kit, via) -> None:
    with pytest.raises(WayShut):
        await make_channel().send(kit.outbound(via))


def invitation(kit, kind="comment", **more):
    fields = {"kind": kind, "key": "5200000000000001", "status": "5100000000000001"}
    return kit.outbound(Via.PUBLIC, text="请私信我们。", notice=PUBLIC_INVITATION, fields=fields, **more)


async def test_the_invitation_stands_under_the_comment_or_the_post(make_channel, api, kit) -> None:
    channel = make_channel(base=api.base, rip="203.0.113.5")
    sent = await channel.send(invitation(kit))
    assert sent.provider_id == "5200000000000123"
    await channel.send(invitation(kit, "status"))
    common = {"access_token": kit.TOKEN, "rip": "203.0.113.5", "comment": "请私信我们。"}
    assert api.sent(kit.ANSWER) == [{**common, "cid": "5200000000000001", "id": "5100000000000001"}]
    assert api.sent(kit.CREATE) == [{**common, "id": "5200000000000001"}]


async def test_nothing_but_the_invitation_is_said_in_public(make_channel, api, kit) -> None:
    channel = make_channel(base=api.base, rip="203.0.113.5")
    with pytest.raises(WayShut):
        await channel.send(kit.outbound(Via.PUBLIC, text="您的诉求WF261121001237已答复", notice="progress"))
    assert api.calls == []


async def test_without_rip_nobody_is_invited_in_public(make_channel, api, kit) -> None:
    channel = make_channel(base=api.base)
    assert channel.capabilities.public_daily == 0
    assert channel.capabilities.ways == (Via.CUSTOMER_SERVICE,)
    with pytest.raises(WayShut):
        await channel.send(invitation(kit))
    assert api.calls == []


async def test_a_picture_is_fetched_by_the_name_of_the_receivers_side(make_channel, api, kit) -> None:
    channel = make_channel(base=api.base)
    assert isinstance(channel, FetchesMedia)
    api.script["/2/mss/msget"].append(web.Response(body=b"\xff\xd8\xff...", content_type="image/jpeg"))
    fetched = await channel.fetch(Media(id="821804460"))
    assert (fetched.content, fetched.type) == (b"\xff\xd8\xff...", "image/jpeg")
    assert api.calls == [("GET", "/2/mss/msget", {"access_token": kit.TOKEN, "fid": "821804460"})]


GONE = {
    "not there": (web.Response(status=404), MediaGone),
    "param error": (web.json_response({"error_code": "10008", "error": "x"}, status=400), MediaGone),
    "no content": ({"result": True}, MediaGone),
    "too large": (web.Response(body=bytes(10 * 1024 * 1024 + 1), content_type="image/jpeg"), MediaTooLarge),
    "cut": (_drop, Busy),
    "expired": (web.json_response({"error_code": 21327, "error": "expired_token"}, status=401), AccountBroken),
}


@pytest.mark.parametrize("name", GONE)
async def test_what_cannot_be_fetched_says_whether_to_ask_again(make_channel, api, name) -> None:
    answer, error = GONE[name]
    api.script["/2/mss/msget"].extend([answer, answer])  # a GET that was cut is asked again by the client itself
    with pytest.raises(SendFailed) as caught:
        await make_channel(base=api.base).fetch(Media(id="1"))
    assert type(caught.value) is error


INFO = "/oauth2/get_token_info"
CHECKED = {
    "well": ({"uid": 1902538057, "appkey": "1234567890", "expire_in": 86_400 * 200}, []),
    "days left": ({"uid": "1902538057", "expire_in": str(86_400 * 3 + 5)}, ["还有 3 天到期"]),
    "hours left": ({"expire_in": 3600}, ["不到一天"]),
    "another account": ({"uid": 7, "expire_in": 86_400 * 200}, ["uid"]),
    "another app": ({"appkey": "7", "expire_in": 86_400 * 200}, ["app_key"]),
    "nothing said": ({}, []),
    "expired": (web.json_response({"error_code": 21327, "error": "expired_token"}, status=401), ["已过期"]),
    "revoked": (web.json_response({"error_code": "21332", "error": "x"}, status=401), ["无效或已被撤销"]),
    "not the platform": (web.Response(status=404), ["连不上"]),
    "another trouble": (web.json_response({"error_code": 10014, "error": "x"}, status=403), ["10014"]),
}


@pytest.mark.parametrize("name", CHECKED)
async def test_doctor_is_told_what_is_wrong_and_when_the_token_ends(make_channel, api, name) -> None:
    answer, expected = CHECKED[name]
    api.script[INFO].append(answer)
    told = await make_channel(base=api.base).check()
    assert len(told) == len(expected)
    assert all(words in sentence for words, sentence in zip(expected, told, strict=True))


async def test_no_secret_and_nobody_is_in_a_log_line(make_channel, api, kit, capsys) -> None:
    text = f"no such user {kit.PERSON} token {kit.TOKEN} key {kit.KEY}\n"
    api.refuse(kit.REPLY, 20003, text=text)
    channel = make_channel(base=api.base)
    with pytest.raises(RecipientGone) as caught:
        await channel.send(kit.outbound(text="不要外传"))
    api.script[kit.REPLY].append(_drop)
    with pytest.raises(OutcomeUnknown) as lost:
        await channel.send(kit.outbound(text="不要外传"))
    told = "".join(capsys.readouterr()) + str(caught.value) + str(lost.value) + repr(channel)
    assert "weibo.refused" in told
    assert not [one for one in (kit.PERSON, kit.TOKEN, kit.SECRET, kit.KEY, "不要外传") if one in told]
    assert set(channel.secrets()) == {kit.SECRET, kit.TOKEN}


SHARE = "/2/statuses/share.json"
NOTICE = "关于路灯维修的通知，详见 https://www.example.gov.cn/n/1"


async def test_a_notice_is_published_with_the_address_it_is_made_from(make_channel, api, kit) -> None:
    channel = make_channel(base=api.base, rip="203.0.113.5", safe_domains=["example.gov.cn"])
    assert isinstance(channel, Publishes)
    assert channel.unpublishable(NOTICE) == []
    sent = await channel.publish(NOTICE)
    assert sent.provider_id == "5200000000000123"
    assert api.sent(SHARE) == [{"access_token": kit.TOKEN, "status": NOTICE, "rip": "203.0.113.5"}]


@pytest.mark.parametrize("code", [20017, 20019, 20111])
async def test_what_stands_there_already_is_not_published_again(make_channel, api, code) -> None:
    api.refuse(SHARE, code)
    channel = make_channel(base=api.base, rip="203.0.113.5", safe_domains=["example.gov.cn"])
    with pytest.raises(PayloadRejected, match="refused") as caught:
        await channel.publish(NOTICE)
    assert "相同或太相似" in caught.value.sentence
    assert len(api.sent(SHARE)) == 1


UNPUBLISHABLE = {
    "too long": (NOTICE + "字" * 120, "最多 140 字"),
    "a topic": ("#路灯# " + NOTICE, "话题"),
    "no address": ("关于路灯维修的通知", "安全域名下的网址"),
    "another's address": ("见 https://example.gov.cn.evil.example/n", "安全域名下的网址"),
    "another's user": ("见 https://example.gov.cn@evil.example/n", "安全域名下的网址"),
    "nothing": ("  ", "没有内容"),
}


@pytest.mark.parametrize("name", UNPUBLISHABLE)
def test_what_the_platform_would_refuse_is_told_before(make_channel, name) -> None:
    text, words = UNPUBLISHABLE[name]
    told = make_channel(rip="203.0.113.5", safe_domains=["example.gov.cn"]).unpublishable(text)
    assert any(words in sentence for sentence in told)


def test_an_address_with_a_topics_sign_is_no_topic(make_channel) -> None:
    channel = make_channel(rip="203.0.113.5", safe_domains=["example.gov.cn"])
    assert channel.unpublishable("见 https://example.gov.cn/a#b 和 https://example.gov.cn/c#d") == []


def test_without_rip_or_domains_nothing_is_published(make_channel) -> None:
    told = "".join(make_channel().unpublishable(NOTICE))
    assert "rip" in told
    assert "safe_domains" in told
    assert make_channel(rip="::1", base_url="https://bot.example.gov.cn").unpublishable(
        "见 https://bot.example.gov.cn/r/1"
    ) == []  # fmt: skip


def test_the_clock_of_the_tests_stands_at_ten_in_china(kit) -> None:
    assert datetime(2026, 11, 21, 2, 0, tzinfo=UTC) == kit.NOW
