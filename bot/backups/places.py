"""Which file is meant."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from storage.backups.writing import ENDING
from storage.errors import BackupRefused


def file_for(target: str, *, at: datetime) -> Path:
    """The file to write: ``target`` itself, or one named by the time where that is a folder (or ends like one).

    Raises:
        BackupRefused: the folder is not there.
    """
    path = Path(target)
    if path.is_dir() or target.endswith("/"):
        path /= f"petition-bot-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}{ENDING}"
    if not path.parent.is_dir():
        raise BackupRefused(f"没有 {path.parent} 这个目录，请先建立它")
    return path


def refuse_small_disk(folder: Path, size: int) -> None:
    """Look whether ``size`` bytes more fit where ``folder`` is, or will be.

    Raises:
        BackupRefused: they do not.
    """
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < size:
        raise BackupRefused(f"磁盘空间不够：{place} 还剩 {size_text(free)}，恢复至少要 {size_text(size)}。没有恢复")


def size_text(size: int) -> str:
    """Bytes, for people."""
    kb = size / 1_000
    return f"{kb / 1_000:.1f} MB" if kb >= 1_000 else f"{kb:.1f} KB"  # noqa: PLR2004 - a thousand
