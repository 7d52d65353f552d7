"""Cases in the store, on both drivers."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage import keys
from storage.cases import ActorKind, Assignment, CaseAttachment, CaseFilter, CaseState, EntryKind
from storage.errors import AlreadyThere, Conflict, IllegalMove
from storage.numbers import compose
from storage.records import Call, CallState

BOTH = pytest.mark.parametrize("driver", ["motor", "pymongo"])


@pytest.fixture
def file(store, case, step):
    async def file(code="123456", **given):
        made = case(**given)
        await store.committer.commit(store.cases.create(made, code, step(kind=EntryKind.FILED)))
        return made

    return file


def number(now, sequence):
    return compose("WF", now, sequence)


@BOTH
async def test_a_case_comes_back_as_it_was_filed(store, file, now):
    made = await file(
        latitude=36.7,
        longitude=119.1,
        since="一个多月",
        happened_from=date(2026, 10, 1),
        happened_to=date(2026, 10, 31),
        attachments=(CaseAttachment(message_id="m2", kind="image", media_id="media2"),),
        assignments=(Assignment(unit="城管局", at=now, lead=False, note="请协办"),),
        satisfaction=4,
    )
    assert await store.cases.get(made.number) == made
    [begun] = await store.cases.timeline(made.number)
    assert (begun.seq, begun.kind, begun.to_state) == (1, EntryKind.FILED, CaseState.SUBMITTED)
    assert (begun.actor.kind, begun.actor.name) == (ActorKind.STAFF, "李科长")
    assert await store.cases.get("WF0") is None


@BOTH
async def test_a_number_is_filed_once(store, file):
    await file()
    with pytest.raises(AlreadyThere):
        await file(title="another")


@BOTH
async def test_a_move_changes_the_case_and_its_timeline_together(store, file, step, now):
    made = await file()
    later = now + timedelta(hours=1)
    told = step(at=later, note="已受理", public=True)
    await store.committer.commit(store.cases.move(made, CaseState.ACCEPTED, told, district="潍城区"))
    found = await store.cases.get(made.number)
    assert found == replace(made, state=CaseState.ACCEPTED, version=2, last_seq=2, updated_at=later, district="潍城区")
    entry = (await store.cases.timeline(made.number))[-1]
    assert (entry.seq, entry.kind, entry.note, entry.public) == (2, EntryKind.MOVED, "已受理", True)
    assert (entry.from_state, entry.to_state) == (CaseState.SUBMITTED, CaseState.ACCEPTED)


@BOTH
async def test_of_two_moves_at_once_one_is_refused_and_leaves_nothing(store, file, step):
    made = await file()
    moves = [
        store.committer.commit(store.cases.move(made, to, step())) for to in (CaseState.ACCEPTED, CaseState.REFUSED)
    ]
    outcomes = await asyncio.gather(*moves, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "NoneType"]
    assert [each.seq for each in await store.cases.timeline(made.number)] == [1, 2]


async def test_an_illegal_move_names_the_lawful_ones(store, file, step):
    made = await file()
    with pytest.raises(IllegalMove) as refused:
        store.cases.move(made, CaseState.CLOSED, step())
    assert isinstance(refused.value, Conflict)
    assert (refused.value.from_state, refused.value.to_state) == ("submitted", "closed")
    assert refused.value.lawful == ("accepted", "refused", "needs_info", "withdrawn")


@BOTH
async def test_words_and_facts_are_appended(store, file, step):
    made = await file()
    words = step(kind=EntryKind.ADDED, note="今天又坏了一盏")
    await store.committer.commit(store.cases.append(made, words, satisfaction=5, title="两盏路灯坏了"))
    found = await store.cases.get(made.number)
    assert (found.satisfaction, found.title, found.state) == (5, "两盏路灯坏了", made.state)
    assert (await store.cases.timeline(made.number))[-1].note == "今天又坏了一盏"
    with pytest.raises(Conflict):
        await store.committer.commit(store.cases.append(made, words))


@pytest.mark.parametrize("field", ["state", "number", "version", "no_such"])
async def test_what_only_moves_may_change_is_not_to_be_set(store, case, step, field):
    with pytest.raises(TypeError):
        store.cases.append(case(), step(), **{field: "x"})


@BOTH
async def test_a_conversation_sees_what_it_filed_and_what_it_follows(store, file, now):
    mine = await file(number=number(now, 1), followers=(), accusation=True)
    later = now + timedelta(minutes=1)
    followed = await file(
        number=number(now, 2), filer=replace(mine.filer, conversation_id="other"), created_at=later, updated_at=later
    )
    await file(number=number(now, 3), filer=replace(mine.filer, conversation_id="other"), followers=())
    assert await store.cases.of_conversation("wechat:main:someone") == (followed, mine)
    assert await store.cases.of_conversation("wechat:main:someone", limit=1) == (followed,)


@BOTH
async def test_lists_are_narrowed_and_go_on_where_they_ended(store, file, now):
    for i in range(5):
        at = now + timedelta(minutes=i)
        await file(number=number(now, i + 1), created_at=at, updated_at=at, district=f"区{i % 2}")
    await file(number=number(now, 9), accusation=True, type="举报")

    async def numbers(limit=50, **wanted):
        found, cursor = [], None
        while True:
            page = await store.cases.list(CaseFilter(**wanted), limit=limit, cursor=cursor)
            found += [int(each.number[8:13]) for each in page.items]
            if (cursor := page.next_cursor) is None:
                return found

    assert await numbers() == await numbers(limit=2) == [5, 4, 3, 2, 1]
    assert await numbers(district="区1", limit=1) == [4, 2]
    assert await numbers(state=CaseState.CLOSED) == await numbers(category="x") == await numbers(channel="sms") == []
    assert await numbers(created_after=now + timedelta(minutes=1), created_before=now + timedelta(minutes=3)) == [3, 2]
    assert await numbers(query=number(now, 3).lower()) == [3]
    assert await numbers(query="wf2611", type="求助") == [5, 4, 3, 2, 1]
    assert await numbers(query="路灯") == await numbers(query=".*") == []
    assert len((await store.cases.list(include_accusations=True)).items) == 6


@BOTH
async def test_a_phone_is_found_however_written_and_after_a_change_of_keys(store, file, now, tmp_path, database):
    from storage.master_key import KeyFile

    first = await file(number=number(now, 1))
    await keys.rotate(database, KeyFile(tmp_path / "keys" / "master.key"), settle=0)
    await store.vault.refresh()
    later = now + timedelta(minutes=1)
    second = await file(number=number(now, 2), created_at=later, updated_at=later)
    await file(number=number(now, 3), filer=replace(first.filer, phone="13900139000"))
    for written in ("13800138000", "138 0013 8000", "+86 138-0013-8000"):
        assert (await store.cases.list(CaseFilter(phone=written))).items == (second, first)
    assert (await store.cases.list(CaseFilter(phone="anything"))).items == ()


@BOTH
async def test_calls_put_danger_first_and_are_closed_once(store, now):
    calls = [
        Call(id=f"c{i}", conversation_id="x", reason="asked", at=now + timedelta(seconds=i), danger=i == 2)
        for i in range(3)
    ]
    await store.committer.commit([store.calls.add(each) for each in calls])
    assert await store.calls.open(10) == [calls[2], calls[0], calls[1]]
    await store.committer.commit([store.calls.closed("c2", "李科长", now)])
    closed = await store.calls.get("c2")
    assert (closed.state, closed.closed_by, closed.closed_at) == (CallState.DONE, "李科长", now)
    assert await store.calls.open(1) == [calls[0]]
    with pytest.raises(Conflict):
        await store.committer.commit([store.calls.closed("c2", "another", now)])
