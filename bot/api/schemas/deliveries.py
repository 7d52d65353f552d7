"""Outgoing messages that did not get through, and calls for a person."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from bot.api.schemas.conversations import Attempt
from bot.api.shapes import Item, Paged


class DeliveryQuery(Paged):
    """Dead letters: those the system gave up; staff look at them and send them again."""

    state: Literal["dead"] = "dead"


class Delivery(Item):
    """One outgoing message. Its words are in the transcript and the timeline."""

    conversation_id: str
    channel: str
    account: str
    purpose: str
    state: str
    reason: str
    via: str | None
    case_number: str | None
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    maybe_twice: bool = Field(description="true：先前一次可能已经送到，对方也许收到两次")
    attempts: tuple[Attempt, ...]


class CallQuery(Paged):
    """Open calls."""


class PersonCall(Item):
    """Somebody asks for a person, or is in danger."""

    conversation_id: str
    case_number: str | None
    reason: str
    danger: bool
    state: str
    at: datetime
