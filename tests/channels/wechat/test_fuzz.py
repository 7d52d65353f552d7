"""Whatever is signed and posted: a message, a receipt, or a refusal; never another error."""

import json
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from channels.base import Arrival, Tools
from channels.errors import WebhookRefused
from channels.wechat import factory

NAMES = st.sampled_from(
    [
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "MsgId",
        "Content",
        "Event",
        "EventKey",
        "Ticket",
        "MediaId",
        "PicUrl",
        "Location_X",
        "Location_Y",
        "Latitude",
        "Longitude",
        "Encrypt",
        "ScanCodeInfo",
        "ScanType",
        "SubscribeMsgPopupEvent",
        "List",
        "TemplateId",
        "MsgID",
        "Status",
        "SubscribeMsgSentEvent",
        "ErrorCode",
        "bizmsgmenuid",
        "xml",
    ]
)
VALUES = st.text(max_size=20) | st.sampled_from(
    [
        "text",
        "image",
        "voice",
        "video",
        "location",
        "link",
        "event",
        "subscribe",
        "SCAN",
        "CLICK",
        "LOCATION",
        "subscribe_msg_popup_event",
        "TEMPLATESENDJOBFINISH",
        "subscribe_msg_sent_event",
        "1795226400",
        "99999999999999",
        "-1",
        "nan",
        "inf",
        "1e999",
        "91",
        "o_resident",
    ]
)
TREES = st.recursive(VALUES, lambda inner: st.lists(st.tuples(NAMES, inner), max_size=6), max_leaves=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | VALUES, inner, max_size=8),
    max_leaves=20,
)
KINDS = st.sampled_from(["text", "image", "voice", "video", "location", "link", "event", "event", "event", "hologram"])
NAMED = {"ToUserName": "gh", "FromUserName": "o", "CreateTime": "1795226400"}
DOCUMENTS = st.builds(
    lambda kind, more: NAMED | {"MsgType": kind} | {name: value for name, value in more if name not in NAMED},
    KINDS,
    st.lists(st.tuples(NAMES.filter(lambda name: name != "MsgType"), TREES), max_size=10),
)


def _xml(tree, name="xml"):
    children = tree.items() if isinstance(tree, dict) else tree
    inner = escape(tree) if isinstance(tree, str) else "".join(_xml(child, named) for named, child in children)
    return f"<{name}>{inner}</{name}>"


def _bytes(text):
    return text.encode("utf-8", "surrogatepass")


BODIES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(_bytes),
    TREES.map(lambda tree: _bytes(_xml(tree))),
    JSON.map(lambda value: json.dumps(value).encode()),
    DOCUMENTS.map(lambda document: _bytes(_xml(document))),
    DOCUMENTS.map(lambda document: json.dumps(document).encode()),
    DOCUMENTS.map(lambda document: json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")),
)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(body=BODIES, wrapping=st.sampled_from(["plain", "plain", "safe", "safe", "ciphertext", "outer"]))
@example(body=b"<xml><Encrypt/></xml>", wrapping="outer")
def test_receiving_ends_in_an_arrival_or_a_refusal(kit, pusher, clock, body, wrapping):
    tools = Tools(http=None, shared=kit.MemoryState(), clock=clock)
    channel = factory("main", kit.SETTINGS | {"mode": "plain", "previous_encoding_aes_key": kit.OTHER_KEY}, tools)
    match wrapping:
        case "plain":
            request = pusher.request(body)
        case "safe":
            request = pusher.safe(body)
        case "ciphertext":
            encrypted = body.hex()
            document = kit.xml({"ToUserName": "gh", "Encrypt": encrypted})
            request = pusher.request(document, query=pusher.encrypted_query(encrypted))
        case _:
            request = pusher.request(body, query=pusher.encrypted_query(""))
    try:
        arrival = channel.receive(request)
    except WebhookRefused:
        event("refused")
        return
    event("arrived")
    assert isinstance(arrival, Arrival)
    for message in arrival.messages:
        assert message.address.sender
        assert message.message_id
        assert message.sent_at.tzinfo
        json.dumps([message.text, message.payload, message.message_id], ensure_ascii=False).encode()
    assert channel.respond(arrival, kit.outbound(text="好")).status == 200


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    query=st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce", "echostr", "encrypt_type"]), st.text())
)
def test_an_unsigned_query_is_always_refused(kit, pusher, clock, query):
    channel = factory("main", kit.SETTINGS, Tools(http=None, shared=kit.MemoryState(), clock=clock))
    with pytest.raises(WebhookRefused) as refused:
        channel.receive(pusher.request(b"<xml/>", query=query))
    assert refused.value.status == 403
