"""Hours in which nobody is woken by a notice."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from channels.messages import Purpose
from storage.records import Conversation, OutboxEntry

_SHANGHAI = ZoneInfo("Asia/Shanghai")
AWAKE = timedelta(minutes=30)
"""Whoever wrote to us this recently is up, and waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """``span``: from when until when, local time; it may pass midnight. None: never quiet.

    ``broadcasts``: the same for broadcasts, besides.
    """

    span: tuple[time, time] | None
    broadcasts: tuple[time, time] | None = None

    def holds_until(self, entry: OutboxEntry, conversation: Conversation | None, *, now: datetime) -> datetime | None:
        """When ``entry`` may go out, where it may not now. What somebody asked for just now is never held."""
        if entry.purpose in (Purpose.REPLY, Purpose.CODE, Purpose.ALARM):
            return None
        if conversation is not None and _awake(conversation, now):
            return None
        return self.until(entry.purpose, now=now)

    def until(self, purpose: Purpose, *, now: datetime) -> datetime | None:
        """When something of ``purpose`` may go out to people who did not just write, where it may not now."""
        spans = (self.span, self.broadcasts if purpose is Purpose.BROADCAST else None)
        return max((end for span in spans if span and (end := _end(span, now))), default=None)


def _end(span: tuple[time, time], now: datetime) -> datetime | None:
    """When the hours end that ``now`` lies in; None: it lies outside."""
    start, end = span
    local = now.astimezone(_SHANGHAI)
    at = local.time().replace(tzinfo=None)
    quiet = start <= at < end if start < end else (at >= start or at < end)
    if not quiet:
        return None
    day = local.date() if at < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, _SHANGHAI).astimezone(now.tzinfo)


def _awake(conversation: Conversation, now: datetime) -> bool:
    last = conversation.last_inbound_at
    return last is not None and now - last < AWAKE
