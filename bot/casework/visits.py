"""Follow-up visits (回访): an operator calls after the end and writes down what the filer says.

A grade that is heard so counts like one that is sent, but never in the place of the filer's own. Who is not content
can have it handled again at once (二次办理): then the case is opened in the same commit, and its followers are told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from bot.casework.announcing import notices_for
from bot.casework.links import CaseLinks
from bot.casework.notices import Notice, Told, progress
from bot.casework.service import TRIES, NoSuchCase
from bot.casework.staffwork import NotNow
from bot.kick import Kick
from channels.base import Clock
from storage.aftercare import Solved, Visit
from storage.cases import Actor, Case, CaseState, EntryKind, TimelineEntry, lawful_moves
from storage.commit import Change
from storage.errors import Conflict
from storage.records import OutboxEntry
from storage.store import Store

GRADES = ("", "非常不满意", "不满意", "基本满意", "满意", "非常满意")
_VISITABLE = frozenset({CaseState.ANSWERED, CaseState.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the filer said. ``again``: it is to be handled again, for what ``words`` say."""

    reached: bool
    solved: Solved | None = None
    grade: int | None = None
    words: str = field(default="", repr=False)
    again: bool = False


class Visits:
    """Writes visits down."""

    def __init__(self, *, store: Store, clock: Clock, office: str, kick: Kick, links: CaseLinks | None = None) -> None:
        self._store = store
        self._clock = clock
        self._office = office
        self._kick = kick
        self._links = links

    async def record(self, number: str, heard: Heard, *, actor: Actor) -> Case:
        """Keep a visit, and open the case again where that was asked for.

        Raises:
            NoSuchCase: the number is unknown.
            NotNow: the case is not answered yet, or something is missing.
            Conflict: others changed the case again and again meanwhile.
        """
        for tries_left in reversed(range(TRIES)):
            case = await self._store.cases.get(number)
            if case is None:
                raise NoSuchCase(number)
            _check(case, heard)
            now = self._clock()
            changes, entries = await self._visited(case, heard, actor, now)
            try:
                await self._store.committer.commit([*changes, *map(self._store.outbox.put, entries)])
            except Conflict:
                if not tries_left:
                    raise
            else:
                structlog.get_logger().info("case.visited", case=number, reached=heard.reached, again=heard.again)
                if entries:
                    await self._kick([each.id for each in entries])
                return case
        raise AssertionError  # pragma: no cover - the last try returns or raises

    async def _visited(
        self, case: Case, heard: Heard, actor: Actor, now: datetime
    ) -> tuple[Sequence[Change], Sequence[OutboxEntry]]:
        sets = _sets(case, heard, now)
        entry = TimelineEntry(at=now, actor=actor, kind=EntryKind.VISITED, note=_told(heard))
        if not heard.again:
            return self._store.cases.append(case, entry, **sets), ()
        sets["survey"] = None
        note = f"回访时来信人表示：{heard.words}"
        public = replace(entry, note=note, public=True)
        changes = self._store.cases.move(case, CaseState.REOPENED, public, **sets)
        moved = replace(case, state=CaseState.REOPENED)

        def wording(own: bool) -> Notice:
            return progress(moved, Told(note=note if own else ""), at=now, own=own, office=self._office)

        entries = await notices_for(self._store, moved, wording, seq=case.last_seq + 1, at=now, links=self._links)
        return changes, entries


def _check(case: Case, heard: Heard) -> None:
    if case.state not in _VISITABLE:
        raise NotNow(f"这件诉求{case.state.label}，答复或办结以后再回访")
    if heard.reached and heard.solved is None:
        raise NotNow("请选问题是否解决")
    if heard.again and not (heard.reached and heard.words):
        raise NotNow("重新办理要写明来信人的原话")
    if heard.again and CaseState.REOPENED not in lawful_moves(case.state):
        raise NotNow(f"这件诉求{case.state.label}，不能重新办理")


def _sets(case: Case, heard: Heard, now: datetime) -> dict[str, Any]:
    grade = heard.grade if heard.reached else None
    before = case.visit if case.visit and not case.visit.reached and case.visit.handling == case.reopened else None
    visit = Visit(
        at=now,
        reached=heard.reached,
        solved=heard.solved if heard.reached else None,
        grade=grade,
        tries=before.tries + 1 if before else 1,
        handling=case.reopened,
    )
    sets: dict[str, Any] = {"visit": visit}
    if grade is not None and case.satisfaction is None:
        sets["satisfaction"] = grade
    return sets


def _told(heard: Heard) -> str:
    if not heard.reached:
        return "没有联系上" + (f"。{heard.words}" if heard.words else "")
    parts = [heard.solved.label if heard.solved else "", GRADES[heard.grade or 0], heard.words]
    return "；".join(part for part in parts if part)
