"""Who gets a place at a reception day: asked by the dialog before it promises one, and again by what commits it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.clocks.calendar import SHANGHAI
from bot.publishing import words
from channels.base import Clock
from channels.sms.numbers import NotANumber, canonical
from dialogs.receptions import BookingView, NoSeat, ReceptionView
from storage.publication_records import Booking, BookingState, Publication, PublicationKind
from storage.store import Store

_SMS = "sms:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks for a place: all conversations that are theirs, and the phone they give or text from."""

    conversations: Sequence[str]
    phone: str


def written_phone(phone: str) -> str:
    """A phone in its one form, so that the same one is known again; as it is where it is none that we know."""
    try:
        return canonical(phone)
    except NotANumber:
        return "".join(phone.split())


class Seats:
    """Fulfils ``dialogs.receptions.Receptions``. Reads only."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def coming(self) -> Sequence[ReceptionView]:
        now = self._clock()
        found = await self._store.publications.shown(PublicationKind.RECEPTION, now)
        return [_view(each, early=now < each.reception.opens_at) for each in found if now < each.reception.closes_at]

    async def seat(self, reception_id: str, *, conversation_id: str, phone: str) -> int | NoSeat:
        publication = await self._store.publications.get(reception_id)
        if publication is None or publication.kind is not PublicationKind.RECEPTION:
            return NoSeat.GONE
        return await self.seat_in(publication, await self.asker(conversation_id, phone))

    async def seat_in(self, publication: Publication, asker: Asker, *, by_hand: bool = False) -> int | NoSeat:
        """The lowest number that is free. ``by_hand``: staff book before and after the time for it, too."""
        now, reception = self._clock(), publication.reception
        if not publication.shown(now):
            return NoSeat.GONE
        if not by_hand and not reception.opens_at <= now < reception.closes_at:
            return NoSeat.SHUT
        theirs = await self._store.bookings.of_person(asker.conversations, phone=asker.phone, since=reception.day)
        if any(each.day == reception.day and each.state is BookingState.BOOKED for each in theirs):
            return NoSeat.BOOKED
        free = sorted(set(range(1, reception.places + 1)).difference(publication.seats))
        return free[0] if free and publication.free else NoSeat.FULL

    async def mine(self, conversation_id: str) -> Sequence[BookingView]:
        return [_booking(each, day) for each, day in await self.booked(conversation_id)]

    async def booked(self, conversation_id: str) -> Sequence[tuple[Booking, Publication]]:
        """What somebody has booked and is still to come, with its reception day."""
        asker, now = await self.asker(conversation_id, ""), self._clock()
        since = now.astimezone(SHANGHAI).date()
        found = await self._store.bookings.of_person(asker.conversations, phone=asker.phone, since=since)
        theirs = [each for each in found if each.state is BookingState.BOOKED]
        days = {key: await self._store.publications.get(key) for key in {each.reception_id for each in theirs}}
        return [(each, day) for each in theirs if (day := days[each.reception_id]) is not None and day.shown(now)]

    async def asker(self, conversation_id: str, phone: str) -> Asker:
        """Somebody by their conversation; a text message tells the phone."""
        kin = await self._store.contacts.kin(conversation_id)
        conversation = None
        if not phone and conversation_id.startswith(_SMS):
            conversation = await self._store.conversations.get(conversation_id)
        own = conversation.address.sender if conversation else phone
        return Asker(conversations=kin, phone=written_phone(own) if own else "")


def _view(publication: Publication, *, early: bool) -> ReceptionView:
    reception = publication.reception
    return ReceptionView(
        id=publication.id,
        when=words.spoken_time(reception),
        who=words.who(reception),
        matters=reception.matters,
        place=reception.place,
        free=publication.free,
        opens_at=reception.opens_at if early else None,
    )


def _booking(booking: Booking, publication: Publication) -> BookingView:
    reception = publication.reception
    return BookingView(
        id=booking.id,
        seat=booking.seat,
        when=words.spoken_time(reception),
        who=words.who(reception),
        place=reception.place,
        name=booking.name,
    )
