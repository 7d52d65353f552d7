"""One account's part of a broadcast: range after range, portion after portion, until nobody waits any more."""

import asyncio
import contextlib
import uuid
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.broadcasts.courtesy import SENT_BREATH_S, Courtesy
from bot.broadcasts.crowd import Told
from bot.broadcasts.pace import STREAMS, Pacer, Rates, tomorrow
from bot.broadcasts.sending import UNKNOWN, Posting, reason_said
from bot.broadcasts.words import WEIBO
from channels.base import Clock
from channels.errors import AccountBroken, Busy
from storage.broadcast_ledger import PORTION, Lane, Mark
from storage.broadcast_records import Broadcast, Outcome, Recipient, RecipientState
from storage.errors import StorageAway
from storage.records import Conversation
from storage.store import Store

_RECORD_AGAIN_S = (0.25, 1.0, 3.0, 10.0)
_LONGEST_NAP_S = 1.0
_LONGEST_REST_S = 30.0
_MEET_EVERY = timedelta(seconds=1)
_BUSY_PORTIONS = 12
"""So many portions of which the platform took none, one after another: people should look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a broadcast pauses by itself, and how long a report on somebody in doubt is waited for.

    ``error_percent`` of the last ``looked_at`` recipients, or more: it pauses.
    """

    error_percent: int = 30
    looked_at: int = 100
    least: int = 30
    patience: timedelta = timedelta(seconds=20)


class Control:
    """Whether a run goes on, shared by its lanes."""

    def __init__(self) -> None:
        self._halt = asyncio.Event()
        self.pause_reason = ""
        self.sent = 0

    @property
    def halted(self) -> bool:
        return self._halt.is_set()

    def halt(self) -> None:
        self._halt.set()

    def pause(self, reason: str) -> None:
        """End the run because people must look first."""
        self.pause_reason = self.pause_reason or reason
        self.halt()

    async def nap(self, seconds: float) -> None:
        """Rest, unless it ends before."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._halt.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneParts:
    """What a lane works with. ``held``: until when nothing may be sent now, and why; None: it may.

    ``courtesy``: shared by the lanes of a broadcast.
    """

    store: Store
    posting: Posting
    clock: Clock
    rates: Rates
    pacer: Pacer
    limits: Limits
    held: Callable[[], tuple[datetime, str] | None]
    courtesy: Courtesy


class LaneRun:
    """Runs one lane."""

    def __init__(self, parts: LaneParts, broadcast: Broadcast, lane: Lane, control: Control) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._broadcast = broadcast
        self._lane = lane
        self._control = control
        self._streams = [_Stream() for _ in range(STREAMS)]
        self._unmet: list[Outcome] = []
        self._met_at = parts.clock()
        self._errors: deque[str] = deque(maxlen=parts.limits.looked_at)
        self._busy = 0
        self._together: set[str] = set()

    async def run(self) -> None:
        """Until nobody waits any more, or the run is halted; what was sent is recorded in any case."""
        try:
            await self._ledger.meet_all_receipts(self._lane)
            while not self._control.halted:
                await self._let_in()
                people = await self._ledger.waiting(self._lane, now=self._parts.clock())
                if people:
                    await self._range(people)
                    continue
                await self._record_all()
                if await self._settled():
                    return
        finally:
            await self._record_all()

    async def _let_in(self) -> None:
        """Wait while nobody may be told at this hour."""
        while not self._control.halted and (held := self._parts.held()):
            await self._record_all()
            await self._wait_until(*held)

    async def _range(self, people: Sequence[Recipient]) -> None:
        """Several portions are under way at once: while the store records one, the platform answers another."""
        known = {each.id: each for each in await self._conversations(people)}
        crowd = await self._crowd(people, known)
        self._together = {each.id for each in crowd}
        portions = self._portions(crowd, [each for each in people if each.id not in self._together])
        ended = await asyncio.gather(
            *(self._flow(stream, portions, known) for stream in self._streams), return_exceptions=True
        )
        for each in ended:
            if isinstance(each, BaseException):
                raise each

    async def _crowd(self, people: Sequence[Recipient], known: Mapping[str, Conversation]) -> Sequence[Recipient]:
        """Those of ``people`` who are told by one call: the platform counts the calls of a day."""
        crowds, account = self._parts.posting.crowds, (self._lane.channel, self._lane.account)
        crowd = [
            each for each in people if (person := known.get(each.conversation_id)) is not None and crowds.takes(person)
        ]
        return crowd if crowd and await crowds.take_turn(self._broadcast, account) else ()

    def _portions(self, crowd: Sequence[Recipient], people: Sequence[Recipient]) -> Iterator[Sequence[Recipient]]:
        if crowd:
            yield crowd
        most, place = self._parts.rates.portion(self._lane.channel), 0
        while place < len(people):
            portion = people[place : place + self._parts.courtesy.bite(most)]
            yield portion
            place += len(portion)

    async def _conversations(self, people: Sequence[Recipient]) -> Sequence[Conversation]:
        addresses = {each.conversation_id: each.address for each in people if each.conversation_id}
        return await self._parts.store.audience.get_many(list(addresses), addresses=addresses)

    async def _flow(
        self, stream: "_Stream", portions: Iterator[Sequence[Recipient]], known: Mapping[str, Conversation]
    ) -> None:
        channel, account = self._lane.channel, self._lane.account
        for portion in portions:
            await self._parts.courtesy.rest(self._control.nap, len(portion), breath=SENT_BREATH_S)
            await self._control.nap(self._parts.pacer.turn(channel, account, len(portion)))
            if self._control.halted or self._parts.held():
                return
            asked = self._parts.clock()
            room = await self._parts.pacer.room(channel, account, len(portion), now=asked)
            if not room:
                await self._record(stream)
                # Of the day that was asked about: meanwhile it may have ended.
                await self._wait_until(tomorrow(asked), "今天这个渠道的发送额度已用完，明天继续")
                return
            await self._portion(stream, portion[:room], known)

    async def _portion(
        self, stream: "_Stream", portion: Sequence[Recipient], known: Mapping[str, Conversation]
    ) -> None:
        mark = await self._turn(stream, portion)
        posting = self._parts.posting
        results = await self._told(mark.recipients, known)
        told = [each for each in results if not isinstance(each, BaseException)]
        ended = self._parts.clock()
        outcomes = [posting.outcome(*each, now=ended) for each in told]
        stream.outcomes = [each for each in outcomes if each is not None]
        self._control.sent += sum(each.state is RecipientState.SENT for each in stream.outcomes)
        wrong = next((each for each in results if isinstance(each, BaseException)), None)
        if wrong is not None:
            raise wrong  # what the others came to is recorded when the lane ends
        broken = next((failure for _, failure, _ in told if isinstance(failure, AccountBroken)), None)
        if broken is not None:
            self._control.pause(f"{broken.sentence}；处理好以后请点“继续”")
        self._judge(stream.outcomes)
        await self._rest(stream, busy=bool(told) and all(isinstance(failure, Busy) for _, failure, _ in told))

    async def _told(
        self, recipients: Sequence[Recipient], known: Mapping[str, Conversation]
    ) -> Sequence[Told | BaseException]:
        """Tell a portion: those who go together first, then each of the others by themselves."""
        now, posting = self._parts.clock(), self._parts.posting
        crowd = [each for each in recipients if each.id in self._together]
        told = await posting.crowds.send(self._broadcast, crowd)
        done = {recipient.id for recipient, _, _ in told}
        rest = await asyncio.gather(
            *(
                posting.send(self._broadcast, each, known.get(each.conversation_id) or _stranger(each, now))
                for each in recipients
                if each.id not in done
            ),
            return_exceptions=True,
        )
        return [*told, *rest]

    def _judge(self, outcomes: Sequence[Outcome]) -> None:
        """Pause where too many of the last went wrong."""
        for each in outcomes:
            if each.state in {RecipientState.SENT, RecipientState.FAILED}:
                self._errors.append(each.reason if each.state is RecipientState.FAILED else "")
        wrong = Counter(filter(None, self._errors))
        limits = self._parts.limits
        if len(self._errors) < limits.least or wrong.total() * 100 < limits.error_percent * len(self._errors):
            return
        most = reason_said(wrong.most_common(1)[0][0])
        self._control.pause(
            f"最近 {len(self._errors)} 人里有 {wrong.total()} 人没有发成，已自动暂停。多数是因为：{most}"
        )

    async def _rest(self, stream: "_Stream", *, busy: bool) -> None:
        """A platform that takes nothing is left alone for a while, ever longer."""
        self._busy = self._busy + 1 if busy else 0
        if self._busy >= _BUSY_PORTIONS:
            self._control.pause("平台一直繁忙或连不上，已自动暂停，恢复后请点“继续”")
        elif self._busy:
            await self._record(stream)
            await self._control.nap(min(_LONGEST_REST_S, 0.5 * 2**self._busy))

    async def _settled(self) -> bool:
        """Whether nobody waits and nobody is in doubt; else a moment has passed."""
        parts = self._parts
        doubtful = await self._ledger.doubtful(self._lane)
        due = await self._ledger.next_due(self._lane)
        if not doubtful and due is None:
            return True
        now = parts.clock()
        old = [each for each in doubtful if each.claimed_at is None or now - each.claimed_at >= parts.limits.patience]
        if old:
            await self._end_doubt(old, now)
            return False
        moments = [each.claimed_at + parts.limits.patience for each in doubtful if each.claimed_at]
        next_ = min([*moments, *([due] if due else [])])
        await self._control.nap(min(_LONGEST_NAP_S, max(0.05, (next_ - now).total_seconds())))
        return False

    async def _end_doubt(self, doubtful: Sequence[Recipient], now: datetime) -> None:
        """Somebody was being told when a worker died: once more only where it is known that nothing went out."""
        knows = self._lane.channel == WEIBO or await self._ledger.is_told_by_id(self._lane)
        again = [each for each in doubtful if knows and not each.doubtful]
        rest = [each for each in doubtful if each not in again]
        await self._ledger.settle_doubt(again, again=True, reason="", now=now)
        await self._ledger.settle_doubt(rest, again=False, reason=UNKNOWN, now=now)
        structlog.get_logger().warning(
            "broadcast.in_doubt", broadcast=self._broadcast.id, again=len(again), unknown=len(rest)
        )

    async def _wait_until(self, until: datetime, reason: str) -> None:
        broadcasts = self._parts.store.broadcasts
        await broadcasts.hold(self._broadcast.id, until=until, reason=reason)
        while not self._control.halted and (left := (until - self._parts.clock()).total_seconds()) > 0:
            await self._control.nap(min(_LONGEST_NAP_S, left))
        if not self._control.halted:
            await broadcasts.hold(self._broadcast.id, until=None, reason="")

    async def _record_all(self) -> None:
        for stream in self._streams:
            await self._record(stream)
        await self._meet()

    async def _record(self, stream: "_Stream") -> None:
        """Write down what became of the stream's last portion."""
        if stream.outcomes:
            await self._turn(stream, ())

    async def _turn(self, stream: "_Stream", wanted: Sequence[Recipient]) -> Mark:
        """Record the last portion and mark the next; a storage that stumbles is asked again: it is safe to repeat."""
        token = uuid.uuid4().hex

        async def turn() -> Mark:
            now = self._parts.clock()
            return await self._ledger.turn(stream.outcomes, stream.token, wanted, mark=token, now=now)

        mark = await _surely(turn)
        self._unmet.extend(stream.outcomes)
        stream.token, stream.outcomes = token, ()
        if len(self._unmet) >= PORTION or self._parts.clock() - self._met_at >= _MEET_EVERY:
            await self._meet()
        return mark

    async def _meet(self) -> None:
        """Bring what was recorded together with the reports that were quicker: of many at once."""
        met, self._unmet, self._met_at = self._unmet, [], self._parts.clock()
        if met:
            await self._ledger.meet_receipts(met)


@dataclass
class _Stream:
    """One of the portions under way: ``token`` marked it, ``outcomes`` are not recorded yet."""

    token: str = ""
    outcomes: Sequence[Outcome] = ()


async def _surely(turn: Callable[[], Awaitable[Mark]]) -> Mark:
    for seconds in _RECORD_AGAIN_S:
        try:
            return await turn()
        except StorageAway as error:
            structlog.get_logger().warning("broadcast.record_again", error=error.code)
        await asyncio.sleep(seconds)
    return await turn()


def _stranger(recipient: Recipient, now: datetime) -> Conversation:
    """Somebody of an uploaded list who never wrote to us."""
    return Conversation(id=recipient.conversation_id, address=recipient.address, version=0, state={}, created_at=now)
