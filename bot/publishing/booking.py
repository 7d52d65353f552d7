"""What a turn decided about a place, as changes for the turn's one transaction.

The place is looked for again, on the reception day as it is now, and taken on that version: whoever was a moment later
meets a Conflict, and their turn is made anew, with the next place or none.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.clocks.calendar import SHANGHAI
from bot.publishing.seats import Seats
from dialogs.outcome import BookReception, CancelBooking
from storage.bookings import BOOKINGS
from storage.commit import Change
from storage.errors import Conflict
from storage.publication_records import Booking, BookingState, Publication
from storage.publications import PUBLICATIONS
from storage.records import Conversation
from storage.store import Store


async def booking_changes(
    effect: BookReception | CancelBooking, *, conversation: Conversation, store: Store, now: datetime
) -> Sequence[Change]:
    """The changes that ``effect`` asks for.

    Raises:
        Conflict: it is not any more as it was when the turn looked.
    """
    seats = Seats(store=store, clock=lambda: now)
    if isinstance(effect, CancelBooking):
        return await _given_back(effect, seats, store, conversation)
    publication = await store.publications.get(effect.reception_id)
    asker = await seats.asker(conversation.id, effect.phone)
    if publication is None or await seats.seat_in(publication, asker) != effect.seat:
        raise Conflict(PUBLICATIONS)
    booking = Booking(
        id=uuid.uuid4().hex,
        reception_id=publication.id,
        day=publication.reception.day,
        seat=effect.seat,
        name=effect.name,
        phone=asker.phone,
        matter=effect.matter,
        case_number=effect.case_number,
        conversation_id=conversation.id,
        created_at=now,
        reminded=told_already(publication.reception.day, now),
    )
    return taken(store, publication, booking, person=conversation.contact_id or conversation.id)


def taken(store: Store, publication: Publication, booking: Booking, *, person: str = "") -> Sequence[Change]:
    """The changes by which ``booking`` takes its place, on the version that was read; ``person``: who books it."""
    seats = tuple(sorted({*publication.seats, booking.seat}))
    return [store.publications.change(publication, seats=seats), store.bookings.add(booking, person=person)]


def freed(store: Store, publication: Publication, booking: Booking) -> Sequence[Change]:
    """The changes by which it gives its place back."""
    return [given_back(store, publication, booking), store.bookings.change(booking, state=BookingState.CANCELLED)]


def given_back(store: Store, publication: Publication, booking: Booking) -> Change:
    """The change that makes its number free again."""
    seats = tuple(seat for seat in publication.seats if seat != booking.seat)
    return store.publications.change(publication, seats=seats)


def told_already(day: date, now: datetime) -> str:
    """Whoever books on the day before, or later, has just been told all of it."""
    tomorrow = now.astimezone(SHANGHAI).date() + timedelta(days=1)
    return day.isoformat() if day <= tomorrow else ""


async def _given_back(
    effect: CancelBooking, seats: Seats, store: Store, conversation: Conversation
) -> Sequence[Change]:
    theirs = {booking.id: (booking, day) for booking, day in await seats.booked(conversation.id)}
    if effect.booking_id not in theirs:
        raise Conflict(BOOKINGS)
    booking, publication = theirs[effect.booking_id]
    return freed(store, publication, booking)
