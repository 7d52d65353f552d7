"""Texts made of nothing but known phrases, recognised in linear time whatever is typed.

``(?:好|好的|嗯+)+`` looks harmless and takes exponential time on "好好好…x": each phrase is therefore taken whole, the
longest first, and never given back (an atomic group).
"""

import re
from collections.abc import Iterator


def made_of(alternatives: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """The pattern of one or more of the alternatives, which are separated by bars; use it with ``fullmatch``."""
    longest_first = sorted(_split(alternatives), key=len, reverse=True)
    return re.compile(f"(?>{'|'.join(longest_first)})+", flags)


def _split(alternatives: str) -> Iterator[str]:
    """Split at the bars that stand outside groups and classes."""
    depth, start = 0, 0
    for at, c in enumerate(alternatives):
        depth += (c in "([") - (c in ")]")
        if c == "|" and depth == 0:
            yield alternatives[start:at]
            start = at + 1
    yield alternatives[start:]
