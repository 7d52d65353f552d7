"""PDUs of SMPP 3.4: headers and the small ones here, ``submit_sm`` and ``deliver_sm`` by ``smpp34``'s codec."""

import asyncio
import struct
from dataclasses import dataclass, field
from enum import IntEnum

import smpp34

VERSION = 0x34
RESPONSE = 0x8000_0000
"""Set in the command of each answer."""
_HEADER = struct.Struct("!IIII")
_LARGEST = 70_000
"""Octets of one PDU: message_payload alone may have 65 535."""
_LONGEST_ID = 65


class Command(IntEnum):
    """The commands that are spoken or understood here (SMPP 3.4, 5.1.2.1)."""

    GENERIC_NACK = 0x8000_0000
    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ALERT_NOTIFICATION = 0x102
    ENQUIRE_LINK = 0x15


class Status(IntEnum):
    """What answers say (5.1.3), as far as it changes what we do; carriers have codes of their own besides."""

    OK = 0x00
    INVALID_LENGTH = 0x01
    INVALID_COMMAND = 0x03
    BAD_BIND = 0x04
    ALREADY_BOUND = 0x05
    SYSTEM_ERROR = 0x08
    BAD_SOURCE = 0x0A
    BAD_DESTINATION = 0x0B
    BIND_FAILED = 0x0D
    BAD_PASSWORD = 0x0E
    BAD_SYSTEM_ID = 0x0F
    QUEUE_FULL = 0x14
    BAD_SYSTEM_TYPE = 0x53
    THROTTLED = 0x58
    TEMPORARY = 0x64
    PERMANENT = 0x65


class Tag(IntEnum):
    """Optional parameters that are read here (5.3.2)."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdu:
    """One PDU. ``command`` and ``status`` are plain numbers: a carrier may say what no list has."""

    command: int
    sequence: int
    status: int = Status.OK
    body: bytes = field(default=b"", repr=False)

    def encoded(self) -> bytes:
        size = _HEADER.size + len(self.body)
        return _HEADER.pack(size, self.command, self.status, self.sequence) + self.body


class NotSmpp(Exception):
    """What came cannot be a PDU: where the next one begins is not known any more."""


async def read_pdu(reader: asyncio.StreamReader) -> Pdu:
    """The next one.

    Raises:
        NotSmpp: its length says what no PDU has.
        asyncio.IncompleteReadError, OSError: the connection is over.
    """
    size, command, status, sequence = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if not _HEADER.size <= size <= _LARGEST:
        raise NotSmpp
    return Pdu(command=command, status=status, sequence=sequence, body=await reader.readexactly(size - _HEADER.size))


def bind_body(*, system_id: str, password: str, system_type: str, address_range: str = "") -> bytes:
    """The body of all three binds (4.1.1)."""
    words = b"".join(each.encode("latin-1", "replace") + b"\0" for each in (system_id, password, system_type))
    return words + bytes((VERSION, 0, 0)) + address_range.encode("ascii") + b"\0"


def submit_body(message: smpp34.SubmitSm) -> bytes:
    """The body of a submit_sm."""
    return message.encode()[_HEADER.size :]


def delivery_of(pdu: Pdu) -> smpp34.DeliverSm | None:
    """The fields of a deliver_sm; None where the body is none."""
    try:
        found = smpp34.decode(pdu.encoded())
    except smpp34.SmppError:
        return None
    return found if isinstance(found, smpp34.DeliverSm) else None


def message_id_of(pdu: Pdu) -> str:
    """What a submit_sm_resp calls the message; "" where it does not say (the body may be missing)."""
    return pdu.body.split(b"\0", 1)[0][:_LONGEST_ID].decode("ascii", "replace")


def answer_body(command: int) -> bytes:
    """deliver_sm_resp has an empty message id; other answers of ours have no body."""
    return b"\0" if command == Command.DELIVER_SM else b""
