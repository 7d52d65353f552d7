"""One deployment a data folder: whoever runs there holds its ``run.lock``; the hold ends when the process does."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.supervisor.run_file import find_running

NAME = "run.lock"


class AlreadyRunning(Exception):
    """``sentence`` says what runs there, and where it is reached."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(str(data_dir))
        found = find_running(data_dir)
        where = f"（pid {found.pid}，{found.sandbox_url or found.bot_url}）" if found else ""
        self.sentence = (
            f"这个目录的机器人已经在运行{where}：{data_dir.absolute()}。"
            "要另起一个，请用 BOT_DATA_DIR 另选目录，用 BOT_HTTP__PORT 另选端口"
        )


@contextmanager
def hold(data_dir: Path) -> Iterator[None]:
    """Hold the folder, which is made where it is not there.

    Raises:
        AlreadyRunning: somebody else holds it.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(data_dir / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(data_dir) from None
        yield
    finally:
        os.close(descriptor)


def refuse_second(data_dir: Path) -> None:
    """Look without holding it.

    Raises:
        AlreadyRunning: as ``hold``.
    """
    if (data_dir / NAME).exists():
        with hold(data_dir):
            pass
