"""The spool: where arrivals wait on this machine's disk while MongoDB cannot be reached.

    <root>/<id>/lock                    held (flock) by its process, as long as that lives
    <root>/<id>/key                     the spool's own keyset, wrapped by the master key
    <root>/<id>/<stamp>-<count>.batch   what arrived together: sealed, there as a whole or not at all
    <root>/waiting/<id>                 this spool is not drained yet
    <root>/aside/<id>.<batch>           what could not be read or stored; never removed by us

A batch is written under another name, fsynced and renamed, and its folder is fsynced: then what it holds may be
acknowledged. It is sealed for its own place, so that one moved or renamed does not open. Nothing here needs the
database: the master key alone opens a spool, whoever left it.

Everything here blocks, and one spool serves one thread at a time: call it in a thread.
"""

import contextlib
import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import tink
from tink import aead, proto_keyset_format

from storage.errors import BatchUnreadable, KeysMissing, SpoolFull, SpoolShut
from storage.spool_files import locked, made, sync, write

WAITING, ASIDE = "waiting", "aside"
_BATCH = re.compile(r"(?P<stamp>\d{20})-(?P<count>\d{1,6})\.batch")
_ID = re.compile(r"\d{13}-[0-9a-f]{8}")
_LARGEST = 64 * 1024 * 1024
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(slots=True, kw_only=True)
class Room:
    """How much the spools of one process may hold in all, and how much they do."""

    max_bytes: int
    max_count: int
    bytes: int = 0
    count: int = 0

    def require(self, size: int, count: int) -> None:
        """Raise SpoolFull where that much more does not fit."""
        if self.bytes + size > self.max_bytes or self.count + count > self.max_count:
            raise SpoolFull(f"{self.bytes} bytes, {self.count} arrivals")

    def add(self, size: int, count: int) -> None:
        self.bytes += size
        self.count += count


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Batch:
    """One file. ``stamp``: the largest that it holds; ``count``: how many."""

    stamp: int
    name: str
    count: int
    size: int


class Spool:
    """One folder of batches, held by this process."""

    def __init__(self, folder: Path, lock: int, cipher: Any, room: Room) -> None:
        self.folder = folder
        self.room = room
        self._lock = lock
        self._cipher = cipher
        self._marked = False

    @classmethod
    def make(cls, root: Path, wrapper: Any, room: Room) -> Self:
        """A new, empty spool below ``root``; ``wrapper`` is the master key.

        Raises:
            SpoolShut: it cannot be made there.
            KeysMissing: the master key does not wrap.
        """
        aead.register()
        id = f"{time.time_ns() // 1_000_000:013d}-{secrets.token_hex(4)}"  # noqa: A001 - what it is
        handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
        try:
            wrapped = bytes(proto_keyset_format.serialize_encrypted(handle, wrapper, _about(id)))
        except tink.TinkError:
            raise KeysMissing("the master key does not wrap") from None
        try:
            lock = made(root, id, wrapped)
        except OSError as error:
            raise SpoolShut(type(error).__name__) from error
        return cls(root / id, lock, handle.primitive(aead.Aead), room)

    @classmethod
    def adopt(cls, folder: Path, wrapper: Any, room: Room) -> Self | None:
        """Take over what a dead process left; None where its process lives, or somebody else was first.

        Raises:
            KeysMissing: the master key does not open it; it is left where it is.
            SpoolShut: its files cannot be read.
        """
        aead.register()
        try:
            lock = locked(folder)
            if lock is None:
                return None
            try:
                return cls._opened(folder, lock, wrapper, room)
            except BaseException:
                os.close(lock)
                raise
        except OSError as error:
            raise SpoolShut(type(error).__name__) from error

    @classmethod
    def seen(cls, folder: Path, wrapper: Any) -> Self:
        """The spool of a living process, to be read and nothing else.

        Raises:
            KeysMissing: the master key does not open it. SpoolShut: it is gone.
        """
        aead.register()
        return cls(folder, -1, _cipher(folder, wrapper), Room(max_bytes=0, max_count=0))

    @classmethod
    def _opened(cls, folder: Path, lock: int, wrapper: Any, room: Room) -> Self:
        spool = cls(folder, lock, _cipher(folder, wrapper), room)
        for draft in folder.glob("*.draft"):  # never acknowledged
            draft.unlink()
        for batch in spool.batches():
            room.add(batch.size, batch.count)
            spool._mark()
        return spool

    def append(self, stamp: int, content: bytes, count: int) -> None:
        """Keep a batch of ``count``, durably; ``stamp``: the largest that it holds, and no other batch does.

        Raises:
            SpoolFull: it does not fit. SpoolShut: it cannot be written. Nothing of it may be acknowledged then,
                though it may be there all the same.
        """
        name = f"{stamp:020d}-{count}.batch"
        sealed = bytes(self._cipher.encrypt(content, self._place(name)))
        self.room.require(len(sealed), count)
        draft = self.folder / f"{name}.draft"
        try:
            self._mark()
            write(draft, sealed)
            draft.rename(self.folder / name)
            self.room.add(len(sealed), count)
            sync(self.folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            kind = SpoolFull if error.errno in _FULL else SpoolShut
            raise kind(errno.errorcode.get(error.errno or 0, "?")) from error

    def batches(self) -> list[Batch]:
        """What waits, in order."""
        return sorted(_batches(self.folder))

    def read(self, batch: Batch) -> bytes:
        """Give the content of ``batch``.

        Raises:
            BatchUnreadable: it is damaged. SpoolShut: it cannot be read now.
        """
        if batch.size > _LARGEST:
            raise BatchUnreadable("too large")
        try:
            sealed = (self.folder / batch.name).read_bytes()
            return bytes(self._cipher.decrypt(sealed, self._place(batch.name)))
        except OSError as error:
            raise SpoolShut(type(error).__name__) from error
        except tink.TinkError:
            raise BatchUnreadable(batch.name) from None

    def drop(self, batch: Batch) -> None:
        """Remove what is in the database; where it comes back after a crash, it is put there once more."""
        (self.folder / batch.name).unlink(missing_ok=True)
        self.room.add(-batch.size, -batch.count)

    def set_aside(self, batch: Batch) -> Path:
        """Take ``batch`` out of the way, with the key to it, and give where it lies now."""
        aside = self.folder.parent / ASIDE
        aside.mkdir(mode=0o700, exist_ok=True)
        write(aside / f"{self.folder.name}.key", (self.folder / "key").read_bytes())
        kept = aside / f"{self.folder.name}.{batch.name}"
        (self.folder / batch.name).rename(kept)
        sync(aside)
        self.room.add(-batch.size, -batch.count)
        return kept

    def still_draining(self) -> None:
        """Tell whoever waits for this spool that it goes on."""
        with contextlib.suppress(OSError):
            os.utime(self._mark_path)

    def drained(self) -> None:
        """Let those go on who waited for this spool, if nothing is in it any more."""
        if not self.batches():
            self._mark_path.unlink(missing_ok=True)
            self._marked = False

    def leave(self) -> None:
        """Give the spool up: an empty one is removed, one that holds something is left to whoever comes next."""
        try:
            if not self.batches():
                self.drained()
                shutil.rmtree(self.folder)
        except OSError:  # whoever comes next tries again
            pass
        finally:
            os.close(self._lock)

    @property
    def _mark_path(self) -> Path:
        return self.folder.parent / WAITING / self.folder.name

    def _mark(self) -> None:
        if not self._marked:
            self._mark_path.parent.mkdir(mode=0o700, exist_ok=True)
            self._mark_path.touch(mode=0o600)
            self._marked = True

    def _place(self, name: str) -> bytes:
        return f"spool/{self.folder.name}/{name}".encode()


def folders(root: Path) -> list[Path]:
    """The spools below ``root``, oldest first, whoever holds them."""
    if not root.is_dir():
        return []
    return sorted(folder for folder in root.iterdir() if _ID.fullmatch(folder.name))


def is_held(folder: Path) -> bool:
    """Whether its process lives."""
    lock = locked(folder)
    if lock is None:
        return folder.exists()
    os.close(lock)
    return False


def held_back(folder: Path) -> int:
    """How many arrivals a spool holds."""
    return sum(batch.count for batch in _batches(folder))


def set_aside_files(root: Path) -> list[Path]:
    """What could not be read or stored, and waits for people."""
    return sorted((root / ASIDE).glob("*.batch"))


def _batches(folder: Path) -> Iterator[Batch]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if found := _BATCH.fullmatch(entry.name):
                size = entry.stat().st_size
                yield Batch(stamp=int(found["stamp"]), name=entry.name, count=int(found["count"]), size=size)


def marked(root: Path) -> list[Path]:
    """The spools that are not drained, whoever holds them."""
    return [root / mark.name for mark in sorted((root / WAITING).glob("*"))]


def _cipher(folder: Path, wrapper: Any) -> Any:
    try:
        wrapped = (folder / "key").read_bytes()
        return proto_keyset_format.parse_encrypted(wrapped, wrapper, _about(folder.name)).primitive(aead.Aead)
    except tink.TinkError:
        sentence = "主密钥打不开本机暂存，请换回当初的主密钥（备份）"
        raise KeysMissing(f"spool {folder.name}", sentence=sentence) from None
    except OSError as error:
        raise SpoolShut(type(error).__name__) from error


def _about(id: str) -> bytes:  # noqa: A002
    return f"spool/{id}/key".encode()
