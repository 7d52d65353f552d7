"""What the pages of the publications work with, and which of them somebody sees."""

from dataclasses import dataclass

from aiohttp import web

from bot.access.permissions import Permission
from bot.console.notices.reach import units_of
from bot.console.routes import Call
from bot.publishing.desk import ReceptionDesk
from bot.publishing.office import PublicationOffice
from channels.base import Clock
from storage.publication_records import Booking, Publication, PublicationKind
from storage.store import Store

READERS = frozenset({Permission.WRITE_NOTICES, Permission.APPROVE_NOTICES, Permission.RECEPTIONS})
EDITORS = frozenset({Permission.WRITE_NOTICES, Permission.APPROVE_NOTICES})
PATHS = {PublicationKind.CLARIFICATION: "/clarifications", PublicationKind.RECEPTION: "/receptions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationParts:
    """``public_url``: where residents read what is published, "" where it is not known."""

    store: Store
    office: PublicationOffice
    desk: ReceptionDesk
    clock: Clock
    public_url: str = ""


async def publication_of(parts: PublicationParts, call: Call, kind: PublicationKind) -> Publication:
    """What the path names.

    Raises:
        HTTPNotFound: it is not there, or was written out of the viewer's reach.
    """
    found = await parts.store.publications.get(call.path["id"])
    if found is None or found.kind is not kind or found.unit not in units_of(call.viewer):
        raise web.HTTPNotFound
    return found


async def booking_of(parts: PublicationParts, call: Call, publication: Publication) -> Booking:
    """The booking that the path names, of ``publication``.

    Raises:
        HTTPNotFound: it is not there, or another's.
    """
    found = await parts.store.bookings.get(call.path["booking"])
    if found is None or found.reception_id != publication.id or found.erased:
        raise web.HTTPNotFound
    return found
