"""A model that blocks, off the event loop: one thread of its own, a bounded queue, a time limit."""

import asyncio
import contextlib
import itertools
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import structlog

from bot.understanding.errors import ModelRefused
from bot.understanding.remembering import Recent
from dialogs.ports import EmbedderAway, EmbeddingRole

WAITED_FOR = 4
"""A call for so many queries at most is somebody waiting for an answer; larger ones, and passages, stand behind."""
_QUEUE = 256
_BACKGROUND_SECONDS = 30.0

Row = npt.NDArray[np.float32]


class SentenceModel(Protocol):
    """A model in this process. Blocks."""

    def embed(self, text: str, role: EmbeddingRole) -> Row: ...


@dataclass(order=True, slots=True)
class _Job:
    rank: int
    order: int
    text: str = field(compare=False, repr=False)
    role: EmbeddingRole = field(compare=False)
    done: Future[Row] = field(compare=False, default_factory=Future)


class ThreadedEmbedder:
    """Fulfils ``dialogs.ports.Embedder``. ``load`` is called once, in the thread, at the first use."""

    def __init__(self, load: Callable[[], SentenceModel], *, id: str, seconds: float) -> None:  # noqa: A002 - the port's word
        self.id = id
        self.refused = ""
        """Why the model is not used, for staff; "" as long as it may be."""
        self._load = load
        self._seconds = seconds
        self._recent = Recent()
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue(_QUEUE)
        self._order = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    async def embed(self, texts: Sequence[str], *, role: EmbeddingRole) -> npt.NDArray[np.float32]:
        """One unit row each. A few queries: within the time limit together; else each text within 30 s.

        Raises:
            EmbedderAway: too slow, too much waiting, or no model.
        """
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        urgent = role is EmbeddingRole.QUERY and len(texts) <= WAITED_FOR
        if not urgent:
            return np.stack([await self._one(text, role, rank=1, seconds=_BACKGROUND_SECONDS) for text in texts])
        rows = (self._one(text, role, rank=0, seconds=self._seconds) for text in texts)
        return np.stack(await asyncio.gather(*rows))

    async def warm(self) -> None:
        """Load the model, and try it.

        Raises:
            EmbedderAway: it did not come; ``refused`` says why where it never will.
        """
        await self._one("你好", EmbeddingRole.QUERY, rank=0, seconds=_BACKGROUND_SECONDS)

    async def aclose(self) -> None:
        """End the thread; what still waits is away."""
        self._closed.set()
        with contextlib.suppress(queue.Full):  # full: the thread is awake, and looks
            self._jobs.put_nowait(_Job(rank=-1, order=0, text="", role=EmbeddingRole.QUERY))
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, self._seconds)

    async def _one(self, text: str, role: EmbeddingRole, *, rank: int, seconds: float) -> Row:
        known = self._recent.get(text, role)
        if known is not None:
            return known
        job = self._queued(_Job(rank=rank, order=next(self._order), text=text, role=role))
        try:
            async with asyncio.timeout(seconds):
                row = await asyncio.wrap_future(job.done)
        except TimeoutError:
            raise EmbedderAway("too_slow") from None
        self._recent.put(text, role, row)
        return row

    def _queued(self, job: _Job) -> _Job:
        if self.refused or self._closed.is_set():
            raise EmbedderAway("refused" if self.refused else "closed")
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise EmbedderAway("queue_full") from None
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="embedder", daemon=True)
            self._thread.start()
        return job

    def _work(self) -> None:
        try:
            model = self._load()
        except ModelRefused as problem:
            self.refused = problem.sentence
            structlog.get_logger().warning("embedder.refused", embedder=self.id, sentence=problem.sentence)
        else:
            self._serve(model)
        self._turn_away()

    def _serve(self, model: SentenceModel) -> None:
        while not self._closed.is_set():
            job = self._jobs.get()
            if self._closed.is_set():
                job.done.set_exception(EmbedderAway("closed"))
            elif job.done.set_running_or_notify_cancel():
                _answer(job, model)

    def _turn_away(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job.done.set_running_or_notify_cancel():
                job.done.set_exception(EmbedderAway("refused" if self.refused else "closed"))


def _answer(job: _Job, model: SentenceModel) -> None:
    try:
        job.done.set_result(model.embed(job.text, job.role))
    except InvalidStateError:  # given up between our look and our answer
        return
    except Exception as error:  # noqa: BLE001 - whatever a model throws must not end its thread
        structlog.get_logger().warning("embedder.broke", error=type(error).__name__)
        job.done.set_exception(EmbedderAway("broke"))
