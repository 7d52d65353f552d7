"""A backup as it is read: looked over from first byte to last before anything of it is believed. Blocks."""

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import tink
from bson.raw_bson import RawBSONDocument

from channels.system_errors import why
from storage.backups.manifest import FORMAT, MANIFEST, SEAL, SEAL_PLACE, Manifest, PartFacts, format_of
from storage.backups.writing import PLACEHOLDER
from storage.errors import BackupRefused
from storage.migrations import VERSION

Advance = Callable[[int], object]
"""Told how many bytes more are done."""
_PIECE = 1 << 20
_LENGTH = 4
_LEAST, _LONGEST = 5, 17 * 1024 * 1024
"""Bytes of a BSON document; the server takes 16 MiB and a little."""
_BATCH_DOCUMENTS, _BATCH_BYTES = 1_000, 4 * 1024 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, NotImplementedError, RuntimeError)


class BackupFile:
    """The backup at ``path``; ``check`` first, then read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def work(self) -> int:
        """How many bytes ``check`` will read.

        Raises:
            BackupRefused: as ``check``.
        """
        with self._opened() as (_, manifest):
            return manifest.size + self.path.stat().st_size

    def check(self, advance: Advance = lambda _: None) -> Manifest:
        """Read all of it.

        Raises:
            BackupRefused: it is no backup, truncated, altered, or of a newer program; the sentence names the part.
        """
        with self._opened() as (archive, manifest):
            whole = self._whole(advance)
            for part in manifest.parts:
                self._check_part(archive, part, advance)
            names = [part.name for part in manifest.parts]
            if sorted(archive.namelist()) != sorted([*names, MANIFEST, SEAL]) or not whole:
                raise self._damaged("校验和不符")
            return manifest

    def check_key(self, manifest: Manifest, unwrapper: Any, fingerprint: str) -> None:
        """Whether the master key is the one that the backup was made under, and the manifest what it wrote then.

        Raises:
            BackupRefused: it is not.
        """
        with self._opened() as (archive, _):
            sealed = archive.read(SEAL)
        try:
            kept = unwrapper.decrypt(sealed, SEAL_PLACE)
        except tink.TinkError:
            sentence = (
                f"{self.path} 是在另一把主密钥（指纹 {manifest.master_key}）下备份的，这里的主密钥是 {fingerprint}。"
                "请先用 petition-bot keys import 放回当时的主密钥"
            )
            raise BackupRefused(sentence) from None
        if kept != digest_of(manifest):
            raise self._damaged(f"{MANIFEST} 被改动过")

    def batches(self, part: PartFacts) -> Iterator[list[RawBSONDocument]]:
        """The documents of a collection, some at a time, undecoded.

        Raises:
            BackupRefused: they are no longer what ``check`` saw.
        """
        with self._opened() as (archive, _), archive.open(part.name) as stream:
            hashed = hashlib.sha256()
            batch, size = [], 0
            for document in self._documents(stream, part):
                hashed.update(document)
                batch.append(RawBSONDocument(document))
                size += len(document)
                if len(batch) >= _BATCH_DOCUMENTS or size >= _BATCH_BYTES:
                    yield batch
                    batch, size = [], 0
            if batch:
                yield batch
            if hashed.hexdigest() != part.sha256:
                raise self._damaged(f"{part.name} 校验和不符")

    @contextmanager
    def _opened(self) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                content = archive.read(MANIFEST)
                self._refuse_newer(format_of(content), FORMAT, "备份文件")
                manifest = Manifest.from_json(content)
                self._refuse_newer(manifest.schema, VERSION, "数据库结构")
                yield archive, manifest
        except OSError as error:
            raise BackupRefused(f"{self.path} 读不了：{why(error)}") from error
        except _BROKEN as error:
            raise self._damaged("不是完整的备份文件，可能被截断") from error

    def _refuse_newer(self, theirs: int, ours: int, what: str) -> None:
        if theirs > ours:
            raise BackupRefused(
                f"{self.path} 的{what}版本是 {theirs}，这个程序只认到 {ours}：请先升级 petition-bot 再恢复"
            )

    def _whole(self, advance: Advance) -> bool:
        """Whether the file's own checksum holds; what is wrong is looked for in the parts first."""
        left = self.path.stat().st_size - len(PLACEHOLDER)
        hashed = hashlib.sha256()
        with self.path.open("rb") as file:
            while left > 0 and (piece := file.read(min(_PIECE, left))):
                hashed.update(piece)
                left -= len(piece)
                advance(len(piece))
            hashed.update(PLACEHOLDER)
            return hashed.hexdigest().encode() == file.read()

    def _check_part(self, archive: zipfile.ZipFile, part: PartFacts, advance: Advance) -> None:
        number, hashed = 0, hashlib.sha256()
        try:
            with archive.open(part.name) as stream:
                for document in self._documents(stream, part):
                    hashed.update(document)
                    number += 1
                    advance(len(document))
        except _BROKEN as error:
            raise self._damaged(f"{part.name} 读不出来") from error
        if (hashed.hexdigest(), number) != (part.sha256, part.documents):
            raise self._damaged(f"{part.name} 校验和不符")

    def _documents(self, stream: IO[bytes], part: PartFacts) -> Iterator[bytes]:
        while head := stream.read(_LENGTH):
            length = int.from_bytes(head, "little")
            if not _LEAST <= length <= _LONGEST:
                raise self._damaged(f"{part.name} 读不出来")
            document = head + stream.read(length - _LENGTH)
            if len(document) != length:
                raise self._damaged(f"{part.name} 不完整")
            yield document

    def _damaged(self, what: str) -> BackupRefused:
        return BackupRefused(f"{self.path} 已损坏（{what}），现有数据没有改动。请换一份备份")


def digest_of(manifest: Manifest) -> bytes:
    """What the master key seals."""
    return hashlib.sha256(manifest.as_json()).digest()
