"""The files of a spool: made, locked and written so that a crash at any moment leaves all of them or none."""

import fcntl
import os
from pathlib import Path


def made(root: Path, id: str, wrapped: bytes) -> int:  # noqa: A002
    """Make the folder ``id``; it appears with its key and locked, and so is adopted by nobody."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = root / f".{id}"
    draft.mkdir(mode=0o700)
    lock = os.open(draft / "lock", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        write(draft / "key", wrapped)
        sync(draft)
        draft.rename(root / id)
        sync(root)
    except BaseException:
        os.close(lock)
        raise
    return lock


def locked(folder: Path) -> int | None:
    """The lock of ``folder``; None: its process lives, or it has just been removed."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_ino == (folder / "lock").stat().st_ino:
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(lock)
    return None


def write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
