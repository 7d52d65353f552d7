"""What a gateway of text messages is: one module that speaks a provider's protocol, and nothing more.

A gateway module is named like its provider (``kannel``) and offers two things:

    class Settings(SmsSettings)                              its keys of ``[sms.<account>]``
    def make_gateway(settings, surroundings) -> Gateway      opens nothing, calls nobody

The channel (``channels.sms.channel``) does what all gateways have in common: numbers in one form, the signature,
the counting of segments, and the putting together of what came in parts.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from channels.base import Tools, WebhookRequest, WebhookResponse
from channels.messages import ReceiptState, Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of a long message this is: part ``number`` (from 1) of ``total``, by the sender's ``reference``.

    From the user data header: a phone counts its long messages by 8 or 16 bits, so that a reference comes again.
    """

    reference: int
    number: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingText:
    """A text of somebody, or one part of it.

    ``id``: the gateway's own key for "the same text again". ``sender``: the number as the gateway writes it.
    ``sent_at``: None where the gateway does not say, or says nonsense. ``readable``: False for data that is no text.
    """

    id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    sent_at: datetime | None = None
    readable: bool = True
    part: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a text of ours: known by ``message_id`` (ours) or ``provider_id`` (theirs).

    ``reason``: a short code, never what the gateway quotes of the text or the number.
    """

    state: ReceiptState
    message_id: str = ""
    provider_id: str = ""
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What one call, or one step of a bind, brought; ``answer``: the gateway's own form of acknowledging it."""

    texts: Sequence[IncomingText] = ()
    reports: Sequence[Report] = ()
    answer: WebhookResponse = field(default_factory=WebhookResponse)


TakeReceived = Callable[[Received], Awaitable[None]]
"""Keeps what came; when it has returned, the gateway may acknowledge. Whatever it raises means: not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingText:
    """One message to send.

    ``id``: ours (``Outbound.id``). ``to``: in the one form of ``channels.sms.numbers``. ``text``: signed already, as
    it is to appear on the phone; ``body``: the same without the signature, for gateways that put it there.
    ``notice`` and ``fields``: for gateways that send approved templates alone.
    """

    id: str
    to: str = field(repr=False)
    text: str = field(repr=False)
    body: str = field(default="", repr=False)
    notice: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a gateway is given. ``callback_url``: where ``/channels/sms/<account>`` is reached, "" where nobody said."""

    account: str
    tools: Tools
    callback_url: str = ""


@runtime_checkable
class Gateway(Protocol):
    """The contract of a gateway."""

    @property
    def free_text(self) -> bool:
        """Whether any text may be sent; False: approved templates alone."""
        ...

    @property
    def notices(self) -> frozenset[str]:
        """Kinds of notice that have a template here; empty where texts are free."""
        ...

    def receive(self, request: WebhookRequest) -> Received:
        """Verify first, for every method, in constant time; then read. Pure.

        Raises:
            WebhookRefused: and nothing else, whatever is posted.
        """
        ...

    async def send(self, message: OutgoingText) -> Sent:
        """Send one message, within a time limit.

        Raises:
            SendFailed: one of its branches.
        """
        ...

    async def run(self, take: TakeReceived) -> None:
        """Keep a bind alive until cancelled; return at once where everything comes by webhook."""
        ...

    async def check(self) -> Sequence[str]:
        """For ``doctor``: a Chinese sentence for each thing wrong, naming the setting; by harmless calls alone."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """Values that must never reach a log."""
        ...

    async def aclose(self) -> None: ...


class GatewayModule(Protocol):
    """What a provider's module offers."""

    Settings: Any
    make_gateway: Callable[[Any, Surroundings], Gateway]
