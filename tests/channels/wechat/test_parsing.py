"""What people send, as typed values."""

import json
from datetime import timedelta

import pytest
from wechatpy import parse_message

from channels.messages import Event, EventName, Grant, Kind, Link, Location, Media, ReceiptState


@pytest.fixture
def receive(make_channel, pusher, kit):
    channel = make_channel()
    return lambda fields: channel.receive(pusher.safe(kit.xml(fields)))


@pytest.fixture
def read(receive):
    def one(fields):
        (inbound,) = receive(fields).messages
        return inbound

    return one


MESSAGES = {
    "text": ({"MsgType": "text", "Content": " 路灯 <坏> 了 "}, {"kind": Kind.TEXT, "text": " 路灯 <坏> 了 "}),
    "empty text": ({"MsgType": "text", "Content": ""}, {"kind": Kind.TEXT, "text": ""}),
    "tap on a button": (
        {"MsgType": "text", "Content": "满意", "bizmsgmenuid": "/rate{5}"},
        {"kind": Kind.TEXT, "text": "满意", "payload": "/rate{5}"},
    ),
    "image": (
        {"MsgType": "image", "PicUrl": "http://mmbiz.qpic.cn/a?b=1&c", "MediaId": "m1"},
        {"kind": Kind.IMAGE, "media": Media(id="m1", url="http://mmbiz.qpic.cn/a?b=1&c")},
    ),
    "voice": (
        {"MsgType": "voice", "MediaId": "m2", "Format": "amr", "Recognition": ""},
        {"kind": Kind.VOICE, "media": Media(id="m2", format="amr"), "text": ""},
    ),
    "voice that the platform understood": (
        {"MsgType": "voice", "MediaId": "m2", "Format": "amr", "Recognition": "路灯坏了。"},
        {"kind": Kind.VOICE, "media": Media(id="m2", format="amr"), "text": "路灯坏了。"},
    ),
    "video": (
        {"MsgType": "video", "MediaId": "m3", "ThumbMediaId": "t3"},
        {"kind": Kind.VIDEO, "media": Media(id="m3", thumbnail_id="t3")},
    ),
    "shortvideo": (
        {"MsgType": "shortvideo", "MediaId": "m4", "ThumbMediaId": "t4"},
        {"kind": Kind.VIDEO, "media": Media(id="m4", thumbnail_id="t4")},
    ),
    "location": (
        {"MsgType": "location", "Location_X": "36.7", "Location_Y": "119.16", "Scale": "16", "Label": "奎文区"},
        {"kind": Kind.LOCATION, "location": Location(latitude=36.7, longitude=119.16, label="奎文区")},
    ),
    "link": (
        {"MsgType": "link", "Title": "标题", "Description": "说明", "Url": "https://a.cn/"},
        {"kind": Kind.LINK, "link": Link(title="标题", url="https://a.cn/", description="说明")},
    ),
    "file": ({"MsgType": "file", "Title": "a.pdf"}, {"kind": Kind.UNKNOWN}),
    "miniprogrampage": ({"MsgType": "miniprogrampage", "Title": "x"}, {"kind": Kind.UNKNOWN}),
    "a type of tomorrow": ({"MsgType": "hologram"}, {"kind": Kind.UNKNOWN}),
    "an image that is none": ({"MsgType": "image"}, {"kind": Kind.UNKNOWN}),
    "a place beyond the poles": (
        {"MsgType": "location", "Location_X": "91", "Location_Y": "0"},
        {"kind": Kind.UNKNOWN},
    ),
    "a place that is no number": (
        {"MsgType": "location", "Location_X": "nan", "Location_Y": "x"},
        {"kind": Kind.UNKNOWN},
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_of_each_type_is_typed_and_opens_the_window(read, kit, name):
    fields, expected = MESSAGES[name]
    base = kit.text_fields()
    del base["Content"]
    inbound = read(base | fields)
    empty = {"text": "", "payload": "", "media": None, "location": None, "link": None, "event": None}
    assert {field: getattr(inbound, field) for field in (*empty, "kind")} == empty | expected
    assert inbound.message_id == "23480000000000001"
    assert inbound.address.sender == kit.PERSON
    assert (inbound.address.channel, inbound.address.account) == ("wechat", "main")
    assert inbound.grant == Grant(messages=5, until=kit.NOW + timedelta(hours=48))
    assert inbound.reply_until == kit.NOW + timedelta(seconds=16)
    assert inbound.sent_at == inbound.received_at == kit.NOW


def _event(name, key="", /, **details):
    return Event(name=name, key=key, details=details)


EVENTS = {
    "subscribe": ({}, _event(EventName.SUBSCRIBED), "action"),
    "subscribe by QR code": (
        {"Event": "subscribe", "EventKey": "qrscene_kiosk_3", "Ticket": "T"},
        _event(EventName.SUBSCRIBED, "kiosk_3", ticket="T"),
        "action",
    ),
    "unsubscribe": ({}, _event(EventName.UNSUBSCRIBED), "none"),
    "SCAN": ({"EventKey": "kiosk_3", "Ticket": "T"}, _event(EventName.SCANNED, "kiosk_3", ticket="T"), "action"),
    "CLICK": ({"EventKey": "menu_file"}, _event(EventName.MENU_CLICKED, "menu_file"), "action"),
    "VIEW": (
        {"EventKey": "https://a.cn/", "MenuId": "7"},
        _event(EventName.MENU_VIEWED, "https://a.cn/", menu_id="7"),
        "none",
    ),
    "view_miniprogram": ({"EventKey": "pages/a"}, _event(EventName.MENU_VIEWED, "pages/a"), "none"),
    "LOCATION": (
        {"Latitude": "36.7", "Longitude": "119.16", "Precision": "65.0"},
        _event(EventName.POSITION_REPORTED, precision="65.0"),
        "none",
    ),
    "scancode_push": (
        {"EventKey": "k", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "WF26"}},
        _event(EventName.MENU_CLICKED, "k", scan_type="qrcode", scan_result="WF26"),
        "action",
    ),
    "scancode_waitmsg": (
        {"EventKey": "k", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "2"}},
        _event(EventName.MENU_CLICKED, "k", scan_type="qrcode", scan_result="2"),
        "action",
    ),
    "pic_sysphoto": (
        {"EventKey": "k", "SendPicsInfo": {"Count": 1, "PicList": {"item": {"PicMd5Sum": "a"}}}},
        _event(EventName.OTHER, "k", name="pic_sysphoto"),
        "answer",
    ),
    "pic_photo_or_album": ({"EventKey": "k"}, _event(EventName.OTHER, "k", name="pic_photo_or_album"), "answer"),
    "pic_weixin": ({"EventKey": "k"}, _event(EventName.OTHER, "k", name="pic_weixin"), "answer"),
    "location_select": (
        {"EventKey": "k", "SendLocationInfo": {"Location_X": "1", "Location_Y": "2"}},
        _event(EventName.OTHER, "k", name="location_select"),
        "answer",
    ),
    "subscribe_msg_popup_event": (
        {"SubscribeMsgPopupEvent": {"List": {"TemplateId": "A", "SubscribeStatusString": "accept"}}},
        _event(EventName.CONSENT_CHANGED, A="accept"),
        "none",
    ),
    "subscribe_msg_change_event": (
        {"SubscribeMsgChangeEvent": {"List": {"TemplateId": "A", "SubscribeStatusString": "reject"}}},
        _event(EventName.CONSENT_CHANGED, A="reject"),
        "none",
    ),
    "PUBLISHJOBFINISH": ({}, _event(EventName.OTHER, name="PUBLISHJOBFINISH"), "none"),
    "kf_create_session": ({"KfAccount": "a@b"}, _event(EventName.OTHER, name="kf_create_session"), "none"),
    "user_authorization_revoke": ({}, _event(EventName.OTHER, name="user_authorization_revoke"), "none"),
    "an event of tomorrow": ({}, _event(EventName.OTHER, name="an event of tomorrow"), "none"),
}


@pytest.mark.parametrize("name", EVENTS)
def test_each_event_is_typed_and_grants_what_the_platform_grants(read, kit, name):
    fields, expected, gives = EVENTS[name]
    inbound = read(kit.event_fields(name) | fields)
    assert (inbound.kind, inbound.event) == (Kind.EVENT, expected)
    minute = Grant(messages=3, until=kit.NOW + timedelta(minutes=1))
    assert inbound.grant == (minute if gives == "action" else None)
    answerable = kit.NOW + timedelta(seconds=16) if gives != "none" else None
    assert inbound.reply_until == answerable


def test_a_reported_position_is_a_location(read, kit):
    inbound = read(kit.event_fields("LOCATION", Latitude="36.7", Longitude="119.16"))
    assert inbound.location == Location(latitude=36.7, longitude=119.16)


def test_several_consents_in_one_event_are_all_read(make_channel, pusher, kit):
    entries = [
        {"TemplateId": "A", "SubscribeStatusString": "accept"},
        {"TemplateId": "B", "SubscribeStatusString": "reject"},
    ]
    repeated = "".join(kit.xml(entry, "List") for entry in entries)
    as_xml = kit.xml(kit.event_fields("subscribe_msg_popup_event")).replace(
        "</xml>", f"<SubscribeMsgPopupEvent>{repeated}</SubscribeMsgPopupEvent></xml>"
    )
    as_json = json.dumps(kit.event_fields("subscribe_msg_popup_event", List=entries))
    channel = make_channel()
    for request in (pusher.safe(as_xml), pusher.safe(as_json, as_json=True)):
        assert channel.receive(request).messages[0].event.details == {"A": "accept", "B": "reject"}


def test_an_event_is_known_again_by_time_name_and_key(read, kit):
    first = read(kit.event_fields("CLICK", EventKey="menu_file"))
    assert first.message_id == f"event:{int(kit.NOW.timestamp())}:CLICK:menu_file"
    assert first.message_id == read(kit.event_fields("CLICK", EventKey="menu_file")).message_id
    assert first.message_id != read(kit.event_fields("CLICK", EventKey="menu_ask")).message_id


def test_a_message_without_a_number_is_known_again_by_its_content(read, kit):
    one, same, other = (read(kit.text_fields(text, MsgId="")) for text in ("甲", "甲", "乙"))
    assert one.message_id == same.message_id != other.message_id
    assert one.message_id.startswith("digest:")


@pytest.mark.parametrize(
    ("given", "offset"),
    [
        ("1795226400", timedelta(0)),
        ("1795226400123", timedelta(milliseconds=123)),
        ("1795226340", timedelta(seconds=-60)),
        ("", None),
        ("0", None),
        ("-1", None),
        ("yesterday", None),
        ("1914999999", None),
        ("99999999999999999999999", None),
        ("1518774424", "2018"),
    ],
)
def test_create_time_is_seconds_and_never_absurd(read, kit, given, offset):
    at = read(kit.text_fields(CreateTime=given)).sent_at
    if offset == "2018":
        assert at.year == 2018
    else:
        assert at == kit.NOW + (offset or timedelta(0))


RECEIPTS = {
    "template delivered": (
        {"Event": "TEMPLATESENDJOBFINISH", "MsgID": "200163836", "Status": "success"},
        [("200163836", ReceiptState.DELIVERED, "")],
    ),
    "template blocked": (
        {"Event": "TEMPLATESENDJOBFINISH", "MsgID": "200163837", "Status": "failed:user block"},
        [("200163837", ReceiptState.FAILED, "failed:user block")],
    ),
    "template failed": (
        {"Event": "TEMPLATESENDJOBFINISH", "MsgID": "200163838", "Status": "failed: system failed"},
        [("200163838", ReceiptState.FAILED, "failed: system failed")],
    ),
    "mass sent, and people whom the platform left out are not named": (
        {"Event": "MASSSENDJOBFINISH", "MsgID": "34182", "Status": "send success", "TotalCount": "100"},
        [],
    ),
    "mass refused": (
        {"Event": "MASSSENDJOBFINISH", "MsgID": "34183", "Status": "err(20431)"},
        [("34183", ReceiptState.FAILED, "err(20431)")],
    ),
    "subscribe message": (
        {
            "Event": "subscribe_msg_sent_event",
            "SubscribeMsgSentEvent": {
                "List": {"TemplateId": "A", "MsgID": "1700827132819554304", "ErrorCode": "0", "ErrorStatus": "success"}
            },
        },
        [("1700827132819554304", ReceiptState.DELIVERED, "")],
    ),
    "subscribe message refused": (
        {
            "Event": "subscribe_msg_sent_event",
            "SubscribeMsgSentEvent": {"List": {"MsgID": "17", "ErrorCode": "43101", "ErrorStatus": "refused"}},
        },
        [("17", ReceiptState.FAILED, "43101 refused")],
    ),
    "a report of nothing": ({"Event": "TEMPLATESENDJOBFINISH", "Status": "success"}, []),
}


@pytest.mark.parametrize("name", RECEIPTS)
def test_reports_are_receipts_and_no_messages(receive, make_channel, kit, name):
    fields, expected = RECEIPTS[name]
    arrival = receive(kit.event_fields("") | fields)
    assert not arrival.messages
    assert [(each.provider_id, each.state, each.reason) for each in arrival.receipts] == expected
    assert all(each.at == kit.NOW and each.channel == "wechat" for each in arrival.receipts)
    assert make_channel().respond(arrival, None).body == b"success"


@pytest.mark.parametrize("name", ["text", "image", "voice", "video", "location", "link"])
def test_wechatpy_reads_the_same(read, kit, name):
    fields, _ = MESSAGES[name]
    document = kit.text_fields(**fields)
    ours, theirs = read(document), parse_message(kit.xml(document))
    assert ours.message_id == str(theirs.id)
    assert ours.sent_at == theirs.create_time
    assert ours.address.sender == theirs.source
    if ours.media:
        assert ours.media.id == theirs.media_id
    if ours.location:
        assert (ours.location.latitude, ours.location.longitude) == tuple(map(float, theirs.location))


def test_what_a_person_wrote_is_in_no_repr(read, kit):
    inbound = read(kit.text_fields("我的电话 13800138000"))
    assert "13800138000" not in repr(inbound)
    assert kit.PERSON not in repr(inbound)
