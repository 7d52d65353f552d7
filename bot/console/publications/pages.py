"""The pages: a list of each kind, the form, one of them with its steps, and who booked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot import masking
from bot.access.permissions import Permission
from bot.clocks.calendar import SHANGHAI
from bot.console.form_keys import new_key
from bot.console.notices.reach import units_of
from bot.console.publications.parts import PATHS, PublicationParts, publication_of
from bot.console.routes import Call
from bot.publishing import words
from bot.publishing.forms import LONGEST, MOST_PLACES, as_form
from storage.audit import AuditLine
from storage.errors import BadCursor
from storage.publication_records import (
    Booking,
    BookingState,
    Publication,
    PublicationKind,
    PublicationState,
    Reception,
)

_PAGE = 30
_LONGEST_REASON = 200
_BADGES = {PublicationState.DRAFT: "yellow", PublicationState.PUBLISHED: "green", PublicationState.WITHDRAWN: ""}
_BOOKING_BADGES = {BookingState.BOOKED: "", BookingState.CAME: "green", BookingState.MISSED: "yellow"}


class PublicationPages:
    """What is looked at, of one kind."""

    def __init__(self, parts: PublicationParts, kind: PublicationKind) -> None:
        self._parts = parts
        self._kind = kind
        self._path = PATHS[kind]

    async def list(self, call: Call) -> web.StreamResponse:
        units, cursor, store = units_of(call.viewer), call.query.get("cursor") or None, self._parts.store.publications
        try:
            page = await store.list(self._kind, units=units, limit=_PAGE, cursor=cursor)
        except BadCursor:
            page = await store.list(self._kind, units=units, limit=_PAGE)
        now = self._parts.clock()
        return call.page(
            "publications/list.html",
            **self._common(call),
            rows=[(each, *_state(each, shown=each.shown(now))) for each in page.items],
            words=words,
            more=urlencode({"cursor": page.next_cursor}) if page.next_cursor else "",
            later=bool(cursor),
        )

    async def new(self, call: Call) -> web.StreamResponse:
        """The form, empty or with what another says (``?from=``)."""
        other = await self._parts.store.publications.get(call.query.get("from", ""))
        known = other is not None and other.kind is self._kind and other.unit in units_of(call.viewer)
        today = self._parts.clock().astimezone(SHANGHAI).date().isoformat()
        start = {"day": today} if self._kind is PublicationKind.CLARIFICATION else {}
        form = as_form(other.content) if other is not None and known else start
        return self.form(call, {**form, "opens_at": "", "closes_at": ""} if known else form)

    async def edit(self, call: Call) -> web.StreamResponse:
        """The form of a published reception day's change."""
        publication = await publication_of(self._parts, call, self._kind)
        return self.form(call, as_form(publication.change or publication.content), changes=publication)

    def form(
        self, call: Call, form: Mapping[str, str], problem: str = "", *, changes: Publication | None = None
    ) -> web.StreamResponse:
        """The form as it was filled, and what is wrong with it; ``changes``: what it is to change."""
        return call.page(
            f"publications/{self._kind.value}_form.html",
            status=422 if problem else 200,
            **self._common(call),
            form={**dict.fromkeys(_FIELDS, ""), **form},
            problem=problem,
            once=new_key(),
            longest=LONGEST,
            most_places=MOST_PLACES,
            changes=changes,
        )

    async def one(self, call: Call) -> web.StreamResponse:
        return await self.again(call, await publication_of(self._parts, call, self._kind))

    async def reveal(self, call: Call) -> web.StreamResponse:
        """Who booked, in full, on this one page, to be printed; who looked, and why, stands in the audit log."""
        publication = await publication_of(self._parts, call, self._kind)
        reason = (await call.form()).get("reason", "")[:_LONGEST_REASON]
        if not reason:
            return await self.again(call, publication, "请填写查看的原因")
        by = call.viewer.by
        line = AuditLine(
            at=self._parts.clock(),
            actor=by.id,
            name=by.name,
            action="booking.revealed",
            target=publication.id,
            details={"reason": reason},
        )
        await self._parts.store.audit.add(line)
        return await self.again(call, publication, full=True)

    async def again(
        self, call: Call, publication: Publication, problem: str = "", *, full: bool = False
    ) -> web.StreamResponse:
        """One as it stands, and what kept a step from being done."""
        viewer, now = call.viewer, self._parts.clock()
        label, badge = _state(publication, shown=publication.shown(now))
        return call.page(
            f"publications/{self._kind.value}.html",
            status=422 if problem else 200,
            **self._common(call),
            one=publication,
            said=publication.content,
            label=label,
            badge=badge,
            shown=publication.shown(now),
            words=words,
            problem=problem,
            own=viewer.member.id in publication.authors,
            may_approve=viewer.may(Permission.APPROVE_NOTICES),
            may_receive=viewer.may(Permission.RECEPTIONS),
            may_reveal=viewer.may(Permission.RECEPTIONS) and viewer.may(Permission.REVEAL),
            may_erase=viewer.may(Permission.PERSONS),
            full=full,
            on_day=_on_day(publication, now),
            **await self._bookings(call, publication, full=full),
        )

    async def _bookings(self, call: Call, publication: Publication, *, full: bool) -> Mapping[str, Any]:
        if self._kind is not PublicationKind.RECEPTION or not call.viewer.may(Permission.RECEPTIONS):
            return {"lines": [], "given_back": 0}
        found = await self._parts.store.bookings.of_reception(publication.id)
        lines = [_line(each, full=full) for each in found if each.state is not BookingState.CANCELLED]
        return {"lines": lines, "given_back": len(found) - len(lines)}

    def _common(self, call: Call) -> Mapping[str, Any]:
        return {
            "kind": self._kind.label,
            "path": f"/console{self._path}",
            "may_write": call.viewer.may(Permission.WRITE_NOTICES),
            "public": f"{self._parts.public_url}/notices",
        }


_FIELDS: Sequence[str] = (
    *("question", "answer", "source", "day", "until"),
    *("leader", "post", "matters", "place", "begins", "ends", "places", "opens_at", "closes_at", "reason"),
)


def _state(publication: Publication, *, shown: bool) -> tuple[str, str]:
    """What the state is called, and its colour; past its last day it is public no more."""
    state = publication.state
    if state is PublicationState.PUBLISHED and not shown:
        return "已结束" if publication.kind is PublicationKind.RECEPTION else "已到期", ""
    if state is PublicationState.PUBLISHED and publication.change is not None:
        return "更改待审批", "yellow"
    return state.label, _BADGES[state]


def _on_day(publication: Publication, now: datetime) -> bool:
    """Whether it may be known who came: from the morning of the day on."""
    content = publication.content
    return isinstance(content, Reception) and now.astimezone(SHANGHAI).date() >= content.day


def _line(booking: Booking, *, full: bool) -> Mapping[str, object]:
    who = booking.name if full else masking.name(booking.name)
    return {
        "id": booking.id,
        "seat": booking.seat,
        "name": who or "（已删除）",
        "phone": booking.phone if full else masking.phone(booking.phone),
        "matter": booking.matter if full else masking.text(booking.matter, person=booking.name),
        "case": booking.case_number,
        "by": f"{booking.booked_by} 代约" if booking.booked_by else "本人预约",
        "state": booking.state,
        "badge": _BOOKING_BADGES.get(booking.state, ""),
        "erased": booking.erased,
    }
