"""An account whose data format is JSON: the same words and reports as in XML, plain or encrypted, however it is mixed."""

import json

import pytest

from channels.errors import Malformed, TooWeak, WebhookRefused
from channels.messages import EventName, Kind, ReceiptState, Via


def _inner(kit, body):
    """What an encrypted answer holds, and whether its envelope is JSON."""
    outer = json.loads(body)
    assert set(outer) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
    assert outer["MsgSignature"] == kit.sign(kit.TOKEN, str(outer["TimeStamp"]), outer["Nonce"], outer["Encrypt"])
    return json.loads(kit.PlatformCrypto().decrypt(outer["Encrypt"]))


@pytest.mark.parametrize("clear", [False, True])
def test_an_encrypted_call_in_json_is_answered_encrypted_in_json(make_channel, pusher, kit, clear):
    channel = make_channel(mode="compatible" if clear else "safe")
    document = kit.text_fields("路灯坏了 ]]>")
    request = pusher.safe(json.dumps(document), clear=document if clear else None, as_json=True)
    arrival = channel.receive(request)
    assert arrival.messages[0].text == "路灯坏了 ]]>"
    answer = channel.respond(arrival, kit.outbound(Via.PASSIVE, text="收到 ]]>"))
    assert answer.content_type == "application/json; charset=utf-8"
    said = _inner(kit, answer.body)
    assert (said["Content"], said["ToUserName"], said["MsgType"]) == ("收到 ]]>", kit.PERSON, "text")


@pytest.mark.parametrize("json_outside", [True, False])
def test_an_envelope_of_the_other_form_is_opened_and_the_message_decides(make_channel, pusher, kit, json_outside):
    document = kit.text_fields("你好")
    inside = kit.xml(document) if json_outside else json.dumps(document)
    channel = make_channel()
    arrival = channel.receive(pusher.safe(inside, as_json=json_outside))
    assert arrival.messages[0].text == "你好"
    answer = channel.respond(arrival, kit.outbound(Via.PASSIVE, text="收到"))
    assert answer.body.startswith(b"<xml>" if json_outside else b"{")


MIXES = {
    "JSON that says it is encrypted and is not": lambda kit, pusher: pusher.request(
        json.dumps(kit.text_fields()), query=pusher.encrypted_query("x")
    ),
    "an envelope in the query's plain mode": lambda kit, pusher: pusher.request(
        json.dumps({"ToUserName": kit.OURS, "Encrypt": kit.PlatformCrypto().encrypt(b"{}")})
    ),
    "an Encrypt that is an object": lambda kit, pusher: pusher.request(
        json.dumps({"Encrypt": {"a": "b"}}), query=pusher.encrypted_query("")
    ),
    "a list within": lambda _, pusher: pusher.safe("[]", as_json=True),
    "half JSON, half XML within": lambda _, pusher: pusher.safe('{"MsgType":<xml/>}', as_json=True),
    "XML after JSON": lambda kit, pusher: pusher.request(json.dumps(kit.text_fields()) + kit.xml(kit.text_fields())),
    "a second document": lambda kit, pusher: pusher.safe(json.dumps(kit.text_fields()) * 2, as_json=True),
    "nobody": lambda kit, pusher: pusher.safe(json.dumps(kit.text_fields(FromUserName=None)), as_json=True),
}


@pytest.mark.parametrize("name", MIXES)
def test_a_wrong_mix_is_refused(make_channel, pusher, kit, name):
    with pytest.raises(WebhookRefused):
        make_channel(mode="plain").receive(MIXES[name](kit, pusher))


def test_plain_json_is_too_weak_where_encryption_is_asked(make_channel, pusher, kit):
    with pytest.raises(TooWeak):
        make_channel().receive(pusher.request(json.dumps(kit.text_fields())))
    with pytest.raises(Malformed):
        make_channel(mode="plain").receive(pusher.request("{}"))


@pytest.mark.parametrize("wrapped", ["", "SubscribeMsgSentEvent"])
@pytest.mark.parametrize("several", [False, True])
def test_a_report_on_subscribe_notices_names_one_or_several(make_channel, pusher, kit, wrapped, several):
    one = {"TemplateId": "A", "MsgID": 1700827132819554304, "ErrorCode": 0, "ErrorStatus": "success"}
    other = {"TemplateId": "B", "MsgID": "18", "ErrorCode": "43101", "ErrorStatus": "user refuse"}
    found = {"List": [one, other] if several else one}
    document = kit.event_fields("subscribe_msg_sent_event", **({wrapped: found} if wrapped else found))
    arrival = make_channel().receive(pusher.safe(json.dumps(document), as_json=True))
    assert not arrival.messages
    expected = [("1700827132819554304", ReceiptState.DELIVERED), ("18", ReceiptState.FAILED)]
    told = [(each.provider_id, each.state) for each in arrival.receipts]
    assert told == (expected if several else expected[:1])


@pytest.mark.parametrize("event", ["subscribe_msg_popup_event", "subscribe_msg_change_event"])
@pytest.mark.parametrize("several", [False, True])
def test_consents_are_heard_one_or_several(make_channel, pusher, kit, event, several):
    answers = [{"TemplateId": name, "SubscribeStatusString": said} for name, said in (("A", "accept"), ("B", "reject"))]
    document = kit.event_fields(event, List=answers if several else answers[0])
    (message,) = make_channel().receive(pusher.safe(json.dumps(document), as_json=True)).messages
    assert (message.kind, message.event.name, message.reply_until) == (Kind.EVENT, EventName.CONSENT_CHANGED, None)
    assert dict(message.event.details) == ({"A": "accept", "B": "reject"} if several else {"A": "accept"})


def test_two_consents_of_one_second_are_two_and_a_repeat_is_none(make_channel, pusher, kit):
    channel = make_channel()

    def heard(template):
        answer = {"TemplateId": template, "SubscribeStatusString": "accept"}
        document = kit.event_fields("subscribe_msg_popup_event", List=answer)
        return channel.receive(pusher.safe(json.dumps(document), as_json=True)).messages[0].message_id

    assert heard("A") == heard("A") != heard("B")


REPORTS = {
    ("TEMPLATESENDJOBFINISH", "success"): "",
    ("TEMPLATESENDJOBFINISH", "failed:user block"): "failed:user block",
    ("TEMPLATESENDJOBFINISH", "failed: system failed"): "failed: system failed",
    ("MASSSENDJOBFINISH", "send fail"): "send fail",
    ("MASSSENDJOBFINISH", "sendfail"): "sendfail",
    **{
        ("MASSSENDJOBFINISH", f"err({code})"): f"err({code})"
        for code in (10001, 20001, 20002, 20004, 20006, 20008, 20013, 21000, 22000, 30001, 30002, 30003, 40001, 40002)
    },
    ("MASSSENDJOBFINISH", ""): "unknown",
}


@pytest.mark.parametrize("status", ["send success", "sendsuccess"])
def test_a_mass_message_that_went_out_tells_nothing_of_anybody(make_channel, pusher, kit, status):
    document = kit.event_fields("MASSSENDJOBFINISH", MsgID=200163836, Status=status, TotalCount=100, ErrorCount=5)
    assert not make_channel().receive(pusher.safe(json.dumps(document), as_json=True)).receipts


@pytest.mark.parametrize(("event", "status"), REPORTS)
def test_each_state_of_a_job_is_a_receipt(make_channel, pusher, kit, event, status):
    document = kit.event_fields(event, MsgID=200163836, Status=status, TotalCount=100, ErrorCount=5)
    arrival = make_channel().receive(pusher.safe(json.dumps(document), as_json=True))
    reason = REPORTS[event, status]
    (receipt,) = arrival.receipts
    state = ReceiptState.FAILED if reason else ReceiptState.DELIVERED
    assert (receipt.provider_id, receipt.state, receipt.reason) == ("200163836", state, reason)
