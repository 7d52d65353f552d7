"""The played clouds: whom they let in, what they take, what they bring back and how often."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from cloud_kit import FACTS, PHONE, REPLIED, SECRET, cloud_settings, played

from channels.errors import (
    AccountBroken,
    Busy,
    DailyQuotaUsed,
    OutcomeUnknown,
    PayloadRejected,
    RecipientGone,
)
from channels.messages import ReceiptState
from channels.sandbox.sms_cloud import make_aliyun, make_tencent
from channels.sandbox.sms_cloud.ledger import Ledger

CAPTURED = Path(__file__).parents[1] / "sms" / "captured"
BOTH = pytest.mark.parametrize("provider", ["aliyun", "tencent"])
HOLD = {"hold": True}


async def refused(stage, error, **more):
    with pytest.raises(error) as caught:
        await stage.channel.send(stage.notice(**more))
    assert type(caught.value) is error
    return caught.value.provider_code


@BOTH
async def test_a_text_appears_on_the_phone_and_a_receipt_follows(provider):
    async with played(provider) as stage:
        sent = await stage.channel.send(stage.notice())
        assert await stage.screen() == ["【某市信访局】您反映的事项WF261121001237状态：已受理。说明：请耐心等待"]
        await stage.bot.called()
        [receipt] = stage.bot.receipts
        assert (receipt.provider_id, receipt.state) == (sent.provider_id, ReceiptState.DELIVERED)


@BOTH
async def test_whoever_writes_is_answered_by_the_template_for_it(provider):
    async with played(provider) as stage:
        await stage.channel.send(stage.notice(notice="reply", fields={}))
        assert await stage.screen() == [f"【某市信访局】{REPLIED}"]


@BOTH
async def test_the_secret_and_the_key_must_be_the_accounts_own(provider):
    names = {"aliyun": ("access_key_id", "access_key_secret"), "tencent": ("secret_id", "secret_key")}[provider]
    codes = {
        "aliyun": ("InvalidAccessKeyId.NotFound", "SignatureDoesNotMatch"),
        "tencent": ("AuthFailure.SecretIdNotFound", "AuthFailure.SignatureFailure"),
    }[provider]
    for name, code in zip(names, codes, strict=True):
        async with played(provider, {name: "another"}) as stage:
            assert await refused(stage, AccountBroken) == code
            assert await stage.screen() == []


@BOTH
@pytest.mark.parametrize("side", [-1, 1])
async def test_a_clock_that_is_off_is_refused_beyond_what_is_allowed(provider, side):
    minutes = {"aliyun": 15, "tencent": 5}[provider]
    code = {"aliyun": "InvalidTimeStamp.Expired", "tencent": "AuthFailure.SignatureExpire"}[provider]
    async with played(provider) as stage:
        await stage.ctl("clock", {"offset_seconds": side * (minutes * 60 - 20)})
        await stage.channel.send(stage.notice())
        await stage.ctl("clock", {"offset_seconds": side * (minutes * 60 + 20)})
        assert await refused(stage, AccountBroken) == code


async def replay(make, provider, moment):
    """The call that the provider's own client made at ``moment``, made again at that moment, twice."""
    captured = json.loads((CAPTURED / f"{provider}_sdk.json").read_text("utf-8"))["calls"][0]
    settings = cloud_settings(provider, "http://127.0.0.1:9")
    headers = {name: value for name, value in captured["headers"].items() if name != "content-length"}
    async with TestServer(make(settings, lambda: moment)) as server, aiohttp.ClientSession() as http:
        url = f"http://127.0.0.1:{server.port}{captured['target']}"
        said = []
        for body in (captured["body"], captured["body"], captured["body"] + " "):
            async with http.post(aiohttp.client.URL(url, encoded=True), headers=headers, data=body.encode()) as answer:
                said.append(await answer.json())
        return said


async def test_what_aliyuns_own_client_sent_is_taken_once_and_not_when_it_was_changed():
    first, again, changed = await replay(make_aliyun, "aliyun", datetime(2026, 11, 22, 9, 5, tzinfo=UTC))
    assert [first["Code"], again["Code"], changed["Code"]] == ["OK", "SignatureNonceUsed", "SignatureDoesNotMatch"]


async def test_what_tencents_own_client_sent_is_taken_and_not_when_it_was_changed():
    first, _, changed = await replay(make_tencent, "tencent", datetime(2026, 11, 22, 9, 5, tzinfo=UTC))
    assert first["Response"]["SendStatusSet"][0]["Code"] == "Ok"
    assert changed["Response"]["Error"]["Code"] == "AuthFailure.SignatureFailure"


@BOTH
async def test_only_approved_templates_rightly_filled_are_sent(provider):
    known = {"aliyun": "SMS_", "tencent": ""}[provider]
    fields = {"aliyun": {"number": "number"}, "tencent": ["number"]}[provider]
    codes = {
        "aliyun": ("isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS"),
        "tencent": (
            "FailedOperation.TemplateIncorrectOrUnapproved",
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        ),
    }[provider]
    for number in ("300", "999"):
        async with played(provider, {"templates": {"progress": f"{known}{number}"}}) as stage:
            assert await refused(stage, AccountBroken) == codes[0]
            assert await stage.channel.check()
    async with played(provider, {"templates": {"progress": {"id": f"{known}100", "fields": fields}}}) as stage:
        assert await refused(stage, PayloadRejected) == codes[1]


@BOTH
async def test_a_variable_too_long_is_refused_where_the_account_says_more_than_it_may(provider):
    fields = {"aliyun": {"number": "number", "state": "state", "note": "note"}, "tencent": ["number", "state", "note"]}
    template = {"id": {"aliyun": "SMS_100", "tencent": "100"}[provider], "fields": fields[provider], "limit": 100}
    facts = dict(FACTS) | {"note": "答" * 90}
    async with played(provider, {"templates": {"progress": template}}) as stage:
        assert "Length" in await refused(stage, PayloadRejected, fields=facts) or provider == "aliyun"
    async with played(provider) as stage:
        await stage.channel.send(stage.notice(fields=facts))
        assert "答…" in (await stage.screen())[0]


@BOTH
async def test_another_signature_is_refused(provider):
    async with played(provider, {"sign": "另一局"}) as stage:
        await refused(stage, AccountBroken)


@BOTH
async def test_a_wrong_number_is_told(provider):
    async with played(provider) as stage:
        await refused(stage, RecipientGone, to="123456")


async def test_aliyun_counts_by_number_and_template():
    async with played("aliyun") as stage:
        await stage.ctl("pushes", HOLD)
        for _ in range(50):
            await stage.channel.send(stage.notice())
        assert await refused(stage, DailyQuotaUsed) == "isv.BUSINESS_LIMIT_CONTROL"
        await stage.channel.send(stage.notice(to="13900139000"))


async def test_tencent_counts_by_half_minute():
    async with played("tencent") as stage:
        await stage.ctl("pushes", HOLD)
        await stage.channel.send(stage.notice())
        assert await refused(stage, Busy) == "LimitExceeded.PhoneNumberThirtySecondLimit"
        await stage.channel.send(stage.notice(to="13900139000"))
        await stage.ctl("clock", {"offset_seconds": 31})
        await stage.channel.send(stage.notice())


def ledger_of(provider):
    return Ledger(cloud_settings(provider, "http://127.0.0.1:9").limits)


def test_tencent_counts_by_the_hour_and_by_the_day_of_chinas_calendar():
    ledger, begin = ledger_of("tencent"), datetime(2026, 11, 22, 1, 0, tzinfo=UTC)  # 09:00 there
    met = [ledger.submit(PHONE, begin + timedelta(minutes=minute)) for minute in range(6)]
    assert [limit and limit.name for limit in met] == [None] * 5 + ["PhoneNumberOneHourLimit"]
    later = [ledger.submit(PHONE, begin + timedelta(hours=2, minutes=15 * quarter)) for quarter in range(6)]
    assert [limit and limit.name for limit in later] == [None] * 5 + ["PhoneNumberDailyLimit"]
    assert ledger.submit(PHONE, datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) is not None
    assert ledger.submit(PHONE, datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) is None  # midnight there


def test_aliyuns_twenty_four_hours_roll():
    ledger, begin = ledger_of("aliyun"), datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    assert all(ledger.submit(PHONE, begin + timedelta(minutes=minute)) is None for minute in range(50))
    assert ledger.submit(PHONE, begin + timedelta(hours=23)) is not None
    assert ledger.submit(PHONE, begin + timedelta(hours=24)) is None
    assert ledger.submit(PHONE, begin + timedelta(hours=24)) is not None


@BOTH
async def test_several_receipts_come_in_one_call(provider):
    async with played(provider) as stage:
        await stage.ctl("pushes", HOLD)
        for last in range(5):
            await stage.channel.send(stage.notice(to=f"1380013800{last}", id=f"{last}" * 32))
        await stage.ctl("flush")
        assert [len(arrival.receipts) for arrival in stage.bot.arrivals] == [5]
        assert {receipt.message_id for receipt in stage.bot.receipts} == {f"{last}" * 32 for last in range(5)}
        await stage.ctl("pushes", HOLD | {"batch": 2})
        for last in range(5, 8):
            await stage.channel.send(stage.notice(to=f"1380013800{last}"))
        await stage.ctl("flush")
        assert [len(arrival.receipts) for arrival in stage.bot.arrivals] == [5, 2, 1]


@BOTH
async def test_a_receipt_may_come_before_the_call_is_answered(provider):
    async with played(provider) as stage:
        await stage.ctl("pushes", HOLD | {"before_answer": True})
        known = []

        async def send():
            await stage.channel.send(stage.notice(id="e" * 32))
            known.append(len(stage.bot.receipts))

        await send()
        assert known == [1]
        assert stage.bot.receipts[0].message_id == "e" * 32


@BOTH
async def test_texts_of_residents_come_and_a_doubled_push_has_the_same_ids(provider):
    async with played(provider) as stage:
        await stage.ctl("pushes", HOLD)
        await stage.ctl("faults", {"path": "push", "duplicates": 1, "times": 9})
        await stage.ctl(f"phones/{PHONE}/text", {"text": "路灯坏了😀"})
        await stage.ctl(f"phones/{PHONE}/text", {"text": "在文化路"})
        await stage.ctl("flush")
        ids = [message.message_id for message in stage.bot.messages]
        assert len(ids) == 4
        assert len(set(ids)) == 2
        assert {message.text for message in stage.bot.messages} == {"路灯坏了😀", "在文化路"}
        assert {message.address.sender for message in stage.bot.messages} == {PHONE}


@BOTH
async def test_what_is_not_acknowledged_comes_again_later_and_at_last_no_more(provider):
    retries = {"aliyun": (60, 300, 600), "tencent": (60, 60)}[provider]
    async with played(provider) as stage:
        await stage.ctl("pushes", HOLD)
        stage.bot.broken = 99
        await stage.ctl(f"phones/{PHONE}/text", {"text": "路灯坏了"})
        await stage.ctl("flush")
        offset = 0
        for seconds in retries:
            await stage.ctl("clock", {"offset_seconds": offset + seconds - 5})
            assert (await stage.ctl("flush"))["waiting"] == 1
            offset += seconds + 5
            await stage.ctl("clock", {"offset_seconds": offset})
            await stage.ctl("flush")
        pushes = (await stage.get("journal?path=texts"))["items"]
        assert [each["answer"] == "dropped" for each in pushes] == [False] * (1 + len(retries)) + [True]
        assert (await stage.get("status"))["waiting"] == 0


@BOTH
async def test_a_push_that_failed_once_is_kept_the_second_time(provider):
    async with played(provider) as stage:
        await stage.ctl("pushes", HOLD)
        stage.bot.broken = 1
        await stage.ctl(f"phones/{PHONE}/text", {"text": "路灯坏了"})
        await stage.ctl("flush")
        assert stage.bot.messages == []
        await stage.ctl("clock", {"offset_seconds": 61})
        await stage.ctl("flush")
        assert [message.text for message in stage.bot.messages] == ["路灯坏了"]


@BOTH
async def test_a_number_that_is_off_gets_nothing_and_the_receipt_says_so(provider):
    async with played(provider) as stage:
        await stage.ctl("pushes", HOLD)
        await stage.ctl(f"phones/{PHONE}/block", {"code": "MOBILE_NOT_ON_SERVICE"})
        await stage.channel.send(stage.notice())
        await stage.ctl("flush")
        assert await stage.screen() == []
        [receipt] = stage.bot.receipts
        assert (receipt.state, receipt.reason) == (ReceiptState.FAILED, "MOBILE_NOT_ON_SERVICE")


@BOTH
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"drop": "before"}, OutcomeUnknown),
        ({"drop": "after"}, OutcomeUnknown),
        ({"latency": 3}, OutcomeUnknown),
        ({"status": 503}, Busy),
        ({"errmsg": "Nobody.Knows"}, PayloadRejected),
    ],
)
async def test_trouble_on_demand(provider, fault, error):
    hasty = {"call_seconds": 1} if "latency" in fault else {}
    async with played(provider, hasty) as stage:
        await stage.ctl("faults", {"path": "/SendSms", **fault})
        await refused(stage, error)
        carried_out = 1 if fault in ({"drop": "after"}, {"latency": 3}) else 0
        if "latency" not in fault:
            assert len(await stage.screen()) == carried_out
        assert (await stage.get("faults"))["items"] == []


@BOTH
async def test_the_journal_holds_both_directions_and_no_secret(provider):
    async with played(provider) as stage:
        await stage.ctl("pushes", HOLD)
        await stage.channel.send(stage.notice())
        await stage.ctl("flush")
        entries = (await stage.get("journal"))["items"]
        assert [(each["direction"], each["path"], each["status"]) for each in entries] == [
            ("call", "/SendSms", 200),
            ("push", "receipts", 200),
        ]
        assert SECRET not in json.dumps(entries)
        await stage.ctl("journal", method="DELETE")
        assert (await stage.get("journal"))["items"] == []


@BOTH
async def test_reset_forgets_everything(provider):
    async with played(provider) as stage:
        await stage.channel.send(stage.notice())
        await stage.ctl("clock", {"offset_seconds": 60})
        status = await stage.ctl("reset")
        assert (status["texts"], status["offset_seconds"]) == (0, 0)
        await stage.channel.send(stage.notice())


@BOTH
@pytest.mark.parametrize(
    ("path", "data"),
    [
        (f"phones/{PHONE}/text", {"text": ""}),
        (f"phones/{PHONE}/text", {"text": 7}),
        ("phones/nobody/text", {"text": "您好"}),
        ("pushes", {"batch": 0}),
        ("clock", {"offset_seconds": "soon"}),
        ("clock", {"offset_seconds": 10**10}),
        ("clock", {"hours": 1}),
        ("faults", {"path": "SendSms"}),
        ("journal?after=x", None),
    ],
)
async def test_a_wrong_order_is_told_in_chinese(provider, path, data):
    async with played(provider) as stage:
        said = await stage.ctl(path, data, method="GET" if data is None else "POST")
        assert any("\u4e00" <= sign <= "\u9fff" for sign in said["sentence"])


@BOTH
@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{" * 5000, b'{"PhoneNumberSet": 7}'])
async def test_whatever_is_posted_is_refused_in_the_clouds_own_words(provider, body):
    async with played(provider) as stage, stage.http.post(stage.cloud, data=body) as answer:
        said = await answer.json()
        assert said.get("Code") or said["Response"]["Error"]["Code"]
