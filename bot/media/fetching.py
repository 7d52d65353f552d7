"""Fetching one attachment: claim, fetch, look at it, keep it; what is lost is told to the staff of its cases.

As with deliveries, MongoDB is the truth: a claim is recorded before the platform is asked, and whoever dies is followed
when the claim is over. To fetch twice does no harm, and to keep happens once (``storage.attachments``).
"""

import asyncio
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.casework.service import Casework, NoSuchCase
from bot.delivery.backoff import Backoff
from bot.faults import frames_of
from bot.media.reasons import TOO_MANY, WRONG_TYPE, sentence_for
from channels.base import Channel, Clock, Fetched, FetchesMedia
from channels.errors import Busy, MediaGone, MediaTooLarge, SendFailed
from channels.media_types import sniffed
from storage.attachment_records import Attachment, AttachmentState
from storage.cases import Actor, ActorKind
from storage.errors import Conflict, StorageError
from storage.store import Store

FETCH_SECONDS = 30.0
"""How long a platform may take, whatever the channel's own limit."""
LEASE_SECONDS = 120.0
"""How long a claim holds: longer than fetching and storing together."""
_GOES_ON_SECONDS = 10.0
"""How long a job goes on with what else is due: it ends before the job engine takes its worker for dead."""
AT_ONCE = 4
"""How many are fetched at once in a process: each lies in memory as a whole."""
_DAY = timedelta(days=1)
_MIB = 1024 * 1024


def patience() -> Backoff:
    """Tries for about two and a half days: the platforms keep what people send for three."""
    return Backoff(first_seconds=5.0, longest_seconds=3_600.0, tries=80)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``largest``: MiB for each kind ("image"), 20 where none is named; ``daily``: how many of one person a day."""

    largest: Mapping[str, int]
    daily: int

    def bytes_of(self, kind: str) -> int:
        return self.largest.get(kind, 20) * _MIB

    def most(self) -> int:
        """Bytes of the largest of any kind."""
        return max(self.largest.values(), default=20) * _MIB


class _Refused(Exception):
    """It will not be kept."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MediaFetcher:
    """Fetches what turns wanted. A job that finds all places taken returns: the sweeper brings it again."""

    def __init__(
        self,
        *,
        store: Store,
        channels: Mapping[tuple[str, str], Channel],
        casework: Casework,
        limits: Limits,
        clock: Clock,
        chance: random.Random,
        backoff: Backoff,
    ) -> None:
        self._store = store
        self._channels = channels
        self._casework = casework
        self._limits = limits
        self._clock = clock
        self._chance = chance
        self._backoff = backoff
        self._places = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetch(self, attachment_id: str) -> None:
        """Do what is due about one attachment, if nobody else does; then about others, whose jobs found no place.

        Raises:
            StorageError: it stays claimed until its claim is over, then it is taken up again.
        """
        if self._places.locked():
            return
        until = asyncio.get_running_loop().time() + _GOES_ON_SECONDS
        async with self._places:
            await self._one(attachment_id)
            while asyncio.get_running_loop().time() < until:
                waiting = await self._store.attachments.due(self._clock(), limit=1)
                if not waiting:
                    return
                await self._one(waiting[0])

    async def _one(self, attachment_id: str) -> None:
        token = uuid.uuid4().hex
        claimed = await self._store.attachments.claim(
            attachment_id, token=token, seconds=LEASE_SECONDS, now=self._clock()
        )
        if claimed is None:
            return
        try:
            await self._handle(claimed, token)
        except Conflict:
            structlog.get_logger().warning("media.lost_claim", attachment=attachment_id)

    def begin(self, attachment_ids: Sequence[str]) -> None:
        """Fetch in the background, where there is no job engine to do it."""
        for attachment_id in attachment_ids[: AT_ONCE - len(self._tasks)]:
            task = asyncio.create_task(self._quietly(attachment_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """End what is under way in the background: it is taken up when its claim is over."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _quietly(self, attachment_id: str) -> None:
        try:
            await self.fetch(attachment_id)
        except StorageError as error:
            structlog.get_logger().warning("media.storage_error", attachment=attachment_id, error=error.code)
        except Exception as error:  # noqa: BLE001 - a task of its own: nobody else would hear of it
            structlog.get_logger().error(
                "media.broke", attachment=attachment_id, error=type(error).__name__, frames=frames_of(error)
            )

    async def _handle(self, claimed: Attachment, token: str) -> None:
        if claimed.state is AttachmentState.WANTED:
            await self._bring(claimed, token)
            return
        for number in claimed.untold:
            await self._tell_staff(claimed, number)
        await self._store.attachments.rest(claimed.id, token)

    async def _bring(self, claimed: Attachment, token: str) -> None:
        try:
            await self._check_number(claimed)
            fetched = await self._fetched(claimed)
            kind = self._checked(claimed, fetched.content)
        except _Refused as refused:
            await self._lose(claimed, token, AttachmentState.REFUSED, refused.reason)
        except MediaTooLarge as error:
            await self._lose(claimed, token, AttachmentState.REFUSED, error.code)
        except SendFailed as error:
            await self._failed(claimed, token, error)
        else:
            await self._store.attachments.keep(claimed, token, fetched.content, kind)
            structlog.get_logger().info("media.kept", attachment=claimed.id, type=kind, size=len(fetched.content))

    async def _check_number(self, claimed: Attachment) -> None:
        if claimed.tries > 1:  # counted at the first try
            return
        since, most = self._clock() - _DAY, self._limits.daily
        if await self._store.attachments.count_since(claimed.conversation_id, since, limit=most + 1) > most:
            raise _Refused(TOO_MANY)

    async def _fetched(self, claimed: Attachment) -> Fetched:
        channel = self._channels.get((claimed.channel, claimed.account))
        if channel is None:
            raise Busy("the settings have no such account")
        if not isinstance(channel, FetchesMedia):
            raise MediaGone("this channel brings nothing")
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await channel.fetch(claimed.media)
        except TimeoutError:
            raise Busy("not in time") from None

    def _checked(self, claimed: Attachment, content: bytes) -> str:
        if len(content) > self._limits.bytes_of(claimed.kind):
            raise _Refused(MediaTooLarge.code)
        kind = sniffed(content)
        if kind is None:
            raise _Refused(WRONG_TYPE)
        return kind

    async def _failed(self, claimed: Attachment, token: str, error: SendFailed) -> None:
        log = structlog.get_logger()
        log.warning(
            "media.failed",
            attachment=claimed.id,
            code=error.code,
            provider_code=error.provider_code,
            tries=claimed.tries,
        )
        # A way that is shut for a time opens again; a picture that is gone does not come back.
        passing = error.retryable or error.retry_after is not None
        if not passing or self._backoff.exhausted(claimed.tries):
            await self._lose(claimed, token, AttachmentState.GONE, error.code)
            return
        wait = self._backoff.wait(claimed.tries, self._chance, at_least=error.retry_after)
        await self._store.attachments.postpone(claimed.id, token, until=self._clock() + wait)

    async def _lose(self, claimed: Attachment, token: str, state: AttachmentState, reason: str) -> None:
        now = self._clock()
        await self._store.attachments.lose(claimed, token, state=state, reason=reason, now=now)
        structlog.get_logger().warning("media.lost", attachment=claimed.id, state=state.value, reason=reason)
        again = await self._store.attachments.claim(claimed.id, token=token, seconds=LEASE_SECONDS, now=self._clock())
        if again is not None:
            await self._handle(again, token)

    async def _tell_staff(self, lost: Attachment, number: str) -> None:
        """A note in the timeline that residents do not see, and that it was made, in one commit."""
        told = self._store.attachments.told(lost, number)
        try:
            await self._casework.note(
                number,
                actor=Actor(kind=ActorKind.SYSTEM),
                note=sentence_for(lost.kind, lost.reason),
                also=lambda _case: [told],
            )
        except NoSuchCase:
            await self._store.committer.commit([told])
