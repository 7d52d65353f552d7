"""What the console's and the API's lists, searches and figures ask of MongoDB is answered from an index or bounded.

As in test_plans.py the server's own profiler tells. A list of one page reads a page and what its filters pass over;
figures read the time that they are about.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from edit_lines import edit_line

from channels.messages import Address, Via
from storage.attending import Attendance
from storage.audit import AuditFilter, AuditLine
from storage.broadcast_ledger import Lane, Planned
from storage.broadcast_records import Broadcast, BroadcastState, Outcome, RecipientState, Segment
from storage.calls import Call
from storage.cases import CaseFilter, CaseState, EntryKind
from storage.clocks import Light, Stage
from storage.edits import Edit, EditAct, EditKind
from storage.figures import By, Figures
from storage.light_changes import LightChange, LightChanges
from storage.publication_records import Booking, Publication, PublicationKind, PublicationState, Reception
from storage.saved_views import SavedView, SavedViews

CASES, FEW, PAGE = 240, 4, 5
BOUND = 4 * PAGE
"""Documents that a page of a selective list may look at."""


@pytest.fixture
async def town(store, case, step, inbound, address, entry, now):  # noqa: PLR0917 - fixtures
    """Many cases, conversations, calls, notices; of whatever is asked for there are few."""
    made = [_case(case, number, now) for number in range(CASES)]
    changes = [change for each in made for change in store.cases.create(each, "123456", step(kind=EntryKind.FILED))]
    for begin in range(0, len(changes), 120):
        await store.committer.commit(changes[begin : begin + 120])
    people = [replace(address, sender=f"o{n}", channel="sms" if n < FEW else "wechat") for n in range(CASES)]
    for person in people:
        await store.inbox.add([inbound(address=person)])
        await store.conversations.take(person, token="t", seconds=0.0, now=now)
    found = (await store.conversations.list(limit=CASES)).items
    calls = [Call(id=f"c{n}", conversation_id=found[n].id, reason="asked", at=now, danger=False) for n in range(120)]
    await store.committer.commit([store.calls.add(each) for each in calls])
    for each in calls[FEW:]:
        await store.committer.commit([store.calls.closed(each.id, "李科长", now)])
    told = [entry(conversation_id=found[0].id, case_number=made[n].number, via=Via.SMS) for n in range(FEW)]
    await store.committer.commit([store.outbox.put(each) for each in told])
    for number in range(120):
        actor, action = ("m1", "rare") if number < FEW else ("m2", "often")
        await store.audit.add(AuditLine(at=now, actor=actor, action=action, target=f"W{number}"))
        await store.broadcasts.add(_broadcast(number, now))
        await store.publications.add(_reception(number, now))
    await store.committer.commit([store.bookings.add(_booking(number, now)) for number in range(120)])
    return SimpleNamespace(
        store=store,
        now=now,
        cases=made,
        conversations=found,
        attendance=Attendance(store.database, store.conversations),
        figures=Figures(store.database),
    )


def _case(case, number: int, now) -> Any:
    rare = number < FEW
    at = now - timedelta(days=number)
    filer = replace(case().filer, phone="13900139000" if rare else f"138{number:08}", conversation_id=f"c{number}")
    return case(
        number=f"WF2611{number:06}13",
        state=CaseState.ACCEPTED if rare else CaseState.CLOSED,
        district="潍城区" if rare else "奎文区",
        category="环境" if rare else "城管",
        urgency="urgent" if rare else "normal",
        accusation=number >= CASES - FEW,
        desk="rare" if rare else "often",
        asks=("press",) if rare else (),
        filer=filer,
        followers=(f"c{number}",),
        created_at=at,
        updated_at=at,
    )


def _broadcast(number: int, now) -> Broadcast:
    return Broadcast(
        id=f"b{number}",
        state=BroadcastState.SCHEDULED if number < FEW else BroadcastState.DONE,
        title="停水",
        text="停水通知",
        channels=("sms",),
        segment=Segment(),
        authors=("m1",),
        unit="rare" if number < FEW else "often",
        created_at=now + timedelta(seconds=number),
        send_at=now,
    )


def _reception(number: int, now) -> Publication:
    """Few are published and to come, and few were written in the rare unit."""
    rare, day = number < FEW, (now + timedelta(days=3 if number < FEW else -30)).date()
    content = Reception(
        leader="李明",
        post="副市长",
        matters="城建",
        place="一楼",
        day=day,
        begins=time(9),
        ends=time(11),
        places=20,
        opens_at=now,
        closes_at=now,
    )
    return Publication(
        id=f"r{number}",
        kind=PublicationKind.RECEPTION,
        state=PublicationState.PUBLISHED,
        content=content,
        authors=("m1",),
        author_name="孙丽",
        unit="rare" if rare else "often",
        created_at=now + timedelta(seconds=number),
    )


def _booking(number: int, now) -> Booking:
    rare = number < FEW
    return Booking(
        id=f"k{number}",
        reception_id="r1" if rare else "r9",
        day=(now - timedelta(days=400 + number if rare else 30)).date(),
        seat=number,
        name="张三丰",
        phone="13900139000" if rare else f"138{number:08}",
        conversation_id=f"c{number}",
        created_at=now,
    )


@pytest.fixture
async def desk(store, now):
    """Many words, views, edits, questions, lights and recipients; of whatever is asked for there are few."""
    for number in range(CASES):
        words = "路灯不亮了" if number < FEW else f"噪声扰民{number}"
        await store.search.keep(f"WF2611{number:06}13", 1, words)
    views = SavedViews(store.database, store.vault)
    for number in range(FEW * 10):
        await views.keep(f"m{number}", SavedView(name="a", fields={"state": "accepted"}))
    for number in range(CASES // 2):
        made = await store.edits.propose(_edit(number, now), edit_line)
        if number >= FEW:
            await store.edits.refuse(made, edit_line, by="m2", name="李", at=now, verdict="不妥")
    questions = [store.questions.add(f"停水多久{number}", at=now) for number in range(CASES // 2)]
    await store.committer.commit(questions)
    for each in (await store.questions.open(CASES))[FEW:]:
        await store.questions.settle(each.key)
    changes = LightChanges(store.database)
    lights = [_light(number, now) for number in range(CASES)]
    await store.committer.commit([changes.add(each) for each in lights])
    await store.committer.commit([changes.told(each) for each in lights[FEW:]])
    await _recipients(store, now)
    return SimpleNamespace(store=store, now=now, views=views, changes=changes)


def _edit(number: int, now) -> Edit:
    kind = EditKind.ANSWER
    return Edit(kind=kind, key=f"k{number}", number=0, act=EditAct.SET, author="m1", made_at=now)


def _light(number: int, now) -> LightChange:
    at = now - timedelta(hours=number)
    return LightChange(
        id=f"c{number}:2", case_number=f"c{number}", stage=Stage.ANSWER, light=Light.RED, at=at, due_at=at
    )


async def _recipients(store, now) -> None:
    """Of two notices; one has gone to all but a few."""
    people = [
        Planned(
            person=f"sms:main:{number}",
            conversation_id=f"sms:main:{number}",
            address=Address(channel="sms", account="main", sender=f"138{number:08}"),
            reason="opted_out" if number < FEW else "",
        )
        for number in range(CASES)
    ]
    for each in ("b1", "b2"):
        await store.ledger.write(each, people, now=now)
    waiting = await store.ledger.waiting(LANE, now=now, limit=CASES)
    token = "t" * 32
    mark = await store.ledger.turn([], "", waiting, mark=token, now=now)
    gone = [Outcome(recipient=each, state=RecipientState.SENT, at=now) for each in mark.recipients[FEW:-FEW]]
    await store.ledger.turn(gone, token, [], mark="u" * 32, now=now)
    in_doubt = await store.ledger.doubtful(LANE, limit=CASES)
    await store.ledger.settle_doubt(in_doubt[-FEW:], again=True, reason="", now=now)


LANE = Lane(broadcast_id="b1", channel="sms", account="main")
Asked = Callable[[Any], Awaitable[Any]]


def listed(**wanted: Any) -> Asked:
    return lambda town: town.store.cases.list(CaseFilter(**wanted), limit=PAGE)


def counted(**wanted: Any) -> Asked:
    return lambda town: town.store.cases.count(CaseFilter(**wanted), limit=PAGE)


SELECTIVE: Mapping[str, Asked] = {
    "the newest cases": listed(),
    "the newest cases with accusations": lambda town: town.store.cases.list(limit=PAGE, include_accusations=True),
    "cases of a state": listed(state=CaseState.ACCEPTED),
    "cases of a state, counted": counted(state=CaseState.ACCEPTED),
    "cases of a district": listed(district="潍城区"),
    "cases of a category": listed(category="环境"),
    "urgent cases": listed(urgency="urgent"),
    "accusations": lambda town: town.store.cases.list(
        CaseFilter(accusation=True), limit=PAGE, include_accusations=True
    ),
    "cases of a unit": listed(units=frozenset({"rare"})),
    "cases of units, counted": counted(units=frozenset({"rare"})),
    "cases of a phone": listed(phone="13900139000"),
    "a case by its number": listed(query="WF261100000013"),
    "cases by how numbers begin": listed(query="WF26110000001"),
    "open cases that are due": lambda town: town.store.cases.list(
        CaseFilter(open=True, due_before=town.now), limit=PAGE
    ),
    "open cases that are due, counted": lambda town: town.store.cases.count(
        CaseFilter(open=True, due_before=town.now), limit=PAGE
    ),
    "cases that wait for something": listed(open=True, waits="press"),
    "cases of units that wait for something": listed(open=True, waits="press", units=frozenset({"rare", "often"})),
    "cases that wait, counted": counted(open=True, waits="press"),
    "visits that are due": lambda town: town.store.cases.list(CaseFilter(visit_before=town.now), limit=PAGE),
    "cases that warn": lambda town: town.store.cases.alarmed(town.now, PAGE),
    "cases merged into one": lambda town: town.store.cases.merged_with(town.cases[0].number),
    "cases of a conversation": lambda town: town.store.cases.of_conversation("c1"),
    "cases of several who ask at once": lambda town: asyncio.gather(
        *(town.store.cases.of_conversation(f"c{each}") for each in range(4))
    ),
    "cases of some conversations": lambda town: town.store.cases.of_conversations(["c1", "c2", "c3"]),
    "a case's timeline": lambda town: town.store.cases.timeline(town.cases[0].number),
    "the newest conversations": lambda town: town.store.conversations.list(limit=PAGE),
    "conversations of a channel": lambda town: town.store.conversations.list(channel="sms", limit=PAGE),
    "who follows a topic": lambda town: town.store.audience.followers("供暖"),
    "conversations heard last": lambda town: town.attendance.newest(PAGE),
    "conversations of a channel heard last": lambda town: town.attendance.newest(PAGE, channel="wechat"),
    "what changed in the newest": lambda town: town.attendance.stamp(PAGE),
    "open calls": lambda town: town.store.calls.open(PAGE),
    "whether somebody's call is open": lambda town: town.store.calls.waits(town.conversations[0].id),
    "somebody's open calls": lambda town: town.store.calls.open_of(town.conversations[0].id),
    "what arrived of one person": lambda town: town.store.inbox.history(town.conversations[0].id, limit=PAGE),
    "what was sent to one person": lambda town: town.store.outbox.history(town.conversations[0].id, limit=PAGE),
    "what was told of a case": lambda town: town.store.outbox.for_case(town.cases[0].number),
    "what could not be sent": lambda town: town.store.outbox.dead(PAGE),
    "the newest audit lines": lambda town: town.store.audit.newest(PAGE),
    "older audit lines": lambda town: town.store.audit.newest(PAGE, before=60),
    "audit lines of an actor": lambda town: town.store.audit.newest(PAGE, wanted=AuditFilter(actor="m1")),
    "audit lines of a target": lambda town: town.store.audit.newest(PAGE, wanted=AuditFilter(target="W7")),
    "audit lines of a kind": lambda town: town.store.audit.newest(PAGE, wanted=AuditFilter(actions=("rare", "none"))),
    "older audit lines of a kind": lambda town: town.store.audit.newest(
        PAGE, before=60, wanted=AuditFilter(actions=("rare", "none"))
    ),
    "what somebody did of a kind": lambda town: town.store.audit.newest(
        PAGE, wanted=AuditFilter(actor="m2", actions=("rare", "none"))
    ),
    "the newest notices": lambda town: town.store.broadcasts.list(limit=PAGE),
    "notices of a unit": lambda town: town.store.broadcasts.list(units={"rare"}, limit=PAGE),
    "notices that nobody let pass": lambda town: town.store.broadcasts.drafts(units={"rare"}, limit=PAGE),
    "notices that are due": lambda town: town.store.broadcasts.due(town.now),
    "reception days of a unit": lambda town: town.store.publications.list(
        PublicationKind.RECEPTION, units={"rare"}, limit=PAGE
    ),
    "reception days of some units": lambda town: town.store.publications.list(
        PublicationKind.RECEPTION, units={"rare", "often"}, limit=PAGE
    ),
    "what waits for approval": lambda town: town.store.publications.waiting(town.now, units={"rare"}),
    "what stands in public": lambda town: town.store.publications.shown(PublicationKind.RECEPTION, town.now),
    "who booked a reception day": lambda town: town.store.bookings.of_reception("r1"),
    "what somebody booked": lambda town: town.store.bookings.of_person(
        ["c1", "c2"], phone="13900139000", since=(town.now - timedelta(days=900)).date()
    ),
    "bookings that were kept long enough": lambda town: town.store.bookings.over(
        before=(town.now - timedelta(days=365)).date(), limit=PAGE
    ),
    "files of a case": lambda town: town.store.attachments.of_case(town.cases[0].number),
    "the figures of three days": lambda town: town.figures.of(By.DISTRICT, **_three_days(town)),
    "the figures of three days in one sum": lambda town: town.figures.of(None, **_three_days(town)),
    "the figures of a unit": lambda town: town.figures.of(By.UNIT, **_three_days(town), units=["rare"]),
    "the spots of three days": lambda town: town.figures.spots(
        since=town.now - timedelta(days=3), until=town.now, fewest=1, limit=PAGE
    ),
    "the days": lambda town: town.figures.daily(since=town.now - timedelta(days=3), until=town.now),
}


AT_THE_DESK: Mapping[str, Asked] = {
    "cases by words": lambda desk: desk.store.search.find("路灯", PAGE),
    "cases by more words": lambda desk: desk.store.search.find("路灯不亮", PAGE),
    "what is new to the search": lambda desk: desk.store.search.due(PAGE),
    "somebody's views": lambda desk: desk.views.of("m1"),
    "what is live": lambda desk: desk.store.edits.live(),
    "what was proposed": lambda desk: desk.store.edits.proposed(),
    "what was proposed of a kind": lambda desk: desk.store.edits.proposed(EditKind.ANSWER),
    "the versions of an entry": lambda desk: desk.store.edits.versions(EditKind.ANSWER, "k7"),
    "how many edits were passed": lambda desk: desk.store.edits.passed(),
    "questions that nothing answers": lambda desk: desk.store.questions.open(PAGE),
    "a question by its key": lambda desk: desk.store.questions.get("00"),
    "lights to be told": lambda desk: desk.changes.untold(critical_alone=False, limit=PAGE),
    "lights that somebody has not seen": lambda desk: desk.changes.unseen(
        "m1", units=None, since=desk.now - timedelta(hours=9), limit=PAGE
    ),
    "recipients that wait": lambda desk: desk.store.ledger.waiting(LANE, now=desk.now, limit=PAGE),
    "when the next is due": lambda desk: desk.store.ledger.next_due(LANE),
    "recipients in doubt": lambda desk: desk.store.ledger.doubtful(LANE, limit=PAGE),
    "why some were left out": lambda desk: desk.store.ledger.reasons("b1"),
    "a page of recipients": lambda desk: desk.store.ledger.list("b1", limit=PAGE),
    "a page of recipients who were left out": lambda desk: desk.store.ledger.list(
        "b1", states=[RecipientState.EXCLUDED], limit=PAGE
    ),
}


def _three_days(town) -> dict[str, Any]:
    return {"since": town.now - timedelta(days=3), "until": town.now, "now": town.now}


async def _profiled(town, asked: Asked) -> Sequence[dict[str, Any]]:
    database = town.store.database
    await database.command("profile", 2)
    await asked(town)
    await database.command("profile", 0)
    noted = [each for each in await database["system.profile"].find({}, limit=200) if "planSummary" in each]
    await database.command("drop", "system.profile")
    return noted


async def test_lists_and_searches_and_figures_are_answered_from_an_index(town) -> None:
    wrong: list[str] = []
    for name, asked in SELECTIVE.items():
        noted = await _profiled(town, asked)
        wrong += [f"{name}: {_plan(each)}" for each in noted if _is_wrong(each)]
        if not noted:
            wrong.append(f"{name}: nothing was asked")
    assert wrong == []


async def test_what_staff_work_with_at_their_desk_is_answered_from_an_index(desk) -> None:
    wrong: list[str] = []
    for name, asked in AT_THE_DESK.items():
        noted = await _profiled(desk, asked)
        wrong += [f"{name}: {_plan(each)}" for each in noted if _is_wrong(each)]
        if not noted:
            wrong.append(f"{name}: nothing was asked")
    assert wrong == []
    await _counts_read_no_line(desk)


async def _counts_read_no_line(desk) -> None:
    noted = await _profiled(desk, lambda desk: desk.store.ledger.counts("b1"))
    assert [(each["docsExamined"], each["keysExamined"] <= CASES + 1) for each in noted] == [(0, True)]


def _is_wrong(noted: Mapping[str, Any]) -> bool:
    if "COLLSCAN" in noted["planSummary"]:
        return True
    # A few groups, or the few of one person, may be put in order when they are found.
    return noted.get("docsExamined", 0) > BOUND or noted.get("keysExamined", 0) > 2 * BOUND


def _plan(noted: Mapping[str, Any]) -> str:
    seen = f"{noted.get('keysExamined')} keys, {noted.get('docsExamined')} documents"
    return (
        f"{noted['ns'].partition('.')[2]} {noted['planSummary']}, {seen}{', sorted' * bool(noted.get('hasSortStage'))}"
    )
