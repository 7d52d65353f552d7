"""Several matters told in one breath: where the text says so itself, and each part tells a trouble of its own."""

import re
from collections.abc import Sequence
from itertools import pairwise

from dialogs.nlu.matter import Categories, finds_fault
from dialogs.nlu.places import find_place

_FIRST = 1500
_MOST = 5
_SHORTEST = 6
_ANNOUNCED = re.compile(
    r"^.{0,12}?(?:有|反映|说|投诉|登记)(?:下面|以下|这么)?(?:两|三|四|几|2|3|4)(?:件|个)(?:事情?|问题)?[，,：: 。]*"
)
_AT_IT = re.compile(r"^(?:小区|村里|楼下|门口|单元|我家|我们家?)")
"""A place of the place that was named before."""
_COUNTED = re.compile(r"第?[一二三四五1-5]|.*(?:件事|个(?:事|问题))")
_HEAD = re.compile(
    r"(?:^|(?<=[\n。；;，,！!：: ]))(?:第?[一二三四五](?:[、.．]|是|来|件事?[是，,：:]?|个(?:问题|事)[是，,：:]?)|"
    r"[1-5](?:[、.．)）](?!\d))|"
    r"(?:另外|还有|再就是|同时还有|再有)[，,]?(?:还)?(?:有|就是|想(?:再)?反映|反映)?(?:一件事|一个(?:事|问题)|个(?:事|问题))?(?:是|就是)?[，,：:]?)"
)


def matters_in(text: str, categories: Categories) -> Sequence[str]:
    """The matters of a text, in order; empty where it tells one alone.

    Parts that go on with the same trouble at the same place are no matters of their own.
    """
    text = _ANNOUNCED.sub("", text, count=1)
    sample = text[:_FIRST]
    heads = [found for found in _HEAD.finditer(sample) if found.start() == 0 or found.end() < len(sample)]
    if not heads:
        return ()
    marks = [0, *(head.start() for head in heads if head.start()), len(text)]
    parts = [_bare(text[start:end]) for start, end in pairwise(marks)]
    told = [part for part in parts if len(part) >= _SHORTEST and finds_fault(part)]
    counted = all(_COUNTED.match(head.group()) for head in heads)
    if not 2 <= len(told) <= _MOST or not _differ(told, categories, counted=counted):  # noqa: PLR2004 - one is none
        return ()
    return _with_place(told) if len("".join(told)) > len(text) // 2 else ()


def _differ(parts: Sequence[str], categories: Categories, *, counted: bool) -> bool:
    """Whether each is at its own place, or where they are counted (一是…二是…) of its own kind."""
    kinds = [kind for part in parts if (kind := categories.of(part))]
    places = [found.value for part in parts if (found := find_place(part)) and found.exact]
    all_placed = len(places) == len(parts) == len(set(places))
    return len(set(kinds)) == len(kinds) and (all_placed or (counted and len(kinds) == len(parts)))


def _bare(part: str) -> str:
    return _HEAD.sub("", part, count=1).strip(" ，,；;。\n")


def _with_place(parts: Sequence[str]) -> Sequence[str]:
    """Where only the first part says where, the others are there too: each stands by itself."""
    first = find_place(parts[0])
    if not first or not first.exact:
        return tuple(parts)
    return tuple(_placed(part, first.value) for part in parts)


def _placed(part: str, place: str) -> str:
    found = find_place(part)
    if found and found.exact and not _AT_IT.match(part):
        return part
    return f"{place}{part.removeprefix('小区') if place.endswith('小区') else part}"
