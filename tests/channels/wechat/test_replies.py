"""The answer to a callback."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from channels.messages import Via

TRICKY = "a]]>b <xml>&amp; ]]]]><![CDATA[> 😀\x08\ud83d]]>"


@pytest.fixture
def converse(make_channel, pusher, kit):
    """Answer an arrival as the platform would read it: (status, decrypted fields)."""

    def run(text, *, request=None, key=None, buttons=(), **settings):
        channel = make_channel(**settings)
        arrival = channel.receive(request or pusher.safe(kit.xml(kit.text_fields())))
        response = channel.respond(arrival, kit.outbound(Via.PASSIVE, text=text, buttons=buttons))
        body = response.body.decode()
        outer = json.loads(body) if body.startswith("{") else {each.tag: each.text for each in ET.fromstring(body)}
        if "Encrypt" not in outer:
            return outer
        signed = (kit.TOKEN, str(outer["TimeStamp"]), outer["Nonce"], outer["Encrypt"])
        assert outer["MsgSignature"] == kit.sign(*signed)
        inner = kit.PlatformCrypto(key or kit.AES_KEY).decrypt(outer["Encrypt"])
        return json.loads(inner) if inner.startswith("{") else {each.tag: each.text for each in ET.fromstring(inner)}

    return run


def test_a_reply_goes_back_encrypted_with_the_names_swapped(converse, kit):
    fields = converse("您好，请说。")
    assert fields["ToUserName"] == kit.PERSON
    assert fields["FromUserName"] == kit.OURS
    assert fields["MsgType"] == "text"
    assert fields["Content"] == "您好，请说。"
    assert fields["CreateTime"] == str(int(kit.NOW.timestamp()))


def test_a_reply_in_plain_mode_is_clear(converse, pusher, kit):
    request = pusher.request(kit.xml(kit.text_fields()))
    assert converse("好", request=request, mode="plain")["Content"] == "好"


def test_a_reply_in_compatible_mode_is_encrypted(make_channel, pusher, kit):
    channel = make_channel(mode="compatible")
    arrival = channel.receive(pusher.safe(kit.xml(kit.text_fields()), clear=kit.text_fields()))
    assert b"<Encrypt>" in channel.respond(arrival, kit.outbound(Via.PASSIVE)).body


def test_a_reply_is_encrypted_with_the_key_that_opened(converse, pusher, kit):
    request = pusher.safe(kit.xml(kit.text_fields()), crypto=kit.PlatformCrypto(kit.OTHER_KEY))
    fields = converse("好", request=request, key=kit.OTHER_KEY, previous_encoding_aes_key=kit.OTHER_KEY)
    assert fields["Content"] == "好"


def test_a_reply_to_json_is_json(converse, pusher, kit):
    plain = pusher.request(json.dumps(kit.text_fields()))
    safe = pusher.safe(json.dumps(kit.text_fields()), as_json=True)
    for request in (plain, safe):
        fields = converse('引号"', request=request, mode="plain")
        assert (fields["Content"], fields["ToUserName"]) == ('引号"', kit.PERSON)


def test_markup_in_a_text_stays_text(converse, pusher, kit):
    plain = pusher.request(kit.xml(kit.text_fields()))
    for settings in ({}, {"request": plain, "mode": "plain"}):
        assert converse(TRICKY, **settings)["Content"] == "a]]>b <xml>&amp; ]]]]><![CDATA[> 😀]]>"


def test_names_cannot_break_out_either(converse, pusher, kit):
    request = pusher.request(kit.xml(kit.text_fields(FromUserName="o]]><x>")))
    assert converse("好", request=request, mode="plain")["ToUserName"] == "o]]><x>"


@pytest.mark.parametrize("text", ["", "  \n", "\x00\x01"])
def test_nothing_to_say_is_success(make_channel, pusher, kit, text):
    channel = make_channel()
    arrival = channel.receive(pusher.safe(kit.xml(kit.text_fields())))
    for reply in (None, kit.outbound(Via.PASSIVE, text=text)):
        response = channel.respond(arrival, reply)
        assert (response.status, response.body) == (200, b"success")


def test_a_text_too_long_is_cut_after_a_sentence(converse):
    content = converse("路灯坏了三个月。" * 200)["Content"]
    assert len(content.encode()) <= 2048
    assert content.endswith("。…")


def test_buttons_are_links_that_send_their_title(converse):
    content = converse("请选择：", buttons=(("确认提交", "/affirm"), ("改地址", "")))["Content"]
    assert content.startswith("请选择：\n\n<a href=")
    assert re.findall(r'<a href="([^"]+)">([^<]+)</a>', content) == [
        ("weixin://bizmsgmenu?msgmenucontent=确认提交&msgmenuid=%2Faffirm", "确认提交"),
        ("weixin://bizmsgmenu?msgmenucontent=改地址&msgmenuid=改地址", "改地址"),
    ]


def test_numbered_choices_become_links_where_they_stand(converse):
    content = converse("请选：\n1 确认\n2 修改", buttons=(("确认", ""), ("修改", ""), ("取消", "")))["Content"]
    assert re.sub(r"<a [^>]*>([^<]*)</a>", r"[\1]", content) == "请选：\n1\u00a0[确认]\n2\u00a0[修改]\n\n[取消]"


def test_a_title_cannot_break_its_link(converse):
    content = converse("选", buttons=(('a"b&c<d>', 'x"&y=1'),))["Content"]
    assert content.endswith(
        '<a href="weixin://bizmsgmenu?msgmenucontent=a%22b%26c%3Cd%3E&msgmenuid=x%22%26y%3D1">a"b＆c＜d＞</a>'
    )


def test_links_are_left_out_where_they_are_switched_off_or_do_not_fit(converse):
    buttons = (("是", "/yes"),)
    assert converse("请回复“是”。", buttons=buttons, tap_links=False)["Content"] == "请回复“是”。"
    long = "字" * 660
    assert converse(long, buttons=buttons)["Content"] == long


def test_equal_replies_are_not_equal_once_encrypted(make_channel, pusher, kit):
    channel = make_channel()
    arrival = channel.receive(pusher.safe(kit.xml(kit.text_fields())))
    replies = [channel.respond(arrival, kit.outbound(Via.PASSIVE)).body for _ in range(20)]
    assert len({ET.fromstring(reply).findtext("Encrypt") for reply in replies}) == 20
