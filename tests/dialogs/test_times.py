"""Expressions of time, resolved against the moment they were written."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from dialogs.nlu.days import resolve
from dialogs.nlu.times import Moment, find_since, read_time
from dialogs.text.clean import Script, clean

_TOLD = YAML(typ="safe").load(Path(__file__).with_name("extraction_sets") / "moments.yml")
_PIECES = [
    "上",
    "这",
    "周",
    "三",
    "个",
    "月",
    "底",
    "年",
    "去",
    "腊",
    "初",
    "十",
    "五",
    "2026",
    "-",
    ".",
    "号",
    "日",
    "前",
    "春节",
    "点",
    "半",
    "多",
    "天",
    "从",
    "开始",
    "中秋",
    "晚上",
    "零",
    "99",
    "二",
    "八",
    "以来",
    "过完年",
]


def read(text: str) -> Moment | None:
    return read_time(Script().simplified(clean(text)), now=_TOLD["now"])


@pytest.mark.parametrize("row", _TOLD["moments"], ids=lambda row: row["text"])
def test_a_time_means_the_days_it_means(row: dict[str, Any]) -> None:
    moment = read(row["text"])
    assert (moment and (moment.first, moment.last, moment.grain)) == (
        (row["first"], row["last"], row["grain"]) if "first" in row else None
    )


def test_the_day_is_that_of_the_office() -> None:
    late = datetime(2026, 11, 17, 17, 0, tzinfo=UTC)
    moment = read_time("今天早上停电", now=late)
    assert moment
    assert moment.first == date(2026, 11, 18)


def test_the_hour_is_read_with_its_part_of_the_day() -> None:
    moments = [read(text) for text in ("昨天下午3点多漏水", "昨晚10点半", "今早7点", "昨天半夜两点")]
    assert [moment and moment.at and moment.at.isoformat("minutes") for moment in moments] == [
        "15:00",
        "22:30",
        "07:00",
        "02:00",
    ]


def test_the_words_are_those_of_the_writer() -> None:
    moment = read("路灯从去年腊月二十三开始就不亮")
    assert moment
    assert moment.text == "从去年腊月二十三开始"
    assert find_since("路灯从去年腊月二十三开始就不亮") == moment.text


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_whatever_is_written_is_a_past_span_or_none(text: str) -> None:
    moment = read_time(text, now=_TOLD["now"])
    if moment:
        assert moment.first <= moment.last
        assert moment.first <= date(2026, 11, 18)
        assert moment.text in text


@given(st.sampled_from(["iso", "lunar", "date", "feast", "year", "month", "week", "span"]), st.integers(0, 40_000))
def test_every_day_of_the_century_can_be_counted_from(kind: str, days: int) -> None:
    said = {"lunar": "腊月二十三", "feast": "中秋前后", "year": "去年冬天", "month": "上上个月底", "week": "上周三"}
    today = date(1990, 1, 1) + timedelta(days=days)
    span = resolve(kind, said.get(kind, "三个月前"), today)
    assert span is None or span.first <= today
