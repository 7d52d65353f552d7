"""When it happened, as the summary shows it and the case keeps it."""

from datetime import UTC, date, datetime

import pytest

from dialogs.actions.happened import happened_in, shown

_NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
_TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("上周三晚上停电", "上周三晚上（11月11日）"),
        ("10月5日停电", "10月5日"),
        ("上周总停水", "上周（11月9日至11月15日）"),
        ("去年拖欠工资", "去年（2025年）"),
        ("三个月没发工资", "三个月（约2026年8月）"),
        ("上个月没发工资", "上个月（2026年10月）"),
        ("路灯坏了", ""),
    ],
)
def test_the_words_are_shown_with_the_days_they_mean(text: str, line: str) -> None:
    assert shown(happened_in(text, None, now=_NOW), today=_TODAY) == line


def test_words_read_before_keep_the_days_they_meant_then() -> None:
    first = happened_in("昨天停电", None, now=_NOW)
    assert happened_in("昨天停电，今天还没来", first, now=datetime(2026, 11, 23, 2, 0, tzinfo=UTC)) == first
    assert happened_in("上周三停电", first, now=_NOW) != first
