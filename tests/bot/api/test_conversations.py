"""Who talked, what was said, what did not get through, and who asks for a person."""

import uuid
from datetime import timedelta

import pytest

from channels.messages import Address, Inbound, Kind, Location, Purpose, Via
from dialogs.outcome import CallPerson
from storage.records import Attempt, DeliveryState, OutboxEntry

SENDER = "oWangXiaoming-0000000000001"


def heard(office, number, **given):
    address = Address(channel="wechat", account="main", sender=SENDER)
    at = office.started
    facts = {"address": address, "message_id": f"m{number}", "kind": Kind.TEXT, "sent_at": at, "received_at": at}
    return Inbound(**(facts | {"text": f"第{number}句"} | given))


def said(conversation, at, text, **given):
    facts = {
        "id": uuid.uuid4().hex,
        "conversation_id": conversation.id,
        "address": conversation.address,
        "purpose": Purpose.REPLY,
        "text": text,
        "created_at": at,
        "due_at": at,
    }
    return OutboxEntry(**(facts | given))


async def test_a_person_is_found_by_what_the_platform_calls_them_and_never_shown_by_it(api, office):
    conversation = await office.resident(SENDER)
    answer = await api.get("/api/v1/conversations", params={"channel": "wechat", "account": "main", "sender": SENDER})
    (item,) = (await answer.json())["items"]
    assert item["id"] == conversation.id
    assert (item["channel"], item["account"], item["reachable"]) == ("wechat", "main", True)
    assert SENDER not in await answer.text()
    other = await api.get("/api/v1/conversations", params={"channel": "wechat", "account": "x", "sender": SENDER})
    assert await other.json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    "written", ["13800138000", "+86 138 0013 8000", "0086-13800138000", " 86 13800138000", "１３８００１３８０００"]
)
async def test_a_number_is_found_however_it_is_written(api, office, written):
    texted = Address(channel="sms", account="main", sender="13800138000")
    conversation = await office.store.conversations.ensure(texted, now=office.started)
    of = {"channel": "sms", "account": "main"}
    found = await (await api.get("/api/v1/conversations", params={**of, "sender": written})).json()
    assert [item["id"] for item in found["items"]] == [conversation.id]
    none = await (await api.get("/api/v1/conversations", params={**of, "sender": "，，" * 30})).json()
    assert none["items"] == []


async def test_a_sender_needs_channel_and_account(api):
    answer = await api.get("/api/v1/conversations", params={"channel": "wechat", "sender": SENDER})
    assert answer.status == 422
    assert (await answer.json())["errors"][0]["field"] == "account"


async def test_conversations_are_listed_page_by_page(api, office):
    made = [(await office.resident(f"oPerson-{n}")).id for n in range(3)]
    first = await (await api.get("/api/v1/conversations", params={"limit": "2"})).json()
    rest = await (await api.get("/api/v1/conversations", params={"cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in (*first["items"], *rest["items"])] == made[::-1]
    assert rest["next_cursor"] is None


async def transcript(api, conversation, **query):
    answer = await api.get(f"/api/v1/conversations/{conversation.id}/messages", params=query)
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_the_transcript_tells_what_came_and_what_became_of_what_was_sent(api, office):
    conversation = await office.resident(SENDER)
    (kept,) = await office.store.inbox.add([heard(office, 1)])
    at = kept.arrived.arrived_at + timedelta(seconds=1)
    attempt = Attempt(at=at, via=Via.CUSTOMER_SERVICE, outcome="busy", provider_code="-1")
    reply = said(conversation, at, "好的", state=DeliveryState.SENT, via=Via.CUSTOMER_SERVICE, attempts=(attempt,))
    await office.store.committer.commit([office.store.outbox.put(reply)])
    came, went = (await transcript(api, conversation))["items"]
    assert (came["direction"], came["message_id"], came["kind"], came["text"]) == ("in", "m1", "text", "第1句")
    assert (came["state"], came["purpose"], came["via"], came["attempts"]) == ("pending", None, None, [])
    assert (went["direction"], went["text"], went["purpose"]) == ("out", "好的", "reply")
    assert (went["state"], went["via"]) == ("sent", "customer_service")
    assert [(each["outcome"], each["provider_code"]) for each in went["attempts"]] == [("busy", "-1")]


@pytest.mark.parametrize("later", [timedelta(), timedelta(milliseconds=5)])
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_pages_put_together_are_the_whole_transcript_in_order(api, office, limit, later):
    conversation = await office.resident(SENDER)
    kept = await office.store.inbox.add([heard(office, n) for n in range(5)])
    # Several at one moment, as the parts of a long answer are.
    at = kept[-1].arrived.arrived_at + later
    ids = ("d", "b", "c", "a")  # they say nothing of the order
    parts = [said(conversation, at, f"答{n}", id=ids[n], due_at=at + timedelta(seconds=n)) for n in range(4)]
    await office.store.committer.commit([office.store.outbox.put(part) for part in parts])
    texts, cursor = [], None
    while True:
        page = await transcript(api, conversation, limit=str(limit), **({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) <= limit
        texts += [item["text"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert texts == [*(f"第{n}句" for n in range(5)), *(f"答{n}" for n in range(4))]


async def test_what_has_no_words_is_told_by_its_label(api, office):
    conversation = await office.resident(SENDER)
    place = Location(latitude=36.7, longitude=119.1, label="东风东街88号")
    await office.store.inbox.add([heard(office, 1, text="", kind=Kind.LOCATION, location=place)])
    (item,) = (await transcript(api, conversation))["items"]
    assert (item["kind"], item["text"]) == ("location", "东风东街88号")


@pytest.mark.parametrize("cursor", ["x", "MQ", "LTEuMA", "MS4tMQ", "OTk5OTk5OTk5OTk5OTk5OTk5LjE", "~"])
async def test_a_made_up_cursor_is_422(api, office, cursor):
    conversation = await office.resident(SENDER)
    answer = await api.get(f"/api/v1/conversations/{conversation.id}/messages", params={"cursor": cursor})
    assert answer.status == 422
    assert (await answer.json())["errors"][0]["field"] == "cursor"


async def test_an_unknown_conversation_is_404(api):
    assert (await api.get("/api/v1/conversations/wechat:main:nobody/messages")).status == 404


async def dead_letter(office):
    case = await office.filed(await office.resident(SENDER))
    entry = said(
        await office.resident(SENDER), office.clock(), "办理进度", purpose=Purpose.CASE_NOTICE, case_number=case.number
    )
    await office.store.committer.commit([office.store.outbox.put(entry)])
    now = office.clock()
    assert await office.store.outbox.claim(entry.id, token="t", seconds=30, now=now)
    await office.store.outbox.give_up(entry.id, "t", state=DeliveryState.DEAD, reason="no_way", attempt=None, at=now)
    return entry


async def test_dead_letters_are_seen_and_sent_again(api, office):
    entry = await dead_letter(office)
    (item,) = (await (await api.get("/api/v1/deliveries", params={"state": "dead"})).json())["items"]
    assert (item["id"], item["state"], item["reason"]) == (entry.id, "dead", "no_way")
    replayed = await api.post(f"/api/v1/deliveries/{entry.id}/replay")
    assert replayed.status == 200
    assert (await replayed.json())["state"] == "queued"
    assert office.kicked == [entry.id]
    assert (await (await api.get("/api/v1/deliveries")).json())["items"] == []


async def test_only_dead_letters_are_sent_again(api, office):
    entry = await dead_letter(office)
    headers = {"Idempotency-Key": "k1"}
    path = f"/api/v1/deliveries/{entry.id}/replay"
    assert (await api.post(path, headers=headers)).status == 200
    assert (await api.post(path, headers=headers)).status == 200, "the same request again"
    assert (await api.post(path)).status == 409
    assert (await api.post("/api/v1/deliveries/nothing/replay")).status == 404
    assert office.kicked == [entry.id]


@pytest.mark.parametrize("path", ["/api/v1/deliveries", "/api/v1/calls"])
async def test_lists_of_one_page_take_no_cursor(api, path):
    assert (await api.get(path, params={"cursor": "x"})).status == 422


async def test_who_asks_for_a_person_is_listed_danger_first(api, office):
    conversation = await office.resident(SENDER)
    await office.turn(conversation, CallPerson(reason="asked"))
    await office.turn(conversation, CallPerson(reason="danger", danger=True))
    items = (await (await api.get("/api/v1/calls")).json())["items"]
    assert [(item["reason"], item["danger"]) for item in items] == [("danger", True), ("asked", False)]
    assert all(item["conversation_id"] == conversation.id for item in items)


async def test_what_was_understood_is_explained_to_those_who_may_see_personal_data(api, office):
    conversation = await office.resident(SENDER)
    parse = {
        "intent": {"name": "inform", "confidence": 0.9},
        "by": "light",
        "entities": [],
        "intent_ranking": [{"name": "inform", "confidence": 0.9}, {"name": "thanks", "confidence": 0.05}],
    }
    message = {"event": "user", "text": "王建国", "parse_data": parse}
    engine = {
        "slots": {"requested_slot": "petition_phone", "petition_name": "王建国", "petition_place": None},
        "active_loop": "petition_form",
        "now": {"latest_message": 0},
        "events": [message],
    }
    change = office.store.conversations.advance(
        conversation, state={"version": 1, "engine": engine}, release=True, now=office.clock()
    )
    await office.store.committer.commit([change])
    answer = await api.get(f"/api/v1/conversations/{conversation.id}/explanation")
    assert await answer.json() == {
        "intent": "inform",
        "confidence": 0.9,
        "by": "light",
        "text": "王建国",
        "ranking": [{"intent": "inform", "confidence": 0.9}, {"intent": "thanks", "confidence": 0.05}],
        "entities": {},
        "form": "petition_form",
        "asked": "petition_phone",
        "slots": {"petition_name": "王建国"},
        "policy": {},
    }
    assert (await api.get("/api/v1/conversations/nobody/explanation")).status == 404


async def test_a_conversation_in_which_nothing_was_said_explains_nothing(api, office):
    conversation = await office.resident(SENDER)
    told = await (await api.get(f"/api/v1/conversations/{conversation.id}/explanation")).json()
    assert (told["intent"], told["form"], told["slots"]) == (None, None, {})
