"""Opening a session: the connection, the bind, and what a refusal means."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from channels.errors import AccountBroken, Busy, SendFailed
from channels.sms.smpp_pdu import RESPONSE, Command, NotSmpp, Pdu, Status, bind_body, read_pdu
from channels.sms.smpp_session import Limits, Session, closed

_CREDENTIALS = {Status.BAD_PASSWORD, Status.BAD_SYSTEM_ID, Status.BAD_SYSTEM_TYPE}
_BIND_SEQUENCE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Where the SMSC is, and who we are to it."""

    host: str
    port: int
    tls: bool
    system_id: str
    password: str = field(repr=False)
    system_type: str
    connect_seconds: float


class Unreachable(Exception):
    """No connection, or nobody on it who answers a bind; the message is the kind of error."""


class BindRefused(Exception):
    """The SMSC said no, by ``status``."""

    def __init__(self, status: int) -> None:
        super().__init__(code_of(status))
        self.status = status

    @property
    def is_ours_to_mend(self) -> bool:
        """Whether name or password are wrong: trying on alone changes nothing."""
        return self.status in _CREDENTIALS


def code_of(status: int) -> str:
    """As the tables of carriers write it."""
    return f"0x{status:02X}"


def failure_of(error: Unreachable | BindRefused, *, retry_after: float) -> SendFailed:
    """What sending comes to where no session can be had."""
    if isinstance(error, BindRefused) and error.is_ours_to_mend:
        return AccountBroken("bind refused", provider_code=code_of(error.status), retry_after=retry_after)
    code = code_of(error.status) if isinstance(error, BindRefused) else ""
    return Busy("no bind", provider_code=code, retry_after=retry_after)


async def open_session(
    peer: Peer,
    command: Command,
    limits: Limits,
    *,
    on_delivery: Callable[[Session, Pdu], None],
    on_proof: Callable[[Session, int], None],
) -> Session:
    """Connect and bind, within the peer's time limit.

    Raises:
        Unreachable, BindRefused: there is no session.
    """
    try:
        async with asyncio.timeout(peer.connect_seconds):
            reader, writer = await asyncio.open_connection(peer.host, peer.port, ssl=True if peer.tls else None)
            try:
                await _bind(reader, writer, peer, command)
            except BaseException:
                await closed(writer)
                raise
    except (OSError, TimeoutError, asyncio.IncompleteReadError, NotSmpp) as error:
        raise Unreachable(type(error).__name__) from None
    return Session(reader, writer, limits, on_delivery=on_delivery, on_proof=on_proof)


async def _bind(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer, command: Command) -> None:
    body = bind_body(system_id=peer.system_id, password=peer.password, system_type=peer.system_type)
    writer.write(Pdu(command=command, sequence=_BIND_SEQUENCE, body=body).encoded())
    answer = await read_pdu(reader)
    # A refusal may come without a body, or as generic_nack; its status is in the header all the same.
    if answer.status != Status.OK:
        raise BindRefused(answer.status)
    if answer.command != command | RESPONSE:
        raise NotSmpp
