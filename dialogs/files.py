"""Where the bot's files are: those that ship, or an office's own in a folder of theirs.

What is missing in the office's folder is taken from the shipped files. Of responses the office's file needs to hold
only those that it words otherwise; every other file stands for the whole.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_SHIPPED = {
    "domain.yml": _HERE / "data" / "domain.yml",
    "rules.yml": _HERE / "data" / "rules.yml",
    "nlu.yml": _HERE / "data" / "nlu.yml",
    "responses.yml": _HERE / "data" / "responses.yml",
    "answers.yml": _HERE / "faq" / "answers.yml",
    "categories.yml": _HERE / "nlu" / "categories.yml",
    "gazetteer.yml": _HERE / "nlu" / "gazetteer.yml",
}
NAMES = tuple(_SHIPPED)
WORDING = ("responses.yml", "answers.yml", "nlu.yml", "categories.yml", "gazetteer.yml")
"""What editors work on; the rest belongs to the program and changes with it."""


class NoSuchFolder(Exception):
    """The folder that the settings name is not there; ``sentence`` says so, ``key`` names the setting."""

    retryable = False
    key = "dialog.files"

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.sentence = f"没有目录 {folder}：可用 petition-bot dialogs init {folder} 建立，或者删去这项设置"


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogFiles:
    """``folder``: the office's own files; None: all as they ship.

    ``edits``: where files lie that hold what was edited besides, with what it was edited over; the folder need not be
    there. They go before the office's own.
    """

    folder: Path | None = None
    edits: Path | None = None

    def check_folder(self) -> None:
        """Raises NoSuchFolder where the folder is named but not there."""
        if self.folder is not None and not self.folder.is_dir():
            raise NoSuchFolder(self.folder)

    def path(self, name: str) -> Path:
        """The file of that name (one of ``NAMES``) that stands for the whole: the office's own, else the shipped."""
        own = self.own(name)
        return own if own is not None else _SHIPPED[name]

    def own(self, name: str) -> Path | None:
        """The office's own file of that name, where it has one."""
        places = (folder / name for folder in (self.edits, self.folder) if folder is not None)
        return next((path for path in places if path.is_file()), None)

    @staticmethod
    def shipped(name: str) -> Path:
        """The file as it comes with the program."""
        return _SHIPPED[name]

    @property
    def nlu(self) -> Path:
        return self.path("nlu.yml")

    @property
    def answers(self) -> Path:
        return self.path("answers.yml")

    @property
    def categories(self) -> Path:
        return self.path("categories.yml")

    @property
    def gazetteer(self) -> Path:
        return self.path("gazetteer.yml")

    def dialog(self) -> Sequence[Path]:
        """What the engine reads, but for the office's own responses."""
        return (self.path("domain.yml"), self.path("rules.yml"), self.nlu, _SHIPPED["responses.yml"])

    def overriding(self) -> Sequence[Path]:
        """The office's own responses, which go before those of the same name that ship."""
        own = self.own("responses.yml")
        return () if own is None else (own,)

    def read(self) -> Sequence[Path]:
        """Every file that is read, each once."""
        return (*self.dialog(), *self.overriding(), self.answers, self.categories, self.gazetteer)

    def fingerprint(self) -> str:
        """Changes with any content that is read.

        Raises:
            OSError: a file cannot be read just now.
        """
        digest = hashlib.sha256()
        for path in self.read():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()
