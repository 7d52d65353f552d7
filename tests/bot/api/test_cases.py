"""Cases over HTTP, on a real store."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.casework.service import Draft
from storage.cases import Actor, ActorKind, Assignment, EntryKind, TimelineEntry
from storage.records import Attempt, DeliveryState

DRAFT = {
    "content": "奎文区东风东街某小区路灯坏了一个多月，晚上太黑，我叫王小明，电话13800138000",
    "title": "路灯坏了",
    "type": "求助",
    "place": {"text": "东风东街某小区", "district": "奎文区", "latitude": 36.7, "longitude": 119.1},
    "filer": {"name": "王小明", "phone": "+86 138 0013 8000", "id_number": "11010519491231002x"},
}


async def created(api, **given):
    answer = await api.post("/api/v1/cases", json=DRAFT | given)
    assert answer.status == 201, await answer.text()
    return await answer.json()


async def move(api, number, **body):
    return await api.post(f"/api/v1/cases/{number}/transitions", json=body)


async def test_a_created_case_is_read_in_full_and_its_code_is_told_once(api):
    made = await created(api)
    assert made["id"] == made["number"]
    assert made["query_code"] == "246810"
    assert (made["state"], made["state_label"]) == ("submitted", "待受理")
    read = await (await api.get(f"/api/v1/cases/{made['number']}")).json()
    assert "query_code" not in read
    assert read["content"] == DRAFT["content"]
    assert read["filer"] == {
        "conversation_id": None,
        "name": "王小明",
        "phone": "13800138000",
        "id_number": "11010519491231002X",
        "address": "",
        "on_behalf_of": "",
    }
    assert read["place"] == DRAFT["place"]
    assert read["source"]["channel"] == "api"
    assert {"to": "accepted", "label": "已受理"} in read["moves"]
    assert read["followers"] == 0


@pytest.mark.parametrize("write", ["{}", "{} ", "{0} {1}", "{0}-{1}-{2}", "full width"])
async def test_a_number_is_understood_however_it_is_written(api, write):
    number = (await created(api))["number"]
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number)
    parts = (number[:2].lower(), number[2:8], number[8:])
    written = {
        "{}": number.lower(),
        "{} ": f"{number} ",
        "{0} {1}": f"{parts[0]} {parts[1]} {parts[2]}",
        "{0}-{1}-{2}": "-".join(parts),
        "full width": wide,
    }[write]
    assert (await (await api.get(f"/api/v1/cases/{written}")).json())["number"] == number


async def test_lists_mask_who_filed_and_leave_the_words_out(api):
    await created(api, title="王小明家电话13800138000打不通")
    answer = await api.get("/api/v1/cases")
    (item,) = (await answer.json())["items"]
    assert item["filer"]["name"] == "王**"
    assert item["filer"]["phone"] == "138****8000"
    assert "content" not in item
    words = await answer.text()
    for personal in ("王小明", "13800138000", "11010519491231002X"):
        assert personal not in words


async def test_what_is_written_is_answered_masked_as_well(api):
    made = await created(api)
    assert made["filer"]["phone"] == "138****8000"
    moved = await (await move(api, made["number"], to="accepted")).text()
    assert "王小明" not in moved
    assert "13800138000" not in moved


async def test_lists_are_filtered_and_paged_without_losing_or_doubling_any(api):
    numbers = [(await created(api, type="咨询" if n % 2 else "求助"))["number"] for n in range(5)]
    seen, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = await (await api.get("/api/v1/cases", params=query)).json()
        assert len(page["items"]) <= 2
        seen += [item["number"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == numbers[::-1]
    asked = await (await api.get("/api/v1/cases", params={"type": "咨询"})).json()
    assert {item["number"] for item in asked["items"]} == set(numbers[1::2])
    by_phone = await (await api.get("/api/v1/cases", params={"phone": "138 0013 8000"})).json()
    assert len(by_phone["items"]) == 5
    later = await (await api.get("/api/v1/cases", params={"created_after": "2027-01-01T00:00:00+08:00"})).json()
    assert later == {"items": [], "next_cursor": None}


async def test_a_case_is_moved_on_and_the_filer_is_told(api, office):
    conversation = await office.resident()
    case = await office.filed(conversation)
    answer = await move(api, case.number, to="accepted", note="三日内派人查看")
    assert answer.status == 200
    moved = await answer.json()
    assert (moved["state"], moved["state_label"]) == ("accepted", "已受理")
    assert [each["to"] for each in moved["moves"]] == ["assigned", "in_progress", "answered", "withdrawn"]
    (notice,) = await office.notices(case.number)
    assert "三日内派人查看" in notice.text
    assert office.kicked == [notice.id]


async def test_an_unlawful_move_is_409_and_names_the_lawful_ones(api):
    number = (await created(api))["number"]
    answer = await move(api, number, to="closed")
    problem = await answer.json()
    assert answer.status == problem["status"] == 409
    assert answer.content_type == "application/problem+json"
    assert problem["lawful"] == [
        {"to": "accepted", "label": "已受理"},
        {"to": "refused", "label": "不予受理"},
        {"to": "needs_info", "label": "待补充"},
        {"to": "withdrawn", "label": "已撤回"},
    ]
    assert "待受理" in problem["detail"]


async def test_of_two_moves_at_once_one_wins(api):
    number = (await created(api))["number"]
    answers = await asyncio.gather(*(move(api, number, to="accepted") for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    steps = (await (await api.get(f"/api/v1/cases/{number}/timeline")).json())["items"]
    assert [step["kind"] for step in steps] == ["filed", "moved"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"to": "refused"}, "ground"),
        ({"to": "needs_info"}, "note"),
        ({"to": "answered"}, "answer"),
        ({"to": "fixed"}, "to"),
        ({}, "to"),
        ({"to": "accepted", "public": "yes"}, "public"),
        ({"to": "accepted", "note": 7}, "note"),
        ({"to": "accepted", "remark": "…"}, "remark"),
        ({"to": "accepted", "note": "\u0000"}, "note"),
    ],
)
async def test_a_wrong_move_names_the_field(api, body, field):
    number = (await created(api))["number"]
    answer = await move(api, number, **body)
    problem = await answer.json()
    assert answer.status == 422
    assert [error["field"] for error in problem["errors"]] == [field]
    assert field in problem["detail"]


async def test_a_refusal_needs_a_reason_and_tells_it(api, office):
    case = await office.filed(await office.resident())
    answer = await move(api, case.number, to="refused", ground="已进入诉讼程序", elsewhere="奎文区人民法院")
    assert answer.status == 200
    (notice,) = await office.notices(case.number)
    assert "已进入诉讼程序" in notice.text
    assert "奎文区人民法院" in notice.text


async def test_an_internal_move_tells_nobody(api, office):
    case = await office.filed(await office.resident())
    assert (await move(api, case.number, to="accepted", note="先核实", public=False)).status == 200
    assert await office.notices(case.number) == []


async def test_the_timeline_says_who_did_what_and_what_the_filer_was_told(api, office):
    case = await office.filed(await office.resident())
    await move(api, case.number, to="accepted", note="三日内派人查看")
    steps = (await (await api.get(f"/api/v1/cases/{case.number}/timeline")).json())["items"]
    assert [(step["from"], step["to"]) for step in steps] == [(None, "submitted"), ("submitted", "accepted")]
    assert steps[1]["id"] == f"{case.number}:2"
    assert steps[1]["actor"] == {"kind": "staff", "name": "李科长"}
    assert steps[1]["note"] == "三日内派人查看"
    (told,) = steps[1]["told"]
    assert (told["state"], told["arrived"], told["via"]) == ("queued", None, None)
    assert "三日内派人查看" in told["text"]


async def test_a_notice_that_never_arrived_is_seen_in_the_timeline(api, office):
    case = await office.filed(await office.resident())
    await move(api, case.number, to="accepted")
    (notice,) = await office.notices(case.number)
    now = office.clock()
    assert await office.store.outbox.claim(notice.id, token="t", seconds=30, now=now)
    await office.store.outbox.give_up(
        notice.id,
        "t",
        state=DeliveryState.DEAD,
        reason="no_way",
        attempt=Attempt(at=now, via=None, outcome="no_way"),
        at=now,
    )
    steps = (await (await api.get(f"/api/v1/cases/{case.number}/timeline")).json())["items"]
    (told,) = steps[1]["told"]
    assert (told["state"], told["arrived"], told["reason"]) == ("dead", False, "no_way")


@pytest.mark.parametrize("path", ["", "/timeline"])
async def test_an_unknown_number_is_404(api, path):
    for number in ("WF261121000019", "nonsense", "' or 1=1", "%00", "WF" + "9" * 400):
        answer = await api.get(f"/api/v1/cases/{number}{path}")
        assert answer.status == 404, number
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content": ""}, "content"),
        ({"content": "   "}, "content"),
        ({"content": None}, "content"),
        ({"type": "抱怨"}, "type"),
        ({"urgency": "asap"}, "urgency"),
        ({"filer": {"phone": "12"}}, "filer.phone"),
        ({"filer": {"phone": "call me"}}, "filer.phone"),
        ({"filer": {"id_number": "110105194912310021"}}, "filer.id_number"),
        ({"filer": {"conversation_id": "wechat:main:nobody"}}, "filer.conversation_id"),
        ({"filer": "王小明"}, "filer"),
        ({"place": {"latitude": 36.7}}, "place.longitude"),
        ({"place": {"latitude": 91, "longitude": 0}}, "place.latitude"),
        ({"place": {"lat": 36.7}}, "place.lat"),
        ({"anonymous": True}, "filer"),
        ({"number": "WF1"}, "number"),
    ],
)
async def test_a_wrong_case_names_the_field(api, body, field):
    answer = await api.post("/api/v1/cases", json=DRAFT | body)
    problem = await answer.json()
    assert answer.status == 422
    assert [error["field"] for error in problem["errors"]] == [field]


async def test_what_is_sent_is_never_said_back_in_an_error(api):
    answer = await api.post("/api/v1/cases", json=DRAFT | {"filer": {"phone": "my secret 4711"}})
    assert "4711" not in await answer.text()


async def test_a_case_may_be_written_down_for_somebody_who_talked_to_us(api, office):
    conversation = await office.resident()
    made = await created(api, filer={"name": "王小明", "conversation_id": conversation.id})
    assert made["followers"] == 1
    (notice,) = await office.notices(made["number"])
    assert made["query_code"] in notice.text


async def test_a_case_tells_its_limits(api, office):
    from bot.clocks.calendar import WorkCalendar
    from bot.clocks.clockwork import ClockSetter
    from bot.clocks.rules import Rules

    office.store.cases.clockwork = ClockSetter(calendar=WorkCalendar(), rules=Rules)
    case = await office.filed(await office.resident())
    answer = await (await api.get(f"/api/v1/cases/{case.number}")).json()
    [clock] = answer["clocks"]
    assert (clock["stage"], clock["limit"], clock["paused"]) == ("accept", "15日", False)
    assert answer["due_at"] == clock["due_at"] is not None


async def test_a_case_tells_the_day_of_a_unit_and_the_day_on_which_a_letter_came(api, office):
    came, by = datetime(2026, 11, 18, 16, tzinfo=UTC), datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)
    staff = Actor(kind=ActorKind.STAFF, name="王芳")
    made = await office.casework.create(Draft(content="路灯不亮", received_at=came), actor=staff, key="k")
    number = made.case.number
    lead, assist = (Assignment(unit=name, unit_id=name, at=office.clock(), lead=name == "cg") for name in ("cg", "kw"))
    entry = TimelineEntry(at=office.clock(), actor=staff, kind=EntryKind.UNITS)
    sets = {"assignments": (lead, replace(assist, due_at=by))}
    await office.store.committer.commit(office.store.cases.append(await office.case(number), entry, **sets))
    answer = await (await api.get(f"/api/v1/cases/{number}")).json()
    assert answer["received_at"] == "2026-11-18T16:00:00Z"
    assert [(each["unit_id"], each["due_at"], each["done_at"]) for each in answer["assignments"]] == [
        ("cg", None, None),
        ("kw", "2026-11-27T15:59:59Z", None),
    ]
