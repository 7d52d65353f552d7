"""The districts, towns and estates that an office knows, out of its list: they complete a place, or tell it is unknown.

The list is YAML, names under the area they lie in::

    奎文区:
      东关街道: [李家街社区, 新城枫景]
    坊子区:
      石埠子镇: [前王村]
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from dialogs.nlu.places import end_of_place
from dialogs.wrong_files import unreadable, yaml_line, yaml_wrong
from dialogs.yaml_text import read_yaml

_SHORTEST = 2
_LONGEST_READ = 3000
_DEPTH = 2
"""Areas around an estate: district and street."""
_SHORTEST_ALONE = 3
"""Characters; shorter names without a suffix are words as well."""


class BadGazetteer(Exception):
    """``sentence`` says what is wrong with which file; ``key`` names the setting that leads to it."""

    retryable = False
    key = "dialog.files"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name of the list: ``within`` are the areas around it, the widest first."""

    name: str
    within: tuple[str, ...]

    @property
    def full(self) -> str:
        return "".join((*self.within, self.name))


@dataclass(frozen=True, slots=True)
class Gazetteer:
    _by_start: Mapping[str, tuple[Named, ...]] = field(repr=False)

    @classmethod
    def of(cls, areas: Mapping[str, Any]) -> "Gazetteer":
        index: dict[str, list[Named]] = defaultdict(list)
        for named in _named(areas, ()):
            if len(named.name) >= _SHORTEST:
                index[named.name[:_SHORTEST]].append(named)
        return cls({start: tuple(sorted(names, key=lambda n: -len(n.name))) for start, names in index.items()})

    @classmethod
    def load(cls, path: Path) -> "Gazetteer":
        return cls.of(areas_in(path))

    def find(self, text: str) -> list[Named]:
        """The names that stand in a text, in order; the longest at each place, every one of equal names."""
        found: list[Named] = []
        at, sample = 0, text[:_LONGEST_READ]
        if self._by_start.keys().isdisjoint(map("".join, pairwise(sample))):
            return found
        while at < len(sample):
            here = [n for n in self._by_start.get(sample[at : at + _SHORTEST], ()) if sample.startswith(n.name, at)]
            longest = [n for n in here if len(n.name) == len(here[0].name)]
            found += longest
            at += len(longest[0].name) if longest else 1
        return found

    def complete(self, place: str) -> str:
        """The place with the areas around it where the list knows one such place alone; else as it was written."""
        names = self.find(place)
        said = {named.name for named in names}
        innermost = [n for n in names if len(n.within) == max(len(one.within) for one in names)]
        fits = [n for n in innermost if all(area in n.within or area == n.name for area in said)] or innermost
        if len({n.full for n in fits}) != 1:
            return place
        if not place.startswith((fits[0].name, *fits[0].within)):
            return place
        bare = place
        for area in fits[0].within:
            bare = bare.removeprefix(area)
        return f"{''.join(fits[0].within)}{bare}"

    def choices(self, place: str) -> tuple[str, ...]:
        """Which of several places of that name is meant: 前王村 of which town? Empty where there is no doubt."""
        full = {named.full for named in self.find(place) if self.complete(place) == place and named.within}
        said = {name for name in full if name not in place}
        return tuple(sorted(said)) if len(said) > 1 else ()

    def settled(self, place: str, said: str) -> str:
        """The place made one of its ``choices`` by what was said to it (坊子区那个); "" where that leaves it open."""
        names = [named for named in self.find(place) if named.full in self.choices(place)]
        fits = [n for n in names if n.full in said] or [n for n in names if any(area in said for area in n.within)]
        if len({n.full for n in fits}) != 1:
            return ""
        return f"{fits[0].full}{place.partition(fits[0].name)[2]}"

    def place_in(self, text: str) -> str:
        """The first estate or village of the list that a text names, with its street before it and its house after."""
        sample = text[:_LONGEST_READ]
        inner = [n for n in self.find(sample) if len(n.within) >= _DEPTH and len(n.name) >= _SHORTEST_ALONE]
        if not inner:
            return ""
        at = start = sample.find(inner[0].name)
        for area in reversed(inner[0].within):
            start -= len(area) if sample[:start].endswith(area) else 0
        return sample[start : end_of_place(sample, at + len(inner[0].name))]


def areas_in(path: Path) -> Mapping[str, Any]:
    """What the list holds.

    Raises:
        BadGazetteer: it cannot be read, or is none.
    """
    try:
        areas = read_yaml(path.read_bytes())
    except YAMLError as wrong:
        line = yaml_line(wrong)
        raise BadGazetteer(f"地名表 {path} {f'第 {line} 行' if line else ''}{yaml_wrong(wrong)}") from wrong
    except (OSError, UnicodeDecodeError) as wrong:
        raise BadGazetteer(f"地名表 {path} {unreadable(wrong)}") from wrong
    if fault := next(faults(areas), None):
        raise BadGazetteer(f"地名表 {path} 里{'的'.join(fault.within)}：{fault.sentence}")
    held: Mapping[str, Any] = areas
    return held


def named_in(areas: Mapping[str, Any]) -> list[Named]:
    """Every name of a list, areas before what lies in them."""
    return list(_named(areas, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong under ``within``, the names from the top."""

    within: tuple[str, ...]
    sentence: str


def faults(areas: object, within: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Whatever is no list of names under names."""
    if isinstance(areas, Mapping):
        for name, inner in areas.items():
            yield from faults(inner, (*within, str(name)))
    elif isinstance(areas, list) and within:
        if wrong := [one for one in areas if not isinstance(one, str)]:
            yield Fault(within=within, sentence=f"[ ] 里应是地名，“{wrong[0]}”不是")
    elif areas is not None or not within:
        yield Fault(within=within, sentence="应是“区县: 街道: [社区, 村]”的层级")


def _named(areas: object, within: tuple[str, ...]) -> Iterable[Named]:
    if isinstance(areas, Mapping):
        for name, inner in areas.items():
            yield Named(name=str(name), within=within)
            yield from _named(inner, (*within, str(name)))
    elif isinstance(areas, list):
        yield from (Named(name=str(name), within=within) for name in areas)
