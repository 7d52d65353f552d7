"""The districts, towns and estates that an office knows, out of its list: they complete a place, or tell it is unknown.

The list is YAML, names under the area they lie in::

    奎文区:
      东关街道: [李家街社区, 新城枫景]
    坊子区:
      石埠子镇: [前王村]
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_SHORTEST = 2
_LONGEST_READ = 3000


class BadGazetteer(Exception):
    """``sentence`` says what is wrong with which file."""

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
        try:
            areas = YAML(typ="safe").load(path)
        except (OSError, YAMLError) as error:
            raise BadGazetteer(f"地名表 {path.name} 无法读取：{error}") from error
        if not isinstance(areas, Mapping):
            raise BadGazetteer(f"地名表 {path.name} 应是“区县: 街道: [社区]”的层级")
        return cls.of(areas)

    def find(self, text: str) -> list[Named]:
        """The names that stand in a text, in order; the longest at each place, every one of equal names."""
        found: list[Named] = []
        at, sample = 0, text[:_LONGEST_READ]
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


def _named(areas: object, within: tuple[str, ...]) -> Iterable[Named]:
    if isinstance(areas, Mapping):
        for name, inner in areas.items():
            yield Named(name=str(name), within=within)
            yield from _named(inner, (*within, str(name)))
    elif isinstance(areas, list):
        yield from (Named(name=str(name), within=within) for name in areas)
