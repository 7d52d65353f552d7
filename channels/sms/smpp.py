"""SMPP 3.4: texts in and out over connections that we hold open to the carrier's SMSC (docs/channels/sms.md).

Who sends holds a bind for sending of its own; who was given the lease of ``run`` holds the one for receiving. Where
the carrier grants one bind alone (``binds = "single"``) it is the lease's holder's, and nobody else sends.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from enum import StrEnum
from random import Random, SystemRandom
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from channels.base import LinkState, WebhookRequest
from channels.checked_settings import Secret
from channels.errors import HeldElsewhere, NotThere
from channels.messages import Sent
from channels.sms.gateway import Gateway, OutgoingText, Received, Surroundings, TakeReceived
from channels.sms.settings import SmsSettings
from channels.sms.smpp_bind import BindRefused, Peer, Unreachable, code_of, open_session
from channels.sms.smpp_deliveries import Deliveries, Reading
from channels.sms.smpp_ids import IdForm
from channels.sms.smpp_link import Link
from channels.sms.smpp_pace import Pace
from channels.sms.smpp_pdu import Command, Pdu, Status
from channels.sms.smpp_repeats import Repeats
from channels.sms.smpp_sending import Sender
from channels.sms.smpp_session import Limits, Session

_ELSEWHERE_SECONDS = 0.2
_ANSWER_SECONDS = 10.0
_CONNECT_SECONDS = 8.0
_HUNG_UP = {"IncompleteReadError", "ConnectionResetError", "NotSmpp"}


class Binds(StrEnum):
    """How many connections there are to be."""

    SEPARATE = "separate"
    SINGLE = "single"


class DefaultAlphabet(StrEnum):
    """What data_coding 0 stands for at this SMSC."""

    GSM = "gsm"
    LATIN1 = "latin1"
    ASCII = "ascii"
    GBK = "gbk"


class Settings(SmsSettings):
    """``number``: what a text comes from. ``international``: numbers go out as 86138…, type 1, and not as 138….

    ``window``: texts under way at once. ``per_second``: never more texts (0: as the SMSC bears).
    ``enquire_seconds``: after so long a silence the SMSC is asked whether it is there.
    ``sent_ids``, ``receipt_ids``: how submit_sm_resp and receipts write a text's id.
    """

    number: Annotated[str, Field(pattern=r"^\+?[0-9]{1,20}$")]
    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] = 2775
    tls: bool = False
    system_id: Annotated[str, Field(min_length=1, max_length=15)]
    password: Secret
    system_type: Annotated[str, Field(max_length=12)] = ""
    binds: Binds = Binds.SEPARATE
    source_ton: Annotated[int, Field(ge=0, le=6)] = 0
    source_npi: Annotated[int, Field(ge=0, le=18)] = 0
    international: bool = False
    default_alphabet: DefaultAlphabet = DefaultAlphabet.GSM
    window: Annotated[int, Field(ge=1, le=200)] = 10
    per_second: Annotated[float, Field(ge=0, le=1000)] = 0
    enquire_seconds: Annotated[float, Field(ge=1, le=300)] = 30
    sent_ids: IdForm = IdForm.TEXT
    receipt_ids: IdForm = IdForm.TEXT
    call_seconds: Annotated[float, Field(ge=1, le=10)] = 8

    @model_validator(mode="after")
    def _ids_can_meet(self) -> "Settings":
        if (self.sent_ids is IdForm.TEXT) != (self.receipt_ids is IdForm.TEXT):
            raise PydanticCustomError("ids", "sent_ids 和 receipt_ids 要么都是 text，要么都不是")
        return self

    @property
    def gsm_alphabet(self) -> bool:
        return self.default_alphabet is DefaultAlphabet.GSM

    @property
    def default_codec(self) -> str:
        codecs = {DefaultAlphabet.LATIN1: "iso-8859-1", DefaultAlphabet.GBK: "gb18030"}
        return codecs.get(self.default_alphabet, self.default_alphabet.value)


def make_gateway(settings: Settings, surroundings: Surroundings) -> Gateway:
    """The gateway of one account."""
    return SmppGateway(settings, surroundings)


class SmppGateway:
    """One account at one SMSC."""

    free_text = True
    notices: frozenset[str] = frozenset()

    def __init__(self, settings: Settings, surroundings: Surroundings, *, chance: Random | None = None) -> None:
        self._settings = settings
        self._account = surroundings.account
        self._clock = surroundings.tools.clock
        self._chance = chance or SystemRandom()
        self._answer_seconds = _ANSWER_SECONDS
        password = settings.password.get_secret_value()
        self._repeats = Repeats(self._account, password, surroundings.tools.shared)
        self._deliveries: Deliveries | None = None
        self._link = self._new_link(Command.BIND_TRANSCEIVER if self._is_single else Command.BIND_TRANSMITTER)
        self._sender = Sender(settings, self._link, Pace(per_second=settings.per_second))
        self._keeping: asyncio.Task[None] | None = None
        self._receiving: Link | None = None

    @property
    def link(self) -> LinkState | None:
        """As ``channels.base.HoldsLink``: the bind for receiving, where it falls to this process."""
        return LinkState(down_since=self._receiving.down_since if self._receiving else None)

    def receive(self, request: WebhookRequest) -> Received:  # noqa: ARG002 - nothing comes this way
        raise NotThere("texts come over the bind")

    async def send(self, message: OutgoingText) -> Sent:
        if not self._is_single:
            self._keep_link()
        elif self._deliveries is None:
            raise HeldElsewhere("the bind is another process's", retry_after=_ELSEWHERE_SECONDS)
        return await self._sender.send(message)

    async def run(self, take: TakeReceived) -> None:
        deliveries = Deliveries(
            take,
            self._repeats,
            Reading(default_codec=self._settings.default_codec, receipt_ids=self._settings.receipt_ids),
        )
        link = self._link if self._is_single else self._new_link(Command.BIND_RECEIVER)
        self._deliveries, self._receiving = deliveries, link
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(link.keep())
                group.create_task(deliveries.run())
        finally:
            self._deliveries, self._receiving = None, None

    async def check(self) -> Sequence[str]:
        """Bind for sending, which takes nothing from whoever receives, and say goodbye."""
        try:
            session = await self._open(Command.BIND_TRANSMITTER)
        except Unreachable as error:
            where = f"{self._settings.host}:{self._settings.port}"
            if str(error) in _HUNG_UP:
                return [f"短信网关 {where} 没有回答登录就断开：请核对 system_id、password、tls 和 IP 白名单"]
            return [f"连不上短信网关 {where}（{error}）：请检查 host、port、tls 和防火墙"]
        except BindRefused as refused:
            return _refusals(refused)
        await session.close()
        return []

    def secrets(self) -> tuple[str, ...]:
        return (self._settings.password.get_secret_value(),)

    async def aclose(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping

    @property
    def _is_single(self) -> bool:
        return self._settings.binds is Binds.SINGLE

    def _keep_link(self) -> None:
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._link.keep())

    def _new_link(self, command: Command) -> Link:
        async def opening() -> Session:
            return await self._open(command)

        return Link(f"{self._account}/{command.name.lower()}", opening, chance=self._chance, clock=self._clock)

    async def _open(self, command: Command) -> Session:
        settings = self._settings
        peer = Peer(
            host=settings.host,
            port=settings.port,
            tls=settings.tls,
            system_id=settings.system_id,
            password=settings.password.get_secret_value(),
            system_type=settings.system_type,
            connect_seconds=_CONNECT_SECONDS,
        )
        limits = Limits(answer_seconds=self._answer_seconds, quiet_seconds=settings.enquire_seconds)
        return await open_session(peer, command, limits, on_delivery=self._came, on_proof=self._proved)

    def _came(self, session: Session, pdu: Pdu) -> None:
        if self._deliveries is None:
            session.answer(pdu, Status.TEMPORARY)
        else:
            self._deliveries.came(session, pdu)

    def _proved(self, session: Session, sequence: int) -> None:
        if self._deliveries is not None:
            self._deliveries.proved(session, sequence)


def _refusals(refused: BindRefused) -> Sequence[str]:
    code = code_of(refused.status)
    match refused.status:
        case Status.ALREADY_BOUND:
            return []  # by the service itself: the password was right
        case Status.BAD_PASSWORD | Status.BAD_SYSTEM_ID:
            return [f"system_id 或 password 不对：短信网关拒绝登录（{code}）"]
        case Status.BAD_SYSTEM_TYPE:
            return [f"system_type 不对：短信网关拒绝登录（{code}）"]
        case _:
            return [f"短信网关拒绝登录（{code}）：请核对 system_id、password、IP 白名单和允许的连接数"]
