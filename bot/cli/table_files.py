"""Tables that commands read and write: a file of at most so much in, a new file out."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bot.cli.errors import NotDone

_OURS_ALONE = 0o600


def content_of(file: Path) -> bytes:
    """What the file holds; of one too large, a byte more than is taken.

    Raises:
        NotDone: it cannot be read.
    """
    from bot.tables import LARGEST  # noqa: PLC0415
    from channels.system_errors import why  # noqa: PLC0415

    try:
        with file.open("rb") as opened_file:
            return opened_file.read(LARGEST + 1)
    except OSError as error:
        raise NotDone(f"{file}：无法读取，{why(error)}") from error


def write_table(file: Path, headings: Sequence[str], rows: Sequence[Sequence[str]], *, title: str) -> None:
    """Write a table that was not there before, for its owner's eyes alone; the ending says which kind.

    Raises:
        NotDone: the ending is another, there is such a file already, or it cannot be written.
    """
    from bot.tables import write_csv, write_xlsx  # noqa: PLC0415

    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise NotDone(f"{file}：文件名要以 .csv 或 .xlsx 结尾")
    if file.suffix.lower() == ".xlsx":
        content = write_xlsx(headings, rows, title=title, made_at=datetime.now(UTC))
    else:
        content = write_csv(headings, rows)
    with new_file(file) as opened_file:
        opened_file.write(content)


@contextmanager
def new_file(file: Path) -> Iterator[IO[bytes]]:
    """A file that was not there before, for its owner's eyes alone; gone again where what is done within fails.

    Raises:
        NotDone: there is such a file already, or it cannot be made.
    """
    from channels.system_errors import why  # noqa: PLC0415

    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OURS_ALONE)
    except FileExistsError:
        raise NotDone(f"{file} 已经存在，请换一个文件名") from None
    except OSError as error:
        raise NotDone(f"{file}：无法写入，{why(error)}") from error
    try:
        with os.fdopen(descriptor, "wb") as opened_file:
            yield opened_file
    except BaseException:
        with suppress(OSError):
            file.unlink()
        raise
