"""Only the platform can post to a webhook; of anything else nothing is kept."""

import time
from dataclasses import replace

import pytest
from deployment import http
from wechat_client import Person, Push, sign


def _forged(push: Push) -> Push:
    return replace(push, signature=sign("guessed-token", push.timestamp, push.nonce))


def _tampered(push: Push) -> Push:
    return replace(push, message_signature="0" * 40)


def _stale(push: Push) -> Push:
    return replace(push, timestamp=str(int(time.time()) - 3600))


def _from_tomorrow(push: Push) -> Push:
    return replace(push, timestamp=str(int(time.time()) + 86_400))


def _of_another_app(push: Push) -> Push:
    return replace(push, account=replace(push.account, app_id="wx0000000000000000"))


def _under_another_key(push: Push) -> Push:
    return replace(push, account=replace(push.account, aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA"))


def _with_another_token(push: Push) -> Push:
    return replace(push, account=replace(push.account, token="another-token"))


def _oversized(push: Push) -> Push:
    return replace(push, padding=" " * 200_000)


@pytest.mark.parametrize(
    ("bend", "statuses"),
    [
        (_forged, {401, 403}),
        (_tampered, {401, 403}),
        (_stale, {401, 403}),
        (_from_tomorrow, {401, 403}),
        (_of_another_app, {401, 403}),
        (_under_another_key, {401, 403}),
        (_with_another_token, {401, 403}),
        (_oversized, {413}),
    ],
)
def test_a_call_that_is_not_the_platforms_is_refused_and_nothing_of_it_is_kept(office, bend, statuses):
    resident, person = office.newcomer()
    status, reply = bend(Push(account=office.account, message=person.text(resident.all_at_once))).send()

    assert status in statuses
    assert reply == ""
    assert office.api.conversations(resident.openid) == []


def test_the_same_call_unbent_is_kept(office):
    resident, person = office.newcomer()
    assert Push(account=office.account, message=person.text(resident.all_at_once)).send()[0] == 200
    [conversation] = office.api.conversations(resident.openid)
    kinds = [message["kind"] for message in office.api.messages(conversation["id"]) if message["direction"] == "in"]
    assert kinds == ["text"]


@pytest.mark.parametrize(
    "body", [b"", b"<xml>", b"{}", b"\xff\xfe\x00", b'<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>']
)
def test_what_is_no_message_at_all_is_refused(office, body):
    timestamp = str(int(time.time()))
    signature = sign(office.account.token, timestamp, "n")
    query = f"signature={signature}&timestamp={timestamp}&nonce=n&encrypt_type=aes&msg_signature={'0' * 40}"
    assert http("POST", f"{office.account.url}?{query}", body=body)[0] in {400, 401, 403}


def test_a_clear_message_is_refused_where_the_account_is_in_safe_mode(office):
    resident, _ = office.newcomer()
    timestamp = str(int(time.time()))
    query = f"signature={sign(office.account.token, timestamp, 'n')}&timestamp={timestamp}&nonce=n"
    body = f"<xml><ToUserName>gh</ToUserName><FromUserName>{resident.openid}</FromUserName><CreateTime>1</CreateTime>"
    body += "<MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId></xml>"
    assert http("POST", f"{office.account.url}?{query}", body=body.encode())[0] in {401, 403}
    assert office.api.conversations(resident.openid) == []


def test_the_server_url_is_verified_as_the_platform_asks(office):
    timestamp = str(int(time.time()))
    signature = sign(office.account.token, timestamp, "n")
    asked = f"{office.account.url}?timestamp={timestamp}&nonce=n&echostr=5837397576500043"
    assert http("GET", f"{asked}&signature={signature}") == (200, b"5837397576500043")
    assert http("GET", f"{asked}&signature={'0' * 40}")[0] in {401, 403}


def test_an_account_that_is_not_ours_is_not_there(office):
    elsewhere = replace(office.account, url=office.account.url.replace("/main", "/other"))
    person = Person(account=elsewhere, openid="oNobody")
    assert person.push(person.text("你好"))[0] == 404
