"""What Kannel brings, call by call: captured from Kannel 1.4.5 (Debian), with invented numbers."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sms_kit import KEY, Kit

from channels.base import Arrival
from channels.errors import BadSignature, Malformed, NotThere, TooLarge, WebhookRefused
from channels.messages import Kind, ReceiptState

ID = "5a6d6709-af87-48ae-a649-d77528a42739"
OURS = "0123456789abcdef0123456789abcdef"
SENT = {"from": "13800138000", "to": "1069001", "id": ID, "time": "1795334100", "smsc": "carrier"}
RECODED = {**SENT, "text": "小区噪音扰民怎么投诉", "coding": "0", "charset": "UTF-8"}


def raw(text: bytes, **more: str) -> str:
    return urlencode({"key": KEY, **SENT, **more}) + "&text=" + quote(text, safe="")


@pytest.fixture
def channel(kit):
    return kit.channel()


def message(channel, call):
    [found] = channel.receive(call).messages
    return found


def test_a_recoded_text(channel, kit):
    got = message(channel, kit.call(RECODED))
    assert (got.address.channel, got.address.account, got.address.sender) == ("sms", "main", "13800138000")
    assert (got.text, got.kind, got.message_id) == ("小区噪音扰民怎么投诉", Kind.TEXT, ID)
    assert (got.sent_at, got.received_at) == (datetime(2026, 11, 22, 7, 55, tzinfo=UTC), kit.now)
    assert (got.grant, got.reply_until) == (None, None)


@pytest.mark.parametrize(
    ("text", "more", "written"),
    [
        ("路灯坏了😀".encode("utf-16-be"), {"coding": "2", "charset": "UTF-16BE"}, "路灯坏了😀"),
        ("路灯坏了".encode("utf-16-be"), {"coding": "2"}, "路灯坏了"),
        ("路灯坏了".encode("utf-16-be"), {"coding": "2", "charset": "UCS-2"}, "路灯坏了"),
        ("路灯坏了𠮷".encode("gb18030"), {"coding": "0", "charset": "GBK"}, "路灯坏了𠮷"),
        ("路燈壞了".encode("big5"), {"coding": "0", "charset": "Big5"}, "路燈壞了"),
        ("à bientôt".encode("latin-1"), {"coding": "0", "charset": "ISO-8859-1"}, "à bientôt"),
        ("路灯".encode(), {"coding": "0", "charset": "x-unheard-of"}, "路灯"),
        ("路灯".encode(), {}, "路灯"),
        # says UTF-16 and is not: read as well as it can be, and not lost
        ("路灯坏".encode(), {"coding": "2", "charset": "UTF-16BE"}, "路灯坏"),
        (b"a+b%20&c=d", {"charset": "UTF-8"}, "a+b%20&c=d"),
        (b"", {"charset": "UTF-8"}, ""),
        (b"a\0b", {"charset": "UTF-8"}, "ab"),
    ],
)
def test_a_text_is_of_the_charset_it_names(channel, kit, text, more, written):
    assert message(channel, kit.call(raw(text, **more))).text == written


def test_what_cannot_be_read_is_kept_as_well_as_it_can_be(channel, kit):
    got = message(channel, kit.call(raw(b"ok \xff\xfe\xfa", charset="UTF-8")))
    assert got.text.startswith("ok ")
    got.text.encode()


def test_data_that_is_no_text_is_told_as_unknown(channel, kit):
    got = message(channel, kit.call(raw(b"\x8d\xef", coding="1", charset="8-BIT")))
    assert got.kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    "given", ["+8613800138000", "8613800138000", "008613800138000", " 13800138000", "138 0013 8000"]
)
def test_one_person_is_one_sender_however_the_number_is_written(channel, kit, given):
    assert message(channel, kit.call({**RECODED, "from": given})).address.sender == "13800138000"


@pytest.mark.parametrize("time", ["", "soon", "-5", "0", "99999999999", "1795334100.5", "٣"])
def test_a_time_that_is_none_is_that_of_arrival(channel, kit, time):
    assert message(channel, kit.call({**RECODED, "time": time})).sent_at == kit.now


def test_without_an_id_a_repeat_is_still_known_and_another_text_is_another(channel, kit):
    without = {name: value for name, value in RECODED.items() if name != "id"}
    first = message(channel, kit.call(without))
    again = message(channel, kit.call(without))
    other = message(channel, kit.call({**without, "text": "别的"}))
    assert first.message_id == again.message_id != other.message_id
    assert "13800138000" not in first.message_id


def test_a_post_in_headers_and_body(channel, kit):
    headers = {
        "content-type": 'text/plain; charset="UTF-16BE"',
        "x-kannel-from": "13800138000",
        "x-kannel-to": "1069001",
        "x-kannel-time": "2026-11-22 07:47:40",
        "x-kannel-coding": "2",
    }
    call = kit.call({"id": ID}, method="POST", headers=headers, body="路灯坏了".encode("utf-16-be"))
    got = message(channel, call)
    assert (got.text, got.address.sender, got.message_id) == ("路灯坏了", "13800138000", ID)


def test_a_post_as_a_form(channel, kit):
    body = raw("路灯".encode(), charset="UTF-8").encode()
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    got = message(channel, kit.call(f"key={KEY}", method="POST", headers=headers, body=body))
    assert (got.text, got.message_id) == ("路灯", ID)


def test_a_part_is_kept_as_a_part(channel, kit):
    query = raw("第二段".encode(), charset="UTF-8") + "&udh=%05%00%03%07%02%02"
    arrival = channel.receive(kit.call(query))
    [part] = arrival.parts
    assert arrival.messages == ()
    assert (part.reference, part.number, part.total, part.inbound.text) == ("7", 2, 2, "第二段")


def test_the_answer_is_an_empty_200(channel, kit):
    answer = channel.respond(channel.receive(kit.call(RECODED)), None)
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    ("told", "state", "reason"),
    [
        (("1", ""), ReceiptState.DELIVERED, ""),
        (("1", "id:1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:WF26"), ReceiptState.DELIVERED, ""),
        (("2", "id:1 sub:001 dlvrd:000 stat:UNDELIV err:021 text:hello"), ReceiptState.FAILED, "UNDELIV 021"),
        (("2", "stat:EXPIRED text:secret words"), ReceiptState.FAILED, "EXPIRED"),
        (("2", ""), ReceiptState.FAILED, "undelivered"),
        (("2", "13800138000 is switched off"), ReceiptState.FAILED, "undelivered"),
        (("16", "NACK/0x0000000b/Invalid Destination 13800138000"), ReceiptState.FAILED, "0x0000000b"),
        (("16", ""), ReceiptState.FAILED, "rejected"),
    ],
)
def test_a_receipt_that_ends_a_text(channel, kit, told, state, reason):
    kind, answer = told
    arrival = channel.receive(kit.call({"id": OURS, "type": kind, "answer": answer}, path="receipts"))
    [receipt] = arrival.receipts
    assert (receipt.channel, receipt.account, receipt.message_id) == ("sms", "main", OURS)
    assert (receipt.state, receipt.reason, receipt.at) == (state, reason, kit.now)
    assert arrival.messages == ()


@pytest.mark.parametrize("kind", ["4", "8", "0", "32", "64"])
def test_a_receipt_that_ends_nothing_is_none(channel, kit, kind):
    arrival = channel.receive(kit.call({"id": OURS, "type": kind, "answer": "ACK/"}, path="receipts"))
    assert (arrival.receipts, arrival.messages) == ((), ())
    assert channel.respond(arrival, None).status == 200


HOSTILE = {
    "another key": ({**RECODED, "key": "another-key"}, {}, BadSignature),
    "no key": (urlencode(RECODED), {}, BadSignature),
    "an empty key": ({**RECODED, "key": ""}, {}, BadSignature),
    "a key that begins right": ({**RECODED, "key": KEY[:-1]}, {}, BadSignature),
    "a key that goes on": ({**RECODED, "key": KEY + "x"}, {}, BadSignature),
    "a key of surrogates": ({**RECODED, "key": "é" * 9}, {}, BadSignature),
    "a wrong key and another method": ({"key": "no"}, {"method": "DELETE"}, BadSignature),
    "a wrong key for receipts": ({"key": "no", "id": OURS, "type": "1"}, {"path": "receipts"}, BadSignature),
    "a wrong key below": ({"key": "no"}, {"path": "x"}, BadSignature),
    "another method": (RECODED, {"method": "PUT"}, Malformed),
    "something below": (RECODED, {"path": "other"}, NotThere),
    "something below, far down": (RECODED, {"path": "receipts/other"}, NotThere),
    "two senders": (f"{raw(b'a')}&from=13900139000", {}, Malformed),
    "one sender twice": (f"{raw(b'a')}&from=13800138000", {}, Malformed),
    "a sender twice, written otherwise": (f"{raw(b'a')}&%66rom=13900139000", {}, Malformed),
    "two texts": (f"{raw(b'a')}&text=b", {}, Malformed),
    "two keys of which the first is right": (f"{raw(b'a')}&key=other", {}, Malformed),
    "no sender": ({**RECODED, "from": ""}, {}, Malformed),
    "a sender that is none": ({**RECODED, "from": "小明"}, {}, Malformed),
    "a sender without end": ({**RECODED, "from": "1" * 300}, {}, Malformed),
    "nothing at all": ({}, {}, Malformed),
    "no text": ({"from": "13800138000"}, {}, Malformed),
    "fields without end": (urlencode({"key": KEY, **{f"f{n}": "1" for n in range(500)}}), {}, Malformed),
    "a body too large": (RECODED, {"method": "POST", "body": b"x" * 125_000}, TooLarge),
    "an address too long": (raw(b"x" * 40_000), {}, TooLarge),
    "a receipt without a type": ({"id": OURS}, {"path": "receipts"}, Malformed),
    "a receipt of a strange type": ({"id": OURS, "type": "one"}, {"path": "receipts"}, Malformed),
    "a receipt of a type in other digits": ({"id": OURS, "type": "١"}, {"path": "receipts"}, Malformed),
    "a receipt for nothing": ({"type": "1"}, {"path": "receipts"}, Malformed),
    "a receipt for a path": ({"type": "1", "id": "../../etc"}, {"path": "receipts"}, Malformed),
    "a receipt for too much": ({"type": "1", "id": "a" * 65}, {"path": "receipts"}, Malformed),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_call_is_refused_and_nothing_of_it_is_quoted(channel, kit, name):
    query, more, refusal = HOSTILE[name]
    with pytest.raises(refusal) as caught:
        channel.receive(kit.call(query, **more))
    assert "13800138000" not in str(caught.value)
    assert KEY not in str(caught.value)


def test_the_second_of_two_keys_does_not_help(channel, kit):
    with pytest.raises(BadSignature):
        channel.receive(kit.call(f"key=wrong&{urlencode(RECODED)}&key=alsowrong"))


def test_a_sender_in_the_address_and_another_in_the_form_is_none(channel, kit):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with pytest.raises(Malformed):
        channel.receive(kit.call(raw(b"a"), method="POST", headers=headers, body=b"from=13900139000"))
    assert channel.receive(kit.call(raw(b"a"), method="POST", headers=headers, body=b"from=13800138000")).messages


def test_a_key_in_a_form_is_no_key(channel, kit):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with pytest.raises(BadSignature):
        channel.receive(kit.call("", method="POST", headers=headers, body=urlencode({"key": KEY, **RECODED}).encode()))


QUERIES = st.one_of(
    st.text(max_size=300),
    st.dictionaries(
        st.sampled_from(["from", "to", "text", "id", "time", "coding", "charset", "type", "answer", "udh", "key"]),
        st.text(max_size=40),
    ).map(lambda pairs: urlencode({"key": KEY, **pairs}, errors="replace")),
    st.binary(max_size=200).map(lambda data: f"key={KEY}&from=13800138000&text={quote(data)}&charset=UTF-16BE"),
    st.binary(max_size=60).map(lambda data: f"key={KEY}&from=13800138000&text=a&udh={quote(data)}"),
)


@given(
    query=QUERIES,
    method=st.sampled_from(["GET", "POST", "HEAD"]),
    path=st.sampled_from(["", "receipts", "receipts/", "/"]),
    body=st.binary(max_size=200),
    content_type=st.sampled_from(["", "application/x-www-form-urlencoded", "text/plain; charset=gbk", "text/xml"]),
)
def test_whatever_is_called_ends_in_an_arrival_or_a_refusal(query, method, path, body, content_type):
    kit = Kit()
    call = kit.call(query, method=method, path=path, body=body, headers={"content-type": content_type})
    try:
        arrival = kit.channel().receive(call)
    except WebhookRefused:
        return
    assert isinstance(arrival, Arrival)
    for found in arrival.messages:
        found.text.encode()
        found.message_id.encode()
        assert found.address.sender
        assert abs(found.sent_at - kit.now) <= timedelta(days=7)
