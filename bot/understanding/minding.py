"""Keeps ``Understanding`` filled with what is there: loads what was learned, has learned what was not, looks again.

The dialog works from the first moment, with patterns and characters; each part is put in its place when it is ready.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.faults import frames_of
from bot.metrics import Metrics
from bot.understanding.counting import CountedEmbedder, CountedIntents
from bot.understanding.embedders import Source
from bot.understanding.learning import Learning, Outcome
from bot.understanding.memory import give_back
from bot.understanding.store import ModelStore
from dialogs.files import DialogFiles
from dialogs.nlu.category import ModelUnreadable, TrainedCategories, load_weights
from dialogs.nlu.examples import ExamplesRefused, read_examples
from dialogs.nlu.intents import WeightsRefused, load_intents
from dialogs.ports import Embedder, EmbedderAway
from dialogs.understanding import IntentModel, Understanding

POLL_SECONDS = 2.0
AFTER_FAILURE_SECONDS = 120.0
_NO_EMBEDDER = ""

Stamp = tuple[int, int, int] | None
"""Inode, time of change, size: a file that was put in another's place has another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """``patience``: seconds a process leaves the learning to others. ``warms``: it gets the embedder ready unasked."""

    patience: float
    warms: bool
    seconds: int
    poll_seconds: float = POLL_SECONDS


WEB = 3.0
"""Seconds of patience of ``web``: first it begins to serve."""
WORKER = 30.0
"""Of ``worker``, which seldom understands anything: the web process is there first, if it is on the same disk."""


class Minder:
    """One a process. ``understanding`` is what the dialog holds; its parts are exchanged whole."""

    def __init__(
        self,
        understanding: Understanding,
        *,
        source: Source,
        store: ModelStore,
        files: DialogFiles,
        metrics: Metrics,
        habits: Habits,
    ) -> None:
        self._understanding = understanding
        self._source = source
        self._store = store
        self._files = files
        self._metrics = metrics
        self._habits = habits
        self._learning = Learning(store, seconds=habits.seconds)
        self._began = time.monotonic()
        self._loaded: Path | None = None
        self.settled = False
        """Whether the best model that can be had now is in use, or was tried for in vain."""
        self._stamp: Stamp = None
        self._examples: Mapping[str, Sequence[str]] = {}
        self._paths: dict[str, Path] = {}
        self._category: Stamp = None
        self._not_before: dict[Path, float] = {}
        if source.embedder is not None:
            understanding.embedder = CountedEmbedder(source.embedder, metrics)

    def said(self) -> str:
        """The state of understanding, for ``readyz``."""
        intents = "trained" if self._loaded else "learning" if self._learning.under_way else "patterns only"
        refused = self._source.embedder.refused if self._source.embedder else ""
        return f"intents: {intents}; embeddings: {refused or self._source.said}"

    async def run(self) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again_and_again(self._mind_category))
            group.create_task(self._again_and_again(self._mind_intents))
            if self._habits.warms:
                group.create_task(self._warm())

    async def _again_and_again(self, round_: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await round_()
            except Exception as error:  # noqa: BLE001 - whatever is wrong, the parts in use stay, and it is tried again
                structlog.get_logger().error(
                    "understanding.not_now", error=type(error).__name__, frames=frames_of(error)
                )
            await asyncio.sleep(self._habits.poll_seconds)

    async def _warm(self) -> None:
        if self._source.embedder is None:
            return
        try:
            await self._source.embedder.warm()
        except EmbedderAway as away:
            structlog.get_logger().warning("embedder.not_ready", reason=str(away))
        if self._source.embedder.refused:
            self._understanding.embedder = None

    async def _mind_intents(self) -> None:
        examples = await asyncio.to_thread(self._read_examples)
        if not examples:
            return
        embedder = self._source.embedder if self._understanding.embedder else None
        best = await asyncio.to_thread(self._path, examples, embedder.id if embedder else _NO_EMBEDDER)
        if self._loaded == best or await self._load(best):
            self.settled = True
            return
        plain = await asyncio.to_thread(self._path, examples, _NO_EMBEDDER)
        if self._loaded != plain:
            await self._load(plain)
        if time.monotonic() - self._began < self._habits.patience:
            return
        # The light tier alone is learned in seconds; the vectors for both take some twenty milliseconds a text.
        if self._loaded is None and plain != best:
            await self._learned(plain, examples, None)
        if await self._learned(best, examples, embedder):
            return
        if plain not in {best, self._loaded}:
            await self._learned(plain, examples, None)
        self.settled = True

    async def _learned(self, model: Path, examples: Mapping[str, Sequence[str]], embedder: Embedder | None) -> bool:
        """Whether it was learned now, or somebody else is at it."""
        if time.monotonic() < self._not_before.get(model, 0.0):
            return False
        outcome = await self._learning.learn(examples, embedder, model)
        if outcome is Outcome.FAILED:
            self._not_before[model] = time.monotonic() + AFTER_FAILURE_SECONDS
            return False
        return outcome is Outcome.BUSY or await self._load(model)

    async def _load(self, model: Path) -> bool:
        try:
            intents = await asyncio.to_thread(_read_intents, model)
        except FileNotFoundError:
            return False
        except WeightsRefused as problem:
            structlog.get_logger().warning("understanding.set_aside", model=model.name, sentence=problem.sentence)
            await asyncio.to_thread(self._store.set_aside, model)
            return False
        self._understanding.intents = CountedIntents(intents, self._metrics)
        self._loaded = model
        structlog.get_logger().info("understanding.loaded", model=model.name)
        await asyncio.to_thread(give_back)
        return True

    def _read_examples(self) -> Mapping[str, Sequence[str]]:
        """What to learn; the last that could be read, where the file is wrong just now (the dialog's watch says so)."""
        stamp = _stamp(self._files.nlu)
        if stamp != self._stamp:
            self._stamp = stamp
            self._paths.clear()
            with contextlib.suppress(ExamplesRefused):
                self._examples = read_examples(self._files.nlu)
        return self._examples

    def _path(self, examples: Mapping[str, Sequence[str]], embedder_id: str) -> Path:
        if embedder_id not in self._paths:
            self._paths[embedder_id] = self._store.intents(examples, embedder_id)
        return self._paths[embedder_id]

    async def _mind_category(self) -> None:
        stamp = await asyncio.to_thread(_stamp, self._store.category)
        if stamp == self._category:
            return
        self._category = stamp
        try:
            weights = await asyncio.to_thread(load_weights, self._store.category)
        except FileNotFoundError:
            self._understanding.category = None
        except ModelUnreadable as problem:  # the one in use stays
            structlog.get_logger().error("understanding.category_unreadable", sentence=problem.sentence)
        else:
            self._understanding.category = TrainedCategories(weights)
            structlog.get_logger().info("understanding.category_loaded", labels=len(weights.labels))


def _read_intents(path: Path) -> IntentModel:
    with path.open("rb") as file:  # of a file that it refuses, numpy would leave the handle open
        return load_intents(file)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
