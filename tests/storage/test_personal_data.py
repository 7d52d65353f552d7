"""What is sealed opens only in its place, with these keys, also after they were rotated."""

import asyncio
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waiting import soon

from storage import keys, personal_data
from storage.driver import Database
from storage.errors import Conflict, KeysMissing, NewerKey, Unreadable
from storage.master_key import KeyFile
from storage.personal_data import Vault, open_vault

PLACE = "cases/filer/WF261121000013"


@pytest.fixture
def master(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys" / "master.key")


async def test_what_is_sealed_opens_in_its_place(vault: Vault):
    sealed = vault.seal("张三丰 13800138000", PLACE)
    assert vault.open(sealed, PLACE) == "张三丰 13800138000"
    assert "张三丰".encode() not in sealed
    assert vault.seal("张三丰 13800138000", PLACE) != sealed


async def test_bytes_and_json_come_back_as_they_were(vault: Vault):
    assert vault.open_bytes(vault.seal(b"\x00\xff", PLACE), PLACE) == b"\x00\xff"
    value = {"姓名": "张三", "n": [1, None, True, 0.5]}
    assert vault.open_json(vault.seal_json(value, PLACE), PLACE) == value


async def test_nothing_opens_elsewhere_or_damaged(vault: Vault):
    sealed = vault.seal("text", PLACE)
    with pytest.raises(Unreadable):
        vault.open(sealed, "cases/filer/WF261121000021")
    for damaged in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:3], b"", b"plain"):
        with pytest.raises(Unreadable):
            vault.open(damaged, PLACE)


async def test_a_lookup_is_the_same_for_the_same_value_and_kind(vault: Vault):
    twin = vault.lookup("13800138000", "phone")
    assert vault.lookup("13800138000", "phone") == twin
    assert vault.lookups("13800138000", "phone") == [twin]
    assert twin not in {vault.lookup("13800138001", "phone"), vault.lookup("13800138000", "id_number")}


async def test_a_pseudonym_is_short_steady_and_safe_in_an_address(vault: Vault):
    name = vault.pseudonym("wechat", "main", "oAbC")
    assert vault.pseudonym("wechat", "main", "oAbC") == name
    assert re.fullmatch(r"[a-z2-7]{26}", name)


async def test_pseudonyms_keep_the_borders_between_their_parts(vault: Vault):
    @given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
    def differ(one: list[str], other: list[str]) -> None:
        assert (vault.pseudonym(*one) == vault.pseudonym(*other)) == (one == other)

    differ()
    assert vault.pseudonym("a", "bc") != vault.pseudonym("ab", "c")


async def test_a_code_is_hashed_for_its_case(vault: Vault):
    kept = vault.hash_code("123456", "cases/code/1")
    assert len(kept) == 32
    assert vault.hash_code("123456", "cases/code/1") == kept
    assert kept not in {vault.hash_code("123457", "cases/code/1"), vault.hash_code("123456", "cases/code/2")}


async def test_only_the_first_start_makes_the_master_key(database: Database, master: KeyFile):
    first, second = await open_vault(database, master), await open_vault(database, master)
    assert (first.made_new, second.made_new) == (True, False)
    assert second.open(first.seal("text", PLACE), PLACE) == "text"
    assert second.pseudonym("a") == first.pseudonym("a")


async def test_processes_that_start_at_once_agree_on_the_keys(database: Database, master: KeyFile):
    vaults = await asyncio.gather(*(open_vault(database, master) for _ in range(6)))
    sealed = vaults[0].seal("text", PLACE)
    assert {each.open(sealed, PLACE) for each in vaults} == {"text"}
    assert len({each.lookup("1", "phone") for each in vaults}) == 1
    assert len({each.pseudonym("a") for each in vaults}) == 1
    assert sum(each.made_new for each in vaults) == 1


async def test_no_key_lies_readable_in_the_database(database: Database, master: KeyFile):
    vault = await open_vault(database, master)
    aead, _ = master.load_or_make()
    for document in await database[keys.COLLECTION].find({}, limit=10):
        clear = keys.proto(keys._unwrap(document, aead))
        assert clear.key[0].key_data.value not in document["wrapped"]
        assert document.keys() == {"_id", "version", "wrapped"}
    assert vault.made_new


async def test_without_the_master_key_nothing_new_is_made(database: Database, master: KeyFile):
    await open_vault(database, master)
    master.path.unlink()
    with pytest.raises(KeysMissing) as caught:
        await open_vault(database, master)
    assert str(master.path) in caught.value.sentence
    assert not master.path.exists()


async def test_another_master_key_is_refused(database: Database, master: KeyFile, tmp_path: Path):
    await open_vault(database, master)
    other = KeyFile(tmp_path / "other.key")
    other.load_or_make()
    before = await database[keys.COLLECTION].find({}, limit=10, sort=[("_id", 1)])
    with pytest.raises(KeysMissing) as caught:
        await open_vault(database, other)
    assert "不匹配" in caught.value.sentence
    assert await database[keys.COLLECTION].find({}, limit=10, sort=[("_id", 1)]) == before


async def test_a_keyset_lost_from_the_database_is_not_made_anew(database: Database, master: KeyFile):
    await open_vault(database, master)
    await database[keys.COLLECTION].delete_one({"_id": keys.IDENTITY})
    with pytest.raises(KeysMissing):
        await open_vault(database, master)
    assert await database[keys.COLLECTION].count({}, limit=10) == 2


async def test_after_a_rotation_old_and_new_open_and_ids_stay(database: Database, master: KeyFile):
    before = await open_vault(database, master)
    sealed, twin = before.seal("old", PLACE), before.lookup("13800138000", "phone")
    await keys.rotate(database, master, settle=0)
    after = await open_vault(database, master)
    assert after.open(sealed, PLACE) == "old"
    assert after.seal("new", PLACE)[:5] != sealed[:5]
    assert after.lookup("13800138000", "phone") != twin
    assert after.lookups("13800138000", "phone") == [after.lookup("13800138000", "phone"), twin]
    assert after.pseudonym("a") == before.pseudonym("a")
    assert after.hash_code("1", "p") == before.hash_code("1", "p")


async def test_a_new_key_is_made_known_before_it_is_used(database: Database, master: KeyFile):
    old = await open_vault(database, master)
    rotation = asyncio.create_task(keys.rotate(database, master, settle=3_600))
    while (await keys_of(database, master, keys.LOOKUP))[0] < 2:  # noqa: ASYNC110 - another task's write
        await asyncio.sleep(0.01)
    await old.refresh()
    assert old.seal("text", PLACE)[:5] == (await open_vault(database, master)).seal("text", PLACE)[:5]
    rotation.cancel()
    with suppress(asyncio.CancelledError):
        await rotation
    await keys.rotate(database, master, settle=0)  # brings the one cut short to its end
    assert await keys_of(database, master, keys.CONTENT) == (2, 1)
    assert old.open((await open_vault(database, master)).seal("text", PLACE), PLACE) == "text"


async def keys_of(database: Database, master: KeyFile, name: str) -> tuple[int, int]:
    """How many keys a keyset has, and which of them is the primary."""
    keyset = keys.proto((await keys.read(database, master.load()))[name])
    return len(keyset.key), [key.key_id for key in keyset.key].index(keyset.primary_key_id)


async def test_two_rotations_at_once_do_not_both_happen(database: Database, master: KeyFile):
    await open_vault(database, master)
    outcomes = await asyncio.gather(
        *(keys.rotate(database, master, settle=0) for _ in range(2)), return_exceptions=True
    )
    assert None in outcomes
    assert {type(each) for each in outcomes} <= {type(None), Conflict}


async def test_a_process_that_runs_reads_a_newer_key_when_it_meets_one(database, master, monkeypatch):
    monkeypatch.setattr(personal_data, "_PAUSE_SECONDS", 0)
    old = await open_vault(database, master)
    await keys.rotate(database, master, settle=0)
    sealed = (await open_vault(database, master)).seal("new", PLACE)
    keeping = asyncio.create_task(old.keep_fresh())
    with pytest.raises(NewerKey):
        old.open(sealed, PLACE)
    await soon(lambda: opens(old, sealed), "the new key is read")
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


async def opens(vault: Vault, sealed: bytes) -> bool:
    try:
        return vault.open(sealed, PLACE) == "new"
    except NewerKey:
        return False


async def test_a_key_that_nobody_has_is_asked_for_once(vault: Vault):
    foreign = b"\x01\xff\xff\xff\xff" + bytes(40)
    with pytest.raises(NewerKey):
        vault.open(foreign, PLACE)
    await vault.refresh()
    with pytest.raises(Unreadable) as caught:
        vault.open(foreign, PLACE)
    assert not caught.value.retryable


async def test_keeping_fresh_outlives_a_failure(database, master, monkeypatch):
    monkeypatch.setattr(personal_data, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(keys, "FRESH_SECONDS", 0.01)
    vault = await open_vault(database, master)
    kept = await database[keys.COLLECTION].find_one({"_id": keys.CONTENT})
    await database[keys.COLLECTION].delete_one({"_id": keys.CONTENT})
    keeping = asyncio.create_task(vault.keep_fresh())
    await asyncio.sleep(0.05)
    assert not keeping.done()
    assert vault.open(vault.seal("text", PLACE), PLACE) == "text"
    await database[keys.COLLECTION].insert_one(kept)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
