"""Booked places at reception days. Who booked is sealed; the phone has a twin by which it is found.

A place is taken in the same commit that notes it in its reception day (``Publications.change``), guarded by the version
that was read: there are never more bookings than places. What a person books of one day lies under unique keys of their
phone and of themselves: of two bookings in one instant, of whichever leaders and by whichever channels, one is made.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from storage.commit import Change, Insert, Update
from storage.driver import Database, Document
from storage.personal_data import Vault
from storage.publication_records import Booking, BookingState

BOOKINGS = "reception_bookings"
MOST_LISTED = 1_000
MOST_OF_ONE = 50
_PHONE = "booking phone"
_SEALED = ("name", "phone", "matter", "booked_by")
_PLAIN = ("reception_id", "seat", "case_number", "conversation_id", "created_at", "reminded", "erased")


class Bookings:
    """Who comes."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._bookings = database[BOOKINGS]
        self._vault = vault

    def add(self, booking: Booking, *, person: str = "") -> Change:
        """Give the change that keeps it. ``person``: the contact or conversation that books; "": the phone alone tells.

        Conflict: they, or their phone, have booked another place of that day.
        """
        keys = [person, self._vault.lookup(booking.phone, _PHONE).hex() if booking.phone else ""]
        holds = [f"{_iso(booking.day)}/{key}" for key in keys if key]
        document = self._document(booking) | ({"holds": holds} if holds else {})
        return Insert(collection=BOOKINGS, document=document, contended=True)

    def change(self, booking: Booking, **facts: Any) -> Change:
        """Give the change to ``facts``; Conflict: it is not as it was read (its state, or that it was reminded)."""
        document = {name: value for name, value in self._document(replace(booking, **facts)).items() if name != "_id"}
        guard = {"_id": booking.id, "state": booking.state.value, "reminded": booking.reminded}
        gone = {} if "phone_key" in document else {"phone_key": ""}
        # What the office moves to another day holds none: it must not fail because of what somebody booked there.
        if document["state"] != BookingState.BOOKED.value or document["day"] != _iso(booking.day) or document["erased"]:
            gone["holds"] = ""
        unset = {"$unset": gone} if gone else {}
        return Update(collection=BOOKINGS, filter=guard, update={"$set": document, **unset})

    async def get(self, id: str) -> Booking | None:  # noqa: A002 - what it is
        found = await self._bookings.find_one({"_id": id})
        return None if found is None else self._booking(found)

    async def of_reception(self, reception_id: str) -> Sequence[Booking]:
        """Give all of a reception day by their number, cancelled ones too."""
        where = {"reception_id": reception_id}
        found = await self._bookings.find(where, sort=(("seat", 1), ("created_at", 1)), limit=MOST_LISTED)
        return [self._booking(each) for each in found]

    async def of_person(self, conversations: Collection[str], *, phone: str = "", since: date) -> Sequence[Booking]:
        """Give what somebody booked for ``since`` or later: from these conversations, or with this phone."""
        either: list[Document] = [{"conversation_id": {"$in": sorted(conversations)}, "day": {"$gte": _iso(since)}}]
        if phone:
            either.append({"phone_key": {"$in": self._vault.lookups(phone, _PHONE)}, "day": {"$gte": _iso(since)}})
        found: dict[str, Document] = {}
        for where in either:  # each from its own index
            documents = await self._bookings.find(where, sort=(("day", 1),), limit=MOST_OF_ONE)
            found |= {each["_id"]: each for each in documents}
        return [self._booking(each) for each in sorted(found.values(), key=lambda each: (each["day"], each["_id"]))]

    async def over(self, *, before: date, limit: int) -> Sequence[Booking]:
        """Give those of days before, of whom it is still kept who they were."""
        where = {"erased": False, "day": {"$lt": _iso(before)}}
        found = await self._bookings.find(where, sort=(("day", 1),), limit=limit)
        return [self._booking(each) for each in found]

    def forget(self, booking: Booking, **facts: Any) -> Change:
        """Give the change that erases who it was, and to ``facts`` besides; that there was one stays."""
        nobody = {"name": "", "phone": "", "matter": "", "case_number": "", "conversation_id": None, "booked_by": ""}
        return self.change(booking, **nobody, erased=True, **facts)

    def _document(self, booking: Booking) -> Document:
        sealed = {name: getattr(booking, name) for name in _SEALED}
        return {
            "_id": booking.id,
            "state": booking.state.value,
            "day": _iso(booking.day),
            "sealed": self._vault.seal_json(sealed, f"{BOOKINGS}/{booking.id}"),
            **({"phone_key": self._vault.lookup(booking.phone, _PHONE)} if booking.phone else {}),
            **{name: getattr(booking, name) for name in _PLAIN},
        }

    def _booking(self, document: Mapping[str, Any]) -> Booking:
        return Booking(
            id=document["_id"],
            state=BookingState(document["state"]),
            day=date.fromisoformat(document["day"]),
            **self._vault.open_json(document["sealed"], f"{BOOKINGS}/{document['_id']}"),
            **{name: document[name] for name in _PLAIN},
        )


def _iso(day: date) -> str:
    return day.isoformat()
