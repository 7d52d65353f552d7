"""Keeps what ``train category`` learned, and what it replaced: whoever is unhappy with the new goes back."""

import os
import tempfile
from pathlib import Path

from bot.understanding.store import ModelStore, put
from dialogs.nlu.category import CategoryWeights

_OLD = ".previous"


def previous_of(path: Path) -> Path:
    """Where the model lies that ``path`` replaced."""
    return path.with_name(f"{path.stem}{_OLD}{path.suffix}")


def keep(store: ModelStore, weights: CategoryWeights) -> Path:
    """Put ``weights`` in the place of the trained model, which becomes the previous one. A running bot takes it up."""
    store.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".making-", dir=store.folder)  # mode 0600
    os.close(descriptor)
    making = Path(name)
    try:
        weights.save(making)
        _set_aside(store.category)
        put(making, store.category)
    finally:
        making.unlink(missing_ok=True)
    return store.category


def undo(store: ModelStore) -> Path | None:
    """Exchange the trained model and the previous one; twice is as before. The one in use now: None is the shipped."""
    old, aside = previous_of(store.category), store.folder / ".making-undo"
    had = store.category.exists()
    if had:
        store.category.replace(aside)
    if old.exists():
        put(old, store.category)
    if had:
        put(aside, old)
    return store.category if store.category.exists() else None


def _set_aside(path: Path) -> None:
    """``path`` stays where it is until the new one takes its place; the previous is a second name of it."""
    old = previous_of(path)
    old.unlink(missing_ok=True)
    if path.exists():
        os.link(path, old)
