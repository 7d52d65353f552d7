"""The day before a reception day, in daytime, everybody who booked is reminded, once.

The message and the note that it is written are one commit, which holds on the booking as it was read: of several
workers one writes it, and a booking that is given back at that moment is not reminded of.
"""

import asyncio
from datetime import timedelta

import structlog

from bot.clocks.calendar import SHANGHAI
from bot.kick import Kick
from bot.periodic import repeatedly
from bot.publishing import words
from bot.publishing.telling import Teller
from channels.base import Clock
from storage.errors import Conflict
from storage.publication_records import Booking, BookingState, Publication, PublicationKind
from storage.store import Store

FROM_HOUR, TO_HOUR = 9, 20
_LOOK_S = 60.0


class Reminders:
    """Looks who is to be reminded. Any number of workers may."""

    def __init__(self, *, store: Store, teller: Teller, clock: Clock, kick: Kick) -> None:
        self._store = store
        self._teller = teller
        self._clock = clock
        self._kick = kick

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``."""
        await repeatedly(self.look, stop, name="reminders", seconds=_LOOK_S)

    async def look(self) -> int:
        """Remind of tomorrow; give how many were reminded.

        Raises:
            StorageError: some were not; look again.
        """
        now = self._clock()
        local = now.astimezone(SHANGHAI)
        if not FROM_HOUR <= local.hour < TO_HOUR:
            return 0
        tomorrow = local.date() + timedelta(days=1)
        done = 0
        for publication in await self._store.publications.shown(PublicationKind.RECEPTION, now):
            if publication.reception.day != tomorrow:
                continue
            for booking in await self._store.bookings.of_reception(publication.id):
                if booking.state is BookingState.BOOKED and booking.reminded != tomorrow.isoformat():
                    done += await self._remind(publication, booking)
        if done:
            structlog.get_logger().info("reminders.sent", count=done)
        return done

    async def _remind(self, publication: Publication, booking: Booking) -> bool:
        now, reception = self._clock(), publication.reception
        text = words.reminded(reception, booking)
        entry = await self._teller.entry(booking, text, reception=reception, state="明天接待", now=now)
        noted = self._store.bookings.change(booking, reminded=reception.day.isoformat())
        try:
            await self._store.committer.commit([noted, *([self._store.outbox.put(entry)] if entry else [])])
        except Conflict:  # another worker wrote it, or it was given back
            return False
        if entry is not None:
            await self._kick([entry.id])
        return entry is not None
