"""One change, all or nothing: several writes that take effect together, in one transaction.

Under load the wait for the disk is shared (group commit): what arrives while a transaction is under way
becomes the next one, in one write per collection. A commit that comes alone goes at once. Where a guard does
not hold, the group is halved and tried again, so that only the guilty commit fails.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo import InsertOne, UpdateOne

from storage.driver import Database, Document, Operation, Session
from storage.errors import AlreadyThere, Conflict, StorageAway

GROUP_LIMIT = 64
WAITING_LIMIT = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """Add ``document``; its key must be new, else the commit fails with AlreadyThere.

    ``contended``: others want the same key at the same moment; whoever is later fails with Conflict, to decide anew.
    """

    collection: str
    document: Document = field(repr=False)
    contended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Change the one document that ``filter`` finds; where there is none, the commit fails with Conflict.

    ``filter`` must name a unique key besides its guards. Within a commit, inserts are applied before updates.
    """

    collection: str
    filter: Mapping[str, Any] = field(repr=False)
    update: Any = field(repr=False)


Change = Insert | Update


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    changes: tuple[Change, ...]
    done: asyncio.Future[None]


class Committer:
    """Commits of one process to one database. Use it from one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Waiting] = deque()
        self._worker: asyncio.Task[None] | None = None
        self.transactions = 0
        """Transactions begun so far, for metrics."""

    async def commit(self, changes: Sequence[Change]) -> None:
        """Apply all of ``changes``, or none.

        A caller that is cancelled leaves the rest alone; its own changes may or may not be applied.

        Raises:
            Conflict: an update found no document, or a contended key was taken.
            AlreadyThere: an insert's key exists.
            StorageAway: not known to be applied; every change is guarded, so it may be repeated as it is.
        """
        if not changes:
            return
        if len(self._waiting) >= WAITING_LIMIT:
            msg = "too many commits are waiting"
            raise StorageAway(msg)
        waiting = _Waiting(tuple(changes), asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name="group commit")
            self._worker.add_done_callback(self._stopped)
        await waiting.done

    async def _work(self) -> None:
        while group := self._next_group():
            await self._settle(group)
        self._worker = None  # now, not in the callback: a commit made in between must start another

    def _stopped(self, worker: asyncio.Task[None]) -> None:
        if not worker.cancelled():
            return
        # Not in a ``finally`` of the task's own: one cancelled before its first step never gets there.
        self._worker = None
        while self._waiting:
            _fail(self._waiting.popleft(), StorageAway("commits are being stopped"), None)

    def _next_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        while self._waiting and len(group) < GROUP_LIMIT:
            each = self._waiting.popleft()
            if not each.done.done():  # else its caller was cancelled
                group.append(each)
        return group

    async def _settle(self, group: Sequence[_Waiting]) -> bool:
        """Apply ``group``, or tell each what was wrong with it; False: the store is away."""
        try:
            await self._apply([change for each in group for change in each.changes])
        except StorageAway as error:
            _fail_all(group, error)
            return False
        except asyncio.CancelledError:
            for each in group:
                _fail(each, StorageAway("commits are being stopped"), None)
            raise
        except Exception as error:  # noqa: BLE001 - whatever one commit brought, the others must not suffer it
            return await self._settle_apart(group, error)
        for each in group:
            if not each.done.done():
                each.done.set_result(None)
        return True

    async def _settle_apart(self, group: Sequence[_Waiting], error: Exception) -> bool:
        if len(group) == 1:
            _fail(group[0], _lost(error, group[0].changes), error.__cause__)
            return True
        middle = len(group) // 2
        for half in (group[:middle], group[middle:]):
            if not await self._settle(half):
                # Each further try would cost its full time, and whoever comes meanwhile waits for them all.
                _fail_all(group, StorageAway("away while a group was divided"))
                return False
        return True

    async def _apply(self, changes: Sequence[Change]) -> None:
        self.transactions += 1
        if len(changes) == 1:  # one write is atomic by itself
            await self._write(changes, None)
        else:
            await self._database.in_transaction(lambda session: self._write(changes, session))

    async def _write(self, changes: Sequence[Change], session: Session) -> None:
        for name, part in _by_collection(changes).items():
            guarded = sum(isinstance(change, Update) for change in part)
            matched = await self._database[name].bulk_write([_operation(each) for each in part], session=session)
            if matched != guarded:
                raise Conflict(name)


def _lost(error: Exception, changes: Sequence[Change]) -> Exception:
    """Where it was a contended key that is taken: that somebody was quicker."""
    contended = {change.collection for change in changes if isinstance(change, Insert) and change.contended}
    if isinstance(error, AlreadyThere) and error.detail in contended:
        return Conflict(error.detail)
    return error


def _by_collection(changes: Iterable[Change]) -> Mapping[str, list[Change]]:
    # Always in the order of names: two processes that touch the same documents then do not cross.
    parts: dict[str, list[Change]] = defaultdict(list)
    for change in sorted(changes, key=lambda change: change.collection):
        parts[change.collection].append(change)
    return parts


def _operation(change: Change) -> Operation:
    match change:
        case Insert():
            return InsertOne(change.document)
        case Update():
            return UpdateOne(change.filter, change.update)


def _fail_all(group: Sequence[_Waiting], error: StorageAway) -> None:
    for each in group:
        _fail(each, StorageAway(error.detail), error)


def _fail(each: _Waiting, error: Exception, cause: BaseException | None) -> None:
    if not each.done.done():
        error.__cause__ = cause
        each.done.set_exception(error)
