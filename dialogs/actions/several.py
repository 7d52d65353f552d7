"""Several matters told in one breath: where the text says so itself, and each part tells a trouble of its own."""

import re
from collections.abc import Sequence
from itertools import pairwise

from dialogs.nlu.matter import Categories, finds_fault
from dialogs.nlu.places import find_place

_FIRST = 1500
_MOST = 5
_SHORTEST = 6
_HEAD = re.compile(
    r"(?:^|(?<=[\n。；;，,！!：: ]))(?:第?[一二三四五](?:[、.．]|是|来|件事?[是，,：:]?|个(?:问题|事)[是，,：:]?)|[1-5](?:[、.．)）](?!\d))|"
    r"(?:另外|还有|再就是|同时还有|再有)[，,]?(?:还)?(?:有|就是|想(?:再)?反映|反映)?(?:一件事|一个(?:事|问题)|个(?:事|问题))?(?:是|就是)?[，,：:]?)"
)


def matters_in(text: str, categories: Categories) -> Sequence[str]:
    """The matters of a text, in order; empty where it tells one alone.

    Parts that go on with the same trouble at the same place are no matters of their own.
    """
    sample = text[:_FIRST]
    heads = [found for found in _HEAD.finditer(sample) if found.start() == 0 or found.end() < len(sample)]
    if not heads:
        return ()
    marks = [0, *(head.start() for head in heads if head.start()), len(text)]
    parts = [_bare(text[start:end]) for start, end in pairwise(marks)]
    told = [part for part in parts if len(part) >= _SHORTEST and finds_fault(part)]
    kinds = {categories.of(part) for part in told}
    if not 2 <= len(told) <= _MOST or "" in kinds or len(kinds) < len(told):  # noqa: PLR2004 - one is not several
        return ()
    return _with_place(told) if len("".join(told)) > len(text) // 2 else ()


def _bare(part: str) -> str:
    return _HEAD.sub("", part, count=1).strip(" ，,；;。\n")


def _with_place(parts: Sequence[str]) -> Sequence[str]:
    """Where only the first part says where, the others are there too: each stands by itself."""
    first = find_place(parts[0])
    if not first or not first.exact:
        return tuple(parts)
    return tuple(part if find_place(part) else f"{first.value}{part}" for part in parts)
