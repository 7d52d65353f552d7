"""What colleagues wrote and the viewer may let pass: notices, clarifications, reception days, answers, wording."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.access.permissions import Permission
from bot.console.notices.reach import units_of
from bot.console.routes import Viewer
from bot.console.wording.naming import subject
from channels.base import Clock
from storage.edits import Edit, EditAct, EditKind
from storage.publication_records import Publication, PublicationKind
from storage.store import Store

MOST = 20
_ACTS = {EditAct.SET: "", EditAct.REMOVE: "停用：", EditAct.RESTORE: "恢复原文："}
Subjects = Callable[[Sequence[Edit]], Awaitable[Mapping[tuple[EditKind, str], str]]]
"""What edits are about, in words."""
_LATELY = timedelta(days=60)
APPROVES = frozenset({Permission.APPROVE_NOTICES, Permission.APPROVE_ANSWERS})
_PATHS = {PublicationKind.CLARIFICATION: "clarifications", PublicationKind.RECEPTION: "receptions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One of them. ``href``: its page, below the console."""

    kind: str
    title: str = field(repr=False)
    href: str
    by: str = field(repr=False)
    at: datetime


class Approvals:
    """Finds them; nobody is shown what they wrote themselves: they may not pass it."""

    def __init__(self, store: Store, clock: Clock, subjects: Subjects) -> None:
        self._store = store
        self._clock = clock
        self._subjects = subjects

    async def of(self, viewer: Viewer) -> Sequence[Waiting]:
        """Give them, the oldest first; what was left lying for two months is no work any more."""
        found = await asyncio.gather(self._notices(viewer), self._published(viewer), self._edits(viewer))
        since = self._clock() - _LATELY
        return sorted((each for one in found for each in one if each.at >= since), key=lambda each: each.at)[:MOST]

    async def _notices(self, viewer: Viewer) -> Sequence[Waiting]:
        if not viewer.may(Permission.APPROVE_NOTICES):
            return ()
        drafts = await self._store.broadcasts.drafts(units=units_of(viewer), limit=MOST)
        return [
            Waiting(kind="通知", title=each.title, href=f"/notices/{each.id}", by=each.author_name, at=each.created_at)
            for each in drafts
            if viewer.member.id not in each.authors
        ]

    async def _published(self, viewer: Viewer) -> Sequence[Waiting]:
        if not viewer.may(Permission.APPROVE_NOTICES):
            return ()
        found = await self._store.publications.waiting(self._clock(), units=units_of(viewer))
        return [_of_publication(each) for each in found if viewer.member.id not in each.authors]

    async def _edits(self, viewer: Viewer) -> Sequence[Waiting]:
        if not viewer.may(Permission.APPROVE_ANSWERS):
            return ()
        others = [each for each in await self._store.edits.proposed() if each.author != viewer.member.id][:MOST]
        about = await self._subjects(others)
        return [
            Waiting(
                kind="政策问答" if each.kind is EditKind.ANSWER else "机器人用语",
                title=_ACTS[each.act] + subject(about.get((each.kind, each.key), each.key)),
                href=f"/answers/one/{each.key}" if each.kind is EditKind.ANSWER else f"/wording/{each.key}",
                by=each.author_name,
                at=each.made_at,
            )
            for each in others
        ]


def _of_publication(each: Publication) -> Waiting:
    changed = "，更改" if each.change else ""
    title = each.clarification.question if each.kind is PublicationKind.CLARIFICATION else _reception(each)
    kind = "正面通告" if each.kind is PublicationKind.CLARIFICATION else f"接待日{changed}"
    href = f"/{_PATHS[each.kind]}/{each.id}"
    return Waiting(kind=kind, title=title, href=href, by=each.author_name, at=each.approved_at or each.created_at)


def _reception(each: Publication) -> str:
    reception = each.change or each.reception
    return f"{reception.post}{reception.leader}，{reception.day.month}月{reception.day.day}日"
