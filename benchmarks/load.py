"""The driver: so many open requests over kept connections, raw bytes in and out, so that it costs little itself."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

PATIENCE_S = 30.0
_OK = b"HTTP/1.1 200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of one round: seconds in all, seconds of each request, and the answers' bodies in order."""

    seconds: float
    latencies: Sequence[float]
    bodies: Sequence[bytes] = field(repr=False)
    failed: int


class _Wire(asyncio.Protocol):
    """One kept connection; one exchange at a time."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._data += data
        head = self._data.find(b"\r\n\r\n")
        if head < 0 or self._answer is None:
            return
        length = _content_length(bytes(self._data[:head]))
        if len(self._data) >= head + 4 + length and not self._answer.done():
            self._answer.set_result(bytes(self._data))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    async def exchange(self, request: bytes) -> bytes:
        self._data.clear()
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError
        self._transport.write(request)
        async with asyncio.timeout(PATIENCE_S):
            return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def drive(port: int, requests: Sequence[bytes], *, at_once: int) -> Load:
    """Send all ``requests`` to this machine's ``port``, ``at_once`` of them open at any time."""
    answers: list[bytes] = [b""] * len(requests)
    latencies: list[float] = [0.0] * len(requests)
    row = iter(range(len(requests)))
    wires = [await _connected(port) for _ in range(min(at_once, len(requests)))]
    begun = time.perf_counter()
    await asyncio.gather(*(_one_after_another(wire, requests, row, answers, latencies) for wire in wires))
    seconds = time.perf_counter() - begun
    for wire in wires:
        wire.close()
    bodies = [answer.partition(b"\r\n\r\n")[2] for answer in answers]
    failed = sum(not answer.startswith(_OK) for answer in answers)
    return Load(seconds=seconds, latencies=latencies, bodies=bodies, failed=failed)


async def _connected(port: int) -> _Wire:
    _, wire = await asyncio.get_running_loop().create_connection(_Wire, "127.0.0.1", port)
    return wire


async def _one_after_another(
    wire: _Wire, requests: Sequence[bytes], row: Iterator[int], answers: list[bytes], latencies: list[float]
) -> None:
    for place in row:
        begun = time.perf_counter()
        try:
            answers[place] = await wire.exchange(requests[place])
        except (OSError, TimeoutError):
            answers[place] = b""
        latencies[place] = time.perf_counter() - begun
