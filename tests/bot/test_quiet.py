"""Quiet hours: no notice wakes anybody, and nobody who is awake waits until the morning."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.quiet import AWAKE, QuietHours
from channels.messages import Address, Purpose
from storage.records import Conversation, OutboxEntry

SHANGHAI = ZoneInfo("Asia/Shanghai")
PERSON = Address(channel="wechat", account="main", sender="o1")
OVERNIGHT = QuietHours(span=(time(22), time(7)))
AT_NOON = QuietHours(span=(time(12, 30), time(14)))
BEGINNING = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


def notice(purpose: Purpose = Purpose.CASE_NOTICE) -> OutboxEntry:
    return OutboxEntry(
        id="e", conversation_id="c", address=PERSON, purpose=purpose, text="", created_at=BEGINNING, due_at=BEGINNING
    )


def conversation(last_inbound_at: datetime | None) -> Conversation:
    return Conversation(
        id="c", address=PERSON, version=1, state={}, created_at=BEGINNING, last_inbound_at=last_inbound_at
    )


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (OVERNIGHT, at(21, 21, 59, 59), None),
        (OVERNIGHT, at(21, 22), at(22, 7)),
        (OVERNIGHT, at(21, 23, 59, 59), at(22, 7)),
        (OVERNIGHT, at(22, 0), at(22, 7)),
        (OVERNIGHT, at(22, 6, 59, 59), at(22, 7)),
        (OVERNIGHT, at(22, 7), None),
        (OVERNIGHT, at(30, 23), datetime(2026, 12, 1, 7, tzinfo=SHANGHAI)),
        (AT_NOON, at(21, 12, 29), None),
        (AT_NOON, at(21, 12, 30), at(21, 14)),
        (AT_NOON, at(21, 14), None),
        (QuietHours(span=(time(0), time(6))), at(21, 0), at(21, 6)),
        (QuietHours(span=(time(20), time(0))), at(21, 23), at(22, 0)),
        (QuietHours(span=None), at(21, 23), None),
    ],
)
def test_a_notice_waits_for_the_end_of_the_quiet_hours(
    hours: QuietHours, now: datetime, until: datetime | None
) -> None:
    held = hours.holds_until(notice(), conversation(None), now=now.astimezone(UTC))
    assert held == until
    assert held is None or held.utcoffset() == timedelta(0)


@pytest.mark.parametrize("purpose", [Purpose.CASE_NOTICE, Purpose.BROADCAST])
def test_whoever_wrote_within_half_an_hour_is_told_at_once(purpose: Purpose) -> None:
    now = at(21, 23)
    for since, held in ((timedelta(seconds=1), False), (AWAKE - timedelta(seconds=1), False), (AWAKE, True)):
        until = OVERNIGHT.holds_until(notice(purpose), conversation(now - since), now=now)
        assert (until is not None) == held
    assert OVERNIGHT.holds_until(notice(purpose), None, now=now) is not None


def test_a_reply_is_never_held() -> None:
    assert OVERNIGHT.holds_until(notice(Purpose.REPLY), conversation(None), now=at(21, 3)) is None


@given(
    st.times(),
    st.times(),
    st.integers(0, 366 * 24 * 3600).map(lambda seconds: BEGINNING + timedelta(seconds=seconds)),
)
def test_what_is_held_goes_within_a_day_and_then_is_free(start: time, end: time, now: datetime) -> None:
    if start == end:
        return
    hours = QuietHours(span=(start, end))
    until = hours.holds_until(notice(), None, now=now)
    if until is not None:
        assert now < until <= now + timedelta(days=1)
        assert hours.holds_until(notice(), None, now=until) is None
