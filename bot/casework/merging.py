"""Duplicates handled together (并案): one case leads, and what is told of it is told to the filers of the others too.

Each filer keeps a case of their own, with its number, its clock and its rights; public steps of the leading case are
made in the others by the same commit, as far as they are lawful there. Neither filer learns the other's number or
words: they may be strangers. Staff can undo it, and whoever is not content is handled by themselves again.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from bot.access.members import By
from bot.casework.announcing import Wording, notices_for
from bot.casework.links import CaseLinks
from bot.casework.notices import Notice, Told, news, progress
from bot.casework.service import TRIES
from bot.casework.staffwork import NotNow
from bot.kick import Kick
from channels.base import Clock
from storage.audit import AuditLine
from storage.cases import Actor, Case, CaseFilter, CaseState, EntryKind, TimelineEntry
from storage.commit import Change
from storage.errors import Conflict
from storage.records import OutboxEntry
from storage.store import Store

_TO_OTHER = "已与反映同一事项的另一件诉求合并办理，办理结果会同样告诉您。"
_TO_LEADING = "另有一件诉求反映同一事项，已合并办理，不影响您这件的办理。"
_APART = "已改为单独办理，有进展会告诉您。"
_CANDIDATES = 5
_Decided = tuple[Sequence[Change], Sequence[OutboxEntry]]


class Merging:
    """Puts cases together, and apart again."""

    def __init__(self, *, store: Store, clock: Clock, office: str, kick: Kick, links: CaseLinks | None = None) -> None:
        self._store = store
        self._clock = clock
        self._office = office
        self._kick = kick
        self._links = links

    async def candidates(self, case: Case) -> Sequence[Case]:
        """Open cases that may be of the same matter: of the same filer first, then of the same kind and district."""
        wanted = [CaseFilter(category=case.category, district=case.district, open=True)] if case.category else []
        if case.filer.phone:
            wanted.insert(0, CaseFilter(phone=case.filer.phone, open=True))
        found: dict[str, Case] = {}
        for each in wanted:
            for other in (await self._store.cases.list(each, 4 * _CANDIDATES)).items:
                if not _reason_against(case, other):
                    found.setdefault(other.number, other)
        return list(found.values())[:_CANDIDATES]

    async def merge(self, number: str, *, into: str, reason: str, actor: Actor, by: By) -> None:
        """Have the case ``number`` handled with the case ``into``; both filers are told.

        Raises:
            NotNow: one of them does not allow it.
            Conflict: others changed them again and again meanwhile.
        """
        decide = partial(self._merged, number, into, actor)
        await self._try(decide, self._line("case.merged", number, by, into=into, reason=reason))

    async def split(self, number: str, *, reason: str, actor: Actor, by: By) -> None:
        """Have it handled by itself again; its filer is told.

        Raises:
            NotNow: it is not merged.
        """
        case = await self._store.cases.get(number)
        into = case.merged_into if case else None
        decide = partial(self._parted, number, actor)
        await self._try(decide, self._line("case.split", number, by, into=into, reason=reason))

    async def _try(self, decide: Callable[[datetime], Awaitable[_Decided]], line: AuditLine) -> None:
        """Commit what is decided, and the line that tells of it; where others were quicker, decide anew."""
        for tries_left in reversed(range(TRIES)):
            changes, entries = await decide(self._clock())
            done = [*changes, *map(self._store.outbox.put, entries)]
            try:
                await self._store.audited(done, line)
            except Conflict:
                if not tries_left:
                    raise
            else:
                structlog.get_logger().info(line.action, case=line.target, by=line.actor)
                if entries:
                    await self._kick([each.id for each in entries])
                return

    async def _merged(self, number: str, into: str, actor: Actor, now: datetime) -> _Decided:
        other, leading = await self._store.cases.get(number), await self._store.cases.get(into)
        if other is None or leading is None:
            raise NotNow("没有这件诉求")
        if against := _reason_against(other, leading):
            raise NotNow(against)
        if await self._store.cases.merged_with(number, 1):
            raise NotNow("已有别的诉求并入这一件，请反过来合并")
        of_other = await self._joined(other, leading, actor, now)
        of_leading = await self._noted(leading, _TO_LEADING, actor, now)
        return (*of_other[0], *of_leading[0]), (*of_other[1], *of_leading[1])

    async def _joined(self, case: Case, leading: Case, actor: Actor, now: datetime) -> _Decided:
        """What is accepted there is accepted here: the filer has a right to learn it."""
        accepted = leading.state is not CaseState.SUBMITTED and case.state is CaseState.SUBMITTED
        if not accepted:
            return await self._noted(case, _TO_OTHER, actor, now, merged_into=leading.number)
        entry = TimelineEntry(at=now, actor=actor, kind=EntryKind.MERGED, note=_TO_OTHER, public=True)
        changes = self._store.cases.move(case, CaseState.ACCEPTED, entry, merged_into=leading.number)
        after = replace(case, state=CaseState.ACCEPTED)

        def wording(own: bool) -> Notice:
            return progress(after, Told(note=_TO_OTHER), at=now, own=own, office=self._office)

        return changes, await self._notices(after, wording, now)

    async def _parted(self, number: str, actor: Actor, now: datetime) -> _Decided:
        case = await self._store.cases.get(number)
        if case is None or case.merged_into is None:
            raise NotNow("这件诉求没有并案")
        return await self._noted(case, _APART, actor, now, merged_into=None)

    async def _noted(self, case: Case, note: str, actor: Actor, now: datetime, **sets: Any) -> _Decided:
        entry = TimelineEntry(at=now, actor=actor, kind=EntryKind.MERGED, note=note, public=True)

        def wording(own: bool) -> Notice:
            return news(case, note, at=now, own=own)

        return self._store.cases.append(case, entry, **sets), await self._notices(case, wording, now)

    async def _notices(self, case: Case, wording: Wording, now: datetime) -> Sequence[OutboxEntry]:
        return await notices_for(self._store, case, wording, seq=case.last_seq + 1, at=now, links=self._links)

    def _line(self, action: str, number: str, by: By, **details: Any) -> AuditLine:
        return AuditLine(at=self._clock(), actor=by.id, name=by.name, action=action, target=number, details=details)


def _reason_against(case: Case, leading: Case) -> str:
    """Why ``case`` cannot be handled with ``leading``; "" where it can."""
    if case.number == leading.number:
        return "不能和自己并案"
    if case.accusation or leading.accusation:
        return "检举控告不并案"
    if case.merged_into is not None:
        return "这件诉求已经并案"
    if leading.merged_into is not None:
        return f"{leading.number} 已并入 {leading.merged_into}，请并入那一件"
    return _unfit(case) or _unfit(leading)


def _unfit(case: Case) -> str:
    if case.state is CaseState.NEEDS_INFO:
        return f"{case.number} 在等来信人补充，不能并案"
    worked_on = case.state.is_open and case.state is not CaseState.ANSWERED
    return "" if worked_on else f"{case.number} {case.state.label}，不能并案"
