"""The shape of the store."""

import asyncio

import pytest

from storage.driver import Database, connect
from storage.errors import StorageAway
from storage.leases import Leases
from storage.migrations import INDEXES, VERSION, current_version, migrate, missing_indexes
from storage.store import Store

BOTH = pytest.mark.parametrize("driver", ["motor", "pymongo"])


@pytest.fixture
def indexed(monkeypatch):
    """The collections whose indexes the server was asked for, by whichever process."""
    asked, command = [], Database.command

    async def heard(database, name, value=1, **options):
        if name == "createIndexes":
            asked.append(value)
        return await command(database, name, value, **options)

    monkeypatch.setattr(Database, "command", heard)
    monkeypatch.setattr("storage.one_at_a_time.HELD_S", 600.0)  # however slow this machine is
    return asked


@BOTH
async def test_several_processes_may_start_at_once_and_again(servers, new_database, driver, now, indexed):
    """One does the work: all at once they would be answered too late, and ask again, until they gave up."""
    assert len(await missing_indexes(new_database)) == len(INDEXES)
    others = [
        await connect(servers.mongodb_uri, driver=driver, timeout_ms=60_000, name=new_database.name) for _ in range(5)
    ]
    await asyncio.gather(*(migrate(each, at=now) for each in others))
    assert await missing_indexes(new_database) == []
    assert await current_version(new_database) == VERSION
    assert sorted(indexed) == sorted({index.collection for index in INDEXES})
    await migrate(new_database, at=now)
    for each in others:
        await each.close()


async def test_the_work_of_one_that_died_is_taken_up_by_another(new_database, now):
    assert await Leases(new_database).hold("schema", "died", seconds=0.2)
    await migrate(new_database, at=now)
    assert await missing_indexes(new_database) == []


@BOTH
async def test_building_indexes_may_take_longer_than_any_operation_gets(servers, new_database, driver):
    database = await connect(servers.mongodb_uri, driver=driver, timeout_ms=300, name=new_database.name)

    held, over = asyncio.Event(), asyncio.Event()

    async def holding(session):
        await new_database["things"].insert_one({"_id": 2}, session=session)
        held.set()
        await over.wait()

    async def indexed():
        """The server waits for the transaction that has changed the collection."""
        await database.command("createIndexes", "things", indexes=[{"key": {"at": 1}, "name": "at"}])

    await new_database["things"].insert_one({"_id": 1})
    transaction = asyncio.create_task(new_database.in_transaction(holding))
    await held.wait()
    with pytest.raises(StorageAway):
        await indexed()
    asyncio.get_running_loop().call_later(0.6, over.set)
    with database.patient(60):
        await indexed()
    await transaction
    await database.close()


async def test_a_newer_database_is_left_alone(new_database, now):
    await new_database["schema"].insert_one({"_id": "indexes", "version": VERSION + 1})
    await migrate(new_database, at=now)
    assert await current_version(new_database) == VERSION + 1
    assert len(await missing_indexes(new_database)) == len(INDEXES)


def test_names_are_unique_within_a_collection():
    names = [(each.collection, each.name) for each in INDEXES]
    assert len(set(names)) == len(names)


async def test_a_wrong_prefix_is_refused_before_anything_is_made(new_database, vault):
    with pytest.raises(ValueError, match="prefix"):
        await Store.open(new_database, vault, number_prefix="潍坊")
    assert await current_version(new_database) == 0


@pytest.fixture
async def plans(store, database):
    """The names of indexes and stages that a query uses."""

    async def plans(collection, where, sort):
        explained = await database.command("explain", {"find": collection, "filter": where, "sort": dict(sort)})
        found, todo = set(), [explained["queryPlanner"]["winningPlan"]]
        while todo:
            stage = todo.pop()
            found |= {stage["stage"], stage.get("indexName")}
            todo += [stage["inputStage"]] if "inputStage" in stage else stage.get("inputStages", [])
        return found

    return plans


LISTS = [
    ("arrivals", "pending", {"conversation_id": "x", "state": "pending"}, [("arrived_ns", 1), ("_id", 1)]),
    ("arrivals", "history", {"conversation_id": "x"}, [("arrived_ns", -1), ("_id", -1)]),
    ("outbox", "waking", {"wake_at": {"$lte": 1}}, [("wake_at", 1)]),
    ("outbox", "newest_conversation_id", {"conversation_id": "x"}, [("created_at", -1), ("_id", -1)]),
    ("outbox", "dead", {"dead_at": {"$exists": True}}, [("dead_at", -1)]),
    ("cases", "newest", {"accusation": False}, [("created_at", -1), ("_id", -1)]),
    ("cases", "newest_state", {"state": "x", "accusation": False}, [("created_at", -1), ("_id", -1)]),
    ("cases", "newest_parties", {"parties": "x"}, [("created_at", -1), ("_id", -1)]),
    ("timeline", "case", {"case_number": "x"}, [("seq", 1)]),
    ("calls", "open", {"state": "open"}, [("danger", -1), ("at", 1), ("_id", 1)]),
    ("conversations", "newest_channel", {"channel": "x"}, [("created_at", -1), ("_id", -1)]),
]


async def test_lists_read_by_index_without_sorting(plans):
    for collection, index, where, sort in LISTS:
        stages = await plans(collection, where, sort)
        assert index in stages
        assert not {"COLLSCAN", "SORT"} & stages
