"""What stands before several web processes, as a city's proxy does: round robin over connections that are used again.

A refused connection goes on to the next process. Once a call was said on a connection nobody can know whether it was
heard: where that one breaks off before its answer, the platform gets none (as with nginx, which repeats no POST).
"""

import asyncio
import contextlib
import itertools
import re
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONNECTION = re.compile(rb"\r\nconnection: *([^\r]*)", re.IGNORECASE)


class Balancer:
    """Passes one call of each connection on to the web processes at ``addresses``.

    ``refused``: how often it went on to the next; ``used_again``: calls on a connection that had been used before;
    ``broken_off``: calls that got no answer.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self._idle: dict[int, list[Stream]] = {urlsplit(address).port or 80: [] for address in addresses}
        self._turn = itertools.count()
        self._server: asyncio.Server | None = None
        self.refused = self.used_again = self.broken_off = 0
        self.url = ""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=512)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for _, writer in itertools.chain.from_iterable(self._idle.values()):
            writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            call = await _message(reader)
            async with self._way() as way:
                if way is not None:
                    writer.write(await self._answer(way[0], way[1], call))
                    await writer.drain()
        writer.close()

    async def _answer(self, port: int, there: Stream, call: bytes) -> bytes:
        try:
            there[1].write(_CONNECTION.sub(b"", call))
            answer = await _message(there[0])
        except (ConnectionError, asyncio.IncompleteReadError):
            self.broken_off += 1
            raise
        last = _CONNECTION.search(answer)
        if last is None or last[1].lower() != b"close":
            self._idle[port].append(there)
        return answer

    @contextlib.asynccontextmanager
    async def _way(self) -> AsyncIterator[tuple[int, Stream] | None]:
        """A connection to whichever process is next and there; closed where it is not to be used again."""
        found = await self._found()
        try:
            yield found
        finally:
            if found is not None and found[1] not in self._idle[found[0]]:
                found[1][1].close()

    async def _found(self) -> tuple[int, Stream] | None:
        ports, turn = list(self._idle), next(self._turn)
        for place in range(len(ports)):
            port = ports[(turn + place) % len(ports)]
            while self._idle[port]:
                reader, writer = self._idle[port].pop()
                if not reader.at_eof():
                    self.used_again += 1
                    return port, (reader, writer)
                writer.close()
            try:
                return port, await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                self.refused += 1
        return None


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One call or answer; its length stands in its head."""
    head = await reader.readuntil(_END)
    length = _LENGTH.search(head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")
