"""Pushes of the fans service: who may call, what each message becomes, and how it is answered."""

import contextlib
import json
import math
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.base import Arrival
from channels.errors import BadSignature, Malformed, NotForUs, NotThere, Stale, TooLarge, WebhookRefused
from channels.messages import EventName, Grant, Kind, Location, Media, Via
from channels.weibo.signature import sign

TWO_DAYS = timedelta(hours=48)


def test_the_platforms_own_example_of_a_signature() -> None:
    assert sign("xyz123xyz", "1397022061823", "57155157") == "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1"


def test_the_url_check_is_answered_with_the_echo_alone(make_channel, kit) -> None:
    query = kit.signed(echostr="8719301")
    arrival = make_channel().receive(kit.request(method="GET", query=query))
    assert arrival.answer is not None
    assert (arrival.answer.status, arrival.answer.body) == (200, b"8719301")


REFUSED = {
    "no signature": (lambda kit: {"query": {}}, BadSignature),
    "another secret": (lambda kit: {"query": kit.signed(secret="another")}, BadSignature),
    "a signature beyond ASCII": (lambda kit: {"query": {**kit.signed(), "signature": "é\ud800"}}, BadSignature),
    "a nonce that was changed": (lambda kit: {"query": {**kit.signed(), "nonce": "1"}}, BadSignature),
    "an hour ago": (lambda kit: {"query": kit.signed(timestamp=str(int(kit.NOW.timestamp() - 3600) * 1000))}, Stale),
    "an hour ahead": (lambda kit: {"query": kit.signed(timestamp=str(int(kit.NOW.timestamp() + 3600) * 1000))}, Stale),
    "no time": (lambda kit: {"query": kit.signed(timestamp="soon")}, Stale),
    "Arabic digits": (lambda kit: {"query": kit.signed(timestamp="١٢٣٤٥٦٧٨٩٠١٢٣")}, Stale),
    "too large": (lambda kit: {"body": b" " * 65_537}, TooLarge),
    "below the address": (lambda kit: {"path": "/more"}, NotThere),
    "another method": (lambda kit: {"method": "PUT"}, Malformed),
    "no echo": (lambda kit: {"method": "GET"}, Malformed),
    "nothing": (lambda kit: {"body": b""}, Malformed),
    "no JSON": (lambda kit: {"body": b"<xml/>"}, Malformed),
    "not UTF-8": (lambda kit: {"body": '{"a": "你"}'.encode("gbk")}, Malformed),
    "a list": (lambda kit: {"body": [1]}, Malformed),
    "very deep": (lambda kit: {"body": b"[" * 60_000}, Malformed),
    "an endless number": (lambda kit: {"body": b'{"sender_id":' + b"9" * 60_000 + b"}"}, Malformed),
    "another receiver": (lambda kit: {"body": kit.pushed(receiver_id=1)}, NotForUs),
    "no receiver": (lambda kit: {"body": kit.pushed(receiver_id=None)}, NotForUs),
    "no sender": (lambda kit: {"body": kit.pushed(sender_id=None)}, Malformed),
    "a sender that is true": (lambda kit: {"body": kit.pushed(sender_id=True)}, Malformed),
    "a sender that is no number": (lambda kit: {"body": kit.pushed(sender_id={"$gt": ""})}, Malformed),
    "no type": (lambda kit: {"body": kit.pushed(type=None)}, Malformed),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_is_wrong_in_one_thing_is_refused(make_channel, kit, wrong) -> None:
    bend, error = REFUSED[wrong]
    with pytest.raises(error):
        make_channel().receive(kit.request(**{"body": kit.pushed(), **bend(kit)}))


def test_seconds_are_taken_for_a_time_as_well(make_channel, kit) -> None:
    query = kit.signed(timestamp=str(int(kit.NOW.timestamp())))
    assert make_channel().receive(kit.request(kit.pushed(), query=query)).messages


def heard(channel, kit, body):
    [message] = channel.receive(kit.request(body)).messages
    return message


TYPES = {
    "text": (("text", " 路灯坏了 ", {}), {"kind": Kind.TEXT, "text": " 路灯坏了 "}),
    "position": (
        ("position", "我在这里: http://t.cn/x", {"longitude": "119.16", "latitude": "36.71"}),
        {"kind": Kind.LOCATION, "text": "", "location": Location(latitude=36.71, longitude=119.16)},
    ),
    "position in numbers": (
        ("position", "", {"longitude": 119.16, "latitude": 36}),
        {"kind": Kind.LOCATION, "location": Location(latitude=36, longitude=119.16)},
    ),
    "no place on this globe": (("position", "", {"longitude": "NaN", "latitude": "9e99"}), {"kind": Kind.UNKNOWN}),
    "image": (
        ("image", "发了一张图片", {"vfid": 821804459, "tovfid": 821804460}),
        {"kind": Kind.IMAGE, "text": "", "media": Media(id="821804460")},
    ),
    "voice": (
        ("voice", "发了一个语音消息", {"vfid": 1, "tovfid": "9007199254740993"}),
        {"kind": Kind.VOICE, "text": "", "media": Media(id="9007199254740993")},
    ),
    "a picture that is not there": (("image", "发了一张图片", {}), {"kind": Kind.UNKNOWN}),
    "a number for a text": (("text", 13800138000, {}), {"kind": Kind.UNKNOWN, "text": "13800138000"}),
    "an object for a text": (("text", {"路": ["灯"]}, {}), {"kind": Kind.UNKNOWN, "text": '{"路": ["灯"]}'}),
    "true for a text": (("text", True, {}), {"kind": Kind.UNKNOWN, "text": "true"}),
    "no text at all": (("text", None, {}), {"kind": Kind.UNKNOWN, "text": ""}),
    "what nobody knows yet": (("hologram", "…", {"x": 1}), {"kind": Kind.UNKNOWN, "text": ""}),
}


@pytest.mark.parametrize("name", TYPES)
def test_each_type_becomes_what_it_is_and_opens_two_days(make_channel, kit, name) -> None:
    (kind, text, data), expected = TYPES[name]
    message = heard(make_channel(), kit, kit.pushed(kind, text, data))
    assert {key: getattr(message, key) for key in expected} == expected
    assert message.address.sender == kit.PERSON
    assert message.sent_at == datetime(2026, 11, 21, 1, 59, 58, tzinfo=UTC)
    assert message.grant == Grant(messages=None, until=kit.NOW + TWO_DAYS)
    assert message.reply_until == kit.NOW + timedelta(seconds=16)


EVENTS = {
    "follow": (EventName.SUBSCRIBED, True),
    "subscribe": (EventName.SUBSCRIBED, True),
    "scan_follow": (EventName.SUBSCRIBED, True),
    "unfollow": (EventName.UNSUBSCRIBED, False),
    "unsubscribe": (EventName.OPTED_OUT, False),
    "scan": (EventName.SCANNED, True),
    "click": (EventName.MENU_CLICKED, True),
    "view": (EventName.MENU_VIEWED, False),
    "dance": (EventName.OTHER, False),
}


@pytest.mark.parametrize("subtype", EVENTS)
def test_each_event_is_known_and_opens_a_window_or_none(make_channel, kit, subtype) -> None:
    name, opens = EVENTS[subtype]
    message = heard(make_channel(), kit, kit.pushed("event", "默认文案", {"subtype": subtype, "key": "k1"}))
    assert message.event is not None
    assert (message.kind, message.event.name, message.event.key, message.text) == (Kind.EVENT, name, "k1", "")
    assert message.grant == (Grant(messages=None, until=kit.NOW + TWO_DAYS) if opens else None)
    assert (message.reply_until is not None) is opens


def test_a_mention_allows_one_message_and_is_known_by_its_own_number(make_channel, kit) -> None:
    data = {"subtype": "comment", "key": 5200000000000000001}
    message = heard(make_channel(), kit, kit.pushed("mention", "@某市信访局 我的事办得怎么样", data))
    assert message.event is not None
    assert (message.event.name, message.event.key) == (EventName.MENTIONED, "5200000000000000001")
    assert message.event.details == {"kind": "comment", "by": "push"}
    assert message.message_id == "mention:comment:5200000000000000001"
    assert message.grant == Grant(messages=1, until=kit.NOW + TWO_DAYS)


def test_ids_of_64_bits_lose_nothing(make_channel, kit) -> None:
    assert heard(make_channel(), kit, kit.pushed(sender_id=9223372036854775807)).address.sender == "9223372036854775807"


def test_the_same_message_again_has_the_same_key_and_any_other_another(make_channel, kit) -> None:
    channel = make_channel()
    first = heard(channel, kit, kit.pushed(text="1")).message_id
    assert heard(channel, kit, kit.pushed(text="1")).message_id == first
    others = [
        kit.pushed(text="2"),
        kit.pushed(text="1", created_at="Sat Nov 21 09:59:59 +0800 2026"),
        kit.pushed("event", "1", {"subtype": "follow"}),
        kit.pushed("image", "1", {"tovfid": 1}),
        kit.pushed("image", "1", {"tovfid": 2}),
        kit.pushed(text=1),
        kit.pushed(text=[1]),
    ]
    assert len({first, *(heard(channel, kit, other).message_id for other in others)}) == 8


@pytest.mark.parametrize("name", ["text", "data"])
def test_however_deep_something_is_nested_it_is_taken_or_refused(make_channel, kit, name) -> None:
    channel = make_channel()
    frame = json.dumps({**kit.pushed(), name: "%"}).replace('"%"', "%s").encode()
    for deep in [*range(1, 40), *range(200, 1_200)]:
        with contextlib.suppress(Malformed):
            assert channel.receive(kit.request(frame % (b'{"a":' * deep + b"1" + b"}" * deep))).messages
            assert deep < 40


@pytest.mark.parametrize("created", ["", "yesterday", "Sat Foo 21 09:59:58 +0800 2026", "Sat Nov 31 09:59:58 +0800 2026",
                                     "Sat Nov 21 09:59:58 +0800 1971", "Sat Nov 21 09:59:58 +9999 2026", None, 7])  # fmt: skip
def test_an_absurd_time_is_the_time_of_arrival(make_channel, kit, created) -> None:
    assert heard(make_channel(), kit, kit.pushed(created_at=created)).sent_at == kit.NOW


def test_a_reply_swaps_the_ids_and_holds_its_content_as_an_encoded_string(make_channel, kit) -> None:
    channel = make_channel()
    arrival = channel.receive(kit.request(kit.pushed()))
    answer = channel.respond(arrival, kit.outbound(Via.PASSIVE, text='好的"\\%&\n<b>你好</b>😀'))
    document = json.loads(answer.body)
    data = document.pop("data")
    assert document == {
        "result": True,
        "receiver_id": int(kit.PERSON),
        "sender_id": int(kit.UID),
        "type": "text",
    }
    assert isinstance(data, str)
    assert data.isascii()
    assert json.loads(unquote(data)) == {"text": '好的"\\%&\n<b>你好</b>😀'}


def test_without_a_reply_the_answer_is_empty(make_channel, kit) -> None:
    channel = make_channel()
    answer = channel.respond(channel.receive(kit.request(kit.pushed())), None)
    assert (answer.status, answer.body) == (200, b"")


def test_a_reply_is_never_longer_than_300_and_keeps_its_link_whole(make_channel, kit) -> None:
    channel = make_channel()
    link = "https://petition.example.gov.cn/r/abcdef"
    message = kit.outbound(Via.PASSIVE, text="办" * 400, url=link)
    answer = json.loads(channel.respond(channel.receive(kit.request(kit.pushed())), message).body)
    text = json.loads(unquote(answer["data"]))["text"]
    assert len(text) <= 300
    assert text.endswith(link)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("type", "receiver_id", "sender_id", "created_at", "text", "data")
KINDS = st.sampled_from(["text", "position", "voice", "image", "event", "mention", "other", ""])
DATA = st.dictionaries(
    st.sampled_from(["subtype", "key", "ticket", "longitude", "latitude", "vfid", "tovfid"]), json_values, max_size=4
)


@settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(
    fields=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(NAMES, json_values) | {"type": KINDS | json_values, "data": DATA | json_values}
    ),
    known=st.booleans(),
)
def test_whatever_is_posted_ends_in_an_arrival_or_a_refusal(make_channel, kit, fields, known) -> None:
    if known:
        fields = {**fields, "receiver_id": int(kit.UID), "sender_id": int(kit.PERSON)}
    channel = make_channel()
    try:
        arrival = channel.receive(kit.request(json.dumps(fields).encode()))
    except WebhookRefused:
        return
    assert isinstance(arrival, Arrival)
    for message in arrival.messages:
        message.text.encode()
        assert message.message_id
        assert message.location is None or math.isfinite(message.location.latitude)
    channel.respond(arrival, kit.outbound(Via.PASSIVE))


@settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(body=st.binary(max_size=300))
def test_whatever_bytes_are_posted_end_in_a_refusal(make_channel, kit, body) -> None:
    with pytest.raises(WebhookRefused):
        make_channel().receive(kit.request(body))


def test_neither_a_person_nor_a_text_is_in_what_is_printed(make_channel, kit) -> None:
    arrival = make_channel().receive(kit.request(kit.pushed(text="不要外传")))
    assert kit.PERSON not in repr(arrival)
    assert "不要外传" not in repr(arrival)
