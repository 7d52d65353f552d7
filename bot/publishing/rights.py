"""Bookings and the rights of who booked: a copy, erasure; and the end of their period."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.clocks.calendar import SHANGHAI
from bot.publishing import words
from storage.publication_records import Booking, BookingState
from storage.store import Store

_EVER = date(2000, 1, 1)


async def bookings_told(store: Store, conversation_id: str) -> Sequence[str]:
    """What is kept of somebody's bookings, a line each."""
    found = await store.bookings.of_person([conversation_id], since=_EVER)
    return [_line(each) for each in found]


async def over_of(store: Store, conversation_id: str, now: datetime) -> Sequence[Booking]:
    """Somebody's bookings that are over: what is still to come needs to be known at the door."""
    today = now.astimezone(SHANGHAI).date()
    found = await store.bookings.of_person([conversation_id], since=_EVER)
    return [each for each in found if each.day < today or each.state is not BookingState.BOOKED]


async def forget(store: Store, bookings: Sequence[Booking]) -> int:
    """Erase who they were, one by one; doing it again changes nothing. Give how many.

    Raises:
        Conflict: one was changed at this moment.
    """
    for booking in bookings:
        await store.committer.commit([store.bookings.forget(booking)])
    return len(bookings)


def _line(booking: Booking) -> str:
    facts = f"{words.spoken_day(booking.day)}　第{booking.seat}号　{booking.state.label}"
    return f"　{facts}　{booking.name}　{booking.phone}　{booking.matter}"
