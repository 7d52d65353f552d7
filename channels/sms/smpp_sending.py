"""Texts out: cut into parts, submitted one after the other at the carrier's pace, each answer with its consequence."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import smpp34

from channels.errors import (
    AccountBroken,
    Busy,
    OutcomeUnknown,
    PayloadRejected,
    RecipientGone,
    SendFailed,
)
from channels.messages import Sent
from channels.sms import gsm
from channels.sms.gateway import OutgoingText, Part
from channels.sms.numbers import international
from channels.sms.smpp_bind import code_of
from channels.sms.smpp_ids import IdForm, plain_id
from channels.sms.smpp_link import Link
from channels.sms.smpp_pace import Pace
from channels.sms.smpp_pdu import Command, Pdu, Status, message_id_of, submit_body
from channels.sms.smpp_session import NotSent, Unanswered
from channels.sms.text import Alphabet, alphabet_of, parts
from channels.sms.udh import header_of

UCS2, DEFAULT_ALPHABET = 8, 0
HAS_HEADER = 0x40
_FINAL_RECEIPT = 1
_INTERNATIONAL, _ISDN = 1, 1
_BEGUN_AT_ONCE = 1_000
_SLOWER = {Status.THROTTLED, Status.QUEUE_FULL}

REFUSALS: Mapping[int, type[SendFailed]] = MappingProxyType(
    {
        0x01: PayloadRejected,  # length
        0x04: Busy,  # bound otherwise than for sending
        0x08: Busy,  # system error
        0x0A: AccountBroken,  # source address
        0x0B: RecipientGone,  # destination address
        0x0D: Busy,  # bind failed
        0x15: AccountBroken,  # service type
        0x33: RecipientGone,  # number of destinations
        0x45: Busy,  # submit failed
        0x48: AccountBroken,  # type of the source's number
        0x49: AccountBroken,  # its plan
        0x50: AccountBroken,  # type of the destination's number
        0x51: AccountBroken,  # its plan
        0x53: AccountBroken,  # system type
        0x64: Busy,  # temporary
        0xFF: Busy,  # unknown error
    }
)
"""What a status of submit_sm_resp means (SMPP 3.4, 5.1.3); any other, a carrier's own too, is a refusal for good."""


class SendingSettings(Protocol):
    """What is read of the settings here."""

    @property
    def number(self) -> str: ...
    @property
    def source_ton(self) -> int: ...
    @property
    def source_npi(self) -> int: ...
    @property
    def international(self) -> bool: ...
    @property
    def gsm_alphabet(self) -> bool: ...
    @property
    def sent_ids(self) -> IdForm: ...
    @property
    def window(self) -> int: ...
    @property
    def call_seconds(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    octets: bytes
    coding: int
    header: bytes = b""


class Sender:
    """Sends through one link. What was begun is remembered, so that a repeat goes on where the last try stopped."""

    def __init__(self, settings: SendingSettings, link: Link, pace: Pace) -> None:
        self._settings = settings
        self._link = link
        self._pace = pace
        self._places = asyncio.Semaphore(settings.window)
        self._begun: OrderedDict[str, int] = OrderedDict()

    async def send(self, message: OutgoingText) -> Sent:
        """Send one message, in as many parts as it takes.

        The receipt is asked for with the last part, whose id stands for the whole.

        Raises:
            SendFailed: one of its branches.
        """
        # What leaves has the other half of the time to be answered: too little would leave the outcome open.
        start_by = asyncio.get_running_loop().time() + self._settings.call_seconds / 2
        try:
            async with asyncio.timeout_at(start_by):
                await self._places.acquire()
        except TimeoutError:
            raise Busy("the window is full", retry_after=1.0) from None
        try:
            return await self._send(message, start_by)
        finally:
            self._places.release()

    async def _send(self, message: OutgoingText, start_by: float) -> Sent:
        pieces = _pieces(message, gsm_alphabet=self._settings.gsm_alphabet)
        answer = None
        for place in range(self._begun.pop(message.id, 0), len(pieces)):
            try:
                answer = await self._submit(message, pieces[place], start_by, last=place == len(pieces) - 1)
            except SendFailed as failure:
                if failure.retryable:
                    self._remember(message.id, place)
                raise
        return Sent(provider_id=plain_id(message_id_of(answer), self._settings.sent_ids) if answer else "")

    def _remember(self, message_id: str, accepted: int) -> None:
        self._begun[message_id] = accepted
        while len(self._begun) > _BEGUN_AT_ONCE:
            self._begun.popitem(last=False)

    async def _submit(self, message: OutgoingText, piece: _Piece, start_by: float, *, last: bool) -> Pdu:
        """Have one part accepted; "slower" is heeded as long as there is time.

        Raises:
            SendFailed: it was not.
        """
        body = submit_body(self._pdu(message, piece, last=last))
        while True:
            await self._pace.turn(until=start_by)
            answer = await self._asked(body, start_by)
            if answer.status in _SLOWER:
                self._pace.slower()
                continue
            if answer.status != Status.OK:
                kind = REFUSALS.get(answer.status, PayloadRejected)
                raise kind("refused", provider_code=code_of(answer.status))
            self._pace.passed()
            return answer

    async def _asked(self, body: bytes, start_by: float) -> Pdu:
        seconds = self._settings.call_seconds / 2
        session = await self._link.session(until=start_by)
        try:
            return await session.request(Command.SUBMIT_SM, body, seconds=seconds)
        except NotSent:
            raise Busy("the bind was lost", retry_after=1.0) from None
        except Unanswered:
            raise OutcomeUnknown("no answer") from None

    def _pdu(self, message: OutgoingText, piece: _Piece, *, last: bool) -> smpp34.SubmitSm:
        to, kind, plan = message.to, 0, 0
        if self._settings.international and (abroad := international(message.to)).startswith("+"):
            to, kind, plan = abroad.removeprefix("+"), _INTERNATIONAL, _ISDN
        return smpp34.SubmitSm(
            self._settings.number.removeprefix("+"),
            to,
            piece.header + piece.octets,
            source_addr_ton=self._settings.source_ton,
            source_addr_npi=self._settings.source_npi,
            dest_addr_ton=kind,
            dest_addr_npi=plan,
            esm_class=HAS_HEADER if piece.header else 0,
            data_coding=piece.coding,
            registered_delivery=_FINAL_RECEIPT if last else 0,
        )


def _pieces(message: OutgoingText, *, gsm_alphabet: bool) -> Sequence[_Piece]:
    """The parts of a message; several carry a reference made of its id, so that a part sent twice is shown once."""
    texts = parts(message.text)
    latin = gsm_alphabet and alphabet_of(message.text) is Alphabet.GSM7
    if not gsm_alphabet and alphabet_of(message.text) is Alphabet.GSM7:
        texts = _as_ucs2(message.text)
    reference = hashlib.sha256(message.id.encode()).digest()[0]
    total = len(texts)
    return [
        _Piece(
            octets=gsm.encoded(text) if latin else text.encode("utf-16-be", "replace"),
            coding=DEFAULT_ALPHABET if latin else UCS2,
            header=header_of(Part(reference=reference, number=number, total=total)) if total > 1 else b"",
        )
        for number, text in enumerate(texts, start=1)
    ]


def _as_ucs2(text: str) -> list[str]:
    """Parts of a Latin text that goes as UCS-2: each of its characters is one unit."""
    alone, in_each = 70, 67
    if len(text) <= alone:
        return [text]
    return [text[start : start + in_each] for start in range(0, len(text), in_each)]
