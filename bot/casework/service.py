"""What staff and other systems do to cases: each thing is one commit of case, timeline and notices."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog

from bot.casework import handing
from bot.casework.announcing import Wording, notices_for
from bot.casework.draft import Draft, case_of
from bot.casework.following import following
from bot.casework.links import CaseLinks
from bot.casework.notices import Notice, Told, news, progress, registered
from bot.casework.satisfaction import survey_after, with_question
from bot.kick import Kick
from bot.local_time import day
from channels.base import Clock
from dialogs.ports import Randomness
from storage.attachment_records import Attachment
from storage.cases import (
    Actor,
    Assignment,
    Case,
    CaseState,
    EntryKind,
    TimelineEntry,
)
from storage.commit import Change
from storage.errors import Conflict
from storage.records import OutboxEntry
from storage.store import Store

__all__ = [
    "TRIES",
    "AlsoCreated",
    "AlsoMoved",
    "Casework",
    "Created",
    "Draft",
    "NoSuchCase",
    "NoSuchConversation",
]

TRIES = 4
"""How often a change is decided anew when somebody else changed the case first."""


class NoSuchCase(Exception):
    """There is no case of this number."""


class NoSuchConversation(Exception):
    """The filer's conversation is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A new case and its query code, which is told now and kept hashed."""

    case: Case
    code: str = field(repr=False)


AlsoCreated = Callable[[Created], Sequence[Change]]
AlsoMoved = Callable[[Case], Sequence[Change]]


class Casework:
    """Creates and changes cases. ``also`` in its methods adds changes to the same commit."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        chance: Randomness,
        office: str,
        kick: Kick,
        links: CaseLinks | None = None,
    ) -> None:
        self._links = links
        self._store = store
        self._clock = clock
        self._chance = chance
        self._office = office
        self._kick = kick

    async def create(
        self,
        draft: Draft,
        *,
        actor: Actor,
        key: str,
        code: str = "",
        also: AlsoCreated | None = None,
    ) -> Created:
        """Write down a new case; ``key`` ties its number to the request, so that a repeat draws none.

        The filer's conversation, where there is one, follows the case and is told number and query code. ``code``: the
        query code, where whoever asks must know it again; else chance gives it.

        Raises:
            NoSuchConversation: the filer's conversation does not exist.
            AlreadyThere: the request was served before.
            StorageError: nothing was written, or (``StorageAway``) perhaps all of it.
        """
        now = self._clock()
        await self._check_conversation(draft.filer.conversation_id)
        number = await self._store.numbers.draw(message_id=key, at=now)
        created = Created(case=case_of(draft, number, now), code=code or self._chance.query_code())
        note = f"{day(draft.received_at)}收到" if draft.received_at else ""
        entry = TimelineEntry(at=now, actor=actor, kind=EntryKind.FILED, note=note, public=True)
        changes = self._store.cases.create(created.case, created.code, entry)
        entries = await notices_for(
            self._store,
            created.case,
            lambda _own: registered(created.case, created.code, at=now),
            seq=created.case.last_seq,
            at=now,
            links=self._links,
        )
        await self._commit(changes, entries, also(created) if also else ())
        structlog.get_logger().info("case.created", case=number, by=actor.kind.value)
        return created

    async def move(
        self,
        number: str,
        *,
        to: CaseState,
        actor: Actor,
        note: str = "",
        public: bool = True,
        ground: str | None = None,
        elsewhere: str | None = None,
        unit: str | None = None,
        answer: str | None = None,
        also: AlsoMoved | None = None,
    ) -> Case:
        """Move a case on; a public step is told to every follower, an internal one to nobody.

        Raises:
            NoSuchCase: the number is unknown.
            IllegalMove: the case cannot go there from where it is now; the error carries what is lawful.
            Conflict: others changed the case again and again meanwhile.
        """
        found = (await self._store.units.tree()).find(unit) if unit else None
        named = found.name if found else unit or ""
        told = Told(note=note, ground=ground or "", elsewhere=elsewhere or "", unit=named, answer=answer or "")

        async def step(case: Case, now: datetime) -> _Step:
            code = found.id if found else ""
            move = partial(self._moved, to=to, told=told, actor=actor, public=public, now=now, unit_id=code)
            made = await move(case)
            return made.joined([await move(each) for each in await following(self._store, case, to, public)])

        moved = await self._change(number, step, also)
        structlog.get_logger().info("case.moved", case=number, to=to.value, public=public, by=actor.kind.value)
        return moved

    async def note(
        self, number: str, *, actor: Actor, note: str, public: bool = False, also: AlsoMoved | None = None
    ) -> Case:
        """Add words of staff to the timeline; public ones are told to every follower.

        Raises:
            NoSuchCase: the number is unknown.
            Conflict: others changed the case again and again meanwhile.
        """

        async def step(case: Case, now: datetime) -> _Step:
            entry = TimelineEntry(at=now, actor=actor, kind=EntryKind.NOTED, note=note, public=public)
            changes = self._store.cases.append(case, entry)
            return await self._step(
                case, changes, now, public=public, wording=lambda own: news(case, note, at=now, own=own)
            )

        noted = await self._change(number, step, also)
        structlog.get_logger().info("case.noted", case=number, public=public, by=actor.kind.value)
        return noted

    async def hand(
        self, number: str, file: Attachment, *, actor: Actor, note: str = "", also: AlsoMoved | None = None
    ) -> Case:
        """Make ``file`` the case's, given by staff; a public one is sent to the filer, and to nobody else.

        Raises:
            NoSuchCase: the number is unknown.
            Conflict: others changed the case again and again meanwhile, or the file was dropped.
        """

        async def step(case: Case, now: datetime) -> _Step:
            entry = handing.entered(file, actor=actor, note=note, at=now)
            changes = [*self._store.cases.append(case, entry), self._store.attachments.tie(file, [number], now=now)]
            made = await self._step(
                case, changes, now, public=False, wording=lambda own: news(case, "", at=now, own=own)
            )
            told = await handing.sent_to_filer(self._store, made.case, file, note=note, at=now, links=self._links)
            return replace(made, entries=told)

        handed = await self._change(number, step, also)
        structlog.get_logger().info("case.handed", case=number, public=file.public, by=actor.kind.value)
        return handed

    async def resend(self, entry_id: str) -> None:
        """Send a dead letter after all.

        Raises:
            Conflict: the entry is not dead.
        """
        await self._store.outbox.replay(entry_id, self._clock())
        await self._kick([entry_id])

    async def _moved(
        self, case: Case, *, to: CaseState, told: Told, actor: Actor, public: bool, now: datetime, unit_id: str
    ) -> "_Step":
        entry = TimelineEntry(at=now, actor=actor, kind=EntryKind.MOVED, note=told.for_timeline(), public=public)
        assignments = _assigned(case, to, told, now, unit_id)
        # A new answer is graded afresh.
        grade = None if to is CaseState.ANSWERED else case.satisfaction
        survey = survey_after(case, to, public=public, at=now)
        changes = self._store.cases.move(case, to, entry, assignments=assignments, satisfaction=grade, survey=survey)
        after = replace(case, state=to, assignments=assignments, satisfaction=grade, survey=survey)

        def wording(own: bool) -> Notice:
            return with_question(progress(after, told, at=now, own=own, office=self._office), after, own=own)

        return await self._step(after, changes, now, public=public, wording=wording)

    async def _step(
        self,
        after: Case,
        changes: Sequence[Change],
        now: datetime,
        *,
        public: bool,
        wording: Wording,
    ) -> "_Step":
        seq = after.last_seq + 1
        entries: Sequence[OutboxEntry] = ()
        if public:
            entries = await notices_for(self._store, after, wording, seq=seq, at=now, links=self._links)
        grown = replace(after, version=after.version + 1, last_seq=seq, updated_at=now)
        return _Step(case=grown, changes=changes, entries=entries)

    async def _change(
        self,
        number: str,
        step: Callable[[Case, datetime], Awaitable["_Step"]],
        also: AlsoMoved | None,
    ) -> Case:
        """Load, decide, commit; where somebody was faster, load again and decide anew."""
        for tries_left in reversed(range(TRIES)):
            case = await self._store.cases.get(number)
            if case is None:
                raise NoSuchCase(number)
            made = await step(case, self._clock())
            try:
                await self._commit(made.changes, made.entries, also(made.case) if also else ())
            except Conflict:
                if not tries_left:
                    raise
            else:
                return made.case
        raise AssertionError  # pragma: no cover - the last try returns or raises

    async def _commit(self, changes: Sequence[Change], entries: Sequence[OutboxEntry], also: Sequence[Change]) -> None:
        await self._store.committer.commit([*changes, *map(self._store.outbox.put, entries), *also])
        if entries:
            await self._kick([entry.id for entry in entries])

    async def _check_conversation(self, conversation_id: str | None) -> None:
        if conversation_id is not None and await self._store.conversations.get(conversation_id) is None:
            raise NoSuchConversation(conversation_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A case as it will be, what makes it so, and who is told."""

    case: Case
    changes: Sequence[Change]
    entries: Sequence[OutboxEntry]

    def joined(self, others: Sequence["_Step"]) -> "_Step":
        """With what happens to ``others`` in the same commit."""
        changes = [change for each in (self, *others) for change in each.changes]
        return replace(self, changes=changes, entries=[entry for each in (self, *others) for entry in each.entries])


def _assigned(case: Case, to: CaseState, told: Told, now: datetime, unit_id: str) -> tuple[Assignment, ...]:
    """The units that handle the case: the first leads (主办), later ones assist (协办); each stands there once."""
    known = {each.unit for each in case.assignments}
    if to is not CaseState.ASSIGNED or not told.unit or told.unit in known:
        return case.assignments
    added = Assignment(unit=told.unit, at=now, lead=not case.assignments, note=told.note, unit_id=unit_id)
    return (*case.assignments, added)
