"""Cases that an earlier version wrote say what they wait for; those of today are let be."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.casework.waits_minder import WaitsMinder
from storage import waits_backfill
from storage.cases import Actor, ActorKind, Assignment, AssignmentState, CaseState, EntryKind, TimelineEntry
from storage.errors import Conflict
from storage.store import Store
from storage.waits_backfill import WaitsBackfill

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RETURNED = Assignment(unit="市城管局", unit_id="cg", at=NOW, state=AssignmentState.RETURNED)
ANSWERED = Assignment(unit="市城管局", unit_id="cg", at=NOW, state=AssignmentState.ANSWERED, answer="已修好")


@pytest.fixture
async def store(database, vault) -> Store:
    return await Store.open(database, vault)


def _entry(kind: EntryKind) -> TimelineEntry:
    return TimelineEntry(at=NOW, actor=Actor(kind=ActorKind.STAFF, name="王芳"), kind=kind)


async def _kept(store: Store, case, number: str, *kinds: EntryKind, **facts) -> None:
    """A case as an earlier version left it: nothing says what it waits for."""
    await store.committer.commit(
        store.cases.create(
            case(number=number, created_at=NOW, updated_at=NOW, **facts), "123456", _entry(EntryKind.FILED)
        )
    )
    for kind in kinds:
        await store.committer.commit(store.cases.append(await store.cases.get(number), _entry(kind)))
    await store.database["cases"].update_one({"_id": number}, {"$unset": {"waits": "", "asks": ""}})


async def _written(store: Store) -> dict[str, tuple[list[str], list[str]] | None]:
    found = await store.database["cases"].find({}, limit=100)
    return {each["_id"]: (each["waits"], each["asks"]) if "waits" in each else None for each in found}


async def test_open_cases_of_before_say_what_they_wait_for_and_others_are_let_be(store, case, monkeypatch):
    monkeypatch.setattr(waits_backfill, "AT_ONCE", 2)
    pressed, asked, granted = EntryKind.PRESSED, EntryKind.EXTENSION_ASKED, EntryKind.EXTENDED
    assigned = {"state": CaseState.ASSIGNED}
    await _kept(store, case, "WF1", assignments=(RETURNED,), **assigned)
    await _kept(store, case, "WF2", asked, granted, pressed, assignments=(ANSWERED,), **assigned)
    await _kept(store, case, "WF3", pressed, EntryKind.PRESS_ANSWERED, asked)
    await _kept(store, case, "WF4", pressed, state=CaseState.CLOSED)
    await _kept(store, case, "WF5")
    await WaitsMinder(store).look(asyncio.Event())
    assert await _written(store) == {
        "WF1": (["returned"], []),
        "WF2": (["ready", "press"], ["press"]),
        "WF3": (["extension"], ["extension"]),
        "WF4": None,
        "WF5": ([], []),
    }
    versions = {each["_id"]: each["version"] for each in await store.database["cases"].find({}, limit=100)}
    await WaitsMinder(store).look(asyncio.Event())
    assert {each["_id"]: each["version"] for each in await store.database["cases"].find({}, limit=100)} == versions


async def test_whoever_read_a_case_before_does_not_write_over_what_it_asks(store, case):
    await _kept(store, case, "WF1", EntryKind.PRESSED)
    read = await store.cases.get("WF1")
    assert await WaitsBackfill(store.database, store.vault).portion() == 1
    changes = store.cases.append(read, _entry(EntryKind.EXTENSION_ASKED), asks=("extension",))
    with pytest.raises(Conflict):
        await store.committer.commit(changes)
    assert (await store.cases.get("WF1")).asks == ("press",)


async def test_a_case_that_cannot_be_read_keeps_none_from_its_turn(store, case):
    await _kept(store, case, "WF1")
    await _kept(store, case, "WF2", EntryKind.PRESSED)
    await store.database["cases"].update_one({"_id": "WF1"}, {"$set": {"sealed": b"broken"}})
    await WaitsMinder(store).look(asyncio.Event())
    assert (await _written(store))["WF2"] == (["press"], ["press"])


async def test_a_stop_ends_it_between_two_portions(store, case):
    await _kept(store, case, "WF1", EntryKind.PRESSED)
    stop = asyncio.Event()
    stop.set()
    await WaitsMinder(store).look(stop)
    assert await _written(store) == {"WF1": None}
