"""The spool: whole batches or nothing, bounded, sealed, adopted by one alone, and nothing ever thrown away."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import tink
from hypothesis import given, settings
from hypothesis import strategies as st
from tink import aead

from channels.messages import Address, Grant, Inbound, Kind, Location, MessagePart, Receipt, ReceiptState
from storage import spool_files as module
from storage.errors import BatchUnreadable, KeysMissing, SpoolFull, SpoolShut
from storage.spool import Room, Spool, folders, held_back, is_held, set_aside_files
from storage.spool_records import Record, decoded, encoded, joined

SECRETS = ("王小明家门口的路灯坏了", "oOpenid-of-wang-000000001", "13800138000")
STAMP = 1_700_000_000_000_000_000


def master() -> Any:
    aead.register()
    return tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM).primitive(aead.Aead)


MASTER = master()


def room(**given: int) -> Room:
    return Room(**({"max_bytes": 1_000_000, "max_count": 1_000} | given))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def spool(root: Path) -> Iterator[Spool]:
    made = Spool.make(root, MASTER, room())
    yield made
    made.leave()


def content(spool: Spool) -> list[bytes]:
    return [spool.read(batch) for batch in spool.batches()]


def killed(spool: Spool) -> None:
    """What the kernel does to the lock of a process that dies."""
    os.close(spool._lock)


def adopted(root: Path, wrapper: Any = MASTER) -> Spool:
    [folder] = folders(root)
    found = Spool.adopt(folder, wrapper, room())
    assert found is not None
    return found


def test_batches_come_back_in_order(spool: Spool) -> None:
    for place in (1, 2, 10):
        spool.append(STAMP + place, b"%d" % place, 1)
    assert content(spool) == [b"1", b"2", b"10"]
    assert (spool.room.count, held_back(spool.folder)) == (3, 3)
    for batch in spool.batches():
        spool.drop(batch)
    assert (spool.batches(), spool.room.count, spool.room.bytes) == ([], 0, 0)


class Power:
    """A disk whose machine dies after so many steps: a byte written, a sync, a rename are one each."""

    def __init__(self, steps: int, death: Callable[[], BaseException]) -> None:
        self.left = steps
        self.death = death

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, descriptor: int, data: memoryview) -> int:
        if self.left <= len(data):
            os.write(descriptor, data[: self.left])
            raise self.death()
        self.left -= len(data)
        return os.write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        self.step()
        os.fsync(descriptor)

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.death()


class MachineDied(BaseException):
    pass


def dying(power: Power, patch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def renamed(self: Path, target: Path) -> Path:
        power.step()
        return rename(self, target)

    patch.setattr(module, "os", power)
    patch.setattr(Path, "rename", renamed)


@settings(max_examples=60, deadline=None)
@given(batches=st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=4), steps=st.integers(0, 480))
def test_a_crash_at_any_byte_leaves_whole_batches_and_all_that_were_acknowledged(
    batches: list[bytes], steps: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        root = Path(folder) / "spool"
        spool = Spool.make(root, MASTER, room())
        acknowledged = []
        dying(Power(steps, MachineDied), patch)
        try:
            for place, each in enumerate(batches):
                spool.append(STAMP + place, each, 1)
                acknowledged.append(each)
        except MachineDied:
            pass
        patch.undo()
        killed(spool)
        next_process = adopted(root)
        found = content(next_process)
        assert found[: len(acknowledged)] == acknowledged
        assert found == batches[: len(found)]
        assert len(found) - len(acknowledged) in {0, 1}, "written as a whole, and not yet acknowledged"
        assert not list(next_process.folder.glob("*.draft"))
        next_process.leave()


@settings(max_examples=30, deadline=None)
@given(steps=st.integers(0, 150), code=st.sampled_from([errno.ENOSPC, errno.EDQUOT, errno.EIO]))
def test_a_disk_that_is_full_or_broken_refuses_and_the_next_batch_is_kept(steps: int, code: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        spool = Spool.make(Path(folder) / "spool", MASTER, room())
        dying(Power(steps, lambda: OSError(code, "no")), patch)
        refusal: SpoolShut | None = None
        try:
            spool.append(STAMP, b"x" * 60, 1)
        except SpoolShut as error:
            refusal = error
        patch.undo()
        assert refusal is None or isinstance(refusal, SpoolFull) == (code != errno.EIO)
        spool.append(STAMP + 1, b"y", 1)
        assert content(spool)[-1] == b"y"
        assert len(content(spool)) == spool.room.count
        assert refusal or content(spool) == [b"x" * 60, b"y"]
        assert not list(spool.folder.glob("*.draft"))
        spool.leave()


@pytest.mark.parametrize(("limits", "fit"), [({"max_count": 3}, 3), ({"max_bytes": 300}, 4)])
def test_what_is_beyond_the_limits_is_refused_until_there_is_room(root: Path, limits: dict[str, int], fit: int) -> None:
    spool = Spool.make(root, MASTER, room(**limits))
    for place in range(fit):
        spool.append(STAMP + place, b"x" * 40, 1)
    with pytest.raises(SpoolFull):
        spool.append(STAMP + fit, b"x" * 40, 1)
    assert len(spool.batches()) == fit
    spool.drop(spool.batches()[0])
    spool.append(STAMP + fit, b"x" * 40, 1)
    spool.leave()


def test_what_dead_processes_left_counts_as_well(root: Path) -> None:
    left = Spool.make(root, MASTER, room())
    left.append(STAMP, b"x" * 40, 3)
    killed(left)
    mine = room(max_count=3)
    [folder] = folders(root)
    assert Spool.adopt(folder, MASTER, mine) is not None
    with pytest.raises(SpoolFull):
        Spool.make(root, MASTER, mine).append(STAMP, b"y", 1)


@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 10_000), what=st.sampled_from(["flip", "cut", "grow"]))
def test_a_damaged_batch_is_known_and_set_aside_with_its_key(place: int, what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "spool"
        spool = Spool.make(root, MASTER, room())
        spool.append(STAMP, b"one", 1)
        spool.append(STAMP + 1, b"two", 1)
        [first, second] = spool.batches()
        file = spool.folder / first.name
        sealed = bytearray(file.read_bytes())
        place %= len(sealed)
        if what == "flip":
            sealed[place] ^= 1
        damaged = {"flip": sealed, "cut": sealed[:place], "grow": sealed + b"\0" * (place + 1)}[what]
        file.write_bytes(damaged)
        with pytest.raises(BatchUnreadable):
            spool.read(first)
        kept = spool.set_aside(first)
        assert (kept.read_bytes(), set_aside_files(root)) == (bytes(damaged), [kept])
        assert (kept.parent / f"{spool.folder.name}.key").read_bytes() == (spool.folder / "key").read_bytes()
        assert (spool.read(second), spool.room.count) == (b"two", 1)
        spool.leave()
        assert set_aside_files(root) == [kept]


def test_a_batch_opens_in_its_own_place_alone(root: Path, spool: Spool) -> None:
    spool.append(STAMP, b"one", 1)
    [batch] = spool.batches()
    (spool.folder / batch.name).rename(spool.folder / f"{STAMP + 5:020d}-1.batch")
    [moved] = spool.batches()
    with pytest.raises(BatchUnreadable):
        spool.read(moved)


def test_nothing_of_what_people_wrote_can_be_read_on_the_disk(root: Path, spool: Spool) -> None:
    record = Record(stamp=STAMP, messages=[inbound(text=SECRETS[0], sender=SECRETS[1], payload=SECRETS[2])])
    spool.append(STAMP, joined([encoded(record)]), 1)
    spool.append(STAMP + 1, joined([encoded(record)]), 1)
    spool.set_aside(spool.batches()[0])
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) == 6  # lock, key, two batches, the mark, the key of what was set aside
    for path in files:
        assert path.stat().st_mode & 0o077 == 0
        raw = path.read_bytes()
        for secret in SECRETS:
            assert secret.encode() not in raw
            assert secret not in path.name
    assert root.stat().st_mode & 0o077 == 0


def test_the_spool_of_a_living_process_is_never_adopted(root: Path, spool: Spool) -> None:
    assert is_held(spool.folder)
    assert Spool.adopt(spool.folder, MASTER, room()) is None


def test_what_a_dead_process_left_is_adopted_once(root: Path) -> None:
    left = Spool.make(root, MASTER, room())
    left.append(STAMP, b"words", 1)
    killed(left)
    assert not is_held(left.folder)
    next_process = adopted(root)
    assert Spool.adopt(left.folder, MASTER, room()) is None
    assert content(next_process) == [b"words"]
    next_process.drop(next_process.batches()[0])
    next_process.leave()
    assert folders(root) == []
    assert list((root / "waiting").iterdir()) == []


def test_what_still_holds_something_is_left_to_whoever_comes_next(root: Path) -> None:
    spool = Spool.make(root, MASTER, room())
    spool.append(STAMP, b"words", 1)
    spool.leave()
    assert content(adopted(root)) == [b"words"]


def test_another_master_key_opens_nothing_and_removes_nothing(root: Path) -> None:
    left = Spool.make(root, MASTER, room())
    left.append(STAMP, b"words", 1)
    killed(left)
    with pytest.raises(KeysMissing):
        Spool.adopt(left.folder, master(), room())
    assert content(adopted(root)) == [b"words"]


def test_turns_see_that_something_waits_from_before_it_is_there_until_it_is_gone(root: Path, spool: Spool) -> None:
    def waiting() -> list[str]:
        return [mark.name for mark in (root / "waiting").glob("*")]

    assert waiting() == []
    spool.append(STAMP, b"words", 1)
    assert waiting() == [spool.folder.name]
    spool.drained()
    assert waiting() == [spool.folder.name], "it is not drained"
    spool.drop(spool.batches()[0])
    spool.drained()
    assert waiting() == []


def test_a_folder_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file")
    with pytest.raises(SpoolShut):
        Spool.make(tmp_path / "spool", MASTER, room())


def inbound(*, sender: str = "o1", **given: Any) -> Inbound:
    at = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    facts = {"message_id": "m1", "kind": Kind.TEXT, "sent_at": at, "received_at": at, "text": "路灯坏了"}
    return Inbound(address=Address(channel="wechat", account="main", sender=sender), **(facts | given))


TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)


@given(text=TEXTS, reference=TEXTS, stamp=st.integers(0, 2**63))
def test_what_arrived_comes_back_as_it_was(text: str, reference: str, stamp: int) -> None:
    at = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    message = inbound(
        text=text, grant=Grant(messages=None, until=at), location=Location(latitude=1.5, longitude=2.5, label=text)
    )
    part = MessagePart(inbound=message, reference=reference, number=2, total=3)
    receipt = Receipt(
        channel="sms", account="main", state=ReceiptState.FAILED, at=at, message_id="m", provider_id="p", reason=text
    )
    records = [Record(stamp=stamp, messages=(message, message), receipts=(receipt,), parts=(part,)), Record(stamp=0)]
    assert decoded(joined([encoded(record) for record in records])) == records
    assert records[0].size == 4


@pytest.mark.parametrize("broken", [b"", b"{", b"[1]", b'[{"stamp":"x"}]', b'[{"stamp":1,"messages":[{}]}]', b"\xff"])
def test_what_is_no_batch_is_told_as_one_thing(broken: bytes) -> None:
    with pytest.raises(BatchUnreadable):
        decoded(broken)
