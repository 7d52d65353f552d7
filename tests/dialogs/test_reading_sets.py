"""What is read out of the labelled messages of ``extraction_sets``: who, how to reach them, where, since when, what for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from dialogs.nlu import commands
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.amounts import find_amounts
from dialogs.nlu.categories import WORDS, Categories
from dialogs.nlu.danger import danger_in
from dialogs.nlu.facts import read_facts
from dialogs.nlu.gist import LONGEST as LONGEST_GIST
from dialogs.nlu.gist import make_gist
from dialogs.nlu.manners import is_spam, scolds
from dialogs.nlu.matter import type_of
from dialogs.nlu.names import find_concerned, find_own_name
from dialogs.nlu.places import find_place, lack_of, unnamed_in
from dialogs.nlu.splitting import split_matters
from dialogs.nlu.times import read_time
from dialogs.nlu.title import make_title
from dialogs.nlu.title_words import LONGEST, WANTED
from dialogs.text.clean import Script, clean

_SETS = Path(__file__).with_name("extraction_sets")
_MESSAGES: Sequence[Mapping[str, Any]] = YAML(typ="safe").load(_SETS / "messages.yml")
_MATTERS: Mapping[str, Any] = YAML(typ="safe").load(_SETS / "matters.yml")
_CATEGORIES = Categories.load(WORDS)
_SCRIPT = Script()
_NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
_PIECES = [
    "小区",
    "村口",
    "路",
    "街",
    "号",
    "1",
    "3",
    "-",
    "区",
    "市",
    "县",
    "我",
    "叫",
    "王",
    "芳",
    "，",
    "。",
    "姓",
    "元",
    "万",
    "千",
    "三",
    "十",
    "几",
    "死",
    "火",
    "着",
    "电梯",
    "困",
    "人",
    "上周",
    "去年",
    "第一",
    "另外",
    "还有",
    "1、",
    "（2）",
    "举报",
    "局长",
    "收",
    "钱",
    "13800138000",
]


def even(text: str) -> str:
    return _SCRIPT.simplified(clean(text))


def name_in(text: str) -> str:
    found = find_own_name(text)
    return found.value if found else ""


def place_in(text: str) -> str:
    return read_facts(text, _CATEGORIES).place


def phone_in(text: str) -> str:
    return read_facts(text, _CATEGORIES).phone


def case_in(text: str) -> str:
    return next(iter(commands.case_numbers(text)), "")


def kind_of(text: str) -> str:
    return type_of(read_facts(text, _CATEGORIES).matter or text)


def amounts_in(text: str) -> str:
    return " ".join(amount.text for amount in find_amounts(text))


def precision_and_recall(part: str, read: Callable[[str], str], *, everywhere: bool) -> tuple[float, float]:
    """Over all messages, or only those that are labelled for it."""
    rows = [row for row in _MESSAGES if everywhere or part in row]
    pairs = [(_expected(row, part), read(even(row["text"]))) for row in rows]
    right = sum(bool(told) and told == found for told, found in pairs)
    return right / max(sum(bool(found) for _, found in pairs), 1), right / sum(bool(told) for told, _ in pairs)


def _expected(row: Mapping[str, Any], part: str) -> str:
    told = row.get(part, "")
    return " ".join(map(str, told)) if isinstance(told, list) else str(told)


@pytest.mark.parametrize(
    ("part", "read", "everywhere"),
    [
        ("name", name_in, True),
        ("phone", phone_in, True),
        ("place", place_in, True),
        ("case", case_in, True),
        ("concerned", find_concerned, True),
        ("amounts", amounts_in, True),
        ("type", kind_of, False),
        ("since", lambda text: read_facts(text, _CATEGORIES).since, False),
    ],
)
def test_what_a_message_says_is_read(part: str, read: Callable[[str], str], *, everywhere: bool) -> None:
    precision, recall = precision_and_recall(part, read, everywhere=everywhere)
    assert precision >= 0.95
    assert recall >= 0.95


@pytest.mark.parametrize("row", [row for row in _MESSAGES if "findable" in row], ids=lambda row: row["text"][:20])
def test_a_place_knows_whether_staff_could_find_it(row: Mapping[str, Any]) -> None:
    assert read_facts(even(row["text"]), _CATEGORIES).place_findable is row["findable"]


@pytest.mark.parametrize(
    ("place", "lack"),
    [("前王村", "district"), ("小区幼儿园门口", "name"), ("奎文区", "spot"), ("坊子区前王村", ""), ("阳光花园", "")],
)
def test_what_a_place_lacks_is_known(place: str, lack: str) -> None:
    assert lack_of(place) == lack


def test_several_matters_are_told_apart_where_the_text_does_so() -> None:
    found = [split_matters(even(row["text"]), _CATEGORIES) for row in _MATTERS["several"]]
    right = [
        len(parts) == len(row["parts"]) and all(map(str.startswith, parts, row["parts"]))
        for parts, row in zip(found, _MATTERS["several"], strict=True)
    ]
    assert sum(right) / len(right) >= 0.8


@pytest.mark.parametrize("text", _MATTERS["one"])
def test_one_matter_stays_whole(text: str) -> None:
    assert split_matters(even(text), _CATEGORIES) == []


def test_a_title_is_short_and_in_the_writers_words() -> None:
    told = [read_facts(even(row["text"]), _CATEGORIES) for row in _MESSAGES]
    titles = [(make_title(f.matter, f.place, _CATEGORIES), f) for f in told if f.matter]
    assert sum(len(title) <= WANTED for title, _ in titles) / len(titles) >= 0.95
    assert all(len(title) <= LONGEST for title, _ in titles)
    assert all(set(title) <= set(f.matter + f.place) | set("反映问题，父母亲") for title, f in titles)


def _of_two_pieces(place: str, text: str) -> bool:
    return any(place[:at] in text and place[at:] in text for at in range(1, len(place)))


@given(st.lists(st.sampled_from(_PIECES), max_size=60).map("".join))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_is_read_in_its_own_words(text: str) -> None:
    facts = read_facts(text, _CATEGORIES)
    place = find_place(text)
    assert facts.place in text or _of_two_pieces(facts.place, text)  # the district may stand apart
    assert place is None or text[place.start : place.end] == place.value or place.value in text
    assert all(text[amount.start : amount.end] == amount.text for amount in find_amounts(text))
    assert all(part in text or "，" in part for part in split_matters(text, _CATEGORIES))
    assert len(make_title(text, facts.place, _CATEGORIES)) <= LONGEST
    assert len(make_gist(text)) <= LONGEST_GIST


@pytest.mark.parametrize(
    "hostile",
    [
        "村口" * 4500,
        "小区" * 4500,
        "一二三四五" * 1800,
        "第一，" * 3000,
        "另外，" * 3000,
        "我叫王" * 3000,
        "1、" * 4500,
        "，" * 9000,
        "死" * 9000,
        "着火了如果" * 1800,
        "局长" * 4500,
        "1-" * 4500,
        "电梯" * 4500,
        "a" * 9000,
        "从楼上" * 3000,
        "张三的爸爸" * 1800,
    ],
    ids=lambda text: text[:6],
)
def test_nothing_that_is_written_takes_long(hostile: str) -> None:
    started = process_time()
    read_facts(hostile, _CATEGORIES)
    for read in (danger_in, accuses_an_official, scolds, is_spam, find_amounts, find_concerned, unnamed_in, make_gist):
        read(hostile)
    split_matters(hostile, _CATEGORIES)
    read_time(hostile, now=_NOW)
    assert process_time() - started < 3
