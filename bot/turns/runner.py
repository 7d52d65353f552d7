"""One conversation's runner: takes the lease, hears what is pending in order, makes the turns, lets go."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.metrics import Metrics
from bot.shared_state import Wakeups
from bot.turns.mentions import is_mention
from bot.turns.order import in_order
from bot.turns.turn import Manager, TurnFailed, TurnMaker, heard
from channels.base import Clock
from channels.messages import Address, Via
from storage.errors import Conflict, StorageError
from storage.records import ArrivalState, ArrivedMessage, Conversation, DeliveryState, OutboxEntry
from storage.store import Store

LEASE_SECONDS = 10.0
_RENEW_EVERY_S = 3.0
_LOOK_AGAIN_S = 0.2
_TOGETHER = 20
_AWAY_PAUSE_S = 1.0
_AWAY_TRIES = 20


async def _left_to_the_sweeper(_ids: Sequence[str]) -> None:
    return


async def _always_calm() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerTools:
    """What every runner shares. ``answer_within``: seconds a webhook of the channel may take.

    ``fetch`` tells the workers of attachments to be fetched; it never raises. ``calm`` returns when no spool is being
    drained in which somebody's earlier words may lie; True where one was there, and words may have come into the store.
    """

    store: Store
    manager: Manager
    maker: TurnMaker
    wakeups: Wakeups
    kick: Callable[[Sequence[str]], Awaitable[object]]
    clock: Clock
    metrics: Metrics
    gather_seconds: float
    answer_within: float = 4.5
    fetch: Callable[[Sequence[str]], Awaitable[object]] = _left_to_the_sweeper
    calm: Callable[[], Awaitable[bool]] = _always_calm


class Runner:
    """Runs while somebody waits for, or something new came into, its conversation.

    Waiters are told the reply that their webhook may give, or None: answer the acknowledgement alone.
    """

    def __init__(self, conversation_id: str, address: Address, tools: RunnerTools) -> None:
        self.conversation_id = conversation_id
        self._address = address
        self._tools = tools
        self._waiters: dict[str, asyncio.Future[OutboxEntry | None]] = {}
        self._given_up: set[str] = set()
        self._owed = asyncio.Event()

    def owe(self) -> None:
        """Something new is pending."""
        self._owed.set()

    def wait_for(self, arrived_id: str) -> asyncio.Future[OutboxEntry | None]:
        """The future of one message's reply; the platform's repeats share it."""
        self.owe()
        waiter = self._waiters.get(arrived_id)
        if waiter is None:
            waiter = self._waiters[arrived_id] = asyncio.get_running_loop().create_future()
        return waiter

    def no_longer_passive(self, arrived_id: str) -> None:
        """The webhook of this message has been answered: its reply must take another way."""
        self._given_up.add(arrived_id)

    @property
    def idle(self) -> bool:
        """Nothing new has come since the last look."""
        return not self._owed.is_set()

    async def run(self) -> None:
        """Until nothing is owed. Never raises: what fails here for long is taken up by the sweeper."""
        log = structlog.get_logger()
        away = 0
        try:
            while self._owed.is_set() and away < _AWAY_TRIES:
                self._owed.clear()
                try:
                    await self._hold_and_drain()
                except StorageError as error:
                    away += 1
                    log.warning("turns.storage_away", conversation=self.conversation_id, error=error.code)
                    await self._wait_for_storage()
        except Exception as error:  # noqa: BLE001 - the messages are kept; a runner must not take the process along
            log.error(  # noqa: TRY400 - a traceback may quote what the person wrote
                "turns.runner_failed", conversation=self.conversation_id, error=type(error).__name__
            )
        finally:
            for arrived_id in list(self._waiters):
                self._tell(arrived_id, None)

    async def _wait_for_storage(self) -> None:
        """Whoever waits acknowledges, for the message is kept; the turn is tried again here."""
        for arrived_id in list(self._waiters):
            self.no_longer_passive(arrived_id)
            self._tell(arrived_id, None)
        await asyncio.sleep(_AWAY_PAUSE_S)
        self.owe()

    async def _hold_and_drain(self) -> None:
        token = uuid.uuid4().hex
        with self._tools.metrics.lease_wait_seconds.time():
            conversation = await self._take(token)
        if conversation is None:
            return
        released = False
        try:
            async with self._renewing(token):
                released = await self._drain(conversation)
        finally:
            if not released:
                with contextlib.suppress(StorageError):
                    await self._tools.store.conversations.release(self.conversation_id, token)
            await self._tools.wakeups.wake(self.conversation_id)
        if self._waiters:
            await self._tell_finished()

    async def _take(self, token: str) -> Conversation | None:
        """The lease, waited for; None when the holder has meanwhile answered all that was waited for."""
        conversations = self._tools.store.conversations
        told = False
        while True:
            conversation = await conversations.take(
                self._address, token=token, seconds=LEASE_SECONDS, now=self._tools.clock()
            )
            if conversation is not None:
                return conversation
            if not told:
                # Whoever holds the lease learns that something new is pending; then it is their turn or ours.
                # Once: two who wait would wake each other without end.
                await self._tools.wakeups.wake(self.conversation_id)
                told = True
            await self._tools.wakeups.wait(self.conversation_id, _LOOK_AGAIN_S)
            if not await self._still_owed():
                return None

    async def _still_owed(self) -> bool:
        await self._tell_finished()
        if self._waiters:
            return True
        return bool(await self._tools.store.inbox.pending(self.conversation_id, limit=1))

    @contextlib.asynccontextmanager
    async def _renewing(self, token: str) -> AsyncIterator[None]:
        async def renew() -> None:
            while True:
                with contextlib.suppress(StorageError):
                    await self._tools.store.conversations.renew(
                        self.conversation_id, token, seconds=LEASE_SECONDS, now=self._tools.clock()
                    )
                await asyncio.sleep(_RENEW_EVERY_S)

        begun: list[asyncio.Task[None]] = []
        # Most turns are over long before: then there is no task to make and to end.
        soon = asyncio.get_running_loop().call_later(_RENEW_EVERY_S, lambda: begun.append(asyncio.create_task(renew())))
        try:
            yield
        finally:
            soon.cancel()
            for renewal in begun:
                renewal.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await renewal

    async def _drain(self, conversation: Conversation) -> bool:
        """Make the turns of all that is pending; True where the last one's commit let go of the lease as well."""
        inbox = self._tools.store.inbox
        while True:
            pending, more = await in_order(lambda: inbox.pending(self.conversation_id), self._tools.calm)
            if not pending:
                return False
            batch = await self._thought(conversation, pending)
            release = len(batch) == len(pending) and self.idle and not more
            try:
                conversation = await self._turn(conversation, batch, release=release)
            except TurnFailed:
                continue  # counted in the inbox: the third failure sets the message aside
            except Conflict:
                # Lost the lease, or a case moved under the turn: load again.
                self.owe()
                return False
            if release:
                return True

    async def _turn(
        self, conversation: Conversation, batch: Sequence[ArrivedMessage], *, release: bool
    ) -> Conversation:
        newest = batch[-1]
        done = await self._tools.maker.make(
            conversation, batch, release=release, passive=newest.id not in self._given_up
        )
        for earlier in batch[:-1]:
            self._tell(earlier.id, None)
        self._tell(newest.id, done.reply)
        if done.kick:
            await self._tools.kick(done.kick)
        if done.wanted:
            await self._tools.fetch(done.wanted)
        if done.reply is not None and await self._answered_meanwhile(newest):
            await self._release_passive(newest.id)
        return done.conversation

    async def _answered_meanwhile(self, newest: ArrivedMessage) -> bool:
        """Whether the acknowledgement went out while the turn was made, here or in another process."""
        if newest.id in self._given_up:
            return True
        elapsed = self._tools.clock() - newest.arrived_at
        if elapsed < timedelta(seconds=self._tools.answer_within - 1.0):
            return False
        stored = await self._tools.store.inbox.get(newest.id)
        return stored is not None and stored.passive_closed

    async def _release_passive(self, arrived_id: str) -> None:
        entry_id = await self._tools.store.outbox.release_passive(arrived_id, now=self._tools.clock())
        if entry_id is not None:
            await self._tools.kick([entry_id])

    async def _thought(self, conversation: Conversation, pending: Sequence[ArrivedMessage]) -> Sequence[ArrivedMessage]:
        """The pending messages that are one thought: usually the first; fragments of a telling, all together.

        The wait is inside the newest message's open request; the earlier ones' webhooks are answered with the
        acknowledgement at once.
        """
        together = self._prefix(conversation, pending)
        while len(together) == len(pending) < _TOGETHER and self._gathers(conversation, together):
            for earlier in together[:-1]:
                self._tell(earlier.id, None)
            if not await self._another_comes(together[-1]):
                break
            pending = await self._tools.store.inbox.pending(self.conversation_id)
            together = self._prefix(conversation, pending)
        return together

    def _prefix(self, conversation: Conversation, pending: Sequence[ArrivedMessage]) -> Sequence[ArrivedMessage]:
        """The longest beginning of which every part is still being told, and the message that ends the telling.

        A mention in public is no part of a telling: it stands alone. So does what the dialog never hears of.
        """
        alone = (place for place, one in enumerate(pending) if self._stands_alone(conversation, one))
        pending = pending[: max(1, next(alone, len(pending)))]
        if self._tools.gather_seconds <= 0:
            return pending[:1]
        for length in range(1, len(pending) + 1):
            if not self._gathers(conversation, pending[:length]):
                return pending[:length]
        return pending

    def _gathers(self, conversation: Conversation, batch: Sequence[ArrivedMessage]) -> bool:
        if self._tools.gather_seconds <= 0 or self._stands_alone(conversation, batch[-1]):
            return False
        return self._tools.manager.gathers(conversation.state, heard(batch))

    def _stands_alone(self, conversation: Conversation, one: ArrivedMessage) -> bool:
        return is_mention(one.message) or self._tools.maker.takes(conversation, one.message)

    async def _another_comes(self, newest: ArrivedMessage) -> bool:
        waited = (self._tools.clock() - newest.arrived_at).total_seconds()
        seconds = min(self._tools.gather_seconds, self._tools.answer_within - 1.0) - waited
        if seconds <= 0:
            return False
        self._owed.clear()
        woken = asyncio.create_task(self._tools.wakeups.wait(self.conversation_id, seconds))
        owed = asyncio.create_task(self._owed.wait())
        try:
            done, _ = await asyncio.wait({woken, owed}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            owed.cancel()
        return owed in done or (woken in done and bool(woken.result()))

    async def _tell_finished(self) -> None:
        """Tell those waiting for messages that another process answered."""
        for arrived_id in list(self._waiters):
            arrived = await self._tools.store.inbox.get(arrived_id)
            if arrived is not None and arrived.state is not ArrivalState.PENDING:
                self._tell(arrived_id, await stored_reply(self._tools.store, arrived))

    def _tell(self, arrived_id: str, reply: OutboxEntry | None) -> None:
        waiter = self._waiters.pop(arrived_id, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(reply)


async def stored_reply(store: Store, arrived: ArrivedMessage) -> OutboxEntry | None:
    """The passive reply of an answered message, unless another way has claimed it since."""
    if arrived.reply_id is None or arrived.passive_closed:
        return None
    entry = await store.outbox.get(arrived.reply_id)
    if entry is None or entry.via is not Via.PASSIVE or entry.lease_token is not None:
        return None
    return entry if entry.state in _GIVEN_AGAIN else None


_GIVEN_AGAIN = frozenset({DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED})
"""A passive reply in these states may be given to a repeat; once a worker holds the claim it may not."""
