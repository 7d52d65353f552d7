"""User data headers: which part of a long message this is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.gateway import Part
from channels.sms.udh import header_of, part_of


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("050003070201", Part(reference=7, number=1, total=2)),
        ("06080412340302", Part(reference=0x1234, number=2, total=3)),
        # other elements around it (ports, language)
        ("0b0504158200000003070202", Part(reference=7, number=2, total=2)),
        ("0a2401010003070201" + "240101", Part(reference=7, number=1, total=2)),
        ("", None),
        ("00", None),
        ("0605040b8423f0", None),
        ("050003070101", None),  # one of one
        ("050003070200", None),  # counted from nought
        ("050003070203", None),  # third of two
        ("0500030702", None),  # cut off
        ("0400020702", None),
        ("ff0003070201", Part(reference=7, number=1, total=2)),  # says to be longer than it is
        ("0300ff07", None),
    ],
)
def test_headers(header, part):
    assert part_of(bytes.fromhex(header)) == part


@given(st.binary(max_size=300))
def test_no_header_breaks_it(header):
    part = part_of(header)
    assert part is None or 1 <= part.number <= part.total <= 255


@given(st.integers(0, 255), st.integers(2, 255).flatmap(lambda total: st.tuples(st.integers(1, total), st.just(total))))
def test_what_we_write_is_what_we_read(reference, place):
    part = Part(reference=reference, number=place[0], total=place[1])
    assert part_of(header_of(part)) == part
