"""One bound connection to an SMSC: requests with their answers, the heartbeat, and an orderly end.

Nothing here waits without a limit, and nothing is acknowledged here but what carries no text: a deliver_sm is handed
on and answered by whoever kept it.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from channels.sms.smpp_pdu import RESPONSE, Command, NotSmpp, Pdu, Status, answer_body, read_pdu

_LAST_SEQUENCE = 0x7FFF_FFFF
_UNBIND_SECONDS = 2.0
_CLOSE_SECONDS = 1.0
_LARGEST_BACKLOG = 1 << 20
"""Octets that may lie unsent: a peer that reads nothing for so long is gone."""


class NotSent(Exception):
    """The request never left."""


class Unanswered(Exception):
    """The request left, and no answer came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``quiet_seconds``: the silence after which the heartbeat asks. ``answer_seconds``: how long it waits then."""

    answer_seconds: float
    quiet_seconds: float


class Session:
    """Made when the bind is accepted. ``ended`` is set when nothing more will come or go."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        limits: Limits,
        *,
        on_delivery: Callable[["Session", Pdu], None],
        on_proof: Callable[["Session", int], None],
    ) -> None:
        """``on_proof``: the peer has read everything we wrote before our request of this sequence number."""
        self.ended = asyncio.Event()
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._on_delivery = on_delivery
        self._on_proof = on_proof
        self._sequences = itertools.cycle(range(2, _LAST_SEQUENCE))
        self._written = 1
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._heard = asyncio.Event()
        self._beat_soon = asyncio.Event()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._beat())]

    @property
    def written(self) -> int:
        """The sequence number of our latest request."""
        return self._written

    async def request(self, command: Command, body: bytes, *, seconds: float) -> Pdu:
        """Ask, and give the answer, whatever its status; ``seconds`` for it to come.

        Raises:
            NotSent, Unanswered: there is none.
        """
        return await self._asked(command, body, asyncio.get_running_loop().time() + seconds)

    def answer(self, pdu: Pdu, status: int = Status.OK) -> bool:
        """Answer a request of the peer's; False where nobody is there to hear it."""
        command = Command.GENERIC_NACK if status == Status.INVALID_COMMAND else pdu.command | RESPONSE
        answered = Pdu(command=command, sequence=pdu.sequence, status=status, body=answer_body(pdu.command))
        return self._write(answered)

    def ask_for_proof(self) -> None:
        """Have the heartbeat come at once: its answer proves that what we wrote was read."""
        self._beat_soon.set()

    async def close(self) -> None:
        """Say goodbye, if anybody is there to hear it, and end."""
        if not self.ended.is_set():
            with contextlib.suppress(NotSent, Unanswered):
                ending = asyncio.get_running_loop().time() + _UNBIND_SECONDS
                await self._asked(Command.UNBIND, b"", ending)
        self._end()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await closed(self._writer)

    async def _asked(self, command: Command, body: bytes, ending: float) -> Pdu:
        sequence = next(self._sequences)
        if not self._write(Pdu(command=command, sequence=sequence, body=body)):
            raise NotSent
        self._written = sequence
        answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = answer
        try:
            async with asyncio.timeout_at(ending):
                return await answer
        except TimeoutError:
            raise Unanswered from None
        finally:
            self._waiting.pop(sequence, None)

    def _write(self, pdu: Pdu) -> bool:
        if self.ended.is_set() or self._writer.is_closing():
            return False
        self._writer.write(pdu.encoded())
        if self._writer.transport.get_write_buffer_size() > _LARGEST_BACKLOG:
            self._end()
        return True

    async def _read(self) -> None:
        try:
            while not self.ended.is_set():
                pdu = await read_pdu(self._reader)
                self._heard.set()
                self._handle(pdu)
        except (NotSmpp, asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._end()

    def _handle(self, pdu: Pdu) -> None:
        if pdu.command & RESPONSE:
            self._settle(pdu)
        elif pdu.command == Command.DELIVER_SM:
            self._on_delivery(self, pdu)
        elif pdu.command in {Command.ENQUIRE_LINK, Command.UNBIND}:
            self.answer(pdu)
            if pdu.command == Command.UNBIND:
                self._end()
        elif pdu.command != Command.ALERT_NOTIFICATION:  # the only request that has no answer
            self.answer(pdu, Status.INVALID_COMMAND)

    def _settle(self, pdu: Pdu) -> None:
        waiting = self._waiting.get(pdu.sequence)
        if waiting is not None and not waiting.done():
            waiting.set_result(pdu)
            self._on_proof(self, pdu.sequence)

    async def _beat(self) -> None:
        """Ask after the peer whenever it was quiet for a while; one that does not answer is gone."""
        try:
            while await self._quiet():
                ending = asyncio.get_running_loop().time() + self._limits.answer_seconds
                await self._asked(Command.ENQUIRE_LINK, b"", ending)
        except (NotSent, Unanswered):
            pass
        finally:
            self._end()

    async def _quiet(self) -> bool:
        """Wait until the peer was quiet for long enough, or a proof is wanted; False: the end."""
        while not self.ended.is_set():
            self._heard.clear()
            wanted = await _first_of(self._heard, self._beat_soon, self.ended, seconds=self._limits.quiet_seconds)
            if self._beat_soon in wanted or not wanted:
                self._beat_soon.clear()
                return True
        return False

    def _end(self) -> None:
        if self.ended.is_set():
            return
        self.ended.set()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Unanswered())
        # What was written last (an answer to unbind) leaves still; the rest of the wait is the peer's.
        self._writer.close()
        current = asyncio.current_task()
        for task in self._tasks:
            if task is not current:
                task.cancel()


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close, and throw away what a peer that reads no more did not take."""
    writer.close()
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


async def _first_of(*events: asyncio.Event, seconds: float) -> set[asyncio.Event]:
    """Which of ``events`` are set, when the first is, or after ``seconds``."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    return {event for event in events if event.is_set()}
