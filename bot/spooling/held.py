"""The calls that are still open while what they brought lies in the spool, and which repeats are repeats."""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from channels.messages import Inbound
from storage.errors import SpoolShut
from storage.records import ArrivedMessage
from storage.spool_records import Record


@dataclass(slots=True, eq=False)
class _Held:
    stamp: int
    written: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    stored: "asyncio.Future[Sequence[ArrivedMessage]]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    calls: int = 0


class Call:
    """One open call. ``first``: what it brought is to be written; else somebody wrote it, or does."""

    def __init__(self, held: _Held | None, *, first: bool) -> None:
        self.first = first
        self._held = held

    def wrote(self) -> None:
        """What this call brought is on the disk."""
        if self._held is not None:
            self._held.written.set_result(None)

    async def written(self) -> None:
        """Return when the first call's write has; it raises what that did."""
        if self._held is not None:
            await asyncio.shield(self._held.written)

    async def stored(self, until: float) -> Sequence[ArrivedMessage] | None:
        """The messages, if they are in the store by ``until`` (of the loop's clock)."""
        if self._held is None:
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                return await asyncio.shield(self._held.stored)
        return None


class HeldCalls:
    """Knows what is in this process's spool by digests; who still waits, by stamps."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._held: dict[bytes, _Held | None] = {}
        self._by_stamp: dict[int, _Held] = {}

    @contextlib.contextmanager
    def call(self, record: Record) -> Iterator[Call]:
        """A call that brought ``record``, for as long as it is open."""
        digest = self._digest(record)
        first = digest not in self._held
        if first:
            self._held[digest] = self._by_stamp[record.stamp] = _Held(record.stamp)
        held = self._held[digest]
        if held is not None:
            held.calls += 1
        try:
            yield Call(held, first=first)
        finally:
            if held is not None:
                if first and not held.written.done():
                    self._failed(digest, held)
                self._left(digest, held)

    def is_open(self, record: Record) -> bool:
        """Whether somebody waits to be told what became of ``record``."""
        return record.stamp in self._by_stamp

    def stored(self, record: Record, kept: Sequence[ArrivedMessage]) -> bool:
        """Tell who waits for ``record``; False: nobody does any more."""
        held = self._by_stamp.get(record.stamp)
        if held is None:
            return False
        if not held.stored.done():
            held.stored.set_result(kept)
        return True

    def forget(self) -> None:
        """All is in the store: what comes again meets its own record there."""
        self._held = {digest: held for digest, held in self._held.items() if held is not None}

    def _failed(self, digest: bytes, held: _Held) -> None:
        held.written.set_exception(SpoolShut("not written"))
        held.written.exception()  # perhaps nobody waits for it
        self._held.pop(digest, None)

    def _left(self, digest: bytes, held: _Held) -> None:
        held.calls -= 1
        if held.calls:
            return
        self._by_stamp.pop(held.stamp, None)
        if self._held.get(digest) is held:
            if held.written.done() and not held.stored.done():
                self._held[digest] = None
            else:
                del self._held[digest]

    def _digest(self, record: Record) -> bytes:
        inbound: list[Inbound] = [*record.messages, *(part.inbound for part in record.parts)]
        told: list[tuple[str, ...]] = [(*_who(each), each.message_id) for each in inbound]
        told += [
            (each.channel, each.account, each.provider_id, each.message_id, each.state.value)
            for each in record.receipts
        ]
        return hashlib.blake2b(repr(told).encode(errors="surrogatepass"), digest_size=16, key=self._secret).digest()


def _who(message: Inbound) -> tuple[str, str, str]:
    return message.address.channel, message.address.account, message.address.sender
