"""The data folder: who holds it, and where its sockets lie."""

import errno
import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

from channels.system_errors import why
from storage.errors import EmbeddedFailed

LONGEST_NAME = "mongodb-27017.sock"
SOCKET_PATH_LIMIT = 100
"""Bytes. The system allows 107 (macOS 103); servers bind to a draft name or add an ending."""


class FolderLock:
    """An exclusive hold on a data folder; it ends with the process, however that ends."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "lock"
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def take(self) -> None:
        """Take hold.

        Raises:
            EmbeddedFailed: another process has it; the sentence names its pid.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "未知"
            os.close(descriptor)
            raise _refused(self._path.parent, holder, error) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _refused(data_dir: Path, holder: str, error: OSError) -> EmbeddedFailed:
    if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
        return EmbeddedFailed(str(error), sentence=f"数据目录 {data_dir} 无法加锁（{why(error)}）")
    sentence = f"数据目录 {data_dir} 正被另一个进程（pid {holder}）使用；请先停掉它，或用 BOT_DATA_DIR 另选目录"
    return EmbeddedFailed(f"data folder held by {holder}", sentence=sentence)


def make_private(folder: Path) -> None:
    """Make ``folder`` with its parents, readable by its owner alone.

    Raises:
        EmbeddedFailed: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        sentence = f"无法使用目录 {folder}（{why(error)}）；请用 BOT_DATA_DIR 另选目录"
        raise EmbeddedFailed(f"cannot make {folder}", sentence=sentence) from error


def socket_folder(data_dir: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Give the private folder for sockets: inside ``data_dir``, or a short one where that cannot hold sockets.

    A short one is recorded in ``data_dir/sockets.txt``, so that the next start uses it again.
    """
    inside = data_dir / "run"
    make_private(inside)
    if _holds_sockets(inside):
        return inside
    record = data_dir / "sockets.txt"
    if (known := _recorded(record)) is not None:
        return known
    made = Path(tempfile.mkdtemp(prefix="petition-bot-", dir=environ.get("XDG_RUNTIME_DIR") or None))
    record.write_text(f"{made}\n", encoding="utf-8")
    return made


def drop_socket_folder(data_dir: Path) -> None:
    """Remove what ``socket_folder`` made outside ``data_dir``."""
    record = data_dir / "sockets.txt"
    if (known := _recorded(record)) is not None:
        shutil.rmtree(known, ignore_errors=True)
    record.unlink(missing_ok=True)


def _recorded(record: Path) -> Path | None:
    try:
        folder = Path(record.read_text(encoding="utf-8").strip())
        status = folder.lstat()
    except OSError:
        return None
    ours = status.st_uid == os.getuid() and folder.is_dir() and not status.st_mode & 0o077
    return folder if ours and folder.name.startswith("petition-bot-") and _holds_sockets(folder) else None


def _holds_sockets(folder: Path) -> bool:
    if len(os.fsencode(folder / LONGEST_NAME)) >= SOCKET_PATH_LIMIT:
        return False
    trial = folder / "trial.sock"
    trial.unlink(missing_ok=True)
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(str(trial))
    except OSError:  # some mounted folders hold no sockets
        return False
    finally:
        trial.unlink(missing_ok=True)
    return True
