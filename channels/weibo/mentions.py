"""Posts and comments that name us, read one list after the other, as seldom as the daily quota asks.

Where the last look ended is kept in the shared state. Losing it is harmless: what was heard before is known by its key,
and what is older than a day is let be.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from channels.base import Arrival, Take, Tools
from channels.errors import SendFailed
from channels.messages import Address, Event, EventName, Inbound, Kind
from channels.weibo.client import WeiboApi
from channels.weibo.parsing import mention_id
from channels.weibo.settings import WeiboSettings
from channels.weibo.wire import Fields, inner, number, sent_at, words

OLDEST = timedelta(days=1)
"""An invitation under what was written long ago would only puzzle."""
_AT_ONCE = 50
_FIRST_ROUND_S = 2.0
"""Between the looks of the very first round: what was written before the start shall not wait for an hour."""
_KEPT_SECONDS = 7 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One list of the platform's: where its items stand in the answer, and what they are."""

    api: str
    items: str
    kind: str


SOURCES: Sequence[Source] = (
    Source(api="/2/comments/to_me.json", items="comments", kind="comment"),
    Source(api="/2/statuses/mentions.json", items="statuses", kind="status"),
    Source(api="/2/comments/mentions.json", items="comments", kind="comment"),
)


@dataclass(slots=True)
class _Mark:
    """``due``: when to look again. ``turn``: how many looks there were. ``since``: the newest of each list."""

    due: datetime
    turn: int = 0
    since: dict[str, str] = field(default_factory=dict)


class Mentions:
    """Reads them for one account."""

    def __init__(self, account: str, settings: WeiboSettings, api: WeiboApi, tools: Tools) -> None:
        self._account = account
        self._settings = settings
        self._api = api
        self._shared = tools.shared
        self._clock = tools.clock
        self._key = f"weibo:read:{settings.uid}@{urlsplit(settings.api_base).netloc}"

    async def run(self, take: Take) -> None:
        """Look again and again, for ever."""
        mark = await self._kept()
        while True:
            await asyncio.sleep(max(0.0, (mark.due - self._clock()).total_seconds()))
            wait = self._settings.seconds_between_looks
            if mark.turn < len(SOURCES) - 1:
                wait = min(wait, _FIRST_ROUND_S)
            # Noted before the call: a process that dies over it must not call at each of its starts.
            mark.due = self._clock() + timedelta(seconds=wait)
            await self._keep(mark)
            try:
                await self._look(mark, take)
            except SendFailed as error:
                structlog.get_logger().warning("weibo.not_read", code=error.code, provider_code=error.provider_code)
                mark.due = self._clock() + timedelta(seconds=max(wait, error.retry_after or 0.0))
            await self._keep(mark)

    async def _look(self, mark: _Mark, take: Take) -> None:
        source = SOURCES[mark.turn % len(SOURCES)]
        mark.turn += 1
        since = mark.since.get(source.api, "0")
        answer = await self._api.get(source.api, {"since_id": since, "count": str(_AT_ONCE)})
        items = answer.get(source.items)
        found = [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
        heard = list(self._inbound(found, source))
        structlog.get_logger().info("weibo.read", api=source.api, found=len(found), new=len(heard))
        if heard:
            await take(Arrival(messages=heard))
        # Only now: what was not kept is read again.
        newest = max((int(number(each, "idstr", "id") or 0) for each in found), default=0)
        mark.since[source.api] = str(max(int(since), newest))

    def _inbound(self, items: Sequence[Fields], source: Source) -> Iterator[Inbound]:
        now = self._clock()
        for item in reversed(items):  # the platform gives the newest first
            key, sender = number(item, "idstr", "id"), number(inner(item, "user"), "idstr", "id")
            at = sent_at(item, now)
            if not key or sender in ("", self._settings.uid) or at <= now - OLDEST:
                continue
            details = {"kind": source.kind, "by": "poll", "status": number(inner(item, "status"), "idstr", "id")}
            yield Inbound(
                address=Address(channel="weibo", account=self._account, sender=sender),
                message_id=mention_id(source.kind, key),
                kind=Kind.EVENT,
                sent_at=at,
                received_at=now,
                text=words(item, "text"),
                event=Event(name=EventName.MENTIONED, key=key, details=details),
            )

    async def _kept(self) -> _Mark:
        """Where the last look ended; the beginning for what another version of ours may have left there."""
        text = await self._shared.get(self._key)
        try:
            due, turn, since = json.loads(text or "")
            return _Mark(
                due=datetime.fromisoformat(due),
                turn=int(turn),
                since={str(api): str(int(last)) for api, last in since.items()},
            )
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return _Mark(due=self._clock())

    async def _keep(self, mark: _Mark) -> None:
        text = json.dumps([mark.due.isoformat(), mark.turn, mark.since])
        await self._shared.set(self._key, text, seconds=_KEPT_SECONDS)
