"""A model in a process of its own, seen from the service: an ``Embedder`` with a queue, a time limit and a cache."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import structlog

from bot.child import dies_with_us
from bot.understanding.breaker import Breaker
from bot.understanding.host import LENGTH, LONGEST_FRAME, PASSAGE, QUERY
from bot.understanding.preparing import LONGEST_PASSAGE
from bot.understanding.remembering import Recent
from dialogs.ports import EmbedderAway, EmbeddingRole

WAITED_FOR = 4
"""A call for so many queries at most is somebody waiting for an answer; larger ones, and passages, stand behind."""
_QUEUE = 256
_BACKGROUND_SECONDS = 30.0
_ONE_TEXT_SECONDS = 10.0
"""After so long over one text the process is taken for stuck, and ended."""
_END_SECONDS = 5.0
"""So long is the end of a killed process waited for; then it is left to the system."""
HOST = (sys.executable, "-m", "bot.understanding.host")
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT")
"""What of the environment the process is given: no secret is among them."""

Row = npt.NDArray[np.float32]


@dataclass(order=True, slots=True)
class _Job:
    rank: int
    order: int
    text: str = field(compare=False, repr=False)
    role: EmbeddingRole = field(compare=False)
    done: asyncio.Future[Row] = field(compare=False)


class HostedEmbedder:
    """Fulfils ``dialogs.ports.Embedder``. The process is begun at the first use, and again after it died."""

    def __init__(
        self,
        model: Sequence[str],
        *,
        id: str,  # noqa: A002 - the port's word
        seconds: float,
        breaker: Breaker | None = None,
        program: Sequence[str] = HOST,
    ) -> None:
        """``model``: the words for ``program``; ``seconds``: the time limit of a query."""
        self.id = id
        self.refused = ""
        """Why the model is not used, for staff; "" as long as it may be."""
        self._argv = (*program, *model)
        self._seconds = seconds
        self._breaker = breaker or Breaker()
        self._recent = Recent()
        self._jobs: asyncio.PriorityQueue[_Job] = asyncio.PriorityQueue(_QUEUE)
        self._order = itertools.count()
        self._process: asyncio.subprocess.Process | None = None
        self._dimensions = 0
        self._pump: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the model's process, where it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

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
        """Begin the process, and try it.

        Raises:
            EmbedderAway: it did not come; ``refused`` says why where it never will.
        """
        await self._one("你好", EmbeddingRole.QUERY, rank=0, seconds=_BACKGROUND_SECONDS)

    async def aclose(self) -> None:
        """End the process; what still waits is away."""
        self._closed = True
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
        self._turn_away("closed")
        await self._end()

    async def _one(self, text: str, role: EmbeddingRole, *, rank: int, seconds: float) -> Row:
        known = self._recent.get(text, role)
        if known is not None:
            return known
        job = self._queued(text, role, rank)
        try:
            async with asyncio.timeout(seconds):
                row = await job.done
        except TimeoutError:
            raise EmbedderAway("too_slow") from None
        self._recent.put(text, role, row)
        return row

    def _queued(self, text: str, role: EmbeddingRole, rank: int) -> _Job:
        if self.refused or self._closed or self._breaker.resting:
            raise EmbedderAway("refused" if self.refused else "closed" if self._closed else "resting")
        done: asyncio.Future[Row] = asyncio.get_running_loop().create_future()
        job = _Job(rank=rank, order=next(self._order), text=text, role=role, done=done)
        try:
            self._jobs.put_nowait(job)
        except asyncio.QueueFull:
            raise EmbedderAway("queue_full") from None
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._work())
        return job

    async def _work(self) -> None:
        """Give the process one text after the other."""
        while not self.refused:
            job = await self._jobs.get()
            if job.done.done():  # given up meanwhile
                continue
            try:
                row = await self._ask(job)
            except asyncio.CancelledError:
                _fail(job, "closed")
                raise
            except (OSError, EOFError, ValueError, TimeoutError, EmbedderAway) as error:
                await self._lost(job, error)
            else:
                self._breaker.succeeded()
                _settle(job, row)
        self._turn_away("refused")

    async def _lost(self, job: _Job, error: Exception) -> None:
        if not self.refused:
            self._breaker.failed()
            structlog.get_logger().warning("embedder.lost", embedder=self.id, error=type(error).__name__)
        await self._end()
        _fail(job, "refused" if self.refused else "died")

    async def _ask(self, job: _Job) -> Row | None:
        async with asyncio.timeout(_ONE_TEXT_SECONDS):
            process = await self._running()
        assert process.stdin is not None  # noqa: S101 - it was begun with pipes
        # Longer than any text a model looks at: only not to send what is cut away there.
        text = job.text[:LONGEST_PASSAGE].encode("utf-8", "replace")
        role = QUERY if job.role is EmbeddingRole.QUERY else PASSAGE
        async with asyncio.timeout(_ONE_TEXT_SECONDS):
            process.stdin.write(LENGTH.pack(len(text) + 1) + role + text)
            await process.stdin.drain()
            frame = await _frame(process)
        row = np.frombuffer(frame, dtype=np.float32)
        if len(row) not in {0, self._dimensions}:
            raise ValueError("not our row")
        return row if len(row) else None

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        self._process = await asyncio.create_subprocess_exec(
            *dies_with_us("KILL"),  # also where it is stuck over a text, and does not see the end of its input
            *self._argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=bare_environment(os.environ),
            start_new_session=True,  # Ctrl-C is for us; it ends when we close its input
        )
        greeting = json.loads(await _frame(self._process))
        if "refused" in greeting:
            self.refused = str(greeting["refused"])
            structlog.get_logger().warning("embedder.refused", embedder=self.id, sentence=self.refused)
            raise EmbedderAway("refused")
        self._dimensions = int(greeting["dimensions"])
        structlog.get_logger().info("embedder.started", embedder=self.id, dimensions=self._dimensions)
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # it keeps nothing; nor does what it began
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_END_SECONDS):
                await process.wait()
        except TimeoutError:  # it hangs in the system, or something that left its session holds its output
            process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio has no other word for it
            structlog.get_logger().warning("embedder.left_behind", embedder=self.id, pid=process.pid)

    def _turn_away(self, reason: str) -> None:
        while not self._jobs.empty():
            _fail(self._jobs.get_nowait(), reason)


def _settle(job: _Job, row: Row | None) -> None:
    if row is None:
        _fail(job, "broke")
    elif not job.done.done():
        job.done.set_result(row)


def _fail(job: _Job, reason: str) -> None:
    if not job.done.done():
        job.done.set_exception(EmbedderAway(reason))


async def _frame(process: asyncio.subprocess.Process) -> bytes:
    """One frame of the process.

    Raises:
        EOFError: it ended.
    """
    assert process.stdout is not None  # noqa: S101 - it was begun with pipes
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if length > LONGEST_FRAME:
        raise ValueError("not our frame")
    return await process.stdout.readexactly(length)


def bare_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What a process of ours is given that needs no secret: where programs are, and one thread each."""
    kept = {name: environment[name] for name in _KEPT if name in environment}
    return {**kept, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}
