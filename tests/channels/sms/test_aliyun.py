"""Aliyun: the signature, what is asked, what each answer means, and what its callbacks bring."""

import json
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from cloud_kit import ALIYUN_ACCOUNT, FACTS, KEY_ID, OFFICE, SECRET
from hypothesis import given
from hypothesis import strategies as st
from sms_kit import KEY, NOW, Kit
from waiting import awaited

from channels.base import Arrival
from channels.errors import (
    AccountBroken,
    BadSignature,
    Busy,
    DailyQuotaUsed,
    Malformed,
    NotThere,
    OutcomeUnknown,
    PayloadRejected,
    RecipientGone,
    TooLarge,
    WayShut,
    WebhookRefused,
)
from channels.messages import Kind, ReceiptState
from channels.sms.aliyun_errcodes import TABLE
from channels.sms.aliyun_signing import authorization

OK = {"Code": "OK", "Message": "OK", "BizId": "900619746936498440^0", "RequestId": "R"}
OURS = "0123456789abcdef0123456789abcdef"
CAPTURED = json.loads((Path(__file__).parent / "captured" / "aliyun_sdk.json").read_text("utf-8"))
CHINA = timezone(timedelta(hours=8))
REPORT = {
    "phone_number": "13800138000",
    "send_time": "2026-11-22 15:59:50",
    "report_time": "2026-11-22 15:59:58",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "900619746936498440^0",
    "out_id": OURS,
}
TEXT = {
    "phone_number": "13800138000",
    "content": "路灯坏了😀",
    "send_time": "2026-11-22 15:59:50",
    "sign_name": OFFICE,
    "dest_code": "1069001",
    "sequence_id": 1234567890,
}


@pytest.fixture
def kit():
    return Kit(settings=dict(ALIYUN_ACCOUNT))


@pytest.fixture
def api(listener):
    listener.answer = lambda _call: (200, json.dumps(OK).encode())
    return listener


@pytest.fixture
def channel(kit, http, api):
    return kit.channel(http, api_base=api.url, call_seconds=30)


def notice(kit, **more):
    return kit.outbound(**({"notice": "progress", "fields": dict(FACTS)} | more))


def answers(api, code, message="", status=200):
    api.answer = lambda _call: (status, json.dumps({"Code": code, "Message": message, "RequestId": "R"}).encode())


@pytest.mark.parametrize("call", CAPTURED["calls"])
def test_the_signature_is_the_one_that_aliyuns_own_client_makes(call):
    address, proof = urlsplit(call["target"]), call["headers"]["authorization"]
    signed = proof.split("SignedHeaders=")[1].split(",")[0].split(";")
    ours = authorization(
        key_id=CAPTURED["key_id"],
        secret=CAPTURED["secret"],
        method=call["method"],
        path=address.path,
        query=dict(parse_qsl(address.query)),
        headers={name: call["headers"][name] for name in signed},
    )
    assert ours == proof


async def test_what_is_asked_of_the_api(channel, kit, api):
    sent = await channel.send(notice(kit, id=OURS))
    assert sent.provider_id == OK["BizId"]
    [call] = api.made
    assert (call.method, call.path, call.body) == ("POST", "", b"")
    assert json.loads(call.query["TemplateParam"]) == {
        "number": "WF261121001237",
        "state": "已受理",
        "note": "请耐心等待",
    }
    assert {name: value for name, value in call.query.items() if name != "TemplateParam"} == {
        "PhoneNumbers": "13800138000",
        "SignName": OFFICE,
        "TemplateCode": "SMS_100",
        "OutId": OURS,
    }
    assert call.headers["x-acs-action"] == "SendSms"
    assert call.headers["x-acs-date"] == "2026-11-22T08:00:00Z"
    assert f"Credential={KEY_ID}," in call.headers["authorization"]
    assert SECRET not in repr(call)


async def test_no_nonce_is_used_twice(channel, kit, api):
    await channel.send(notice(kit))
    await channel.send(notice(kit))
    assert len({call.headers["x-acs-signature-nonce"] for call in api.made}) == 2


async def test_whoever_wrote_is_answered_by_the_template_for_it(channel, kit, api):
    await channel.send(kit.outbound("您的短信已收到", notice="reply"))
    [call] = api.made
    assert call.query["TemplateCode"] == "SMS_200"
    assert "TemplateParam" not in call.query


async def test_words_of_our_own_never_leave(channel, kit, api):
    with pytest.raises(WayShut):
        await channel.send(kit.outbound("请问路灯在哪里？"))
    assert api.made == []


@pytest.mark.parametrize(
    ("to", "dialled"),
    [("+8613800138000", "13800138000"), ("+85291234567", "85291234567"), ("0013812345678", "13812345678")],
)
async def test_the_number_dialled(channel, kit, api, to, dialled):
    await channel.send(notice(kit, to=to))
    assert api.made[0].query["PhoneNumbers"] == dialled


async def test_a_sender_that_is_a_name_cannot_be_reached(channel, kit, api):
    with pytest.raises(RecipientGone):
        await channel.send(notice(kit, to="BANK"))
    assert api.made == []


@pytest.mark.parametrize("code", sorted(TABLE))
async def test_each_code_means_one_thing(channel, kit, api, code):
    answers(api, code, "13800138000invalid", status=400)
    with pytest.raises(TABLE[code].error) as caught:
        await channel.send(notice(kit))
    assert type(caught.value) is TABLE[code].error
    assert caught.value.provider_code == code
    assert "13800138000" not in str(caught.value)


@pytest.mark.parametrize(
    "case",
    [
        ("触发天级流控Permits:10", DailyQuotaUsed, 86_400),
        ("触发小时级流控Permits:5", Busy, 3600),
        ("触发分钟级流控Permits:1", Busy, 60),
        ("something new", DailyQuotaUsed, 86_400),
    ],
)
async def test_a_limit_of_one_number_says_how_long_to_wait(channel, kit, api, case):
    words, error, seconds = case
    answers(api, "isv.BUSINESS_LIMIT_CONTROL", words)
    with pytest.raises(error) as caught:
        await channel.send(notice(kit))
    assert caught.value.retry_after == seconds


async def test_the_limit_of_the_account_ends_with_the_day_in_china(channel, kit, api):
    answers(api, "isv.DAY_LIMIT_CONTROL")
    with pytest.raises(DailyQuotaUsed) as caught:
        await channel.send(notice(kit))
    assert caught.value.retry_after == 8 * 3600  # it is 16:00 there


@pytest.mark.parametrize(
    "case",
    [
        (400, {"Code": "Throttling.Whatever"}, Busy),
        (403, {"Code": "Forbidden.RAM"}, AccountBroken),
        (400, {"Code": "isp.NEW"}, Busy),
        (200, {"Code": "isv.NEW"}, PayloadRejected),
        (200, {}, OutcomeUnknown),
        (200, [], OutcomeUnknown),
        (200, {"Code": 7}, OutcomeUnknown),
        (301, None, AccountBroken),
        (404, None, AccountBroken),
        (429, None, Busy),
        (500, None, Busy),
        (502, None, OutcomeUnknown),
        (503, None, Busy),
        (504, None, OutcomeUnknown),
    ],
)
async def test_what_no_table_holds(channel, kit, api, case):
    status, said, error = case
    api.answer = lambda _call: (status, b"<html>" if said is None else json.dumps(said).encode())
    with pytest.raises(error) as caught:
        await channel.send(notice(kit))
    assert type(caught.value) is error


async def test_an_answer_without_a_number_is_an_answer(channel, kit, api):
    api.answer = lambda _call: (200, b'{"Code": "OK", "BizId": 7}')
    assert (await channel.send(notice(kit))).provider_id == ""


async def test_an_answer_that_does_not_come_leaves_the_outcome_unknown(kit, http, api):
    channel = kit.channel(http, api_base=api.url, call_seconds=0.3)
    over = threading.Event()

    def late(_call):
        over.wait(5)
        return 200, b"{}"

    api.answer = late
    with pytest.raises(OutcomeUnknown):
        await channel.send(notice(kit))
    over.set()


async def test_nobody_there_means_that_nothing_was_sent(kit, http):
    channel = kit.channel(http, api_base="http://127.0.0.1:9")
    with pytest.raises(Busy) as caught:
        await channel.send(notice(kit))
    assert "13800138000" not in str(caught.value)


async def test_an_account_that_is_refused_is_left_alone_for_a_while(channel, kit, api):
    answers(api, "isv.OUT_OF_SERVICE")
    for _ in range(3):
        with pytest.raises(AccountBroken):
            await channel.send(notice(kit))
    assert len(api.made) == 1
    kit.now += timedelta(seconds=61)
    api.answer = lambda _call: (200, json.dumps(OK).encode())
    await channel.send(notice(kit))
    await channel.send(notice(kit))
    assert len(api.made) == 3


@pytest.mark.parametrize(
    "code", ["isv.BUSINESS_LIMIT_CONTROL", "isv.MOBILE_NUMBER_ILLEGAL", "isv.SMS_TEMPLATE_ILLEGAL"]
)
async def test_what_concerns_one_number_or_template_keeps_nobody_else_back(channel, kit, api, code):
    answers(api, code)
    for _ in range(2):
        with pytest.raises(TABLE[code].error):
            await channel.send(notice(kit))
    assert len(api.made) == 2


def test_a_receipt(kit):
    arrival = kit.channel().receive(call(kit, "receipts", [REPORT]))
    [receipt] = arrival.receipts
    assert (receipt.state, receipt.message_id, receipt.provider_id, receipt.reason) == (
        ReceiptState.DELIVERED,
        OURS,
        REPORT["biz_id"],
        "",
    )
    assert receipt.at == datetime(2026, 11, 22, 15, 59, 58, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("more", "state", "reason"),
    [
        ({"success": False, "err_code": "MOBILE_NOT_ON_SERVICE"}, ReceiptState.FAILED, "MOBILE_NOT_ON_SERVICE"),
        ({"success": "false", "err_code": "尊敬的 13800138000"}, ReceiptState.FAILED, "undelivered"),
        ({"success": "true"}, ReceiptState.DELIVERED, ""),
    ],
)
def test_what_became_of_it(kit, more, state, reason):
    [receipt] = kit.channel().receive(call(kit, "receipts", [REPORT | more])).receipts
    assert (receipt.state, receipt.reason) == (state, reason)


def test_a_receipt_without_our_id_is_known_by_theirs(kit):
    channel = kit.channel()
    for more in ({"out_id": ""}, {"out_id": "bad id\n"}, {"out_id": None}):
        [receipt] = channel.receive(call(kit, "receipts", [REPORT | more])).receipts
        assert (receipt.message_id, receipt.provider_id) == ("", REPORT["biz_id"])


def test_a_text(kit):
    channel = kit.channel()
    arrival = channel.receive(call(kit, "texts", [TEXT, TEXT | {"sequence_id": "77", "content": "T"}]))
    first, second = arrival.messages
    assert (first.address.sender, first.text, first.message_id, first.kind) == (
        "13800138000",
        "路灯坏了😀",
        "1234567890",
        Kind.TEXT,
    )
    assert (second.message_id, second.text) == ("77", "T")
    assert first.sent_at == datetime(2026, 11, 22, 15, 59, 50, tzinfo=CHINA)
    response = channel.respond(arrival, None)
    assert (response.status, response.body.decode()) == (200, '{"code":0,"msg":"接收成功"}')
    assert response.content_type.startswith("application/json")


def test_a_repeat_has_the_same_id_even_where_nothing_numbers_it(kit):
    bare = {name: value for name, value in TEXT.items() if name != "sequence_id"}
    channel = kit.channel()
    ids = {channel.receive(call(kit, "texts", [each])).messages[0].message_id for each in (bare, bare)}
    assert len(ids) == 1
    [other] = channel.receive(call(kit, "texts", [bare | {"content": "别的"}])).messages
    assert other.message_id not in ids


def test_several_hundred_receipts_in_one_call_are_all_read(kit):
    reports = [REPORT | {"biz_id": f"9006197469364984{number:03}^0", "out_id": ""} for number in range(300)]
    assert len(kit.channel().receive(call(kit, "receipts", reports)).receipts) == 300


def test_one_of_no_use_costs_the_others_nothing(kit):
    wrong = [{"content": "没有号码"}, {"phone_number": ["1"]}, {"phone_number": "😀"}]
    arrival = kit.channel().receive(call(kit, "texts", [*wrong, TEXT]))
    assert [message.text for message in arrival.messages] == ["路灯坏了😀"]
    arrival = kit.channel().receive(call(kit, "receipts", [{"success": True}, {"biz_id": "1"}, REPORT]))
    assert len(arrival.receipts) == 1


@pytest.mark.parametrize(
    "time", ["", "soon", "2026-13-40 00:00:00", "2020-01-01 00:00:00", "99999999999", None, 10**25]
)
def test_a_time_that_cannot_be_is_now(kit, time):
    [message] = kit.channel().receive(call(kit, "texts", [TEXT | {"send_time": time}])).messages
    assert message.sent_at == NOW


@pytest.mark.parametrize("path", ["", "others", "texts/more"])
def test_elsewhere_nothing_is(kit, path):
    with pytest.raises(NotThere):
        kit.channel().receive(call(kit, path, [TEXT]))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("texts", []),
        ("texts", "text"),
        ("texts", [1]),
        ("texts", None),
        ("texts", [TEXT] * 501),
        ("receipts", [{}]),
    ],
)
def test_what_is_no_callback_is_refused(kit, path, body):
    with pytest.raises((Malformed, TooLarge)):
        kit.channel().receive(call(kit, path, body))


@pytest.mark.parametrize("query", [{"key": ""}, {"key": "another-word"}, {"key": KEY + "x"}, {"key": "密钥"}])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_without_the_key_nothing_is_read(kit, query, method):
    with pytest.raises(BadSignature):
        kit.channel().receive(kit.call(query, method=method, path="texts", body=json.dumps([TEXT]).encode()))


def test_only_posts_are_read(kit):
    with pytest.raises(Malformed):
        kit.channel().receive(kit.call({}, method="GET", path="texts", body=json.dumps([TEXT]).encode()))


def call(kit, path, body):
    return kit.call({}, method="POST", path=path, body=json.dumps(body).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*TEXT, *REPORT]), inner, max_size=9),
    max_leaves=30,
)


@given(
    path=st.sampled_from(["texts", "receipts", "", "x"]),
    body=JSON.map(json.dumps).map(str.encode) | st.binary(max_size=300),
)
def test_whatever_is_posted_is_an_arrival_or_a_refusal(path, body):
    kit = Kit(settings=dict(ALIYUN_ACCOUNT))
    try:
        arrival = kit.channel().receive(kit.call({}, method="POST", path=path, body=body))
    except WebhookRefused:
        return
    assert isinstance(arrival, Arrival)
    for message in arrival.messages:
        (message.text + message.message_id + message.address.sender).encode()
        assert message.sent_at.tzinfo


@pytest.mark.parametrize(
    "body", [b"[" * 60_000, b"[" + b"9" * 9000 + b"]", b"\xff\xfe[", b"", b"NaN", b'[{"phone_number": 1e400}]']
)
def test_hostile_json_is_refused(kit, body):
    with pytest.raises(WebhookRefused):
        kit.channel().receive(kit.call({}, method="POST", path="texts", body=body))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"Code": "OK", "TemplateStatus": "1"}, ""),
        ({"Code": "OK", "TemplateStatus": 1}, ""),
        ({"Code": "OK", "TemplateStatus": "0"}, "审核中"),
        ({"Code": "isv.SMS_TEMPLATE_ILLEGAL"}, "templates.progress"),
        ({"Code": "InvalidAccessKeyId.NotFound"}, "access_key_id"),
        ({"Code": "SignatureDoesNotMatch"}, "access_key_secret"),
        ({"Code": "isp.RAM_PERMISSION_DENY"}, "RAM"),
        ({"Code": "InvalidTimeStamp.Expired"}, "时钟"),
        ([], "api_base"),
    ],
)
async def test_doctor_is_told_what_is_wrong(channel, api, said, told):
    api.answer = lambda _call: (200, json.dumps(said).encode())
    found = await channel.check()
    assert (told in found[0]) if told else not found
    assert {call.headers["x-acs-action"] for call in api.made} == {"GetSmsTemplate"}


async def test_doctor_is_told_that_nobody_is_there_or_that_no_template_is_set(kit, http, api):
    assert "连不上" in (await kit.channel(http, api_base="http://127.0.0.1:9").check())[0]
    answers(api, "isv.SMS_TEMPLATE_ILLEGAL")
    [found] = await kit.channel(http, api_base=api.url, templates={}).check()
    assert "templates" in found


async def test_run_returns_at_once_for_all_comes_by_callback(kit):
    await awaited(kit.channel().run(None), "there is nothing to run")
