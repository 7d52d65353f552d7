"""What may be done only so often a day, counted over all processes at once."""

import asyncio
from datetime import UTC, datetime, timedelta

from storage.daily_counts import DailyCounts, MonthlyTurns
from storage.driver import Database

EVENING = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
"""One minute before midnight in China."""


async def test_no_more_than_the_most_are_allowed_however_many_ask_at_once(database: Database) -> None:
    counts = [DailyCounts(database) for _ in range(4)]
    asked = [counts[n % 4].spend("public:weibo:main", most=5, now=EVENING) for n in range(20)]
    assert sorted(await asyncio.gather(*asked)) == [False] * 15 + [True] * 5


async def test_each_name_and_each_day_in_china_has_its_own_count(database: Database) -> None:
    counts = DailyCounts(database)
    assert await counts.spend("a", most=1, now=EVENING)
    assert not await counts.spend("a", most=1, now=EVENING)
    assert await counts.spend("b", most=1, now=EVENING)
    assert await counts.spend("a", most=1, now=EVENING + timedelta(minutes=1))


async def test_where_nothing_is_allowed_nothing_is_counted(database: Database) -> None:
    counts = DailyCounts(database)
    assert not await counts.spend("a", most=0, now=EVENING)
    assert await counts.spend("a", most=1, now=EVENING)


async def test_of_a_month_so_many_things_have_their_turn_each_counted_once(database: Database) -> None:
    turns = [MonthlyTurns(database) for _ in range(4)]
    asked = [turns[n % 4].take("mass:wechat:main", f"b{n % 10}", most=4, now=EVENING) for n in range(20)]
    given = [n % 10 for n, taken in enumerate(await asyncio.gather(*asked)) if taken]
    assert (len(given), len(set(given))) == (8, 4)
    assert not await turns[0].has_room("mass:wechat:main", "another", most=4, now=EVENING)
    assert await turns[0].has_room("mass:wechat:main", f"b{given[0]}", most=4, now=EVENING)


async def test_turns_are_each_account_s_and_each_month_s_of_china(database: Database) -> None:
    turns, end = MonthlyTurns(database), datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    assert await turns.take("a", "one", most=1, now=end)
    assert not await turns.take("a", "two", most=1, now=end)
    assert await turns.take("b", "two", most=1, now=end)
    assert await turns.take("a", "two", most=1, now=end + timedelta(minutes=1))
    assert not await turns.take("c", "one", most=0, now=end)
