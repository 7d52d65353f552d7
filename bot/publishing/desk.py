"""What the reception does with bookings: by hand, given back, came or not. Each step is audited, without names."""

import uuid
from collections.abc import Sequence

from bot.broadcasts.office import Doer
from bot.kick import Kick
from bot.publishing import words
from bot.publishing.booking import freed, given_back, taken, told_already
from bot.publishing.errors import NoPlace, NotNow
from bot.publishing.seats import Asker, Seats, written_phone
from bot.publishing.telling import Teller
from channels.base import Clock
from channels.sms.numbers import is_mainland_mobile
from dialogs.receptions import NoSeat
from storage.audit import AuditLine
from storage.commit import Change
from storage.errors import Conflict
from storage.publication_records import Booking, BookingState, Publication
from storage.records import OutboxEntry
from storage.store import Store

_TRIES = 5
_LONGEST_NAME, _LONGEST_MATTER = 20, 100
_SHORTEST_PHONE = 7
_WHY_NOT = {
    NoSeat.GONE: "这一场不在公布中，不能预约",
    NoSeat.SHUT: "这一场不在公布中，不能预约",
    NoSeat.FULL: "名额已经约满",
    NoSeat.BOOKED: "这个电话在当天已有预约，一人一天约一场",
}


class ReceptionDesk:
    """The steps."""

    def __init__(self, *, store: Store, teller: Teller, clock: Clock, kick: Kick) -> None:
        self._store = store
        self._teller = teller
        self._clock = clock
        self._kick = kick
        self._seats = Seats(store=store, clock=clock)

    async def book(self, reception_id: str, *, name: str, phone: str, matter: str, by: Doer) -> tuple[Booking, bool]:
        """Book for somebody who called or came; give the booking, and whether a message goes to them.

        Raises:
            NoPlace
        """
        name, matter, phone = name[:_LONGEST_NAME], matter[:_LONGEST_MATTER], written_phone(phone)
        if not name or len(phone) < _SHORTEST_PHONE or not phone.isdecimal():
            raise NoPlace("请填写姓名和能打通的电话")
        for _ in range(_TRIES):
            publication = await self._store.publications.get(reception_id)
            if publication is None:
                raise NoPlace(_WHY_NOT[NoSeat.GONE])
            asker = Asker(conversations=(), phone=phone)
            seat = await self._seats.seat_in(publication, asker, by_hand=True)
            if isinstance(seat, NoSeat):
                raise NoPlace(_WHY_NOT[seat])
            booking = self._booking(publication, seat, name=name, phone=phone, matter=matter, by=by)
            entry = await self._entry(publication, booking)
            line = self._line("booking.added", booking, by, seat=seat)
            try:
                await self._commit(taken(self._store, publication, booking), line, entry)
            except Conflict:
                continue
            return booking, entry is not None
        raise NoPlace("同时预约的人太多，请再试一次")

    async def give_back(self, booking: Booking, *, by: Doer) -> None:
        """Cancel it for its person, who is told.

        Raises:
            NotNow
        """
        publication = await self._store.publications.get(booking.reception_id)
        if publication is None or booking.state is not BookingState.BOOKED:
            raise NotNow
        reception, now = publication.reception, self._clock()
        text = words.dropped(reception)
        told = await self._teller.entry(booking, text, reception=reception, state="已取消", now=now)
        line = self._line("booking.cancelled", booking, by, seat=booking.seat)
        await self._now(freed(self._store, publication, booking), line, told if publication.shown(now) else None)

    async def mark(self, booking: Booking, state: BookingState, *, by: Doer) -> None:
        """Note whether they came; a slip is put right by marking anew.

        Raises:
            NotNow
        """
        if booking.state is BookingState.CANCELLED or state is BookingState.CANCELLED:
            raise NotNow
        line = self._line("booking.marked", booking, by, seat=booking.seat, state=state.value)
        await self._now([self._store.bookings.change(booking, state=state)], line)

    async def erase(self, booking: Booking, *, by: Doer, reason: str) -> None:
        """Erase who booked, at their wish; a place that is still to come is given back.

        Raises:
            NotNow
        """
        publication = await self._store.publications.get(booking.reception_id)
        if publication is None:
            raise NotNow
        changes: Sequence[Change] = [self._store.bookings.forget(booking)]
        if booking.state is BookingState.BOOKED and publication.shown(self._clock()):
            gone = self._store.bookings.forget(booking, state=BookingState.CANCELLED)
            changes = [given_back(self._store, publication, booking), gone]
        await self._now(changes, self._line("booking.erased", booking, by, seat=booking.seat, reason=reason))

    def _booking(self, publication: Publication, seat: int, *, name: str, phone: str, matter: str, by: Doer) -> Booking:
        now, day = self._clock(), publication.reception.day
        return Booking(
            id=uuid.uuid4().hex,
            reception_id=publication.id,
            day=day,
            seat=seat,
            name=name,
            phone=phone,
            matter=matter,
            booked_by=by.name,
            created_at=now,
            reminded=told_already(day, now),
        )

    async def _entry(self, publication: Publication, booking: Booking) -> OutboxEntry | None:
        if not is_mainland_mobile(booking.phone):
            return None
        reception, text = publication.reception, words.booked(publication.reception, booking)
        return await self._teller.entry(booking, text, reception=reception, state="已预约", now=self._clock())

    async def _now(self, changes: Sequence[Change], line: AuditLine, entry: OutboxEntry | None = None) -> None:
        try:
            await self._commit(changes, line, entry)
        except Conflict:
            raise NotNow from None

    async def _commit(self, changes: Sequence[Change], line: AuditLine, entry: OutboxEntry | None) -> None:
        sent = [] if entry is None else [entry]
        await self._store.audited([*changes, *map(self._store.outbox.put, sent)], line)
        await self._kick([each.id for each in sent])

    def _line(self, action: str, booking: Booking, by: Doer, **details: object) -> AuditLine:
        now = self._clock()
        return AuditLine(at=now, actor=by.id, name=by.name, action=action, target=booking.reception_id, details=details)
