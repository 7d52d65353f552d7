"""What stands before several web processes: round robin, and the next one where a connection is refused. Nothing more."""

import asyncio
import itertools
from collections.abc import Sequence
from urllib.parse import urlsplit

from fault_proxy import joined


class Balancer:
    """Spreads connections over the web processes at ``addresses``. ``refused``: how often it went on to the next."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._ports = [urlsplit(address).port or 80 for address in addresses]
        self._turn = itertools.count()
        self._server: asyncio.Server | None = None
        self.refused = 0
        self.url = ""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=512)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        turn = next(self._turn)
        for place in range(len(self._ports)):
            port = self._ports[(turn + place) % len(self._ports)]
            try:
                there = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                self.refused += 1
                continue
            await joined((reader, writer), there)
            break
        writer.close()
