"""Has intents learned in the background, once for all processes on this disk, and waits for what others learn."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from pathlib import Path

import structlog

from bot.child import dies_with_us
from bot.understanding.host import LENGTH
from bot.understanding.hosted import bare_environment
from bot.understanding.store import ModelStore
from bot.understanding.training import NOT_KEPT, frame
from dialogs.ports import Embedder, EmbedderAway, EmbeddingRole

Examples = Mapping[str, Sequence[str]]
_END_SECONDS = 5.0


class Outcome(Enum):
    """What became of a wish to learn."""

    THERE = auto()
    BUSY = auto()
    """Somebody else is learning."""
    FAILED = auto()


class Learning:
    """``seconds`` bound one training, with the embedding of its texts."""

    def __init__(self, store: ModelStore, *, seconds: int) -> None:
        self._store = store
        self._seconds = seconds
        self.under_way = False

    async def learn(self, examples: Examples, embedder: Embedder | None, model: Path) -> Outcome:
        """Have ``model`` made, unless it is there."""
        with contextlib.ExitStack() as stack:
            turn = stack.enter_context(self._store.training_turn())
            if turn is None:
                return Outcome.BUSY
            await asyncio.to_thread(self._store.tidy)
            if not await asyncio.to_thread(model.exists):  # it may have been made while we waited for our turn
                self.under_way = True
                stack.callback(setattr, self, "under_way", False)
                await self._train(examples, embedder, model, turn)
        return Outcome.THERE if await asyncio.to_thread(model.exists) else Outcome.FAILED

    async def _train(self, examples: Examples, embedder: Embedder | None, model: Path, turn: int) -> None:
        log = structlog.get_logger()
        began = asyncio.get_running_loop().time()
        log.info("learning.began", model=model.name)
        # It inherits the turn: should we die, nobody begins a second training beside it while it ends.
        process = await asyncio.create_subprocess_exec(
            *dies_with_us(),
            *(sys.executable, "-m", "bot.understanding.training", str(model), str(self._seconds)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=bare_environment(os.environ),
            pass_fds=(turn,),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._seconds):
                code = await _converse(process, examples, embedder)
            seconds = round(asyncio.get_running_loop().time() - began, 1)
            (log.info if code == 0 else log.error)("learning.ended", model=model.name, code=code, seconds=seconds)
            if code == NOT_KEPT:
                log.error("learning.not_kept", sentence=f"模型存不进 {model.parent}：请检查磁盘是否已满、能否写入")
        except (TimeoutError, EmbedderAway, OSError, EOFError, ValueError) as error:
            log.warning("learning.given_up", model=model.name, error=type(error).__name__)
        finally:
            await _ended(process)


async def _converse(process: asyncio.subprocess.Process, examples: Examples, embedder: Embedder | None) -> int:
    assert process.stdin is not None  # noqa: S101 - it was begun with pipes
    assert process.stdout is not None  # noqa: S101
    task = {"examples": examples, "embedder_id": embedder.id if embedder else ""}
    process.stdin.write(frame(json.dumps(task).encode()))
    await process.stdin.drain()
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    texts = json.loads(await process.stdout.readexactly(length))
    rows = (await embedder.embed(texts, role=EmbeddingRole.QUERY)).tobytes() if embedder else b""
    process.stdin.write(frame(rows))
    await process.stdin.drain()
    return await process.wait()


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        async with asyncio.timeout(_END_SECONDS):
            await process.wait()
    if process.stdin is not None:
        process.stdin.close()
