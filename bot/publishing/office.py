"""What staff do with clarifications and reception days: write, let pass, change, withdraw. Each step is audited."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.broadcasts.office import Doer
from bot.kick import Kick
from bot.publishing import words
from bot.publishing.booking import told_already
from bot.publishing.errors import NotNow, OwnWords, PublishRefused
from bot.publishing.telling import Teller
from channels.base import Clock
from storage.audit import AuditLine
from storage.commit import Change
from storage.errors import AlreadyThere, Conflict
from storage.publication_records import (
    Booking,
    BookingState,
    Clarification,
    Publication,
    PublicationKind,
    PublicationState,
    Reception,
)
from storage.records import OutboxEntry
from storage.store import Store

_LONGEST_REASON = 60


class PublicationOffice:
    """The steps."""

    def __init__(self, *, store: Store, teller: Teller, clock: Clock, kick: Kick) -> None:
        self._store = store
        self._teller = teller
        self._clock = clock
        self._kick = kick

    async def write(
        self,
        content: Clarification | Reception,
        *,
        by: Doer,
        id: str | None = None,  # noqa: A002 - what it is
    ) -> Publication:
        """Keep a draft; under the same ``id`` once: what is there already is given as it stands."""
        there = await self._store.publications.get(id) if id is not None else None
        if there is not None:
            return there
        kind = PublicationKind.RECEPTION if isinstance(content, Reception) else PublicationKind.CLARIFICATION
        publication = Publication(
            id=id or uuid.uuid4().hex,
            kind=kind,
            state=PublicationState.DRAFT,
            content=content,
            authors=(by.id,),
            author_name=by.name,
            unit=by.unit,
            created_at=self._clock(),
        )
        line = self._line("written", publication, by)
        with suppress(AlreadyThere):  # its twin was a moment quicker
            await self._store.audited([self._store.publications.put(publication)], line)
        return publication

    async def approve(self, publication: Publication, *, by: Doer) -> Publication:
        """Publish a draft, or put a change in force and tell everybody who booked.

        Raises:
            OwnWords, NotNow
        """
        if by.id in publication.authors:
            raise OwnWords
        if publication.change is not None and publication.state is PublicationState.PUBLISHED:
            return await self._moved(publication, publication.change, by)
        now = self._clock()
        if publication.state is not PublicationState.DRAFT:
            raise NotNow
        if now >= _last_moment(publication):
            raise NotNow("已经过期，不能公布了，请重新写一条")
        facts = {"state": PublicationState.PUBLISHED, "approver_name": by.name, "approved_at": now}
        return await self._told(publication, [], [], facts, self._line("published", publication, by))

    async def change(self, publication: Publication, after: Reception, *, reason: str, by: Doer) -> Publication:
        """Write how a published reception day is to be; somebody else lets it pass.

        Raises:
            NotNow
            PublishRefused: there are fewer places than are booked, or nothing was changed.
        """
        if publication.state is not PublicationState.PUBLISHED or not publication.shown(self._clock()):
            raise NotNow
        if after == publication.content:
            raise PublishRefused("day", "和原来一样，没有改动")
        if after.places < max((*publication.seats, 0)):
            raise PublishRefused("places", f"已经约到第 {max(publication.seats)} 号，名额不能少于这个数")
        authors = tuple(dict.fromkeys((*publication.authors, by.id)))
        facts = {"change": after, "change_reason": reason[:_LONGEST_REASON], "authors": authors}
        return await self._told(publication, [], [], facts, self._line("change_written", publication, by))

    async def withdraw(self, publication: Publication, *, reason: str, by: Doer) -> Publication:
        """Take it off everywhere; everybody who booked is told.

        Raises:
            NotNow
        """
        if publication.state is PublicationState.WITHDRAWN:
            raise NotNow
        now, told = self._clock(), reason[:_LONGEST_REASON]
        line = self._line("withdrawn", publication, by, reason=told)
        facts = {"state": PublicationState.WITHDRAWN, "withdrawn_at": now, "reason": told, "change": None}
        if publication.kind is PublicationKind.CLARIFICATION or not publication.shown(now):
            return await self._told(publication, [], [], facts, line)
        reception, changes, entries = publication.reception, list[Change](), list[OutboxEntry | None]()
        for booking in await self._booked(publication):
            changes.append(self._store.bookings.change(booking, state=BookingState.CANCELLED))
            text = words.called_off(reception, told)
            entries.append(await self._teller.entry(booking, text, reception=reception, state="已取消", now=now))
        return await self._told(publication, changes, entries, {**facts, "seats": ()}, line)

    async def _moved(self, publication: Publication, after: Reception, by: Doer) -> Publication:
        now, before = self._clock(), publication.reception
        if now >= after.begins_at:
            raise NotNow("更改后的时间已经过了，请重新写")
        line = self._line("changed", publication, by, reason=publication.change_reason)
        changes, entries = list[Change](), list[OutboxEntry | None]()
        matters = (before.day, before.begins, before.ends, before.place, before.leader, before.post)
        if matters != (after.day, after.begins, after.ends, after.place, after.leader, after.post):
            for booking in await self._booked(publication):
                reminded = told_already(after.day, now)
                changes.append(self._store.bookings.change(booking, day=after.day, reminded=reminded))
                text = words.moved(before, after, booking)
                entries.append(await self._teller.entry(booking, text, reception=after, state="有变动", now=now))
        facts = {"content": after, "change": None, "change_reason": "", "approver_name": by.name, "approved_at": now}
        return await self._told(publication, changes, entries, facts, line)

    async def _told(
        self,
        publication: Publication,
        changes: Sequence[Change],
        entries: Sequence[OutboxEntry | None],
        facts: Mapping[str, Any],
        line: AuditLine,
    ) -> Publication:
        """One commit: what changes, and what tells of it. Nobody books in between: the version holds."""
        sent = [entry for entry in entries if entry is not None]
        change = self._store.publications.change(publication, **facts)
        try:
            done = [change, *changes, *map(self._store.outbox.put, sent)]
            await self._store.audited(done, line)
        except Conflict:
            raise NotNow from None
        if sent:
            await self._kick([entry.id for entry in sent])
        return await self._store.publications.get(publication.id) or publication

    async def _booked(self, publication: Publication) -> Sequence[Booking]:
        found = await self._store.bookings.of_reception(publication.id)
        return [each for each in found if each.state is BookingState.BOOKED]

    def _line(self, step: str, publication: Publication, by: Doer, **details: object) -> AuditLine:
        action = f"{publication.kind.value}.{step}"
        return AuditLine(
            at=self._clock(), actor=by.id, name=by.name, action=action, target=publication.id, details=details
        )


def _last_moment(publication: Publication) -> datetime:
    content = publication.content
    return content.begins_at if isinstance(content, Reception) else content.shown_until
