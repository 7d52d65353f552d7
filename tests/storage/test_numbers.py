"""Case numbers."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from storage.numbers import Numbers, compose, normalise

prefixes = st.from_regex(r"[A-Z]{1,6}", fullmatch=True)
moments = st.integers(0, 36_000).map(lambda days: datetime(2000, 1, 2, 15, tzinfo=UTC) + timedelta(days=days))
numbers = st.builds(compose, prefixes, moments, st.integers(1, 999_999))


def test_a_number_names_the_day_in_china():
    late = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # past midnight in Shanghai
    assert compose("WF", late, 123).startswith("WF26112200123")
    assert len(compose("WF", late, 123)) == 14


def test_a_day_with_more_than_99999_cases_grows_a_digit():
    at = datetime(2026, 11, 21, tzinfo=UTC)
    number = compose("WF", at, 100_000)
    assert len(number) == 15
    assert normalise(number) == number


@given(numbers)
def test_a_number_is_its_own_normal_form(number):
    assert normalise(number) == number


@given(numbers, st.data())
def test_spaces_hyphens_lower_case_and_full_width_are_understood(number, data):
    wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
    written = data.draw(st.sampled_from([number, number.lower(), number.translate(wide)]))
    place = data.draw(st.integers(0, len(written)))
    gap = data.draw(st.sampled_from([" ", "-", "\u3000", " - ", "－", "—"]))
    assert normalise(written[:place] + gap + written[place:]) == number


@given(numbers, st.data())
def test_a_single_wrong_digit_is_caught(number, data):
    place = data.draw(st.sampled_from([i for i, each in enumerate(number) if each.isdigit()]))
    digit = data.draw(st.sampled_from([each for each in "0123456789" if each != number[place]]))
    assert normalise(number[:place] + digit + number[place + 1 :]) is None


@given(numbers, st.data())
def test_two_neighbours_exchanged_are_caught(number, data):
    first = next(i for i, each in enumerate(number) if each.isdigit())
    place = data.draw(st.integers(first, len(number) - 2))
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert normalise(swapped) is None


@given(st.text())
def test_any_text_is_read_or_refused_never_an_error(text):
    found = normalise(text)
    assert found is None or normalise(found) == found


@pytest.mark.parametrize("prefix", ["", "wf", "ABCDEFG", "W1", "信"])
def test_a_prefix_is_one_to_six_letters(prefix):
    with pytest.raises(ValueError, match="prefix"):
        Numbers({"counters": None, "case_numbers": None}, None, prefix=prefix)


class TestDrawing:
    pytestmark = pytest.mark.parametrize("driver", ["motor", "pymongo"])

    async def test_the_same_message_gets_the_same_number_and_others_the_next(self, store, now):
        first = await store.numbers.draw(message_id="a", at=now)
        assert await store.numbers.draw(message_id="a", at=now) == first
        second = await store.numbers.draw(message_id="b", at=now)
        assert first.startswith("WF26112100001")
        assert second.startswith("WF26112100002")

    async def test_many_at_once_get_different_numbers_and_repeats_their_own(self, store, now):
        ids = [str(each % 10) for each in range(40)]
        drawn = await asyncio.gather(*(store.numbers.draw(message_id=each, at=now) for each in ids))
        assert len(set(drawn)) == 10
        assert all(drawn[i] == drawn[i % 10] for i in range(40))
        assert all(normalise(each) == each for each in drawn)


async def test_many_who_file_at_once_get_their_own_numbers_from_one_count(database, vault):
    numbers = Numbers(database, vault, prefix="WF")
    today, tomorrow = datetime(2026, 11, 21, 4, tzinfo=UTC), datetime(2026, 11, 22, 4, tzinfo=UTC)
    first = await numbers.draw(message_id="m3", at=today)
    wanted = [(f"m{place}", tomorrow if place == 7 else today) for place in range(20)]
    drawn = await asyncio.gather(*(numbers.draw(message_id=key, at=at) for key, at in [*wanted, *wanted]))
    assert drawn[:20] == drawn[20:]
    assert drawn[3] == first
    assert len(set(drawn[:20])) == 20
    assert sorted(int(each[8:13]) for place, each in enumerate(drawn[:20]) if place != 7) == list(range(1, 20))
    assert drawn[7][:13] == "WF26112200001"
