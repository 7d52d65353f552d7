"""What the dialog asks of the leaders' reception days. Reads only; ``bot`` fulfils it, as it does ``ports``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class NoSeat(StrEnum):
    """Why somebody gets no place."""

    GONE = "gone"
    SHUT = "shut"
    FULL = "full"
    BOOKED = "booked"
    """They have one on that day already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptionView:
    """A reception day as residents see it. ``opens_at``: when booking begins, None where it has begun."""

    id: str
    when: str
    who: str
    matters: str
    place: str
    free: int
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingView:
    """A place that somebody has booked; ``seat`` is its number in the list."""

    id: str
    seat: int
    when: str
    who: str
    place: str
    name: str = field(default="", repr=False)


class Receptions(Protocol):
    """The reception days, seen from one person's conversation."""

    async def coming(self) -> Sequence[ReceptionView]:
        """Those that can be booked now or later, the next first; full ones too."""
        ...

    async def seat(self, reception_id: str, *, conversation_id: str, phone: str) -> int | NoSeat:
        """The number that this person would have in the list, or why they get none.

        ``phone`` "": the one they text from.
        """
        ...

    async def mine(self, conversation_id: str) -> Sequence[BookingView]:
        """What this person has booked and is still to come, the next first."""
        ...


class NoReceptions:
    """Where there are none: in evaluations, and for tests of other things."""

    async def coming(self) -> Sequence[ReceptionView]:
        return ()

    async def seat(self, reception_id: str, *, conversation_id: str, phone: str) -> int | NoSeat:  # noqa: ARG002
        return NoSeat.GONE

    async def mine(self, conversation_id: str) -> Sequence[BookingView]:  # noqa: ARG002
        return ()
