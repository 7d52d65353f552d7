"""Which units answer for a matter of this kind, there, by the table of units: proposed to who assigns, who decides."""

from collections.abc import Iterable, Sequence

from storage.units import Unit

SHOWN = 3


def responsible(units: Iterable[Unit], *, category: str, district: str) -> Sequence[Unit]:
    """Give the likeliest first: those for the kind itself, then for what it is one of, then for the district alone.

    A unit that names kinds, or districts, answers for no others.
    """
    rated = [(_fits(unit, category, district), unit) for unit in units if unit.active]
    likely = sorted((one for one in rated if any(one[0])), key=lambda one: one[0], reverse=True)
    return [unit for _, unit in likely[:SHOWN]]


def _fits(unit: Unit, category: str, district: str) -> tuple[int, int]:
    first = category.partition("/")[0]
    # Whoever filled in the table may have named the second level alone.
    last = category.rpartition("/")[2]
    kind = 2 if {category, last} & set(unit.categories) and last != first else int(first in unit.categories)
    place = int(district in unit.districts)
    elsewhere = bool(unit.districts and district and not place)
    if elsewhere or (unit.categories and not kind):
        return (0, 0)
    return (kind, place)
