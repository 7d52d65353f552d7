"""The values of a broadcast: what it says, whom it is for, how far it is, and what became of each recipient."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from channels.messages import Address, Via


class BroadcastState(StrEnum):
    """Where a broadcast stands.

    draft ─▶ approved ─▶ scheduled ─▶ running ─▶ done; paused and back from scheduled and running; cancelled from
    wherever it has not ended; failed: it could not be begun.
    """

    DRAFT = "draft"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def ended(self) -> bool:
        return self in {BroadcastState.DONE, BroadcastState.CANCELLED, BroadcastState.FAILED}


_LABELS: Mapping[BroadcastState, str] = {
    BroadcastState.DRAFT: "待审批",
    BroadcastState.APPROVED: "已批准",
    BroadcastState.SCHEDULED: "定时待发",
    BroadcastState.RUNNING: "发送中",
    BroadcastState.PAUSED: "已暂停",
    BroadcastState.DONE: "已发完",
    BroadcastState.CANCELLED: "已取消",
    BroadcastState.FAILED: "未能发送",
}


class RecipientState(StrEnum):
    """What became of one recipient. ``sending``: begun, and the outcome is not recorded (yet)."""

    EXCLUDED = "excluded"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _RECIPIENT_LABELS[self]


_RECIPIENT_LABELS: Mapping[RecipientState, str] = {
    RecipientState.EXCLUDED: "不发",
    RecipientState.QUEUED: "待发",
    RecipientState.SENDING: "正在发",
    RecipientState.SENT: "已发出",
    RecipientState.DELIVERED: "已送达",
    RecipientState.FAILED: "没有发到",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Whom it is for: all that is given must hold. ``topic``: who follows it; ``listed``: the uploaded list alone."""

    everybody: bool = False
    district: str | None = None
    tag: str | None = None
    category: str | None = None
    topic: str | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Recipients by what became of them; ``total`` is the sum of the others."""

    total: int = 0
    excluded: int = 0
    queued: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """One notice to many.

    ``authors``: the ids of all who wrote on it; none of them approves it. ``unit``: the author's, "" where it came by
    the API. ``prepared_at``: when its ledger was complete. ``held_until``: nothing is sent before, ``reason`` says why
    (or why it was paused, cancelled, could not be begun). ``rate``: recipients a second, lately. ``counts``: as they
    were last looked at; ``Ledger.counts`` gives those of now.
    """

    id: str
    state: BroadcastState
    title: str = field(repr=False)
    text: str = field(repr=False)
    channels: tuple[str, ...]
    segment: Segment
    authors: tuple[str, ...]
    author_name: str = field(default="", repr=False)
    approver_name: str = field(default="", repr=False)
    unit: str = ""
    created_at: datetime
    send_at: datetime | None = None
    approved_at: datetime | None = None
    started_at: datetime | None = None
    prepared_at: datetime | None = None
    finished_at: datetime | None = None
    held_until: datetime | None = None
    reason: str = ""
    rate: float = 0.0
    counts: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One line of the ledger. ``id`` is made of the broadcast and the person, so that nobody stands in it twice.

    ``conversation_id``: "" for a post, which is for everybody. ``reason``: the code of why not. ``tries`` counts those
    that the platform turned down for the moment. ``doubtful``: it was begun and nobody knows whether it went out.
    """

    id: str
    broadcast_id: str
    conversation_id: str
    address: Address
    state: RecipientState
    reason: str = ""
    via: Via | None = None
    tries: int = 0
    due_at: datetime
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    reported_at: datetime | None = None
    provider_id: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one sending: ``state`` and what goes with it; ``due_at``: when a queued one is tried again."""

    recipient: Recipient
    state: RecipientState
    at: datetime
    reason: str = ""
    via: Via | None = None
    provider_id: str = ""
    due_at: datetime | None = None
    counts_as_try: bool = False
