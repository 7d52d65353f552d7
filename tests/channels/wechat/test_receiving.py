"""Who is let in: signature, freshness, size, encryption, and what hostile bodies end in."""

import base64
import json
import os
import struct
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.errors import BadSignature, Malformed, NotForUs, NotThere, Stale, TooLarge, TooWeak
from channels.wechat.signature import sign


@pytest.mark.parametrize(
    ("timestamp", "nonce", "signature"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_the_platforms_own_examples_are_signed_alike(timestamp, nonce, signature):
    assert sign("AAAAA", timestamp, nonce) == signature


def test_the_url_check_is_answered_verbatim(make_channel, pusher):
    request = pusher.request(method="GET", query=pusher.query(echostr="4375120948345356249"))
    answer = make_channel().receive(request).answer
    assert (answer.status, answer.body) == (200, b"4375120948345356249")
    assert answer.content_type.startswith("text/plain")


def test_a_signed_get_without_echostr_is_malformed(make_channel, pusher):
    with pytest.raises(Malformed):
        make_channel().receive(pusher.request(method="GET"))


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "broken",
    [
        {"signature": "0" * 40},
        {"signature": ""},
        {"signature": "签名"},
        {"signature": "\ud800"},
        {"timestamp": "1"},
        {"nonce": "\udfff"},
    ],
)
def test_every_method_is_refused_with_a_wrong_signature(make_channel, pusher, method, broken):
    query = pusher.query(echostr="x") | broken
    with pytest.raises(BadSignature) as refused:
        make_channel().receive(pusher.request("<xml/>", method=method, query=query))
    assert refused.value.status == 403


def test_missing_parameters_are_a_wrong_signature(make_channel, pusher):
    with pytest.raises(BadSignature):
        make_channel().receive(pusher.request("<xml/>", query={}))


def test_an_unknown_method_is_malformed_however_well_signed(make_channel, pusher):
    with pytest.raises(Malformed):
        make_channel().receive(pusher.request(method="PUT"))


def test_nothing_is_below_the_account(make_channel, pusher, kit):
    request = replace(pusher.safe(kit.xml(kit.text_fields())), path="/receipts")
    with pytest.raises(NotThere):
        make_channel().receive(request)


@pytest.mark.parametrize(("seconds", "refused"), [(0, False), (599, False), (-599, False), (601, True), (-601, True)])
def test_a_signed_time_may_lie_ten_minutes_off(make_channel, pusher, kit, seconds, refused):
    request = pusher.safe(kit.xml(kit.text_fields()))
    late = replace(request, received_at=kit.NOW + timedelta(seconds=seconds))
    channel = make_channel()
    if not refused:
        assert channel.receive(late).messages
        return
    with pytest.raises(Stale) as error:
        channel.receive(late)
    assert error.value.status == 403


@pytest.mark.parametrize("timestamp", ["", "soon", "-5", "1e9", "٣٤", "9" * 5000, "1714036504.5"])
def test_a_signed_time_that_is_no_time_is_stale(make_channel, pusher, kit, timestamp):
    query = pusher.query() | {"timestamp": timestamp, "signature": kit.sign(kit.TOKEN, timestamp, pusher.nonce)}
    with pytest.raises(Stale):
        make_channel().receive(pusher.request("<xml/>", query=query))


def test_a_body_over_64_kib_is_refused_unread(make_channel, pusher):
    with pytest.raises(TooLarge) as refused:
        make_channel().receive(pusher.request(b"\xff" * (64 * 1024 + 1)))
    assert refused.value.status == 413


def test_a_safe_mode_message_of_an_independent_crypto_is_opened(make_channel, pusher, kit):
    for content in ("", "路灯坏了", "汉" * 5000):
        arrival = make_channel().receive(pusher.safe(kit.xml(kit.text_fields(content))))
        assert arrival.messages[0].text == content


def test_a_compatible_mode_message_is_believed_only_in_its_encrypted_part(make_channel, pusher, kit):
    request = pusher.safe(kit.xml(kit.text_fields("密文")), clear=kit.text_fields("明文"))
    assert make_channel(mode="compatible").receive(request).messages[0].text == "密文"


@pytest.mark.parametrize(("mode", "refused"), [("plain", 0), ("compatible", 2), ("safe", 3)])
def test_a_request_weaker_than_the_setting_is_refused(make_channel, pusher, kit, mode, refused):
    channel = make_channel(mode=mode)
    document = kit.xml(kit.text_fields())
    weakest_first = [
        pusher.request(document),
        pusher.request(document, query=pusher.query(encrypt_type="raw")),
        pusher.safe(document, clear=kit.text_fields()),
        pusher.safe(document),
    ]
    for request in weakest_first[refused:]:
        assert channel.receive(request).messages
    for request in weakest_first[:refused]:
        with pytest.raises(TooWeak) as error:
            channel.receive(request)
        assert error.value.status == 403


def test_an_unknown_encrypt_type_is_malformed(make_channel, pusher):
    with pytest.raises(Malformed):
        make_channel(mode="plain").receive(pusher.request("<xml/>", query=pusher.query(encrypt_type="rsa")))


def test_json_bodies_are_read_like_xml(make_channel, pusher, kit):
    plain = pusher.request(json.dumps(kit.text_fields("明文", MsgId=23480000000000001)))
    safe = pusher.safe(json.dumps(kit.text_fields("密文")), as_json=True)
    channel = make_channel(mode="plain")
    assert [channel.receive(each).messages[0].text for each in (plain, safe)] == ["明文", "密文"]
    assert channel.receive(plain).messages[0].message_id == "23480000000000001"
    assert channel.receive(plain).messages[0].sent_at == kit.NOW


@pytest.mark.parametrize("given", ["0" * 40, "", None])
def test_msg_signature_is_checked_before_decrypting(make_channel, pusher, kit, given):
    request = pusher.safe(kit.xml(kit.text_fields()))
    query = {name: value for name, value in request.query.items() if name != "msg_signature"}
    query |= {} if given is None else {"msg_signature": given}
    with pytest.raises(BadSignature) as refused:
        make_channel().receive(replace(request, query=query))
    assert refused.value.__cause__ is None, "the cipher was asked"


def test_a_message_for_another_app_is_not_for_us(make_channel, pusher, kit):
    stranger = kit.PlatformCrypto(app_id="wx_somebody_else")
    with pytest.raises(NotForUs) as refused:
        make_channel().receive(pusher.safe(kit.xml(kit.text_fields()), crypto=stranger))
    assert refused.value.status == 403


def test_the_previous_key_still_opens(make_channel, pusher, kit):
    request = pusher.safe(kit.xml(kit.text_fields("旧钥")), crypto=kit.PlatformCrypto(kit.OTHER_KEY))
    assert make_channel(previous_encoding_aes_key=kit.OTHER_KEY).receive(request).messages[0].text == "旧钥"
    with pytest.raises((BadSignature, NotForUs)):
        make_channel().receive(request)


def test_an_encrypted_message_without_any_key_is_refused(make_channel, pusher, kit):
    with pytest.raises(BadSignature):
        make_channel(mode="plain", encoding_aes_key="").receive(pusher.safe(kit.xml(kit.text_fields())))


def _bad_ciphertexts(crypto):
    yield "not base64 at all"
    yield "汉字"
    yield base64.b64encode(b"short").decode()
    yield crypto.encrypt_raw(b"\0" * 32)  # padding of no length
    yield crypto.encrypt_raw(b"\xff" * 64)  # padding longer than all
    yield crypto.encrypt_raw(os.urandom(15) + b"\x01")  # nothing left
    yield crypto.encrypt_raw(b"r" * 16 + struct.pack(">I", 2**32 - 1) + b"x" * 11 + b"\x01")  # a length beyond
    yield crypto.encrypt(b"\xff\xfe<xml/>")  # not UTF-8


def test_signed_but_impossible_ciphertexts_are_refused_with_403(make_channel, pusher, kit):
    channel = make_channel()
    for encrypted in _bad_ciphertexts(kit.PlatformCrypto()):
        body = kit.xml({"ToUserName": kit.OURS, "Encrypt": encrypted})
        with pytest.raises((BadSignature, NotForUs)) as refused:
            channel.receive(pusher.request(body, query=pusher.encrypted_query(encrypted)))
        assert refused.value.status == 403


HEAD = "<xml><ToUserName>gh</ToUserName><FromUserName>o</FromUserName><MsgType>text</MsgType>"
GOOD = (HEAD + "<Content>a</Content></xml>").encode()
HOSTILE = {
    "nothing": b"",
    "spaces": b"  \n",
    "no xml": b"hello",
    "unclosed": b"<xml><a>",
    "two roots": b"<xml/><xml/>",
    "another root": b"<html><MsgType>text</MsgType></html>",
    "empty root": b"<xml/>",
    "text in root": b"<xml>text</xml>",
    "doctype": b'<!DOCTYPE xml SYSTEM "file:///etc/passwd">' + GOOD,
    "bare doctype": b"<!DOCTYPE xml>" + GOOD,
    "entity bomb": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + GOOD.replace(b">a<", b">&b;<"),
    "hidden doctype": b"<!DOC\x01TYPE xml>" + GOOD,
    "undeclared entity": (HEAD + "<Content>&nbsp;</Content></xml>").encode(),
    "deep nesting": HEAD.encode() + b"<a>" * 4000 + b"</a>" * 4000 + b"</xml>",
    "nul": (HEAD + "<Content>a\0b</Content></xml>").encode(),
    "nul reference": (HEAD + "<Content>&#0;</Content></xml>").encode(),
    "surrogate reference": (HEAD + "<Content>&#xD800;</Content></xml>").encode(),
    "surrogate bytes": HEAD.encode() + b"<Content>\xed\xa0\x80</Content></xml>",
    "not utf-8": HEAD.encode() + b"<Content>\xc4\xe3\xba\xc3</Content></xml>",
    "utf-16": (HEAD + "</xml>").encode("utf-16"),
    "gbk": ('<?xml version="1.0" encoding="gbk"?>' + HEAD + "<Content>你好</Content></xml>").encode("gbk"),
    "no MsgType": b"<xml><ToUserName>gh</ToUserName><FromUserName>o</FromUserName></xml>",
    "no sender": b"<xml><ToUserName>gh</ToUserName><MsgType>text</MsgType></xml>",
    "two senders": b"<xml><ToUserName>gh</ToUserName><MsgType>text</MsgType>"
    b"<FromUserName>a</FromUserName><FromUserName>b</FromUserName></xml>",
    "endless sender": b"<xml><ToUserName>gh</ToUserName><MsgType>text</MsgType><FromUserName>"
    + b"o" * 129
    + b"</FromUserName></xml>",
    "json list": b"[]",
    "broken json": b'{"MsgType": ',
    "deep json": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "deeper json": b'{"a":' + b"[" * 40_000,
    "json nul": b'{"ToUserName":"gh","FromUserName":"o","MsgType":"text","Content":"\\u0000"}',
    "json surrogate": b'{"ToUserName":"gh","FromUserName":"o","MsgType":"text","Content":"\\ud83d"}',
    "json surrogate key": b'{"ToUserName":"gh","FromUserName":"o","MsgType":"text","\\ud83d":"x"}',
    "json numbers": b'{"ToUserName":"gh","FromUserName":1e999,"MsgType":NaN,"Content":' + b"9" * 40_000 + b',"x":[}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_malformed_in_clear_and_encrypted(make_channel, pusher, name):
    channel = make_channel(mode="plain")
    for request in (pusher.request(HOSTILE[name]), pusher.safe(HOSTILE[name])):
        # encrypted bytes that are no text cannot be told from a wrong key
        with pytest.raises((Malformed, BadSignature)) as refused:
            channel.receive(request)
        assert refused.value.status in {400, 403}
        assert isinstance(refused.value, Malformed) or request.query.get("encrypt_type") == "aes"


def test_what_is_hostile_is_so_by_one_thing_alone(make_channel, pusher):
    assert make_channel(mode="plain").receive(pusher.request(GOOD)).messages[0].text == "a"


def test_a_declared_encoding_does_not_change_what_the_bytes_are(make_channel, pusher, kit):
    document = '<?xml version="1.0" encoding="gbk"?>' + kit.xml(kit.text_fields("你好"))
    assert make_channel(mode="plain").receive(pusher.request(document)).messages[0].text == "你好"


def test_pasted_control_characters_do_not_cost_the_message(make_channel, pusher, kit):
    document = kit.xml(kit.text_fields("路\x08灯\x0b坏\x1f了"))
    assert make_channel(mode="plain").receive(pusher.request(document)).messages[0].text == "路灯坏了"


def test_a_byte_order_mark_is_no_harm(make_channel, pusher, kit):
    body = b"\xef\xbb\xbf" + kit.xml(kit.text_fields("你好")).encode()
    assert make_channel(mode="plain").receive(pusher.request(body)).messages[0].text == "你好"
