"""Which file is meant."""

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


def size_text(size: int) -> str:
    """Bytes, for people."""
    kb = size / 1_000
    return f"{kb / 1_000:.1f} MB" if kb >= 1_000 else f"{kb:.1f} KB"  # noqa: PLR2004 - a thousand
