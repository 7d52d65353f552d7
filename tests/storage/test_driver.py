"""The door to MongoDB keeps its promises with either client."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import quote

import pymongo
import pytest
from pymongo import InsertOne, UpdateOne
from pymongo import errors as driver_errors
from waiting import quicker_than

from storage import driver
from storage.driver import DEFAULT_DATABASE, Database, connect
from storage.driver_errors import mapped
from storage.errors import AlreadyThere, Conflict, StorageAway, StorageError, WrongAddress

pytestmark = pytest.mark.usefixtures("each_driver")


async def test_what_is_inserted_is_found_with_an_aware_time(database: Database):
    at = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    await database["things"].insert_one({"_id": "a", "at": at})
    assert await database["things"].find_one({"_id": "a"}) == {"_id": "a", "at": at}


async def test_an_insert_under_an_existing_key_is_already_there(database: Database):
    await database["things"].insert_one({"_id": "a"})
    with pytest.raises(AlreadyThere):
        await database["things"].insert_one({"_id": "a"})


async def test_inserting_many_adds_the_new_and_names_the_old(database: Database):
    await database["things"].insert_one({"_id": "b"})
    assert await database["things"].insert_many_new([{"_id": "a"}, {"_id": "b"}, {"_id": "c"}]) == {1}
    assert await database["things"].count({}, limit=10) == 3


async def test_lists_come_sorted_and_bounded(database: Database):
    things = database["things"]
    await things.insert_many_new([{"_id": n} for n in range(10)])
    assert [d["_id"] for d in await things.find({}, limit=3, sort=[("_id", -1)])] == [9, 8, 7]
    assert [d["_id"] for d in await things.aggregate([{"$sort": {"_id": 1}}], limit=2)] == [0, 1]
    assert [d["_id"] async for d in things.each({"_id": {"$gt": 6}}, sort=[("_id", 1)])] == [7, 8, 9]
    assert await things.count({}, limit=4) == 4
    with pytest.raises(ValueError, match="bound"):
        await things.find({}, limit=0)


async def test_updates_tell_how_many_matched(database: Database):
    things = database["things"]
    await things.insert_one({"_id": "a", "n": 1})
    assert await things.update_one({"_id": "a", "n": 1}, {"$inc": {"n": 1}}) == 1
    assert await things.update_one({"_id": "a", "n": 1}, {"$inc": {"n": 1}}) == 0
    assert await things.update_one({"_id": "b"}, {"$set": {"n": 1}}, upsert=True) == 1
    assert await things.update_many({}, {"$inc": {"n": 1}}) == 2
    assert await things.find_one_and_update({"_id": "b"}, {"$inc": {"n": 1}}) == {"_id": "b", "n": 3}
    assert await things.find_one_and_update({"_id": "b"}, {"$inc": {"n": 1}}, before=True) == {"_id": "b", "n": 3}
    assert await things.delete_one({"_id": "b"}) == 1
    assert await things.delete_many({}) == 1


async def test_a_bulk_counts_its_matches_and_refuses_an_old_key(database: Database):
    things = database["things"]
    writes = [UpdateOne({"_id": "a"}, {"$set": {"n": 1}}), InsertOne({"_id": "a"})]
    assert await things.bulk_write(writes) == 1
    with pytest.raises(AlreadyThere):
        await things.bulk_write([InsertOne({"_id": "a"})])


async def test_a_transaction_that_fails_leaves_nothing(database: Database):
    async def half(session: driver.Session) -> None:
        await database["things"].insert_one({"_id": "a"}, session=session)
        raise Conflict

    with pytest.raises(Conflict):
        await database.in_transaction(half)
    assert await database["things"].find_one({"_id": "a"}) is None


async def test_a_write_conflict_repeats_the_transaction(database: Database):
    await database["things"].insert_one({"_id": "a", "n": 0})
    tries = 0

    async def count_up(session: driver.Session) -> None:
        nonlocal tries
        tries += 1
        await database["things"].find_one({}, session=session)
        if tries == 1:  # another process is quicker
            await database["things"].update_one({"_id": "a"}, {"$inc": {"n": 10}})
        await database["things"].update_one({"_id": "a"}, {"$inc": {"n": 1}}, session=session)

    await database.in_transaction(count_up)
    assert tries == 2
    assert await database["things"].find_one({"_id": "a"}) == {"_id": "a", "n": 11}


async def test_write_conflicts_without_end_are_given_up(database: Database):
    await database["things"].insert_one({"_id": "a", "n": 0})
    tries = 0

    async def never_first(session: driver.Session) -> None:
        nonlocal tries
        tries += 1
        await database["things"].find_one({}, session=session)
        await database["things"].update_one({"_id": "a"}, {"$inc": {"n": 10}})
        await database["things"].update_one({"_id": "a"}, {"$inc": {"n": 1}}, session=session)

    database.timeout = 0.3
    with pytest.raises(StorageAway):
        await database.in_transaction(never_first)
    assert tries > 1


async def test_a_cancelled_transaction_is_not_begun_anew_though_leaving_it_failed(database: Database):
    begun, tries = asyncio.Event(), 0

    async def never_ends(_session):
        nonlocal tries
        tries += 1
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise driver_errors.AutoReconnect("gone", {"errorLabels": ["TransientTransactionError"]}) from None

    task = asyncio.create_task(database.in_transaction(never_ends))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tries == 1


async def test_whoever_is_held_up_by_a_slow_commit_waits_for_it(database: Database):
    """A regression: tries were counted, and all six were over while the other's commit waited for a busy disk."""
    await database["things"].insert_one({"_id": "a", "n": 0})
    tries = 0
    held, tried_often = asyncio.Event(), asyncio.Event()

    async def holds_it(session: driver.Session) -> None:
        await database["things"].update_one({"_id": "a"}, {"$inc": {"n": 10}}, session=session)
        held.set()
        await tried_often.wait()

    async def comes_second(session: driver.Session) -> None:
        nonlocal tries
        await held.wait()  # whoever came first would be through at the first try
        tries += 1
        if tries > 8:
            tried_often.set()
        await database["things"].update_one({"_id": "a"}, {"$inc": {"n": 1}}, session=session)

    await asyncio.gather(database.in_transaction(holds_it), database.in_transaction(comes_second))
    assert await database["things"].find_one({"_id": "a"}) == {"_id": "a", "n": 11}


async def test_a_server_that_is_not_there_is_away_in_time(tmp_path, driver):
    away = quote(str(tmp_path / "none.sock"), safe="")
    database = await connect(f"mongodb://{away}/?directConnection=true", driver=driver, timeout_ms=300)
    with quicker_than(15, "being told that nobody is there"):  # the driver's own patience is 30 s
        with pytest.raises(StorageAway):
            await database.ping()
        with pytest.raises(StorageAway):
            await database["things"].insert_one({"_id": "a"})
    await database.close()


async def test_a_server_that_never_answers_is_away_in_time(tmp_path, driver):
    over: list[asyncio.Task[None]] = []

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        over.append(asyncio.current_task())
        while await reader.read(4096):
            pass
        writer.close()
        await writer.wait_closed()

    path = str(tmp_path / "mute.sock")
    server = await asyncio.start_unix_server(swallow, path)
    database = await connect(f"mongodb://{quote(path, safe='')}/?directConnection=true", driver=driver, timeout_ms=300)
    with quicker_than(15, "being told that nobody answers"), pytest.raises(StorageAway):
        await database.in_transaction(lambda session: database["things"].insert_one({"_id": "a"}, session=session))
    await database.close()
    server.close()
    await asyncio.gather(*over)


@pytest.mark.parametrize("uri", ["mysql://localhost", "mongodb://a:secret@b:c:d/"])
async def test_a_wrong_address_is_told_without_its_password(uri, driver):
    with pytest.raises(WrongAddress) as caught:
        await connect(uri, driver=driver)
    assert "secret" not in str(caught.value)


async def test_the_address_may_name_the_database(servers, driver):
    named = await connect(servers.mongodb_uri.replace("/?", "/elsewhere?"), driver=driver)
    unnamed = await connect(servers.mongodb_uri, driver=driver)
    assert (named.name, unnamed.name) == ("elsewhere", DEFAULT_DATABASE)
    await named.close()
    await unnamed.close()


async def test_indexes_are_made_and_listed(new_database: Database):
    name = await new_database["things"].create_index([("a", pymongo.ASCENDING)], unique=True)
    assert name in await new_database["things"].index_information()
    assert await new_database.collection_names() == ["things"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (driver_errors.AutoReconnect("x"), StorageAway),
        (driver_errors.NetworkTimeout("x"), StorageAway),
        (driver_errors.ServerSelectionTimeoutError("x"), StorageAway),
        (driver_errors.WaitQueueTimeoutError("x"), StorageAway),
        (driver_errors.NotPrimaryError("x"), StorageAway),
        (driver_errors.ExecutionTimeout("x"), StorageAway),
        (driver_errors.WTimeoutError("x"), StorageAway),
        (driver_errors.WriteConcernError("x"), StorageAway),
        (driver_errors.DuplicateKeyError("x"), AlreadyThere),
        (driver_errors.OperationFailure("x", code=2), StorageError),
        (driver_errors.ConfigurationError("x"), StorageError),
        (driver_errors.PyMongoError("x"), StorageError),
    ],
)
def test_each_error_of_the_driver_has_its_place(error, expected):
    with pytest.raises(StorageError) as caught, mapped("things"):
        raise error
    assert type(caught.value) is expected
