"""Data of an earlier version of this program are brought forward: a backup of a demo that ran at schema 2.

``data/schema-2.zip`` was made of the store that the program of that time wrote (cases filed and moved on, a talk broken
off in the middle); ``schema-2.key`` is the master key of that demo.
"""

import shutil
from pathlib import Path

import pytest

from storage.backups.reading import BackupFile
from storage.backups.restoring import restore
from storage.cases import CaseState
from storage.master_key import KeyFile
from storage.migrations import VERSION, current_version, migrate, missing_indexes
from storage.personal_data import open_vault
from storage.store import Store

DATA = Path(__file__).parent / "data"


@pytest.fixture
def master(tmp_path):
    key = tmp_path / "master.key"
    shutil.copyfile(DATA / "schema-2.key", key)
    key.chmod(0o600)
    return KeyFile(key)


@pytest.fixture
async def older(new_database, master, now, monkeypatch):
    """The store as it was, before anything of today has touched it."""
    backup = BackupFile(DATA / "schema-2.zip")
    manifest = backup.check()
    backup.check_key(manifest, master.load(), master.fingerprint())

    async def later(*_words, **_named):
        """Not yet."""

    with monkeypatch.context() as then:
        then.setattr("storage.backups.restoring.migrate", later)
        await restore(new_database, backup, manifest, at=now)
    return new_database


async def test_a_restore_of_an_older_store_brings_it_to_todays_version(new_database, master, now):
    backup = BackupFile(DATA / "schema-2.zip")
    await restore(new_database, backup, backup.check(), at=now)
    assert await current_version(new_database) == VERSION
    assert await missing_indexes(new_database) == []


async def test_what_an_older_version_wrote_is_read_and_worked_on(older, master, case, step, now):
    assert await current_version(older) == 2
    before = {name: [each async for each in older[name].each({})] for name in ("cases", "timeline", "conversations")}
    await migrate(older, at=now)
    assert await current_version(older) == VERSION
    assert await missing_indexes(older) == []
    assert {name: [each async for each in older[name].each({})] for name in before} == before
    store = await Store.open(older, await open_vault(older, master))
    numbers = [each["_id"] for each in before["cases"]]
    cases = [await store.cases.get(number) for number in numbers]
    assert {each.title for each in cases} >= {"老旧小区自来水发黄", "幸福里小区门口路灯不亮"}
    assert [len(await store.cases.timeline(number)) >= 1 for number in numbers] == [True] * 4
    [accepted] = [each for each in cases if each.state is CaseState.ACCEPTED]
    await store.committer.commit(store.cases.move(accepted, CaseState.ASSIGNED, step()))
    assert (await store.cases.get(accepted.number)).state is CaseState.ASSIGNED
    talk = await store.conversations.get(before["conversations"][0]["_id"])
    assert talk.state
