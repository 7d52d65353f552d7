"""Machine-drafted summaries of new petitions, where an administrator switched them on. For staff alone."""

import asyncio
from collections import OrderedDict
from datetime import timedelta
from typing import Protocol

import structlog

from channels.base import Clock
from storage.cases import Actor, ActorKind, Case, CaseFilter, EntryKind, TimelineEntry
from storage.errors import Conflict, StorageError
from storage.store import Store

MARK = "【机器起草，仅供参考，以原文为准】"
AUTHOR = "机器摘要"
SHORTEST = 60
"""Characters of a petition worth a summary."""
_EVERY_S = 20.0
_NEWEST = 50
_LOOKS_BACK = timedelta(days=1)
_TRIES = 2
_REMEMBERED = 1_000


class Summarises(Protocol):
    async def summarise(self, title: str, content: str) -> str | None:
        """A few lines of plain text; None where there is none now."""
        ...


class Drafter:
    """Adds an internal note to each new case, once, however many workers run. Accusations and what is
    confidential are never sent.
    """

    def __init__(self, *, store: Store, assistant: Summarises, clock: Clock) -> None:
        self._store = store
        self._assistant = assistant
        self._clock = clock
        self._tried: OrderedDict[str, int] = OrderedDict()

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.draft_due()
            except StorageError as error:
                structlog.get_logger().warning("drafting.storage_error", error=error.code)
            await asyncio.sleep(_EVERY_S)

    async def draft_due(self) -> None:
        """Draft for those of the newest cases that want it.

        Raises:
            StorageError: cases could not be read, or a note not be written.
        """
        wanted = CaseFilter(created_after=self._clock() - _LOOKS_BACK)
        for case in (await self._store.cases.list(wanted, _NEWEST)).items:
            if may_be_sent(case) and self._tried.get(case.number, 0) < _TRIES:
                await self._draft(case)

    async def _draft(self, case: Case) -> None:
        self._count(case.number)
        if any(_is_draft(entry) for entry in await self._store.cases.timeline(case.number)):
            self._tried[case.number] = _TRIES
            return
        summary = await self._assistant.summarise(case.title, case.content)
        if summary is None:
            return
        actor = Actor(kind=ActorKind.SYSTEM, name=AUTHOR)
        entry = TimelineEntry(at=self._clock(), actor=actor, kind=EntryKind.NOTED, note=f"{MARK}\n{summary}")
        try:
            await self._store.committer.commit(self._store.cases.append(case, entry))
        except Conflict:  # the case was changed meanwhile, perhaps by another worker's draft: looked at again
            return
        structlog.get_logger().info("case.summary_drafted", case=case.number)

    def _count(self, number: str) -> None:
        self._tried[number] = self._tried.get(number, 0) + 1
        while len(self._tried) > _REMEMBERED:
            self._tried.popitem(last=False)


def may_be_sent(case: Case) -> bool:
    """Whether a petition may leave the office for a summary, and is long enough to want one.

    Accusations are not even listed to the drafter; this holds whatever the store lists.
    """
    return not (case.accusation or case.confidential) and len(case.content) >= SHORTEST


def _is_draft(entry: TimelineEntry) -> bool:
    return entry.actor.kind is ActorKind.SYSTEM and entry.note.startswith(MARK)
