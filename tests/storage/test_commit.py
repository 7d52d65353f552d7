"""A commit is all or nothing; commits made at once share a transaction, but not their failures."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from storage.commit import GROUP_LIMIT, Change, Committer, Insert, Update
from storage.driver import Database, connect
from storage.errors import AlreadyThere, Conflict, StorageAway

pytestmark = pytest.mark.usefixtures("each_driver")


@pytest.fixture
async def committer(database: Database) -> Committer:
    for name in ("turns", "cases", "outbox"):
        await database[name].insert_one({"_id": "first", "version": 1})
    return Committer(database)


def a_turn(key: str) -> list[Change]:
    return [Insert(collection=name, document={"_id": key, "version": 1}) for name in ("turns", "cases", "outbox")]


def step(key: str, version: int, collection: str = "turns") -> Update:
    return Update(collection=collection, filter={"_id": key, "version": version}, update={"$inc": {"version": 1}})


async def keys(database: Database, collection: str) -> set[str]:
    return {document["_id"] for document in await database[collection].find({}, limit=1_000)} - {"first"}


async def all_at_once(committer: Committer, commits: Sequence[Sequence[Change]]) -> list[BaseException | None]:
    return await asyncio.gather(*(committer.commit(changes) for changes in commits), return_exceptions=True)


async def test_all_changes_of_a_commit_take_effect(database, committer):
    await committer.commit([*a_turn("a"), step("first", 1)])
    assert [await keys(database, name) for name in ("turns", "cases", "outbox")] == [{"a"}] * 3
    assert await database["turns"].find_one({"_id": "first"}) == {"_id": "first", "version": 2}
    assert committer.transactions == 1


async def test_a_guard_that_does_not_hold_undoes_the_whole_commit(database, committer):
    with pytest.raises(Conflict):
        await committer.commit([*a_turn("a"), step("first", 7)])
    assert [await keys(database, name) for name in ("turns", "cases", "outbox")] == [set()] * 3


async def test_a_single_change_is_guarded_like_many(database, committer):
    await committer.commit([step("first", 1)])
    with pytest.raises(Conflict):
        await committer.commit([step("first", 1)])
    with pytest.raises(AlreadyThere):
        await committer.commit([Insert(collection="turns", document={"_id": "first"})])


async def test_a_key_that_exists_undoes_the_whole_commit(database, committer):
    await committer.commit(a_turn("a"))
    with pytest.raises(AlreadyThere):
        await committer.commit([*a_turn("a"), Insert(collection="extra", document={"_id": "b"})])
    assert await keys(database, "extra") == set()


async def test_nothing_to_commit_costs_nothing(committer):
    await committer.commit([])
    assert committer.transactions == 0


async def test_two_hundred_commits_at_once_share_few_transactions(database, committer):
    outcomes = await all_at_once(committer, [a_turn(str(n)) for n in range(200)])
    assert outcomes == [None] * 200
    assert await keys(database, "cases") == {str(n) for n in range(200)}
    assert committer.transactions == -(-200 // GROUP_LIMIT)


async def test_only_the_guilty_of_a_group_fail(database, committer):
    await committer.commit(a_turn("30"))
    commits = [a_turn(str(n)) for n in range(40)]
    commits[7] = [*a_turn("7"), step("first", 9)]
    outcomes = await all_at_once(committer, commits)
    assert {n: type(error) for n, error in enumerate(outcomes) if error} == {7: Conflict, 30: AlreadyThere}
    assert await keys(database, "outbox") == {str(n) for n in range(40)} - {"7"}


async def test_of_two_that_want_the_same_version_the_first_wins(database, committer):
    outcomes = await all_at_once(committer, [[step("first", 1), *a_turn("a")], [step("first", 1), *a_turn("b")]])
    assert [type(each) for each in outcomes] == [type(None), Conflict]
    assert await keys(database, "turns") == {"a"}


async def test_what_cannot_be_written_at_all_harms_nobody_else(database, committer):
    bad = [*a_turn("bad"), Insert(collection="turns", document={"_id": object()})]
    outcomes = await all_at_once(committer, [a_turn("a"), bad, a_turn("b")])
    assert [each is None for each in outcomes] == [True, False, True]
    assert await keys(database, "turns") == {"a", "b"}


async def test_one_who_leaves_does_not_disturb_the_others(database, committer):
    tasks = [asyncio.create_task(committer.commit(a_turn(str(n)))) for n in range(20)]
    await asyncio.sleep(0)  # all are waiting now, the first group is about to go
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in outcomes] == [asyncio.CancelledError, type(None)] * 10
    assert {str(n) for n in range(1, 20, 2)} <= await keys(database, "cases")
    await committer.commit(a_turn("later"))


async def test_two_processes_that_collide_both_get_through(database, committer):
    other = Committer(database)

    async def steps(committer: Committer, name: str) -> None:
        for n in range(10):
            counted = Update(collection="cases", filter={"_id": "first"}, update={"$inc": {name: 1}})
            await committer.commit([counted, Insert(collection="turns", document={"_id": f"{name}{n}"})])

    await asyncio.gather(steps(committer, "a"), steps(other, "b"))
    assert await database["cases"].find_one({"_id": "first"}) == {"_id": "first", "version": 1, "a": 10, "b": 10}


async def test_without_a_server_every_commit_is_told_so(tmp_path, driver):
    uri = f"mongodb://{str(tmp_path / 'none').replace('/', '%2F')}.sock/?directConnection=true"
    away = await connect(uri, driver=driver, timeout_ms=200)
    outcomes = await all_at_once(Committer(away), [a_turn(str(n)) for n in range(5)])
    assert [type(each) for each in outcomes] == [StorageAway] * 5
    await away.close()


async def test_a_store_that_goes_away_while_a_group_is_divided_is_asked_once(database, committer, monkeypatch):
    """Each further try takes its full time, and everybody who comes meanwhile would wait for all of them."""
    asked: list[int] = []
    whole = committer._apply

    async def goes_away(changes):
        asked.append(len(changes))
        if asked[1:]:
            raise StorageAway("away")
        await whole(changes)

    monkeypatch.setattr(committer, "_apply", goes_away)
    outcomes = await all_at_once(committer, [[step("first", 7)], *(a_turn(str(number)) for number in range(8))])
    assert {type(each) for each in outcomes} == {StorageAway}
    assert asked == [sum([1, *[3] * 8]), sum([1, *[3] * 3])]


async def test_a_committer_that_is_stopped_lets_its_callers_go(database, committer):
    waiting = asyncio.create_task(committer.commit(a_turn("a")))
    await asyncio.sleep(0)
    (worker,) = (task for task in asyncio.all_tasks() if task.get_name() == "group commit")
    worker.cancel()
    with pytest.raises(StorageAway):
        await waiting
    with suppress(asyncio.CancelledError):
        await worker
