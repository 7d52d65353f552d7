"""The notices of a case as text messages: at most two of them, the signature counted, whatever was written.

What a reader must have stands whole: which case, what happened, the right that the law gives at this step, said once.
The words of staff get the room that is left; where they are cut, the text says how to read them whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from channels.signs import whole_signs
from channels.sms.settings import LONGEST_SIGN
from channels.sms.text import room, utf16_units

ROOM = room("字" * LONGEST_SIGN, messages=2)
"""UTF-16 units beside the longest signature that an account may have: announcing knows no account."""
WHOLE = "全文请回复编号和查询码。"
_TITLES = (20, 12, 8)
_CUT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """``head`` gives the first line by how long its title may be; ``said``: names and words of staff, in order.

    ``law``: the right that comes with the step. ``then``: what the reader may do; it makes room for how to read
    what is cut, but for ``must``, which says how to answer what is asked.
    """

    head: Callable[[int], str]
    said: Sequence[tuple[str, str]] = field(default=(), repr=False)
    law: str = ""
    then: str = ""
    must: str = ""


def by_text(parts: Parts) -> str:
    """``parts`` as one text that fits."""
    said = [(name, " ".join(words.split())) for name, words in parts.said if words.strip()]
    once = "" if says_review(" ".join(words for _, words in said)) else parts.law
    for then in (parts.then, parts.must):
        for title in _TITLES:
            text = _lines([parts.head(title), *map(_line, said), once, then])
            if utf16_units(text) <= ROOM:
                return text
    first, rest = parts.head(_TITLES[-1]), [parts.law, parts.must, WHOLE]
    left = ROOM - utf16_units(_lines([first, *(_line((name, "字")) for name, _ in said), *rest])) + len(said)
    return _lines([first, *map(_line, _shared_out(said, left)), *rest])


def with_link(first: str, head: Callable[[int], str], note: str, url: str) -> str:
    """A text that leads to a page: the address whole, before it as much as fits; "" where the address does not."""
    for lines in (
        *([head(title), first, " ".join(note.split()), url] for title in _TITLES),
        *([head(title), first, url] for title in _TITLES),
        [first, url],
    ):
        if utf16_units(text := _lines(lines)) <= ROOM:
            return text
    return ""


def clipped(words: str, units: int) -> str:
    """At most ``units`` of ``words``, no sign of several units cut; a shortened one ends in "…"."""
    if utf16_units(words) <= units:
        return words
    kept = words.encode("utf-16-be", "surrogatepass")[: 2 * max(units - 1, 0)].decode("utf-16-be", "ignore")
    return words[: whole_signs(words, len(kept))].rstrip() + _CUT if kept else ""


def says_review(words: str) -> bool:
    """Whether staff wrote of the review and its time themselves: then it is not said a second time."""
    return "复查" in words and any(time in words for time in ("30日", "三十日", "30天", "三十天"))


def _shared_out(said: Sequence[tuple[str, str]], left: int) -> Sequence[tuple[str, str]]:
    """Each its words as far as ``left`` goes: what is short stays whole, what is long shares the rest evenly."""
    lengths = [utf16_units(words) for _, words in said]
    most = next((most for most in range(left, 0, -1) if sum(min(one, most) for one in lengths) <= left), 0)
    return [(name, clipped(words, most)) for name, words in said]


def _line(named: tuple[str, str]) -> str:
    name, words = named
    return f"{name}：{words}" if name and words else words


def _lines(parts: Sequence[str]) -> str:
    return "\n".join(part for part in parts if part)
