"""The office's cases as one conversation may see them: what the dialog asks for (``dialogs.ports.Cases``)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from channels.base import Clock
from dialogs.ports import CaseStep, CaseView, TooManyTries
from storage.cases import Case, CaseState, EntryKind, TimelineEntry
from storage.errors import SlowDown
from storage.numbers import normalise
from storage.store import Store

CASES_SHOWN = 20

_LABELS = {
    EntryKind.FILED: "已登记",
    EntryKind.ADDED: "您的补充",
    EntryKind.NOTED: "办理情况",
    EntryKind.RATED: "您的评价",
    EntryKind.MERGED: "合并办理",
    EntryKind.EXTENDED: "延期",
}


class Casebook:
    """Reads cases; draws numbers."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def mine(self, conversation_id: str) -> Sequence[CaseView]:
        """The person's cases, newest first, with their public steps: those of this conversation and of its kin.

        Of the kin's a text message tells the state alone, and of an accusation nothing is told elsewhere.
        """
        kin, own = await asyncio.gather(
            self._store.contacts.kin(conversation_id),
            self._store.cases.of_conversation(conversation_id, limit=CASES_SHOWN),
        )
        cases = own if len(kin) == 1 else await self._store.cases.of_conversations(kin, limit=CASES_SHOWN)
        shown = [case for case in cases if conversation_id in _parties(case) or not case.accusation]
        return await asyncio.gather(*(self._viewed(case, full=_in_full(case, conversation_id)) for case in shown))

    async def find(self, *, number: str, code: str | None, conversation_id: str) -> CaseView | None:
        """One case: in full where it was filed from or is followed, else the state alone for the right code.

        A text from the same person's phone opens with the code what was filed elsewhere, and learns without one the
        state alone.
        """
        known = normalise(number)
        case = None if known is None else await self._store.cases.get(known)
        if case is not None and conversation_id in case.followers:
            return await self._viewed(case, full=True)
        if case is not None and not case.accusation and await self._is_kins(case, conversation_id):
            in_full = _in_full(case, conversation_id)
            if in_full or code is None:
                return await self._viewed(case, full=in_full)
            return await self._viewed(case, full=True) if await self._fits(number, code, conversation_id) else None
        if code is None or not await self._fits(number, code, conversation_id):
            return None
        # Another phone learns the state only, and of an accusation nothing.
        return None if case is None or case.accusation else await self._viewed(case, full=False)

    async def _is_kins(self, case: Case, conversation_id: str) -> bool:
        return not _parties(case).isdisjoint(await self._store.contacts.kin(conversation_id))

    async def proves(self, *, number: str, code: str, conversation_id: str) -> bool:
        """Numbers are given to others, and senders forged: a text proves by the code that it is the filer's."""
        return await self._fits(number, code, conversation_id)

    async def draw_number(self, *, message_id: str, at: datetime) -> str:
        return await self._store.numbers.draw(message_id=message_id, at=at)

    async def _viewed(self, case: Case, *, full: bool) -> CaseView:
        """The case by its public steps alone: an internal move has not happened for those who ask."""
        entries = await self._store.cases.timeline(case.number)
        return _view(case, [each for each in entries if each.public], full=full)

    async def _fits(self, number: str, code: str, conversation_id: str) -> bool:
        """Whether the code is right; wrong codes and wrong numbers are counted alike."""
        try:
            return await self._store.cases.check_code(number, code, asker=conversation_id, now=self._clock())
        except SlowDown as error:
            raise TooManyTries(error.seconds) from error


def _parties(case: Case) -> set[str]:
    return {each for each in (case.filer.conversation_id, *case.followers) if each}


def _in_full(case: Case, conversation_id: str) -> bool:
    """Senders of texts can be forged: what was filed elsewhere they read by its state alone, without a code."""
    return conversation_id in _parties(case) or not conversation_id.startswith("sms:")


def _view(case: Case, public: Sequence[TimelineEntry], *, full: bool) -> CaseView:
    units = [each.unit for each in case.leads if any(each.unit in one.note for one in public if one.at >= each.at)]
    state = next((each.to_state for each in reversed(public) if each.to_state is not None), CaseState.SUBMITTED)
    return CaseView(
        number=case.number,
        state=state.value,
        label=state.label,
        # What may still be done is decided by where the case really is.
        open=case.state.is_open,
        full=full,
        filed_at=case.created_at,
        title=case.title if full else "",
        steps=[_step(each, case) for each in public] if full else (),
        unit=units[0] if full and units else "",
        asked_at=case.survey.asked_at if full and case.survey and case.satisfaction is None else None,
        grades_until=case.survey.until if full and case.survey else None,
        accusation=case.accusation,
    )


def _step(entry: TimelineEntry, case: Case) -> CaseStep:
    moved = entry.kind is EntryKind.MOVED and entry.to_state is not None
    return CaseStep(
        at=entry.at,
        label=entry.to_state.label if moved and entry.to_state is not None else _LABELS.get(entry.kind, ""),
        # Of an accusation no words travel, not even to its filer: phones are read by others.
        note="" if case.accusation else entry.note,
    )
