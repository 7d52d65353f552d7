"""The domain of a Rasa 3 bot, gathered from one file or several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .events import NLU_FALLBACK, OUT_OF_SCOPE, REQUESTED_SLOT, SESSION_METADATA_SLOT
from .slot_specs import SlotSpec

EXTENSIONS = "x_petition"
DEFAULT_INTENTS = ("restart", "back", OUT_OF_SCOPE, "session_start", NLU_FALLBACK)
LABEL_SEPARATOR = "#"
VARIANT_KEYS = frozenset({"text", "buttons", "image", "attachment", "custom", "channel", "condition", "metadata", "id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form. ``interrupts``, ``interrupt_confidence`` and ``reask_action`` are ours, not Rasa's (``x_petition``)."""

    name: str
    required_slots: tuple[str, ...]
    ignored_intents: tuple[str, ...] = ()
    interrupts: frozenset[str] = frozenset()
    interrupt_confidence: float = 0.0
    reask_action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """What the bot knows. ``raw`` is the domain as actions receive it; it is never changed."""

    intents: Mapping[str, frozenset[str] | None]
    entities: frozenset[str]
    slots: Mapping[str, SlotSpec]
    forms: Mapping[str, Form]
    actions: frozenset[str]
    responses: Mapping[str, Sequence[Mapping[str, Any]]]
    session_expires: timedelta | None
    carry_over_slots: bool
    raw: dict[str, Any] = field(repr=False)
    fillable: tuple[SlotSpec, ...] = field(init=False, repr=False)
    """The slots that a message can fill; what is custom without an action is set by actions alone."""
    influences: tuple[SlotSpec, ...] = field(init=False, repr=False)
    """The slots that rules see."""
    initial: Mapping[str, Any] = field(init=False, repr=False)
    """The values that slots begin with; not to be changed."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "fillable", tuple(spec for spec in self.slots.values() if _may_be_filled(spec)))
        object.__setattr__(self, "influences", tuple(spec for spec in self.slots.values() if spec.influences))
        object.__setattr__(self, "initial", {name: spec.initial for name, spec in self.slots.items()})

    def wanted_entities(self, intent: str | None, labels: set[str]) -> set[str]:
        """Which of the entity labels of a message rules see, given its intent."""
        wanted = self.intents.get(intent) if intent else None
        return labels if wanted is None else labels & wanted


def _may_be_filled(spec: SlotSpec) -> bool:
    if spec.name in {REQUESTED_SLOT, SESSION_METADATA_SLOT}:
        return False
    return any(mapping.type != "custom" or mapping.action for mapping in spec.mappings)
