"""What a channel is: one folder with one class that verifies, parses and sends.

Deduplication, order, retries, rate limits, spooling, metrics and redaction lie outside it. A channel is made by
the factory that its entry point (group ``petition_bot.channels``) names, from its account's settings and the
shared things handed in; it holds no other state.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

import aiohttp

from channels.messages import Inbound, Media, MessagePart, Outbound, Purpose, Receipt, Sent, Via

Clock = Callable[[], datetime]
"""Gives the present as an aware UTC datetime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A call as it arrived. ``path`` is what follows ``/channels/<channel>/<account>``; header names are lower case.

    ``query_string``: the query undecoded, for a gateway that does not send UTF-8.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    query_string: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookResponse:
    """What is answered over HTTP."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What one webhook call brought.

    ``parts``: of messages that came in several; they are kept, and heard when all are there or the wait is over.
    ``answer``: the answer is settled already (a URL check), nothing else is to be done.
    ``context``: what ``respond`` needs to answer in kind (mode, key, names); nobody else looks into it.
    """

    messages: Sequence[Inbound] = ()
    receipts: Sequence[Receipt] = ()
    parts: Sequence[MessagePart] = ()
    answer: WebhookResponse | None = None
    context: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many messages of one sort one person may get in any minute, hour and day; 0: as many as there are."""

    minute: int = 0
    hour: int = 0
    day: int = 0

    def windows(self) -> Mapping[timedelta, int]:
        """The spans that are limited, and how many each takes."""
        spans = ((timedelta(minutes=1), self.minute), (timedelta(hours=1), self.hour), (timedelta(days=1), self.day))
        return {span: most for span, most in spans if most}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the planner must know of a channel.

    ``answer_within``: seconds in which a webhook must be answered (0: it may be answered at once, always).
    ``ways``: how messages of ours travel besides the passive reply, preferred first.
    ``text_limit``: the longest text of one message, in ``text_unit``s ("bytes" of UTF-8, "utf16" units, or
    "characters").
    ``notices``: kinds of notice that have a template here ("progress").
    ``free_text``: False where approved templates alone go out; such a channel carries notices and no replies.
    ``segments``: what a text costs in text messages; None where nobody counts.
    ``signed``: a text as it appears on the phone, with the signature; None where there is none.
    ``public_daily``: how often a day somebody may be invited in public to write privately; 0: never.
    ``limits``: how often one person may be written to, by purpose (of notices and broadcasts: for each template).
    ``subscriptions``: by kind of notice, what people consent to (the id that CONSENT_CHANGED names).
    ``media``: the types of files that can be sent while the window is open, and the largest of each in bytes; a
    channel that names any is a ``SendsMedia``.
    ``mass_monthly``: how many notices to many may go by ``Via.MASS`` in a month; a channel that names any is a
    ``SendsToMany``.
    """

    passive: bool
    answer_within: float
    ways: tuple[Via, ...]
    text_limit: int
    text_unit: str = "characters"
    notices: frozenset[str] = frozenset()
    free_text: bool = True
    segments: Callable[[str], int] | None = None
    signed: Callable[[str], str] | None = None
    public_daily: int = 0
    limits: Mapping[Purpose, Limit] = field(default_factory=dict)
    subscriptions: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, int] = field(default_factory=dict)
    mass_monthly: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A picture, voice, video or file. ``type``: as the platform names it ("image/jpeg"; "" where it does not)."""

    content: bytes = field(repr=False)
    type: str = ""


Take = Callable[[Arrival], Awaitable[None]]
"""Keeps what arrived, durably, and starts its turns. What it raises means: not kept, so not to be acknowledged."""


class SharedState(Protocol):
    """What several processes share for speed (Redis); it may lose everything at any time.

    ``get``/``set`` never raise for an unreachable server: they act as if nothing were kept. ``lock`` gives True
    inside its block where the lock was taken, False where it was not within ``wait`` seconds; without a server
    it still excludes the tasks of this process from one another.
    """

    async def get(self, key: str) -> str | None: ...
    async def set(self, key: str, value: str, *, seconds: float) -> None: ...
    async def delete(self, key: str) -> None: ...
    def lock(self, key: str, *, seconds: float, wait: float) -> AbstractAsyncContextManager[bool]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What is handed to a channel: one HTTP client, shared state, the clock.

    ``base_url``: where platforms reach this service, without the path ("" where nobody said).
    """

    http: aiohttp.ClientSession
    shared: SharedState
    clock: Clock
    base_url: str = ""


@runtime_checkable
class Channel(Protocol):
    """The contract. ``name`` and ``account`` are those of ``Address``."""

    @property
    def name(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def receive(self, request: WebhookRequest) -> Arrival:
        """Verify, decrypt and parse one call; pure.

        Raises:
            WebhookRefused: with the HTTP status to answer; nothing of the call may be kept.
        """
        ...

    def respond(self, arrival: Arrival, reply: Outbound | None) -> WebhookResponse:
        """The HTTP answer to ``arrival``: a passive reply, or the platform's acknowledgement; pure."""
        ...

    async def send(self, message: Outbound) -> Sent:
        """Send one message by ``message.via``.

        Raises:
            SendFailed: one of its branches; each says what to do.
        """
        ...

    async def run(self, take: Take) -> None:
        """Do what is not a webhook (a bind, a poll) until cancelled; return at once where there is nothing.

        What arrives is handed to ``take`` and acknowledged to the platform only when that has returned.
        """
        ...

    def secrets(self) -> tuple[str, ...]:
        """Values that must never reach a log."""
        ...

    async def check(self) -> Sequence[str]:
        """For ``doctor``: one Chinese sentence for each thing wrong with the account; empty when all is well."""
        ...

    async def aclose(self) -> None: ...


@runtime_checkable
class FetchesMedia(Protocol):
    """A channel that can bring what ``Inbound.media`` names."""

    async def fetch(self, media: Media) -> Fetched:
        """Bring it, bounded in size.

        Raises:
            MediaGone: it is not there (any more), or larger than anybody takes.
            SendFailed: one of its other branches, as for ``send``; asking again does no harm.
        """
        ...


@runtime_checkable
class SendsMedia(Protocol):
    """A channel that can send the files which its ``capabilities.media`` tells."""

    async def send_media(self, message: Outbound, content: bytes) -> Sent:
        """Send ``content`` alone, without the message's words, by ``Via.CUSTOMER_SERVICE``.

        Raises:
            SendFailed: as for ``send``; giving the file to the platform first is never OutcomeUnknown.
        """
        ...


@runtime_checkable
class SendsToMany(Protocol):
    """A channel that takes one text for many people in a single call, whenever they last wrote."""

    async def send_to_many(self, text: str, people: Sequence[str], *, key: str) -> Sent:
        """Send ``text`` to all of ``people`` (the platform's names for them); ``key``: the platform takes it once.

        Raises:
            WayShut: nobody was told; each is to be told by another way.
            RecipientGone: nobody was told, for the sake of one of them.
            SendFailed: its other branches; asking again with the same ``key`` does no harm.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """A connection that is to be held open. ``down_since``: None while it is up."""

    down_since: datetime | None = None


@runtime_checkable
class HoldsLink(Protocol):
    """A channel whose ``run`` holds a connection open for what comes in."""

    @property
    def link(self) -> LinkState | None:
        """How the connection of this process is; None: this account holds none."""
        ...


@runtime_checkable
class Publishes(Protocol):
    """A channel on which staff may publish a text for everybody to read."""

    def unpublishable(self, text: str) -> Sequence[str]:
        """Why the platform would not take ``text``: a Chinese sentence each; empty where it would."""
        ...

    async def publish(self, text: str) -> Sent:
        """Publish ``text``; ``Sent.provider_id`` is the post's number.

        Raises:
            SendFailed: one of its branches; after OutcomeUnknown people must look before they try again.
        """
        ...


class ChannelFactory(Protocol):
    """What an entry point of ``petition_bot.channels`` gives."""

    def __call__(self, account: str, settings: Mapping[str, Any], tools: Tools) -> Channel:
        """Make the channel of one account; nothing is opened or called before the channel is used.

        So settings are checked: by making the channel, before anything is started, with tools that reach nothing.

        Raises:
            SettingsRejected: naming every wrong key.
        """
        ...
