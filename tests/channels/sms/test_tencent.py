"""Tencent Cloud: the signature, what is asked, what each answer means, and what its callbacks bring."""

import json
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cloud_kit import APP_ID, FACTS, KEY_ID, OFFICE, SECRET, TENCENT_ACCOUNT
from hypothesis import given
from hypothesis import strategies as st
from sms_kit import KEY, Kit
from tencentcloud.sms.v20210111 import errorcodes

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
    WayShut,
    WebhookRefused,
)
from channels.messages import ReceiptState
from channels.sms.cloud_errors import looked_up
from channels.sms.tencent_errcodes import FAMILIES, TABLE
from channels.sms.tencent_signing import authorization

OURS = "0123456789abcdef0123456789abcdef"
SERIAL = "5000:1045710669157053657849499619"
SENT = {
    "SerialNo": SERIAL,
    "PhoneNumber": "+8613800138000",
    "Fee": 1,
    "SessionContext": OURS,
    "Code": "Ok",
    "Message": "send success",
    "IsoCode": "CN",
}
CAPTURED = json.loads((Path(__file__).parent / "captured" / "tencent_sdk.json").read_text("utf-8"))
CHINA = timezone(timedelta(hours=8))
STATUS = {
    "user_receive_time": "2026-11-22 15:59:58",
    "nationcode": "86",
    "mobile": "13800138000",
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "description": "用户短信送达成功",
    "sid": SERIAL,
    "ext": OURS,
}
REPLY = {
    "extend": "01",
    "mobile": "13800138000",
    "nationcode": "86",
    "sign": OFFICE,
    "text": "路灯坏了😀",
    "time": 1795334390,
}


@pytest.fixture
def kit():
    return Kit(settings=dict(TENCENT_ACCOUNT))


@pytest.fixture
def api(listener):
    answers(listener, {"SendStatusSet": [SENT]})
    return listener


@pytest.fixture
def channel(kit, http, api):
    return kit.channel(http, api_base=api.url, call_seconds=30)


def answers(api, response, status=200):
    api.answer = lambda _call: (status, json.dumps({"Response": {**response, "RequestId": "R"}}).encode())


def refuses(api, code, *, number=True):
    refusal = {"Code": code, "Message": "13800138000 …"}
    answers(api, {"SendStatusSet": [SENT | refusal | {"SerialNo": ""}]} if number else {"Error": refusal})


def notice(kit, **more):
    return kit.outbound(**({"notice": "progress", "fields": dict(FACTS)} | more))


@pytest.mark.parametrize("call", CAPTURED["calls"])
def test_the_signature_is_the_one_that_tencents_own_client_makes(call):
    ours = authorization(
        key_id=CAPTURED["key_id"],
        secret=CAPTURED["secret"],
        host=call["headers"]["host"],
        content_type=call["headers"]["content-type"],
        body=call["body"].encode(),
        at=datetime.fromtimestamp(int(call["headers"]["x-tc-timestamp"]), UTC),
    )
    assert ours == call["headers"]["authorization"]


async def test_what_is_asked_of_the_api(channel, kit, api):
    sent = await channel.send(notice(kit, id=OURS))
    assert sent.provider_id == SERIAL
    [call] = api.made
    assert (call.method, call.path, call.query_string) == ("POST", "", "")
    assert json.loads(call.body) == {
        "PhoneNumberSet": ["+8613800138000"],
        "SmsSdkAppId": APP_ID,
        "SignName": OFFICE,
        "TemplateId": "100",
        "TemplateParamSet": ["WF261121001237", "已受理", "请耐心等待"],
        "SessionContext": OURS,
    }
    wanted = {"x-tc-action": "SendSms", "x-tc-version": "2021-01-11", "x-tc-region": "ap-guangzhou"}
    assert wanted.items() <= call.headers.items()
    assert call.headers["x-tc-timestamp"] == str(int(kit.now.timestamp()))
    assert f"Credential={KEY_ID}/2026-11-22/sms/tc3_request" in call.headers["authorization"]
    assert SECRET not in repr(call)


async def test_an_extension_of_the_number_is_asked_for_where_it_is_set(kit, http, api):
    await kit.channel(http, api_base=api.url, extend_code="01").send(notice(kit))
    assert json.loads(api.made[0].body)["ExtendCode"] == "01"


async def test_whoever_wrote_is_answered_by_the_template_for_it(channel, kit, api):
    await channel.send(kit.outbound("您的短信已收到", notice="reply"))
    asked = json.loads(api.made[0].body)
    assert (asked["TemplateId"], asked["TemplateParamSet"]) == ("200", [])


async def test_words_of_our_own_never_leave(channel, kit, api):
    with pytest.raises(WayShut):
        await channel.send(kit.outbound("请问路灯在哪里？"))
    assert api.made == []


async def test_a_sender_that_is_no_number_cannot_be_reached(channel, kit, api):
    for to in ("BANK", "10086"):
        with pytest.raises(RecipientGone):
            await channel.send(notice(kit, to=to))
    assert api.made == []


@pytest.mark.parametrize("number", [True, False])
@pytest.mark.parametrize("code", sorted(TABLE))
async def test_each_code_means_one_thing_wherever_it_stands(kit, http, api, code, number):
    refuses(api, code, number=number)
    channel = kit.channel(http, api_base=api.url)
    with pytest.raises(TABLE[code].error) as caught:
        await channel.send(notice(kit))
    assert type(caught.value) is TABLE[code].error
    assert caught.value.provider_code == code
    assert "13800138000" not in str(caught.value)


def test_every_code_that_the_own_client_names_has_a_reaction():
    named = {value for name, value in vars(errorcodes).items() if name.isupper()}
    # what the calls answer that make templates and signatures, which we do not make
    of_sending = {code for code in named if code.startswith(("LimitExceeded", "InternalError", "Unauthorized"))}
    known = {code: looked_up(code, TABLE, FAMILIES) for code in named}
    assert of_sending
    assert all(known[code].error is not PayloadRejected or code in TABLE for code in of_sending)
    assert known["UnauthorizedOperation.ServiceSuspendDueToArrears"].error is AccountBroken
    assert known["LimitExceeded.PhoneNumberDailyLimit"].error is DailyQuotaUsed


@pytest.mark.parametrize(
    ("code", "seconds"),
    [
        ("LimitExceeded.PhoneNumberThirtySecondLimit", 30),
        ("LimitExceeded.PhoneNumberOneHourLimit", 3600),
        ("LimitExceeded.PhoneNumberDailyLimit", 8 * 3600),
        ("LimitExceeded.AppDailyLimit", 8 * 3600),
        ("RequestLimitExceeded.IPLimitExceeded", 60),
    ],
)
async def test_a_limit_says_how_long_to_wait(channel, kit, api, code, seconds):
    refuses(api, code)
    with pytest.raises((Busy, DailyQuotaUsed)) as caught:
        await channel.send(notice(kit))
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    "case",
    [
        (200, {"Response": {"Error": {"Code": "AuthFailure.New"}}}, AccountBroken),
        (200, {"Response": {"Error": {"Code": "Something.New"}}}, PayloadRejected),
        (200, {"Response": {"SendStatusSet": []}}, OutcomeUnknown),
        (200, {"Response": {"SendStatusSet": ["Ok"]}}, OutcomeUnknown),
        (200, {"Response": []}, OutcomeUnknown),
        (200, {}, OutcomeUnknown),
        (302, None, AccountBroken),
        (404, None, AccountBroken),
        (429, None, Busy),
        (500, None, Busy),
        (502, None, OutcomeUnknown),
        (504, None, OutcomeUnknown),
    ],
)
async def test_what_no_table_holds(channel, kit, api, case):
    status, said, error = case
    api.answer = lambda _call: (status, b"<html>" if said is None else json.dumps(said).encode())
    with pytest.raises(error) as caught:
        await channel.send(notice(kit))
    assert type(caught.value) is error


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
    with pytest.raises(Busy):
        await kit.channel(http, api_base="http://127.0.0.1:9").send(notice(kit))


async def test_a_secret_that_is_refused_is_left_alone_for_a_while(channel, kit, api):
    refuses(api, "AuthFailure.SignatureFailure", number=False)
    for _ in range(3):
        with pytest.raises(AccountBroken):
            await channel.send(notice(kit))
    assert len(api.made) == 1


async def test_what_concerns_one_number_keeps_nobody_else_back(channel, kit, api):
    refuses(api, "LimitExceeded.PhoneNumberDailyLimit")
    for _ in range(2):
        with pytest.raises(DailyQuotaUsed):
            await channel.send(notice(kit))
    assert len(api.made) == 2


def call(kit, path, body):
    return kit.call({}, method="POST", path=path, body=json.dumps(body).encode())


def test_receipts(kit):
    failed = STATUS | {"report_status": "FAIL", "errmsg": "-106", "ext": ""}
    channel = kit.channel()
    arrival = channel.receive(call(kit, "receipts", [STATUS, failed]))
    delivered, other = arrival.receipts
    assert (delivered.state, delivered.message_id, delivered.provider_id) == (ReceiptState.DELIVERED, OURS, SERIAL)
    assert delivered.at == datetime(2026, 11, 22, 15, 59, 58, tzinfo=CHINA)
    assert (other.state, other.message_id, other.reason) == (ReceiptState.FAILED, "", "-106")
    response = channel.respond(arrival, None)
    assert (response.status, response.body) == (200, b'{"result":0,"errmsg":"OK"}')


def test_a_text_is_one_object(kit):
    [message] = kit.channel().receive(call(kit, "texts", REPLY)).messages
    assert (message.address.sender, message.text) == ("13800138000", "路灯坏了😀")
    assert message.sent_at == datetime.fromtimestamp(1795334390, UTC)


@pytest.mark.parametrize(
    ("country", "mobile", "sender"),
    [
        ("86", "13800138000", "13800138000"),
        ("", "13800138000", "13800138000"),
        ("86", "+8613800138000", "13800138000"),
        ("852", "91234567", "85291234567"),
        (86, 13800138000, "13800138000"),
    ],
)
def test_one_person_is_one_sender_however_the_number_is_written(kit, country, mobile, sender):
    [message] = kit.channel().receive(call(kit, "texts", REPLY | {"nationcode": country, "mobile": mobile})).messages
    assert message.address.sender == sender


def test_a_repeat_has_the_same_id_and_the_same_words_a_second_later_another(kit):
    channel = kit.channel()

    def id_of(**more):
        [message] = channel.receive(call(kit, "texts", REPLY | more)).messages
        return message.message_id

    assert id_of() == id_of()
    assert len({id_of(), id_of(time=1795334391), id_of(text="别的"), id_of(mobile="13900139000")}) == 4


@pytest.mark.parametrize("path", ["", "others", "texts/more"])
def test_elsewhere_nothing_is(kit, path):
    with pytest.raises(NotThere):
        kit.channel().receive(call(kit, path, REPLY))


@pytest.mark.parametrize(
    ("path", "body"), [("texts", []), ("texts", 7), ("texts", {}), ("receipts", [{"sid": SERIAL}])]
)
def test_what_is_no_callback_is_refused(kit, path, body):
    with pytest.raises(Malformed):
        kit.channel().receive(call(kit, path, body))


@pytest.mark.parametrize("path", ["texts", "receipts"])
def test_without_the_key_nothing_is_read(kit, path):
    with pytest.raises(BadSignature):
        kit.channel().receive(kit.call(f"key={KEY[:-1]}", method="POST", path=path, body=b"[]"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*STATUS, *REPLY]), inner, max_size=9),
    max_leaves=30,
)


@given(
    path=st.sampled_from(["texts", "receipts", ""]), body=JSON.map(json.dumps).map(str.encode) | st.binary(max_size=300)
)
def test_whatever_is_posted_is_an_arrival_or_a_refusal(path, body):
    kit = Kit(settings=dict(TENCENT_ACCOUNT))
    try:
        arrival = kit.channel().receive(kit.call({}, method="POST", path=path, body=body))
    except WebhookRefused:
        return
    assert isinstance(arrival, Arrival)
    for message in arrival.messages:
        (message.text + message.message_id + message.address.sender).encode()


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (
            {"DescribeTemplateStatusSet": [{"TemplateId": 100, "StatusCode": 0}, {"TemplateId": 200, "StatusCode": 0}]},
            [],
        ),
        (
            {"DescribeTemplateStatusSet": [{"TemplateId": 100, "StatusCode": 1}, 7]},
            ["templates.progress 的模板 100 还在审核中", "templates.reply 的模板 200 不在这个账号里"],
        ),
        ({"Error": {"Code": "AuthFailure.SecretIdNotFound"}}, ["secret_id"]),
        ({"Error": {"Code": "AuthFailure.SignatureExpire"}}, ["时钟"]),
        ({"Error": {"Code": "AuthFailure.UnauthorizedOperation"}}, ["权限"]),
        ({"Error": {"Code": "UnauthorizedOperation.RequestIpNotInWhitelist"}}, ["IP"]),
        ({"Error": {"Code": "Something"}}, ["Something"]),
        ({}, ["api_base"]),
    ],
)
async def test_doctor_is_told_what_is_wrong(channel, api, response, told):
    answers(api, response)
    found = await channel.check()
    assert len(found) == len(told)
    assert all(part in sentence for part, sentence in zip(told, found, strict=True))
    assert api.made[0].headers["x-tc-action"] == "DescribeSmsTemplateList"


async def test_doctor_is_told_that_nobody_is_there_or_that_no_template_is_set(kit, http, api):
    assert "连不上" in (await kit.channel(http, api_base="http://127.0.0.1:9").check())[0]
    answers(api, {"DescribeTemplateStatusSet": []})
    [found] = await kit.channel(http, api_base=api.url, templates={}).check()
    assert "templates" in found
