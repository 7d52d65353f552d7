"""What comes over a bind: kept in the order of its coming, and answered when it is kept, not before."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import smpp34
import structlog

from channels.sms.gateway import IncomingText, Received, Report, TakeReceived
from channels.sms.smpp_ids import IdForm
from channels.sms.smpp_pdu import Pdu, Status, delivery_of
from channels.sms.smpp_receiving import is_from_person, is_receipt, report_of, sameness, text_of
from channels.sms.smpp_repeats import Named, Repeats
from channels.sms.smpp_session import Session

_WAITING = 500
_AT_ONCE = 50
_KEEP_SECONDS = 20.0
_PROOF_AFTER = 1.0
_ENOUGH_FAILURES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``default_codec``: what data_coding 0 stands for. ``receipt_ids``: how receipts write the ids of texts."""

    default_codec: str
    receipt_ids: IdForm


@dataclass(frozen=True, slots=True)
class _Came:
    session: Session
    pdu: Pdu


@dataclass(frozen=True, slots=True)
class _Proof:
    session: Session
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    came: _Came
    text: IncomingText | None = None
    report: Report | None = None
    named: Named | None = None


class Deliveries:
    """Between the sessions of one account and ``take``."""

    def __init__(self, take: TakeReceived, repeats: Repeats, reading: Reading) -> None:
        self._take = take
        self._repeats = repeats
        self._reading = reading
        self._queue: asyncio.Queue[_Came | _Proof] = asyncio.Queue(_WAITING)
        self._asks: asyncio.TimerHandle | None = None

    def came(self, session: Session, pdu: Pdu) -> None:
        """A deliver_sm; where too many wait already, it shall come again."""
        try:
            self._queue.put_nowait(_Came(session, pdu))
        except asyncio.QueueFull:
            session.answer(pdu, Status.TEMPORARY)

    def proved(self, session: Session, sequence: int) -> None:
        """See ``Repeats.proved``."""
        if self._repeats.unproved and not self._queue.full():
            self._queue.put_nowait(_Proof(session, sequence))

    async def run(self) -> None:
        """Keep and answer until cancelled."""
        while True:
            first = await self._queue.get()
            if isinstance(first, _Proof):
                await self._repeats.proved(first.session, first.sequence)
                continue
            batch, proof = [first], None
            while len(batch) < _AT_ONCE and proof is None and not self._queue.empty():
                following = self._queue.get_nowait()
                if isinstance(following, _Proof):
                    proof = following
                else:
                    batch.append(following)
            await self._handle(batch)
            if proof is not None:
                await self._repeats.proved(proof.session, proof.sequence)

    async def _handle(self, batch: Sequence[_Came]) -> None:
        read = [found for each in batch if (found := await self._read(each)) is not None]
        if not read or await self._kept(read) or len(read) == 1:
            return
        # One that cannot be kept must not keep the others from being so; where nothing can be, a few tries are enough.
        failed = 0
        for each in read:
            if failed == _ENOUGH_FAILURES:
                self._refuse(each)
            else:
                failed = 0 if await self._kept([each]) else failed + 1

    async def _read(self, came: _Came) -> _Read | None:
        """None: it is answered already."""
        delivery = delivery_of(came.pdu)
        if delivery is None:
            structlog.get_logger().warning("smpp.unreadable_delivery", octets=len(came.pdu.body))
            came.session.answer(came.pdu, Status.PERMANENT)
            return None
        if is_receipt(delivery):
            return self._receipt(came, delivery)
        if not is_from_person(delivery):
            structlog.get_logger().info("smpp.notice_of_the_network", esm_class=delivery.esm_class)
            came.session.answer(came.pdu)
            return None
        named = await self._repeats.name(came.session, came.pdu.sequence, sameness(delivery), now=_now())
        text = text_of(delivery, id=named.id, default_codec=self._reading.default_codec)
        return _Read(came=came, text=text, named=named)

    def _receipt(self, came: _Came, delivery: smpp34.DeliverSm) -> _Read | None:
        report = report_of(delivery, self._reading.receipt_ids)
        if report is None:
            came.session.answer(came.pdu)
            return None
        return _Read(came=came, report=report)

    async def _kept(self, read: Sequence[_Read]) -> bool:
        received = Received(
            texts=[each.text for each in read if each.text], reports=[each.report for each in read if each.report]
        )
        try:
            async with asyncio.timeout(_KEEP_SECONDS):
                await self._take(received)
        except Exception as error:  # noqa: BLE001 - whatever it is: not kept, so not acknowledged
            # The error's words may quote what came; its kind says enough.
            structlog.get_logger().warning("smpp.not_kept", error=type(error).__name__, count=len(read))
            if len(read) == 1:
                self._refuse(read[0])
            return False
        for each in read:
            self._accept(each)
        return True

    def _accept(self, read: _Read) -> None:
        session = read.came.session
        written = session.written
        if session.answer(read.came.pdu) and read.named is not None:
            self._repeats.answered(read.named, now=_now(), written=written)
            if self._asks is None:
                self._asks = asyncio.get_running_loop().call_later(_PROOF_AFTER, self._ask, session)

    def _ask(self, session: Session) -> None:
        self._asks = None
        session.ask_for_proof()

    def _refuse(self, read: _Read) -> None:
        read.came.session.answer(read.came.pdu, Status.TEMPORARY)
        if read.named is not None:
            self._repeats.refused(read.named)


def _now() -> float:
    return asyncio.get_running_loop().time()
