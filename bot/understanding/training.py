"""The process that learns intents: ``python -m bot.understanding.training MODEL SECONDS``.

scikit-learn is imported here and nowhere else in the service. Frames go both ways, as with ``host``: in comes what to
learn (JSON: ``examples``, ``embedder_id``); out go the texts whose vectors are wanted (JSON, a list); in come these
vectors (float32 rows; empty: there are none). MODEL is there afterwards, whole, or not at all. After SECONDS the
process ends itself, whoever began it.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from bot.understanding.host import LENGTH
from bot.understanding.store import put

NICENESS = 15
NOT_KEPT = os.EX_CANTCREAT
"""How it ends where the disk did not take the model. Its frames would stand between the lines of the service's log."""


def frame(content: bytes) -> bytes:
    """``content`` as it goes over the pipe."""
    return LENGTH.pack(len(content)) + content


def train(model: Path, inward: BinaryIO, outward: BinaryIO) -> None:
    """Learn, and keep the model.

    Raises:
        EOFError: whoever began us is gone.
    """
    from dialogs.training.intents import texts_to_embed, train_intents  # noqa: PLC0415 - heavy; only here

    task = json.loads(_read(inward))
    texts = texts_to_embed(task["examples"])
    outward.write(frame(json.dumps(texts).encode()))
    outward.flush()
    vectors = _vectors(texts, _read(inward))
    weights = train_intents(task["examples"], vectors, embedder_id=task["embedder_id"])
    making = model.with_name(f".making-{os.getpid()}.npz")
    try:
        weights.save(making)
        put(making, model)
    finally:
        making.unlink(missing_ok=True)


def _vectors(texts: Sequence[str], rows: bytes) -> Mapping[str, npt.NDArray[np.float32]] | None:
    if not rows:
        return None
    return dict(zip(texts, np.frombuffer(rows, dtype=np.float32).reshape(len(texts), -1), strict=True))


def _read(stream: BinaryIO) -> bytes:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    return stream.read(length)


def main(model: str, seconds: str) -> None:
    """Give way to everything else, and end in time."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(int(seconds))
    outward = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand between frames
    try:
        train(Path(model), sys.stdin.buffer, outward)
    except OSError:
        sys.exit(NOT_KEPT)
    except EOFError:
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
