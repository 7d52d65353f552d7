"""What the domain says of a slot: its type, what rules see of it, and how messages fill it."""

from dataclasses import dataclass, field
from typing import Any

# Rules see a slot as its features: a list of numbers for each value that may be told apart.
Feature = list[float]

_OTHER = "__other__"
MAPPING_TYPES = frozenset({"from_text", "from_entity", "from_intent", "from_trigger_intent", "custom"})
SLOT_TYPES = frozenset({"text", "bool", "categorical", "float", "list", "any"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Where a mapping holds: inside ``loop`` (None: outside any), while it asks for ``requested`` (None: for any)."""

    loop: str | None
    requested: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMapping:
    """One way a message fills a slot. ``key`` is the mapping as it was written, to see whether two are alike."""

    type: str
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    entity: str | None = None
    role: str | None = None
    group: str | None = None
    value: Any = None
    action: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSpec:
    """A slot of the domain."""

    name: str
    type: str
    influences: bool = False
    initial: Any = None
    values: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1.0
    mappings: tuple[SlotMapping, ...] = field(default=(), repr=False)

    def kept(self, value: Any) -> Any:
        """``value`` as the slot holds it: a list slot holds a list, whatever it is given."""
        if self.type != "list":
            return value
        return [value] if value and not isinstance(value, list) else value

    def feature(self, value: Any) -> Feature | None:
        """What rules see of ``value``; None: nothing, as if the slot were not there."""
        if not self.influences:
            return None
        feature = _FEATURES[self.type](self, value)
        return feature if any(feature) else None


def _presence(_: SlotSpec, value: Any) -> Feature:
    return [0.0 if value is None else 1.0]


def _list(_: SlotSpec, value: Any) -> Feature:
    try:
        return [1.0 if value is not None and len(value) > 0 else 0.0]
    except TypeError:
        return [0.0]


def _bool(_: SlotSpec, value: Any) -> Feature:
    known = _truth(value)
    return [0.0, 0.0] if known is None else [1.0, float(known)]


def _truth(value: Any) -> bool | None:
    """What Rasa takes for true and false; None: neither."""
    if isinstance(value, str):
        word = value.strip().lower()
        return word == "true" if word in {"true", "false"} else float(value) == 1.0 if value.isnumeric() else None
    return bool(value == 1.0) if isinstance(value, bool | int | float) else None


def _float(spec: SlotSpec, value: Any) -> Feature:
    try:
        capped = max(spec.low, min(spec.high, float(value)))
    except (TypeError, ValueError):
        return [0.0, 0.0]
    span = abs(spec.high - spec.low) or 1.0
    return [1.0, (capped - spec.low) / span]


def _categorical(spec: SlotSpec, value: Any) -> Feature:
    known = (*spec.values, _OTHER)
    if value is None:
        return [0.0] * len(known)
    word = str(value).lower()
    at = known.index(word) if word in known else len(spec.values)
    return [1.0 if i == at else 0.0 for i in range(len(known))]


_FEATURES = {
    "text": _presence,
    "any": lambda _spec, _value: [0.0],
    "list": _list,
    "bool": _bool,
    "float": _float,
    "categorical": _categorical,
}
