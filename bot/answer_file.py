"""The office's file of answers: the one seam between those who edit and what the bot reads.

Every version that is replaced is kept beside it. The running bot sees a new file by itself.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dialogs.faq.answers import Answer, load_answers
from dialogs.faq.tables import to_yaml
from dialogs.files import DialogFiles

_KEPT = 20


class NowhereToKeep(Exception):
    """No folder of the office's own is set."""

    retryable = False
    key = "dialog.files"
    sentence = '要改政策问答，先运行 petition-bot dialogs init 目录，再在设置里写上 [dialog] files = "目录"'


class NothingBefore(Exception):
    """There is no earlier version."""

    retryable = False
    sentence = "没有更早的版本可以退回"


class AnswerFile:
    """``answers.yml`` in the office's folder; as long as it is not there, the shipped answers are read."""

    def __init__(self, files: DialogFiles) -> None:
        self._files = files

    def read(self) -> tuple[Answer, ...]:
        """The answers in use. Raises AnswersRefused."""
        return load_answers(self._files.answers)

    def check_place(self) -> None:
        """Raises NowhereToKeep, NoSuchFolder where nothing could be put in place."""
        self._path()

    def write(self, answers: Sequence[Answer], *, now: datetime) -> Path | None:
        """Put the answers in place; where the version before was kept, None where there was none of the office's own.

        Raises:
            NowhereToKeep: no folder is set.
        """
        path = self._path()
        kept = self._keep(path, now)
        _replace(path, to_yaml(answers))
        return kept

    def undo(self) -> Path:
        """Back to the version before; the one it takes the place of is gone.

        Raises:
            NothingBefore: none was kept.
            NowhereToKeep: no folder is set.
        """
        path = self._path()
        versions = self._versions(path)
        if not versions:
            raise NothingBefore
        load_answers(versions[-1])
        versions[-1].replace(path)
        return versions[-1]

    def _path(self) -> Path:
        if self._files.folder is None:
            raise NowhereToKeep
        self._files.check_folder()
        return self._files.folder / "answers.yml"

    def _keep(self, path: Path, now: datetime) -> Path | None:
        source = path if path.is_file() else self._files.answers
        kept = self._history(path) / f"answers-{now:%Y%m%dT%H%M%S%f}.yml"
        kept.parent.mkdir(exist_ok=True)
        _replace(kept, source.read_text(encoding="utf-8"))
        for old in self._versions(path)[:-_KEPT]:
            old.unlink(missing_ok=True)
        return kept

    def _versions(self, path: Path) -> list[Path]:
        return sorted(self._history(path).glob("answers-*.yml"))

    @staticmethod
    def _history(path: Path) -> Path:
        return path.parent / "history"


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, whenever the power goes."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
