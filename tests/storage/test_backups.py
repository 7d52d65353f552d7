"""A backup is the store of one instant, whole or refused; a restore makes the same store, or changes nothing."""
# ruff: noqa: PLR0917, PT012 - fixtures; what is refused takes several steps

import asyncio
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from waiting import within

from channels.messages import Kind, Media
from storage.backups import mark
from storage.backups.history import LONG_SECONDS, kept_history
from storage.backups.manifest import MANIFEST
from storage.backups.reading import BackupFile
from storage.backups.restoring import Target, abandon, look, restore
from storage.backups.taking import take
from storage.backups.writing import BackupWriter
from storage.cases import CaseState, EntryKind
from storage.driver import Database, connect
from storage.errors import BackupRefused, KeysMissing, Restoring, SnapshotGone
from storage.master_key import KeyFile
from storage.migrations import VERSION, missing_indexes
from storage.numbers import compose
from storage.personal_data import open_vault
from storage.store import Store

PICTURE = b"the bytes of a picture" * 40_000
_OWN = {"schema", "counters", mark.COLLECTION}


@pytest.fixture
def master(tmp_path):
    """The key that ``vault`` opened with."""
    return KeyFile(tmp_path / "keys" / "master.key")


@pytest.fixture
async def other(servers, database):
    """Another, empty database."""
    other = await connect(servers.mongodb_uri, timeout_ms=10_000, name=f"{database.name}_other")
    yield other
    await other.drop()
    await other.close()


@pytest.fixture
async def lived(store, inbound, case, step, now):
    """A store with a case that has moved, and a picture."""
    await _file(store, case, step, "WF261121000013")
    filed = await store.cases.get("WF261121000013")
    await store.committer.commit(store.cases.move(filed, CaseState.ACCEPTED, step(note="已受理")))
    [sent] = await store.inbox.add([inbound(kind=Kind.IMAGE, media=Media(id="m", url="http://x/m"))])
    wanted = store.attachments.want(sent.arrived, case_numbers=[filed.number], now=now, unfiled=timedelta(days=7))
    await store.committer.commit([wanted])
    key = store.attachments.id_of(sent.arrived.id)
    claimed = await store.attachments.claim(key, token="t", seconds=9, now=now)
    await store.attachments.keep(claimed, "t", PICTURE, "image/jpeg")
    return store


async def _file(store, case, step, number):
    await store.committer.commit(store.cases.create(case(number=number), "482915", step(kind=EntryKind.FILED)))


async def everything(database: Database) -> dict[str, list[Any]]:
    """All documents of all collections, but for the notes that a backup and a restore make themselves."""
    names = [name for name in await database.collection_names() if name not in _OWN]
    found = {name: [each async for each in database[name].each({}, sort=[("_id", 1)])] for name in names}
    return {name: documents for name, documents in found.items() if documents}


async def taken(store, master, path, now):
    await take(store.database, master, path, at=now)
    return BackupFile(path)


async def test_a_restore_onto_an_empty_machine_gives_the_same_cases_attachments_and_keys(
    lived, database, other, master, tmp_path, now
):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    manifest = backup.check()
    backup.check_key(manifest, master.load(), master.fingerprint())
    assert await look(other) is Target.EMPTY
    await restore(other, backup, manifest, at=now)
    assert await everything(other) == await everything(database)
    assert await missing_indexes(other) == []
    assert not any(name.startswith(mark.STAGING) for name in await other.collection_names())
    again = await Store.open(other, await open_vault(other, master))
    case = await again.cases.get("WF261121000013")
    assert (case.state, case.filer.phone) == (CaseState.ACCEPTED, "13800138000")
    assert [each.note for each in await again.cases.timeline(case.number)][-1] == "已受理"
    [attachment] = await again.attachments.of_case(case.number)
    assert b"".join([piece async for piece in again.attachments.content(attachment)]) == PICTURE
    assert await again.cases.check_code(case.number, "482915", asker="x", now=now)


@pytest.mark.usefixtures("each_driver")
async def test_a_snapshot_does_not_see_what_is_written_after_it(lived, database, case, step):
    async with kept_history(database), database.snapshot() as snapshot:
        assert await snapshot.find_one("schema", "indexes")
        await _file(lived, case, step, "WF261121000021")
        filed = await lived.cases.get("WF261121000013")
        await lived.committer.commit(lived.cases.move(filed, CaseState.ASSIGNED, step()))
        seen = b"".join([batch async for batch in snapshot.batches("cases", documents=9)])
        steps = b"".join([batch async for batch in snapshot.batches("timeline", documents=9)])
    assert b"WF261121000021" not in seen + steps
    assert b"accepted" in seen
    assert b"assigned" not in seen


async def test_under_writing_each_case_in_a_backup_has_its_whole_timeline(
    lived, other, master, case, step, tmp_path, now
):
    over = asyncio.Event()

    async def write():
        """Cases that are filed and moved on, case and timeline together, until the backup is there."""
        for sequence in range(1_000, 9_000):
            number = compose("WF", now, sequence)
            await _file(lived, case, step, number)
            filed = await lived.cases.get(number)
            await lived.committer.commit(lived.cases.move(filed, CaseState.ACCEPTED, step()))
            if over.is_set():
                return

    writing = [asyncio.create_task(write())]
    try:
        for number in range(3):
            backup = await taken(lived, master, tmp_path / f"{number}.zip", now)
    finally:
        over.set()
        await asyncio.gather(*writing)
    await restore(other, backup, backup.check(), at=now)
    again = await Store.open(other, await open_vault(other, master))
    cases = [each async for each in other["cases"].each({})]
    steps = [each async for each in other["timeline"].each({})]
    assert {each["_id"] for each in cases} == {each["case_number"] for each in steps}
    for each in cases:
        kept = await again.cases.get(each["_id"])
        assert len(await again.cases.timeline(each["_id"])) == (1 if kept.state is CaseState.SUBMITTED else 2)


async def test_a_file_that_is_truncated_or_altered_anywhere_is_named_and_nothing_is_written(
    lived, other, master, tmp_path, now
):
    whole = (await taken(lived, master, tmp_path / "b.zip", now)).path.read_bytes()
    broken = BackupFile(tmp_path / "broken.zip")
    step = max(1, len(whole) // 150)
    for at in [*range(0, len(whole), step), len(whole) - 1, len(whole) - 40, len(whole) - 80]:
        altered = bytearray(whole)
        altered[at] ^= 0x41
        for content in (bytes(altered), whole[:at]):
            broken.path.write_bytes(content)
            with pytest.raises(BackupRefused) as refused:
                broken.check()
            assert str(broken.path) in refused.value.sentence
    broken.path.write_bytes(whole + b"more")
    with pytest.raises(BackupRefused):
        broken.check()
    assert await other.collection_names() == []


async def test_the_part_that_is_damaged_is_named(lived, master, tmp_path, now):
    path = (await taken(lived, master, tmp_path / "b.zip", now)).path
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("collections/attachment_files.chunks.bson")
    content = bytearray(path.read_bytes())
    content[entry.header_offset + entry.compress_size // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BackupRefused, match=r"collections/attachment_files\.chunks\.bson"):
        BackupFile(path).check()


async def test_a_part_that_changes_after_it_was_checked_reaches_no_data(lived, database, master, tmp_path, now):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    manifest = backup.check()
    before = await everything(database)
    content = bytearray(backup.path.read_bytes())
    with zipfile.ZipFile(backup.path) as archive:
        entry = archive.getinfo("collections/attachment_files.chunks.bson")
    content[entry.header_offset + entry.compress_size // 2] ^= 1
    backup.path.write_bytes(content)
    with pytest.raises(BackupRefused):
        await restore(database, backup, manifest, at=now)
    assert {name: kept for name, kept in (await everything(database)).items() if mark.is_data(name)} == before
    await abandon(database)
    assert await everything(database) == before


async def test_a_newer_schema_is_refused(lived, database, master, tmp_path, now, monkeypatch):
    await database["schema"].update_one({"_id": "indexes"}, {"$set": {"version": VERSION + 1}})
    with pytest.raises(BackupRefused, match="先升级"):
        await taken(lived, master, tmp_path / "b.zip", now)
    with monkeypatch.context() as newer:
        newer.setattr("storage.backups.taking.VERSION", VERSION + 1)
        backup = await taken(lived, master, tmp_path / "b.zip", now)
    with pytest.raises(BackupRefused, match="先升级"):
        backup.check()
    await database["schema"].update_one({"_id": "indexes"}, {"$set": {"version": VERSION}})


async def test_another_master_key_is_refused(lived, master, tmp_path, now):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    another = KeyFile(tmp_path / "another" / "master.key")
    another.load_or_make()
    with pytest.raises(BackupRefused, match=f"{master.fingerprint()}.*{another.fingerprint()}"):
        backup.check_key(backup.check(), another.load(), another.fingerprint())
    with pytest.raises(KeysMissing):
        await take(lived.database, another, tmp_path / "c.zip", at=now)
    assert not (tmp_path / "c.zip").exists()


class Cut(Exception):
    """Stands for whatever ends a process."""


def cut_after(calls: int):
    def advance(_size):
        nonlocal calls
        calls -= 1
        if calls < 0:
            raise Cut

    return advance


async def test_a_backup_that_is_broken_off_leaves_no_file(lived, master, tmp_path, now):
    with pytest.raises(Cut):
        await take(lived.database, master, tmp_path / "b.zip", at=now, advance=cut_after(3))
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


async def test_what_a_killed_backup_left_is_swept_and_what_another_writes_is_not(tmp_path):
    (tmp_path / ".old.zip.partial").write_bytes(b"half")
    with BackupWriter(tmp_path / "one.zip"), BackupWriter(tmp_path / "two.zip"):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".one.zip.partial", ".two.zip.partial"]
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_is_there_is_never_written_over(lived, master, tmp_path, now):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    content = backup.path.read_bytes()
    with pytest.raises(BackupRefused, match="已经有了"):
        await taken(lived, master, backup.path, now)
    assert backup.path.read_bytes() == content


async def test_a_restore_that_breaks_off_before_the_exchange_leaves_what_was_there(
    lived, database, master, case, step, tmp_path, now
):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    at_backup = await everything(database)
    await _file(lived, case, step, "WF261121000021")
    after = await everything(database)
    with pytest.raises(Cut):
        await restore(database, backup, backup.check(), at=now, advance=cut_after(4))
    assert await look(database) is Target.BEGUN
    await mark.refuse_half_restored(database)
    assert {name: kept for name, kept in (await everything(database)).items() if mark.is_data(name)} == after
    await restore(database, backup, backup.check(), at=now)
    assert await everything(database) == at_backup


async def test_a_restore_that_breaks_off_within_the_exchange_is_held_until_it_is_repeated(
    lived, database, master, case, step, tmp_path, now, monkeypatch
):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    at_backup = await everything(database)
    await _file(lived, case, step, "WF261121000021")
    rename, done = Database.rename, []

    async def some(self, name, to):
        if len(done) == 5:
            raise Cut
        done.append(to)
        await rename(self, name, to)

    with monkeypatch.context() as cut:
        cut.setattr(Database, "rename", some)
        with pytest.raises(Cut):
            await restore(database, backup, backup.check(), at=now)
    assert await look(database) is Target.HALF_RESTORED
    with pytest.raises(Restoring):
        await mark.refuse_half_restored(database)
    with pytest.raises(Restoring):
        await take(database, master, tmp_path / "c.zip", at=now)
    with pytest.raises(BackupRefused, match="不能放弃"):
        await abandon(database)
    await restore(database, backup, backup.check(), at=now)
    assert await everything(database) == at_backup
    await mark.refuse_half_restored(database)
    assert await missing_indexes(database) == []


async def test_into_an_empty_store_nobody_may_begin_until_all_is_there(lived, other, master, tmp_path, now):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    with pytest.raises(Cut):
        await restore(other, backup, backup.check(), at=now, advance=cut_after(2))
    assert await look(other) is Target.HALF_RESTORED
    await abandon(other)
    assert await look(other) is Target.EMPTY
    assert set(await other.collection_names()) <= _OWN


async def test_where_somebody_does_not_stand_aside_nothing_is_exchanged(lived, database, master, tmp_path, now):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    held = []

    async def refuse():
        held.append(await mark.held(database))
        raise BackupRefused("web 没有停下")

    with pytest.raises(BackupRefused, match="没有停下"):
        await restore(database, backup, backup.check(), at=now, before_exchange=refuse)
    assert held == [True]
    assert await look(database) is Target.BEGUN
    await abandon(database)


async def test_what_the_backup_does_not_hold_is_gone_afterwards(lived, database, master, tmp_path, now):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    await database["of_a_later_version"].insert_one({"_id": 1})
    await restore(database, backup, backup.check(), at=now)
    assert "of_a_later_version" not in await database.collection_names()


async def test_a_number_that_was_given_since_the_backup_is_not_given_again(lived, database, master, tmp_path, now):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    since = {await lived.numbers.draw(message_id=f"m{each}", at=now) for each in range(3)}
    await restore(database, backup, backup.check(), at=now)
    assert await lived.numbers.draw(message_id="another", at=now) not in since


async def test_an_empty_database_is_no_backup(other, master, tmp_path, now, vault):
    with pytest.raises(KeysMissing):
        await take(other, master, tmp_path / "b.zip", at=now)


async def test_a_collection_that_is_being_made_is_waited_for(lived, database, master, tmp_path, now, monkeypatch):
    monkeypatch.setattr("storage.backups.taking._PAUSE_SECONDS", 0)
    names, asked = Database.collection_names, []

    async def one_more(self):
        asked.append(1)
        if len(asked) == 2:
            await database["new"].insert_one({"_id": 1})
        return await names(self)

    monkeypatch.setattr(Database, "collection_names", one_more)
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    assert "new" in {part.collection for part in backup.check().parts}


async def test_an_instant_that_the_server_forgot_is_told_with_the_cure(database, lived):
    """The embedded server keeps no past by itself."""
    with pytest.raises(SnapshotGone) as gone:
        async with within("it forgets"), database.snapshot() as snapshot:
            await snapshot.find_one("schema", "indexes")
            while True:
                await database[mark.COLLECTION].update_one({"_id": "n"}, {"$inc": {"n": 1}}, upsert=True)
                _ = [batch async for batch in snapshot.batches("cases", documents=9)]
    assert gone.value.too_old
    assert "minSnapshotHistoryWindowInSeconds" in gone.value.sentence


async def test_the_server_keeps_the_past_for_a_backup_and_no_longer(database, lived, master, tmp_path, now):
    async def kept() -> int:
        name = "minSnapshotHistoryWindowInSeconds"
        return (await database.sibling("admin").command("getParameter", 1, **{name: 1}))[name]

    before = await kept()
    with pytest.raises(Cut):
        async with kept_history(database):
            assert await kept() == LONG_SECONDS
            raise Cut
    assert await kept() == before
    # One that was killed could not put it back: the next one does.
    await database[mark.COLLECTION].insert_one({"_id": "history_window", "seconds": before})
    await database.sibling("admin").command("setParameter", 1, minSnapshotHistoryWindowInSeconds=LONG_SECONDS)
    await taken(lived, master, tmp_path / "b.zip", now)
    assert await kept() == before


async def test_a_manifest_tells_nothing_of_people(lived, master, tmp_path, now):
    backup = await taken(lived, master, tmp_path / "b.zip", now)
    with zipfile.ZipFile(backup.path) as archive:
        told = archive.read(MANIFEST).decode()
    assert "WF2611" not in told
    assert str(VERSION) in told
