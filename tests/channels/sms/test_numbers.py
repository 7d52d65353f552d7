"""One person, one number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.numbers import LONGEST, NotANumber, canonical, international, is_mainland_mobile


@pytest.mark.parametrize(
    "given",
    [
        "13800138000",
        "+8613800138000",
        "8613800138000",
        "008613800138000",
        "013800138000",
        "+86 138 0013 8000",
        "+86-138-0013-8000",
        "(86)13800138000",
        "１３８００１３８０００",
        "＋８６１３８００１３８０００",
        " 13800138000\n",
        "\u202d13800138000\u202c",
        "138\u00a00013\u20118000",
    ],
)
def test_a_mainland_mobile_is_its_eleven_digits(given):
    assert canonical(given) == "13800138000"
    assert is_mainland_mobile(canonical(given))


@pytest.mark.parametrize(
    ("given", "form", "e164"),
    [
        ("+85291234567", "85291234567", "+85291234567"),
        ("0085291234567", "85291234567", "+85291234567"),
        ("10086", "10086", "10086"),
        ("106900112345", "106900112345", "+106900112345"),
        ("+12025550123", "12025550123", "+12025550123"),
        # Somebody in Maryland is not somebody in China
        ("+13012345678", "0013012345678", "+13012345678"),
        ("0013012345678", "0013012345678", "+13012345678"),
        ("05368123456", "05368123456", "+05368123456"),
        ("CMB-Bank", None, None),
        ("CMBank", "CMBank", "CMBank"),
        ("8612345", "8612345", "8612345"),
    ],
)
def test_any_other_stays_itself(given, form, e164):
    if form is None:
        with pytest.raises(NotANumber):
            canonical(given)
        return
    assert (canonical(given), international(canonical(given))) == (form, e164)


@pytest.mark.parametrize("given", ["", "   ", "1" * 21, "+" + "1" * 25, "小明", "\0", "a" * 21, "138🙂", "١٣٨٠٠١٣٨٠٠٠"])
def test_what_is_no_number_is_told(given):
    with pytest.raises(NotANumber):
        canonical(given)


@given(st.text(max_size=40))
def test_whatever_is_given_becomes_one_stable_form_or_is_told(given):
    try:
        form = canonical(given)
    except NotANumber:
        return
    assert 0 < len(form) <= LONGEST + 2
    assert canonical(form) == form


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "86", "0086", "0"]))
def test_every_way_to_write_a_mobile_is_one(number, prefix):
    assert canonical(prefix + number) == number
    assert canonical(international(number)) == number


@given(st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True))
def test_what_we_dial_comes_back_as_the_same_person(given):
    form = canonical(given)
    assert canonical(international(form)) in {form, form.removeprefix("00")}
