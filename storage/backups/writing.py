"""A backup as a file: a zip that appears whole or not at all, each byte of it under a checksum.

Everything here blocks: call it in a thread.

The zip is written straight on, part by part, so that nothing but a buffer is held. Its comment, the last 64 bytes of
the file, is the SHA-256 (hexadecimal) of the whole file with 64 zeros in that place.
"""

import contextlib
import fcntl
import hashlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from channels.system_errors import why
from storage.backups.manifest import MANIFEST, SEAL, Manifest, PartFacts, name_of
from storage.errors import BackupRefused

PLACEHOLDER = b"0" * 64
ENDING = ".zip"
_DRAFT = ".partial"
_LEVEL = 1
"""Of compression: sealed text does not shrink whatever the effort; names of fields do at once."""
CHUNKS = ".chunks"
"""How collections end that hold the pieces of files, which do not shrink."""
_LENGTH = 4
_SLICE = 1 << 20


class _Sink:
    """What is written is hashed on its way; once abandoned it goes nowhere."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.abandoned = False

    def write(self, content: bytes) -> int:
        if not self.abandoned:
            self._hash.update(content)
            self._file.write(content)
        return len(content)

    def flush(self) -> None:
        if not self.abandoned:
            self._file.flush()

    def close(self) -> None:
        """Whoever opened the file closes it."""

    def hexdigest(self) -> bytes:
        return self._hash.hexdigest().encode()


class BackupWriter:
    """Writes the file at ``path``; leaving the block without ``finish`` leaves nothing behind.

    Raises:
        BackupRefused: there is such a file, or it cannot be written, the disk's being full included.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}{_DRAFT}")
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with self._told():
            if self._path.exists():
                raise BackupRefused(f"{self._path} 已经有了，不会覆盖：请换一个文件名")
            _sweep(self._path.parent)
            descriptor = os.open(self._draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = self._open.enter_context(os.fdopen(descriptor, "wb"))
            with contextlib.suppress(OSError):  # not every file system has locks
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._sink = _Sink(self._file)
            self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._sink.abandoned = True
        with contextlib.suppress(OSError, ValueError):
            self._zip.close()
        with contextlib.suppress(OSError):  # what is buffered still, on a disk that is full
            self._open.close()
        self._draft.unlink(missing_ok=True)

    @contextlib.contextmanager
    def part(self, collection: str) -> Iterator["PartWriter"]:
        """One collection after another."""
        self._zip.compression = zipfile.ZIP_STORED if collection.endswith(CHUNKS) else zipfile.ZIP_DEFLATED
        stream = self._zip.open(name_of(collection), "w", force_zip64=True)
        try:
            yield PartWriter(self, collection, stream)
        except BaseException:
            self._sink.abandoned = True
            raise
        finally:
            with self._told():
                stream.close()

    def finish(self, manifest: Manifest, seal: bytes) -> int:
        """Bring the file to its name, once it lies safely on the disk; gives its size in bytes."""
        with self._told():
            self._zip.compression = zipfile.ZIP_DEFLATED
            self._zip.writestr(MANIFEST, manifest.as_json())
            self._zip.writestr(SEAL, seal)
            self._zip.comment = PLACEHOLDER
            self._zip.close()
            self._file.seek(-len(PLACEHOLDER), os.SEEK_END)
            self._file.write(self._sink.hexdigest())
            self._file.flush()
            os.fsync(self._file.fileno())
            size = os.fstat(self._file.fileno()).st_size
            if self._path.exists():
                raise BackupRefused(f"{self._path} 已经有了，不会覆盖：请换一个文件名")
            self._draft.replace(self._path)
            _sync(self._path.parent)
            return size

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BackupRefused(f"备份写不进 {self._path}：{why(error)}。没有留下不完整的文件") from error


class PartWriter:
    """Takes the documents of one collection, and counts."""

    def __init__(self, writer: BackupWriter, collection: str, stream: IO[bytes]) -> None:
        self._writer = writer
        self._collection = collection
        self._stream = stream
        self._hash = hashlib.sha256()
        self._documents = self._bytes = 0

    def write(self, batch: bytes) -> None:
        """Take whole documents, one behind the other."""
        with self._writer._told():  # noqa: SLF001 - one module
            for at in range(0, len(batch), _SLICE):
                self._stream.write(batch[at : at + _SLICE])
        self._hash.update(batch)
        self._documents += _count(batch)
        self._bytes += len(batch)

    def facts(self) -> PartFacts:
        return PartFacts(
            collection=self._collection,
            documents=self._documents,
            bytes=self._bytes,
            sha256=self._hash.hexdigest(),
        )


def _count(batch: bytes) -> int:
    number = at = 0
    while at < len(batch):
        at += int.from_bytes(batch[at : at + _LENGTH], "little")
        number += 1
    return number


def _sweep(folder: Path) -> None:
    """Remove drafts of backups that were killed; whoever writes one holds a lock on it."""
    for draft in folder.glob(f".*{ENDING}{_DRAFT}"):
        with contextlib.suppress(OSError), draft.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink()


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some network file systems refuse
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
