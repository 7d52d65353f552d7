"""What a turn resulted in, as changes for the turn's one transaction. Nothing is written here.

What the person does in the conversation is answered there by the turn's reply: it makes no notice to themselves, but
it does to everybody else who follows the case. Whether a move is lawful is decided again, on the case as it is now.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from bot.casework.announcing import notices_for
from bot.casework.notices import Notice, Told, progress
from bot.casework.satisfaction import still_counts
from bot.casework.settled import Settled, following, unlinked
from bot.publishing.booking import booking_changes
from dialogs.outcome import (
    AddToCase,
    Attachment,
    BookReception,
    CallPerson,
    CancelBooking,
    Effect,
    FileCase,
    FollowTopic,
    RateCase,
    RecordConsent,
    UnfollowTopic,
    Unlink,
    WithdrawCase,
)
from dialogs.reasons import has_reason, words_of
from storage.aftercare import CONTENT_FROM
from storage.cases import (
    Actor,
    ActorKind,
    Case,
    CaseAttachment,
    CaseState,
    EntryKind,
    Filer,
    Source,
    TimelineEntry,
    lawful_moves,
)
from storage.commit import Change
from storage.errors import IllegalMove
from storage.records import Call, Conversation, OutboxEntry
from storage.store import Store


class EffectRefused(Exception):
    """The case is not this person's, not there, or was moved on meanwhile: the turn must be made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A case, the changes made to it, and the notices that tell of them."""

    changes: Sequence[Change]
    entries: Sequence[OutboxEntry] = ()


async def changes_for(
    effects: Sequence[Effect], *, conversation: Conversation, store: Store, now: datetime, office: str
) -> Settled:
    """Turn ``effects`` into changes; ``office`` names who accepts and answers.

    Raises:
        EffectRefused: a case is not the person's, or cannot move so any more.
        StorageError: a case could not be read; Conflict: a place that was booked is not free any more.
    """
    settler = _Settler(conversation=conversation, store=store, now=now, office=office)
    settled = Settled()
    try:
        for effect in _one_for_each_case(effects):
            settled = await settler.settle(settled, effect)
    except IllegalMove as error:
        # No Conflict for the caller: what the dialog wants unlawfully must not be repeated for ever.
        raise EffectRefused(str(error)) from error
    return settled


def _one_for_each_case(effects: Sequence[Effect]) -> Sequence[Effect]:
    """The effects with the additions to one case made one: a commit changes each case once.

    Raises:
        EffectRefused: two different things are to happen to one case.
    """
    merged: dict[str, Effect] = {}
    for place, effect in enumerate(effects):
        number = getattr(effect, "number", str(place))
        before = merged.get(number)
        if isinstance(before, AddToCase) and isinstance(effect, AddToCase):
            merged[number] = _together(before, effect)
        elif before is not None:
            raise EffectRefused(number)
        else:
            merged[number] = effect
    return list(merged.values())


def _together(first: AddToCase, second: AddToCase) -> AddToCase:
    return replace(
        first,
        text="\n".join(text for text in (first.text, second.text) if text),
        attachments=(*first.attachments, *second.attachments),
        message_ids=(*first.message_ids, *second.message_ids),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settler:
    conversation: Conversation
    store: Store
    now: datetime
    office: str

    async def settle(self, settled: Settled, effect: Effect) -> Settled:
        match effect:
            case RecordConsent():
                return replace(settled, consent_version=effect.version, consent_sensitive=effect.sensitive)
            case Unlink():
                return unlinked(settled, self.conversation, self.store, self.now)
            case FollowTopic() | UnfollowTopic():
                return following(settled, effect, self.conversation)
            case BookReception() | CancelBooking():
                done = _Change(changes=await self._booked(effect))
            case _:
                done = await self._change(effect)
        return replace(
            settled,
            changes=(*settled.changes, *done.changes, *map(self.store.outbox.put, done.entries)),
            kick=(*settled.kick, *(entry.id for entry in done.entries)),
        )

    async def _booked(self, effect: BookReception | CancelBooking) -> Sequence[Change]:
        return await booking_changes(effect, conversation=self.conversation, store=self.store, now=self.now)

    async def _change(self, effect: FileCase | AddToCase | WithdrawCase | RateCase | CallPerson) -> _Change:
        match effect:
            case FileCase():
                return self._file(effect)
            case AddToCase():
                return await self._add(effect)
            case WithdrawCase():
                return await self._withdraw(effect)
            case RateCase():
                return await self._rate(effect)
            case CallPerson():
                return self._call(effect)

    def _file(self, effect: FileCase) -> _Change:
        entry = self._entry(EntryKind.FILED)
        return _Change(changes=self.store.cases.create(self._case(effect), effect.code, entry))

    def _case(self, effect: FileCase) -> Case:
        address = self.conversation.address
        source = Source(channel=address.channel, account=address.account, message_ids=effect.message_ids)
        return Case(
            number=effect.number,
            title=effect.title,
            content=effect.content,
            type=effect.type,
            category=effect.category,
            place=effect.place,
            district=effect.district,
            latitude=effect.latitude,
            longitude=effect.longitude,
            since=effect.since,
            happened_from=effect.happened_from,
            happened_to=effect.happened_to,
            filer=self._filer(effect),
            anonymous=effect.anonymous,
            confidential=effect.confidential,
            accusation=effect.accusation,
            urgency=effect.urgency,
            attachments=_attachments(effect.attachments),
            source=source,
            followers=(self.conversation.id,),
            created_at=self.now,
            updated_at=self.now,
        )

    def _filer(self, effect: FileCase) -> Filer:
        """Who files; somebody who stays anonymous leaves neither name nor identity number."""
        if effect.anonymous:
            return Filer(conversation_id=self.conversation.id, phone=effect.phone, on_behalf_of=effect.on_behalf_of)
        return Filer(
            conversation_id=self.conversation.id,
            name=effect.name,
            phone=effect.phone,
            id_number=effect.id_number,
            on_behalf_of=effect.on_behalf_of,
        )

    async def _add(self, effect: AddToCase) -> _Change:
        """Add words or pictures; the filer's may move the case on: what was asked for, or why they are not content."""
        case = await self._followed(effect.number)
        attachments = _attachments(effect.attachments)
        to = _moved_by_addition(case) if case.filer.conversation_id in await self._kin(case) else None
        if to is not None:
            return await self._move(case, to, note=effect.text, attachments=attachments)
        entry = self._entry(EntryKind.ADDED, note=effect.text, attachments=attachments)
        return _Change(changes=self.store.cases.append(case, entry))

    async def _withdraw(self, effect: WithdrawCase) -> _Change:
        return await self._move(await self._own(effect.number), CaseState.WITHDRAWN, note=effect.reason)

    async def _rate(self, effect: RateCase) -> _Change:
        """A good grade accepts the answer; a bad one with a reason opens the case again; else it is noted.

        When its time has run out a grade is none any more, but that something is not solved is always heard.
        """
        case = await self._own(effect.number)
        words, lawful = words_of(effect.words), lawful_moves(case.state)
        content = effect.grade >= CONTENT_FROM
        if content and not still_counts(case, self.now):
            raise EffectRefused(case.number)
        if not content and has_reason(words) and CaseState.REOPENED in lawful:
            return await self._move(case, CaseState.REOPENED, note=words, grade=effect.grade)
        if content and CaseState.CLOSED in lawful:
            return await self._move(case, CaseState.CLOSED, note=words, grade=effect.grade)
        entry = self._entry(EntryKind.RATED, note=words)
        return _Change(changes=self.store.cases.append(case, entry, satisfaction=effect.grade))

    async def _move(
        self,
        case: Case,
        to: CaseState,
        *,
        note: str,
        attachments: tuple[CaseAttachment, ...] = (),
        grade: int | None = None,
    ) -> _Change:
        """The person's own move. Their words stay out of the notices to others: those may be strangers."""
        entry = self._entry(EntryKind.MOVED, note=note, attachments=attachments)
        sets: dict[str, Any] = {} if grade is None else {"satisfaction": grade}
        if to is CaseState.REOPENED:
            sets["survey"] = None
        changes = self.store.cases.move(case, to, entry, **sets)
        moved = replace(case, state=to)
        wording = partial(_told_to_others, moved, self.now, self.office)
        entries = await notices_for(
            self.store, moved, wording, seq=case.last_seq + 1, at=self.now, besides=self.conversation.id
        )
        return _Change(changes=changes, entries=entries)

    def _call(self, effect: CallPerson) -> _Change:
        call = Call(
            id=uuid.uuid4().hex,
            conversation_id=self.conversation.id,
            reason=effect.reason,
            danger=effect.danger,
            at=self.now,
        )
        return _Change(changes=[self.store.calls.add(call)])

    def _entry(self, kind: EntryKind, *, note: str = "", attachments: tuple[CaseAttachment, ...] = ()) -> TimelineEntry:
        actor = Actor(kind=ActorKind.RESIDENT)
        return TimelineEntry(at=self.now, actor=actor, kind=kind, note=note, public=True, attachments=attachments)

    async def _followed(self, number: str) -> Case:
        case = await self.store.cases.get(number)
        if case is None or (await self._kin(case)).isdisjoint(case.followers):
            raise EffectRefused(number)
        return case

    async def _own(self, number: str) -> Case:
        case = await self._followed(number)
        if case.filer.conversation_id not in await self._kin(case):
            raise EffectRefused(number)
        return case

    async def _kin(self, case: Case) -> set[str]:
        """The conversations of the person who speaks; an accusation is known in its own alone."""
        contact_id = self.conversation.contact_id
        if contact_id is None or case.accusation or self.conversation.id == case.filer.conversation_id:
            return {self.conversation.id}
        return {self.conversation.id, *await self.store.contacts.conversations(contact_id)}


def _moved_by_addition(case: Case) -> CaseState | None:
    if case.state is CaseState.NEEDS_INFO:
        return CaseState.SUBMITTED
    dissatisfied = case.satisfaction is not None and case.satisfaction < CONTENT_FROM
    return CaseState.REOPENED if dissatisfied and CaseState.REOPENED in lawful_moves(case.state) else None


def _told_to_others(case: Case, now: datetime, office: str, own: bool) -> Notice:
    return progress(case, Told(), at=now, own=own, office=office)


def _attachments(given: Sequence[Attachment]) -> tuple[CaseAttachment, ...]:
    return tuple(CaseAttachment(message_id=each.message_id, kind=each.kind, media_id=each.media_id) for each in given)
