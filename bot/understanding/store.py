"""Where trained models lie: ``<data_dir>/models``, each under a name that changes with all it was learned from.

Whoever finds the file by its name may use it; whatever else is there is old and harmless. One process trains at a
time: the lock is the kernel's, so it ends with whoever held it, however that ended.
"""

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import dialogs

FORMAT = 1
_KEPT = 4
"""Models of one kind that are kept: an edit taken back finds its model again."""
_CODE = ("nlu/linear.py", "nlu/intents.py", "nlu/wording.py", "nlu/examples.py", "nlu/background.yml", "data/nlu.yml")
"""What decides, beside the examples and ``dialogs.training``, what is learned; below the package ``dialogs``."""
_PREFIX = "intents-"


class ModelStore:
    """The folder. All of it blocks: call it in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def intents(self, examples: Mapping[str, Sequence[str]], embedder_id: str) -> Path:
        """Where the intent model lies that is learned from ``examples`` with that embedder ("": without)."""
        digest = hashlib.sha256(_code())
        digest.update(json.dumps([FORMAT, embedder_id, examples], ensure_ascii=False, sort_keys=True).encode())
        return self.folder / f"{_PREFIX}{digest.hexdigest()[:24]}.npz"

    @property
    def category(self) -> Path:
        """Where ``train category`` keeps what it learned from an office's own cases."""
        return self.folder / "category.npz"

    def set_aside(self, path: Path) -> None:
        """Out of the way of the next; it may tell somebody what happened."""
        with contextlib.suppress(FileNotFoundError):
            path.replace(path.with_suffix(".broken"))

    @contextlib.contextmanager
    def training_turn(self) -> Iterator[int | None]:
        """A file descriptor while nobody else trains; None where somebody does. What holds it open holds the turn."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "training.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield descriptor
        finally:
            os.close(descriptor)

    def tidy(self) -> None:
        """Remove what was left behind and what is old. Only for who has the training's turn."""
        models = sorted(self.folder.glob(f"{_PREFIX}*.npz"), key=lambda path: path.stat().st_mtime)
        for path in (*self.folder.glob(".making-*.npz"), *models[:-_KEPT]):
            path.unlink(missing_ok=True)


def put(making: Path, final: Path) -> None:
    """``making`` becomes ``final`` at once and for good: whoever looks finds all of it, or nothing."""
    with making.open("rb") as file:
        os.fsync(file.fileno())
    making.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _code() -> bytes:
    """Changes with the code and the texts that training goes by."""
    package = Path(dialogs.__file__).parent
    files = (*(package / name for name in _CODE), *sorted((package / "training").glob("*.py")))
    return b"".join(hashlib.sha256(file.read_bytes()).digest() if file.is_file() else b"-" for file in files)
